"""The flow page: every view at every size, the curves and bars of the reading, what opens, what is missing."""

from dataclasses import replace

import msgspec
import pytest

from deskview.analytics.flow import Flow
from deskview.analytics.flow.subpenny import ACCURACY
from deskview.board import Board, Part
from deskview.screens.crowding import favourite_facts
from deskview.screens.desk.still import still
from deskview.screens.flow.explain import usual_usd
from deskview.screens.flow.page import TITLES, FlowPage, curves, time_line
from deskview.screens.flow.rows import divergence_rows, quality_rows
from deskview.screens.format import usd
from deskview.screens.frame.target import Kind, Target
from deskview.themes import DEFAULT_THEME
from deskview.widgets.facts import Fact
from deskview.widgets.sorting import SortedTable
from deskview.widgets.table import Table
from tests.screens.pages.opened import SIZES, opened, pressed
from tests.widgets.host import lines_of


def reading_of(board: Board) -> Flow:
    assert board.flow.value is not None
    return board.flow.value


def words(board: Board) -> str:
    assert board.crowding.value is not None
    return " ".join(piece.text for line in favourite_facts(board.crowding.value) for fact in line for piece in fact)


@pytest.mark.parametrize("size", SIZES)
async def test_every_pane_is_in_a_view_and_every_view_is_drawn(board: Board, size: tuple[int, int]) -> None:
    async with opened(board, "flow", size) as (app, pilot):
        page = app.page
        assert isinstance(page, FlowPage)
        views = page.views_for(*size)
        assert sorted(pane for view in views for pane in view.panes) == sorted(TITLES)
        for view in views:
            assert page.view == view
            assert "RETAIL" in app.text
            assert "NON-RETAIL" in app.text
            for pane in view.panes:
                assert TITLES[pane] in app.text
            await pressed(app, pilot, "x")
        assert page.view == views[0]


async def test_names_are_ranked_by_either_side(board: Board) -> None:
    rows = reading_of(board).by_name
    async with opened(board, "flow", (200, 60)) as (app, _):
        by_retail = lines_of(app.page.query_one("#by-retail", SortedTable))[1:]
        by_other = lines_of(app.page.query_one("#by-other", SortedTable))[1:]
    assert [line.split()[0] for line in by_retail if line.strip()] == [
        row.ticker for row in sorted(rows, key=lambda row: -row.retail_net_usd)
    ]
    assert [line.split()[0] for line in by_other if line.strip()] == [
        row.ticker for row in sorted(rows, key=lambda row: row.other_net_usd)
    ]


async def test_a_name_opens_and_what_is_no_name_does_not(board: Board) -> None:
    async with opened(board, "flow") as (app, pilot):
        await pressed(app, pilot, "enter")
        first = max(reading_of(board).by_name, key=lambda row: row.retail_net_usd)
        assert app.opened == [Target(Kind.NAME, first.ticker)]
        assert app.page.target_of("quality", "rate:0") is None


def test_the_curves_end_at_the_net_of_the_day(board: Board) -> None:
    reading = reading_of(board)
    chart = curves(reading, "16:00:00")
    assert [line.label for line in chart.series] == ["retail", "non-retail"]
    for line, side in zip(chart.series, (reading.retail, reading.institutional), strict=True):
        assert (line.y[0], len(line.y)) == (0.0, 14)
        assert line.y[-1] == pytest.approx(side.net_usd)
    assert chart.x_ticks[0] == (0.0, "09:30")
    assert chart.x_ticks[-1] == (13.0, "16:00")


def test_half_hours_to_come_are_no_part_of_the_curve(board: Board) -> None:
    assert {len(line.x) for line in curves(reading_of(board), "11:05:00").series} == {5}
    assert curves(reading_of(board), "09:00:00").series == ()


@pytest.mark.parametrize("width", [14, 28, 46, 66, 120])
def test_times_stand_under_their_bars_and_never_run_together(board: Board, width: int) -> None:
    line = time_line(reading_of(board).retail, width, 5)
    assert line.startswith("09:30")
    assert all(len(text) == 5 and text[2] == ":" for text in line.split())


