"""What the wire does to prices and closes, and the headline figures that hold all the same."""

import asyncio
import shutil
from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest

from deskview.analytics.continuity import JUMPED
from deskview.board import Board
from deskview.store import Store
from tests.feed.altered import DIVIDENDS, GROUPED, SNAPSHOT, SPLITS, TICKERS, Altered, of_name
from tests.feed.markets import QUICK, Made, provider, refreshed

BEFORE = date(2026, 2, 3)
AFTERNOON = time(15)


async def board_of(cache: Path, changes: dict[str, Callable[[dict[str, Any]], None]], at: time = AFTERNOON) -> Board:
    return await refreshed(provider(Altered(changes, at=at)), cache, QUICK)


@pytest.fixture(scope="module")
def well(crash: Made, tmp_path_factory: pytest.TempPathFactory) -> Board:
    """The afternoon with nothing wrong."""
    cache = Path(shutil.copytree(crash.cache, tmp_path_factory.mktemp("well") / "cache"))
    return asyncio.run(board_of(cache, {}))


def headlines(board: Board) -> list[float | None]:
    momentum, breadth, leverage = board.momentum.value, board.breadth.value, board.leverage.value
    assert momentum is not None
    assert breadth is not None
    assert leverage is not None
    return [momentum.return_, breadth.index_return, breadth.beat_share, leverage.today_usd]


def live(board: Board, ticker: str) -> dict[str, Any]:
    assert board.live is not None
    return board.live.filter(pl.col("ticker") == ticker).row(0, named=True)


def stored(cache: Path) -> Store:
    folder = next(path.parent for path in cache.rglob("bars") if path.is_dir())
    return Store(folder)


async def test_an_empty_answer_for_the_session_before_is_told_not_kept_and_costs_no_return(
    warm: Path, well: Board
) -> None:
    store = stored(warm)
    (store.folder / "bars" / f"{BEFORE}.parquet").unlink()

    def emptied(body: dict[str, Any]) -> None:
        body |= {"results": None, "resultsCount": 0, "queryCount": 0}

    board = await board_of(warm, {f"{GROUPED}{BEFORE}": emptied})
    assert headlines(board) == pytest.approx(headlines(well), rel=1e-12)
    assert f"bars of {BEFORE} came empty" in board.momentum.note
    assert "Asked again in a minute" in board.momentum.note
    assert BEFORE not in store.sessions()
    healed = await board_of(warm, {})
    assert headlines(healed) == headlines(well)
    assert healed.momentum.note == ""
    assert BEFORE in store.sessions()


@pytest.mark.parametrize("table", ["tickers", "splits", "dividends"])
async def test_a_table_that_comes_empty_is_told_and_the_stored_one_stays(warm: Path, table: str, well: Board) -> None:
    paths = {"tickers": f"{TICKERS}?active=true", "splits": SPLITS, "dividends": DIVIDENDS}

    def emptied(body: dict[str, Any]) -> None:
        body |= {"results": None}
        body.pop("next_url", None)

    board = await board_of(warm, {paths[table]: emptied})
    assert headlines(board) == headlines(well)
    assert f"{table}: the provider's answer came empty. The stored ones are used." in board.momentum.note
    assert (await board_of(warm, {})).momentum.note == ""


async def test_conditions_without_rules_are_told_and_not_kept(warm: Path) -> None:
    (stored(warm).folder / "conditions.parquet").unlink()

    def without_rules(body: dict[str, Any]) -> None:
        for row in body["results"]:
            row.pop("update_rules", None)

    board = await board_of(warm, {"/v3/reference/conditions": without_rules})
    assert "every last trade is taken for a price" in board.momentum.note
    assert stored(warm).table("conditions") is None


async def test_a_spinoffs_file_with_a_bad_row_is_told_with_its_place_and_costs_itself_alone(
    warm: Path, tmp_path: Path, well: Board
) -> None:
    file = tmp_path / "spinoffs.toml"
    file.write_text('[[spinoff]]\nticker = "nope"\nex_date = 2026-01-05\nvalue_usd = 1.5\n')
    settings = msgspec.structs.replace(QUICK, spinoffs_file=file)
    board = await refreshed(provider(Altered({}, at=AFTERNOON)), warm, settings)
    assert headlines(board) == headlines(well)
    assert "spinoffs.toml, line 1, [[spinoff]] 1, ticker: 'nope' is not a ticker" in board.momentum.note
    assert "BRK.B). No spin-off of the file counts." in board.momentum.note


@pytest.mark.parametrize("conditions", [[52], [14, 53], [2]])
async def test_a_last_trade_that_sets_no_price_moves_nothing(warm: Path, conditions: list[int]) -> None:
    def minute_first(row: dict[str, Any]) -> None:
        row.pop("lastTrade")

    def far_off(row: dict[str, Any]) -> None:
        row["lastTrade"] |= {"c": conditions, "p": row["min"]["c"] * 1.03}

    right = await board_of(warm, {SNAPSHOT: of_name("SPY", minute_first)})
    board = await board_of(warm, {SNAPSHOT: of_name("SPY", far_off)})
    assert live(board, "SPY") == live(right, "SPY")
    assert headlines(board) == headlines(right)


