"""The year today's flow is compared with, and the panel of retail favourites: samples of past sessions.

Every session's sample is a file of its own, written whole once its calls are answered (`deskview.feed.sampling`).
A run that is stopped at any point goes on with the sessions and names that are not stored; none is asked for or
counted twice.
"""

import asyncio
from collections.abc import Sequence
from datetime import date
from hashlib import blake2b

import polars as pl

from deskview.analytics.flow import FLOW_SAMPLES, sample_plan
from deskview.feed.pool import for_each
from deskview.feed.sampling import Asked, Sampler, Sampling
from deskview.providers.errors import ProviderError

SEED = 1
"""Decides the windows' starts; another seed would need another year of windows."""
AT_ONCE = 4
"""Windows asked for at once: on a plan of a few calls a minute all else waits behind them."""
PANEL_SESSIONS = 21
"""Sessions the retail favourites rest on: about a month."""


def table_name(windows: int, prints: int) -> str:
    """Where samples of this kind are stored: other windows are another measurement and stand apart."""
    return f"flow-samples-{SEED}-{windows}x{prints}"


async def fetch_year(
    sampler: Sampler, sessions: Sequence[date], tickers: Sequence[str], *, windows: int, prints: int
) -> pl.DataFrame:
    """FLOW_SAMPLES of the names in past sessions, newest first: `windows` calls for each (session, name) not stored.

    A window is the first `prints` prints from a start that moves through the day (`sample_plan`).
    """
    plan = await asyncio.to_thread(
        sample_plan, sessions, tickers, seed=SEED, windows_per_day=windows, calendar=sampler.calendar
    )
    stored = await _fetch(sampler, plan, table_name(windows, prints), prints)
    wanted = pl.col("ticker").is_in(list(tickers)) & pl.col("session").is_in(list(sessions))
    return stored.filter(wanted)


async def fetch_panel(
    sampler: Sampler, sessions: Sequence[date], universe: Sequence[str], *, calls: int, prints: int
) -> pl.DataFrame:
    """FLOW_SAMPLES of the universe, `calls` names a session in turn, one window each, over the last 21 sessions."""
    days = sorted(sessions)[-PANEL_SESSIONS:]
    plans = [
        sample_plan([day], panel_names(universe, day, calls), seed=SEED, windows_per_day=1, calendar=sampler.calendar)
        for day in days
        if calls and universe
    ]
    if not plans:
        return pl.DataFrame(schema=dict(FLOW_SAMPLES))
    stored = await _fetch(sampler, pl.concat(plans), f"{table_name(1, prints)}-panel", prints)
    return stored.filter(pl.col("session").is_in(days))


def panel_names(universe: Sequence[str], session: date, calls: int) -> list[str]:
    """The names whose turn it is, about `calls` of them: every name has its place in the round for good."""
    round_length = -(-len(universe) // calls)
    weeks, weekday = divmod(session.toordinal() - 1, 7)
    turn = (5 * weeks + min(weekday, 4)) % round_length
    return [ticker for ticker in universe if _number(ticker) % round_length == turn]


def _number(ticker: str) -> int:
    return int.from_bytes(blake2b(f"{SEED}:{ticker}".encode(), digest_size=8).digest())


async def _fetch(sampler: Sampler, plan: pl.DataFrame, name: str, prints: int) -> pl.DataFrame:
    """All that is stored under the name once the plan's missing windows are fetched, newest session first."""
    store = sampler.store
    known = await asyncio.to_thread(store.days, name, FLOW_SAMPLES)
    sampler.taken(known)

    def missing() -> tuple[Sampling, list[Asked]]:
        rows = plan.join(known.select("session", "ticker"), on=["session", "ticker"], how="anti")
        asked = rows.sort("session", "ticker", "since", descending=[True, False, False])
        return Sampling(sampler, name, prints, asked, known), list(asked.iter_rows())

    sampling, windows = await asyncio.to_thread(missing)
    if not windows:
        return known
    try:
        await for_each(windows, sampling.fetch, limit=AT_ONCE)
    except ProviderError:
        await sampling.keep()
        raise
    await sampling.keep()
    return await asyncio.to_thread(store.days, name, FLOW_SAMPLES)
