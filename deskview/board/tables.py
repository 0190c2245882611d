"""What the desk shows as tables of unrounded figures, to take elsewhere; every row tells its source and time."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import polars as pl

from deskview.analytics import rotation
from deskview.board.alerts import Watch
from deskview.board.board import Board

Rows = list[dict[str, Any]]


def part_table(board: Board, part: str) -> pl.DataFrame | None:
    """A part's rows: the legs' names, the groups, breadth's figures, leverage and flow by name; None without figures.

    Returns are fractions, money USD, percentiles 0-100; `source`, `as_of` and `session` stand in every row.
    """
    reading = board.parts[part].value if part in board.parts else None
    return None if reading is None else _stamped(board, _ROWS[part](msgspec.to_builtins(reading)))


def name_table(board: Board, ticker: str) -> pl.DataFrame | None:
    """The daily bars known of a name, adjusted for splits."""
    if board.basis is None:
        return None
    return _stamp(board, board.basis.history.filter(pl.col("ticker") == ticker).sort("session"), bars=True)


def group_table(board: Board, group: str) -> pl.DataFrame | None:
    """The members of a sector or theme with their returns."""
    if board.basis is None or board.live is None or board.basis.rotation is None:
        return None
    return _stamp(board, rotation.members_of(board.basis.rotation, board.live, group))


def fund_table(board: Board, ticker: str) -> pl.DataFrame | None:
    """The one row of a leveraged fund's arithmetic."""
    reading = board.leverage.value
    found = [row for row in reading.by_fund if row.ticker == ticker] if reading else []
    return _stamped(board, msgspec.to_builtins(found))


def alerts_table(board: Board, watches: Sequence[Watch]) -> pl.DataFrame | None:
    """The rules in the readings' own units with what became of them; times in UTC, None without rules."""
    return _stamped(board, [_rule(watch) for watch in watches])


def _rule(watch: Watch) -> dict[str, Any]:
    rule = watch.rule
    return {
        "reading": rule.reading,
        "condition": rule.condition,
        "level": rule.level,
        "value": watch.value,
        "to_go": watch.to_go,
        "holds": watch.holds,
        "acknowledged": watch.acknowledged,
        "firings": watch.firings,
        "fired_at": watch.fired_at,
        "fired_value": watch.fired_value,
        "fault": watch.fault,
        "set": "here" if watch.own else watch.where,
    }


def _stamped(board: Board, rows: Rows) -> pl.DataFrame | None:
    return _stamp(board, pl.DataFrame(rows, infer_schema_length=None)) if rows else None


def _stamp(board: Board, frame: pl.DataFrame, *, bars: bool = False) -> pl.DataFrame | None:
    if frame.is_empty():
        return None
    source = board.source
    name = f"SIMULATED {source.scenario or ''}".rstrip() if source.simulated else source.provider
    session = [] if bars else [pl.lit(board.session).alias("session")]
    return frame.select(pl.lit(name).alias("source"), pl.lit(board.as_of).alias("as_of"), *session, pl.all())


def _legs(reading: dict[str, Any]) -> Rows:
    return [{"leg": leg, **row} for leg in ("long", "short") for row in reading[leg]]


def _figures(reading: dict[str, Any]) -> Rows:
    return [
        {
            "figure": name,
            "value": float(value),
            "percentile": reading["percentile"].get(name),
            "days": reading["days"].get(name),
        }
        for name, value in reading.items()
        if isinstance(value, int | float)
    ]


def _groups(reading: dict[str, Any]) -> Rows:
    kinds = {"return": "returns", "relative": "relative", "rank": "rank"}
    return [
        {
            "group": row["name"],
            "kind": row["kind"],
            "members": row["members"],
            **{f"{kind}_{h}": row[field][h] for kind, field in kinds.items() for h in reading["horizons"]},
        }
        for row in reading["groups"]
    ]


def _by_name(reading: dict[str, Any]) -> Rows:
    rows: Rows = reading["by_name"]
    return rows


def _favourites(reading: dict[str, Any]) -> Rows:
    rows: Rows = reading["favourites"]
    return rows


_ROWS: dict[str, Callable[[dict[str, Any]], Rows]] = {
    "momentum": _legs,
    "breadth": _figures,
    "rotation": _groups,
    "leverage": _by_name,
    "flow": _by_name,
    "crowding": _favourites,
}
