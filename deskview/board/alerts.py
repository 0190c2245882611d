"""Rules on readings: whether each holds on a board, and which of them has just come to hold."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from deskview.board.board import Board, Status
from deskview.board.readings import NAMES, basis_at, companion, is_held, limits_at, reading_at
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
    and `fired_basis` are what they rest on where they are σ. `low` and `high` are the limits of a percentile that has
    some, and `value` itself of any other figure: the condition holds where both lie beyond the level. `rings` is true
    on the one board that should be heard. `pending` says why nothing is concluded from the reading now: it is in doubt,
    an older one that was kept, a sum that lacks names, or a percentile whose limits are not known.
    `fault` says why the reading can't be had, `where` the file and line of the rule. `own` is a rule set on the
    screen, not one of the settings.
    """

    rule: Alert
    value: float | None = None
    low: float | None = None
    high: float | None = None
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
        """How far the reading is from where the condition holds, by its limit that has the longer way; negative by how
        far it is past."""
        if self.value is None or self.low is None or self.high is None:
            return None
        rule, low, high = self.rule, self.low, self.high
        match rule.condition:
            case "above":
                return rule.level - low
            case "below":
                return high - rule.level
            case "crosses":
                up, down = abs(rule.level - low), abs(high - rule.level)
                return min(up, down) if self.holds is None else down if self.holds else up
            case "sigma":
                return rule.level - abs(self.value)
            case _:
                return min(high, 100 - low) - rule.level


def watched(before: Sequence[Watch], board: Board) -> tuple[Watch, ...]:
    """Every rule on the next board: it fires when its condition comes to hold, and not again until it has not held.

    On a reading that is missing, in doubt or kept from before it neither fires nor is it armed: it stays as it was. So
    it does while a level that is to be crossed lies within the reading's limits.
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
        low, high = limits_at(board, path) or (value, value)
    except LookupError as fault:
        return replace(watch, value=None, low=None, high=None, rings=False, pending="", fault=str(fault.args[0]))
    pending = _pending(board, path) or ("" if value is None or None not in (low, high) else UNSURE)
    if pending or value is None or low is None or high is None:
        return replace(watch, value=None, low=None, high=None, rings=False, pending=pending, fault="")
    holds = _holds(rule, low, high)
    known = replace(watch, value=value, low=low, high=high, basis=basis, rings=False, pending="", fault="")
    known = known if holds is None else replace(known, holds=holds)
    return _fired(known, board.as_of) if _fires(rule, watch.holds, holds) else known


def _pending(board: Board, path: str) -> str:
    """Why nothing can be concluded from the figure now, in a word or two; empty where something can.

    A name's own figures are pending where the whole market's are, or where its price is an older one that was kept.
    """
    part, *names = path.split(".")
    if part != NAMES:
        return _PENDING.get(board.parts[part].status, "") or (_COMING if _is_still_summed(board, path) else "")
    if is_held(board, ".".join(names[:-1])):
        return _PENDING[Status.DOUBT]
    found = [
        _PENDING.get(board.parts[name].status, "") for name in OF_THE_MARKET if board.parts[name].value is not None
    ]
    return found[0] if found and all(found) else ""


def _is_still_summed(board: Board, path: str) -> bool:
    """Whether it is a sum of flow over names of which some are still to come: it grows with each of them."""
    part, *places, figure = path.split(".")
    if part != "flow" or not (figure.endswith("_usd") or figure in _OF_SUMS):
        return False
    reading = board.flow.value
    if reading is None or _OF_ONE_NAME.intersection(places):
        return False
    over = reading.funds if "funds" in places else reading
    return over is not None and over.names < over.focus


_COMING = "names are still to come"
_OF_SUMS = ("intensity", "retail_intensity", "other_intensity")
_OF_ONE_NAME = frozenset({"by_name", "divergence", "converse"})
_PENDING = {Status.DOUBT: "in doubt", Status.STALE: "stale"}
UNSURE = "it is not known how sure its percentile is"


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


def _holds(rule: Alert, low: float, high: float) -> bool | None:
    """Whether a reading between these lies beyond the level; None where it may be on either side of one to cross."""
    level = rule.level
    match rule.condition:
        case "below":
            return high < level
        case "sigma":
            return min(abs(low), abs(high)) > level
        case "percentile":
            return min(high, 100 - low) < level
        case "crosses":
            return None if low <= level < high else low > level
        case _:
            return low > level


def _fires(rule: Alert, before: bool | None, holds: bool | None) -> bool:
    if holds is None:
        return False
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
