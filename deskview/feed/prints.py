"""Today's prints: of which names they are read, and how they come."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from time import monotonic

import polars as pl

from deskview.analytics.favourites import retail_shares
from deskview.analytics.flow import FlowState, advance, choose_names, most_traded
from deskview.board import Basis
from deskview.feed.context import Context
from deskview.feed.sampling import panel_table, stored_samples
from deskview.feed.state import FeedState, Fetched
from deskview.feed.tasks import ProgressMeter, Task
from deskview.market.sessions import Calendar
from deskview.providers.base import Provider
from deskview.settings import Flow
from deskview.store import Store

LATE = timedelta(minutes=10)
"""Prints are still awaited so long after the close: reports may come late."""
SECOND = timedelta(seconds=1)
"""The provider's clock is told to the second: what is printed within it, such as the cross at the bell, is there."""
UNFIT = "not in the form of a print"
FOCUS_TABLE = "focus"
FOCUS = {"session": pl.Date(), "ticker": pl.String()}


async def choose_focus(state: FeedState, store: Store, flow: Flow) -> tuple[str, ...]:
    """The session's focus names, chosen once the history is whole; the choice stands until the session ends."""
    if state.focus:
        return state.focus
    basis = await state.complete.get()
    session = basis.session
    names = await asyncio.to_thread(stored_focus, store, session, flow)
    if not names:
        names = await asyncio.to_thread(_choose, basis, store, flow)
        await asyncio.to_thread(store_focus, store, session, names)
    if session == state.session.value:
        state.focus = names
    return names


def _choose(basis: Basis, store: Store, flow: Flow) -> tuple[str, ...]:
    return focus_names(basis, flow, stored_samples(store, panel_table(flow.sample_prints)))


def focus_names(basis: Basis, flow: Flow, samples: pl.DataFrame) -> tuple[str, ...]:
    """The names to read, most traded first: the user's list as it is, else a choice sized to the budget of calls.

    `samples` (FLOW_SAMPLES) tell the retail favourites.
    """
    if flow.names:
        return tuple(dict.fromkeys(flow.names))
    raw = basis.momentum.raw if basis.momentum else None
    chosen = choose_names(
        most_traded(basis.history, basis.names),
        long=[name.ticker for name in raw.long] if raw else (),
        short=[name.ticker for name in raw.short] if raw else (),
        favourites=retail_shares(samples).get_column("ticker"),
        count=min(flow.count, flow.calls_per_session),
    )
    return tuple(chosen)


def stored_focus(store: Store, session: date, flow: Flow) -> tuple[str, ...]:
    """The automatic choice made for this session before, so that a second start reads the same names."""
    table = None if flow.names else store.table(FOCUS_TABLE, FOCUS)
    if table is None:
        return ()
    names = tuple(table.filter(pl.col("session") == session).get_column("ticker"))
    return names if len(names) == min(flow.count, flow.calls_per_session) else ()


def store_focus(store: Store, session: date, names: tuple[str, ...]) -> None:
    """Stores the choice of this session in place of the last one's."""
    rows = {"session": [session] * len(names), "ticker": list(names)}
    store.put_table(FOCUS_TABLE, pl.DataFrame(rows, schema=FOCUS), FOCUS)


def start_of_day(session: date, calendar: Calendar) -> FlowState:
    """A session of which no print has been counted."""
    return FlowState(session, calendar.opens(session), calendar.closes(session))


async def refresh_prints(context: Context) -> None:
    """Every focus name's prints up to now into the state, name by name; each is shown as soon as it is there."""
    state = context.state
    names = await choose_focus(state, await state.store.get(), context.settings.flow)
    now, today = state.now, state.flow_today
    if now is None or today is None:
        return
    ends = today.session_close + LATE
    if now >= ends and not state.reread and any(one.at < ends for one in state.fetched.values()):
        await _read_again(context, names, now)
        return
    first = [name for name in names if name not in state.fetched]
    meter = ProgressMeter(len(names), context.scheduler.progress(Task.PRINTS) if first else None)
    for name in names:
        if state.flow_today is None or state.session.value != today.session:
            return
        counted = await fetch_name(context.provider, state.flow_today, name, min(now + SECOND, ends))
        _record(state, counted, name, now)
        meter.advance()
        context.scheduler.changed.set()


def _record(state: FeedState, counted: FlowState, name: str, now: datetime) -> None:
    if counted.session == state.session.value:
        state.flow_today = counted
        state.fetched[name] = Fetched(now, monotonic())


async def _read_again(context: Context, names: Sequence[str], now: datetime) -> None:
    """The whole session anew, once, when all its reports are in.

    A print that was cancelled in its place on the tape is not sent a second time; only reading again shows it.
    """
    state = context.state
    if state.flow_today is None:
        return
    fresh = await fetch_today(context.provider, start_of_day(state.flow_today.session, state.calendar), names, now)
    if fresh.session == state.session.value:
        state.flow_today, state.reread = fresh, True
        state.fetched = dict.fromkeys(names, Fetched(now, monotonic()))


async def fetch_today(provider: Provider, state: FlowState, tickers: Sequence[str], now: datetime) -> FlowState:
    """The state with every focus name's prints since it was last asked, up to `now`."""
    until = min(now + SECOND, state.session_close + LATE)
    for ticker in tickers:
        state = await fetch_name(provider, state, ticker, until)
    return state


async def fetch_name(provider: Provider, state: FlowState, ticker: str, until: datetime) -> FlowState:
    """The state with one name's prints from the last one counted up to `until`.

    It is asked for again from the last print's own time: what comes twice is recognised, so nothing is lost and
    nothing counted twice however often a connection breaks.
    """
    since = state.last_time.get(ticker, state.session_open)
    if since >= until:
        return state
    page = await provider.trades(ticker, since, until)
    counted = await asyncio.to_thread(advance, state, page.frame)
    if not page.left_out:
        return counted
    unfit = counted.left_out.get(UNFIT, 0) + page.left_out
    return replace(counted, left_out={**counted.left_out, UNFIT: unfit})
