"""Walks through the JSON of a board."""

from collections.abc import Iterator
from typing import Any

import msgspec

from deskview.board import Board
from deskview.board.export import board_to_json

Reading = dict[str, Any]


def reading_of(board: Board) -> Reading:
    """The board as another program would read it."""
    decoded: Reading = msgspec.json.decode(board_to_json(board))
    return decoded


def leaves(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every figure and word with its path, list items by their place."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from leaves(each, f"{path}.{place}")
    else:
        yield path, value
