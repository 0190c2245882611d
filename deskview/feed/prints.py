"""Today's prints: of which names they are read, and how they come."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from time import monotonic
from types import MappingProxyType

import polars as pl

from deskview.analytics.continuity import JUMP
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
WENT_BACK = timedelta(minutes=5)
"""A clock so far before the last count has gone back, as that of a simulated market that begins again."""
UNFIT = "not in the form of a print"
FAR_OFF = f"beyond {JUMP:g} times or a third of the close before"
NO_CLOSES: Mapping[str, float] = MappingProxyType({})
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
    clock, today = state.now, state.flow_today
    if clock is None or today is None:
        return
    now = clock - timedelta(seconds=state.delay_s)
    if any(one.at - now > WENT_BACK for one in state.fetched.values()):
        today = start_of_day(today.session, state.calendar)  # what was counted lies ahead of the clock
        state.flow_today, state.fetched, state.reread = today, {}, False
    ends = today.session_close + LATE
    if now >= ends and not state.reread and any(one.at < ends for one in state.fetched.values()):
        await _read_again(context, names, now)
        return
    first = [name for name in names if name not in state.fetched]
    meter = ProgressMeter(len(names), context.scheduler.progress(Task.PRINTS) if first else None)
    for name in names:
        if state.flow_today is None or state.session.value != today.session:
            return
        until, close = min(now + SECOND, ends), _closes(state, [name]).get(name)
        counted = await fetch_name(context.provider, state.flow_today, name, until, close)
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
    start = start_of_day(state.flow_today.session, state.calendar)
    fresh = await fetch_today(context.provider, start, names, now, _closes(state, names))
    if fresh.session == state.session.value:
        state.flow_today, state.reread = fresh, True
        state.fetched = dict.fromkeys(names, Fetched(now, monotonic()))


def _closes(state: FeedState, names: Sequence[str]) -> dict[str, float]:
    """The names' closes before, on today's share basis, as far as they are known."""
    basis = state.complete.value or state.basis.value
    if basis is None:
        return {}
    own = basis.prices.closes.filter(pl.col("ticker").is_in(list(names)))
    return dict(own.select("ticker", "stored_close").drop_nulls().iter_rows())


async def fetch_today(
    provider: Provider, state: FlowState, tickers: Sequence[str], now: datetime, closes: Mapping[str, float] = NO_CLOSES
) -> FlowState:
    """The state with every focus name's prints since it was last asked, up to `now`; `closes` as in `fetch_name`."""
    until = min(now + SECOND, state.session_close + LATE)
    for ticker in tickers:
        state = await fetch_name(provider, state, ticker, until, closes.get(ticker))
    return state


async def fetch_name(
    provider: Provider, state: FlowState, ticker: str, until: datetime, close: float | None = None
) -> FlowState:
    """The state with one name's prints from the last one counted up to `until`.

    Prints no company's price moves to from its `close` before are left out and counted. It is asked for again from the
    last print's own time: what comes twice is recognised, so nothing is lost and nothing counted twice however often a
    connection breaks.
    """
    since = state.last_time.get(ticker, state.session_open)
    if since >= until:
        return state
    page = await provider.trades(ticker, since, until)
    near = page.frame if close is None else page.frame.filter(pl.col("price").is_between(close / JUMP, close * JUMP))
    counted = await asyncio.to_thread(advance, state, near)
    more = {UNFIT: page.left_out, FAR_OFF: page.frame.height - near.height}
    left_out = {reason: counted.left_out.get(reason, 0) + count for reason, count in more.items() if count}
    return replace(counted, left_out={**counted.left_out, **left_out}) if left_out else counted
