"""Keys at random: whatever is pressed, the app stays, fills its screen, and esc leads home."""

import random

import pytest

from deskview.board import Board
from deskview.screens.subjects import ACTIONS
from tests.app.desk import seated

LETTERS = "nvda09.-"
NOT_PRESSED = {"quit", "leave", "demo", "log-in"}
KEYS = sorted({key.strip() for action in ACTIONS if action.name not in NOT_PRESSED for key in action.keys.split(",")})
SIZES = [(60, 15), (80, 24), (120, 40), (200, 60)]
MOST_ESCAPES = 20


@pytest.mark.parametrize(
    ("seed", "presses"), [(0, 40), *(pytest.param(seed, 300, marks=pytest.mark.long) for seed in range(1, 17))]
)
async def test_keys_at_random_end_nothing(board: Board, earlier: Board, seed: int, presses: int) -> None:
    luck = random.Random(seed)  # noqa: S311 - no secret
    size = luck.choice(SIZES)
    done: list[str] = []
    async with seated(board, size=size) as seat:
        for _ in range(presses):
            done.append(luck.choice([*KEYS, *LETTERS]))
            await seat.press(done[-1])
            if luck.random() < 0.02:
                await seat.see(luck.choice([board, earlier]))
            assert [len(line) for line in seat.lines] == [size[0]] * size[1], done
        for _ in range(MOST_ESCAPES):
            await seat.press("escape")
        assert seat.app.is_running, done
        assert "1 Momentum" in seat.text, done
