"""Windows on their way into the store: fetched one by one, read and kept by whole sessions.

A session is read once all of its windows are there. Reading many sessions at once costs little more than reading
one, so what becomes whole within half a second is read together: on a slow plan every session by itself, on a fast
one by the dozen.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from time import monotonic

import polars as pl

from deskview.analytics.flow import FLOW_SAMPLES, hours_of, name_readings
from deskview.feed.pool import Pace
from deskview.feed.state import Progress
from deskview.market.sessions import Calendar
from deskview.providers.base import Provider, Window
from deskview.store import Store

REST_S = 0.5
"""Between two readings, so that a fast provider's sessions are read by the dozen."""
MOST_WAITING = 24
"""Sessions that may wait to be read; then no more windows are asked for."""
Asked = tuple[date, str, datetime]


@dataclass(frozen=True)
class Sampler:
    """How past sessions are sampled: from whom, into which store, and the sessions' dollar volumes by name.

    `volumes`: (session, ticker, dollar_volume_usd). `taken` gets FLOW_SAMPLES as they are stored, and once at the
    beginning what was stored before; `left_out` the number of rows that were no prints.
    """

    provider: Provider
    store: Store
    calendar: Calendar
    volumes: pl.DataFrame
    progress: Callable[[Progress], None]
    taken: Callable[[pl.DataFrame], None] = lambda _: None
    left_out: Callable[[int], None] = lambda _: None


class Sampling:
    """One plan of windows being fetched. `asked`: (session, ticker, since); `known`: FLOW_SAMPLES stored before."""

    def __init__(self, sampler: Sampler, name: str, prints: int, asked: pl.DataFrame, known: pl.DataFrame) -> None:
        self._sampler = sampler
        self._name = name
        self._prints = prints
        self._names = {day: rows.select("ticker").unique() for (day,), rows in asked.group_by("session")}
        self._before = {day: rows for (day,), rows in known.group_by("session")}
        self._expected = Counter(asked.get_column("session"))
        self._got: defaultdict[date, list[Window]] = defaultdict(list)
        self._whole: list[date] = []
        self._reading = asyncio.Lock()
        self._kept = 0.0
        self._pace = Pace(len(self._expected), sampler.progress)

    async def fetch(self, asked: Asked) -> None:
        """Asks for one window; the last of a session has the session read and stored."""
        session, ticker, since = asked
        got = self._got[session]
        got.append(await self._sampler.provider.trades_window(ticker, since, self._prints))
        if len(got) < self._expected[session]:
            return
        self._whole.append(session)
        if self._reading.locked() and len(self._whole) < MOST_WAITING:
            return
        async with self._reading:
            if monotonic() - self._kept > REST_S:
                await self.keep()

    async def keep(self) -> None:
        """Reads and stores the sessions that have become whole."""
        sessions, self._whole = self._whole, []
        if not sessions:
            return
        windows = [window for session in sessions for window in self._got.pop(session)]
        read, left_out = await asyncio.to_thread(self._store, sessions, windows)
        self._sampler.taken(read)
        self._sampler.left_out(left_out)
        self._pace.advance(len(sessions))
        self._kept = monotonic()

    def _store(self, sessions: list[date], windows: list[Window]) -> tuple[pl.DataFrame, int]:
        """Each session's windows as FLOW_SAMPLES, in a file of its own, and the number of rows that did not fit."""
        store = self._sampler.store
        table = self._sampler.provider.prints_of(sorted(windows, key=lambda window: (window.ticker, window.since)))
        read = name_readings(
            table.frame,
            hours_of(sessions, self._sampler.calendar),
            count=self._prints,
            volumes=self._sampler.volumes,
        )
        kept = [self._with_names_that_did_not_trade(session, read) for session in sessions]
        for session, rows in zip(sessions, kept, strict=True):
            whole = pl.concat([self._before[session], rows]) if session in self._before else rows
            store.put_day(self._name, session, whole, FLOW_SAMPLES)
        return pl.concat(kept), table.left_out

    def _with_names_that_did_not_trade(self, session: date, read: pl.DataFrame) -> pl.DataFrame:
        """The session's rows; a name without prints is kept as such, with zeros and no names."""
        names = self._names[session].sort("ticker").with_columns(session=pl.lit(session))
        return names.join(read, on=["ticker", "session"], how="left", maintain_order="left").select(
            pl.col(column).fill_null(0) if dtype.is_numeric() else column for column, dtype in FLOW_SAMPLES.items()
        )
