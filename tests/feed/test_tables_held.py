"""Daily tables that come short or wrong: the stored ones stay, it is told, and the next good answer heals it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from deskview.board import Status
from deskview.feed.details import MOST_FAILED, load_details
from deskview.feed.history import load_listings
from deskview.market.schema import CONDITIONS, DETAILS, DIVIDENDS, SPLITS, TICKERS, empty
from deskview.providers.base import Table
from deskview.providers.errors import Kind, ProviderError
from deskview.store import Store
from tests.feed.altered import DIVIDENDS as PAID
from tests.feed.altered import GROUPED, Altered, Change
from tests.feed.altered import SPLITS as SPLIT
from tests.feed.altered import TICKERS as LISTING
from tests.feed.markets import QUICK, provider, refreshed
from tests.feed.tiny import TinyMarket

DAY = date(2026, 2, 3)
SINCE = date(2025, 1, 2)
NAMES = 1_200


def rows_of(count: int, **columns: pl.Expr) -> pl.DataFrame:
    return pl.select(number=pl.int_range(count)).select(**columns)


NAME = pl.format("T{}", "number")
WHOLE = {
    "tickers": rows_of(NAMES, ticker=NAME, name=NAME, type=pl.lit("CS"), exchange=pl.lit("XNAS"), cik=NAME, figi=NAME),
    "splits": rows_of(
        40, ticker=NAME, execution_date=pl.lit(DAY), split_from=pl.lit(1.0), split_to=pl.lit(2.0), factor=pl.lit(0.5)
    ),
    "dividends": rows_of(200, ticker=NAME, ex_date=pl.lit(DAY), cash_usd=pl.lit(0.5)),
    "conditions": rows_of(
        60,
        id=pl.col("number").cast(pl.Int32()),
        name=NAME,
        updates_volume=pl.lit(value=True),
        updates_high_low=pl.lit(value=True),
        updates_open_close=pl.lit(value=True),
    ),
}
SCHEMAS = {"tickers": TICKERS, "splits": SPLITS, "dividends": DIVIDENDS, "conditions": CONDITIONS}


class Listing(TinyMarket):
    """Daily tables of their usual size, unless a table is replaced."""

    def __init__(self, **replaced: pl.DataFrame) -> None:
        super().__init__(datetime(2026, 2, 4, tzinfo=UTC))
        self.tables = WHOLE | replaced

    def _table(self, name: str) -> Table:
        return Table(self.tables[name].select(list(SCHEMAS[name])), 3, (f"odd {name} (3)",))

    async def tickers(self, *, pages: int | None = None) -> Table:
        return self._table("tickers")

    async def splits(self, since: date) -> Table:
        return self._table("splits")

    async def dividends(self, since: date) -> Table:
        return self._table("dividends")

    async def conditions(self) -> Table:
        return self._table("conditions")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


async def test_whole_tables_raise_nothing_and_their_odd_rows_are_counted_with_reasons(store: Store) -> None:
    for _ in range(2):
        daily = await load_listings(Listing(), store, SINCE)
        assert (daily.problems, daily.in_doubt, daily.came_empty) == ([], False, False)
        assert daily.left_out["splits"] == 3
        assert daily.reasons_left_out["splits"] == ("odd splits (3)",)


@pytest.mark.parametrize("name", ["tickers", "splits", "dividends"])
@pytest.mark.parametrize("spoil", [lambda rows: rows.gather_every(2), lambda rows: rows.head(1)])
async def test_a_table_that_comes_short_is_told_and_the_stored_one_stays(
    store: Store, name: str, spoil: Callable[[pl.DataFrame], pl.DataFrame]
) -> None:
    whole = await load_listings(Listing(), store, SINCE)
    daily = await load_listings(Listing(**{name: spoil(WHOLE[name])}), store, SINCE)
    assert getattr(daily, name).equals(getattr(whole, name))
    stored = store.table(name)
    assert stored is not None
    assert stored.equals(getattr(whole, name))
    assert len(daily.problems) == 1
    assert f"of {WHOLE[name].height:,} " in daily.problems[0]
    assert (daily.came_empty, daily.in_doubt) == (True, False), "asked for again soon"
    assert (await load_listings(Listing(), store, SINCE)).problems == []


async def test_a_first_listing_that_is_obviously_small_is_used_with_a_doubt_and_not_kept(store: Store) -> None:
    daily = await load_listings(Listing(tickers=WHOLE["tickers"].head(50)), store, SINCE)
    assert daily.tickers.height == 50
    assert daily.problems == ["The listing came with 50 names alone: there is no other, it is used."]
    assert (daily.came_empty, daily.in_doubt) == (True, True)
    assert store.table("tickers") is None
    assert (await load_listings(Listing(), store, SINCE)).in_doubt is False


class Funds(TinyMarket):
    """Details with shares of its own; those of a name among `failing` fail."""

    def __init__(self, shares: dict[str, float | None], failing: set[str] | None = None) -> None:
        super().__init__(datetime(2026, 2, 4, tzinfo=UTC))
        self.shares, self.failing = shares, failing or set()

    async def details(self, ticker: str, on: date | None = None) -> Table:
        if ticker in self.failing:
            raise ProviderError(Kind.MALFORMED, "No form.")
        row = dict.fromkeys(DETAILS) | {"ticker": ticker, "as_of": on, "shares_outstanding": self.shares[ticker]}
        return Table(pl.DataFrame([row], schema=dict(DETAILS)))


async def details_of(market: Funds, store: Store, known: pl.DataFrame, on: date = DAY) -> Table:
    funds, splits = [*market.shares, *market.failing], WHOLE["splits"].with_columns(ticker=pl.lit("SPLIT"))
    return await load_details(
        market, store, known, funds=funds, names=(), splits=splits.head(1), on=on, progress=lambda _: None
    )


async def test_a_share_count_that_cannot_be_beside_the_one_before_leaves_it(store: Store) -> None:
    first = await details_of(Funds({"TQQQ": 1e8, "SOXL": 2e8, "SPLIT": 3e8}), store, empty(DETAILS), DAY - timedelta(1))
    assert (first.left_out, first.reasons) == (0, ())
    again = await details_of(Funds({"TQQQ": 1e9, "SOXL": None, "SPLIT": 6e8}), store, first.frame)
    shares = dict(again.frame.select("ticker", "shares_outstanding").iter_rows())
    assert shares == {"TQQQ": 1e8, "SOXL": 2e8, "SPLIT": 6e8}
    assert again.left_out == 2
    assert sorted(again.reasons) == [
        "SOXL: shares missing, the stored figure stays (1)",
        "TQQQ: shares 10 times the stored figure, which stays (1)",
    ]
    stored = store.table("details")
    assert stored is not None
    assert stored.sort("ticker").equals(again.frame.sort("ticker"))


async def test_where_most_share_counts_cannot_be_none_is_used(store: Store) -> None:
    """Small funds may triple, so that theirs can't be told to be wrong by themselves."""
    counts: dict[str, float | None] = {f"F{number}": 5e4 if number % 4 == 0 else 1e8 for number in range(60)}
    first = await details_of(Funds(counts), store, empty(DETAILS), DAY - timedelta(1))
    with pytest.raises(ProviderError, match="the stored ones stay"):
        await details_of(Funds({name: 10 * (count or 0) for name, count in counts.items()}), store, first.frame)
    stored = store.table("details")
    assert stored is not None
    assert stored.sort("ticker").equals(first.frame.sort("ticker"))
    healed = await details_of(Funds(counts), store, stored)
    assert (healed.left_out, healed.frame["as_of"].unique().to_list()) == (0, [DAY])


