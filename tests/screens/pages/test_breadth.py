"""The breadth page: every figure with its percentile, the past of the chosen one, and who is left out."""

import re
from dataclasses import replace

import msgspec
import pytest

from deskview.analytics.breadth import BreadthReading
from deskview.board import Board
from deskview.screens.breadth.page import FIGURES, scale
from deskview.screens.frame.target import Kind, Target
from deskview.widgets.chart import Chart
from deskview.widgets.gauge import ordinal
from deskview.widgets.table import Table
from tests.screens.pages.opened import SIZES, opened, pressed
from tests.widgets.host import lines_of

NO_FIGURES = {
    "index",
    "percentile",
    "days",
    "members",
    "left_out",
    "left_out_reasons",
    "coverage",
    "coverage_note",
    "missing",
}


def reading_of(board: Board) -> BreadthReading:
    assert board.breadth.value is not None
    return board.breadth.value


def test_no_figure_of_the_reading_is_left_off_the_page() -> None:
    assert {figure.key for figure in FIGURES} == set(BreadthReading.__struct_fields__) - NO_FIGURES


async def test_each_figure_stands_with_its_percentile_and_its_days(board: Board) -> None:
    reading = reading_of(board)
    async with opened(board, "breadth") as (app, _):
        lines = lines_of(app.page.query_one("#figures", Table))
        for figure in FIGURES:
            line = next(line for line in lines if line.startswith(f"{figure.title} "))
            assert figure.write(getattr(reading, figure.key)) in line
            rank = reading.percentile.get(figure.key)
            if rank is not None:
                assert f" {ordinal(rank)} " in line
                assert scale(rank) in line
                assert f" {reading.days[figure.key]} " in line
        assert f"{reading.members} members" in app.facts
        assert "left out 0" in app.facts


@pytest.mark.parametrize(("rank", "place"), [(0.0, 0), (25.0, 5), (100.0, 20)])
def test_the_scale_puts_the_dot_where_the_percentile_is(rank: float, place: int) -> None:
    assert scale(rank).index("●") == place
    assert len(scale(rank)) == 21
    assert scale(None) == ""


async def test_the_figure_under_the_cursor_is_charted(board: Board) -> None:
    async with opened(board, "breadth") as (app, pilot):
        assert lines_of(app.page.query_one(Chart))[0].startswith("beat the index, 252 sessions")
        await pressed(app, pilot, "j")
        assert lines_of(app.page.query_one(Chart))[0].startswith("beat it, by weight, 252 sessions")
        await pressed(app, pilot, "enter")
        assert not app.page.query_one("#figures").is_on_screen
        assert app.page.query_one(Chart).region.height > 30


async def test_who_is_left_out_is_named_with_the_reason_and_opens(board: Board) -> None:
    reading = msgspec.structs.replace(
        reading_of(board), left_out=2, left_out_reasons={"ZZZ": "no trade today", "AAPL": "no previous close"}
    )
    changed = replace(board, breadth=replace(board.breadth, value=reading))
    async with opened(changed, "breadth") as (app, pilot):
        assert "1 no trade today" in app.facts
        table = app.page.query_one("#left-out", Table)
        assert [line.rstrip() for line in lines_of(table)[1:3]] == [
            "AAPL      no previous close",
            "ZZZ       no trade today",
        ]
        app.page.set_focus(table)
        await pressed(app, pilot, "enter")
        assert app.opened == [Target(Kind.NAME, "AAPL")]


async def test_a_missing_figure_is_a_dash_with_its_reason(board: Board) -> None:
    reading = reading_of(board)
    without = msgspec.structs.replace(
        reading,
        gap=None,
        percentile={**reading.percentile, "gap": None},
        missing={"gap": "market caps of too many members are unknown"},
    )
    async with opened(replace(board, breadth=replace(board.breadth, value=without)), "breadth", (160, 40)) as (app, _):
        line = next(line for line in app.text.splitlines() if line.strip().startswith("equal less cap"))
        assert line.split()[3:5] == ["–", "–"]
        assert "market caps of too many members are unknown" in line


@pytest.mark.parametrize("size", SIZES)
async def test_no_figure_is_cut_at_any_size(board: Board, size: tuple[int, int]) -> None:
    async with opened(board, "breadth", size) as (app, pilot):
        table = app.page.query_one("#figures", Table)
        assert {"figure", "now", "percentile", "days"}.isdisjoint(table.dropped)
        assert re.search(r"[\d.]…", app.text) is None
        await pressed(app, pilot, "w")
        assert "beat the index, 252 sessions" in app.text
