"""Windows of prints, fetched and stored: the year today is compared with, today's own, the panel of favourites.

Every session's windows are a file of their own, whoever asked for them, one row a window. A run that is stopped at any
point goes on with the sessions whose windows are not stored; none is asked for again once it is, none counted twice.

What comes is read soon: over the wire windows weigh megabytes, as rows next to nothing.
"""

import asyncio
import shutil
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

import polars as pl

from deskview.analytics.assumptions import MONTH
from deskview.analytics.flow import FLOW_WINDOWS, FRAME, names_in_turn, sample_of, window_plan, window_sums
from deskview.feed.plan import AT_ONCE
from deskview.feed.records import RecordTable
from deskview.feed.tasks import Progress, ProgressMeter, each_by_itself, for_each
from deskview.market.schema import empty
from deskview.market.sessions import Calendar
from deskview.providers.base import Provider, Table, Window
from deskview.store import Store

SEED: Final = 1
"""Decides who is drawn and where windows start; another seed would need another year of windows."""
PANEL_SESSIONS: Final = MONTH
"""Sessions the retail favourites rest on: about a month."""
TOGETHER: Final = 64
"""Windows are read so many at a time: as they come over the wire each weighs a third of a megabyte."""
KIND: Final = "flow-windows"
OLD_TABLES: Final = ("flow-samples-", "flow-windows-")
KEPT_DAYS: Final = 30
"""What was sampled in another way is another measurement: never mixed in, and removed after so long unused."""
SOON: Final = timedelta(minutes=1)
"""A window of today is asked for no sooner after its start, and no sooner again while it is not full."""
AFTER_THE_CLOSE: Final = timedelta(minutes=5)
"""What the close has cut short is asked for so often while late reports may come."""
KEY: Final = ("session", "ticker", "since")
WindowKey = tuple[date, str, datetime]


def table_name(prints: int) -> str:
    """Where windows of so many prints are stored: other lengths are another measurement and stand apart."""
    return f"flow-windows-{SEED}-{prints}"


@dataclass(frozen=True)
class Drawn:
    """The session's names: SAMPLE, the number of stocks it was drawn from, and the part of their dollars it trades.

    `universe` is 0 where the names stand for themselves; `sizing` says what is sampled and what it costs.
    """

    sample: pl.DataFrame
    universe: int = 0
    share: float | None = None
    sizing: str = ""

    @property
    def tickers(self) -> list[str]:
        """Stocks first, the largest of them before the others, then funds."""
        return self.sample.get_column("ticker").to_list()


@dataclass(frozen=True)
class Sampler:
    """How windows are fetched: from whom, of how many prints, into which store; `lock` is held while a file is written.

    `on_windows` gets FLOW_WINDOWS as they are stored, and once at the beginning those that were; `on_left_out` each
    table of prints, for the rows left out of it. `at_once`: how many are asked for together.
    """

    provider: Provider
    store: Store
    calendar: Calendar
    prints: int
    lock: threading.Lock
    progress: Callable[[Progress], None] | None = None
    on_windows: Callable[[pl.DataFrame], None] = lambda _: None
    on_left_out: Callable[[Table], None] = lambda _: None
    at_once: int = AT_ONCE

    def stored(self, sessions: Sequence[date] | None = None) -> pl.DataFrame:
        """FLOW_WINDOWS stored of these sessions, by default of all. Slow: for a thread."""
        return self._table.read_days(sessions).rows

    async def keep(self, rows: pl.DataFrame) -> None:
        """Stores rows of one session beside those of other windows of it; whole, even where this is cancelled."""
        await asyncio.to_thread(self._keep, rows)

    def _keep(self, rows: pl.DataFrame) -> None:
        session = rows.item(0, "session")
        with self.lock:
            both = pl.concat([self.stored([session]), rows]).unique(KEY, keep="last").sort(KEY)
            self._table.keep_day(session, both)

    @property
    def _table(self) -> RecordTable:
        return RecordTable(self.store, table_name(self.prints), FLOW_WINDOWS, KIND)


