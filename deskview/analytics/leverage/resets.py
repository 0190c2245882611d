"""When funds get back to their leverage: daily ones in each session, the others in the last of their period."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from deskview.analytics.leverage.formula import Floats
from deskview.analytics.leverage.past import PastSessions
from deskview.market.sessions import Calendar

LONGEST = 70
"""Sessions a quarter has at most."""
_PERIODS: dict[str, Callable[[date], object]] = {
    "weekly": lambda day: day.isocalendar()[:2],
    "monthly": lambda day: (day.year, day.month),
    "quarterly": lambda day: (day.year, (day.month - 1) // 3),
}


@dataclass(frozen=True)
class Resets:
    """Of one kind of fund: the last session it traded on before this one, and the next, which may be this one."""

    last: date
    next: date


def reset_days(session: date, calendar: Calendar) -> dict[str, Resets]:
    """The resets around the session of every kind but daily."""
    before, after = calendar.before(session, LONGEST), calendar.after(session, LONGEST)
    found = {}
    for kind, period in _PERIODS.items():
        same = period(session)
        last = max(day for day in before if period(day) != same)
        found[kind] = Resets(last, max(day for day in (session, *after) if period(day) == same))
    return found


@dataclass(frozen=True)
class Drift:
    """How far each fund is from its last reset. `daily`: it resets in each session; `due`: in this one.

    `base` is its price at the last reset over that of the last close, `moved` the underlying's return between the two:
    1 and 0 for daily ones, NaN where unknown.
    """

    daily: npt.NDArray[np.bool_]
    due: npt.NDArray[np.bool_]
    base: Floats
    moved: Floats

    @property
    def exposed(self) -> Floats:
        """Exposure at the last close over L times the assets then."""
        return self.base * (1.0 + self.moved)

    def since_reset(self, r: Floats) -> Floats:
        """The underlying's return since the last reset, from its return `r` of this session."""
        return np.where(self.daily, r, (1.0 + self.moved) * (1.0 + r) - 1.0)


def drift_of(
    past: PastSessions,
    leverage: Floats,
    position: npt.NDArray[np.int64],
    reset: Sequence[str],
    *,
    days: Mapping[str, Resets],
    session: date | None,
) -> Drift:
    """The drift of funds of these kinds of `reset`; `position` is the column of each one's underlying in `past`.

    Where the underlying has a gap since the reset, the fund's own return over its leverage stands for it.
    """
    daily = np.array([kind not in days for kind in reset], dtype=np.bool_)
    due = daily | np.array([kind in days and days[kind].next == session for kind in reset], dtype=np.bool_)
    base, moved = np.ones(len(reset)), np.zeros(len(reset))
    for at in np.flatnonzero(~daily):
        last = days[reset[int(at)]].last.isoformat()
        begins = past.dates.index(last) + 1 if last in past.dates else None
        if begins is None:
            base[at] = moved[at] = np.nan
            continue
        closes = past.fund_closes[begins:, at]
        base[at] = closes[0] / closes[-1]
        own = np.prod(1.0 + past.returns[begins:, position[at]]) - 1.0
        moved[at] = own if np.isfinite(own) else (1.0 / base[at] - 1.0) / leverage[at]
    return Drift(daily, due, base, moved)
