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
    compared,
    forecast_row,
    one_source_each,
    realised_row,
    score_weeks,
    weekly_backtest,
)
from deskview.board import Basis, Board, Status, simulated
from deskview.feed.context import Context
from deskview.feed.records import RecordTable, left_out
from deskview.feed.state import FeedState
from deskview.market.schema import Schema
from deskview.store import Store

FORECASTS_NAME, REALISED_NAME = "week-forecasts", "week-realised"
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
        sound = board.leverage.status is not Status.DOUBT
        if board.leverage.value is not None and board.basis is not None and sound:
            await asyncio.to_thread(record, store, board.basis, board.leverage.value)
            state.recorded = _record_due(state)
    backtest = await _backtest(state)
    score, note = await asyncio.to_thread(score_of, store, backtest)
    state.week = replace(state.week, score=score, score_note=note)


_TABLES = ((FORECASTS_NAME, FORECASTS), (REALISED_NAME, REALISED))
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


async def _backtest(state: FeedState) -> Backtest | None:
    """The past weeks of the basis that has all of its history, made once for it; None until there is one."""
    basis = state.complete.value
    if basis is None or basis.leverage is None:
        return None
    if state.backtest is None or state.backtest[0] is not basis:
        state.backtest = basis, await asyncio.to_thread(weekly_backtest, basis.leverage)
    return state.backtest[1]


def record(store: Store, basis: Basis, reading: Leverage) -> None:
    """Keeps the session's forecast and the flow of its close; recording again replaces both. Slow: for a thread.

    Of two programs at once the last one stands: both have the same session's close.
    """
    _add(_table(store, FORECASTS_NAME, FORECASTS), forecast_row(reading.next_week, basis.session))
    _add(_table(store, REALISED_NAME, REALISED), realised_row(reading, basis.session))


def score_of(store: Store, past: Backtest | None) -> tuple[Score | None, str]:
    """The score of the forecasts recorded under the definition that holds and of the `past` weeks beside them, and in
    words what it rests on and what not. What was recorded at the time stands before what is made of the past.

    No score where there is no forecast.
    """
    recorded, flows = (_table(store, name, kind).read() for name, kind in _TABLES)
    others = left_out([recorded.others], FORECASTS_NAME, "week")
    own = compared(recorded.rows, flows.rows)
    made = own.clear() if past is None else compared(past.forecasts, past.realised)
    weeks = one_source_each(own, made)
    if weeks.is_empty():
        return None, others
    score = score_weeks(weeks)
    held = score.weeks - own.drop_nulls("realised_usd").height
    rests = f"{held} of {score.weeks} weeks from the history held: {Backtest.note}" if held else ""
    return score, "; ".join(filter(None, (rests, others)))


def _table(store: Store, name: str, schema: Schema) -> RecordTable:
    return RecordTable(store, name, schema, kind=name)


def _add(table: RecordTable, rows: pl.DataFrame) -> None:
    """Stores the rows beside those of other sessions."""
    if rows.height:
        both = pl.concat([table.read().rows, rows])
        table.keep(both.unique("session", keep="last").sort("session"))
