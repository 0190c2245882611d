"""From row to row, back to where one was, and the chart over its spans."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from deskview.board import Board
from deskview.format import percent
from deskview.market.schema import INTRADAY
from deskview.screens.frame.chart_view import SESSIONS, View, today_of
from deskview.screens.frame.detail import Detail
from deskview.screens.frame.price_chart import with_chart
from deskview.screens.frame.target import Kind, Opened, Target
from deskview.screens.leverage.pane import SHOWN
from deskview.screens.subjects import detail_of
from deskview.settings import Settings
from deskview.widgets.chart import Chart
from deskview.widgets.chartspec import Candle
from deskview.widgets.lines import Lines
from deskview.widgets.sorting import SortedTable
from deskview.widgets.table import Table
from tests.app.desk import Seat, seated


async def enter(seat: Seat) -> None:
    """Opens the row under the cursor and waits until it is there."""
    await seat.press("enter")
    async with asyncio.timeout(60):
        while not (seat.app.journey.place and seat.app.screen.query(Chart)):
            await seat.settle()
    await seat.settle()


def heading(seat: Seat) -> str:
    """The page's heading without the age beside it."""
    return seat.lines[1].rpartition("  ")[0].strip()


def chart_title(seat: Seat) -> str:
    return next(line for line in seat.lines if "[ ]" in line)


async def test_n_and_p_step_through_the_list_one_came_from(board: Board) -> None:
    assert board.leverage.value is not None
    names = [row.ticker for row in board.leverage.value.by_name if row.today_usd is not None]
    assert len(names) > SHOWN
    async with seated(board) as seat:
        await seat.press("3", "down", "enter")
        assert seat.app.journey.place == Target(Kind.NAME, names[1])
        await seat.press("n")
        assert seat.app.journey.place == Target(Kind.NAME, names[2])
        assert f"3/{SHOWN}" in seat.lines[1]
        await seat.press("p", "p", "p")
        assert seat.app.journey.place == Target(Kind.NAME, names[0])
        await seat.press("h")
        lines = seat.app.screen.focused
        assert isinstance(lines, Lines)
        assert lines.cursor_key == names[1]


async def test_the_market_hears_which_names_page_is_shown_and_when_it_is_left(board: Board) -> None:
    assert board.leverage.value is not None
    first, second = [row.ticker for row in board.leverage.value.by_name if row.today_usd is not None][:2]
    async with seated(board) as seat:
        assert seat.door.market is not None
        heard = seat.door.market.opened
        await seat.press("3", "enter")
        await seat.press("left_square_bracket", "z", "escape")
        await seat.see(board)
        assert heard == [first], "once, however often the page is drawn"
        await seat.press("n", "n", "p")
        third = heard[2]
        assert heard == [first, second, third, second]
        await seat.press("m")
        assert heard[4:] == [None], "another page lies over it"
        await seat.press("escape")
        assert heard[5:] == [second]
        await seat.press("escape")
        assert heard[6:] == [None]


@pytest.mark.parametrize("kind", [Kind.GROUP, Kind.FUND])
async def test_a_group_or_fund_is_no_name_whose_prints_are_wanted(board: Board, kind: Kind) -> None:
    assert board.rotation.value is not None
    assert board.leverage.value is not None
    keys = {Kind.GROUP: board.rotation.value.groups[0].name, Kind.FUND: board.leverage.value.by_fund[0].ticker}
    async with seated(board) as seat:
        assert seat.door.market is not None
        seat.app.post_message(Opened(Target(kind, keys[kind])))
        await seat.settle()
        assert seat.app.journey.place == Target(kind, keys[kind])
        assert seat.door.market.opened == []


