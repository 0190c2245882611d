"""An event study: which days a rule chose, and what followed them, with how sure that is."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from deskview.analytics.events.bootstrap import block_of, interval, positions
from deskview.analytics.events.outcomes import fan, forward, matched, paths, peak_to_trough, wealth_of
from deskview.analytics.events.rules import APART, declustered
from deskview.analytics.events.structs import Event, Outcome, PathDay, Split, Study
from deskview.analytics.measures import Number
from deskview.analytics.panel import Bools, Floats, Ints

ENOUGH = 20
"""Of fewer events no median and no rate is stated, only how many there were and how many rose."""
LONGEST = 63


@dataclass(frozen=True)
class Span:
    """The sessions `after` + 1 to `sessions` after an event."""

    sessions: int
    after: int = 0

    @property
    def length(self) -> int:
        """How many sessions it has."""
        return self.sessions - self.after

    @property
    def label(self) -> str:
        """As the reading names it."""
        return f"{self.after + 1}-{self.sessions}" if self.after else str(self.sessions)


SPANS = (*map(Span, (1, 5, 10, 21, 42, LONGEST)), Span(LONGEST, 42))


@dataclass(frozen=True)
class Series:
    """Daily returns (fractions, finite) by session, and whether each began in a panic: None where that is not known;
    `told` are the days of which it is, None for all.
    """

    sessions: Sequence[date]
    returns: Floats
    panic: Bools | None = None
    told: Bools | None = None

    def panic_at(self, day: int) -> bool | None:
        """Whether a day began in a panic; None where that is not known."""
        if self.panic is None or (self.told is not None and not self.told[day]):
            return None
        return bool(self.panic[day])


def study(
    series: Series,
    chosen: Ints,
    *,
    rule: str,
    title: str = "",
    definition: str = "",
    judged: int | None = None,
    apart: int = APART,
) -> Study:
    """What followed the days `chosen` (rising positions in the series) by a rule that can tell on `judged` days (all).

    Events within `apart` sessions of the last one kept are one with it. An event near the end has no outcome of what is
    still to come; it is counted, listed and drawn. Slow enough for a thread: some 0.3 s.
    """
    events = declustered(chosen, apart)
    wealth = wealth_of(series.returns)
    falls = peak_to_trough(wealth, events)
    reasons: dict[str, str] = {}
    outcomes = _outcomes(series, wealth, events, reasons)
    enough = len(events) >= ENOUGH
    if not enough:
        reasons["peak_to_trough"] = _few(len(events))
    states = [series.panic_at(event) for event in events.tolist()]

    def of_state(wanted: bool) -> Ints:
        found: Ints = events[np.array([state is wanted for state in states], dtype=bool)]
        return found

    if series.panic is None:
        reasons["panic"] = reasons["calm"] = "the market's returns of those years are not here"
    return Study(
        rule=rule,
        title=title or rule,
        definition=definition,
        days=len(chosen),
        judged=len(series.returns) if judged is None else judged,
        events=len(events),
        outcomes=outcomes,
        peak_to_trough=float(np.median(falls)) if enough else None,
        panic=None if series.panic is None else _split(series, wealth, of_state(True), "panic", reasons),
        calm=None if series.panic is None else _split(series, wealth, of_state(False), "calm", reasons),
        path=_path(wealth, events),
        all_events=_listed(series, wealth, chosen, events, falls),
        missing=reasons,
    )


def path_after(series: Series, session: date, sessions: int = LONGEST) -> list[float]:
    """Returns since the close of a session of the series, 0 first, as far as they have come and `sessions` long."""
    event = bisect_left(series.sessions, session)
    found = paths(wealth_of(series.returns), np.array([event]), sessions)[0]
    return [0.0, *found[np.isfinite(found)].tolist()]


def _few(count: int) -> str:
    return f"of {count} event{'' if count == 1 else 's'}, under {ENOUGH}, only counts are stated"


def _split(series: Series, wealth: Floats, events: Ints, name: str, reasons: dict[str, str]) -> Split:
    own: dict[str, str] = {}
    outcomes = _outcomes(series, wealth, events, own)
    reasons |= {f"{name}.{path}": why for path, why in own.items()}
    return Split(events=len(events), outcomes=outcomes)


def _outcomes(series: Series, wealth: Floats, events: Ints, reasons: dict[str, str]) -> list[Outcome]:
    return [_outcome(series, wealth, events, span, reasons) for span in SPANS]


def _outcome(series: Series, wealth: Floats, events: Ints, span: Span, reasons: dict[str, str]) -> Outcome:
    """The returns after the events that went so far; the reasons get why a figure is null."""
    after = forward(wealth, events, span.sessions, after=span.after)
    known = np.isfinite(after)
    events, after = events[known], after[known]
    n, up = len(after), int((after > 0).sum())
    path = f"outcomes.{span.label}"
    if n < ENOUGH:
        names = ("median", "low", "high", "hit", "control", "difference", "difference_low", "difference_high")
        reasons |= {f"{path}.{name}": _few(n) for name in names}
        return Outcome(sessions=span.label, n=n, up=up, **dict.fromkeys(names))
    draws = positions(n, block_of(events, span.length))
    low, high = interval(np.median(after[draws], axis=1))
    control = matched(series.returns, wealth, events, span.sessions, after=span.after)
    usual, difference, limits = _difference(after, control, draws)
    if difference is None:
        why = f"fewer than {ENOUGH} of the events have a year before them to take a volatility of"
        reasons |= {f"{path}.{name}": why for name in ("control", "difference", "difference_low", "difference_high")}
    return Outcome(
        sessions=span.label,
        n=n,
        up=up,
        median=float(np.median(after)),
        low=low,
        high=high,
        hit=up / n,
        control=usual,
        difference=difference,
        difference_low=limits[0],
        difference_high=limits[1],
    )


def _difference(
    after: Floats, control: Floats, draws: Ints
) -> tuple[Number, Number, tuple[float, float] | tuple[None, None]]:
    """The controls' median, the events' less it, and its limits; of the events that have controls."""
    if np.isfinite(control).sum() < ENOUGH:
        return None, None, (None, None)
    pairs = np.isfinite(control)
    usual = float(np.median(control[pairs]))
    both = np.where(pairs, after, np.nan), control
    resampled = np.nanmedian(both[0][draws], axis=1) - np.nanmedian(both[1][draws], axis=1)
    return usual, float(np.median(after[pairs]) - usual), interval(resampled)


def _path(wealth: Floats, events: Ints) -> list[PathDay]:
    found = fan(paths(wealth, events, LONGEST))
    rows = zip(found.events.tolist(), *(each.tolist() for each in (found.low, found.median, found.high)), strict=True)
    return [
        PathDay(n=n, low=low if enough else None, median=median if enough else None, high=high if enough else None)
        for n, low, median, high in rows
        for enough in (n >= ENOUGH,)
    ]


def _listed(series: Series, wealth: Floats, chosen: Ints, events: Ints, falls: Floats) -> list[Event]:
    """Every event with what followed it, the newest first."""
    after = {span.label: forward(wealth, events, span.sessions, after=span.after) for span in SPANS}
    bounds = np.searchsorted(chosen, [*events, len(series.returns)]).tolist()
    ones = [[series.sessions[day] for day in chosen[start:end].tolist()] for start, end in pairwise(bounds)]
    return [
        Event(
            session=series.sessions[event],
            return_=float(series.returns[event]),
            days=len(ones[place]),
            with_it=ones[place][1:],
            panic=series.panic_at(event),
            after={label: _number(values[place]) for label, values in after.items()},
            peak_to_trough=float(falls[place]),
        )
        for place, event in reversed(list(enumerate(events.tolist())))
    ]


def _number(value: float) -> Number:
    return float(value) if np.isfinite(value) else None
