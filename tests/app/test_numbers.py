"""No figure is ever cut, whatever the terminal's size."""

import re

import pytest

from deskview.board import Board
from tests.app.desk import Seat, seated

SIZES = [(80, 24), (100, 30), (120, 40), (200, 60)]
PANES = ("1", "2", "3", "4")
AGE = re.compile(r"\d+(s|m|h|d|%)?")
FRAME = re.compile(r"[^\w.,%σ$+−±–\-/<>()·…&]+")


def figures(seat: Seat) -> set[str]:
    """Every word with a digit in it, but ages, column heads and the count of groups that are not shown."""
    lines = [line for line in seat.lines[:-1] if "between" not in line]
    words = {word for line in lines for word in FRAME.split(line)}
    return {word for word in words if any(char.isdigit() for char in word) and not AGE.fullmatch(word)}


async def everything(board: Board) -> set[str]:
    """The figures of every pane where there is room for all of them."""
    found: set[str] = set()
    async with seated(board, size=(300, 110)) as seat:
        found |= figures(seat)
        for pane in PANES:
            await seat.press(pane, "z")
            found |= figures(seat)
            await seat.press("z")
    return found


async def test_every_figure_on_the_desk_is_whole(board: Board) -> None:
    whole = await everything(board)
    for size in SIZES:
        async with seated(board, size=size) as seat:
            for pane in PANES:
                await seat.press(pane)
                shown = figures(seat)
                assert len(shown) > 15
                assert shown <= whole, (size, pane, sorted(shown - whole))


@pytest.mark.parametrize("size", SIZES)
async def test_the_headline_is_there_at_every_size(board: Board, size: tuple[int, int]) -> None:
    async with seated(board, size=size) as seat:
        top = seat.lines[0]
    assert "SIMULATED" in top
    momentum = board.momentum.value
    assert momentum is not None
    assert momentum.return_ is not None
    assert f"MOMO −{abs(momentum.return_):.1%}" in top
