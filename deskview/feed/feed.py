"""The refresh loops: provider -> store -> board -> subscriber.

Loops with cadences of their own: the whole market every few seconds, prints of the focus names every half
minute, listings, history and details every hour and at a new session. A loop never overlaps itself; heavy work
runs in threads; what fails is said on its part of the board while the last good figures stay.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from time import monotonic

import polars as pl

from deskview.board import Board, build_board, simulated
from deskview.feed.daily import EARLY_SESSIONS, load_bars, load_details, load_listings
from deskview.feed.flows import choose_focus, plan_in_words, refresh_crowding, refresh_off_exchange, refresh_year
from deskview.feed.inputs import basis_of, board_inputs
from deskview.feed.intraday import IntradayBars
from deskview.feed.prints import fetch_today, start_of_day
from deskview.feed.registry import Registry
from deskview.feed.score import fill, record, score_of
from deskview.feed.snapshot import closing_snapshot, has_prices
from deskview.feed.state import FeedState, Progress, Task, sentence
from deskview.market.sessions import Calendar, Closure
from deskview.providers.base import Capability, Provider
from deskview.providers.errors import ProviderError
from deskview.settings import Settings
from deskview.store import Store

Subscriber = Callable[[Board], None]
Work = Callable[[], Awaitable[None]]

log = logging.getLogger(__name__)
SETTLE_S = 0.25
"""Changes that come closer together than this make one board."""


class Feed:
    """One provider's market, refreshed for one subscriber. `cache` is the folder that holds each market's history."""

    def __init__(
        self, provider: Provider, cache: Path, settings: Settings, subscriber: Subscriber | None = None
    ) -> None:
        self._provider = provider
        self._cache = cache
        self._settings = settings
        self._subscriber = subscriber
        self._registry = Registry(settings)
        self._state = FeedState(Calendar({day: Closure(word) for day, word in settings.closures.items()}))
        self._changed = asyncio.Event()
        self._tell: Callable[[str], None] | None = None
        self._wake = {task: asyncio.Event() for task in Task}
        self._intraday = IntradayBars(provider)

    async def run(self) -> None:
        """Refreshes for ever; ends by cancellation."""
        refresh = self._settings.refresh
        async with asyncio.TaskGroup() as group:
            group.create_task(self._publish())
            group.create_task(self._every(Task.SNAPSHOT, refresh.snapshot_s, self._refresh_snapshot))
            group.create_task(self._every(Task.DAILY, refresh.reference_s, self._refresh_daily))
            group.create_task(self._every(Task.PRINTS, refresh.prints_s, self._refresh_prints))
            group.create_task(self._every(Task.FLOW_YEAR, refresh.reference_s, self._refresh_flow_year))
            group.create_task(self._every(Task.CROWDING, refresh.reference_s, self._refresh_crowding))
            group.create_task(self._every(Task.OFF_EXCHANGE, refresh.reference_s, self._refresh_off_exchange))
            group.create_task(self._every(Task.SIMULATION, refresh.simulation_s, self._refresh_simulation))
            group.create_task(self._every(Task.SCORE, refresh.reference_s, self._refresh_score))

    async def once(self) -> Board:
        """One complete refresh; what failed is said on the board. Raises ProviderError where nothing is to be had."""
        await self._refresh_clock()
        session = self._state.session.value
        await self._everything()
        if not self._provider.capabilities.allows(Capability.SNAPSHOT):
            await self._refresh_clock()
            if session != self._state.session.value:
                await self._everything()
        return await self._build()

    async def _everything(self) -> None:
        await self._attempt(Task.DAILY, self._refresh_daily)
        if self._state.basis.value is not None:
            await asyncio.gather(
                self._attempt(Task.SNAPSHOT, self._refresh_snapshot),
                self._attempt(Task.PRINTS, self._refresh_prints),
                self._attempt(Task.FLOW_YEAR, self._refresh_flow_year),
                self._attempt(Task.CROWDING, self._refresh_crowding),
                self._attempt(Task.OFF_EXCHANGE, self._refresh_off_exchange),
            )
            await self._attempt(Task.SIMULATION, self._refresh_simulation)
            await self._attempt(Task.SCORE, self._refresh_score)

    async def backfill(self, tell: Callable[[str], None], *, flows: bool) -> None:
        """Fetches the history the desk needs into the store, telling how far it is. Raises ProviderError."""
        self._tell = tell
        await self._refresh_clock()
        await self._refresh_daily()
        await self._fill_score(tell)
        if flows:
            tell(await self._plan_of_flows())
            await self._refresh_flow_year()
            await self._refresh_crowding()

    async def intraday(self, ticker: str) -> pl.DataFrame | None:
        """INTRADAY of one name in the session shown; None before the first session. Raises ProviderError."""
        session = self._state.session.value
        return None if session is None else await self._intraday.of(ticker, session)

    def refresh_now(self) -> None:
        """Every loop asks again without waiting for its turn."""
        for event in self._wake.values():
            event.set()

    async def _every(self, task: Task, cadence: float, work: Work) -> None:
        while True:
            self._wake[task].clear()
            wait = await self._attempt(task, work) or cadence
            self._changed.set()
            try:
                async with asyncio.timeout(wait):
                    await self._wake[task].wait()
            except TimeoutError:
                continue

    async def _attempt(self, task: Task, work: Work) -> float | None:
        """Does the work; a failure becomes the task's fault. Returns the wait the provider asked for, if any."""
        try:
            await work()
        except ProviderError as fault:
            self._state.faults[task] = str(fault)
            log.warning("%s: %s", task, fault)
            return fault.retry_after_s
        except Exception:
            self._state.faults[task] = f"{task}: a fault of deskview's own, see the log; the last good figures stay."
            log.exception("%s failed", task)
            return None
        self._state.faults.pop(task, None)
        self._state.progress.pop(task, None)
        return None

    async def _publish(self) -> None:
        """One board at a time, whenever something has changed."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            board = await self._build()
            if self._subscriber:
                self._subscriber(board)
            await asyncio.sleep(SETTLE_S)

    async def _build(self) -> Board:
        return await asyncio.to_thread(build_board, board_inputs(self._provider, self._state))

    async def _refresh_clock(self) -> datetime:
        """The provider's time and the session it belongs to; the first answer also tells whose history it is."""
        state, provider = self._state, self._provider
        status = await provider.market_status()
        if state.store.value is None:
            state.calendar = state.calendar.with_closures((await self._closures()).items())
            state.store.set(await asyncio.to_thread(Store, self._cache / provider.source.namespace))
        state.now, state.phase = status.now, status.phase
        session = state.calendar.session_at(status.now)
        live = provider.capabilities.allows(Capability.SNAPSHOT)
        self._enter(session if live else state.calendar.previous(session))
        return status.now

    async def _closures(self) -> dict[date, Closure]:
        try:
            return await self._provider.closures()
        except ProviderError as fault:
            log.warning("closures unknown, the calendar's rules stand: %s", fault)
            return {}

    def _enter(self, session: date) -> None:
        """Starts a session: what belonged to the one before is dropped, its history is loaded anew."""
        state = self._state
        if session == state.session.value:
            return
        state.basis.clear()
        state.whole.clear()
        state.snapshot = state.flow_year = state.crowding = state.off_exchange = None
        state.focus = ()
        state.week = replace(state.week, simulation=None)
        state.flow_today = start_of_day(session, state.calendar)
        first = state.session.value is None
        state.session.set(session)
        for task in () if first else (Task.DAILY, Task.PRINTS, Task.FLOW_YEAR, Task.CROWDING, Task.OFF_EXCHANGE):
            self._wake[task].set()

    async def _refresh_snapshot(self) -> None:
        first = self._state.snapshot is None
        await self._take_snapshot()
        if first:
            self._wake[Task.SIMULATION].set()
        if self._closed_unrecorded():
            self._wake[Task.SCORE].set()

    async def _take_snapshot(self) -> None:
        now = await self._refresh_clock()
        state, provider = self._state, self._provider
        session = await state.session.get()
        if not provider.capabilities.allows(Capability.SNAPSHOT):
            await self._use_close(session)
            return
        table = await provider.snapshot()
        if not has_prices(table.frame) and now >= state.calendar.closes(session):
            await self._use_close(session)
            return
        state.snapshot, state.snapshot_left_out, state.snapshot_at = table.frame, table.left_out, now
        state.snapshot_received = monotonic()

    async def _use_close(self, session: date) -> None:
        """The session's daily bars in place of a snapshot: on a day without trading, or a plan without snapshots."""
        state = self._state
        closes = state.calendar.closes(session)
        if state.snapshot_at != closes or state.snapshot is None:
            bars = await self._provider.daily_bars(session)
            state.snapshot, state.snapshot_left_out = closing_snapshot(bars.frame, closes), bars.left_out
            state.snapshot_at = closes
        state.snapshot_received = monotonic()

    async def _refresh_daily(self) -> None:
        state = self._state
        session, store = await state.session.get(), await state.store.get()
        wanted = state.calendar.before(session, self._settings.history_sessions)
        state.daily = await load_listings(self._provider, store, wanted[0])
        early: list[asyncio.Task[None]] = []

        def recent_is_there() -> None:
            early.append(asyncio.ensure_future(self._rebuild(session, wanted[-EARLY_SESSIONS:])))

        left_out = await load_bars(
            self._provider, store, wanted, progress=self._progress(Task.DAILY), early=recent_is_there
        )
        state.daily.left_out["bars"] = left_out
        await asyncio.gather(*early)
        await self._rebuild(session, wanted)
        state.progress.pop(Task.DAILY, None)
        await self._attempt(Task.DETAILS, lambda: self._refresh_details(session, wanted))

    async def _refresh_details(self, session: date, wanted: list[date]) -> None:
        state = self._state
        basis = await state.basis.get()
        listed = set(state.daily.tickers.get_column("ticker"))
        state.daily.details = await load_details(
            self._provider,
            await state.store.get(),
            state.daily.details,
            funds=sorted(listed & self._registry.fund_tickers()),
            names=[ticker for ticker in basis.names_of_interest() if ticker in listed],
            on=wanted[-1],
            progress=self._progress(Task.DETAILS),
        )
        await self._rebuild(session, wanted)
        state.settled = session

    async def _rebuild(self, session: date, sessions: list[date]) -> None:
        """The models anew from what is stored."""
        state, store = self._state, await self._state.store.get()
        basis = await asyncio.to_thread(basis_of, state, store, self._registry, session, sessions)
        if state.session.value == session:
            state.basis.set(basis)
            if len(sessions) > EARLY_SESSIONS:
                state.whole.set(basis)
            self._wake[Task.SIMULATION].set()
            self._changed.set()

    async def _refresh_prints(self) -> None:
        state = self._state
        names = await choose_focus(state, await state.store.get(), self._settings.flow)
        now, today = state.now, state.flow_today
        if now is None or today is None:
            return
        counted = await fetch_today(self._provider, today, names, now)
        if counted.session == state.session.value:
            state.flow_today, state.flow_names, state.flow_at = counted, names, now
            state.flow_received = monotonic()

    async def _refresh_flow_year(self) -> None:
        store, progress = await self._state.store.get(), self._progress(Task.FLOW_YEAR)
        await refresh_year(self._provider, self._state, store, self._settings.flow, progress)

    async def _refresh_crowding(self) -> None:
        store, progress = await self._state.store.get(), self._progress(Task.CROWDING)
        await refresh_crowding(self._provider, self._state, store, self._settings.flow, progress)

    async def _refresh_off_exchange(self) -> None:
        await refresh_off_exchange(self._provider, self._state, await self._state.store.get())

    async def _plan_of_flows(self) -> str:
        names = await choose_focus(self._state, await self._state.store.get(), self._settings.flow)
        return plan_in_words(self._settings.flow, names)

    async def _refresh_simulation(self) -> None:
        """The Monte Carlo of the coming week, from the market as it stands."""
        state = self._state
        await state.basis.get()
        found = await asyncio.to_thread(simulated, await self._build(), self._settings.leverage.paths)
        if found is not None:
            state.week = replace(state.week, simulation=found)

    async def _refresh_score(self) -> None:
        """How the forecasts held; after the close the session's own is stored first, once."""
        state, store = self._state, await self._state.store.get()
        if self._closed_unrecorded():
            board = await self._build()
            if board.leverage.value is not None and board.basis is not None:
                await asyncio.to_thread(record, store, board.basis, board.leverage.value)
                state.recorded = board.session
        score, note = await asyncio.to_thread(score_of, store)
        state.week = replace(state.week, score=score, score_note=note)

    def _closed_unrecorded(self) -> bool:
        """Whether the snapshot shows the session's close, all else is in, and nothing of it is stored yet."""
        state = self._state
        session = state.session.value
        if session is None or state.settled != session or state.recorded == session or state.snapshot_at is None:
            return False
        return state.snapshot_at >= state.calendar.closes(session)

    async def _fill_score(self, tell: Callable[[str], None]) -> None:
        """The score of past weeks from the stored history."""
        state = self._state
        basis = await state.basis.get()
        weeks = await asyncio.to_thread(fill, await state.store.get(), basis, state.daily)
        tell(f"score of the leveraged-ETF forecast: {weeks} past weeks from history")

    def _progress(self, task: Task) -> Callable[[Progress], None]:
        def tell(progress: Progress) -> None:
            self._state.progress[task] = progress
            self._changed.set()
            if self._tell:
                self._tell(sentence(task, progress))

        return tell
