"""The provider's time, the session it belongs to, the whole market every few seconds, and single names' charts."""

import asyncio
import logging
from collections import OrderedDict
from dataclasses import replace
from datetime import date, datetime
from time import monotonic

import polars as pl

from deskview.analytics.live import closing_snapshot, has_prices
from deskview.feed.context import Context
from deskview.feed.prints import start_of_day
from deskview.feed.tasks import Task
from deskview.feed.week import closed_unrecorded
from deskview.market.sessions import Closure
from deskview.providers.base import Capability, Provider
from deskview.providers.errors import ProviderError
from deskview.store import Store

log = logging.getLogger(__name__)
SESSION_TASKS = (Task.DAILY, Task.PRINTS, Task.FLOW_YEAR, Task.CROWDING, Task.OFF_EXCHANGE)
"""What is loaded anew when a session begins."""
INTRADAY_MINUTES = 5
INTRADAY_FRESH_S = 60.0
INTRADAY_KEPT = 64


async def refresh_clock(context: Context) -> datetime:
    """The provider's time and the session it belongs to; the first answer also tells whose history it is."""
    state, provider = context.state, context.provider
    status = await provider.market_status()
    if state.store.value is None:
        state.calendar = state.calendar.with_closures((await _closures(provider)).items())
        state.store.set(await asyncio.to_thread(Store, context.cache / provider.source.namespace))
    state.now, state.phase = status.now, status.phase
    session = state.calendar.session_at(status.now)
    live = provider.capabilities.allows(Capability.SNAPSHOT)
    _start_session(context, session if live else state.calendar.previous(session))
    return status.now


async def _closures(provider: Provider) -> dict[date, Closure]:
    try:
        return await provider.closures()
    except ProviderError as fault:
        log.warning("closures unknown, the calendar's rules stand: %s", fault)
        return {}


def _start_session(context: Context, session: date) -> None:
    """Starts a session: what belonged to the one before is dropped, its history is loaded anew."""
    state = context.state
    if session == state.session.value:
        return
    state.basis.clear()
    state.complete.clear()
    state.snapshot = state.flow_year = state.crowding = state.off_exchange = None
    state.focus, state.fetched, state.reread = (), {}, False
    state.week = replace(state.week, simulation=None)
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
    if not provider.capabilities.allows(Capability.SNAPSHOT):
        await _use_close(context, session)
        return
    table = await provider.snapshot()
    closed = now >= state.calendar.closes(session)
    if closed and not has_prices(table.frame, closed=True):
        await _use_close(context, session)
        return
    state.snapshot, state.snapshot_left_out = table.frame, table.left_out
    state.snapshot_at = _time_of(table.frame, now, state.calendar.closes(session))
    state.snapshot_received = monotonic()


def _time_of(snapshot: pl.DataFrame, now: datetime, closes: datetime) -> datetime:
    """The market's time of the snapshot: now, but that of its newest row while only our clock has passed the close.

    A delayed plan shows a quarter of an hour before the close for a quarter of an hour after it.
    """
    newest = snapshot.get_column("updated").max()
    late = isinstance(newest, datetime) and newest < closes <= now
    return newest if late and isinstance(newest, datetime) else now


async def _use_close(context: Context, session: date) -> None:
    """The session's daily bars in place of a snapshot: on a day without trading, or a plan without snapshots."""
    state = context.state
    closes = state.calendar.closes(session)
    if state.snapshot_at != closes or state.snapshot is None:
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

    async def of(self, ticker: str, session: date) -> pl.DataFrame:
        """INTRADAY of the name in the session, not older than a minute."""
        key = (ticker, session)
        kept = self._kept.get(key)
        if kept is not None and monotonic() - kept[0] < INTRADAY_FRESH_S:
            return kept[1]
        table = await self._provider.intraday(ticker, session, INTRADAY_MINUTES)
        self._kept[key] = (monotonic(), table.frame)
        self._kept.move_to_end(key)
        while len(self._kept) > INTRADAY_KEPT:
            self._kept.popitem(last=False)
        return table.frame
