"""What the desk shows as tables of unrounded figures, to take elsewhere; every row tells its source and time."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import polars as pl

from deskview.board.alerts import Watch
from deskview.board.board import Board, Part

Rows = list[dict[str, Any]]


def part_table(board: Board, part: Part[Any], rows_of: Callable[[dict[str, Any]], Rows]) -> pl.DataFrame | None:
    """The rows of a part's reading, as `rows_of` finds them in its plain values; None without figures.

    Returns are fractions, money USD, percentiles 0-100; `source`, `as_of` and `session` stand in every row.
    """
    return None if part.value is None else _rows_stamped(board, rows_of(msgspec.to_builtins(part.value)))


def alerts_table(board: Board, watches: Sequence[Watch]) -> pl.DataFrame | None:
    """The rules in the readings' own units with what became of them; times in UTC, None without rules.

    `sigma_basis` is what a σ rests on (rule, todays-names), empty for any other figure; `low` and `high` are the limits
    of a percentile, else the value.
    """
    return _rows_stamped(board, [_rule(watch) for watch in watches])


def _rule(watch: Watch) -> dict[str, Any]:
    rule = watch.rule
    return {
        "reading": rule.reading,
        "condition": rule.condition,
        "level": rule.level,
        "for": rule.for_,
        "clear": rule.clear,
        "again": rule.again,
        "off": watch.off,
        "value": watch.value,
        "low": watch.low,
        "high": watch.high,
        "sigma_basis": watch.basis,
        "to_go": watch.to_go,
        "holds": watch.holds,
        "acknowledged": watch.acknowledged,
        "firings": watch.firings,
        "fired_at": watch.fired_at,
        "fired_value": watch.fired_value,
        "fired_sigma_basis": watch.fired_basis,
        "pending": watch.pending,
        "fault": watch.fault,
        "set": {"screen": "here", "shipped": "shipped"}.get(watch.source, watch.where),
    }


def _rows_stamped(board: Board, rows: Rows) -> pl.DataFrame | None:
    return stamped(board, pl.DataFrame(rows, infer_schema_length=None)) if rows else None


def stamped(board: Board, frame: pl.DataFrame, *, sessions: bool = False) -> pl.DataFrame | None:
    """The table with its source and time in every row, and the session unless it has `sessions` of its own."""
    if frame.is_empty():
        return None
    source = board.source
    name = f"SIMULATED {source.scenario or ''}".rstrip() if source.simulated else source.provider
    session = [] if sessions else [pl.lit(board.session).alias("session")]
    return frame.select(pl.lit(name).alias("source"), pl.lit(board.as_of).alias("as_of"), *session, pl.all())
