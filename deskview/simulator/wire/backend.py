"""What the endpoints share: the world, its clock and the plan's limits."""

from __future__ import annotations

import re
import threading
import time as wall
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from starlette.requests import Request

from deskview.market.sessions import NEW_YORK, NOON
from deskview.simulator.wire.plans import ADVANCED, Plan
from deskview.simulator.wire.protocol import Refusal, error, not_found
from deskview.simulator.world.moment import Moment, at_moment
from deskview.simulator.world.world import World

#: When trading after hours of the scenario's session ends, the clock stands still.
LAST = time(20)
#: A session's first trades, and when the vendor lets go of the session before.
_DAWN, _RESET = timedelta(hours=4), timedelta(hours=3, minutes=30)
#: One answer of the clock in so many jumps, where it does.
JUMPS_EVERY = 5
#: Sessions before the scenario's of which an unlisted name has no bars.
UNLISTED_SESSIONS = 3

DELAY_NS = 900 * 10**9
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Clock:
    """Starts with the first reading, runs `speed` times as fast as ours (0: stands still), stops at 20:00 New York of
    the day `last`.

    Where it is to begin `again` at a moment (UTC) after its start, it goes back to the start then, and does not stop.
    """

    def __init__(
        self,
        day: date,
        at: time,
        speed: float,
        ticks: Callable[[], float] = wall.monotonic,
        *,
        again: datetime | None = None,
        last: date | None = None,
    ) -> None:
        self._start = datetime.combine(day, at, NEW_YORK).astimezone(UTC)
        self._round = again - self._start if again is not None and again > self._start else None
        self._last = max(self._start, datetime.combine(last or day, LAST, NEW_YORK).astimezone(UTC))
        self._speed = speed
        self._ticks = ticks
        self._began: float | None = None

    def now(self) -> datetime:
        """The simulated moment, UTC."""
        if self._began is None:
            self._began = self._ticks()
        passed = timedelta(seconds=(self._ticks() - self._began) * self._speed)
        return self._start + passed % self._round if self._round else min(self._start + passed, self._last)

    def now_ns(self) -> int:
        """The simulated moment in Unix nanoseconds."""
        return int(self.now().timestamp() * 1_000_000) * 1000


@dataclass
class Market:
    """One served market, from session number `first` on.

    `plan` is what is answered at all; `empty`: a holiday. `unlisted` is a ticker that the listing, the
    snapshot and the newest bars leave out. `empty_days` is how often the session before is still answered without bars.
    `dividends` keeps the rows of the dividends endpoint once made, by session: those of the newest block, and all.
    `frozen`: the first moment asked for stays. `jump_hours` is how far ahead every fifth answer of the clock is,
    `clock_answers` how many there were.
    """

    world: World
    clock: Clock
    first: int
    plan: Plan = ADVANCED
    empty: bool = False
    unlisted: str | None = None
    empty_days: int = 0
    frozen: bool = False
    jump_hours: float = 0.0
    clock_answers: int = 0
    dividends: dict[tuple[int, bool], list[dict[str, Any]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _moment: Moment | None = None

    @property
    def status(self) -> str:
        """The word of success."""
        return "DELAYED" if self.plan.delayed else "OK"

    @property
    def built(self) -> bool:
        """Whether the world's history is there already."""
        return self.world.past.has(self.world.sessions - 1)

    def ready(self) -> World:
        """The world with the newest of its history built, by one thread only."""
        with self._lock:
            self.world.past.newest  # noqa: B018 - builds it
            return self.world

    def data_ns(self) -> int:
        """Up to when there are data, Unix ns: a delayed plan's are a quarter of an hour behind the clock."""
        return self.clock.now_ns() - (DELAY_NS if self.plan.delayed else 0)

    def moment(self) -> Moment:
        """The market now; the last one is kept, for a clock that stands still."""
        world = self.ready()
        now = self.data_ns()
        with self._lock:
            if self._moment is None or (self._moment.now_ns != now and not self.frozen):
                self._moment = at_moment(world, self.number, now)
            return self._moment

    def told_time(self) -> datetime:
        """The clock as it is answered, UTC."""
        self.clock_answers += 1
        jumps = self.jump_hours and self.clock_answers % JUMPS_EVERY == 0
        return self.clock.now() + timedelta(hours=self.jump_hours if jumps else 0)

    def position(self, request: Request, ticker: str) -> int:
        """Where a ticker stands; refuses an unknown one."""
        found = self.world.roster.index.get(ticker)
        if found is None:
            raise Refusal(not_found(request))
        return found

    def hidden(self, number: int) -> int:
        """The position of the name that answers about a session leave out; -1 where there is none."""
        if self.unlisted is None or number < self.world.sessions - UNLISTED_SESSIONS:
            return -1
        return self.world.roster.index.get(self.unlisted, -1)

    @property
    def number(self) -> int:
        """The session that is on: one follows another when the vendor resets the day, nights and weekends after it."""
        return max(bisect_right(self._resets, self.clock.now()) - 1, 0) + self.first

    @cached_property
    def _resets(self) -> list[datetime]:
        return [self._at(number, _RESET) for number in range(self.first, self.world.sessions + 1)]

    def _at(self, number: int, since_midnight: timedelta) -> datetime:
        return (datetime.combine(self.world.days[number], time(), NEW_YORK) + since_midnight).astimezone(UTC)

    def today(self) -> date:
        """The day of the session that is on."""
        return self.world.days[self.number]

    def tells_of(self, day: date) -> bool:
        """Whether the plan includes a day's bars by now: to one of ends of day they come the day after."""
        return self.plan.today or day < self.clock.now().astimezone(NEW_YORK).date()

    def started(self) -> bool:
        """Whether the session has begun (04:00 New York)."""
        return self.clock.now() >= self._at(self.number, _DAWN)

    def splits_until(self) -> int:
        """The last session whose splits are in the tables: that of the scenario's session comes late, at noon."""
        number = self.number
        late = number == self.world.sessions and self.clock.now() < datetime.combine(self.today(), NOON, NEW_YORK)
        return number - late

    def misses_a_day(self) -> bool:
        """Whether the session before is answered without bars this time."""
        with self._lock:
            self.empty_days -= 1
            return self.empty_days >= 0

    def reset(self) -> bool:
        """Whether the day's reset has passed (03:30 New York)."""
        return self.clock.now() >= self._resets[0]


def as_date(request: Request, text: str, name: str) -> date:
    """A date parameter; refuses anything else."""
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Refusal(error(request, 400, f"{name}: must be a date, YYYY-MM-DD"))
