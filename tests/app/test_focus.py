"""The keyboard is never on nothing: coming back finds the list and the row one left."""

import pytest

from deskview.board import Board
from deskview.widgets.table import Table
from tests.app.desk import Seat, seated


def list_in_focus(seat: Seat) -> str:
    """Which list the keys go to."""
    focused = seat.app.screen.focused
    assert isinstance(focused, Table), focused
    return focused.id or ""


async def to_the_groups_of_a_name(seat: Seat) -> None:
    await seat.press("1", "enter", "tab")
    assert list_in_focus(seat) == "list-1"


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_from_a_name_s_second_list_to_a_group_and_back(board: Board, size: tuple[int, int]) -> None:
    async with seated(board, size=size) as seat:
        await to_the_groups_of_a_name(seat)
        name = seat.app.journey.place
        await seat.press("enter")
        assert list_in_focus(seat) == "list-0"
        await seat.press("escape")
        assert seat.app.journey.place == name
        assert list_in_focus(seat) == "list-1"


async def test_out_of_the_enlarged_chart(board: Board) -> None:
    async with seated(board) as seat:
        await to_the_groups_of_a_name(seat)
        await seat.press("z", "escape")
        assert list_in_focus(seat) == "list-1"


async def test_stepping_on_stays_in_the_list(board: Board) -> None:
    async with seated(board) as seat:
        await to_the_groups_of_a_name(seat)
        await seat.press("n", "n", "p")
        assert list_in_focus(seat) == "list-1"
