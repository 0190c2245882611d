"""What is shown while a market's process that died is started again: the last good figures, marked as old."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deskview.board import Board


def stale(board: "Board", note: str) -> "Board":
    """The board with every part that has figures marked as stale, and why."""
    from deskview.board import Status  # noqa: PLC0415 - with a board the module is there

    old: dict[str, Any] = {
        name: replace(part, status=Status.STALE, note=note, progress=None)
        for name, part in board.parts.items()
        if part.value is not None
    }
    return replace(board, **old)


def standing_in(last: "Board", new: "Board") -> "tuple[Board, bool]":
    """The new board, and where it has no figures yet those of the last of the same session; whether any still stand in.

    What stands in keeps its own time and stays marked as old.
    """
    if new.session is not None and new.session != last.session:
        return new, False
    missing = [name for name, part in new.parts.items() if part.value is None and last.parts[name].value is not None]
    if not missing:
        return new, False
    parts: dict[str, Any] = {
        name: replace(last.parts[name], note=new.parts[name].note or last.parts[name].note) for name in missing
    }
    rest: dict[str, Any] = {
        name: getattr(last, name)
        for name in ("as_of", "session", "basis", "live", "snapshot")
        if getattr(new, name) is None
    }
    return replace(new, **parts, **rest), True
