"""The crash session of 4 February 2026 from a public snapshot of the funds, and the shipped registry as input."""

from pathlib import Path

import polars as pl
import pytest

from deskview.analytics.leverage import baskets_of, prepare, simulate_week
from deskview.analytics.panel import panel_of
from deskview.market.funds import FUNDS, load_funds, load_underlyings
from deskview.market.groups import load_groups
from deskview.market.members import load_members
from deskview.market.schema import NAMES
from tests.analytics.leverage.market import (
    AFTERNOON,
    WEEK,
    baskets_table,
    details_table,
    history_table,
    live_table,
    names_table,
    reading_of,
    underlyings_table,
)

PREVIOUS = pl.col("price") / (1 + pl.col("move"))


@pytest.fixture
def snapshot(shared: Path) -> pl.DataFrame:
    """ticker, name, leverage (signed), kind, price, move (fraction), aum."""
    file = shared / "data" / "letf_universe_2026-02-04.csv"
    if not file.is_file():
        pytest.skip("the snapshot of the funds is not there")
    size = pl.col("leverage").str.strip_suffix("x").cast(pl.Float64, strict=False)
    return pl.read_csv(file).select(
        "ticker",
        "name",
        "price",
        "aum",
        leverage=pl.when(pl.col("direction") == "short").then(-size).otherwise(size),
        kind=pl.when(pl.col("asset_class") == "equity").then(pl.lit("stock")).otherwise(pl.lit("commodity")),
        move=pl.col("percent_change_from_prev_day") / 100,
    )


def test_the_crash_session_at_14_43(snapshot: pl.DataFrame) -> None:
    """About -15.9bn with the returns of that minute and 6.2bn per 1 %, each fund by its own return."""
    unknown = pl.lit(None, dtype=pl.String)
    funds = snapshot.with_columns(
        underlying=unknown, reset=pl.lit("daily"), issuer=pl.lit(""), structure=pl.lit("ETF")
    ).select(list(FUNDS))
    known = snapshot.drop_nulls(["price", "move"]).with_columns(previous=PREVIOUS)
    shares = {t: None if a is None else a / p for t, a, p in known.select("ticker", "aum", "previous").iter_rows()}
    closes = {t: [p] for t, p in known.select("ticker", "previous").iter_rows()}
    model = prepare(
        funds=funds,
        underlyings=underlyings_table([]),
        details=details_table(shares),
        history=history_table(closes),
        names=names_table([]),
        baskets=baskets_table({}),
        next_sessions=WEEK,
    )
    previous = dict(known.select("ticker", "previous").iter_rows())
    reading = reading_of(model, live_table(dict(known.select("ticker", "move").iter_rows()), previous))
    assert reading.today_usd == pytest.approx(-15.9e9, abs=0.05e9)
    assert reading.per_1pct_usd == pytest.approx(6.2e9, abs=0.02e9)
    assert reading.aum_usd == pytest.approx(138e9, rel=0.02)
    assert 500 <= reading.funds <= 560
    assert (
        reading.funds
        + sum(row.funds for row in reading.other_kinds)
        + sum(row.from_ == "all" for row in reading.left_out)
        == snapshot.height
    )


def test_the_shipped_registry_can_be_read() -> None:
    """Every shipped fund is in the reading or named as left out; every basket sums to 1."""
    funds, underlyings, members = load_funds(), load_underlyings(), load_members()
    facts = {
        "type": pl.lit("CS"),
        "market_cap_usd": pl.lit(1e11),
        "shares_outstanding": pl.lit(1e9),
        "in_index": pl.lit(value=True),
    }
    facts["cik"] = pl.lit(None, pl.String)
    names = members.with_columns(**facts).select(list(NAMES))
    tickers = funds.get_column("ticker").to_list()
    proxies = underlyings.get_column("proxy").drop_nulls().to_list()
    stocks = funds.filter(pl.col("kind") == "stock").get_column("underlying").drop_nulls().unique().to_list()
    steps = [100.0 + (k % 7) for k in range(64)]
    history = history_table(dict.fromkeys({*tickers, *proxies, *stocks, *names.get_column("ticker"), "SPY"}, steps))
    baskets = baskets_of(
        underlyings, members, load_groups(), names, panel_of(history.filter(~pl.col("ticker").is_in(proxies)))
    )
    assert [row.index for row in baskets.indexes] == underlyings.drop_nulls("basket").get_column("underlying").to_list()
    sums = baskets.weights.group_by("underlying").agg(pl.col("weight").sum()).get_column("weight")
    assert sums.to_list() == pytest.approx([1.0] * len(sums))
    assert all(row.basis in ("rule", "prior") or row.reason for row in baskets.indexes)
    model = prepare(
        funds=funds,
        underlyings=underlyings,
        details=details_table(dict.fromkeys(tickers, 1e6)),
        history=history,
        names=names,
        baskets=baskets,
        next_sessions=WEEK,
    )
    moves = {t: -0.01 * leverage for t, leverage in funds.select("ticker", "leverage").iter_rows()}
    live = live_table(moves | dict.fromkeys([*proxies, *stocks], -0.01))
    reading = simulate_week(model, reading_of(model, live), live, AFTERNOON, paths=500)
    assert len(reading.by_fund) + len(reading.left_out) == funds.height
    assert all("resets" in row.reason for row in reading.left_out)
    assert reading.today_usd is not None and reading.per_1pct_usd is not None
    assert reading.today_usd == pytest.approx(-reading.per_1pct_usd, rel=1e-9)
    assert sum(row.today_usd or 0.0 for row in reading.by_name) + (reading.unallocated_usd or 0.0) == pytest.approx(
        reading.today_usd, rel=1e-9
    )
    assert reading.next_week.simulation is not None
    assert "approximate" in reading.notes["by_name.index_usd"]