async def test_a_split_of_today_the_table_lacks_costs_no_return_and_is_in_doubt(warm: Path, well: Board) -> None:

    def split_ten_to_one(row: dict[str, Any]) -> None:
        for bar in ("day", "min", "prevDay"):
            row[bar] |= {name: row[bar][name] / 10 for name in ("o", "h", "l", "c", "vw")}
        row["lastTrade"]["p"] /= 10

    board = await board_of(warm, {SNAPSHOT: of_name("SNDK", split_ten_to_one)})
    assert live(board, "SNDK")["ret"] == pytest.approx(live(well, "SNDK")["ret"], abs=1e-4)
    assert "10.0 times the vendor's" in live(board, "SNDK")["doubt"]
    assert headlines(board) == pytest.approx(headlines(well), abs=1e-4)
    assert board.momentum.value is not None
    assert any(row.ticker == "SNDK" and row.doubt for row in board.momentum.value.long)


def split_row(ticker: str, day: date, old: float, new: float) -> dict[str, Any]:
    return {
        "id": f"{ticker}{old}",
        "ticker": ticker,
        "execution_date": day.isoformat(),
        "split_from": old,
        "split_to": new,
        "historical_adjustment_factor": 1.0,
        "adjustment_type": "forward_split",
    }


async def test_of_two_splits_of_one_date_a_bogus_one_moves_nothing(warm: Path, well: Board) -> None:

    def doubled(body: dict[str, Any]) -> None:
        real = next(row for row in body["results"] if row["split_to"] > row["split_from"])
        body["results"].insert(0, real | {"id": "bogus", "split_from": 60, "split_to": 1})

    board = await board_of(warm, {SPLITS: doubled})
    assert headlines(board) == headlines(well)
    assert board.basis is not None
    assert well.basis is not None
    assert board.basis.history.equals(well.basis.history)
    assert board.wire.left_out["splits"] == well.wire.left_out["splits"] + 1


async def test_a_dividend_row_that_comes_twice_is_one_dividend(warm: Path, well: Board) -> None:

    def twice(body: dict[str, Any]) -> None:
        body["results"] = [row for each in body["results"] for row in (each, each)]

    board = await board_of(warm, {DIVIDENDS: twice})
    assert headlines(board) == headlines(well)
    assert board.wire.left_out["dividends"] > well.wire.left_out.get("dividends", 0)


async def test_a_symbol_taken_over_by_another_company_ranks_nowhere(warm: Path) -> None:
    store, ticker, since = stored(warm), "AAPL", date(2025, 9, 2)
    for day in sorted(store.sessions()):
        if day < since:
            bars = store.bars([day])
            other = pl.col("ticker") == ticker
            prices = [pl.when(other).then(pl.col(name) / 12).otherwise(name).alias(name) for name in ("close", "vwap")]
            store.put_bars(day, bars.with_columns(prices))
    board = await board_of(warm, {})
    assert board.basis is not None
    assert board.momentum.value is not None
    assert (ticker, since, JUMPED) in board.basis.breaks.rows()
    legs = {row.ticker for row in (*board.momentum.value.long, *board.momentum.value.short)}
    assert ticker not in legs
    assert board.basis.history.filter(pl.col("ticker") == ticker)["session"].min() == since


async def test_from_the_close_on_the_session_stands_still_and_the_evening_is_apart(warm: Path) -> None:
    def sold_off(body: dict[str, Any]) -> None:
        for row in body["tickers"]:
            if row["day"]["c"]:
                row["lastTrade"]["p"] = row["min"]["c"] = row["day"]["c"] * 0.92
                row["lastTrade"]["c"] = [12]

    bell = await board_of(warm, {}, at=time(16))
    evening = await board_of(warm, {SNAPSHOT: sold_off}, at=time(18))
    assert headlines(evening) == headlines(bell)
    assert live(evening, "NVDA")["after_hours"] == pytest.approx(-0.08, abs=1e-9)
    assert live(evening, "NVDA")["ret"] == live(bell, "NVDA")["ret"]


async def test_a_fund_that_is_gone_from_listing_snapshot_and_bars_is_in_no_figure(warm: Path, well: Board) -> None:
    """The cache still has its share count and its closes of before."""
    usual = well.leverage.value

    def gone(rows: str, key: str) -> Callable[[dict[str, Any]], None]:
        def without(body: dict[str, Any]) -> None:
            if isinstance(body.get(rows), list):
                body[rows] = [row for row in body[rows] if row[key] != "TQQQ"]

        return without

    bars = {f"{GROUPED}{day}": gone("results", "T") for day in (BEFORE, date(2026, 2, 2), date(2026, 1, 30))}
    listing = {TICKERS: gone("results", "ticker"), SNAPSHOT: gone("tickers", "ticker")}
    reading = (await board_of(warm, listing | bars)).leverage.value
    assert usual is not None and reading is not None
    row = next(each for each in usual.by_fund if each.ticker == "TQQQ")
    assert usual.today_usd is not None and row.today_usd is not None and reading.today_usd is not None
    assert [(each.from_, each.reason) for each in reading.left_out if each.ticker == "TQQQ"] == [
        ("all", "no longer listed")
    ]
    assert reading.today_usd == pytest.approx(usual.today_usd - row.today_usd, rel=1e-9)
    assert reading.aum_usd == pytest.approx((usual.aum_usd or 0.0) - row.aum_usd, rel=1e-9)
    assert usual.per_1pct_usd is not None and reading.per_1pct_usd is not None
    assert reading.funds == usual.funds - 1
    assert reading.coverage == pytest.approx(reading.per_1pct_usd / usual.per_1pct_usd, rel=0.01), "of late it traded"
    assert reading.rank is None and reading.next_week.percentile is None


