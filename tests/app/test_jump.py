"""A letter on every list that is shown leads to it."""

import pytest
from textual.geometry import Offset

from deskview.board import Board
from deskview.screens.desk.desk import DeskScreen
from deskview.screens.overlays.jump import LETTERS, JumpScreen
from deskview.settings import Settings
from deskview.themes.contrast import contrast
from deskview.widgets.lines import Lines
from deskview.widgets.pane import Pane
from tests.app.desk import Seat, seated
from tests.app.seats import seat_with

HINT = "A letter goes to its list · esc stays here"

PLACES = [(), ("m",), ("b",), ("o",), ("v",), ("f",), ("3", "enter")]
"""Keys that lead to each kind of screen."""


def labels(seat: Seat) -> dict[str, Offset]:
    """The letters on the screen and where they stand."""
    found = {}
    for y, line in enumerate(seat.lines):
        for letter in LETTERS:
            if (x := line.find(f"[{letter}]")) >= 0:
                found[letter] = Offset(x, y)
    return found


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (300, 80)])
@pytest.mark.parametrize("keys", PLACES)
async def test_every_list_that_is_shown_is_reached_by_its_letter(
    board: Board, keys: tuple[str, ...], size: tuple[int, int]
) -> None:
    async with seated(board, size=size) as seat:
        await seat.press(*keys)
        shown = [lines for lines in seat.app.base.query(Lines) if lines.region.area]
        await seat.press("semicolon")
        found = labels(seat)
        assert "".join(found) == LETTERS[: len(found)]
        assert len(found) >= len(shown)
        await seat.press("escape")
        reached = set()
        for letter in found:
            await seat.press("semicolon", letter)
            assert seat.app.screen is seat.app.base
            reached.add(seat.app.screen.focused)
        assert len(reached) == len(found)
        assert set(shown) <= reached


async def test_the_letter_stands_on_the_title_line_of_its_pane(board: Board) -> None:
    async with seated(board) as seat:
        await seat.press("semicolon")
        panes = {pane.region.offset for pane in seat.app.base.query(Pane)}
        assert panes <= set(labels(seat).values())
        assert all(f"]{number} " in seat.text for number in (1, 2, 3, 4))


async def test_in_a_zoomed_pane_only_its_lists_have_letters(board: Board) -> None:
    async with seated(board) as seat:
        await seat.press("1", "z", "semicolon")
        assert len(labels(seat)) == 2
        await seat.press("s")
        assert seat.app.screen.focused is seat.app.base.query_one("#short")


@pytest.mark.parametrize("key", ["escape", "q", "semicolon"])
async def test_one_may_stay_where_one_was(board: Board, key: str) -> None:
    async with seated(board) as seat:
        before = seat.app.screen.focused
        await seat.press("semicolon", "b", key)
        assert isinstance(seat.app.screen, DeskScreen)
        assert seat.app.screen.focused is before


async def test_another_size_takes_the_letters_away(board: Board) -> None:
    async with seated(board) as seat:
        await seat.press("semicolon")
        assert isinstance(seat.app.screen, JumpScreen)
        await seat.pilot.resize_terminal(100, 40)
        await seat.settle()
        assert isinstance(seat.app.screen, DeskScreen)


async def test_letters_stand_out_in_every_theme(board: Board) -> None:
    async with seat_with(Settings(ascii=True), board) as seat:
        for theme in seat.app.appearance.names:
            seat.app.theme = theme
            await seat.press("semicolon")
            label = seat.app.screen.query("Static").first()
            assert contrast(label.styles.background, label.styles.color) >= 4.5, theme
            await seat.press("escape")


async def test_a_line_says_what_to_press_and_a_letter_without_a_list_is_told(board: Board) -> None:
    async with seated(board, size=(80, 24)) as seat:
        await seat.press("semicolon")
        assert HINT in seat.lines[-1]
        await seat.press("m")
        assert "No list has the letter m." in seat.lines[-1]
        assert HINT in seat.lines[-1]
        assert isinstance(seat.app.screen, JumpScreen)
        await seat.press("escape")
        assert HINT not in seat.text
