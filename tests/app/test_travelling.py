"""From row to row, back to where one was, and the chart over its spans."""

import asyncio
from datetime import UTC, datetime, timedelta

import polars as pl

from deskview.board import Board
from deskview.market.schema import INTRADAY
from deskview.screens.target import Kind, Opened, Target
from deskview.widgets.chart import Chart
from deskview.widgets.lines import Lines
from deskview.widgets.table import Table
from tests.app.desk import Seat, seated


async def enter(seat: Seat) -> None:
    """Opens the row under the cursor and waits until it is there."""
    await seat.press("enter")
    async with asyncio.timeout(60):
        while not (seat.app.place and seat.app.screen.query(Chart)):
            await seat.settle()
    await seat.settle()


def chart_title(seat: Seat) -> str:
    return next(line for line in seat.lines if "[ ]" in line)


async def test_n_and_p_step_through_the_list_one_came_from(board: Board) -> None:
    assert board.leverage.value is not None
    names = [row.ticker for row in board.leverage.value.by_name if row.today_usd is not None]
    async with seated(board) as seat:
        await seat.press("3", "down", "enter")
        assert seat.app.place == Target(Kind.NAME, names[1])
        await seat.press("n")
        assert seat.app.place == Target(Kind.NAME, names[2])
        assert f"3/{len(names)}" in seat.lines[1]
        await seat.press("p", "p", "p")
        assert seat.app.place == Target(Kind.NAME, names[0])
        await seat.press("h")
        lines = seat.app.screen.focused
        assert isinstance(lines, Lines)
        assert lines.cursor_key == names[1]


async def test_back_finds_cursor_and_scroll_where_they_were(board: Board) -> None:
    assert board.rotation.value is not None
    group = max(board.rotation.value.groups, key=lambda group: group.members)
    async with seated(board, size=(120, 24)) as seat:
        seat.app.post_message(Opened(Target(Kind.GROUP, group.name)))
        await seat.settle()
        table = seat.app.screen.query(Table).first()
        table.focus()
        await seat.press("G", "up", "up")
        key, scroll = table.cursor_key, table.scroll_offset.y
        assert scroll > 0
        await seat.press("enter", "backspace")
        assert (table.cursor_key, table.scroll_offset.y) == (key, scroll)


async def test_the_chart_reaches_from_a_day_to_a_year_and_shows_candles(board: Board) -> None:
    async with seated(board) as seat:
        await enter(seat)
        chart = seat.app.screen.query_one(Chart)
        seen = [chart_title(seat)]
        for _ in range(5):
            await seat.press("left_square_bracket")
            seen.append(chart_title(seat))
        spans = ("1y close", "3m close", "1m close", "5d close", "1d ", "1d ")
        assert [span in title for span, title in zip(spans, seen, strict=True)] == [True] * 6
        assert "no bars" in seen[-1]
        await seat.press("right_square_bracket", "z")
        assert "candles" in chart_title(seat)
        assert chart._spec is not None and len(chart._spec.candles) == 5
        assert not seat.app.screen.query(Table).first().region.area
        await seat.press("escape")
        assert seat.app.place is not None
        assert "5d close" in chart_title(seat)


async def test_the_sessions_bars_are_filled_in_when_they_have_come(board: Board) -> None:
    start = datetime(2026, 2, 4, 14, 30, tzinfo=UTC)
    asked: list[str] = []

    async def bars(ticker: str) -> pl.DataFrame:
        asked.append(ticker)
        rows = [
            {"ticker": ticker, "start": start + timedelta(minutes=5 * n), "open": 1.0, "high": 2.0, "low": 1.0}
            | {"close": 1.0 + n / 10, "volume": 10.0}
            for n in range(6)
        ]
        return pl.DataFrame(rows, schema=dict(INTRADAY))

    async with seated(board) as seat:
        seat.app.intraday = bars  # type: ignore[method-assign]
        await enter(seat)
        assert asked == []
        await seat.press(*["left_square_bracket"] * 4)
        assert isinstance(seat.app.place, Target)
        assert asked[-1] == seat.app.place.key
        assert "1d in 5 minutes" in chart_title(seat)
        spec = seat.app.screen.query_one(Chart)._spec
        assert spec is not None
        assert spec.series[0].y == (1.0, 1.1, 1.2, 1.3, 1.4, 1.5)


async def test_a_name_shows_its_key_statistics(board: Board) -> None:
    async with seated(board, size=(120, 50)) as seat:
        await enter(seat)
        for figure in ("52 weeks", "20-day dollar volume", "volatility 1m", "beta to SPY"):
            assert figure in seat.text
