"""Flow beside today's prints: the sampled year, the retail favourites, the off-exchange share."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import msgspec
import polars as pl

from deskview.analytics.favourites import DAYS, OVERLAPS, Crowding, crowding_of, in_history, overlaps_of, retail_shares
from deskview.analytics.flow import OFF_EXCHANGE, off_exchange_shares, window_plan
from deskview.clock import monotonic
from deskview.feed.context import Context
from deskview.feed.plan import plan_in_words, plan_of
from deskview.feed.prints import draw, sampler_of
from deskview.feed.records import RecordTable, left_out
from deskview.feed.sampling import PANEL_SESSIONS, SEED, fetch_panel, fetch_windows, forget_old
from deskview.feed.state import SHORT_VOLUME
from deskview.feed.tasks import Task
from deskview.providers.base import Provider, Table
from deskview.settings import Flow
from deskview.store import Store

EVERY = 5
"""So many sessions further the percentile is taken anew while the year is still coming."""
OFF_EXCHANGE_TABLE = "off-exchange"
OVERLAPS_KIND = "overlaps"


async def plan_of_flows(context: Context) -> str:
    """What the backfill of the flows is going to ask for, in words."""
    settings = context.settings
    plan, drawn = plan_of(settings.flow, settings.calls_per_minute), await draw(context)
    words = plan_in_words(plan, calls_per_minute=settings.calls_per_minute)
    panel = PANEL_SESSIONS * plan.panel_calls
    return f"year of flow: {words}; less what is stored. {', '.join(drawn.tickers)}; {panel:,} calls for the favourites"


async def refresh_year(context: Context) -> None:
    """The year of windows of the session's names into the state."""
    state, flow = context.state, context.settings.flow
    store, basis = await state.store.get(), await state.complete.get()
    drawn = await draw(context)
    sessions = state.calendar.before(basis.session, flow.history_sessions)
    parts: list[pl.DataFrame] = []

    def show() -> None:
        if parts and basis.session == state.session.value:
            state.windows_past = pl.concat(parts)
            state.put_together()

    def on_windows(rows: pl.DataFrame) -> None:
        parts.append(rows)
        if len(parts) % EVERY == 1:
            show()

    await asyncio.to_thread(forget_old, store, flow.sample_prints)
    sampler = replace(await sampler_of(context, Task.FLOW_YEAR), on_windows=on_windows)
    plan = await asyncio.to_thread(window_plan, sessions, drawn.sample, SEED, state.calendar)
    try:
        await fetch_windows(sampler, plan)
    finally:
        show()


async def refresh_crowding(context: Context) -> None:
    """The retail favourites of the momentum universe against its legs into the state."""
    state, flow = context.state, context.settings.flow
    store, basis = await state.store.get(), await state.complete.get()
    model = basis.momentum
    if model is None or model.raw is None:
        return
    universe = model.tickers.get_column("ticker").to_list()
    panel = await fetch_panel(
        await sampler_of(context, Task.CROWDING),
        state.calendar.before(basis.session, PANEL_SESSIONS),
        universe,
        calls=flow.panel_calls,
    )
    reading = await asyncio.to_thread(crowding_of, panel, model, basis.names, basis.history)
    if reading is not None:
        reading = await asyncio.to_thread(record_overlaps, store, reading, basis.session, flow)
    shares = await asyncio.to_thread(retail_shares, panel)
    if basis.session == state.session.value:
        state.crowding, state.crowding_received, state.retail_shares = reading, monotonic(), shares


async def refresh_off_exchange(context: Context) -> None:
    """The off-exchange share of the whole universe in the session before into the state."""
    state = context.state
    store, basis = await state.store.get(), await state.complete.get()

    def on_left_out(table: Table) -> None:
        state.daily.left_out[SHORT_VOLUME] = table.left_out
        state.daily.reasons_left_out[SHORT_VOLUME] = table.reasons

    before = state.calendar.previous(basis.session)
    table = await fetch_off_exchange(context.provider, store, before, on_left_out)
    if basis.session == state.session.value:
        state.off_exchange = table


def overlaps_table(flow: Flow) -> str:
    """Where the overlaps are stored: another panel is another measurement and stands apart."""
    return f"overlaps-{flow.panel_calls}x{flow.sample_prints}"


def record_overlaps(store: Store, reading: Crowding, session: date, flow: Flow) -> Crowding:
    """Stores the session's overlaps in place of those before and reads them against the earlier ones.

    Slow: for a thread.
    """
    table = RecordTable(store, overlaps_table(flow), OVERLAPS, OVERLAPS_KIND)
    past, others = table.read()
    rows = pl.concat([past, overlaps_of(reading, session)]).unique("session", keep="last").sort("session")
    if not rows.equals(past):
        table.keep(rows.tail(DAYS + 1))
    found = in_history(reading, rows, session)
    notes = (found.history_note, left_out([others], OVERLAPS_KIND, "day"))
    return msgspec.structs.replace(found, history_note="; ".join(filter(None, notes)))


async def fetch_off_exchange(
    provider: Provider, store: Store, session: date, on_left_out: Callable[[Table], None] = lambda _: None
) -> pl.DataFrame:
    """OFF_EXCHANGE of the session, from the store where it is there; no rows while the vendor has none yet.

    `on_left_out` gets the table as it came, for the rows left out of it. Raises ProviderError.
    """
    stored = await asyncio.to_thread(store.table, OFF_EXCHANGE_TABLE, OFF_EXCHANGE)
    if stored is not None and stored.get_column("session").max() == session:
        return stored
    reported = await provider.short_volume(session)
    on_left_out(reported)
    bars = await asyncio.to_thread(store.bars, [session])
    table = off_exchange_shares(reported.frame, bars)
    if table.height:
        await asyncio.to_thread(store.put_table, OFF_EXCHANGE_TABLE, table, OFF_EXCHANGE)
    return table