async def test_back_finds_cursor_and_scroll_where_they_were(board: Board) -> None:
    assert board.rotation.value is not None
    group = max(board.rotation.value.groups, key=lambda group: group.members)
    async with seated(board, size=(120, 24)) as seat:
        seat.app.post_message(Opened(Target(Kind.GROUP, group.name)))
        await seat.settle()
        table = seat.app.screen.query_one("#list-0", Table)
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
        spans = ("1y, adj", "3m, adj", "1m, adj", "5d, adj", "1d ", "1d ")
        assert [span in title for span, title in zip(spans, seen, strict=True)] == [True] * 6
        assert "no bars" in seen[-1]
        await seat.press("right_square_bracket", "z")
        assert chart._spec is not None and len(chart._spec.candles) == 5
        assert not seat.app.screen.query(Table).first().region.area
        await seat.press("escape")
        assert seat.app.journey.place is not None
        assert "5d, adj" in chart_title(seat)


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
        seat.app.journey._intraday = bars
        await enter(seat)
        assert asked == []
        await seat.press(*["left_square_bracket"] * 4)
        assert isinstance(seat.app.journey.place, Target)
        assert asked[-1] == seat.app.journey.place.key
        assert "1d  [ ] x ─" in chart_title(seat)
        spec = seat.app.screen.query_one(Chart)._spec
        assert spec is not None
        assert [bar.close for bar in spec.candles] == [1.0, 1.1, 1.2, 1.3, 1.4, 1.5]


def session_bars(ticker: str, count: int) -> pl.DataFrame:
    """So many bars of five minutes from the open of the crash on."""
    start = datetime(2026, 2, 4, 14, 30, tzinfo=UTC)
    rows = [
        {"ticker": ticker, "start": start + timedelta(minutes=5 * n), "open": 1.0, "high": 2.0, "low": 1.0}
        | {"close": 1.5, "volume": 10.0}
        for n in range(count)
    ]
    return pl.DataFrame(rows, schema=dict(INTRADAY))


async def test_x_turns_the_chart_to_the_index_to_the_sector_and_back(board: Board) -> None:
    async with seated(board) as seat:
        seat.app.post_message(Opened(Target(Kind.NAME, "NVDA")))
        await seat.settle()
        seen = []
        for _ in range(4):
            seen.append(re.split(r"  \[ |─ ", chart_title(seat).rpartition("╭─ ")[2])[0])
            await seat.press("x")
        assert seen == ["1y, adjusted", "1y less SPY", "1y less Info Tech", "1y, adjusted"]
        await seat.press("x")
        seat.app.post_message(Opened(Target(Kind.GROUP, "Airlines")))
        await seat.settle()
        assert "1y less SPY" in chart_title(seat), "what has no third form shows its last"
        await seat.press("x")
        assert "1y, mean of its members" in chart_title(seat)


async def test_the_indexs_bars_are_asked_for_only_where_the_day_is_relative_to_it(board: Board) -> None:
    asked: list[str] = []

    async def bars(ticker: str) -> pl.DataFrame:
        asked.append(ticker)
        return session_bars(ticker, 6)

    async with seated(board) as seat:
        seat.app.journey._intraday = bars
        seat.app.post_message(Opened(Target(Kind.NAME, "NVDA")))
        await seat.settle()
        await seat.press("x")
        assert asked == []
        await seat.press(*["left_square_bracket"] * 4)
        assert set(asked) == {"SPY", "NVDA"}
        assert chart_title(seat).rstrip("─╮ ").endswith("1d less SPY  [ ] x")
        spec = seat.app.screen.query_one(Chart)._spec
        assert spec is not None
        assert len(spec.series[0].y) == 6
        asked.clear()
        await seat.press("x", "x")
        assert "SPY" in asked and asked[-1] == "NVDA"
        asked.clear()
        await seat.see(board)
        assert asked == ["NVDA"]


