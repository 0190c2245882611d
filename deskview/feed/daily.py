"""What changes once a day: listings, splits, the history of bars, and details of single instruments."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import date, timedelta

import polars as pl

from deskview.feed.pool import for_each
from deskview.feed.state import Daily, Progress
from deskview.market.schema import DETAILS, empty
from deskview.providers.base import Provider
from deskview.store import Store

EARLY_SESSIONS = 30
"""Enough of the newest history to show the live panes while the rest is still coming."""
NAME_DETAILS_DAYS = 7
"""Market caps and sectors of companies are asked for again after a week; fund shares every session."""
SAVE_EVERY = 200


async def load_listings(provider: Provider, store: Store, since: date) -> Daily:
    """Listings and splits from the provider, with the details already stored."""
    tickers, splits = await asyncio.gather(provider.tickers(), provider.splits(since))
    await asyncio.to_thread(store.put_table, "tickers", tickers.frame)
    await asyncio.to_thread(store.put_table, "splits", splits.frame)
    details = await asyncio.to_thread(store.table, "details")
    left_out = {"listings": tickers.left_out, "splits": splits.left_out}
    return Daily(tickers.frame, splits.frame, empty(DETAILS) if details is None else details, left_out)


async def load_bars(
    provider: Provider,
    store: Store,
    wanted: list[date],
    *,
    progress: Callable[[Progress], None],
    early: Callable[[], None],
) -> int:
    """Fetches into the store the wanted sessions it lacks, newest first; returns the rows left out.

    `early` is called once when the newest sessions are there.
    """
    missing = store.to_fetch(wanted)
    recent = set(sorted(wanted)[-EARLY_SESSIONS:])
    left_out = 0

    async def fetch(session: date) -> None:
        nonlocal left_out
        table = await provider.daily_bars(session)
        await asyncio.to_thread(store.put_bars, session, table.frame)
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
