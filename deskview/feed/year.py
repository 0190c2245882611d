"""The year today's flow is compared with, and the panel of retail favourites: samples of past sessions.

Every session's sample is a file of its own, written whole as soon as its calls are answered. A run that is stopped
at any point goes on with the sessions and names that are not stored; none is asked for or counted twice.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b

import polars as pl

from deskview.analytics.flow import FLOW_SAMPLES, name_readings, sample_plan
from deskview.feed.pool import for_each
from deskview.feed.state import Progress
from deskview.market.schema import UTC_NS
from deskview.market.sessions import Calendar
from deskview.providers.base import Provider
from deskview.store import Store

SEED = 1
"""Decides the windows' starts; another seed would need another year of windows."""
PANEL_SESSIONS = 21
"""Sessions the retail favourites rest on: about a month."""
SESSIONS_AT_ONCE = 2
"""Past sessions asked for at once, each with a call for every window."""


@dataclass(frozen=True)
class Sampler:
    """How past sessions are sampled: from whom, into which store, and the sessions' dollar volumes by name.

    `volumes`: (session, ticker, dollar_volume_usd). `taken` gets the FLOW_SAMPLES of each session as it is stored, and
    once at the beginning what was stored before.
    """

    provider: Provider
    store: Store
    calendar: Calendar
    volumes: pl.DataFrame
    progress: Callable[[Progress], None]
    taken: Callable[[pl.DataFrame], None] = lambda _: None


def table_name(windows: int, prints: int) -> str:
    """Where samples of this kind are stored: other windows are another measurement and stand apart."""
    return f"flow-samples-{SEED}-{windows}x{prints}"


async def fetch_year(
    sampler: Sampler, sessions: Sequence[date], tickers: Sequence[str], *, windows: int, prints: int
) -> pl.DataFrame:
    """FLOW_SAMPLES of the names in past sessions, newest first: `windows` calls for each (session, name) not stored.

    A window is the first `prints` prints from a start that moves through the day (`sample_plan`).
    """
    plan = sample_plan(sessions, tickers, seed=SEED, windows_per_day=windows, calendar=sampler.calendar)
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
    """All that is stored under the name once the plan's missing windows are fetched."""
    store = sampler.store
    known = await asyncio.to_thread(store.days, name, FLOW_SAMPLES)
    missing = plan.join(known.select("session", "ticker"), on=["session", "ticker"], how="anti")
    days = missing.sort("session", "ticker", "since", descending=[True, False, False])
    sampler.taken(known)
    before = {session: rows for (session,), rows in known.group_by("session")}

    async def fetch(windows: pl.DataFrame) -> None:
        session: date = windows.item(0, "session")
        asked: list[tuple[str, datetime]] = list(windows.select("ticker", "since").iter_rows())
        ask = sampler.provider.trades_sample
        pages = await asyncio.gather(*(ask(ticker, since, prints) for ticker, since in asked))
        trades = [
            page.frame.with_columns(since=pl.lit(since).cast(UTC_NS))
            for page, (_, since) in zip(pages, asked, strict=True)
        ]
        read = await asyncio.to_thread(_readings, sampler, pl.concat(trades), windows, prints)
        rows = pl.concat([before[session], read]) if session in before else read
        await asyncio.to_thread(store.put_day, name, session, rows, FLOW_SAMPLES)
        sampler.taken(read)

    by_session = days.partition_by("session", maintain_order=True)
    await for_each(by_session, fetch, progress=sampler.progress, limit=SESSIONS_AT_ONCE)
    return await asyncio.to_thread(store.days, name, FLOW_SAMPLES) if by_session else known


def _readings(sampler: Sampler, trades: pl.DataFrame, windows: pl.DataFrame, prints: int) -> pl.DataFrame:
    """One session's windows as FLOW_SAMPLES; a name without prints is kept as such, with zeros and no names."""
    session: date = windows.item(0, "session")
    read = name_readings(
        trades,
        session,
        session_open=sampler.calendar.opens(session),
        session_close=sampler.calendar.closes(session),
        count=prints,
        volumes=sampler.volumes.filter(pl.col("session") == session),
    )
    asked = windows.select("ticker", "session").unique(maintain_order=True)
    return asked.join(read, on=["ticker", "session"], how="left", maintain_order="left").select(
        pl.col(column).fill_null(0) if dtype.is_numeric() else column for column, dtype in FLOW_SAMPLES.items()
    )
