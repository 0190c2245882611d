"""Today's prints of the focus names, as they come."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import polars as pl

from deskview.analytics.flow import FlowState, advance
from deskview.market.sessions import Calendar
from deskview.providers.base import Provider

LATE = timedelta(minutes=10)
"""Prints are still awaited so long after the close: reports may come late."""


def start_of_day(session: date, calendar: Calendar) -> FlowState:
    """A session of which no print has been counted."""
    return FlowState(session, calendar.opens(session), calendar.closes(session))


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
    return await asyncio.to_thread(advance, state, page.frame)


def only(state: FlowState, tickers: Sequence[str]) -> FlowState:
    """The state with the sums of these names alone."""
    return replace(state, bars=state.bars.filter(pl.col("ticker").is_in(list(tickers))))
