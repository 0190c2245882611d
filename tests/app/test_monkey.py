"""Keys at random: whatever is pressed, the app stays, fills its screen, and esc leads to the desk."""

import random

import pytest

from deskview.board import Board
from deskview.screens.desk.desk import DeskScreen
from deskview.screens.subjects import ACTIONS
from deskview.widgets.textual_private import screen_lines
from tests.app.desk import seated

LETTERS = "nvda09.-"
ENDS = {"q", "ctrl+q"}
KEYS = sorted({key.strip() for action in ACTIONS for key in action.keys.split(",")} - ENDS)
SIZES = [(60, 15), (80, 24), (120, 40), (200, 60)]
MOST_ESCAPES = 20


@pytest.mark.parametrize(
    ("seed", "presses"), [(0, 40), *(pytest.param(seed, 300, marks=pytest.mark.long) for seed in range(1, 17))]
)
async def test_keys_at_random_end_nothing(board: Board, earlier: Board, seed: int, presses: int) -> None:
    luck = random.Random(seed)  # noqa: S311 - no secret
    width, height = luck.choice(SIZES)
    pressed: list[str] = []
    async with seated(board, size=(width, height)) as seat:
        for _ in range(presses):
            pressed.append(luck.choice([*KEYS, *LETTERS]))
            await seat.press(pressed[-1])
            if luck.random() < 0.02:
                await seat.see(luck.choice([board, earlier]))
            assert [strip.cell_length for strip in screen_lines(seat.app.screen)] == [width] * height, pressed
        for _ in range(MOST_ESCAPES):
            await seat.press("escape")
        assert seat.app.is_running, pressed
        assert isinstance(seat.app.screen, DeskScreen), pressed
