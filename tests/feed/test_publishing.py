"""Prints on the board as they come: name by name on a slow plan, and read again once when the day is over."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from deskview.board import Board
from deskview.providers.base import Table
from deskview.settings import Flow, Settings
from tests.feed.running import running
from tests.feed.tiny import TinyMarket, prints_after

MONDAY = date(2026, 3, 2)
NAMES = ("AAPL", "JPM", "NVDA")
SETTINGS = Settings(history_sessions=60, flow=Flow(names=NAMES, history_sessions=20, calls_per_session=6))
OPENS = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 2, hour, minute, tzinfo=UTC)


class OneByOne(TinyMarket):
    """A market whose prints come one name at a time, when the test lets them."""

    def __init__(self) -> None:
        super().__init__(at(18))
        self.turns = asyncio.Semaphore(1)

    async def trades(self, ticker: str, since: datetime, until: datetime) -> Table:
        """The prints, when it is the name's turn."""
        await self.turns.acquire()
        return await super().trades(ticker, since, until)


def names_in(board: Board) -> int:
    return board.flow.value.names if board.flow.value else 0


def told(board: Board, count: int) -> bool:
    """Whether so many names are in, and the note, which the year of windows has first, is on them."""
    return names_in(board) == count and (count == len(NAMES) or board.flow.note.startswith("prints:"))


async def test_each_name_is_shown_as_soon_as_it_is_there_and_the_reading_says_how_many(tmp_path: Path) -> None:
    market = OneByOne()
    async with running(market, tmp_path, SETTINGS) as shown:
        for count in range(1, len(NAMES) + 1):
            board = await shown.until(lambda board, count=count: told(board, count))  # type: ignore[misc]
            reading = board.flow.value
            assert reading is not None
            assert (reading.names, reading.focus) == (count, 3)
            assert [row.ticker for row in reading.by_name] == sorted(NAMES)[:count]
            assert (f"{count} of 3 names" in reading.comparison) == (count < len(NAMES))
            if count < len(NAMES):
                assert board.flow.progress == count / 3
                assert f"prints: {count} of 3 names" in board.flow.note
            market.turns.release()
        whole = await shown.until(lambda board: names_in(board) == len(NAMES) and board.flow.progress is None)
    assert "prints:" not in whole.flow.note


class Tape(TinyMarket):
    """A market with one tape of prints, some of which may be cancelled in their place."""

    def __init__(self, clock: datetime) -> None:
        super().__init__(clock)
        self.cancelled: list[int] = []
        self.asked: list[datetime] = []

    async def trades(self, ticker: str, since: datetime, until: datetime) -> Table:
        """What is on the tape within the time."""
        self.asked.append(since)
        tape = prints_after(ticker, OPENS)
        code = pl.when(pl.col("sequence").is_in(self.cancelled)).then(8).otherwise(0)
        inside = pl.col("sip_time").is_between(since, until, closed="left")
        return Table(tape.filter(inside).with_columns(correction=code.cast(tape.schema["correction"])))


def cancelled_in(board: Board) -> int:
    return board.flow.value.left_out.get("cancelled or in error", 0) if board.flow.value else 0


async def test_after_the_close_the_day_is_read_again_once_and_cancels_in_their_place_are_found(tmp_path: Path) -> None:
    market = Tape(at(20, 30))
    async with running(market, tmp_path, SETTINGS) as shown:
        before = await shown.until(lambda board: names_in(board) == len(NAMES) and board.flow.progress is None)
        assert before.flow.value is not None
        market.cancelled = [3, 7]
        market.clock = at(21, 15)
        shown.feed.refresh_now()
        await shown.until(lambda board: board.as_of == at(21, 15))
        shown.feed.refresh_now()
        after = await shown.until(lambda board: cancelled_in(board) == 2 * len(NAMES))
        asked = market.asked.count(OPENS)
        shown.feed.refresh_now()
        market.clock += timedelta(minutes=1)
        await shown.until(lambda board: board.as_of == at(21, 16))
    assert after.flow.value is not None
    prints = [
        board.flow.value.retail.prints + board.flow.value.institutional.prints
        for board in (before, after)
        if board.flow.value
    ]
    assert prints[0] - prints[1] == 2 * len(NAMES)
    assert asked == market.asked.count(OPENS) == 2 * len(NAMES)
