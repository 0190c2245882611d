"""Listings, daily bars and details, and the models that rest on them."""

import asyncio
from datetime import date

from deskview.feed.daily import EARLY_SESSIONS, load_bars, load_details, load_listings
from deskview.feed.desk import Desk
from deskview.feed.inputs import basis_of
from deskview.feed.state import Task


async def refresh_daily(desk: Desk) -> None:
    """The history the session needs; the models stand as soon as its newest part is there.

    Once they stand on all of it, they are made anew only where something has changed.
    """
    state = desk.state
    session, store = await state.session.get(), await state.store.get()
    wanted = state.calendar.before(session, desk.settings.history_sessions)
    before, state.daily = state.daily, await load_listings(desk.provider, store, wanted[0])
    state.owed |= not state.daily.same_tables(before)
    early: list[asyncio.Task[None]] = []

    def recent_is_there() -> None:
        if state.whole.value is None:
            early.append(asyncio.ensure_future(_rebuild(desk, session, wanted[-EARLY_SESSIONS:])))

    def changed() -> None:
        state.owed = True

    progress = desk.scheduler.progress(Task.DAILY)
    left_out = await load_bars(desk.provider, store, wanted, progress=progress, early=recent_is_there, changed=changed)
    state.daily.left_out["bars"] = left_out
    await asyncio.gather(*early)
    if state.owed or state.whole.value is None:
        await _rebuild(desk, session, wanted)
    state.progress.pop(Task.DAILY, None)
    await desk.scheduler.attempt(Task.DETAILS, lambda: _refresh_details(desk, session, wanted))


async def _refresh_details(desk: Desk, session: date, wanted: list[date]) -> None:
    state = desk.state
    basis = await state.basis.get()
    listed = set(state.daily.tickers.get_column("ticker"))
    details = await load_details(
        desk.provider,
        await state.store.get(),
        state.daily.details,
        funds=sorted(listed & desk.registry.fund_tickers()),
        names=[ticker for ticker in basis.names_of_interest() if ticker in listed],
        on=wanted[-1],
        progress=desk.scheduler.progress(Task.DETAILS),
    )
    if not details.equals(state.daily.details):
        state.daily.details, state.owed = details, True
    if state.owed:
        await _rebuild(desk, session, wanted)
    state.settled = session


async def _rebuild(desk: Desk, session: date, sessions: list[date]) -> None:
    """The models anew from what is stored."""
    state, store = desk.state, await desk.state.store.get()
    basis = await asyncio.to_thread(basis_of, state, store, desk.registry, session, sessions)
    if state.session.value == session:
        state.basis.set(basis)
        if len(sessions) > EARLY_SESSIONS:
            state.whole.set(basis)
            state.owed = False
        desk.scheduler.wake(Task.SIMULATION)
        desk.scheduler.changed.set()
