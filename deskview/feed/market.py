"""The provider's time, the session it belongs to, the whole market every few seconds, and single names' charts."""

import asyncio
import logging
from collections import OrderedDict
from dataclasses import replace
from datetime import date, datetime, timedelta
from time import time

import polars as pl

from deskview.analytics.gate import judge_clock
from deskview.analytics.live import closing_snapshot, has_prices
from deskview.board import Companies, GammaInputs
from deskview.clock import monotonic
from deskview.feed.context import Context
from deskview.feed.prints import start_of_day
from deskview.feed.state import FeedState, Untold
from deskview.feed.tasks import Task
from deskview.feed.week import closed_unrecorded
from deskview.market.sessions import HALF_DAY_CLOSE, NEW_YORK, Calendar, Closure
from deskview.providers.base import Provider, Table
from deskview.providers.capabilities import Capability
from deskview.providers.errors import Kind, ProviderError
from deskview.store import Store

log = logging.getLogger(__name__)
SESSION_TASKS = (
    *(Task.DAILY, Task.PRINTS, Task.FLOW_YEAR, Task.CROWDING, Task.OFF_EXCHANGE, Task.HISTORY, Task.CHAINS),
    *(Task.COMPANIES, Task.OPENED, Task.OPENED_YEAR),
)
"""What is loaded anew when a session begins."""
BEFORE_OPEN = timedelta(minutes=10)
"""Closures are asked for once more so long before an open."""
DELAY = timedelta(minutes=15)
"""By how much a delayed plan's data are late."""
FEW = 0.01
"""Rows of another time than the rest."""
LATEST = DELAY + timedelta(minutes=5)
"""What is later than a delayed plan is old."""
OPEN = "open"
"""The provider's word for regular trading."""
CLOSE_AGAIN_S = 600.0
"""A close that stands for a snapshot is asked for again after so long: a first answer may have been a wrong one."""
INTRADAY_MINUTES = 5
INTRADAY_FRESH_S = 60.0
INTRADAY_KEPT = 64


async def refresh_clock(context: Context) -> datetime:
    """The provider's time and the session it belongs to; the first answer also tells whose history it is."""
    state, provider = context.state, context.provider
    status = await provider.market_status()
    before = state.clock
    state.clock = seen = judge_clock(
        status.now,
        before,
        monotonic=monotonic(),
        wall=time(),
        speed=provider.source.speed,
        simulated=provider.source.simulated,
    )
    if not seen.doubt:
        state.phase = status.phase
    state.now = seen.now
    if _closures_due(context, seen.now):
        state.closures_asked = seen
        await _ask_closures(context)
    if state.store.value is None:
        state.store.set(await asyncio.to_thread(Store, context.cache / provider.source.namespace))
    session = state.calendar.session_at(seen.now)
    live = provider.capabilities.allows(Capability.SNAPSHOT) or _has_figures(state, session)
    _start_session(context, session if live else state.calendar.previous(session))
    return seen.now


def _has_figures(state: FeedState, session: date) -> bool:
    """Whether the session is followed with figures of its own: they stay through a refusal, which may be a slip."""
    return state.session.value == session and state.snapshot is not None


def _closures_due(context: Context, now: datetime) -> bool:
    """Whether coming closures are to be asked: at first, with the reference data, and shortly before an open."""
    state = context.state
    asked = state.closures_asked
    if asked is None or monotonic() - asked.monotonic >= context.settings.refresh.reference_s:
        return True
    opens = state.calendar.opens(state.calendar.session_at(now))
    return asked.now < opens - BEFORE_OPEN <= now < opens


async def _ask_closures(context: Context) -> None:
    """The provider's closures, the user's own over them; where they can't be had those known so far stand."""
    try:
        announced = await context.provider.closures()
    except ProviderError as error:
        log.warning("closures unknown, those known so far stand: %s", error)
        return
    own = {day: Closure(word) for day, word in context.settings.closures.items()}
    calendar = Calendar(_believed(announced, context.state) | own)
    if calendar == context.state.calendar:
        return
    context.state.calendar = calendar
    if context.state.session.value is not None:  # the sessions to come are others than the models were made with
        context.state.outdated = True
        context.scheduler.wake(Task.DAILY)


def _believed(announced: dict[date, Closure], state: FeedState) -> dict[date, Closure]:
    """The closures without one of today while the provider says that the market is open."""
    if state.now is None or state.phase != OPEN:
        return announced
    today = state.now.astimezone(NEW_YORK).date()
    end = datetime.combine(today, HALF_DAY_CLOSE, NEW_YORK)
    wrong = announced.get(today) is Closure.CLOSED or (today in announced and state.now > end)
    if wrong:
        log.warning("a closure of today is not believed: the provider says that the market is open")
    return {day: closure for day, closure in announced.items() if not (wrong and day == today)}


def _start_session(context: Context, session: date) -> None:
    """Starts a session: what belonged to the one before is dropped, its history is loaded anew."""
    state, today = context.state, context.state.flow_today
    same_end = today is None or today.session_close == state.calendar.closes(session)
    if session == state.session.value and same_end:
        return
    state.basis.clear()
    state.complete.clear()
    state.snapshot = state.crowding = state.retail_shares = state.off_exchange = None
    state.drawn = state.windows_past = state.windows_today = state.windows = None
    state.fetched, state.reread, state.untold = {}, False, Untold()
    state.samples_left_out, state.samples_reasons = 0, ()
    state.week, state.opened, state.gamma = replace(state.week, simulation=None), {}, GammaInputs()
    state.companies = Companies()
    state.flow_today = start_of_day(session, state.calendar)
    first = state.session.value is None
    state.session.set(session)
    if not first:
        context.scheduler.wake(*SESSION_TASKS)


