"""Who knows what: the provider's value stands, the user's fills what it leaves open, nothing is invented."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskview.analytics.adjust import adjusted_history
from deskview.analytics.chain import (
    OWN_COUNTS,
    OWN_FACTS,
    Completed,
    Gap,
    age,
    complete,
    unknown_facts,
    unknown_types,
    with_types,
)
from deskview.analytics.leverage.book import build_book
from deskview.market.funds import FUNDS, UNDERLYINGS
from deskview.market.members import MEMBERS
from deskview.market.own_names import OWN_NAMES
from deskview.market.schema import (
    BARS,
    DETAILS,
    DIVIDENDS,
    HISTORY,
    NAMES,
    SHARE_COUNTS,
    SPLITS,
    STOCKS,
    TICKERS,
    Schema,
    empty,
)

SESSION = date(2026, 10, 15)
DAY = date(2026, 10, 1)
NO_CLOSE = "the history has no close on its date or in the days before"
KNOWN = "the provider or a shipped list has it"
FACTS = {"type": "type", "sector": "sector", "shares": "shares_outstanding", "market_cap_usd": "market_cap_usd"}
"""The user's facts with their columns in NAMES."""


def table(schema: Schema, *rows: dict[str, Any]) -> pl.DataFrame:
    """Rows of the schema; what a row does not say is null."""
    return pl.DataFrame([dict.fromkeys(schema) | row for row in rows], schema=dict(schema))


def own(*rows: dict[str, Any]) -> pl.DataFrame:
    return table(OWN_NAMES, *({"as_of": DAY} | row for row in rows))


def fund(ticker: str = "ZZZL", structure: str = "ETF") -> dict[str, Any]:
    return {
        "ticker": ticker,
        "name": ticker,
        "leverage": 2.0,
        "kind": "index",
        "reset": "daily",
        "structure": structure,
    }


def closes(ticker: str, *days: tuple[date, float]) -> pl.DataFrame:
    return table(HISTORY, *({"ticker": ticker, "session": day, "close": close} for day, close in days))


def completed(
    names: Sequence[dict[str, Any]],
    file: pl.DataFrame,
    *,
    types: dict[str, str | None] | None = None,
    funds: Sequence[dict[str, Any]] = (),
    **tables: pl.DataFrame,
) -> Completed:
    listed = table(TICKERS, *({"ticker": row["ticker"], "type": (types or {}).get(row["ticker"])} for row in names))
    registry = table(FUNDS, *funds)
    found = table(NAMES, *({"in_index": False} | row for row in names))
    return complete(
        with_types(found, file, empty(MEMBERS), registry),
        file,
        tickers=listed,
        funds=registry,
        counts=tables.get("counts", empty(SHARE_COUNTS)),
        history=tables.get("history", empty(HISTORY)),
        splits=tables.get("splits", empty(SPLITS)),
        session=SESSION,
    )


def reasons(found: Completed) -> dict[str, str | None]:
    return dict(found.facts.select("fact", "unused").iter_rows())


TICKERS_DRAWN = st.sampled_from(["AAA", "BBB", "CCC", "ZZZL", "ZZZS", "QQQQ"])
AMOUNT = st.none() | st.floats(1, 1e12)
ROW = st.fixed_dictionaries(
    {
        "ticker": TICKERS_DRAWN,
        "type": st.none() | st.sampled_from(["CS", "ETF"]),
        "sector": st.none() | st.sampled_from(["Energy", "Utilities"]),
        "shares": AMOUNT,
        "market_cap_usd": AMOUNT,
        "assets_usd": AMOUNT,
        "as_of": st.dates(SESSION - timedelta(days=60), SESSION + timedelta(days=5)),
    }
)
NAME = st.fixed_dictionaries(
    {
        "ticker": TICKERS_DRAWN,
        "type": st.none() | st.sampled_from(["CS", "ADRC", "ETF"]),
        "sector": st.none() | st.sampled_from(["Materials"]),
        "shares_outstanding": AMOUNT,
        "market_cap_usd": AMOUNT,
    }
)


