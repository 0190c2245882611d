"""The flow page: every view at every size, the curves and bars of the reading, what opens, what is missing."""

import re
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from textual.widgets import Static

from deskview.analytics.flow import Flow
from deskview.analytics.flow.subpenny import ACCURACY
from deskview.board import Board, Part
from deskview.format import usd
from deskview.screens.crowding import favourite_facts
from deskview.screens.desk.still import still
from deskview.screens.flow.explain import usual_usd
from deskview.screens.flow.page import TITLES, FlowPage, curves, time_line
from deskview.screens.flow.rows import divergence_rows, group_rows, leg_sentences, quality_rows
from deskview.screens.frame.target import Kind, Target
from deskview.screens.subjects import card_of
from deskview.themes import DEFAULT_THEME
from deskview.widgets.facts import Fact
from deskview.widgets.gauge import Gauge
from deskview.widgets.sorting import SortedTable
from deskview.widgets.table import Table
from deskview.widgets.text import wrap
from tests.screens.moments import drawn_flow, early_flow, favourites, with_flow
from tests.screens.pages.opened import SIZES, opened, pressed
from tests.widgets.host import lines_of


@pytest.fixture
def board(board: Board) -> Board:
    """The crash as 50 names drawn by design tell it."""
    told = with_flow(board, drawn_flow())
    return replace(told, crowding=replace(told.crowding, value=favourites()))


def reading_of(board: Board) -> Flow:
    assert board.flow.value is not None
    return board.flow.value


def flat(text: str) -> str:
    """The words of a screen without its frames and line ends."""
    return " ".join(re.sub("[│┃╭╮╰╯]", " ", text).split())


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


async def test_names_are_ranked_by_retail_and_by_any_other_column(board: Board) -> None:
    rows = reading_of(board).by_name
    async with opened(board, "flow", (200, 60)) as (app, pilot):
        table = app.page.query_one("#names", SortedTable)
        by_retail = [line.split()[0] for line in lines_of(table)[1:] if line.strip()]
        assert by_retail == [row.ticker for row in sorted(rows, key=lambda row: -row.retail_net_usd)][: len(by_retail)]
        await pilot.click(table, offset=(lines_of(table)[0].index("non-ret."), 0))
        await pressed(app, pilot, "d")
        by_other = [line.split()[0] for line in lines_of(table)[1:] if line.strip()]
        assert by_other == [row.ticker for row in sorted(rows, key=lambda row: row.other_net_usd)][: len(by_other)]


async def test_a_name_stands_beside_its_own_usual_its_share_leg_and_sector(board: Board) -> None:
    odd = msgspec.structs.replace(
        reading_of(board).by_name[0],
        **{"retail_intensity": 0.071, "usual_retail": -0.022, "other_intensity": -0.083, "usual_other": 0.034},
        **{"retail_share": 0.17, "leg": "short", "sector": "Consumer Discretionary", "turnover_usd": 7.77e9},
    )
    told = with_flow(board, msgspec.structs.replace(reading_of(board), by_name=[odd]))
    async with opened(told, "flow", (200, 60)) as (app, _):
        head, line = (text.split() for text in lines_of(app.page.query_one("#names", SortedTable))[:2])
    assert head[:10] == ["name", "retail▾", "int.", "usual", "non-ret.", "int.", "usual", "share", "leg", "sector"]
    assert line[:11] == [
        *("NVDA", "+$69.4M", "+0.07", "−0.02", "−$2.28B", "−0.08", "+0.03", "17%", "short", "Cons", "Discr"),
    ]


@pytest.mark.parametrize("size", SIZES)
async def test_legs_and_sectors_stand_with_their_limits(board: Board, size: tuple[int, int]) -> None:
    async with opened(board, "flow", size) as (app, pilot):
        while "groups" not in app.page.view.panes:  # type: ignore[attr-defined]
            await pressed(app, pilot, "x")
        assert "retail sold the long leg: −$310M (−420 to −200)" in app.text
        rows = [" ".join(line.split()) for line in lines_of(app.page.query_one("#groups", Table))]
        whole = str(app.page.query_one("#legs", Static).content)
    assert whole.splitlines() == [
        "retail sold the long leg: −$310M (−420 to −200)",
        "retail about even in the short leg: +$31M (−59 to +121)",
    ]
    assert any(row.startswith("long leg 9 −$310M ±110") and "−$2.9B ±0.4" in row for row in rows)
    assert any(row.startswith("in neither leg 35 +$500M ±190") for row in rows)
    assert any(row.startswith("Info Tech 10 −$88M ±61") for row in rows)


def test_a_leg_without_limits_says_on_how_many_names_it_rests(board: Board) -> None:
    leg = msgspec.structs.replace(reading_of(board).by_leg[0], retail_low_usd=None, retail_high_usd=None, names=1)
    told = msgspec.structs.replace(reading_of(board), by_leg=[leg])
    assert leg_sentences(told) == ["retail sold the long leg: −$310M, 1 name"]
    assert leg_sentences(msgspec.structs.replace(told, by_leg=[])) == []