async def test_bars_that_have_come_stay_until_newer_ones_do(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    bars, shown = session_bars("NVDA", 6), []

    async def of(_ticker: str) -> pl.DataFrame:
        return bars

    async with seated(board) as seat:
        seat.app.journey._intraday = of
        seat.app.post_message(Opened(Target(Kind.NAME, "NVDA")))
        await seat.settle()
        await seat.press(*["left_square_bracket"] * 4)
        show = seat.app.journey.detail.show

        def watched(board: Board, detail: Detail, *, crumbs: list[str], count: str = "") -> None:
            assert detail.chart is not None
            shown.append(len(detail.chart.candles))
            show(board, detail, crumbs=crumbs, count=count)

        monkeypatch.setattr(seat.app.journey.detail, "show", watched)
        await seat.see(board)
        assert shown == [6], "nothing is drawn twice, and none without its bars"
        bars = session_bars("NVDA", 7)
        await seat.see(board)
        assert shown == [6, 6, 7]


async def test_a_chart_is_drawn_in_ascii_where_the_screen_is(board: Board) -> None:
    async with seated(board, settings=Settings(ascii=True)) as seat:
        seat.app.post_message(Opened(Target(Kind.NAME, "NVDA")))
        await seat.settle()
        chart = seat.app.screen.query_one(Chart)
        drawn = [seat.lines[y][chart.region.x : chart.region.right] for y in range(chart.region.y, chart.region.bottom)]
        assert drawn[0].startswith("close  o 20 d")
        assert not any("?" in line or not line.isascii() for line in drawn)


async def test_a_name_shows_its_key_statistics(board: Board) -> None:
    async with seated(board, size=(200, 60)) as seat:
        await enter(seat)
        for figure in ("52w ", "20-day dollar volume", "volatility 1m", "beta to SPY"):
            assert figure in seat.text


async def test_a_page_opened_by_its_key_starts_at_its_first_view_and_come_back_to_stays(board: Board) -> None:
    async with seated(board) as seat:
        await seat.press("v")
        first, focused = heading(seat), seat.app.screen.focused
        await seat.press("x", "x", "down")
        there = heading(seat)
        assert there != first
        await seat.press("m", "escape")
        assert heading(seat) == there
        await seat.press("escape", "v")
        assert heading(seat) == first
        assert seat.app.screen.focused is focused


async def test_a_list_is_at_its_top_and_the_chart_gone_where_a_page_is_opened_anew(board: Board) -> None:
    async with seated(board) as seat:
        await seat.press("o", "down", "down")
        heat = seat.app.screen.focused
        assert isinstance(heat, Lines)
        top = heat.keys[0]
        assert heat.cursor_key != top
        await seat.press("w", "escape", "o")
        assert "Rotation map" not in seat.text
        assert seat.app.screen.focused is heat
        assert heat.cursor_key == top


async def test_a_pages_heading_says_where_esc_leads(board: Board) -> None:
    async with seated(board) as seat:
        await seat.press("v")
        assert seat.lines[1].strip().startswith("Leveraged ETFs")
        await seat.press("o")
        assert seat.lines[1].strip().startswith("leverage › Rotation")
        await seat.press("m", "b")
        assert seat.lines[1].strip().startswith("leverage › rotation › momentum › Breadth")
        await seat.press("escape", "escape")
        assert seat.lines[1].strip().startswith("leverage › Rotation")
        await seat.press("escape")
        assert seat.lines[1].strip().startswith("Leveraged ETFs")


@pytest.mark.parametrize("span", ["1y", "3m", "1m", "5d"])
async def test_the_chart_ends_with_the_session_under_way(board: Board, span: str) -> None:
    assert board.snapshot is not None
    own = board.snapshot.filter(pl.col("ticker") == "NVDA")
    open_, high, low, last = own.select("open", "high", "low", "day_close").row(0)
    chart = with_chart(board, detail_of(board, Target(Kind.NAME, "NVDA")), View(span)).chart
    assert chart is not None
    assert chart.x_ticks[-1][1].startswith("04 Feb")
    newest = chart.candles[-1]
    assert newest == Candle(newest.x, open_, max(high, last), min(low, last), last)
    assert chart.x_ticks[-1][0] == newest.x
    assert len(chart.candles) == SESSIONS[span]


@pytest.mark.parametrize(
    ("phase", "label"), [("open", "04 Feb now"), ("extended-hours", "04 Feb"), ("closed", "04 Feb")]
)
def test_today_is_now_only_while_the_market_is_open(board: Board, phase: str, label: str) -> None:
    today = today_of(replace(board, phase=phase), "NVDA")
    assert today is not None
    assert today.label == label


def test_before_the_first_trade_there_is_no_candle_of_today(board: Board) -> None:
    assert board.snapshot is not None
    none = pl.lit(None, pl.Float64)
    early = replace(board, snapshot=board.snapshot.with_columns(open=none, high=none, low=none))
    chart = with_chart(early, detail_of(early, Target(Kind.NAME, "NVDA")), View("5d")).chart
    assert chart is not None
    assert chart.x_ticks[-1][1] == "03 Feb"
    assert len(chart.candles) == 5
    assert board.live is not None
    unpriced = replace(board, live=board.live.with_columns(price=none))
    assert today_of(unpriced, "NVDA") is None


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_newest_date_stands_below_the_chart(board: Board, size: tuple[int, int]) -> None:
    async with seated(board, size=size) as seat:
        seat.app.post_message(Opened(Target(Kind.NAME, "NVDA")))
        await seat.settle()
        for span in ("z", "left_square_bracket", "left_square_bracket", "left_square_bracket"):
            await seat.press(span)
            assert "04 Feb" in seat.text


async def test_i_on_the_neutral_basket_explains_that_one(board: Board) -> None:
    async with seated(board) as seat:
        await seat.press("m", "x", "i")
        assert "Momentum, neutral to sectors" in seat.text


async def test_i_on_the_alerts_page_explains_alerts(board: Board) -> None:
    async with seated(board) as seat:
        await seat.press("A", "i")
        assert "is armed again when the reading is back" in " ".join(seat.text.replace("│", "").split())


async def test_t_names_the_theme(board: Board) -> None:
    async with seated(board) as seat:
        await seat.press("t")
        assert [notice.message for notice in seat.app._notifications] == [f"Theme {seat.app.theme}"]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_legs_add_up_on_the_desk(board: Board, size: tuple[int, int]) -> None:
    reading = board.momentum.value
    assert reading is not None
    async with seated(board, size=size) as seat:
        assert f"{percent(reading.return_)}  " in seat.text
        assert f"long {percent(reading.long_return)}   short basket {percent(reading.short_return)}" in seat.text
        hedged = reading.beta_neutral
        assert f"beta-neutral {percent(hedged.return_)} k{hedged.hedge_ratio:.2f}" in seat.text


async def test_a_page_s_list_holds_its_order_and_says_so_until_one_asks_or_comes_back(
    board: Board, earlier: Board
) -> None:
    async with seated(earlier) as seat:
        for renewed in (("r",), ("escape", "v"), ("question_mark", "escape")):
            await seat.press("v")
            table = seat.app.screen.query_one("#names", SortedTable)
            await seat.press("r")
            await seat.see(earlier)
            before = table.keys
            assert "today▾" in seat.text
            await seat.see(board)
            assert table.keys == before
            assert "today▿" in seat.text
            await seat.press(*renewed)
            assert "today▾" in seat.text
            assert table.keys != before
            await seat.press("escape")


@pytest.mark.parametrize("width", [60, 80])
async def test_what_is_shown_is_never_cut_for_the_places_before_it(board: Board, width: int) -> None:
    async with seated(board, size=(width, 24)) as seat:
        await seat.press("v", "b", "o", "f", "m")
        assert re.match(r" (leverage|…).* › Momentum  ·  raw deciles ", seat.lines[1])
        await seat.press("slash", *"nvda", "enter")
        assert "NVDA  Nvidia" in seat.lines[1]
