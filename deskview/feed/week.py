"""The leveraged funds' coming week: its simulation, and the score of the forecasts made before."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from deskview.board import Board, simulated
from deskview.feed.desk import Desk
from deskview.feed.score import fill, record, score_of
from deskview.feed.state import FeedState

Build = Callable[[], Awaitable[Board]]


async def refresh_simulation(desk: Desk, build: Build) -> None:
    """The Monte Carlo of the coming week, from the market as it stands."""
    state = desk.state
    await state.basis.get()
    found = await asyncio.to_thread(simulated, await build(), desk.settings.leverage.paths)
    if found is not None:
        state.week = replace(state.week, simulation=found)


async def refresh_score(desk: Desk, build: Build) -> None:
    """How the forecasts held; after the close the session's own is stored first, once."""
    state, store = desk.state, await desk.state.store.get()
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
    if session is None or state.settled != session or state.recorded == session or state.snapshot_at is None:
        return False
    return state.snapshot_at >= state.calendar.closes(session)


async def fill_score(desk: Desk) -> str:
    """The score of past weeks from the stored history, and in words what was done."""
    state = desk.state
    basis = await state.basis.get()
    weeks = await asyncio.to_thread(fill, await state.store.get(), basis, state.daily)
    return f"score of the leveraged-ETF forecast: {weeks} past weeks from history"