async def test_a_sector_opens_and_a_leg_does_not(board: Board) -> None:
    async with opened(board, "flow") as (app, _):
        assert app.page.target_of("groups", "sector:Energy") == Target(Kind.GROUP, "Energy")
        assert app.page.target_of("groups", "leg:long") is None
        assert app.page.target_of("funds", "SPY") == Target(Kind.NAME, "SPY")


@pytest.mark.parametrize("size", SIZES)
async def test_funds_have_a_line_of_their_own_and_are_in_no_sum(board: Board, size: tuple[int, int]) -> None:
    async with opened(board, "flow", size) as (app, pilot):
        while "funds" not in app.page.view.panes:  # type: ignore[attr-defined]
            await pressed(app, pilot, "x")
        retail = lines_of(app.page.query_one("#retail-funds", Gauge))[0]
        assert "61st (48–72)" in retail and "+$6.40B" in retail
        assert "12 of 12 funds, 16:00 like 16:00, 252 days; in no sum and no percentile of stocks" in flat(
            str(app.page.query_one("#funds-compared", Static).content)
        )
        rows = [line.split()[0] for line in lines_of(app.page.query_one("#funds", Table))[1:] if line.strip()]
        assert rows[0] == "SPY"
    bare = with_flow(board, msgspec.structs.replace(reading_of(board), funds=None))
    async with opened(bare, "flow", (200, 60)) as (app, _):
        assert app.text.count("no fund is counted") == 1


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
    assert "50 names counted: 50 of 3,224 stocks, 46% of their dollars" in text
    assert "in each of 252 sessions: 50,400 calls once 200 a day after" in " ".join(text.split())
    assert usd(reading.auction_usd, sign=False) in text
    assert all(rate.statement in text and rate.source in text for rate in ACCURACY)


@pytest.mark.parametrize("size", SIZES)
async def test_the_overlap_is_told_in_words_beside_the_favourites(board: Board, size: tuple[int, int]) -> None:
    sentence = (
        "Of the 30 retail favourites 9 are in the long leg, by chance 4 (61 of its 100 names seen): overlap 0.20 of 1,"
        " by chance 0.08 ± 0.03, more than in 97 % of the shuffles"
    )
    async with opened(board, "flow", size) as (app, pilot):
        while "favourites" not in app.page.view.panes:  # type: ignore[attr-defined]
            await pressed(app, pilot, "x")
        pane = app.page.query_one("#overlap", Static)
        assert sentence in str(pane.content)
        assert "1 is in the short leg, by chance 4" in str(pane.content)
        assert pane.size.height == sum(
            len(list(wrap(line, pane.size.width))) for line in str(pane.content).splitlines()
        ), "no line of it is cut"
        assert lines_of(app.page.query_one("#favourites", Table))[1].split()[0] == "F00X"


async def test_with_too_few_names_seen_there_is_no_percentile(board: Board) -> None:
    few = replace(board, crowding=replace(board.crowding, value=favourites(128, percentile=None)))
    async with opened(few, "flow", (200, 60)) as (app, _):
        words = str(app.page.query_one("#overlap", Static).content)
        assert words == (
            "Overlap with the legs not known: 128 names have a sample, 300 are needed to speak of a favourite tenth"
        )
        assert "seen 128 of 1000 names" in app.text
        assert "shuffles" not in app.text


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
    fewer = with_flow(board, drawn_flow(names=31))
    whole = "50 of 50 names, 16:00 like 16:00, 252 days"
    for told, words in ((board, whole), (fewer, "31 of 50 names, 16:00 like 16:00, 252 days")):
        async with opened(told, "flow", size) as (app, _):
            assert words in app.text
            assert app.page.query_one("#compared").has_class("-fewer") == (told is fewer)
            rest = "the sums still lack 19 of them" if told is fewer else "the rest is estimated by weight"
            assert f"50 of 3,224 stocks, 46% of their dollars; {rest}" in app.text
        desk = await still(told, size=(120, 40), theme=DEFAULT_THEME, svg=False)
        assert words in desk
        assert ("4 Flow, 31 of 50 names so far" if told is fewer else "4 Flow, all 3,224 stocks, est.") in desk


async def test_percentile_and_dollars_carry_their_limits_on_the_pane(board: Board) -> None:
    desk = await still(board, size=(120, 40), theme=DEFAULT_THEME, svg=False)
    assert re.search(r"│RETAIL .*16th \(9–27\) +▲ +\+\$350M ±240│", desk)
    assert re.search(r"│NON-RETAIL .*8th \(3–15\) +▼ +−\$7.5B ±0.6│", desk)
    assert re.search(r"│ETF RETAIL .*61st \(48–72\) +▲ +\+\$6.40B│", desk)
    assert "4 Flow, all 3,224 stocks, est." in desk


