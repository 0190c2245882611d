"""The Board as JSON: how other programs and the tests see the desk."""

from typing import Any

import msgspec

from deskview.analytics.definitions import SCHEMA
from deskview.board.board import Board, Part


def board_to_builtins(board: Board) -> dict[str, Any]:
    """The board as plain values: fractions, dollars, percentiles 0-100, ISO 8601 UTC times, null for missing.

    `schema` is the number of what the keys mean: it goes up where one of them comes to mean something else.
    """
    source = board.source
    return {
        "schema": SCHEMA,
        "as_of": msgspec.to_builtins(board.as_of),
        "session": msgspec.to_builtins(board.session),
        "source": {"provider": source.provider, "simulated": source.simulated, "scenario": source.scenario},
        "left_out": dict(board.wire.left_out),
        "left_out_reasons": {table: list(reasons) for table, reasons in board.wire.reasons.items()},
        **{name: _part(part) for name, part in board.parts.items()},
    }


def _part(part: Part[Any]) -> dict[str, Any]:
    reading = {} if part.value is None else msgspec.to_builtins(part.value)
    head = {
        "as_of": msgspec.to_builtins(part.as_of),
        "data_as_of": msgspec.to_builtins(part.data_as_of),
        "status": part.status.value,
        "note": part.note,
        "doubt": part.doubt or None,
    }
    return {**head, **reading, "missing": dict(part.missing)}


def board_to_json(board: Board) -> bytes:
    """The board as indented JSON, ending in a newline."""
    return msgspec.json.format(msgspec.json.encode(board_to_builtins(board)), indent=2) + b"\n"
