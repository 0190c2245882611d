"""The list of leveraged funds: what is shipped, and what a user adds."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from deskview.market.errors import ReferenceDataError
from deskview.market.funds import FUNDS, KINDS, RESETS, UNDERLYINGS, load_funds, load_underlyings
from deskview.market.groups import load_groups
from deskview.market.members import INDEXES, SECTORS
from deskview.market.reference import TICKER, csv_rows

ROWS = load_funds().to_dicts()
BY_TICKER: dict[str, dict[str, Any]] = {row["ticker"]: row for row in ROWS}
UNDERLYING: dict[str, dict[str, Any]] = {row["underlying"]: row for row in load_underlyings().to_dicts()}
INVERSE_WORDS = re.compile(r"\b(Bear|Short|UltraShort|Inverse)\b|-\dX")
STATED = re.compile(r"(\d(?:\.\d+)?)X\b")
NOTE_ISSUERS = {"BMO", "Deutsche Bank", "UBS"}
PROSHARES = {"UltraPro Short": -3.0, "UltraShort": -2.0, "UltraPro": 3.0, "Ultra": 2.0, "Short": -1.0}


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "funds.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_tables_have_the_documented_columns() -> None:
    assert load_funds().schema == pl.Schema(FUNDS)
    assert load_underlyings().schema == pl.Schema(UNDERLYINGS)


def test_counts_by_kind() -> None:
    assert len(BY_TICKER) == len(ROWS)
    assert Counter(row["kind"] for row in ROWS) == {
        "stock": 388,
        "sector": 111,
        "index": 87,
        "crypto": 31,
        "commodity": 22,
        "bond": 14,
        "currency": 4,
        "volatility": 4,
    }


def wrong_fields(row: dict[str, Any]) -> list[str]:
    """The fields of a row that are not as they must be."""
    name, leverage = row["name"], row["leverage"]
    fit = {
        "leverage": isinstance(leverage, float) and not 0 <= leverage <= 1,
        "name": isinstance(name, str) and name.isascii() and name == name.strip() and len(name) <= 64,
        "kind": row["kind"] in KINDS,
        "reset": row["reset"] in RESETS,
        "issuer": bool(row["issuer"]),
        "structure": row["structure"] == ("ETN" if row["issuer"] in NOTE_ISSUERS else "ETF"),
    }
    return [field for field, fits in fit.items() if not fits]


def test_every_row_is_well_formed() -> None:
    assert {ticker: wrong for ticker, row in BY_TICKER.items() if (wrong := wrong_fields(row))} == {}


def test_the_sign_of_every_leverage_agrees_with_the_name() -> None:
    inverse = {
        ticker: INVERSE_WORDS.search(row["name"].replace("Short-Term", "")) is not None
        for ticker, row in BY_TICKER.items()
    }
    assert set(inverse.values()) == {True, False}
    apart = [BY_TICKER[ticker] for ticker, told in inverse.items() if told != (BY_TICKER[ticker]["leverage"] < 0)]
    assert apart == []


def test_every_leverage_a_name_states_is_the_row_s() -> None:
    stated = {ticker: float(found[1]) for ticker, row in BY_TICKER.items() if (found := STATED.search(row["name"]))}
    assert len(stated) > 500
    assert [BY_TICKER[ticker] for ticker, size in stated.items() if abs(BY_TICKER[ticker]["leverage"]) != size] == []


def test_proshares_words_stand_for_their_multiples() -> None:
    volatility = {"UVXY", "SVXY"}
    for row in ROWS:
        if row["issuer"] == "ProShares" and row["ticker"] not in volatility:
            word = next((w for w in PROSHARES if w in row["name"]), None)
            assert word is not None, row
            assert row["leverage"] == PROSHARES[word], row


def test_every_underlying_is_a_ticker_or_a_known_key_of_the_same_kind() -> None:
    keys = dict(load_underlyings().select("underlying", "kind").iter_rows())
    for row in ROWS:
        if row["underlying"] is None:
            continue
        if row["kind"] == "stock":
            assert TICKER.fullmatch(row["underlying"]), row
        else:
            assert keys[row["underlying"]] == row["kind"], row


def test_every_shipped_key_is_used_and_has_a_proxy_that_is_not_leveraged() -> None:
    used = {row["underlying"] for row in ROWS if row["kind"] != "stock"}
    for key, proxy in load_underlyings().select("underlying", "proxy").iter_rows():
        assert key in used
        assert proxy not in BY_TICKER
    assert set(load_underlyings().filter(pl.col("proxy").is_null())["underlying"]) == {"SEMIS", "FANG_INNOVATION"}


def test_every_basket_has_constituents_and_a_way_to_weigh_them() -> None:
    groups = load_groups()
    themes = set(groups.filter(kind="theme")["group"])
    known = {"index": set(INDEXES), "sector": set(SECTORS), "theme": themes}
    for row in UNDERLYING.values():
        assert (row["basket"] is None) == (row["weights"] is None), row
        if row["basket"]:
            kind, _, name = row["basket"].partition(":")
            assert name in known[kind], row
            assert kind != "theme" or row["weights"] == "cap", "a theme is not the list of an index"
            assert row["weights"] != "implied" or row["proxy"], "by the returns of which fund?"


@pytest.mark.parametrize(
    ("key", "proxy", "basket", "weights", "family"),
    [
        ("SPX", "SPY", "index:SPX", "implied", None),
        ("SPX_EQUAL", "RSP", "index:SPX", "equal", None),
        ("NDX", "QQQ", "index:NDX", "implied", "nasdaq"),
        ("NDX_MEGA", "QBIG", "index:NDX_MEGA", "implied", "nasdaq"),
        ("DJI", "DIA", "index:DJI", "price", None),
        ("NYSE_SEMIS", "SOXX", "index:NYSE_SEMIS", "implied", "semiconductors"),
        ("SEMIS", None, "index:US_SEMIS", "cap", "semiconductors"),
        ("TECH", "XLK", "sector:Information Technology", "implied", "technology"),
        ("FANG_PLUS", "FNGS", "index:FANG_PLUS", "equal", "technology"),
        ("FANG_INNOVATION", None, "index:FANG_INNOVATION", "equal", "technology"),
        ("MAGNIFICENT_7", "MAGS", "index:MAGNIFICENT_7", "equal", "technology"),
        ("BIG_OIL", "XLE", "sector:Energy", "cap", None),
        ("BIG_BANKS", "KBWB", "theme:Banks", "cap", None),
        ("RUT", "IWM", None, None, None),
    ],
)
def test_underlyings_the_market_knows(
    key: str, proxy: str | None, basket: str | None, weights: str | None, family: str | None
) -> None:
    row = UNDERLYING[key]
    assert (row["proxy"], row["basket"], row["weights"], row["family"]) == (proxy, basket, weights, family)


def test_only_an_index_or_a_sector_is_of_a_family() -> None:
    assert Counter(row["family"] for row in UNDERLYING.values() if row["family"]) == {
        "nasdaq": 3,
        "semiconductors": 3,
        "technology": 9,
    }
    assert {row["kind"] for row in UNDERLYING.values() if row["family"]} == {"index", "sector"}


def test_what_is_not_by_the_fund_that_holds_the_index_says_why() -> None:
    notes = {row.text("underlying"): row.text("note") for row in csv_rows("underlyings.csv")}
    silent = [key for key, row in UNDERLYING.items() if row["weights"] not in {None, "implied"} and not notes[key]]
    assert silent == []
    assert all(row.text("note") for row in csv_rows("funds.csv") if row.text("structure") == "ETN")


@pytest.mark.parametrize(
    ("ticker", "leverage", "underlying", "kind"),
    [
        ("TQQQ", 3.0, "NDX", "index"),
        ("SQQQ", -3.0, "NDX", "index"),
        ("SOXL", 3.0, "NYSE_SEMIS", "sector"),
        ("SOXS", -3.0, "NYSE_SEMIS", "sector"),
        ("USD", 2.0, "SEMIS", "sector"),
        ("SSG", -2.0, "SEMIS", "sector"),
        ("BULZ", 3.0, "FANG_INNOVATION", "sector"),
        ("FNGU", 3.0, "FANG_PLUS", "sector"),
        ("QQQU", 2.0, "MAGNIFICENT_7", "sector"),
        ("HCMT", 2.0, None, "index"),
        ("MUU", 2.0, "MU", "stock"),
        ("TSMX", 2.0, "TSM", "stock"),
        ("RGTZ", -2.0, "RGTI", "stock"),
        ("WEBL", 3.0, "INTERNET", "sector"),
        ("BRKU", 2.0, "BRK.B", "stock"),
        ("HIBL", 3.0, "SPX_HIGH_BETA", "index"),
        ("SARK", -1.0, "INNOVATION", "sector"),
        ("UVXY", 1.5, "VIX", "volatility"),
    ],
)
def test_funds_the_market_knows(ticker: str, leverage: float, underlying: str | None, kind: str) -> None:
    row = BY_TICKER[ticker]
    assert (row["leverage"], row["underlying"], row["kind"]) == (leverage, underlying, kind)


def test_weekly_pay_funds_reset_weekly_at_one_point_two() -> None:
    weekly = [row for row in ROWS if row["reset"] == "weekly"]
    assert len(weekly) == 23
    assert {row["leverage"] for row in weekly} == {1.2}


def universe(shared: Path, day: str) -> pl.DataFrame:
    return pl.read_csv(shared / "data" / f"letf_universe_{day}.csv", infer_schema_length=None)


def test_nearly_all_leveraged_assets_are_resolved(shared: Path) -> None:
    """A fund is resolved if it is registered: its need follows from its underlying's return or else from its own."""
    multiple = pl.col("leverage").str.strip_suffix("x").cast(pl.Float64, strict=False)
    signed = multiple * pl.when(pl.col("direction") == "short").then(-1).otherwise(1)
    source = universe(shared, "2026-06-01").filter(~signed.is_between(0, 1))
    registered = pl.col("ticker").is_in(load_funds()["ticker"].implode())
    with_underlying = pl.col("ticker").is_in(load_funds().drop_nulls("underlying")["ticker"].implode())
    share = source.select(
        registered=pl.col("aum").filter(registered).sum() / pl.col("aum").sum(),
        with_underlying=pl.col("aum").filter(with_underlying).sum() / pl.col("aum").sum(),
        by_number=registered.mean(),
    ).row(0, named=True)
    assert share["registered"] >= 0.981, share
    assert share["with_underlying"] >= 0.978, share
    assert share["by_number"] >= 0.91, share
    assert (
        source.filter(asset_class="equity").select(pl.col("aum").filter(registered).sum() / pl.col("aum").sum()).item()
        >= 0.985
    )


