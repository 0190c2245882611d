"""A market of made-up prints, and the desk's loop of opened names on it; run as a program it can be killed.

As a program it fetches the sample's year and, one after the other, two opened names at the same time. It writes a line
to standard output for each window, with session, name and start, before the call is answered.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from deskview.analytics.gate.clock import BELIEVED_AFTER
from deskview.board import OpenedName
from deskview.feed import opened
from deskview.feed.context import Context, Registry
from deskview.feed.flows import refresh_year
from deskview.feed.history import refresh_daily
from deskview.feed.market import refresh_clock
from deskview.feed.opened import WINDOWS, OpenedNames, opened_inputs
from deskview.feed.scheduler import Scheduler
from deskview.feed.state import FeedState
from deskview.market.schema import TRADES, empty
from deskview.market.sessions import Calendar
from deskview.providers.base import Provider, Table, Window
from deskview.settings import Flow, Settings
from tests.feed.tiny import TinyMarket, tabled

SESSION = date(2026, 3, 2)
NOON, LATER, EVENING = (datetime(2026, 3, 2, hour, minute, tzinfo=UTC) for hour, minute in ((17, 0), (18, 30), (22, 0)))
SESSIONS, PRINTS = 20, 50
SAMPLED = 6
"""Windows a session of the one name of the sample."""
SETTINGS = Settings(
    history_sessions=60,
    flow=Flow(names=("AAPL",), history_sessions=SESSIONS, sample_prints=PRINTS, calls_per_session=SAMPLED),
)
EVERY = timedelta(seconds=30)
"""From one print to the next."""
OWN_YEAR = SESSIONS * WINDOWS
HANG_S = 60.0
OPENED = ("XOM", "JPM")
"""The names the program opens."""


class Tape(TinyMarket):
    """Prints that follow from name and time, one every half minute of the session; it notes who asks for what.

    `held` are names whose prints hang; `refuses` raises for a name.
    """

    def __init__(self, clock: datetime) -> None:
        super().__init__(clock)
        self.days_asked: Counter[str] = Counter()
        self.windows_asked: Counter[str] = Counter()
        self.since: list[datetime] = []
        self.at_once_of: Counter[str] = Counter()
        self.most_at_once_of: Counter[str] = Counter()
        self.held: set[str] = set()
        self.go_on = asyncio.Event()
        self.refuses: Callable[[str], None] = lambda _: None
        self.nothing: set[str] = set()

    async def trades(self, ticker: str, since: datetime, until: datetime) -> Table:
        """The prints of the session in [since, until)."""
        self.days_asked[ticker] += 1
        self.since.append(since)
        await self._answer(ticker)
        return Table(printed(ticker, since, until) if ticker not in self.nothing else empty(TRADES))

    async def trades_window(self, ticker: str, since: datetime, count: int) -> Window:
        """The first prints from a time on."""
        self.windows_asked[ticker] += 1
        self.at_once_of[ticker] += 1
        self.most_at_once_of[ticker] = max(self.most_at_once_of[ticker], self.at_once_of[ticker])
        try:
            await self._answer(ticker)
        finally:
            self.at_once_of[ticker] -= 1
        known = min(closes_of(since), self.clock) if since.date() == SESSION else closes_of(since)
        return Window(ticker, since, printed(ticker, since, known).head(count).rows())

    def prints_of(self, windows: Any) -> Table:  # noqa: ANN401 - as the provider's
        """TRADES with `since`."""
        return tabled(windows)

    async def _answer(self, ticker: str) -> None:
        self.refuses(ticker)
        self.called.set()
        await asyncio.sleep(0)
        if ticker in self.held:
            await self.go_on.wait()


def closes_of(time: datetime) -> datetime:
    return Calendar().closes(time.date())


def printed(ticker: str, since: datetime, until: datetime) -> pl.DataFrame:
    """TRADES of the name in [since, until): what retail buys and sells differs from session to session."""
    opens, day = Calendar().opens(since.date()), since.toordinal()
    rows: list[tuple[object, ...]] = []
    for number in range(int((until - opens) / EVERY) + 1):
        time = opens + number * EVERY
        if since <= time < until:
            of_ten = (number * 7919 + day * 31 + len(ticker)) % 10
            odd = 20 if of_ten < 2 + day % 5 else 80 if of_ten < 8 else 0  # retail's sales, its purchases, all others
            price_e4 = 1_500_000 + number % 3 * 100 + odd
            size = float(100 + number % 7)
            rows.append((ticker, time, time, number, f"{number}", price_e4 / 1e4, price_e4, size, 4, True, [], 0))
    return pl.DataFrame(rows, schema=dict(TRADES), orient="row")


@dataclass
class Desk:
    """The names that are opened, on a market whose history is in."""

    context: Context
    names: OpenedNames
    market: Tape

    @property
    def state(self) -> FeedState:
        """What the feed has gathered."""
        return self.context.state

    async def until(self, so: Callable[[dict[str, OpenedName]], Any]) -> dict[str, OpenedName]:
        """What there is of the opened names once it is so."""
        async with asyncio.timeout(HANG_S):
            while not so(found := opened_inputs(self.state)):
                self.context.scheduler.changed.clear()
                await self.context.scheduler.changed.wait()
        return found

    async def open(self, ticker: str, so: Callable[[OpenedName], Any]) -> OpenedName:
        """Opens a name; what there is of it once it is so."""
        self.names.open(ticker)
        return (await self.until(lambda found: ticker in found and so(found[ticker])))[ticker]

    async def hang(self, ticker: str) -> None:
        """Opens a name; its first call hangs."""
        self.market.held = {ticker}
        self.market.called.clear()
        self.names.open(ticker)
        await self.market.called.wait()

    async def at(self, clock: datetime) -> None:
        """The market's clock says another time, and what is refreshed by its turn is."""
        self.market.clock = clock
        for _ in range(BELIEVED_AFTER + 1):  # a clock that jumps by hours is believed when its next answers agree
            await refresh_clock(self.context)
        self.context.scheduler.wake()


