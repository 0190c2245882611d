"""The leveraged funds' coming week: its simulation, and the stored forecasts' score, session by session."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from deskview.analytics.leverage import (
    FORECASTS,
    REALISED,
    Backtest,
    Leverage,
    Score,
    forecast_row,
    score_forecasts,
    weekly_backtest,
)
from deskview.board import Basis, Board, simulated
from deskview.feed.context import Context
from deskview.feed.records import RecordTable, left_out
from deskview.feed.state import Daily, FeedState
from deskview.market.schema import Schema
from deskview.store import Store

FORECASTS_NAME, REALISED_NAME = "week-forecasts", "week-realised"
FILLED = "-backfilled"
"""Ends the names of the tables made from history; what was recorded at the time stands before them."""
Build = Callable[[], Awaitable[Board]]


async def refresh_simulation(context: Context, build: Build) -> None:
    """The Monte Carlo of the coming week, from the market as it stands."""
    state = context.state
    await state.basis.get()
    simulation = await asyncio.to_thread(simulated, await build(), context.settings.leverage.paths)
    if simulation is not None:
        state.week = replace(state.week, simulation=simulation)


async def refresh_score(context: Context, build: Build) -> None:
    """How the forecasts held; after the close the session's own is stored first, once."""
    state, store = context.state, await context.state.store.get()
    if closed_unrecorded(state):
        board = await build()
        if board.leverage.value is not None and board.basis is not None:
            await asyncio.to_thread(record, store, board.basis, board.leverage.value)
            state.recorded = _record_due(state)
    score, note = await asyncio.to_thread(score_of, store)
    state.week = replace(state.week, score=score, score_note=note)


SETTLES = timedelta(minutes=10)
"""So long after the close its auctions and late corrections are in: what was recorded before is recorded again."""


def closed_unrecorded(state: FeedState) -> bool:
    """Whether the snapshot shows the session's close, all else is in, and nothing of it is stored yet.

    What was stored in the first minutes does not count once those are over.
    """
    due = _record_due(state)
    return due is not None and state.loaded == state.session.value and state.recorded != due


def _record_due(state: FeedState) -> tuple[date, bool] | None:
    """The session whose close the snapshot shows, and whether that has settled; None before the close."""
    session, at = state.session.value, state.snapshot_at
    if session is None or at is None or at < state.calendar.closes(session):
        return None
    return session, at >= state.calendar.closes(session) + SETTLES


async def fill_score(context: Context) -> str:
    """The score of past weeks from the stored history, and in words what was done."""
    state = context.state
    basis = await state.basis.get()
    weeks = await asyncio.to_thread(fill, await state.store.get(), basis, state.daily)
    return f"score of the leveraged-ETF forecast: {weeks} past weeks from history"


def record(store: Store, basis: Basis, reading: Leverage) -> None:
    """Keeps the session's forecast and the flow of its close; recording again replaces both. Slow: for a thread.

    Of two programs at once the last one stands: both have the same session's close.
    """
    _add(_table(store, FORECASTS_NAME, FORECASTS), forecast_row(reading.next_week, basis.session))
    if reading.today_usd is not None:
        flow = pl.DataFrame([(basis.session, reading.today_usd)], schema=dict(REALISED), orient="row")
        _add(_table(store, REALISED_NAME, REALISED), flow)


def fill(store: Store, basis: Basis, daily: Daily) -> int:
    """Forecasts and flows of the past weeks from the history, in place of those filled before; returns the weeks."""
    past = weekly_backtest(
        funds=basis.reference.funds,
        underlyings=basis.reference.underlyings,
        details=daily.details,
        history=basis.history,
        splits=daily.splits,
        parameters=basis.leverage.parameters if basis.leverage else None,
    )
    _table(store, FORECASTS_NAME + FILLED, FORECASTS).keep(past.forecasts)
    _table(store, REALISED_NAME + FILLED, REALISED).keep(past.realised)
    return past.forecasts.height


def score_of(store: Store) -> tuple[Score | None, str]:
    """The score of all that is stored under the definitions that hold, and in words what it rests on and what not.

    No score where no such forecast is stored.
    """
    recorded, filled = (_table(store, name, FORECASTS).read() for name in (FORECASTS_NAME, FORECASTS_NAME + FILLED))
    others = left_out([recorded.others, filled.others], FORECASTS_NAME, "week")
    if recorded.rows.is_empty() and filled.rows.is_empty():
        return None, others
    flows = pl.concat([_table(store, name, REALISED).read().rows for name in (REALISED_NAME + FILLED, REALISED_NAME)])
    score = score_forecasts(pl.concat([filled.rows, recorded.rows]), flows)
    past = score_forecasts(filled.rows.join(recorded.rows, on="session", how="anti"), flows).weeks
    rests = f"{past} of {score.weeks} weeks filled from history: {Backtest.note}" if past else ""
    return score, "; ".join(filter(None, (rests, others)))


def _table(store: Store, name: str, schema: Schema) -> RecordTable:
    return RecordTable(store, name, schema, kind=name)


def _add(table: RecordTable, rows: pl.DataFrame) -> None:
    """Stores the rows beside those of other sessions."""
    if rows.height:
        both = pl.concat([table.read().rows, rows])
        table.keep(both.unique("session", keep="last").sort("session"))
