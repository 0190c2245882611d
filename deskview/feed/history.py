"""What changes once a day: listings, splits, the history of bars, details of instruments, and the models on them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import date, timedelta

import polars as pl

from deskview.feed.context import Context
from deskview.feed.inputs import basis_of
from deskview.feed.state import Daily
from deskview.feed.tasks import Progress, Task, for_each
from deskview.market.schema import DETAILS, empty
from deskview.providers.base import Provider, Table
from deskview.providers.errors import Kind, ProviderError
from deskview.store import TABLES, Store

EARLY_SESSIONS = 30
"""Enough of the newest history to show the live panes while the rest is still coming."""
NAME_DETAILS_DAYS = 7
"""Market caps and sectors of companies are asked for again after a week; fund shares every session."""
SAVE_EVERY = 200
WITHOUT = {
    "tickers": "Without listings nothing can be computed.",
    "splits": "Without splits, returns across a split are wrong.",
    "dividends": "Without dividends, returns are price returns.",
}


async def refresh_daily(context: Context) -> None:
    """The history the session needs; the models stand as soon as its newest part is there.

    Once they stand on all of it, they are made anew only where something has changed.
    """
    state = context.state
    session, store = await state.session.get(), await state.store.get()
    wanted = state.calendar.before(session, context.settings.history_sessions)
    before, state.daily = state.daily, await load_listings(context.provider, store, wanted[0])
    state.outdated |= not state.daily.same_tables(before)
    early: list[asyncio.Task[None]] = []

    def recent_arrived() -> None:
        if state.complete.value is None:
            early.append(asyncio.ensure_future(_rebuild(context, session, wanted[-EARLY_SESSIONS:])))

    def changed() -> None:
        state.outdated = True

    progress = context.scheduler.progress(Task.DAILY)
    left_out = await load_bars(
        context.provider, store, wanted, progress=progress, early=recent_arrived, changed=changed
    )
    state.daily.left_out["bars"] = left_out
    await asyncio.gather(*early)
    if state.outdated or state.complete.value is None:
        await _rebuild(context, session, wanted)
    state.progress.pop(Task.DAILY, None)
    await context.scheduler.attempt(Task.DETAILS, lambda: _refresh_details(context, session, wanted))


async def _refresh_details(context: Context, session: date, wanted: list[date]) -> None:
    state = context.state
    basis = await state.basis.get()
    listed = set(state.daily.tickers.get_column("ticker"))
    details = await load_details(
        context.provider,
        await state.store.get(),
        state.daily.details,
        funds=sorted(listed & context.registry.fund_tickers()),
        names=[ticker for ticker in basis.names_of_interest() if ticker in listed],
        on=wanted[-1],
        progress=context.scheduler.progress(Task.DETAILS),
    )
    if not details.equals(state.daily.details):
        state.daily.details, state.outdated = details, True
    if state.outdated:
        await _rebuild(context, session, wanted)
    state.loaded = session


async def _rebuild(context: Context, session: date, sessions: list[date]) -> None:
    """The models anew from what is stored."""
    state, store = context.state, await context.state.store.get()
    basis = await asyncio.to_thread(basis_of, state, store, context.registry, session, sessions)
    if state.session.value == session:
        state.basis.set(basis)
        if len(sessions) > EARLY_SESSIONS:
            state.complete.set(basis)
            state.outdated = False
        context.scheduler.wake(Task.SIMULATION)
        context.scheduler.changed.set()


async def load_listings(provider: Provider, store: Store, since: date) -> Daily:
    """Listings, splits and dividends, with the details already stored.

    What can't be had now is taken from the store, else left empty, and `problems` says so. Raises ProviderError
    where there is no listing at all.
    """
    daily = Daily()
    daily.tickers = await _table("tickers", provider.tickers, store, daily)
    daily.splits = await _table("splits", lambda: provider.splits(since), store, daily)
    daily.dividends = await _table("dividends", lambda: provider.dividends(since), store, daily)
    details = await asyncio.to_thread(store.table, "details")
    daily.details = empty(DETAILS) if details is None else details
    return daily


async def _table(name: str, ask: Callable[[], Awaitable[Table]], store: Store, daily: Daily) -> pl.DataFrame:
    try:
        table = await ask()
    except ProviderError as fault:
        stored = await asyncio.to_thread(store.table, name)
        if fault.kind is Kind.KEY_REFUSED or (stored is None and name == "tickers"):
            raise
        daily.problems.append(f"{name}: {fault} {WITHOUT[name] if stored is None else 'The stored ones are used.'}")
        return empty(TABLES[name]) if stored is None else stored
    await asyncio.to_thread(store.put_table, name, table.frame)
    daily.left_out[name] = table.left_out
    return table.frame


async def load_bars(
    provider: Provider,
    store: Store,
    wanted: list[date],
    *,
    progress: Callable[[Progress], None],
    early: Callable[[], None],
    changed: Callable[[], None],
) -> int:
    """Fetches into the store the wanted sessions it lacks and the newest ones, which may have been corrected.

    Newest first; `early` is called once when the newest sessions are there, `changed` when the store holds other bars
    than before. An empty answer never replaces bars that are held. Returns the number of rows that did not fit.
    """
    held, missing = store.sessions(), store.to_fetch(wanted)
    recent = set(sorted(wanted)[-EARLY_SESSIONS:])
    left_out = 0

    async def fetch(session: date) -> None:
        nonlocal left_out
        table = await provider.daily_bars(session)
        known = session in held
        if not known or (table.frame.height and not table.frame.equals(await asyncio.to_thread(store.bars, [session]))):
            await asyncio.to_thread(store.put_bars, session, table.frame)
            changed()
        left_out += table.left_out
        if session in recent:
            recent.discard(session)
            if not recent & set(missing):
                early()

    if not recent & set(missing):
        early()
    await for_each(missing, fetch, progress=progress)
    return left_out


async def load_details(
    provider: Provider,
    store: Store,
    known: pl.DataFrame,
    *,
    funds: Iterable[str],
    names: Iterable[str],
    on: date,
    progress: Callable[[Progress], None],
) -> pl.DataFrame:
    """DETAILS with every fund as of `on` and every name not older than a week, fetched where they are not.

    Kept in the store as they come, so an interrupted run goes on where it stopped.
    """
    fresh = known.filter(pl.col("as_of") <= on).group_by("ticker").agg(pl.col("as_of").max())
    as_of = dict(fresh.iter_rows())
    week_ago = on - timedelta(days=NAME_DETAILS_DAYS)
    wanted = [ticker for ticker in funds if as_of.get(ticker, date.min) < on]
    wanted += [ticker for ticker in names if as_of.get(ticker, date.min) < week_ago]
    fetched: list[pl.DataFrame] = []

    def merged() -> pl.DataFrame:
        return pl.concat([*fetched, known]).unique("ticker", keep="first", maintain_order=True)

    async def fetch(ticker: str) -> None:
        fetched.append((await provider.details(ticker, on)).frame)
        if len(fetched) % SAVE_EVERY == 0:
            await asyncio.to_thread(store.put_table, "details", merged())

    try:
        await for_each(wanted, fetch, progress=progress)
    finally:
        if fetched:
            await asyncio.to_thread(store.put_table, "details", merged())
    return merged()