async def refresh_snapshot(context: Context) -> None:
    """The snapshot into the state; wakes what rests on the first one and on the close."""
    first = context.state.snapshot is None
    await _fetch_snapshot(context)
    if first:
        context.scheduler.wake(Task.SIMULATION)
    if closed_unrecorded(context.state):
        context.scheduler.wake(Task.SCORE)


async def _fetch_snapshot(context: Context) -> None:
    now = await refresh_clock(context)
    state, provider = context.state, context.provider
    session = await state.session.get()
    if not (provider.capabilities.allows(Capability.SNAPSHOT) or _has_figures(state, state.calendar.session_at(now))):
        if await _has_snapshots_now(provider):
            context.scheduler.wake(Task.SNAPSHOT)  # its next refresh begins the session that is on
        await _use_close(context, session)
        return
    try:
        table = await provider.snapshot()
    except ProviderError as error:
        if error.kind is Kind.NOT_ENTITLED and not _has_figures(state, session):
            context.scheduler.wake(Task.SNAPSHOT)  # its next refresh shows the close of the session before
        raise
    delay = delay_of(table, now)
    moment = now - delay
    closed = moment >= state.calendar.closes(session)
    if closed and not has_prices(table.frame, closed=True):
        await _use_close(context, session)
        return
    state.snapshot, state.snapshot_left_out, state.snapshot_reasons = table.frame, table.left_out, table.reasons
    state.snapshot_at = _time_of(table.frame, moment, state.calendar.closes(session))
    state.snapshot_received = monotonic()
    state.delay_s = delay.total_seconds()


def delay_of(table: Table, now: datetime) -> timedelta:
    """By how much the snapshot is late for the plan: nothing where it says so and is not."""
    if not table.delayed:
        return timedelta(0)
    recent = table.frame.get_column("updated") > now - DELAY / 2
    return DELAY if int(recent.sum()) <= FEW * table.frame.height else timedelta(0)


async def _has_snapshots_now(provider: Provider) -> bool:
    """Whether a plan that had no snapshots has them after all; asked when its next try is due and not before."""
    try:
        await provider.snapshot()
    except ProviderError as error:
        if error.kind is not Kind.NOT_ENTITLED:
            log.warning("no answer on whether the plan has snapshots now: %s", error)
    return provider.capabilities.allows(Capability.SNAPSHOT)


def _time_of(snapshot: pl.DataFrame, now: datetime, closes: datetime) -> datetime:
    """The market's time of the snapshot: now, but that of its newest row while only our clock has passed the close.

    A delayed plan shows a quarter of an hour before the close for a quarter of an hour after it.
    """
    newest = snapshot.filter(pl.col("updated") <= now).get_column("updated").max()
    late = isinstance(newest, datetime) and newest < closes <= now and now - newest <= LATEST
    return newest if late and isinstance(newest, datetime) else now


async def _use_close(context: Context, session: date) -> None:
    """The session's daily bars in place of a snapshot: on a day without trading, or a plan without snapshots."""
    state = context.state
    closes = state.calendar.closes(session)
    due = monotonic() - state.close_asked >= CLOSE_AGAIN_S
    if state.snapshot_at != closes or state.snapshot is None or due:
        state.close_asked = monotonic()
        bars = await context.provider.daily_bars(session)
        if bars.frame.is_empty() and state.snapshot is not None:
            return
        state.snapshot, state.snapshot_left_out = closing_snapshot(bars.frame, closes), bars.left_out
        state.snapshot_at = closes
    state.snapshot_received = monotonic()


class IntradayBars:
    """Five-minute bars of single names inside the session, fetched when asked for and kept for a minute.

    Raises ProviderError where the provider has none to give.
    """

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._kept: OrderedDict[tuple[str, date], tuple[float, pl.DataFrame]] = OrderedDict()
        self._under_way: dict[tuple[str, date], asyncio.Task[pl.DataFrame]] = {}

    async def of(self, ticker: str, session: date) -> pl.DataFrame:
        """INTRADAY of the name in the session, not older than a minute; who asks while it comes waits for the same."""
        key = (ticker, session)
        kept = self._kept.get(key)
        if kept is not None and monotonic() - kept[0] < INTRADAY_FRESH_S:
            return kept[1]
        asked = self._under_way.get(key)
        if asked is None:
            asked = self._under_way[key] = asyncio.create_task(self._fetch(key))
            asked.add_done_callback(lambda _: self._under_way.pop(key, None))
        return await asyncio.shield(asked)

    async def _fetch(self, key: tuple[str, date]) -> pl.DataFrame:
        ticker, session = key
        table = await self._provider.intraday(ticker, session, INTRADAY_MINUTES)
        self._kept[key] = (monotonic(), table.frame)
        self._kept.move_to_end(key)
        while len(self._kept) > INTRADAY_KEPT:
            self._kept.popitem(last=False)
        return table.frame
