"""Today's prints of the focus names, as they come."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from time import monotonic

import polars as pl

from deskview.analytics.flow import FlowState, advance
from deskview.feed.desk import Desk
from deskview.feed.flows import choose_focus
from deskview.feed.pool import Pace
from deskview.feed.state import FeedState, Seen, Task
from deskview.market.sessions import Calendar
from deskview.providers.base import Provider

LATE = timedelta(minutes=10)
"""Prints are still awaited so long after the close: reports may come late."""
UNFIT = "not in the form of a print"


def start_of_day(session: date, calendar: Calendar) -> FlowState:
    """A session of which no print has been counted."""
    return FlowState(session, calendar.opens(session), calendar.closes(session))


async def refresh_prints(desk: Desk) -> None:
    """Every focus name's prints up to now into the state, name by name; each is shown as soon as it is there."""
    state = desk.state
    names = await choose_focus(state, await state.store.get(), desk.settings.flow)
    now, today = state.now, state.flow_today
    if now is None or today is None:
        return
    ends = today.session_close + LATE
    if now >= ends and not state.reread and any(seen.at < ends for seen in state.seen.values()):
        await _read_again(desk, names, now)
        return
    first = [name for name in names if name not in state.seen]
    pace = Pace(len(names), desk.scheduler.progress(Task.PRINTS) if first else None)
    for name in names:
        if state.flow_today is None or state.session.value != today.session:
            return
        counted = await fetch_name(desk.provider, state.flow_today, name, min(now, ends))
        _keep(state, counted, name, now)
        pace.advance()
        desk.scheduler.changed.set()


def _keep(state: FeedState, counted: FlowState, name: str, now: datetime) -> None:
    if counted.session == state.session.value:
        state.flow_today = counted
        state.seen[name] = Seen(now, monotonic())


async def _read_again(desk: Desk, names: Sequence[str], now: datetime) -> None:
    """The whole session anew, once, when all its reports are in.

    A print that was cancelled in its place on the tape is not sent a second time; only reading again shows it.
    """
    state = desk.state
    if state.flow_today is None:
        return
    fresh = await fetch_today(desk.provider, start_of_day(state.flow_today.session, state.calendar), names, now)
    if fresh.session == state.session.value:
        state.flow_today, state.reread = fresh, True
        state.seen = dict.fromkeys(names, Seen(now, monotonic()))


async def fetch_today(provider: Provider, state: FlowState, tickers: Sequence[str], now: datetime) -> FlowState:
    """The state with every focus name's prints since it was last asked, up to `now`."""
    until = min(now, state.session_close + LATE)
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


def only(state: FlowState, tickers: Sequence[str]) -> FlowState:
    """The state with the sums of these names alone."""
    return replace(state, bars=state.bars.filter(pl.col("ticker").is_in(list(tickers))))
