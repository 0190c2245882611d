"""The sizes the simulated market starts from belong to names and funds the desk knows."""

from importlib import resources

import polars as pl

from deskview.market.funds import load_funds
from deskview.market.groups import load_groups
from deskview.market.members import load_members


def table(file: str) -> pl.DataFrame:
    return pl.read_csv((resources.files("deskview.simulator.data") / file).read_bytes())


def test_fund_sizes_are_of_registered_funds_nearly_all_with_a_known_underlying() -> None:
    sizes = table("fund_sizes.csv")
    assert sizes.columns == ["ticker", "aum_usd"]
    assert sizes.height == 321
    assert sizes["ticker"].is_unique().all()
    assert sizes["aum_usd"].is_between(1e7, 4e10).all()
    known = load_funds().drop_nulls("underlying")["ticker"]
    assert set(sizes["ticker"]) - set(known) == {"HCMT"}, "follows no one index"


def test_the_sizes_add_up_to_the_flow_per_percent_of_early_2026() -> None:
    """About $6.2bn of equity per 1 % on 4 February 2026, computed from the funds quoted that day."""
    leverage = pl.col("leverage")
    equity = (
        load_funds()
        .filter(pl.col("kind").is_in(["index", "sector", "stock"]))
        .join(table("fund_sizes.csv"), on="ticker")
    )
    per_1pct_usd = equity.select((leverage * (leverage - 1) * pl.col("aum_usd") * 0.01).sum()).item()
    assert 6.0e9 < per_1pct_usd < 6.5e9


def test_every_theme_name_has_a_cap_and_a_price() -> None:
    caps = table("caps.csv")
    assert caps.columns == ["ticker", "cap_usd", "price"]
    assert caps["ticker"].is_unique().all()
    assert caps["cap_usd"].is_between(5e7, 6e12).all()
    assert caps["price"].is_between(0.5, 10_000).all()
    assert set(caps["ticker"]) <= set(load_members()["ticker"])
    assert set(load_groups().filter(kind="theme")["ticker"]) <= set(caps["ticker"])
