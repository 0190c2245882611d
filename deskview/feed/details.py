"""What is asked for one instrument at a time: details of funds and names, and the funds' share counts by session."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl

from deskview.analytics.gate import Action
from deskview.analytics.gate.tables import of_name, split_since
from deskview.feed.bars import LeftOut
from deskview.feed.tasks import Progress, for_each
from deskview.market.schema import DETAILS, SHARE_COUNTS, empty
from deskview.providers.base import Provider, Table
from deskview.providers.errors import Kind, ProviderError
from deskview.store import Store

OF_ONE = {Kind.NOT_FOUND, Kind.MALFORMED, Kind.SERVER}
"""Failures that may be of one instrument alone."""
log = logging.getLogger(__name__)
NAME_DETAILS_DAYS = 7
"""Market caps and sectors of companies are asked for again after a week; fund shares every session."""
SAVE_EVERY = 200
MOST_FAILED = 20
"""Instruments whose answers may fail, one after the other, before it is no longer their own fault."""
MOST_ODD, ODD_SHARE = 20, 0.1
"""So many instruments that can't be as they came, and more than this share of those asked for, are no fault of theirs:
the others, which are too small to tell by themselves, are as wrong."""
UNREADABLE = Table(empty(DETAILS), 1, ("the answer is not in the form it should have (1)",))
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
    splits: pl.DataFrame,
    on: date,
    progress: Callable[[Progress], None],
) -> Table:
    """DETAILS with every fund as of `on` and every name not older than a week, fetched where they are not.

    Kept in the store as they come, so an interrupted run goes on where it stopped. What can't be of one instrument is
    left out, and the row known before stays, to be asked for with the next refresh; where too many can't be, none is
    believed (ProviderError).
    """
    wanted = _to_ask(known, funds, names, on)
    before = {row["ticker"]: row for row in known.sort("as_of").iter_rows(named=True)}
    fetched: list[pl.DataFrame] = []
    left_out, asked, odd, failed = LeftOut(), 0, 0, 0

    def merged() -> pl.DataFrame:
        return pl.concat([*fetched, known]).unique("ticker", keep="first", maintain_order=True)

    async def fetch(ticker: str) -> None:
        nonlocal asked, failed, left_out, odd
        try:
            table, failed = await provider.details(ticker, on), 0
        except ProviderError as error:
            failed += 1
            if error.kind not in OF_ONE or failed >= MOST_FAILED:
                raise
            log.info("details of %s: %s", ticker, error)
            table = UNREADABLE
        table = _held_against(table, before.get(ticker), splits)
        left_out, asked, odd = left_out + table, asked + 1, odd + bool(table.left_out)
        if not _believed(odd, asked):
            many = f"The details of {odd} of {asked} instruments can't be as they came"
            raise ProviderError(Kind.MALFORMED, f"{many}: none of them is used, the stored ones stay.")
        fetched.append(table.frame)
        if len(fetched) % SAVE_EVERY == 0:
            await asyncio.to_thread(store.put_table, "details", merged())

    try:
        await for_each(wanted, fetch, progress=progress)
    finally:
        if fetched and _believed(odd, asked):
            await asyncio.to_thread(store.put_table, "details", merged())
    return Table(merged(), left_out.rows, left_out.reasons)


def _believed(odd: int, asked: int) -> bool:
    """Whether so many that can't be, of those asked for, are faults of their own."""
    return odd < MOST_ODD or odd <= asked * ODD_SHARE


def _to_ask(known: pl.DataFrame, funds: Iterable[str], names: Iterable[str], on: date) -> list[str]:
    """The funds without a row as of the date and the names without one of the week before it, funds first."""
    fresh = known.filter(pl.col("as_of") <= on).group_by("ticker").agg(pl.col("as_of").max())
    as_of = dict(fresh.iter_rows())
    week_ago = on - timedelta(days=NAME_DETAILS_DAYS)
    wanted = [ticker for ticker in funds if as_of.get(ticker, date.min) < on]
    return wanted + [ticker for ticker in names if as_of.get(ticker, date.min) < week_ago]


def _held_against(table: Table, before: Mapping[str, Any] | None, splits: pl.DataFrame) -> Table:
    """The details of one instrument, without the row where it can't be beside the one before."""
    if before is None or table.frame.is_empty():
        return table
    row = table.frame.row(0, named=True)
    verdict = of_name(row, before, split_since(splits, row["ticker"], before["as_of"], row["as_of"]))
    if verdict.action is not Action.SET_ASIDE:
        return table
    return Table(table.frame.clear(), table.left_out + 1, (*table.reasons, f"{verdict.sentence} (1)"))


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