def once_each(rows: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(rows, max_size=6, unique_by=lambda row: row["ticker"])


@settings(deadline=None)
@given(names=once_each(NAME), rows=once_each(ROW), counted=st.sets(TICKERS_DRAWN))
def test_the_provider_wins_and_nothing_is_invented(
    names: list[dict[str, Any]], rows: list[dict[str, Any]], counted: set[str]
) -> None:
    """Each value is the provider's where it has one, else the user's of a day that has come, else null."""
    file = table(OWN_NAMES, *rows)
    counts = table(SHARE_COUNTS, *({"ticker": each, "session": DAY, "shares": 5.0} for each in sorted(counted)))
    types = {row["ticker"]: row["type"] for row in names}
    found = completed(names, file, types=types, funds=[fund("ZZZL"), fund("ZZZS", "ETN")], counts=counts)
    assert found.names.schema == pl.Schema(NAMES)
    assert found.facts.schema == pl.Schema(OWN_FACTS) and found.counts.schema == pl.Schema(OWN_COUNTS)
    assert found.names["ticker"].to_list() == [row["ticker"] for row in names]
    mine = {row["ticker"]: row for row in rows}
    used = {(ticker, fact) for ticker, fact, _, unused in found.facts.iter_rows() if unused is None}
    shipped = {"ZZZL": "ETF", "ZZZS": "ETN"}
    for before, after in zip(names, found.names.iter_rows(named=True), strict=True):
        ticker = before["ticker"]
        for fact, column in FACTS.items():
            said = mine.get(ticker, {}).get(fact)
            if before[column] is not None:
                assert after[column] == before[column] and (ticker, fact) not in used
            elif (ticker, fact) in used:
                assert after[column] == said and said is not None
                assert fact in ("type", "sector") or mine[ticker]["as_of"] <= SESSION
            else:
                assert after[column] == (shipped.get(ticker) if fact == "type" else None)
    assert found.facts.height == sum(row[fact] is not None for row in rows for fact in (*FACTS, "assets_usd"))
    assert not set(found.counts["ticker"]) & counted


@settings(deadline=None)
@given(names=once_each(NAME))
def test_without_a_file_the_table_is_the_same(names: list[dict[str, Any]]) -> None:
    before = table(NAMES, *({"in_index": False} | row for row in names))
    found = completed(names, empty(OWN_NAMES), types={row["ticker"]: row["type"] for row in names})
    assert found.names.equals(before)
    assert found.facts.is_empty() and found.counts.is_empty()


@pytest.mark.parametrize(
    ("row", "name", "fact", "why"),
    [
        ({"ticker": "NONE", "shares": 1.0}, {}, "shares", "it is not in the listing"),
        ({"as_of": SESSION + timedelta(days=1), "shares": 1.0}, {}, "shares", "its date is after the session"),
        ({"as_of": SESSION, "shares": 1.0}, {}, "shares", None),
        ({"shares": 1.0}, {"shares_outstanding": 2.0}, "shares", KNOWN),
        ({"sector": "Energy"}, {"sector": "Utilities"}, "sector", KNOWN),
        ({"assets_usd": 1.0}, {}, "assets_usd", "it is not among the leveraged funds"),
        (
            {"ticker": "ZZZL", "assets_usd": 1.0},
            {},
            "assets_usd",
            NO_CLOSE,
        ),
        ({"ticker": "ZZZL", "assets_usd": 1.0, "shares": 2.0}, {}, "assets_usd", "its shares stand in the file too"),
    ],
)
def test_what_is_not_used_has_its_reason(row: dict[str, Any], name: dict[str, Any], fact: str, why: str | None) -> None:
    names = [{"ticker": "AAA"} | name, {"ticker": "ZZZL"}]
    assert reasons(completed(names, own({"ticker": "AAA"} | row), funds=[fund()]))[fact] == why


def test_a_type_is_the_providers_then_the_users_then_that_of_the_lists() -> None:
    listing = table(TICKERS, *({"ticker": each} for each in ("AAA", "BBB", "CCC", "TQQQ", "ZZZN")))
    listing = listing.with_columns(type=pl.when(pl.col("ticker") == "AAA").then(pl.lit("ADRC")))
    members = table(MEMBERS, {"ticker": "AAA"}, {"ticker": "BBB"}, {"ticker": "CCC"})
    file = table(OWN_NAMES, {"ticker": "AAA", "type": "ETF"}, {"ticker": "BBB", "type": "ADRC"})
    funds = table(FUNDS, fund("TQQQ", "ETN"))
    found = with_types(listing, file, members, funds)
    assert found.columns == listing.columns
    assert dict(found.select("ticker", "type").iter_rows()) == {
        "AAA": "ADRC",
        "BBB": "ADRC",
        "CCC": "CS",
        "TQQQ": "ETN",
        "ZZZN": None,
    }


def test_assets_become_shares_by_the_last_close_on_their_day_or_before() -> None:
    history = closes("ZZZL", (DAY - timedelta(days=2), 40.0), (DAY + timedelta(days=1), 80.0))
    found = completed([{"ticker": "ZZZL"}], own({"ticker": "ZZZL", "assets_usd": 8e6}), funds=[fund()], history=history)
    assert found.counts.rows() == [("ZZZL", DAY, 2e5, "assets", None)]
    assert found.names["shares_outstanding"].to_list() == [None], "implied shares are the funds' alone"
    older = own({"ticker": "ZZZL", "assets_usd": 8e6, "as_of": DAY - timedelta(days=9)})
    assert completed([{"ticker": "ZZZL"}], older, funds=[fund()], history=history).counts.rows() == [
        ("ZZZL", DAY - timedelta(days=9), None, "assets", NO_CLOSE)
    ]


def test_a_close_of_long_before_says_nothing_of_assets() -> None:
    asked = own({"ticker": "ZZZL", "assets_usd": 8e6})
    for days, shares in ((9, 2e5), (10, None)):
        history = closes("ZZZL", (DAY - timedelta(days=days), 40.0))
        found = completed([{"ticker": "ZZZL"}], asked, funds=[fund()], history=history)
        assert found.counts["shares"].to_list() == [shares]


def test_a_fact_most_stocks_lack_is_told_with_how_many() -> None:
    tickers = [f"S{number}" for number in range(200)]
    listing = pl.DataFrame({"ticker": tickers, "type": "CS"})
    details = pl.DataFrame({"ticker": tickers, "sic_code": "3674"})
    for known, told in ((0, "200 of 200"), (99, "101 of 200"), (100, "")):
        caps = [1e9 if place < known else None for place in range(200)]
        names = listing.with_columns(
            market_cap_usd=pl.Series(caps, dtype=pl.Float64), shares_outstanding=1.0, sector=None
        )
        found = unknown_facts(names, listing, details, STOCKS)
        assert list(found) == ([Gap.CAPS] if told else [])
        assert told in found.get(Gap.CAPS, "")


def test_shares_of_the_file_go_before_its_assets() -> None:
    row = {"ticker": "ZZZL", "assets_usd": 8e6, "shares": 3e5}
    history = closes("ZZZL", (DAY, 40.0))
    found = completed([{"ticker": "ZZZL"}], own(row), funds=[fund()], history=history)
    assert found.counts.rows() == [("ZZZL", DAY, 3e5, "shares", None)]


def test_a_fund_the_provider_ever_counted_takes_no_count_of_the_users() -> None:
    counts = table(SHARE_COUNTS, {"ticker": "ZZZL", "session": date(2026, 9, 1), "shares": 7.0})
    found = completed([{"ticker": "ZZZL"}], own({"ticker": "ZZZL", "shares": 3e5}), funds=[fund()], counts=counts)
    assert found.counts.is_empty() and reasons(found) == {"shares": KNOWN}


@settings(deadline=None)
@given(
    price=st.floats(1, 500),
    ratio=st.sampled_from([(1.0, 2.0), (10.0, 1.0), (3.0, 1.0)]),
    split_after=st.integers(-5, 12),
)
def test_a_split_since_the_day_of_the_assets_leaves_them_what_they_are(
    price: float, ratio: tuple[float, float], split_after: int
) -> None:
    """The price is flat but for the split: shares of the book at its last close are the assets that were told."""
    days = [DAY + timedelta(days=k) for k in range(-8, 14)]
    split, (old, new) = DAY + timedelta(days=split_after), ratio
    raw = [price * (old / new if day >= split else 1.0) for day in days]
    bars = table(
        BARS, *({"ticker": "ZZZL", "session": d, "close": c, "volume": 1.0} for d, c in zip(days, raw, strict=True))
    )
    splits = table(SPLITS, {"ticker": "ZZZL", "execution_date": split, "split_from": old, "split_to": new})
    history = adjusted_history(bars, splits, empty(DIVIDENDS), basis=SESSION)
    found = completed(
        [{"ticker": "ZZZL"}],
        own({"ticker": "ZZZL", "assets_usd": 9e7}),
        funds=[fund()],
        history=history,
        splits=splits,
    )
    book = build_book(
        table(FUNDS, fund()),
        empty(UNDERLYINGS),
        empty(DETAILS),
        history,
        splits=splits,
        session=SESSION,
        own=found.counts,
    )
    row = book.funds.row(0, named=True)
    assert row["shares"] * row["close"] == pytest.approx(9e7, rel=1e-9)
    assert (row["as_of"], row["change"], row["compared"], row["source"]) == (DAY, None, False, "assets")


def test_of_unknown_types_it_is_told_where_there_are_many() -> None:
    def names(unknown: int, known: int) -> pl.DataFrame:
        types = [None] * unknown + ["CS", "ADRC", "ETF", "OS"] * (known // 4)
        return pl.DataFrame({"type": types}, schema={"type": pl.String})

    assert unknown_types(names(9_812, 3_004), STOCKS).startswith(
        "The types of 9,812 names are unknown, so they are in no universe: ranked are the 1,502 known to be shares."
    )
    assert unknown_types(names(100, 400), STOCKS)
    assert not unknown_types(names(99, 400), STOCKS), "a handful"
    assert not unknown_types(names(100, 12_000), STOCKS), "less than one in a hundred"
    assert not unknown_types(names(0, 0), STOCKS)


def test_an_age_is_told_from_a_month_on() -> None:
    assert age(SESSION - timedelta(days=30), SESSION) == ""
    assert age(SESSION - timedelta(days=61), SESSION) == "61 days old"


def test_shares_of_a_stock_counted_before_a_split_come_on_the_basis_of_the_closes() -> None:
    split = {"ticker": "AAA", "execution_date": date(2026, 10, 5), "split_from": 1.0, "split_to": 10.0}
    later = split | {"execution_date": SESSION + timedelta(days=1)}
    file = own({"ticker": "AAA", "shares": 1e6}, {"ticker": "BBB", "shares": 1e6})
    found = completed([{"ticker": "AAA"}, {"ticker": "BBB"}], file, splits=table(SPLITS, split, later))
    assert dict(found.names.select("ticker", "shares_outstanding").iter_rows()) == {"AAA": 1e7, "BBB": 1e6}
