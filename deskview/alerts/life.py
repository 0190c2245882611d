"""Rules on readings: whether each holds on a board, and which of them has just come to hold."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from deskview.board.alerts import REPEATED_WITHIN, Watch
from deskview.board.board import OF_THE_MARKET, Board, Status
from deskview.board.figures import NAMES, STATUS
from deskview.board.readings import basis_at, companion, is_held, limits_at, reading_at
from deskview.settings import Alert

log = logging.getLogger(__name__)
UNKNOWN = "it can't be looked at; the log says why"


def watched(before: Sequence[Watch], board: Board, now: datetime | None = None) -> tuple[Watch, ...]:
    """Every rule on the next board: it fires when its condition has come to hold for as long as the rule says.

    Not again until the reading has been back past the level, or `clear`, or after `again`. On a reading that is
    missing, in doubt or kept from before it neither fires nor is it armed: it stays as it was, and the time it must
    hold begins anew. So it does while a level that is to be crossed lies within the reading's limits. `now` is the
    market's time where it is later than the board's.
    """
    return tuple(_looked_at(watch, board, now or board.as_of) for watch in before)


def _looked_at(watch: Watch, board: Board, now: datetime | None) -> Watch:
    """The rule on the next board; one that can't be looked at costs no other."""
    try:
        return _next(watch, board, now)
    except Exception:
        if watch.fault != UNKNOWN:
            log.exception("the rule %s can't be looked at", watch.rule.key)
        return replace(watch, value=None, low=None, high=None, since=None, rings=False, pending="", fault=UNKNOWN)


def acknowledged(before: Sequence[Watch]) -> tuple[Watch, ...]:
    """The same, nothing waiting."""
    return tuple(replace(watch, acknowledged=True) for watch in before)


def _next(watch: Watch, board: Board, now: datetime | None) -> Watch:
    rule, watch = watch.rule, replace(watch, rings=False)
    unknown = replace(watch, value=None, low=None, high=None, since=None, pending="", fault="")
    try:
        path = watched_path(board, rule)
        value, basis = reading_at(board, path), basis_at(board, path)
        low, high = limits_at(board, path) or (value, value)
    except LookupError as fault:
        return replace(unknown, fault=str(fault.args[0]))
    pending = _pending(board, path) or ("" if value is None or None not in (low, high) else UNSURE)
    if pending or value is None or low is None or high is None:
        return replace(unknown, pending=pending)
    known = replace(watch, value=value, low=low, high=high, basis=basis, pending="", fault="")
    step = _crossing if rule.crosses is not None else _beyond
    known, fires = step(known, now)
    return _fired(known, now) if fires and not watch.off else known


def _beyond(watch: Watch, now: datetime | None) -> tuple[Watch, bool]:
    """The rule with a reading that may lie beyond a level, and whether it fires."""
    rule, low, high = watch.rule, watch.low or 0.0, watch.high or 0.0
    holds = bool(_holds(rule.condition, rule.level, low, high))
    if not holds:
        back = rule.clear is None or not _holds(rule.condition, rule.clear, low, high)
        return replace(watch, holds=False, since=None, armed=watch.armed or back), False
    since = _since(watch, now)
    held = since is None or now is None or now - since >= rule.waits
    again = rule.repeats is not None and watch.fired_at is not None and now is not None
    due = again and now - watch.fired_at >= rule.repeats  # type: ignore[operator]
    return replace(watch, holds=True, since=since), held and (watch.armed or due)


def _crossing(watch: Watch, now: datetime | None) -> tuple[Watch, bool]:
    """The same of a level that is to be crossed: `holds` is the side it was last on for as long as the rule says."""
    rule = watch.rule
    above = _holds(rule.condition, rule.level, watch.low or 0.0, watch.high or 0.0)
    if above is None or above == watch.holds:
        return replace(watch, since=None), False
    if watch.holds is None:
        return replace(watch, holds=above, since=None), False
    since = _since(watch, now)
    if since is not None and now is not None and now - since < rule.waits:
        return replace(watch, since=since), False
    return replace(watch, holds=above, since=None), True


def _since(watch: Watch, now: datetime | None) -> datetime | None:
    """From when on it has held; never later than now: the clock may have gone back."""
    return watch.since if watch.since is not None and now is not None and watch.since <= now else now


def _pending(board: Board, path: str) -> str:
    """Why nothing can be concluded from the figure now, in a word or two; empty where something can.

    A name's own figures are pending where the whole market's are, or where its price is an older one that was kept.
    """
    part, *names = path.split(".")
    if part == STATUS:
        return ""
    if part != NAMES:
        still = _COMING if _is_still_summed(board, path) else _DAYS_COMING if _is_still_ranked(board, path) else ""
        return _PENDING.get(board.parts[part].status, "") or still
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


def _is_still_ranked(board: Board, path: str) -> bool:
    """Whether it is a percentile of flow whose year is still being read: it moves with each of its days."""
    return path.startswith("flow.") and path.endswith(".percentile") and board.flow.progress is not None


_DAYS_COMING = "days are still to come"
_COMING = "names are still to come"
_OF_SUMS = ("intensity", "retail_intensity", "other_intensity")
_OF_ONE_NAME = frozenset({"by_name", "divergence", "converse"})
_PENDING = {Status.DOUBT: "in doubt", Status.STALE: "stale"}
UNSURE = "it is not known how sure its percentile is"


def _fired(watch: Watch, at: datetime | None) -> Watch:
    again = watch.fired_at is not None and at is not None and abs(at - watch.fired_at) < REPEATED_WITHIN
    return replace(
        watch,
        armed=watch.rule.crosses is not None,
        firings=watch.firings + 1,
        fired_at=at,
        fired_value=watch.value,
        fired_basis=watch.basis,
        acknowledged=False,
        rings=not again,
    )


def _holds(condition: str, level: float, low: float, high: float) -> bool | None:
    """Whether a reading between these lies beyond the level; None where it may be on either side of one to cross."""
    match condition:
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