def test_divergence_names_who_buys(board: Board) -> None:
    reading = reading_of(board)
    rows = divergence_rows(reading)
    assert [row.key for row in rows] == [row.ticker for row in (*reading.divergence, *reading.converse)]
    assert {row.cells[1].text for row in rows[: len(reading.divergence)]} <= {"buys", "flat, buys"}


def test_a_side_that_is_flat_is_said_to_be_flat(board: Board) -> None:
    reading = reading_of(board)
    one = msgspec.structs.replace(reading.by_name[0], retail_intensity=0.004)
    other = msgspec.structs.replace(reading.by_name[0], retail_intensity=-0.006)
    rows = divergence_rows(msgspec.structs.replace(reading, divergence=[one], converse=[other]))
    assert [row.cells[1].text for row in rows] == ["flat, buys", "sells"]


def test_what_was_left_out_and_how_often_the_method_errs_is_told(board: Board) -> None:
    reading = msgspec.structs.replace(reading_of(board), left_out={"average price": 1234})
    text = " ".join(cell.text for row in quality_rows(reading) for cell in row.cells)
    assert "1,234 average price" in text
    assert usd(reading.auction_usd, sign=False) in text
    assert all(rate.statement in text and rate.source in text for rate in ACCURACY)


async def test_favourites_stand_with_their_overlap(board: Board) -> None:
    crowding = board.crowding.value
    assert crowding is not None
    assert f"{crowding.names} of {crowding.universe} names" in words(board)
    assert f"{crowding.long.common} of {crowding.long.sampled}" in words(board)
    async with opened(board, "flow", (200, 60)) as (app, _):
        lines = lines_of(app.page.query_one("#favourites", Table))[1:]
        assert lines[0].split()[0] == crowding.favourites[0].ticker


async def test_without_samples_the_page_says_so(board: Board) -> None:
    bare = replace(board, crowding=Part.awaited("waiting for the samples of the momentum universe"))
    async with opened(bare, "flow", (200, 60)) as (app, _):
        assert "waiting for the samples" in app.text


async def test_without_prints_the_page_gives_the_reason(board: Board) -> None:
    bare = replace(board, flow=Part.awaited("the plan has no trades"))
    async with opened(bare, "flow") as (app, _):
        assert "the plan has no trades" in app.text


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_page_and_pane_say_on_how_many_names_they_rest(board: Board, size: tuple[int, int]) -> None:
    some = msgspec.structs.replace(reading_of(board), names=5, focus=8)
    fewer = replace(board, flow=replace(board.flow, value=some))
    async with opened(fewer, "flow", size) as (app, _):
        assert "rests on 5 of 8 names" in app.text
    desk = await still(fewer, size=(120, 40), theme=DEFAULT_THEME, svg=False)
    assert "rests on 5 of 8 names" in desk


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_page_says_what_a_side_is_used_to(board: Board, size: tuple[int, int]) -> None:
    reading = reading_of(board)
    async with opened(board, "flow", size) as (app, _):
        used = f"usual on today's dollars, median of {reading.retail.days} d: retail {usd(usual_usd(reading.retail))}"
        assert used in app.text
        assert f"non-retail {usd(usual_usd(reading.institutional))}" in app.text
        assert "Retail and non-retail flow" in app.text


async def test_the_legend_is_whole_beside_other_panes(board: Board) -> None:
    async with opened(board, "flow", (120, 40)) as (app, _):
        assert "━ retail  ━ non-retail" in app.text


def test_favourites_stand_against_their_own_past(board: Board) -> None:
    crowding = board.crowding.value
    assert crowding is not None
    assert "own past: long leg none recorded yet" in facts_text(favourite_facts(crowding)[2])
    few = msgspec.structs.replace(crowding.long, history_percentile=35.0, history_days=12)
    past = favourite_facts(msgspec.structs.replace(crowding, long=few))[2][0]
    assert facts_text([past]) == "own past: long leg 35th pct of 12 d"
    assert past[1].tone == "dim"
    many = msgspec.structs.replace(few, history_days=200)
    assert favourite_facts(msgspec.structs.replace(crowding, long=many))[2][0][1].tone == "strong"


def facts_text(facts: list[Fact]) -> str:
    """The words of a line of facts."""
    return "   ".join("".join(piece.text for piece in fact) for fact in facts)
