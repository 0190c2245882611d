"""What the endpoints share: the world, the clock and the plan's limits."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from starlette.requests import Request

from deskview.market.sessions import NEW_YORK
from deskview.simulator.clock import Clock
from deskview.simulator.wire.answers import Refusal, error, not_found
from deskview.simulator.world.moment import Moment, at_moment
from deskview.simulator.world.world import World

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass
class Market:
    """One served market. `delayed`: no last trade and quote, status DELAYED; `empty`: a holiday.

    `dividends` keeps the rows of the dividends endpoint once made.
    """

    world: World
    clock: Clock
    delayed: bool = False
    empty: bool = False
    dividends: list[dict[str, Any]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _moment: Moment | None = None

    @property
    def status(self) -> str:
        """The word of success."""
        return "DELAYED" if self.delayed else "OK"

    @property
    def built(self) -> bool:
        """Whether the world's history is there already."""
        return "history" in vars(self.world)

    def ready(self) -> World:
        """The world with its history built, by one thread only."""
        with self._lock:
            self.world.history  # noqa: B018 - builds it
            return self.world

    def moment(self) -> Moment:
        """The market now; the last one is kept, for a clock that stands still."""
        world = self.ready()
        now = self.clock.now_ns()
        with self._lock:
            if self._moment is None or self._moment.now_ns != now:
                self._moment = at_moment(world, now)
            return self._moment

    def position(self, request: Request, ticker: str) -> int:
        """Where a ticker stands; refuses an unknown one."""
        found = self.world.roster.index.get(ticker)
        if found is None:
            raise Refusal(not_found(request))
        return found

    def today(self) -> date:
        """The scenario's session."""
        return self.world.scenario.session

    def started(self) -> bool:
        """Whether the scenario's session has begun (04:00 New York)."""
        return self.clock.now() >= datetime.combine(self.today(), datetime.min.time(), NEW_YORK) + timedelta(hours=4)

    def reset(self) -> bool:
        """Whether the day's reset has passed (03:30 New York)."""
        local = self.clock.now().astimezone(NEW_YORK)
        return local >= datetime.combine(self.today(), datetime.min.time(), NEW_YORK) + timedelta(hours=3, minutes=30)


def as_date(request: Request, text: str, name: str) -> date:
    """A date parameter; refuses anything else."""
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Refusal(error(request, 400, f"{name}: must be a date, YYYY-MM-DD"))
