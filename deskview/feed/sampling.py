"""Samples of past sessions: the year today's flow is compared with, and the panel of retail favourites.

Every session's sample is a file of its own, written whole once its calls are answered. A run that is stopped at any
point goes on with the sessions and names that are not stored; none is asked for or counted twice.

A session is read once all of its windows are there. Reading many sessions at once costs little more than reading
one, so what is complete within half a second is read together: on a slow plan every session by itself, on a fast
one by the dozen.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from time import monotonic

import polars as pl

from deskview.analytics.assumptions import MONTH
from deskview.analytics.flow import (
    FLOW_SAMPLES,
    hours_of,
    name_readings,
    names_in_turn,
    sample_plan,
    with_silent_names,
)
from deskview.feed.records import RecordTable
from deskview.feed.tasks import Progress, ProgressMeter, for_each
from deskview.market.sessions import Calendar
from deskview.providers.base import Provider, Table, Window
from deskview.providers.errors import ProviderError
from deskview.store import Store

SEED = 1
"""Decides the windows' starts; another seed would need another year of windows."""
AT_ONCE = 4
"""Windows asked for at once: on a plan of a few calls a minute all else waits behind them."""
PANEL_SESSIONS = MONTH
"""Sessions the retail favourites rest on: about a month."""
PAUSE_S = 0.5
"""Between two readings, so that a fast provider's sessions are read by the dozen."""
MOST_WAITING = 24
"""Sessions that may wait to be read; then no more windows are asked for."""
SAMPLES_KIND = "flow-samples"
WindowKey = tuple[date, str, datetime]


def table_name(windows: int, prints: int) -> str:
    """Where samples of this kind are stored: other windows are another measurement and stand apart."""
    return f"flow-samples-{SEED}-{windows}x{prints}"


def panel_table(prints: int) -> str:
    """Where the samples of the panel of favourites are stored."""
    return f"{table_name(1, prints)}-panel"


def stored_samples(store: Store, name: str) -> pl.DataFrame:
    """FLOW_SAMPLES stored under the name; samples of another definition are as good as none, and fetched anew."""
    return _table(store, name).read_days().rows


def _table(store: Store, name: str) -> RecordTable:
    return RecordTable(store, name, FLOW_SAMPLES, SAMPLES_KIND)


@dataclass(frozen=True)
class Sampler:
    """How past sessions are sampled: from whom, into which store, and the sessions' dollar volumes by name.

    `volumes`: (session, ticker, dollar_volume_usd). `on_samples` gets FLOW_SAMPLES as they are stored, and once
    at the beginning what was stored before; `on_left_out` each table of prints, for the rows left out of it.
    """

    provider: Provider
    store: Store
    calendar: Calendar
    volumes: pl.DataFrame
    progress: Callable[[Progress], None]
    on_samples: Callable[[pl.DataFrame], None] = lambda _: None
    on_left_out: Callable[[Table], None] = lambda _: None


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
        sample_plan(
            [day], names_in_turn(universe, day, calls, SEED), seed=SEED, windows_per_day=1, calendar=sampler.calendar
        )
        for day in days
        if calls and universe
    ]
    if not plans:
        return pl.DataFrame(schema=dict(FLOW_SAMPLES))
    stored = await _fetch(sampler, pl.concat(plans), panel_table(prints), prints)
    return stored.filter(pl.col("session").is_in(days))


class _Run:
    """One plan of windows being fetched. `asked`: (session, ticker, since); `known`: FLOW_SAMPLES stored before."""

    def __init__(self, sampler: Sampler, name: str, prints: int, asked: pl.DataFrame, known: pl.DataFrame) -> None:
        self._sampler = sampler
        self._name = name
        self._prints = prints
        by_session = asked.select("ticker", "session").unique().sort("ticker").partition_by("session", as_dict=True)
        self._asked = {day: rows for (day,), rows in by_session.items()}
        self._before = {day: rows for (day,), rows in known.group_by("session")}
        self._expected = Counter(asked.get_column("session"))
        self._windows: defaultdict[date, list[Window]] = defaultdict(list)
        self._complete: list[date] = []
        self._reading = asyncio.Lock()
        self._stored_at = 0.0
        self._meter = ProgressMeter(len(self._expected), sampler.progress)

    async def fetch(self, key: WindowKey) -> None:
        """Asks for one window; the last of a session has the session read and stored."""
        session, ticker, since = key
        windows = self._windows[session]
        windows.append(await self._sampler.provider.trades_window(ticker, since, self._prints))
        if len(windows) < self._expected[session]:
            return
        self._complete.append(session)
        if self._reading.locked() and len(self._complete) < MOST_WAITING:
            return
        async with self._reading:
            if monotonic() - self._stored_at > PAUSE_S:
                await self.store_complete()

    async def store_complete(self) -> None:
        """Reads and stores the sessions whose windows are all there."""
        sessions, self._complete = self._complete, []
        if not sessions:
            return
        windows = [window for session in sessions for window in self._windows.pop(session)]
        read, prints = await asyncio.to_thread(self._store, sessions, windows)
        self._sampler.on_samples(read)
        self._sampler.on_left_out(prints)
        self._meter.advance(len(sessions))
        self._stored_at = monotonic()

    def _store(self, sessions: list[date], windows: list[Window]) -> tuple[pl.DataFrame, Table]:
        """Each session's windows as FLOW_SAMPLES, in a file of its own, and the table of their prints."""
        store = self._sampler.store
        table = self._sampler.provider.prints_of(sorted(windows, key=lambda window: (window.ticker, window.since)))
        read = name_readings(
            table.frame,
            hours_of(sessions, self._sampler.calendar),
            count=self._prints,
            volumes=self._sampler.volumes,
        )
        kept = [with_silent_names(read, self._asked[session]) for session in sessions]
        for session, rows in zip(sessions, kept, strict=True):
            whole = pl.concat([self._before[session], rows]) if session in self._before else rows
            _table(store, self._name).keep_day(session, whole)
        return pl.concat(kept), table


async def _fetch(sampler: Sampler, plan: pl.DataFrame, name: str, prints: int) -> pl.DataFrame:
    """All that is stored under the name once the plan's missing windows are fetched, newest session first."""
    store = sampler.store
    known = await asyncio.to_thread(stored_samples, store, name)
    sampler.on_samples(known)

    def missing() -> tuple[_Run, list[WindowKey]]:
        rows = plan.join(known.select("session", "ticker"), on=["session", "ticker"], how="anti")
        asked = rows.sort("session", "ticker", "since", descending=[True, False, False])
        return _Run(sampler, name, prints, asked, known), list(asked.iter_rows())

    run, windows = await asyncio.to_thread(missing)
    if not windows:
        return known
    try:
        await for_each(windows, run.fetch, limit=AT_ONCE)
    except ProviderError:
        await run.store_complete()
        raise
    await run.store_complete()
    return await asyncio.to_thread(stored_samples, store, name)