async def fetch_windows(sampler: Sampler, plan: pl.DataFrame) -> pl.DataFrame:
    """FLOW_WINDOWS of the plan's windows (session, ticker, since); those not stored are fetched, the newest first."""
    known = await asyncio.to_thread(_stored_of, sampler, plan)
    sampler.on_windows(known)

    def missing() -> tuple[_Run, list[WindowKey]]:
        rows = plan.join(known, on=list(KEY), how="anti")
        asked = rows.sort(KEY, descending=[True, False, False])
        return _Run(sampler, asked), list(asked.iter_rows())

    run, windows = await asyncio.to_thread(missing)
    if not windows:
        return known
    try:
        await for_each(windows, run.fetch, limit=sampler.at_once)
    finally:
        await run.read_waiting()
    return pl.concat([known, *run.rows]).sort(KEY)


def _stored_of(sampler: Sampler, plan: pl.DataFrame) -> pl.DataFrame:
    sessions = plan.get_column("session").unique().sort().to_list()
    return sampler.stored(sessions).join(plan, on=list(KEY), how="semi").sort(KEY)


async def fetch_panel(
    sampler: Sampler, sessions: Sequence[date], universe: Sequence[str], *, calls: int
) -> pl.DataFrame:
    """FLOW_WINDOWS of the universe, `calls` names a session in turn, one window each, over the last 21 sessions."""
    days = sorted(sessions)[-PANEL_SESSIONS:]
    if not calls or not universe or not days:
        return empty(FLOW_WINDOWS)
    plan = await asyncio.to_thread(_panel_plan, sampler.calendar, days, universe, calls)
    return await fetch_windows(sampler, plan)


def _panel_plan(calendar: Calendar, days: Sequence[date], universe: Sequence[str], calls: int) -> pl.DataFrame:
    nowhere = empty(FRAME)
    turns = [(day, names_in_turn(universe, day, calls, SEED)) for day in days]
    plans = [
        window_plan([day], sample_of(nowhere, names, calls=len(names)), SEED, calendar) for day, names in turns if names
    ]
    return pl.concat(plans)


class _Run:
    """One plan of windows being fetched. `asked`: (session, ticker, since); `rows` are those stored so far."""

    def __init__(self, sampler: Sampler, asked: pl.DataFrame) -> None:
        self.rows: list[pl.DataFrame] = []
        self._sampler = sampler
        self._to_come = Counter(asked.get_column("session"))
        self._expected = dict(self._to_come)
        self._waiting: dict[WindowKey, Window] = {}
        self._read: defaultdict[date, list[pl.DataFrame]] = defaultdict(list)
        self._came: Counter[date] = Counter()
        self._reading = asyncio.Lock()
        self._meter = ProgressMeter(len(self._expected), sampler.progress)

    async def fetch(self, key: WindowKey) -> None:
        """Asks for one window; the last of a session has the session stored."""
        session, ticker, since = key
        self._waiting[key] = await self._sampler.provider.trades_window(ticker, since, self._sampler.prints)
        self._to_come[session] -= 1
        self._came[session] += came(self._waiting[key])
        if not self._to_come[session] or len(self._waiting) >= TOGETHER:
            await self.read_waiting()

    async def read_waiting(self) -> None:
        """Reads what has come and stores the sessions that are complete."""
        async with self._reading:
            windows, self._waiting = self._waiting, {}
            if not windows:
                return
            rows, prints = await asyncio.to_thread(read_windows, self._sampler, windows)
            self._sampler.on_left_out(prints)
            for (session,), part in rows.partition_by("session", as_dict=True).items():
                self._read[session].append(part)
                if sum(frame.height for frame in self._read[session]) == self._expected[session]:
                    await self._store(session, pl.concat(self._read.pop(session)))

    async def _store(self, session: date, rows: pl.DataFrame) -> None:
        """A session of which nothing at all was sent is no session without trades: it is asked for again."""
        if self._came[session]:
            await self._sampler.keep(rows)
        self.rows.append(rows)
        self._sampler.on_windows(rows)
        self._meter.advance()