@pytest.mark.parametrize("day", ["2026-02-04", "2026-06-01"])
def test_no_plain_multiple_of_stocks_is_left_out(shared: Path, day: str) -> None:
    """What is labelled 1.2x to 4x, has assets and is not registered pays out otherwise, stacks or holds other funds."""
    others = r"(?i)buffer|accelerated|income|stkd|return stacked|outcome|miller value|icav"
    labelled = pl.col("leverage").is_in(["1.2x", "1.25x", "1.3x", "1.5x", "2x", "3x", "4x"])
    left_out = (
        universe(shared, day)
        .filter(labelled, pl.col("asset_class") == "equity", pl.col("aum") > 0)
        .join(load_funds(), on="ticker", how="anti")
    )
    assert left_out.height > 5
    assert left_out.filter(~pl.col("name").str.contains(others))["name"].to_list() == []


@pytest.mark.parametrize("day", ["2026-02-04", "2026-06-01"])
def test_large_funds_on_one_underlying_imply_the_same_move(shared: Path, day: str) -> None:
    """A wrong leverage, sign or underlying shows as a fund whose move over its leverage differs from its peers'."""
    moved = (
        load_funds()
        .filter(pl.col("reset") == "daily", pl.col("underlying").is_not_null())
        .join(universe(shared, day).select("ticker", "aum", move="percent_change_from_prev_day"), on="ticker")
        .filter(pl.col("aum") >= 50e6, pl.col("move").is_not_null())
        .with_columns(implied=pl.col("move") / pl.col("leverage"))
        .with_columns(
            peers=pl.len().over("kind", "underlying"), median=pl.col("implied").median().over("kind", "underlying")
        )
        .filter(pl.col("peers") > 1)
    )
    apart = moved.filter((pl.col("implied") - pl.col("median")).abs() > 0.75)
    assert moved.height > 100
    assert apart["ticker"].to_list() == []


