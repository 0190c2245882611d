"""What came after events: returns from the day after on, paths, the fall from the peak, days of the same volatility."""

from typing import NamedTuple

import numpy as np

from deskview.analytics.assumptions import YEAR
from deskview.analytics.events.rules import sds_before
from deskview.analytics.panel import Bools, Floats, Ints

BACK, ON = YEAR // 4, YEAR // 2
"""The peak is looked for so many sessions back, the trough so many on."""
QUARTERS = (0.25, 0.5, 0.75)
NEIGHBOURS = 250
"""So many days on either side in the order of volatility are compared with an event."""
CLEAR = YEAR // 4
"""No day within so many sessions of an event is compared with one."""


def wealth_of(returns: Floats) -> Floats:
    """What 1 becomes: before the first return, then after each (one longer than the returns, which are finite)."""
    wealth: Floats = np.concatenate([[1.0], np.cumprod(1 + returns)])
    return wealth


def forward(wealth: Floats, events: Ints, sessions: int, *, after: int = 0) -> Floats:
    """The return of the sessions `after` + 1 to `sessions` after each event; NaN where they have not all come.

    An event's own day is not in it. `after` of 42 and `sessions` of 63 is the third month alone.
    """
    end = events + 1 + sessions
    known = end < len(wealth)
    found = np.full(len(events), np.nan)
    found[known] = wealth[end[known]] / wealth[events[known] + 1 + after] - 1
    return found


def paths(wealth: Floats, events: Ints, sessions: int) -> Floats:
    """Returns since each event's close, a row an event and a column a session after it; NaN where it has not come."""
    days = events[:, None] + 2 + np.arange(sessions)
    known = days < len(wealth)
    return np.where(known, wealth[np.minimum(days, len(wealth) - 1)] / wealth[events + 1][:, None] - 1, np.nan)


class Fan(NamedTuple):
    """The paths of events by the session after them: their quartiles and median, and of how many."""

    low: Floats
    median: Floats
    high: Floats
    events: Ints


def fan(found: Floats) -> Fan:
    """The middle half of paths; NaN where no path has come so far."""
    count = np.isfinite(found).sum(axis=0)
    quantiles = np.full((len(QUARTERS), found.shape[1]), np.nan)
    if found.size:
        quantiles[:, count > 0] = np.nanquantile(found[:, count > 0], QUARTERS, axis=0)
    low, median, high = quantiles
    return Fan(low, median, high, count)


def peak_to_trough(wealth: Floats, events: Ints, *, back: int = BACK, on: int = ON) -> Floats:
    """The fall from the peak of the `back` sessions up to each event to the lowest point after it, `on` sessions on.

    Negative or 0. Another number than the largest drawdown of those days, which may begin later.
    """
    falls = np.full(len(events), np.nan)
    for place, event in enumerate(events.tolist()):
        first = max(0, event + 1 - back)
        peak = first + int(np.argmax(wealth[first : event + 2]))
        falls[place] = wealth[peak : event + 2 + on].min() / wealth[peak] - 1
    return falls


def matched(returns: Floats, wealth: Floats, events: Ints, sessions: int, *, after: int = 0) -> Floats:
    """For each event the median forward return of days as volatile as it: those next to it in the order of the sd of
    the 252 returns before, none of them near an event. NaN where that sd is not there, or no such day.
    """
    sd = sds_before(returns, YEAR)
    days = np.arange(len(returns))
    usable = np.isfinite(sd) & ~_near(events, len(returns)) & (days + 1 + sessions < len(wealth))
    candidates = np.flatnonzero(usable)
    ordered = candidates[np.argsort(sd[candidates], kind="stable")]
    outcome, volatility = forward(wealth, ordered, sessions, after=after), sd[ordered]
    found = np.full(len(events), np.nan)
    for place in np.flatnonzero(np.isfinite(sd[events])).tolist():
        rank = int(np.searchsorted(volatility, sd[events[place]]))
        beside = outcome[max(0, rank - NEIGHBOURS) : rank + NEIGHBOURS]
        if len(beside):
            found[place] = np.median(beside)
    return found


def _near(events: Ints, count: int) -> Bools:
    """The days within `CLEAR` sessions of an event."""
    near = np.zeros(count, dtype=bool)
    for event in events.tolist():
        near[max(0, event - CLEAR) : event + CLEAR + 1] = True
    return near
