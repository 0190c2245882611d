"""Sectors in a list's column: short, and still eleven."""

from deskview.board import Board
from deskview.format import SHORT, short_sector


def test_each_fits_its_column_and_none_is_taken_for_another(board: Board) -> None:
    assert board.rotation.value is not None
    sectors = [group.name for group in board.rotation.value.groups if group.kind == "sector"]
    shown = [short_sector(name) for name in sectors]
    assert len(sectors) == len(set(shown)) == 11
    assert max(map(len, shown)) <= 12
    assert set(SHORT) <= set(sectors)
    assert short_sector("unknown") == "unknown"
