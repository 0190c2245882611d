"""A disk that takes nothing costs storing alone: every figure is there, and the board says what is kept where."""

import errno
from pathlib import Path

import pytest

from deskview.board import Board
from tests.feed.markets import PARTS, Made, refreshed, simulated

SAME = {"momentum": "return_", "breadth": "beat_share", "leverage": "today_usd"}


def figures(board: Board) -> dict[str, object]:
    """Figures of three parts that rest on the history."""
    return {part: getattr(board.parts[part].value, name) for part, name in SAME.items()}


def assert_complete_and_said(board: Board, crash: Made, why: str) -> None:
    """The crash's own figures, and why its history is in memory."""
    assert all(board.parts[name].value for name in PARTS)
    assert figures(board) == figures(crash.board)
    for part in SAME:
        assert why in board.parts[part].note
        assert "kept in memory until the desk ends" in board.parts[part].note
        assert "deskview's own" not in board.parts[part].note


async def test_a_full_disk(warm: Path, crash: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    board = await refreshed(simulated(), warm)
    assert_complete_and_said(board, crash, "can't be written (No space left on device)")


@pytest.mark.long
async def test_a_cache_folder_that_can_not_be_made(crash: Made, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    board = await refreshed(simulated(), tmp_path / "cache")
    assert_complete_and_said(board, crash, f"{tmp_path / 'cache'}/")
