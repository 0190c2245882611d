"""While data are still coming, lists say what is awaited; afterwards their own reason."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from deskview.board import Board, Part, Status
from deskview.widgets.lines import Lines
from tests.app.desk import seated
from tests.app.scopes import PAGES_OF_PARTS

SENTENCE = "daily history: 120 of 273 sessions, about 20 s left"
REASON = "12-1 momentum needs 252 sessions of history, 30 are held"


def early(board: Board, progress: float | None) -> Board:
    """The board while the history is coming, or when no more of it comes."""
    reading = board.momentum.value
    assert reading is not None
    missing = {"return": REASON, "long_return": REASON, "short_return": REASON}
    bare = msgspec.structs.replace(reading, return_=None, long=[], short=[], missing=missing)
    note = SENTENCE if progress is not None else ""
    part = replace(board.momentum, value=bare, status=Status.PARTIAL, note=note, progress=progress)
    return replace(board, momentum=part)


@pytest.mark.parametrize("place", ["1", "m"])
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_reason_comes_when_loading_has_ended(board: Board, place: str, size: tuple[int, int]) -> None:
    async with seated(early(board, 0.44), size=size) as seat:
        await seat.press(place)
        words = " ".join(seat.text.split())
        assert "120 of 273" in words
        assert "12-1 momentum needs" not in words
        await seat.see(early(board, None))
        words = " ".join(seat.text.split())
        assert "120 of 273" not in words
        assert "12-1 momentum needs" in words
        await seat.see(board)
        assert "12-1 momentum needs" not in seat.text


@pytest.mark.parametrize("place", ["1", "2", "3", *PAGES_OF_PARTS])
async def test_no_list_is_bare_before_there_are_figures(board: Board, place: str) -> None:
    async with seated() as seat:
        await seat.press(place)
        assert "Nothing to show" not in seat.text
        assert "opening the market" in seat.text
        awaited: Part[Any] = Part.awaited(SENTENCE, 0.44)
        nothing: dict[str, Any] = dict.fromkeys(board.parts, awaited)
        await seat.see(replace(board, **nothing, basis=None, live=None))
        assert "Nothing to show" not in seat.text
        assert "daily history" in seat.text


async def test_a_list_has_its_own_words_again_when_all_is_there(board: Board) -> None:
    async with seated() as seat:
        for key in "vb":
            await seat.press(key)
            await seat.see(board)
            assert not any(lines.empty in (SENTENCE, "opening the market") for lines in seat.app.screen.query(Lines))


async def test_all_fetched_is_not_yet_all_there(board: Board) -> None:
    async with seated(early(board, 1.0)) as seat:
        assert "100%" not in next(line for line in seat.lines if "1 Momentum" in line)
        assert "99%" in next(line for line in seat.lines if "1 Momentum" in line)