async def test_details_of_one_name_that_cannot_be_read_cost_that_name_alone(store: Store) -> None:
    asked = await details_of(Funds({"A": 1e8, "B": 2e8}, {"BAD"}), store, empty(DETAILS))
    assert set(asked.frame["ticker"]) == {"A", "B"}
    assert (asked.left_out, len(asked.reasons)) == (1, 1)
    with pytest.raises(ProviderError):
        await details_of(Funds({}, {f"BAD{number}" for number in range(MOST_FAILED)}), store, empty(DETAILS))


def every_second(body: dict[str, Any]) -> None:
    if isinstance(body.get("results"), list):
        body["results"] = body["results"][::2]


def scaled(*fields: str, times: float) -> Change:
    def change(body: dict[str, Any]) -> None:
        for row in body.get("results") or ():
            row.update({field: row[field] * times for field in fields})

    return change


async def test_wrong_tables_and_sessions_cost_no_figure_and_heal(warm: Path) -> None:
    """All of them at once, over the wire: half a listing and half the splits, dividends and bars a thousandfold."""

    async def asked(changes: dict[str, Change]) -> tuple[str, list[float | None]]:
        board = await refreshed(provider(Altered(changes)), warm, QUICK)
        momentum, leverage = board.momentum.value, board.leverage.value
        assert momentum is not None
        assert leverage is not None
        return board.momentum.note, [momentum.return_, leverage.today_usd, leverage.aum_usd]

    well = (await asked({}))[1]
    note, figures = await asked(
        {
            LISTING: every_second,
            SPLIT: every_second,
            PAID: scaled("cash_amount", times=1_000),
            f"{GROUPED}{DAY}": scaled("o", "h", "l", "c", "vw", times=1_000),
            f"{GROUPED}2026-02-02": every_second,
        }
    )
    assert figures == well
    for told in ("The listing came with", "of splits came", "of dividends came", f"{DAY} came again with closes"):
        assert told in note
    assert "2026-02-02 came again with" in note
    assert "Asked again in a minute." in note
    assert await asked({}) == ("", well)


def without_listing(cache: Path) -> None:
    for file in cache.rglob("tickers.parquet"):
        file.unlink()


async def test_a_first_listing_with_half_its_names_is_doubted(warm: Path) -> None:
    without_listing(warm)
    board = await refreshed(provider(Altered({LISTING: every_second})), warm, QUICK)
    assert board.momentum.status is Status.DOUBT
    assert "names are missing in it" in board.momentum.doubt
