"""Prints of the focus names: today's as they come, and the sampled year they are compared with."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

import polars as pl

from deskview.analytics.flow import FLOW_SAMPLES, FlowState, advance, days_of, name_readings, sample_plan
from deskview.feed.pool import for_each
from deskview.feed.state import Progress
from deskview.market.schema import UTC_NS, empty
from deskview.market.sessions import Calendar
from deskview.providers.base import Provider
from deskview.store import Store

SAMPLES = "flow-samples"
"""The stored readings of sampled windows: one name in one past session each."""
SEED = 1
"""Decides the windows' starts; another seed would need another year of windows."""
LATE = timedelta(minutes=10)
"""Prints are still awaited so long after the close: reports may come late."""
SAVE_EVERY = 30
SESSIONS_AT_ONCE = 2
"""Past sessions asked for at once, each with a call for every name."""
_STOCKS = ("CS", "ADRC")


def focus_names(history: pl.DataFrame, names: pl.DataFrame, chosen: Sequence[str], count: int) -> tuple[str, ...]:
    """The names whose prints are read: the chosen ones, else the largest by median dollar volume of 60 sessions."""
    if chosen:
        return tuple(chosen)
    sessions = history.get_column("session").unique().sort().tail(60)
    return tuple(
        history.filter(pl.col("session").is_in(sessions.implode()))
        .join(names.filter(pl.col("type").is_in(_STOCKS)).select("ticker"), on="ticker", how="semi")
        .group_by("ticker")
        .agg(pl.col("dollar_volume_usd").median())
        .sort(["dollar_volume_usd", "ticker"], descending=[True, False])
        .head(count)
        .get_column("ticker")
    )


def start_of_day(session: date, calendar: Calendar) -> FlowState:
    """A session of which no print has been counted."""
    return FlowState(session, calendar.opens(session), calendar.closes(session))


async def fetch_today(provider: Provider, state: FlowState, tickers: Sequence[str], now: datetime) -> FlowState:
    """The state with every focus name's prints since it was last asked, up to `now`."""
    until = min(now, state.session_close + LATE)
    for ticker in tickers:
        since = state.last_time.get(ticker, state.session_open)
        if since < until:
            page = await provider.trades(ticker, since, until)
            state = await asyncio.to_thread(advance, state, page.frame)
    return state


async def fetch_year(
    provider: Provider,
    store: Store,
    sessions: Sequence[date],
    tickers: Sequence[str],
    calendar: Calendar,
    *,
    prints: int,
    progress: Callable[[Progress], None],
) -> pl.DataFrame:
    """FLOW_DAYS of past sessions from sampled windows: one call for each (session, name) not stored yet.

    A window is the first `prints` prints from a start that rotates over the day. Newest sessions come first; what
    was fetched is kept as it comes, so an interrupted run goes on where it stopped.
    """
    stored = await asyncio.to_thread(store.table, SAMPLES, FLOW_SAMPLES)
    known = empty(FLOW_SAMPLES) if stored is None else stored
    plan = sample_plan(sessions, tickers, seed=SEED, windows_per_day=1, calendar=calendar)
    missing = plan.join(known.select("session", "ticker"), on=["session", "ticker"], how="anti")
    days = missing.sort("session", "ticker", descending=[True, False]).partition_by("session", maintain_order=True)
    fetched: list[pl.DataFrame] = []

    async def save() -> None:
        await asyncio.to_thread(store.put_table, SAMPLES, pl.concat([known, *fetched]), FLOW_SAMPLES)

    async def fetch(windows: pl.DataFrame) -> None:
        asked: list[tuple[str, datetime]] = list(windows.select("ticker", "since").iter_rows())
        pages = await asyncio.gather(*(provider.trades_sample(ticker, since, prints) for ticker, since in asked))
        trades = [
            page.frame.with_columns(since=pl.lit(since).cast(UTC_NS))
            for page, (_, since) in zip(pages, asked, strict=True)
        ]
        fetched.append(await asyncio.to_thread(_readings, pl.concat(trades), windows, prints, calendar))
        if len(fetched) % SAVE_EVERY == 0:
            await save()

    try:
        await for_each(days, fetch, progress=progress, limit=SESSIONS_AT_ONCE)
    finally:
        if fetched:
            await save()
    wanted = pl.col("ticker").is_in(list(tickers)) & pl.col("session").is_in(list(sessions))
    return days_of(pl.concat([known, *fetched]).filter(wanted))


def _readings(trades: pl.DataFrame, windows: pl.DataFrame, prints: int, calendar: Calendar) -> pl.DataFrame:
    """One session's windows as FLOW_SAMPLES; a window without prints is kept as such, with zeros and no names."""
    session: date = windows.item(0, "session")
    read = name_readings(
        trades, session, session_open=calendar.opens(session), session_close=calendar.closes(session), count=prints
    )
    asked = windows.select("ticker", "session")
    return asked.join(read, on=["ticker", "session"], how="left", maintain_order="left").select(
        pl.col(column).fill_null(0) if dtype.is_numeric() else column for column, dtype in FLOW_SAMPLES.items()
    )
