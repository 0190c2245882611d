"""Rules on readings: whether each holds on a board, and which of them has just come to hold."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from deskview.board.board import Board, Status
from deskview.board.readings import NAMES, basis_at, companion, is_held, reading_at
from deskview.settings import Alert

QUIET = timedelta(minutes=1)
"""A rule that fires again within this time of the market is counted, and rings no bell."""
OF_THE_MARKET = ("momentum", "breadth", "rotation", "leverage")
"""The parts that rest on the market's snapshot, as single names' figures do."""


@dataclass(frozen=True)
class Watch:
    """A rule and what became of it.

    `holds` is whether its condition held on the last board that had the reading; None before the first. `firings`
    counts, `fired_at` is the market's time of the last, `value` the reading now, `fired_value` the one then; `basis`
    and `fired_basis` are what they rest on where they are σ. `rings` is true on the one board that should be heard.
    `pending` says why nothing is concluded from the reading now: it is in doubt, or an older one that was kept.
    `fault` says why the reading can't be had, `where` the file and line of the rule. `own` is a rule set on the
    screen, not one of the settings.
    """

    rule: Alert
    value: float | None = None
    basis: str = ""
    holds: bool | None = None
    firings: int = 0
    fired_at: datetime | None = None
    fired_value: float | None = None
    fired_basis: str = ""
    acknowledged: bool = True
    rings: bool = False
    pending: str = ""
    fault: str = ""
    where: str = ""
    own: bool = False

    @property
    def waiting(self) -> bool:
        """Whether it fired and nobody has acknowledged it."""
        return not self.acknowledged

    @property
    def to_go(self) -> float | None:
        """How far the value is from where the condition holds; negative by how far it is past."""
        if self.value is None:
            return None
        rule, value = self.rule, self.value
        match rule.condition:
            case "above":
                return rule.level - value
            case "below":
                return value - rule.level
            case "crosses":
                return abs(value - rule.level)
            case "sigma":
                return rule.level - abs(value)
            case _:
                return min(value, 100 - value) - rule.level


def watched(before: Sequence[Watch], board: Board) -> tuple[Watch, ...]:
    """Every rule on the next board: it fires when its condition comes to hold, and not again until it has not held.

    On a reading that is missing, in doubt or kept from before it neither fires nor is it armed: it stays as it was.
    """
    return tuple(_next(watch, board) for watch in before)


def acknowledged(before: Sequence[Watch]) -> tuple[Watch, ...]:
    """The same, nothing waiting."""
    return tuple(replace(watch, acknowledged=True) for watch in before)


def _next(watch: Watch, board: Board) -> Watch:
    rule = watch.rule
    try:
        path = watched_path(board, rule)
        value, basis = reading_at(board, path), basis_at(board, path)
    except LookupError as fault:
        return replace(watch, value=None, rings=False, pending="", fault=str(fault.args[0]))
    pending = _pending(board, path)
    if value is None or pending:
        return replace(watch, value=None, rings=False, pending=pending, fault="")
    holds = _holds(rule, value)
    known = replace(watch, value=value, basis=basis, holds=holds, rings=False, pending="", fault="")
    return _fired(known, board.as_of) if _fires(rule, watch.holds, holds) else known


def _pending(board: Board, path: str) -> str:
    """Why nothing can be concluded from the figure now, in a word or two; empty where something can.

    A name's own figures are pending where the whole market's are, or where its price is an older one that was kept.
    """
    part, *names = path.split(".")
    if part != NAMES:
        return _PENDING.get(board.parts[part].status, "")
    if is_held(board, ".".join(names[:-1])):
        return _PENDING[Status.DOUBT]
    found = [
        _PENDING.get(board.parts[name].status, "") for name in OF_THE_MARKET if board.parts[name].value is not None
    ]
    return found[0] if found and all(found) else ""


_PENDING = {Status.DOUBT: "in doubt", Status.STALE: "stale"}


def _fired(watch: Watch, at: datetime | None) -> Watch:
    again = watch.fired_at is not None and at is not None and abs(at - watch.fired_at) < QUIET
    return replace(
        watch,
        firings=watch.firings + 1,
        fired_at=at,
        fired_value=watch.value,
        fired_basis=watch.basis,
        acknowledged=False,
        rings=not again,
    )


def _holds(rule: Alert, value: float) -> bool:
    level = rule.level
    match rule.condition:
        case "below":
            return value < level
        case "sigma":
            return abs(value) > level
        case "percentile":
            return min(value, 100 - value) < level
        case _:
            return value > level


def _fires(rule: Alert, before: bool | None, holds: bool) -> bool:
    if rule.crosses is not None:
        return before is not None and before != holds
    return holds and not before


def watched_path(board: Board, rule: Alert) -> str:
    """The path of the figure the rule looks at: the reading, or its own σ or percentile.

    Raises LookupError where the reading has no such figure.
    """
    kind = rule.condition
    if kind not in ("sigma", "percentile"):
        return rule.reading
    found = companion(board, rule.reading, kind)
    if found is None:
        reading_at(board, rule.reading)
        word = "σ" if kind == "sigma" else "percentile"
        raise LookupError(f"{rule.reading} has no {word} of its own; set the rule above, below or crossing a level")
    return found
