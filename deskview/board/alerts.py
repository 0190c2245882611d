"""Rules on readings: whether each holds on a board, and which of them has just come to hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Any

import msgspec

from deskview.board.board import Board
from deskview.settings import Alert

QUIET = timedelta(minutes=1)
"""A rule that fires again within this time of the market is counted, and rings no bell."""


@dataclass(frozen=True)
class Watch:
    """A rule and what became of it.

    `holds` is whether its condition held on the last board that had the reading; None before the first. `firings`
    counts, `fired_at` is the market's time of the last, `value` the reading now, `fired_value` the one then. `rings`
    is true on the one board that should be heard. `fault` says why the reading can't be had.
    """

    rule: Alert
    value: float | None = None
    holds: bool | None = None
    firings: int = 0
    fired_at: datetime | None = None
    fired_value: float | None = None
    acknowledged: bool = True
    rings: bool = False
    fault: str = ""

    @property
    def waiting(self) -> bool:
        """Whether it fired and nobody has acknowledged it."""
        return not self.acknowledged


def watched(before: Sequence[Watch], board: Board) -> tuple[Watch, ...]:
    """Every rule on the next board: it fires when its condition comes to hold, and not again until it has not held."""
    return tuple(_next(watch, board) for watch in before)


def acknowledged(before: Sequence[Watch]) -> tuple[Watch, ...]:
    """The same, nothing waiting."""
    return tuple(replace(watch, acknowledged=True) for watch in before)


def _next(watch: Watch, board: Board) -> Watch:
    rule = watch.rule
    try:
        value = reading_at(board, _path(board, rule))
    except LookupError as fault:
        return replace(watch, value=None, rings=False, fault=str(fault.args[0]))
    if value is None:
        return replace(watch, value=None, rings=False, fault="")
    holds = _holds(rule, value)
    known = replace(watch, value=value, holds=holds, rings=False, fault="")
    return _fired(known, board.as_of) if _fires(rule, watch.holds, holds) else known


def _fired(watch: Watch, at: datetime | None) -> Watch:
    again = watch.fired_at is not None and at is not None and at - watch.fired_at < QUIET
    return replace(
        watch,
        firings=watch.firings + 1,
        fired_at=at,
        fired_value=watch.value,
        acknowledged=False,
        rings=not again,
    )


def _holds(rule: Alert, value: float) -> bool:
    if rule.above is not None:
        return value > rule.above
    if rule.below is not None:
        return value < rule.below
    if rule.percentile is not None:
        return min(value, 100 - value) < rule.percentile
    return value > (rule.crosses or 0.0)


def _fires(rule: Alert, before: bool | None, holds: bool) -> bool:
    if rule.crosses is not None:
        return before is not None and before != holds
    return holds and not before


def _path(board: Board, rule: Alert) -> str:
    """The reading's path; for a percentile rule that of its percentile."""
    if rule.percentile is None or rule.reading.endswith(".percentile"):
        return rule.reading
    part, _, figure = rule.reading.partition(".")
    value = board.parts[part].value if part in board.parts else None
    by_figure = getattr(value, "percentile", None)
    return f"{part}.percentile.{figure}" if isinstance(by_figure, Mapping) else f"{rule.reading}.percentile"


def reading_at(board: Board, path: str) -> float | None:
    """The figure at a dotted path of the Board's JSON; None where it is missing now.

    A row of a list goes by its ticker, name or underlying. Raises LookupError, with the nearest name, for a path
    that leads nowhere or to something that is no number.
    """
    part, *names = path.split(".")
    if part not in board.parts:
        raise LookupError(_unknown(part, path, board.parts))
    here: Any = board.parts[part].value
    for name in names:
        if here is None:
            return None
        here = _step(here, name, path)
    if here is None:
        return None
    if isinstance(here, bool) or not isinstance(here, int | float):
        raise LookupError(f"{path} is no number")
    return float(here)


def _step(here: Any, name: str, path: str) -> Any:  # noqa: ANN401 - whatever a reading holds
    """What lies under a name; a row of a list that is not there now is merely missing."""
    if isinstance(here, msgspec.Struct):
        fields = {field.encode_name: field.name for field in msgspec.structs.fields(here)}
        if name not in fields:
            raise LookupError(_unknown(name, path, fields))
        return getattr(here, fields[name])
    if isinstance(here, Mapping):
        if name not in here:
            raise LookupError(_unknown(name, path, here))
        return here[name]
    if isinstance(here, list):
        return next((row for row in here if name in _names(row)), None)
    raise LookupError(f"{path}: nothing lies below {name}")


def _names(row: object) -> set[object]:
    return {getattr(row, key, None) for key in ("ticker", "name", "underlying", "kind", "sector")}


def _unknown(name: str, path: str, valid: Mapping[str, object]) -> str:
    near = get_close_matches(name, valid, n=1, cutoff=0.0)
    return f"{path}: there is no {name!r}" + (f"; did you mean {near[0]!r}?" if near else "")
