"""The breadth page: every figure with its percentile, the past of the chosen one, and who is left out."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest

from deskview.analytics.breadth import POWER_OF_THE_HOUR, BreadthReading, Hour
from deskview.board import Board
from deskview.ordinals import ordinal
from deskview.screens.breadth.page import FIGURES, scale
from deskview.screens.frame.target import Kind, Target
from deskview.screens.subjects import card_of
from deskview.widgets.chart import Chart
from deskview.widgets.table import Table
from tests.screens.pages.opened import SIZES, opened, pressed
from tests.widgets.host import lines_of

NO_FIGURES = {
    "index",
    "percentile",
    "days",
    "hour",
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
            line = next(line for line in lines if line.startswith(f"{figure.about.short} "))
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


WHY = "the five-minute bars of the index are not here yet, and without them no hour is like another"


def at_an_hour(board: Board, share: float | None, why: str = "") -> Board:
    """The board five minutes to noon, v(tau) being `share`; without it no figure of the hour has a percentile."""
    reading = reading_of(board)
    unranked = set() if share is not None else POWER_OF_THE_HOUR.keys() & reading.percentile.keys()
    missing = {f"percentile.{name}": why for name in unranked} | ({"hour.variance_share": why} if why else {})
    changed = msgspec.structs.replace(
        reading,
        hour=Hour(variance_share=share),
        percentile={name: None if name in unranked else rank for name, rank in reading.percentile.items()},
        missing=missing,
    )
    noon = datetime(2026, 2, 4, 16, 55, tzinfo=UTC)
    return replace(board, breadth=replace(board.breadth, value=changed, missing=missing, as_of=noon))


async def test_what_the_percentiles_are_against_is_said_on_page_and_card(board: Board) -> None:
    for given, words in (
        (
            at_an_hour(board, 0.5),
            ("against the same hour of 252 days", "returns and dispersions × √v = 0.71, shares as they are"),
        ),
        (at_an_hour(board, 1.0), ("against 252 days at their close",)),
        (at_an_hour(board, None, WHY), (f"none of the hour: {WHY}",)),
    ):
        async with opened(given, "breadth", (80, 24)) as (app, _):
            assert all(part in " ".join(app.text.split()) for part in words)
        card = card_of(given, "breadth", None).content.plain
        assert all(part in card for part in words)


async def test_a_chart_of_closes_says_so_beside_a_figure_of_an_hour(board: Board) -> None:
    async with opened(at_an_hour(board, 0.5), "breadth") as (app, pilot):
        chart = app.page.query_one(Chart)
        assert lines_of(chart)[0].startswith("beat the index, 252 sessions at their close, today at 11:55")
        app.page.query_one("#figures", Table).focus()
        await pressed(app, pilot, "end")
        assert lines_of(chart)[0].startswith("implied, simple, 252 sessions ")


async def test_a_reason_all_percentiles_share_stands_once(board: Board) -> None:
    async with opened(at_an_hour(board, None, "too early"), "breadth", (160, 40)) as (app, _):
        assert app.text.count("too early") == 1
        line = next(line for line in app.text.splitlines() if line.strip().startswith("dispersion"))
        assert line.split()[2] == "–"
        assert "Standard deviation of the members' returns" in line
        average = next(line for line in app.text.splitlines() if line.strip().startswith("average, 63 d"))
        assert re.search(r" \d+(st|nd|rd|th) ", average)


@pytest.mark.parametrize("size", SIZES)
async def test_no_figure_is_cut_at_any_size(board: Board, size: tuple[int, int]) -> None:
    async with opened(board, "breadth", size) as (app, pilot):
        table = app.page.query_one("#figures", Table)
        assert {"figure", "now", "percentile", "days"}.isdisjoint(table.dropped)
        assert re.search(r"[\d.]…", app.text) is None
        await pressed(app, pilot, "w")
        assert "beat the index, 252 sessions" in app.text
