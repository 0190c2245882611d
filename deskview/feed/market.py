"""The whole market, every few seconds."""

from datetime import date
from time import monotonic

from deskview.feed.clock import refresh_clock
from deskview.feed.desk import Desk
from deskview.feed.snapshot import closing_snapshot, has_prices
from deskview.feed.state import Task
from deskview.feed.week import closed_unrecorded
from deskview.providers.base import Capability


async def refresh_snapshot(desk: Desk) -> None:
    """The snapshot into the state; wakes what rests on the first one and on the close."""
    first = desk.state.snapshot is None
    await _take(desk)
    if first:
        desk.scheduler.wake(Task.SIMULATION)
    if closed_unrecorded(desk.state):
        desk.scheduler.wake(Task.SCORE)


async def _take(desk: Desk) -> None:
    now = await refresh_clock(desk)
    state, provider = desk.state, desk.provider
    session = await state.session.get()
    if not provider.capabilities.allows(Capability.SNAPSHOT):
        await _use_close(desk, session)
        return
    table = await provider.snapshot()
    if not has_prices(table.frame) and now >= state.calendar.closes(session):
        await _use_close(desk, session)
        return
    state.snapshot, state.snapshot_left_out, state.snapshot_at = table.frame, table.left_out, now
    state.snapshot_received = monotonic()


async def _use_close(desk: Desk, session: date) -> None:
    """The session's daily bars in place of a snapshot: on a day without trading, or a plan without snapshots."""
    state = desk.state
    closes = state.calendar.closes(session)
    if state.snapshot_at != closes or state.snapshot is None:
        bars = await desk.provider.daily_bars(session)
        state.snapshot, state.snapshot_left_out = closing_snapshot(bars.frame, closes), bars.left_out
        state.snapshot_at = closes
    state.snapshot_received = monotonic()
