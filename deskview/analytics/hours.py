"""How much of a day's variance and volume is usually behind one at a time of day: what makes a morning comparable.

A move up to the time tau is unusual beside moves up to tau, not beside whole days: its sd is sigma * sqrt(v(tau)).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import sqrt

import numpy as np
import polars as pl

from deskview.analytics.panel import Floats
from deskview.market.sessions import NEW_YORK, Calendar

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
        intraday = _at(now, self.opens, self.closes, np.concatenate(([0.0], self.behind)))
        return OVERNIGHT_SHARE + (1 - OVERNIGHT_SHARE) * intraday


@dataclass(frozen=True)
class VolumeClock:
    """The share of a day's volume usually done by a time of one session, from 04:00 on.

    `behind` is that at the open and at the end of each slot, the mean over `sessions` past full sessions, each weighing
    the same: of full days alone.
    """

    opens: datetime
    closes: datetime
    behind: Floats
    sessions: int

    def share(self, now: datetime) -> float | None:
        """That at the time `now`: 1 from the close on, when its auction is in; None before the open."""
        if now < self.opens:
            return None
        return 1.0 if now >= self.closes else _at(now, self.opens, self.closes, self.behind)


def _at(now: datetime, opens: datetime, closes: datetime, marks: Floats) -> float:
    """The profile at a time of the session, between its marks: one at the open and one at the end of each slot."""
    gone = min((now - opens) / (closes - opens), 1.0) * (len(marks) - 1)
    return float(np.interp(gone, np.arange(len(marks), dtype=np.float64), marks))


def variance_clock(minutes: pl.DataFrame, calendar: Calendar, *, opens: datetime, closes: datetime) -> VarianceClock:
    """The clock of the session from `opens` to `closes` (UTC) from INTRADAY bars of five minutes of the index.

    The variance of a slot is the squared return over it, the first slot's from its open; slots without a bar have
    none. Half days and the session itself are left out. Raises ValueError with fewer than LEAST full sessions.
    """
    bars, full = _of_full_sessions(minutes, calendar, opens)
    before = pl.col("close").shift(1).over("day")
    regular = bars.filter(pl.col("slot").is_between(0, _SLOTS - 1))
    squared = regular.with_columns(value=(pl.col("close") / pl.coalesce(before, "open") - 1) ** 2)
    profile = _by_slot(squared, full, _SLOTS)
    total = profile.sum(axis=1, keepdims=True)
    shares = (profile / np.where(total > 0, total, np.nan)).cumsum(axis=1)
    if np.isnan(shares).all():
        raise ValueError("the index's five-minute bars do not move")
    return VarianceClock(opens, closes, np.nanmean(shares, axis=0), len(full))


def volume_clock(minutes: pl.DataFrame, calendar: Calendar, *, opens: datetime, closes: datetime) -> VolumeClock:
    """The clock of the session from `opens` to `closes` (UTC) from INTRADAY bars of five minutes of the index's fund.

    A day's volume is that of all its bars, before the open and after the close too, as that of a snapshot is. Half days
    and the session itself are left out. Raises ValueError with fewer than LEAST full sessions that have a volume.
    """
    bars, full = _of_full_sessions(minutes, calendar, opens)
    marked = bars.with_columns(slot=pl.col("slot").clip(-1, _SLOTS) + 1, value=pl.col("volume").fill_null(0.0))
    profile = _by_slot(marked, full, _SLOTS + 2)
    total = profile.sum(axis=1)
    traded = total > 0
    if traded.sum() < LEAST:
        raise ValueError(f"needs {LEAST} sessions of the index's five-minute bars with volume, {traded.sum()} are held")
    shares = (profile[traded] / total[traded, None]).cumsum(axis=1)
    return VolumeClock(opens, closes, shares[:, : _SLOTS + 1].mean(axis=0), int(traded.sum()))


def _of_full_sessions(minutes: pl.DataFrame, calendar: Calendar, opens: datetime) -> tuple[pl.DataFrame, list[date]]:
    """The bars of the last full sessions in their order, each with `day` and the `slot` of regular hours it begins in
    (negative before the open), and those days; ValueError with too few."""
    local = pl.col("start").dt.convert_time_zone(str(NEW_YORK))
    bars = (
        minutes.filter(pl.col("start") < opens)
        .with_columns(day=local.dt.date())
        .with_columns(slot=(local.dt.hour().cast(pl.Int64) * 60 + local.dt.minute() - 570) // 5)
        .sort("start")
    )
    regular = bars.filter(pl.col("slot").is_between(0, _SLOTS - 1)).get_column("day").unique().sort()
    full = [day for day in regular if not calendar.is_half_day(day)][-SESSIONS:]
    if len(full) < LEAST:
        raise ValueError(f"needs {LEAST} sessions of the index's five-minute bars, {len(full)} are held")
    return bars.filter(pl.col("day").is_in(full)), full


def _by_slot(bars: pl.DataFrame, days: list[date], slots: int) -> Floats:
    """`value` summed by day and slot (days x slots)."""
    profile = np.zeros((len(days), slots))
    rows = np.searchsorted(np.array(days), bars.get_column("day").to_numpy())
    np.add.at(profile, (rows, bars.get_column("slot").to_numpy()), bars.get_column("value").to_numpy())
    return profile


def of_hour(z: float | None, clock: VarianceClock | None, now: datetime, *, why_none: str) -> tuple[float | None, str]:
    """z of the day as z of the hour, z / sqrt(v(tau)), or None and the reason; `why_none` is why there is no clock."""
    if clock is None:
        return None, why_none
    share = clock.share(now)
    if share is None:
        return None, _NO_TIME
    return (None, "the sigma of the day is missing") if z is None else (z / sqrt(share), "")
