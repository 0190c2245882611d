"""From a provider to boards: provider -> store -> board -> subscriber.

Each thing that is refreshed has a file of its own and a loop with a cadence of its own: the whole market every few
seconds, prints of the sample every half minute, listings, history and details every hour and at a new session.
Heavy work runs in threads; what fails is said on its part of the board while the last good figures stay.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from math import inf
from pathlib import Path

import polars as pl

from deskview.alerts.engine import Alerts
from deskview.board import Board, Built, build
from deskview.board.alerts import AlertChange
from deskview.clock import PULSE_S, Clocks, monotonic
from deskview.feed.chains import refresh_chains
from deskview.feed.companies import refresh_companies
from deskview.feed.context import Context, Registry
from deskview.feed.diagnostics import MarketDiagnostics
from deskview.feed.events import refresh_events
from deskview.feed.flows import plan_of_flows, refresh_crowding, refresh_off_exchange, refresh_year
from deskview.feed.history import refresh_daily
from deskview.feed.inputs import board_inputs
from deskview.feed.lists import refresh_lists
from deskview.feed.market import IntradayBars, refresh_clock, refresh_snapshot
from deskview.feed.opened import OpenedNames
from deskview.feed.prints import refresh_prints
from deskview.feed.record import RecordFetch
from deskview.feed.scheduler import Scheduler, Work
from deskview.feed.state import FeedState
from deskview.feed.tasks import Task
from deskview.feed.week import refresh_score, refresh_simulation
from deskview.market.sessions import Calendar, Closure
from deskview.providers.base import Provider
from deskview.providers.capabilities import Capability
from deskview.settings import Settings

log = logging.getLogger(__name__)
Subscriber = Callable[[Board], None]

SETTLE_S = 0.25
"""Changes that come closer together than this make one board."""
LIVE = (Task.SNAPSHOT, Task.PRINTS, Task.OPENED)
"""What is asked for at once after an interruption; what changes by the hour only where its turn was missed, as a small
plan would be busy with it for minutes."""
LOOK_AGAIN_S = 5.0
"""Rules are looked at so often where no new board comes: some fire when a thing has lasted."""


class Feed:
    """One provider's market, refreshed for one subscriber. `cache` is the folder that holds each market's history.

    `key_refused` hears of each refused key, where somebody reads the keyring anew then. `alerts` puts the state of the
    rules on each board that is published. `clocks` are those the pulse compares.
    """

    def __init__(
        self,
        provider: Provider,
        cache: Path,
        settings: Settings,
        subscriber: Subscriber | None = None,
        *,
        key_refused: Callable[[], None] | None = None,
        alerts: Alerts | None = None,
        clocks: Callable[[], Clocks] = Clocks.now,
    ) -> None:
        state = FeedState(Calendar({day: Closure(word) for day, word in settings.closures.items()}))
        self._state = state
        self._scheduler = Scheduler(state)
        self._scheduler.key_refused = key_refused
        self._context = Context(provider, cache, settings, Registry(settings), state, self._scheduler)
        self._subscriber = subscriber
        self._alerts = alerts
        self._clocks = clocks
        self._intraday = IntradayBars(provider)
        self._opened = OpenedNames(self._context)
        self._record = RecordFetch(self._context)
        self._diagnostics = MarketDiagnostics(self._context)
        self._built: Built | None = None

    async def run(self) -> None:
        """Refreshes for ever; ends by cancellation."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._publish())
            group.create_task(self._pulse())
            group.create_task(self._opened.run())
            group.create_task(self._record.run())
            for task, (cadence, work) in self._works().items():
                group.create_task(self._scheduler.every(task, cadence, work))

    async def once(self, wait_s: float = inf) -> Board:
        """One complete refresh; what failed is said on the board. Raises ProviderError where nothing is to be had.

        The windows of earlier sessions are awaited for so long at most; what came until then counts and is stored.
        """
        await refresh_clock(self._context)
        session = self._state.session.value
        await self._everything(wait_s)
        if not self._context.provider.capabilities.allows(Capability.SNAPSHOT):
            await refresh_clock(self._context)
            if session != self._state.session.value:
                await self._everything(wait_s)
        return await self._build()

    async def backfill(self, tell: Callable[[str], None], *, flows: bool) -> None:
        """Fetches the history the desk needs into the store, telling how far it is. Raises ProviderError."""
        context, self._scheduler.report = self._context, tell
        await refresh_clock(context)
        await refresh_daily(context)
        if flows:
            tell(await plan_of_flows(context))
            await refresh_year(context)
            await refresh_crowding(context)

    async def intraday(self, ticker: str) -> pl.DataFrame | None:
        """INTRADAY of one name in the session shown; None before the first session. Raises ProviderError."""
        session = self._state.session.value
        return None if session is None else await self._intraday.of(ticker, session)

    def open_name(self, ticker: str | None) -> None:
        """The name whose prints are fetched beside the sample from now on, None for none."""
        self._opened.open(ticker)

    def fetch_record(self) -> None:
        """Gets the long record of past days from its host."""
        self._record.ask()

    def refresh_now(self) -> None:
        """Every loop asks again without waiting for its turn, of what was refused for the plan too, and in a pause the
        server asked for: it may hold no longer.
        """
        self._context.provider.capabilities.retry_now()
        self._scheduler.wake()

    async def _pulse(self) -> None:
        """Notices that this process was stopped, that the machine slept or that its time was set: the market is asked
        for anew then, over new connections, as the other end may have given up those there were."""
        before = self._clocks()
        while True:
            await asyncio.sleep(PULSE_S)
            now = self._clocks()
            if interruption := now.interruption_since(before):
                log.warning("%s; the market is asked for anew", interruption)
                await self._context.provider.reconnect()
                self._scheduler.wake_begun_before(monotonic() - PULSE_S, *LIVE)
                now = self._clocks()  # closing connections that lead nowhere may take a while itself
            before = now

    def _works(self) -> dict[Task, tuple[float, Work]]:
        """What is refreshed, and how many seconds apart."""
        context, often = self._context, self._context.settings.refresh
        return {
            Task.SNAPSHOT: (max(often.snapshot_s, context.provider.snapshot_s), partial(refresh_snapshot, context)),
            Task.DAILY: (often.reference_s, partial(refresh_daily, context)),
            Task.PRINTS: (often.prints_s, partial(refresh_prints, context)),
            Task.FLOW_YEAR: (often.reference_s, partial(refresh_year, context)),
            Task.CROWDING: (often.reference_s, partial(refresh_crowding, context)),
            Task.OFF_EXCHANGE: (often.reference_s, partial(refresh_off_exchange, context)),
            Task.CHAINS: (often.reference_s, partial(refresh_chains, context)),
            Task.COMPANIES: (often.reference_s, partial(refresh_companies, context)),
            Task.SIMULATION: (often.simulation_s, partial(refresh_simulation, context, self._build)),
            Task.SCORE: (often.reference_s, partial(refresh_score, context, self._build)),
            Task.HISTORY: (often.reference_s, partial(refresh_events, context)),
        }

    async def _everything(self, wait_s: float) -> None:
        """Each work once: the history first, then what rests on it, then what rests on that."""
        works = self._works()

        async def done(*tasks: Task) -> None:
            await asyncio.gather(*(self._scheduler.attempt(task, works[task][1]) for task in tasks))

        await done(Task.DAILY)
        if self._state.basis.value is not None:
            await done(Task.SNAPSHOT)  # which tells how late the plan is
            began = monotonic()
            past = asyncio.create_task(done(Task.CROWDING, Task.FLOW_YEAR))
            try:
                await done(Task.PRINTS, Task.OFF_EXCHANGE, Task.CHAINS, Task.COMPANIES)
                await asyncio.wait([past], timeout=max(0.0, began + wait_s - monotonic()))
            finally:
                past.cancel()
                await asyncio.gather(past, return_exceptions=True)
            await done(Task.SIMULATION)
            await done(Task.SCORE, Task.HISTORY)

    def change_alerts(self, change: AlertChange) -> None:
        """Changes the alert rules; a board with what became of it comes at once."""
        if self._alerts is not None:
            self._alerts.change(change)
            self._scheduler.changed.set()

    async def _publish(self) -> None:
        """One board at a time, whenever something has changed; the rules are looked at without one too."""
        board: Board | None = None
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._scheduler.changed.wait(), LOOK_AGAIN_S)
            before = board
            if self._scheduler.changed.is_set():
                self._scheduler.changed.clear()
                board = await self._build()
            if board is None:
                continue
            if self._alerts is not None:
                board = await asyncio.to_thread(self._alerts.look, board)
            if self._subscriber and board is not before:
                self._subscriber(board)
            await asyncio.sleep(SETTLE_S)

    async def _build(self) -> Board:
        await refresh_lists(self._context)
        inputs = board_inputs(self._context.provider, self._state)
        self._built = await asyncio.to_thread(build, inputs, self._built)
        return replace(self._built.board, diagnostics=await self._diagnostics.now())
