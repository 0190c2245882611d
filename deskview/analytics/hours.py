"""How much of a day's variance is usually behind one at a time of day: what makes a morning's move comparable.

A move up to the time tau is unusual beside moves up to tau, not beside whole days: its sd is sigma * sqrt(v(tau)).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

import numpy as np
import polars as pl

from deskview.analytics.panel import Floats
from deskview.market.sessions import CLOSE, NEW_YORK, OPEN, Calendar

OVERNIGHT_SHARE = 0.35
"""Of a day's variance, close to close, the part that is there at the open (index and its members, 1999 to 2021)."""
SLOT = timedelta(minutes=5)
SESSIONS = 60
"""The intraday profile is taken over so many sessions; with fewer than LEAST it is none."""
LEAST = 20
_SLOTS = 78
_NO_TIME = "before the open there is no hour to compare with"


@dataclass(frozen=True)
class VarianceClock:
    """v(tau) of one session. `behind` is the share of the intraday variance behind one at the end of each slot.

    The profile is the mean over `sessions` past full sessions, each weighing the same; a half day runs through the
    same profile in less time.
    """

    opens: datetime
    closes: datetime
    behind: Floats
    sessions: int

    def share(self, now: datetime) -> float | None:
        """v(tau): OVERNIGHT_SHARE at the open, 1 from the close on, None before the open."""
        if now < self.opens:
            return None
        gone = min((now - self.opens) / (self.closes - self.opens), 1.0) * len(self.behind)
        ends = np.arange(len(self.behind) + 1, dtype=np.float64)
        intraday = float(np.interp(gone, ends, np.concatenate(([0.0], self.behind))))
        return OVERNIGHT_SHARE + (1 - OVERNIGHT_SHARE) * intraday


def variance_clock(minutes: pl.DataFrame, calendar: Calendar, *, opens: datetime, closes: datetime) -> VarianceClock:
    """The clock of the session from `opens` to `closes` (UTC) from INTRADAY bars of five minutes of the index.

    The variance of a slot is the squared return over it, the first slot's from its open; slots without a bar have
    none. Half days and the session itself are left out. Raises ValueError with fewer than LEAST full sessions.
    """
    local = pl.col("start").dt.convert_time_zone(str(NEW_YORK))
    bars = (
        minutes.filter(pl.col("start") < opens, local.dt.time().is_between(OPEN, CLOSE, closed="left"))
        .with_columns(day=local.dt.date())
        .with_columns(slot=(local.dt.hour().cast(pl.Int64) * 60 + local.dt.minute() - 570) // 5)
        .sort("start")
    )
    full = [day for day in bars.get_column("day").unique().sort() if not calendar.is_half_day(day)][-SESSIONS:]
    if len(full) < LEAST:
        raise ValueError(f"needs {LEAST} sessions of the index's five-minute bars, {len(full)} are held")
    before = pl.col("close").shift(1).over("day")
    squared = bars.filter(pl.col("day").is_in(full)).with_columns(
        squared=(pl.col("close") / pl.coalesce(before, "open") - 1) ** 2
    )
    profile = np.zeros((len(full), _SLOTS))
    rows = np.searchsorted(np.array(full), squared.get_column("day").to_numpy())
    np.add.at(profile, (rows, squared.get_column("slot").to_numpy()), squared.get_column("squared").to_numpy())
    total = profile.sum(axis=1, keepdims=True)
    shares = (profile / np.where(total > 0, total, np.nan)).cumsum(axis=1)
    if np.isnan(shares).all():
        raise ValueError("the index's five-minute bars do not move")
    return VarianceClock(opens, closes, np.nanmean(shares, axis=0), len(full))


def of_hour(z: float | None, clock: VarianceClock | None, now: datetime, *, why_none: str) -> tuple[float | None, str]:
    """z of the day as z of the hour, z / sqrt(v(tau)), or None and the reason; `why_none` is why there is no clock."""
    if clock is None:
        return None, why_none
    share = clock.share(now)
    if share is None:
        return None, _NO_TIME
    return (None, "the sigma of the day is missing") if z is None else (z / sqrt(share), "")
