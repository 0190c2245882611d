"""Flow beside today's prints: the focus names, the sampled year, the retail favourites, the off-exchange share."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from time import monotonic

import polars as pl

from deskview.analytics.favourites import Crowding, read_crowding
from deskview.analytics.flow import FLOW_SAMPLES, days_of
from deskview.board import Basis
from deskview.feed.desk import Desk
from deskview.feed.focus import focus_names, keep, kept, windows_per_day
from deskview.feed.offexchange import fetch_off_exchange
from deskview.feed.overlaps import recorded
from deskview.feed.sampling import Sampler
from deskview.feed.state import FeedState, Task
from deskview.feed.year import PANEL_SESSIONS, SEED, fetch_panel, fetch_year, table_name
from deskview.settings import Flow
from deskview.store import Store

EVERY = 10
"""So many sessions further the percentile is taken anew while the year is still coming."""
LAG, LOOKBACK = 21, 252
"""12-1 momentum: from so many sessions back to so many."""


async def choose_focus(state: FeedState, store: Store, flow: Flow) -> tuple[str, ...]:
    """The session's focus names, chosen once the history is whole; the choice stands until the session ends."""
    if state.focus:
        return state.focus
    basis = await state.whole.get()
    session = basis.session
    names = await asyncio.to_thread(kept, store, session, flow)
    if not names:
        names = await asyncio.to_thread(_choose, basis, store, flow)
        await asyncio.to_thread(keep, store, session, names)
    if session == state.session.value:
        state.focus = names
    return names


def _choose(basis: Basis, store: Store, flow: Flow) -> tuple[str, ...]:
    return focus_names(basis, flow, store.days(panel_table(flow), FLOW_SAMPLES))


def plan_in_words(flow: Flow, names: Sequence[str]) -> str:
    """What the backfill of the flows is going to ask for."""
    windows = windows_per_day(flow, len(names))
    year, panel = flow.history_sessions * len(names) * windows, PANEL_SESSIONS * flow.panel_calls
    return (
        f"year of flow: {windows} x {flow.sample_prints} prints of {len(names)} names ({', '.join(names)}) in each of "
        f"{flow.history_sessions} sessions, starts spread evenly over the day from seed {SEED}: {year:,} calls less "
        f"what is stored; about {panel:,} more for the retail favourites"
    )


def panel_table(flow: Flow) -> str:
    """Where the panel's samples are stored."""
    return f"{table_name(1, flow.sample_prints)}-panel"


async def plan_of_flows(desk: Desk) -> str:
    """What the backfill of the flows is going to ask for, in words."""
    names = await choose_focus(desk.state, await desk.state.store.get(), desk.settings.flow)
    return plan_in_words(desk.settings.flow, names)


async def refresh_year(desk: Desk) -> None:
    """The sampled year of the focus names into the state."""
    state, flow = desk.state, desk.settings.flow
    store, basis = await state.store.get(), await state.whole.get()
    names = await choose_focus(state, store, flow)
    sessions = state.calendar.before(basis.session, flow.history_sessions)
    wanted = pl.col("ticker").is_in(list(names)) & pl.col("session").is_in(sessions)
    parts: list[pl.DataFrame] = []

    def taken(rows: pl.DataFrame) -> None:
        parts.append(rows.filter(wanted))
        if len(parts) % EVERY == 1 and basis.session == state.session.value:
            state.flow_year = days_of(pl.concat(parts))

    samples = await fetch_year(
        replace(_sampler(desk, store, basis, names, Task.FLOW_YEAR), taken=taken),
        sessions,
        names,
        windows=windows_per_day(flow, len(names)),
        prints=flow.sample_prints,
    )
    if basis.session == state.session.value:
        state.flow_year = days_of(samples)


async def refresh_crowding(desk: Desk) -> None:
    """The retail favourites of the momentum universe against its legs into the state."""
    state, flow = desk.state, desk.settings.flow
    store, basis = await state.store.get(), await state.whole.get()
    if basis.momentum is None or basis.momentum.raw is None:
        return
    universe = basis.momentum.tickers.get_column("ticker").to_list()
    panel = await fetch_panel(
        _sampler(desk, store, basis, universe, Task.CROWDING),
        state.calendar.before(basis.session, PANEL_SESSIONS),
        universe,
        calls=flow.panel_calls,
        prints=flow.sample_prints,
    )
    reading = await asyncio.to_thread(crowding_of, basis, panel)
    if reading is not None:
        reading = await asyncio.to_thread(recorded, store, reading, basis.session, flow)
    if basis.session == state.session.value:
        state.crowding, state.crowding_received = reading, monotonic()


async def refresh_off_exchange(desk: Desk) -> None:
    """The off-exchange share of the whole universe in the session before into the state."""
    state = desk.state
    store, basis = await state.store.get(), await state.whole.get()
    table = await fetch_off_exchange(desk.provider, store, state.calendar.previous(basis.session))
    if basis.session == state.session.value:
        state.off_exchange = table


def _sampler(desk: Desk, store: Store, basis: Basis, names: Sequence[str], task: Task) -> Sampler:
    state = desk.state

    def left_out(rows: int) -> None:
        state.samples_left_out += rows

    volumes = basis.history.filter(pl.col("ticker").is_in(list(names)))
    return Sampler(
        provider=desk.provider,
        store=store,
        calendar=state.calendar,
        volumes=volumes.select("session", "ticker", "dollar_volume_usd"),
        progress=desk.scheduler.progress(task),
        left_out=left_out,
    )


def crowding_of(basis: Basis, samples: pl.DataFrame) -> Crowding | None:
    """The favourites among the sampled names against the legs in force; None without legs."""
    model = basis.momentum
    if model is None or model.raw is None:
        return None
    legs = [
        pl.DataFrame(
            {"ticker": [name.ticker for name in leg], "weight": [name.weight for name in leg]},
            schema={"ticker": pl.String, "weight": pl.Float64},
        )
        for leg in (model.raw.long, model.raw.short)
    ]
    traits = basis.names.select("ticker", "sector", "market_cap_usd").unique("ticker")
    universe = model.tickers.join(traits, on="ticker", how="left").join(_momentum(basis), on="ticker", how="left")
    return read_crowding(samples, universe, legs[0], legs[1])


def _momentum(basis: Basis) -> pl.DataFrame:
    """(ticker, momentum): the return from 252 to 21 sessions back, null for younger names."""
    sessions: list[date] = basis.history.get_column("session").unique().sort().to_list()
    if len(sessions) < LOOKBACK:
        return basis.history.select("ticker", momentum=pl.lit(None, pl.Float64)).unique("ticker")
    ends = basis.history.filter(pl.col("session").is_in([sessions[-LOOKBACK], sessions[-LAG]]))
    first, last = (ends.filter(pl.col("session") == sessions[-back]) for back in (LOOKBACK, LAG))
    both = first.select("ticker", "total_close").join(last.select("ticker", last="total_close"), on="ticker")
    return both.select("ticker", momentum=pl.col("last") / pl.col("total_close") - 1)
