"""Below an overlay the desk goes on; what is not seen is not painted; ages count on everywhere."""

import pytest

from deskview.board import Board
from deskview.screens.desk.desk import DeskScreen
from deskview.screens.frame import age as clock
from deskview.screens.frame.page import Age, PageScreen
from deskview.screens.frame.pane import BoardPane
from deskview.screens.overlays.small import SmallScreen
from deskview.widgets.strip import StatusStrip
from tests.app.desk import Seat, seated
from tests.app.scopes import PAGES_OF_PARTS
from tests.feed.markets import running


def figures(seat: Seat) -> str:
    """The strip as it stands on the screen that is below."""
    strip = seat.app.base.query_one(StatusStrip)
    return strip.render_line(0).text


@pytest.mark.parametrize("key", ["question_mark", "i", "slash", "ctrl+p", "c", "semicolon"])
@pytest.mark.parametrize("page", ["", "m"])
async def test_below_an_overlay_the_figures_go_on(board: Board, earlier: Board, key: str, page: str) -> None:
    async with seated(earlier) as seat:
        await seat.press(*page)
        before = figures(seat)
        await seat.press(key)
        assert seat.app.screen is not seat.app.base
        await seat.see(board)
        assert figures(seat) != before
        assert "15:54:59" in before  # when the newest price was true, not when it was asked for
        assert "16:00:00" in seat.lines[0]


async def test_a_drill_down_goes_on_below_the_help(board: Board, earlier: Board) -> None:
    async with seated(earlier) as seat:
        await seat.press("3", "enter", "question_mark")
        await seat.see(board)
        assert "16:00:00" in seat.lines[0]
        await seat.press("escape")
        assert "16:00:00" in seat.lines[0]


async def test_another_detail_below_the_letters_is_painted_whole(board: Board) -> None:
    async with seated(board) as seat:
        await seat.press("3", "enter", "semicolon")
        seat.app.action_next_one()
        await seat.settle()
        below = seat.text
        assert "2/" in seat.lines[1]
        await seat.press("escape")
        plain = seat.text
        assert "Leveraged funds in it" in below
        for line in plain.splitlines()[4:19]:
            assert line in below


async def test_what_an_opaque_screen_hides_is_fresh_when_it_goes(board: Board, earlier: Board) -> None:
    async with seated(earlier) as seat:
        before = figures(seat)
        seat.app.push_screen(seat.app._small)
        await seat.settle()
        await seat.see(board)
        assert figures(seat) == before
        seat.app.pop_screen()
        await seat.settle()
        assert figures(seat) != before


async def test_the_desk_below_a_page_is_not_painted(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    async with seated(running(board)) as seat:
        desk = seat.app.base
        assert isinstance(desk, DeskScreen)
        await seat.press("m")
        ages = [pane.border_title for pane in desk.query(BoardPane)]
        monkeypatch.setattr(clock, "monotonic", lambda: board.momentum.received + 3000)
        desk.tick()
        assert [pane.border_title for pane in desk.query(BoardPane)] == ages
        await seat.press("escape", "question_mark")
        desk.tick()
        assert [pane.border_title for pane in desk.query(BoardPane)] != ages


@pytest.mark.parametrize("page", PAGES_OF_PARTS)
async def test_the_age_of_a_page_counts_on_and_turns_stale(
    board: Board, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with seated(running(board)) as seat:
        await seat.press(page)
        shown = seat.app.base
        assert isinstance(shown, PageScreen)
        age = shown.query_one(Age)
        received = getattr(board, shown.PART).received
        costs = []
        for seconds, words in ((45.5, "45s old"), (46.5, "46s old"), (421, "stale 7m")):
            monkeypatch.setattr(clock, "monotonic", lambda now=received + seconds: now)
            before = age.repainted_cells
            shown.tick()
            await seat.pilot.pause()
            assert words in seat.lines[1]
            costs.append(age.repainted_cells - before)
        assert 0 < costs[1] <= len("46s old")


@pytest.mark.parametrize("key", ["question_mark", "i", "slash", "ctrl+p", "c", "plus"])
async def test_an_overlay_that_is_closed_below_another_screen_closes_itself_alone_and_may_be_closed_again(
    board: Board, key: str
) -> None:
    async with seated(board) as seat:
        await seat.press("1", key)
        overlay = seat.app.screen
        await seat.pilot.resize_terminal(20, 5)
        await seat.settle()
        assert isinstance(seat.app.screen, SmallScreen)
        overlay.dismiss()  # what a key comes to that was pressed before the terminal became small
        overlay.dismiss()
        await seat.settle()
        assert isinstance(seat.app.screen, SmallScreen)
        await seat.pilot.resize_terminal(120, 40)
        await seat.settle()
        assert seat.app.screen is overlay
        overlay.dismiss()
        overlay.dismiss()
        await seat.settle()
        assert isinstance(seat.app.screen, DeskScreen)


async def test_labels_below_the_sentence_on_the_size_are_there_again_after_it(board: Board) -> None:
    async with seated(board) as seat:
        await seat.press("semicolon")
        for size in ((20, 5), (30, 5), (120, 40)):
            await seat.pilot.resize_terminal(*size)
            await seat.settle()
        await seat.press("escape")
        assert isinstance(seat.app.screen, DeskScreen)


async def test_what_opens_above_the_sentence_on_the_size_leaves_nothing_of_it_behind(board: Board) -> None:
    async with seated(board) as seat:
        await seat.pilot.resize_terminal(20, 5)
        await seat.settle()
        seat.app.action_page("momentum")
        await seat.settle()
        await seat.pilot.resize_terminal(120, 40)
        await seat.press("escape")
        assert isinstance(seat.app.screen, DeskScreen)
        await seat.app.action_back()
        assert isinstance(seat.app.screen, DeskScreen)