async def test_half_of_a_first_listing_is_half_of_the_book_and_is_not_recorded(warm: Path) -> None:
    store = stored(warm)
    (store.folder / "tickers.parquet").unlink()
    (store.folder / "week-realised.parquet").unlink()

    def halved(body: dict[str, Any]) -> None:
        if isinstance(body.get("results"), list):
            body["results"] = body["results"][::2]

    reading = (await board_of(warm, {TICKERS: halved}, at=time(16, 15))).leverage.value
    assert reading is not None and reading.coverage is not None
    assert reading.coverage < 0.9 and reading.rank is None
    assert not (store.folder / "week-realised.parquet").exists()


async def test_a_share_count_that_is_not_told_or_out_of_proportion_leaves_the_one_before(
    warm: Path, well: Board
) -> None:
    """The newest is asked for anew, the stored one of the session before stands."""
    store, usual = stored(warm), well.leverage.value
    details = store.table("details")
    assert details is not None and usual is not None
    for change in (None, 10.0):

        def spoilt(body: dict[str, Any], change: float | None = change) -> None:
            shares = body["results"].pop("share_class_shares_outstanding")
            if change is not None:
                body["results"]["share_class_shares_outstanding"] = int(shares * change)

        store.put_table("details", details.filter(pl.col("ticker") != "TQQQ"))
        counts = store.table("share-counts")
        assert counts is not None
        store.put_table("share-counts", counts.filter(~((pl.col("ticker") == "TQQQ") & (pl.col("session") == BEFORE))))
        reading = (await board_of(warm, {f"{TICKERS}/TQQQ": spoilt})).leverage.value
        assert reading is not None
        assert reading.aum_usd == pytest.approx(usual.aum_usd, rel=0.01)
        assert reading.creation_funds == usual.creation_funds - 1
        assert ("TQQQ" in reading.notes.get("aum_usd", "")) is (change is not None)


async def test_a_share_count_that_is_refused_costs_the_creations_of_its_fund_alone(warm: Path, well: Board) -> None:
    store, usual = stored(warm), well.leverage.value
    (store.folder / "share-counts.parquet").unlink()

    def unreadable(body: dict[str, Any]) -> None:
        body["results"] = "no"

    reading = (await board_of(warm, {f"{TICKERS}/TQQQ?date=2026-02-02": unreadable})).leverage.value
    assert reading is not None and usual is not None
    assert reading.creation_funds == usual.creation_funds - 1
    assert reading.creation_coverage is not None and usual.creation_coverage is not None
    assert 0.5 < reading.creation_coverage < usual.creation_coverage <= 1.0


async def test_today_without_the_returns_of_some_funds_says_on_how_much_it_rests(warm: Path, well: Board) -> None:
    """Every second fund, and what it follows, is missing from the snapshot."""
    usual = well.leverage.value
    assert usual is not None
    follows = {row.underlying for row in usual.by_fund if row.kind == "stock"}
    silent = {row.ticker for row in usual.by_fund} | follows - {"TSLA", "NVDA"}

    def halved(body: dict[str, Any]) -> None:
        body["tickers"] = [row for row in body["tickers"] if row["ticker"] not in silent]

    reading = (await board_of(warm, {SNAPSHOT: halved})).leverage.value
    assert reading is not None and reading.today_usd is not None
    assert reading.per_1pct_usd is not None and reading.coverage is not None
    counted = [row for row in reading.by_fund if row.kind in ("index", "sector", "stock") and row.return_ is not None]
    whole = sum(row.per_1pct_usd for row in reading.by_fund if row.kind in ("index", "sector", "stock"))
    assert 200 < reading.funds == len(counted) < reading.funds_known
    assert reading.today_usd == pytest.approx(sum(row.today_usd or 0.0 for row in counted), rel=1e-12)
    assert reading.per_1pct_usd == pytest.approx(sum(row.per_1pct_usd for row in counted), rel=1e-12)
    assert reading.aum_usd == pytest.approx(sum(row.aum_usd for row in counted), rel=1e-12)
    assert reading.coverage == pytest.approx(reading.per_1pct_usd / whole, rel=1e-12)
    assert 0.5 < reading.coverage < 0.98
    assert sum(row.today_usd or 0.0 for row in reading.by_underlying) == pytest.approx(reading.today_usd, rel=1e-9)
    assert "neither its underlying nor the fund has a return" in reading.missing["funds"]
