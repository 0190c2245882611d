"""The leveraged funds' coming week: its simulation, and the stored forecasts' score, session by session."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

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
from deskview.feed.state import Daily, FeedState
from deskview.market.schema import Schema, empty
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
            state.recorded = board.session
    score, note = await asyncio.to_thread(score_of, store)
    state.week = replace(state.week, score=score, score_note=note)


def closed_unrecorded(state: FeedState) -> bool:
    """Whether the snapshot shows the session's close, all else is in, and nothing of it is stored yet."""
    session = state.session.value
    if session is None or state.loaded != session or state.recorded == session or state.snapshot_at is None:
        return False
    return state.snapshot_at >= state.calendar.closes(session)


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
    _keep(store, FORECASTS_NAME, forecast_row(reading.next_week, basis.session), FORECASTS)
    if reading.today_usd is not None:
        flow = pl.DataFrame([(basis.session, reading.today_usd)], schema=dict(REALISED), orient="row")
        _keep(store, REALISED_NAME, flow, REALISED)


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
    store.put_table(FORECASTS_NAME + FILLED, past.forecasts, FORECASTS)
    store.put_table(REALISED_NAME + FILLED, past.realised, REALISED)
    return past.forecasts.height


def score_of(store: Store) -> tuple[Score | None, str]:
    """The score of all that is stored, and what it rests on in words; no score where no forecast is stored."""
    recorded, filled = _table(store, FORECASTS_NAME, FORECASTS), _table(store, FORECASTS_NAME + FILLED, FORECASTS)
    if recorded.is_empty() and filled.is_empty():
        return None, ""
    flows = pl.concat([_table(store, REALISED_NAME + FILLED, REALISED), _table(store, REALISED_NAME, REALISED)])
    score = score_forecasts(pl.concat([filled, recorded]), flows)
    past = score_forecasts(filled.join(recorded, on="session", how="anti"), flows).weeks
    return score, f"{past} of {score.weeks} weeks filled from history: {Backtest.note}" if past else ""


def _table(store: Store, name: str, schema: Schema) -> pl.DataFrame:
    found = store.table(name, schema)
    return empty(schema) if found is None else found


def _keep(store: Store, name: str, rows: pl.DataFrame, schema: Schema) -> None:
    if rows.height:
        both = pl.concat([_table(store, name, schema), rows])
        store.put_table(name, both.unique("session", keep="last").sort("session"), schema)
