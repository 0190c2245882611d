"""The provider's time, and the session it belongs to."""

import asyncio
import logging
from dataclasses import replace
from datetime import date, datetime

from deskview.feed.desk import Desk
from deskview.feed.prints import start_of_day
from deskview.feed.state import Task
from deskview.market.sessions import Closure
from deskview.providers.base import Capability, Provider
from deskview.providers.errors import ProviderError
from deskview.store import Store

log = logging.getLogger(__name__)
OF_A_SESSION = (Task.DAILY, Task.PRINTS, Task.FLOW_YEAR, Task.CROWDING, Task.OFF_EXCHANGE)
"""What is loaded anew when a session begins."""


async def refresh_clock(desk: Desk) -> datetime:
    """The provider's time and the session it belongs to; the first answer also tells whose history it is."""
    state, provider = desk.state, desk.provider
    status = await provider.market_status()
    if state.store.value is None:
        state.calendar = state.calendar.with_closures((await _closures(provider)).items())
        state.store.set(await asyncio.to_thread(Store, desk.cache / provider.source.namespace))
    state.now, state.phase = status.now, status.phase
    session = state.calendar.session_at(status.now)
    live = provider.capabilities.allows(Capability.SNAPSHOT)
    _enter(desk, session if live else state.calendar.previous(session))
    return status.now


async def _closures(provider: Provider) -> dict[date, Closure]:
    try:
        return await provider.closures()
    except ProviderError as fault:
        log.warning("closures unknown, the calendar's rules stand: %s", fault)
        return {}


def _enter(desk: Desk, session: date) -> None:
    """Starts a session: what belonged to the one before is dropped, its history is loaded anew."""
    state = desk.state
    if session == state.session.value:
        return
    state.basis.clear()
    state.whole.clear()
    state.snapshot = state.flow_year = state.crowding = state.off_exchange = None
    state.focus, state.seen, state.reread = (), {}, False
    state.week = replace(state.week, simulation=None)
    state.flow_today = start_of_day(session, state.calendar)
    first = state.session.value is None
    state.session.set(session)
    if not first:
        desk.scheduler.wake(*OF_A_SESSION)
