"""What is asked for one instrument at a time: details of funds and names, and the funds' share counts by session."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

import polars as pl

from deskview.feed.tasks import Progress, for_each
from deskview.market.schema import SHARE_COUNTS, empty
from deskview.providers.base import Provider
from deskview.providers.errors import Kind, ProviderError
from deskview.store import Store

OF_ONE = {Kind.NOT_FOUND, Kind.MALFORMED, Kind.SERVER}
"""Failures that may be of one instrument alone."""
log = logging.getLogger(__name__)
NAME_DETAILS_DAYS = 7
"""Market caps and sectors of companies are asked for again after a week; fund shares every session."""
SAVE_EVERY = 200
COUNTS_KEPT = timedelta(days=400)
LARGEST = 100
"""Of so many funds by assets the count of the session before is asked for where it is not held: they have most of what
is created."""
COUNTS_S = 10.0
"""So long, on a slow plan: what did not come by then is asked for with the next refresh."""


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


async def load_share_counts(
    provider: Provider,
    store: Store,
    details: pl.DataFrame,
    *,
    funds: Iterable[str],
    history: pl.DataFrame,
    before: Sequence[date],
) -> pl.DataFrame:
    """SHARE_COUNTS of the funds, session by session as they were counted, with those of DETAILS; kept in the store.

    Where the session `before` (one or none) is missing for one of the largest, it is asked for; what can't be had
    costs the creations of that fund alone.
    """
    stored = await asyncio.to_thread(store.table, "share-counts")
    known = _counts(details.filter(pl.col("ticker").is_in(list(funds))))
    counts = known if stored is None else pl.concat([stored, known])
    fetched: list[pl.DataFrame] = []
    try:
        async with asyncio.timeout(COUNTS_S):
            for session in before:
                held = counts.filter(pl.col("session") == session)
                wanted = _largest(known, history).join(held, on="ticker", how="anti")

                async def fetch(ticker: str, on: date = session) -> None:
                    try:
                        fetched.append(_counts((await provider.details(ticker, on)).frame))
                    except ProviderError as error:
                        if error.kind not in OF_ONE:
                            raise
                        log.info("share count of %s on %s: %s", ticker, on, error)

                await for_each(wanted.get_column("ticker").to_list(), fetch)
    except (ProviderError, TimeoutError) as error:
        log.info("share counts of the session before: %s", error or f"not all came within {COUNTS_S:.0f} s")
    counts = pl.concat([counts, *fetched]).unique(["ticker", "session"], keep="last").sort("ticker", "session")
    newest = counts.get_column("session").max()
    if isinstance(newest, date):
        counts = counts.filter(pl.col("session") > newest - COUNTS_KEPT)
    if stored is None or not counts.equals(stored):
        await asyncio.to_thread(store.put_table, "share-counts", counts)
    return counts


def _counts(details: pl.DataFrame) -> pl.DataFrame:
    found = details.select("ticker", session="as_of", shares="shares_outstanding").drop_nulls()
    return pl.concat([empty(SHARE_COUNTS), found])


def _largest(counts: pl.DataFrame, history: pl.DataFrame) -> pl.DataFrame:
    """The LARGEST funds by assets at their last close."""
    closes = history.sort("session").group_by("ticker").agg(pl.col("close").last())
    assets = counts.join(closes, on="ticker").with_columns(assets=pl.col("shares") * pl.col("close"))
    return assets.sort("assets", "ticker", descending=[True, False]).head(LARGEST)
