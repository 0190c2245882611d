"""The simulated market's clock."""

import time as wall
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from deskview.market.sessions import NEW_YORK

#: When trading after hours ends, the clock stands still.
LAST = time(20)


class Clock:
    """Starts with the first reading, runs `speed` times as fast as ours (0: stands still), stops at 20:00 New York."""

    def __init__(self, day: date, at: time, speed: float, ticks: Callable[[], float] = wall.monotonic) -> None:
        self._start = datetime.combine(day, at, NEW_YORK).astimezone(UTC)
        self._last = max(self._start, datetime.combine(day, LAST, NEW_YORK).astimezone(UTC))
        self._speed = speed
        self._ticks = ticks
        self._began: float | None = None

    def now(self) -> datetime:
        """The simulated moment, UTC."""
        if self._began is None:
            self._began = self._ticks()
        passed = timedelta(seconds=(self._ticks() - self._began) * self._speed)
        return min(self._start + passed, self._last)

    def now_ns(self) -> int:
        """The simulated moment in Unix nanoseconds."""
        return int(self.now().timestamp() * 1_000_000) * 1000
