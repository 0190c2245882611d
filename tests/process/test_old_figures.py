"""What stands on the screen while a market's process starts again."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from deskview.board import Board, Part, Status
from deskview.process.supervisor import stale, with_old_figures
from tests.feed.fixtures import board, crash

__all__ = ["board", "crash"]


def opening_again(board: Board, note: str = "daily history: 3 of 273 sessions, about 9 s left") -> Board:
    """The first board of a new process."""
    parts: dict[str, Any] = {name: Part.awaited(note) for name in board.parts}
    return replace(board, **parts, basis=None, live=None, snapshot=None, as_of=None, records=())


def test_every_part_with_figures_is_marked_and_keeps_its_time(board: Board) -> None:
    old = stale(board, "The market's process was ended by SIGKILL.")
    for name, part in old.parts.items():
        assert part.value == board.parts[name].value
        assert part.as_of == board.parts[name].as_of
        assert part.status is (Status.STALE if part.value is not None else board.parts[name].status)
        assert part.note == "The market's process was ended by SIGKILL."


def test_a_part_that_was_loading_loads_no_longer_and_says_why(board: Board) -> None:
    loading: Part[Any] = Part.awaited("daily history: 3 of 273 sessions, about 9 s left", 0.01)
    old = stale(replace(board, rotation=loading), "The market's process was ended by SIGKILL.")
    assert old.rotation == Part.awaited("The market's process was ended by SIGKILL.")


def test_the_last_figures_stand_in_until_there_are_new_ones(board: Board) -> None:
    old = stale(board, "ended")
    shown, more = with_old_figures(opening_again(board), old)
    assert more
    assert shown.momentum.value == board.momentum.value
    assert shown.momentum.status is Status.STALE
    assert "3 of 273" in shown.momentum.note
    assert shown.basis is board.basis
    assert shown.records is board.records
    assert shown.records
    assert shown.as_of == board.as_of
    whole, more = with_old_figures(board, shown)
    assert whole is board
    assert not more


@pytest.mark.parametrize("part", ["momentum", "flow"])
def test_a_part_that_has_come_is_the_new_one(board: Board, part: str) -> None:
    come: dict[str, Any] = {part: board.parts[part]}
    fresh = replace(opening_again(board), **come)
    shown, more = with_old_figures(fresh, stale(board, "ended"))
    assert more
    assert shown.parts[part] is board.parts[part]
    assert shown.rotation.status is Status.STALE


def test_figures_of_another_session_stand_in_for_nothing(board: Board) -> None:
    assert board.session is not None
    next_day = replace(opening_again(board), session=board.session + timedelta(days=1))
    assert with_old_figures(next_day, stale(board, "ended")) == (next_day, False)