@asynccontextmanager
async def desk(folder: Path, market: Tape, settings: Settings = SETTINGS) -> AsyncIterator[Desk]:
    """A market whose history is in, and the loop of the opened names; nothing is left behind of it."""
    state = FeedState(Calendar())
    provider: Provider = market
    context = Context(provider, folder, settings, Registry(settings), state, Scheduler(state))
    await refresh_clock(context)
    await refresh_daily(context)
    names, before = OpenedNames(context), asyncio.all_tasks()
    task = asyncio.create_task(names.run())
    try:
        yield Desk(context, names, market)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert asyncio.all_tasks() <= before


def is_complete(one: OpenedName) -> bool:
    """Whether every window of its own earlier sessions is there, and nothing is to be said of it."""
    past = 0 if one.windows is None else one.windows.filter(pl.col("session") < SESSION).height
    return past == OWN_YEAR and not one.note


class Telling(Tape):
    """Tells of each window that is asked for."""

    async def trades_window(self, ticker: str, since: datetime, count: int) -> Window:
        """The window, after its line."""
        print(since.date(), ticker, since.isoformat(), flush=True)  # noqa: T201 - the parent reads it
        return await super().trades_window(ticker, since, count)


async def _fetch_all(folder: Path) -> None:
    opened.SETTLE_S = 0.0  # type: ignore[misc]
    async with desk(folder, Telling(NOON)) as shown, asyncio.TaskGroup() as group:
        group.create_task(refresh_year(shown.context))
        for ticker in OPENED:
            await shown.open(ticker, is_complete)


def of_today(one: OpenedName) -> int:
    """How many windows of today are full."""
    return 0 if one.windows is None else one.windows.filter(pl.col("session") == SESSION).height


def has_day(one: OpenedName) -> bool:
    """Whether its prints of today are there."""
    return one.today is not None


if __name__ == "__main__":
    asyncio.run(_fetch_all(Path(sys.argv[1])))
