"""Sessions of the New York Stock Exchange: which days trade, from when to when.

Regular holidays and half days come from the `holidays` package; closures no rule can know (storms,
state funerals) and later announcements come in as `extra`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

import holidays

NEW_YORK = ZoneInfo("America/New_York")
PRE_MARKET = time(4)
OPEN = time(9, 30)
NOON = time(12, 0)
CLOSE = time(16, 0)
HALF_DAY_CLOSE = time(13, 0)


class Closure(StrEnum):
    """How a date differs from an ordinary weekday."""

    CLOSED = "closed"
    EARLY_CLOSE = "early-close"


class Phase(StrEnum):
    """Where a moment falls in the trading day."""

    CLOSED = "closed"
    PRE_MARKET = "pre-market"
    OPEN = "open"
    AFTER_HOURS = "after-hours"


@dataclass(frozen=True)
class Calendar:
    """Trading sessions; `extra` overrides the rules date by date."""

    extra: Mapping[date, Closure] | None = None

    @cached_property
    def _rules(self) -> holidays.HolidayBase:
        return holidays.financial_holidays("NYSE", categories=("public",))

    @cached_property
    def _half_days(self) -> holidays.HolidayBase:
        return holidays.financial_holidays("NYSE", categories=("half_day",))

    def is_session(self, day: date) -> bool:
        """Whether the exchange trades on that date."""
        override = (self.extra or {}).get(day)
        if override is not None:
            return override is not Closure.CLOSED
        return day.weekday() < 5 and day not in self._rules

    def is_half_day(self, day: date) -> bool:
        """Whether the session ends at 13:00."""
        override = (self.extra or {}).get(day)
        if override is not None:
            return override is Closure.EARLY_CLOSE
        return self.is_session(day) and day in self._half_days

    def opens(self, day: date) -> datetime:
        """Start of regular trading, UTC."""
        return datetime.combine(day, OPEN, NEW_YORK).astimezone(UTC)

    def closes(self, day: date) -> datetime:
        """End of regular trading, UTC."""
        ends = HALF_DAY_CLOSE if self.is_half_day(day) else CLOSE
        return datetime.combine(day, ends, NEW_YORK).astimezone(UTC)

    def phase(self, moment: datetime) -> Phase:
        """Where the moment falls; pre-market is 04:00 to the open, after-hours the close to 20:00."""
        local = moment.astimezone(NEW_YORK)
        day = local.date()
        if not self.is_session(day) or not PRE_MARKET <= local.time() < time(20):
            return Phase.CLOSED
        if moment < self.opens(day):
            return Phase.PRE_MARKET
        return Phase.OPEN if moment < self.closes(day) else Phase.AFTER_HOURS

    def session_at(self, moment: datetime) -> date:
        """The session a moment belongs to: today's from 04:00 New York on, else the last one before."""
        local = moment.astimezone(NEW_YORK)
        if self.is_session(local.date()) and local.time() >= PRE_MARKET:
            return local.date()
        return self.previous(local.date())

    def third_friday(self, year: int, month: int) -> date:
        """The day of a month's standard expiry; the session before it where it is none."""
        first = date(year, month, 1)
        friday = first + timedelta(days=(4 - first.weekday()) % 7 + 14)
        return friday if self.is_session(friday) else self.previous(friday)

    def previous(self, day: date) -> date:
        """The last session before the date."""
        return next(iter(self.before(day, 1)))

    def before(self, day: date, count: int) -> list[date]:
        """The `count` sessions before the date, oldest first."""
        found: list[date] = []
        while len(found) < count:
            day -= timedelta(days=1)
            if self.is_session(day):
                found.append(day)
        return found[::-1]

    def after(self, day: date, count: int) -> list[date]:
        """The `count` sessions after the date, in order."""
        found: list[date] = []
        while len(found) < count:
            day += timedelta(days=1)
            if self.is_session(day):
                found.append(day)
        return found

    def with_closures(self, closures: Iterable[tuple[date, Closure]]) -> "Calendar":
        """A calendar that also knows these closures."""
        return Calendar({**(self.extra or {}), **dict(closures)})