def read_windows(sampler: Sampler, windows: Mapping[WindowKey, Window]) -> tuple[pl.DataFrame, Table]:
    """FLOW_WINDOWS of the windows that came, and the table of their prints. Slow: for a thread."""
    rows = [(*key, came(windows[key])) for key in sorted(windows)]
    asked = pl.DataFrame(rows, schema={**{name: FLOW_WINDOWS[name] for name in KEY}, "came": pl.Int64}, orient="row")
    table = sampler.provider.prints_of(sorted(windows.values(), key=lambda window: (window.ticker, window.since)))
    return window_sums(table.frame, asked, count=sampler.prints, calendar=sampler.calendar), table


def came(window: Window) -> int:
    """How many rows were sent of it, those among them that are no prints."""
    return len(window.rows) + sum(window.left_out.values())


@dataclass
class TodaysWindows:
    """Today's windows as they fill, of a `plan` that holds all of them.

    `full` (FLOW_WINDOWS) have all their prints; `ended` are those the close has cut short, which late reports may still
    add to. Once no more reports come all are asked for anew and `stored`: prints are cancelled and corrected in their
    old place on the tape.
    """

    plan: pl.DataFrame
    stored: pl.DataFrame = field(default_factory=lambda: empty(FLOW_WINDOWS))
    full: pl.DataFrame = field(init=False)
    ended: pl.DataFrame = field(default_factory=lambda: empty(FLOW_WINDOWS))
    _next: dict[WindowKey, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.full = self.stored

    @property
    def rows(self) -> pl.DataFrame:
        """FLOW_WINDOWS of those that are full or at their end."""
        return pl.concat([self.full, self.ended])

    async def refresh(self, sampler: Sampler, now: datetime, closes: datetime, late: timedelta) -> None:
        """Asks for the windows that can be full by now; none is awaited longer than `late` after the close.

        Raises ProviderError, and OSError where they can't be stored; what came before is kept and counts.
        """
        begun = pl.col("since") <= (now if now >= closes else now - SOON)
        over = now >= closes + late
        waiting = self.plan.join(self.stored if over else self.full, on=list(KEY), how="anti").filter(begun)
        due = [key for key in waiting.iter_rows() if over or self._next.get(key, now) <= now]
        windows: dict[WindowKey, Window] = {}

        async def fetch(key: WindowKey) -> None:
            windows[key] = await sampler.provider.trades_window(key[1], key[2], sampler.prints)

        try:
            await each_by_itself(due, fetch, limit=sampler.at_once)
        finally:
            if windows:
                await self._take(sampler, windows, now, closes, over=over)

    async def _take(
        self, sampler: Sampler, windows: dict[WindowKey, Window], now: datetime, closes: datetime, *, over: bool
    ) -> None:
        rows, _ = await asyncio.to_thread(read_windows, sampler, windows)
        full = []
        for key, window in windows.items():
            count = came(window)
            if over or count >= sampler.prints:
                full.append(key)
            expected = max(now + SOON, key[2] + (now - key[2]) * sampler.prints / max(1, count))
            self._next[key] = now + AFTER_THE_CLOSE if now >= closes else min(closes, expected)
        keys = pl.DataFrame(full, schema={name: FLOW_WINDOWS[name] for name in KEY}, orient="row")
        kept = rows.join(keys, on=list(KEY), how="semi")
        before = self.ended.join(rows, on=list(KEY), how="anti")
        cut_short = rows.join(kept, on=list(KEY), how="anti")
        self.ended = pl.concat([before, cut_short]) if now >= closes else empty(FLOW_WINDOWS)
        self.full = pl.concat([self.full.join(kept, on=list(KEY), how="anti"), kept])
        if over and kept.height:
            self.stored = pl.concat([self.stored, kept])  # before: what can't be stored is not asked for again either
            await sampler.keep(kept)


def forget_old(store: Store, prints: int) -> None:
    """Removes windows and samples of another kind that nobody has added to for a month. Slow: for a thread."""
    folders = store.folder.iterdir() if store.folder.is_dir() else iter(())
    for folder in folders:
        if not folder.name.startswith(OLD_TABLES) or folder.name == table_name(prints):
            continue
        with suppress(OSError):
            newest = max((file.stat().st_mtime for file in folder.iterdir()), default=0.0)
            if time.time() - newest > KEPT_DAYS * 86_400:
                shutil.rmtree(folder)