async def test_names_of_ones_own_stand_for_themselves(board: Board) -> None:
    own = with_flow(board, drawn_flow(universe=0, universe_share=None, names=8, focus=8, funds=None, by_leg=[]))
    desk = await still(own, size=(120, 40), theme=DEFAULT_THEME, svg=False)
    assert "4 Flow, these 8 names" in desk
    assert "est." not in desk
    assert "ETF RETAIL" not in desk
    async with opened(own, "flow") as (app, _):
        assert "8 names chosen, each for itself: nothing is said of other stocks" in app.text
        assert "estimated" not in app.text


@pytest.mark.parametrize("size", SIZES)
async def test_before_half_past_ten_the_dollars_stay_and_the_reason_stands_once(
    board: Board, size: tuple[int, int]
) -> None:
    early = with_flow(board, early_flow())
    why = "50 of 50 names: before 10:30 too little of the day is in to be compared"
    async with opened(early, "flow", size) as (app, _):
        assert app.text.count("names: before 10:30") == 1
        assert why in app.text
        assert re.search(r"RETAIL +– +▲ +\+\$350M ±240", app.text)
        assert "16th" not in app.text
    desk = flat(await still(early, size=(120, 40), theme=DEFAULT_THEME, svg=False))
    assert "retail – non-ret –" in desk
    assert desk.count("before 10:30") == 1


async def test_a_side_without_a_percentile_of_its_own_says_why_beside_the_other(board: Board) -> None:
    reading, why = reading_of(board), "no print identified as retail in this session"
    nothing: dict[str, Any] = {"percentile": None, "percentile_low": None, "percentile_high": None, "net_usd": None}
    retail = msgspec.structs.replace(reading.retail, **nothing)
    missing = {"retail.percentile": why, "retail.net_usd": why}
    half = with_flow(board, msgspec.structs.replace(reading, retail=retail, missing=missing))
    async with opened(half, "flow") as (app, _):
        assert re.search(rf" RETAIL +– {why}", app.text)
        assert "50 of 50 names, 16:00 like 16:00, 252 days" in app.text


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_page_says_what_a_side_is_used_to(board: Board, size: tuple[int, int]) -> None:
    reading = reading_of(board)
    async with opened(board, "flow", size) as (app, _):
        used = f"usual on today's dollars, median of {reading.retail.days} d: retail {usd(usual_usd(reading.retail))}"
        assert used in app.text
        assert f"non-retail {usd(usual_usd(reading.institutional))}" in app.text
        assert "Retail and non-retail flow" in app.text


async def test_a_percentile_whose_limits_are_not_known_says_so(board: Board) -> None:
    reading, why = reading_of(board), "too few windows to tell how sure it is"
    unsure = msgspec.structs.replace(reading.retail, percentile_low=None, percentile_high=None)
    told = with_flow(board, msgspec.structs.replace(reading, retail=unsure, missing={"retail.percentile_low": why}))
    async with opened(told, "flow", (200, 60)) as (app, _):
        assert f"252 days; no limits: {why}" in app.text
        assert "retail 16 (–)" in app.text
    card = card_of(told, "flow", None)
    assert any(line.text.startswith("16th (–) of 252 sessions") for line in card.lines)
    assert f"percentile of retail and its limits: {why}" in card.missing


async def test_the_legend_is_whole_beside_other_panes(board: Board) -> None:
    async with opened(board, "flow", (120, 40)) as (app, _):
        assert "━ retail  ━ non-retail" in app.text


def test_favourites_stand_against_their_own_past(board: Board) -> None:
    crowding = board.crowding.value
    assert crowding is not None
    assert "own past: long leg none recorded yet" in facts_text(favourite_facts(crowding)[0])
    few = msgspec.structs.replace(crowding.long, history_percentile=35.0, history_days=12)
    past = favourite_facts(msgspec.structs.replace(crowding, long=few))[0][0]
    assert facts_text([past]) == "own past: long leg 35th pct of 12 d"
    assert past[1].tone == "dim"
    many = msgspec.structs.replace(few, history_days=200)
    assert favourite_facts(msgspec.structs.replace(crowding, long=many))[0][0][1].tone == "strong"


def facts_text(facts: list[Fact]) -> str:
    """The words of a line of facts."""
    return "   ".join("".join(piece.text for piece in fact) for fact in facts)


def test_an_estimate_of_too_few_names_says_that_its_limits_are_not_known() -> None:
    reading = drawn_flow()
    first = reading.by_sector[0]
    alone = msgspec.structs.replace(first, names=1, retail_low_usd=None, retail_high_usd=None, other_low_usd=None)
    drawn = [msgspec.structs.replace(row, weight=3.0, sector=first.group) for row in reading.by_name]
    certain = [msgspec.structs.replace(row, weight=1.0) for row in drawn]
    for rows, unknown in ((drawn, True), (certain, False)):
        shown = msgspec.structs.replace(reading, by_sector=[alone], by_leg=[], by_name=rows)
        cells = group_rows(shown)[1].cells
        assert [cell.text.endswith(" ±?") for cell in (cells[2], cells[4])] == [unknown, unknown]