def test_a_user_adds_a_fund(tmp_path: Path) -> None:
    extra = written(tmp_path, '[[fund]]\nticker = "ZZZL"\nleverage = 2\nunderlying = "ZZZ"\nkind = "stock"\n')
    funds = load_funds(extra)
    assert funds.height == len(ROWS) + 1
    assert funds["ticker"].is_sorted()
    assert funds.row(by_predicate=pl.col("ticker") == "ZZZL", named=True) == {
        "ticker": "ZZZL",
        "name": "ZZZL",
        "leverage": 2.0,
        "underlying": "ZZZ",
        "kind": "stock",
        "reset": "daily",
        "issuer": None,
        "structure": "ETF",
    }


def test_a_user_changes_one_field_of_a_shipped_fund(tmp_path: Path) -> None:
    funds = load_funds(written(tmp_path, '[[fund]]\nticker = "TQQQ"\nleverage = 4.0\n'))
    assert funds.height == len(ROWS)
    assert funds.row(by_predicate=pl.col("ticker") == "TQQQ", named=True) == BY_TICKER["TQQQ"] | {"leverage": 4.0}
    assert load_funds().row(by_predicate=pl.col("ticker") == "TQQQ", named=True) == BY_TICKER["TQQQ"]


def test_a_fund_without_a_known_underlying_is_null(tmp_path: Path) -> None:
    funds = load_funds(written(tmp_path, '[[fund]]\nticker = "ZZZL"\nleverage = -1.5\nkind = "sector"\n'))
    assert funds.filter(ticker="ZZZL")["underlying"].to_list() == [None]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ('leverage = 2\nkind = "stock"', "ticker: is missing"),
        ('ticker = ""\nleverage = 2\nkind = "stock"', "ticker: is missing"),
        ('ticker = "zzzl"\nleverage = 2\nkind = "stock"', "ticker: 'zzzl' is not a ticker"),
        ('ticker = "ZZZL"\nkind = "stock"', "leverage: is missing"),
        ('ticker = "ZZZL"\nleverage = 1\nkind = "stock"', "leverage: 1 is not leveraged"),
        ('ticker = "ZZZL"\nleverage = 0.5\nkind = "stock"', "leverage: 0.5 is not leveraged"),
        ('ticker = "ZZZL"\nleverage = true\nkind = "stock"', "leverage: True is not a number"),
        ('ticker = "ZZZL"\nleverage = nan\nkind = "stock"', "leverage: nan is not a number"),
        ('ticker = "ZZZL"\nleverage = "2x"\nkind = "stock"', "leverage: '2x' is not a number"),
        ('ticker = "ZZZL"\nleverage = 2', "kind: is missing"),
        ('ticker = "ZZZL"\nleverage = 2\nkind = "stocks"', "kind: 'stocks' is unknown; did you mean 'stock'?"),
        ('ticker = "ZZZL"\nleverage = 2\nkind = "index"\nunderlying = "NDQ"', "did you mean 'NDX'?"),
        ('ticker = "ZZZL"\nleverage = 2\nkind = "stock"\nunderlying = "zzz"', "underlying: 'zzz' is not a ticker"),
        ('ticker = "ZZZL"\nleverage = 2\nkind = "stock"\nreset = "dayly"', "reset: 'dayly' is unknown; did you mean"),
        ('ticker = "ZZZL"\nleverage = 2\nkind = "stock"\nlevrage = 3', "did you mean 'leverage'?"),
        ('ticker = "ZZZL"\nleverage = 2\nkind = "a\\u001b[2J"', r"kind: 'a\x1b[2J' is unknown"),
    ],
)
def test_a_bad_row_is_refused_by_file_place_and_field(tmp_path: Path, row: str, message: str) -> None:
    good = '[[fund]]\nticker = "GOOD"\nleverage = 2\nunderlying = "ZZZ"\nkind = "stock"\n'
    with pytest.raises(ReferenceDataError) as caught:
        load_funds(written(tmp_path, f"{good}[[fund]]\n{row}\n"))
    assert str(caught.value).startswith(f"{tmp_path}/funds.toml, line 6, [[fund]] 2, ")
    assert message in str(caught.value)
    assert str(caught.value).isprintable()


def test_a_ticker_given_twice_is_refused(tmp_path: Path) -> None:
    row = '[[fund]]\nticker = "ZZZL"\nleverage = 2\nkind = "sector"\n'
    with pytest.raises(ReferenceDataError, match=r"\[\[fund\]\] 2, ticker: 'ZZZL' stands here a second time"):
        load_funds(written(tmp_path, row + row))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[fund]\n", "funds.toml: is not TOML"),
        ('[[funds]]\nticker = "A"\n', "did you mean 'fund'?"),
        ('fund = "TQQQ"\n', r"fund: must be a list of tables: \[\[fund\]\]"),
        ("fund = [1]\n", r"fund: must be a list of tables: \[\[fund\]\]"),
    ],
)
def test_a_bad_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ReferenceDataError, match=message):
        load_funds(written(tmp_path, text))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReferenceDataError, match=r"absent\.toml: there is no such file"):
        load_funds(tmp_path / "absent.toml")
