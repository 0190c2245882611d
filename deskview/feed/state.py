"""What the feed has gathered so far. Only the event loop touches it."""

import asyncio
import threading
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic, TypeVar

import polars as pl

from deskview.analytics.favourites import Crowding
from deskview.analytics.flow import FLOW_WINDOWS, FlowState
from deskview.analytics.gate import ClockSeen
from deskview.analytics.leverage import Backtest
from deskview.board import Basis, Companies, GammaInputs, HistoryInputs, ListsInputs, OpenedName, WeekInputs
from deskview.feed.bars import LeftOut
from deskview.feed.sampling import Drawn, TodaysWindows
from deskview.feed.tasks import Failure, Progress, Task
from deskview.market.own_names import OWN_NAMES
from deskview.market.schema import (
    CONDITIONS,
    DELISTED,
    DETAILS,
    DIVIDENDS,
    INDEX_DAYS,
    INTRADAY,
    SHARE_COUNTS,
    SPLITS,
    TICKERS,
    empty,
)
from deskview.market.sessions import Calendar
from deskview.providers.base import Table
from deskview.providers.capabilities import Capability
from deskview.store import Store

Value = TypeVar("Value")


class AwaitableValue(Generic[Value]):
    """Holds one value or none; `get` waits until there is one."""

    def __init__(self) -> None:
        self._ready = asyncio.Event()
        self._value: Value | None = None

    def set(self, value: Value) -> None:
        """Sets the value; whoever waits goes on."""
        self._value = value
        self._ready.set()

    def clear(self) -> None:
        """Takes the value away; who asks for it waits again."""
        self._value = None
        self._ready.clear()

    @property
    def value(self) -> Value | None:
        """The value there is now, None where there is none."""
        return self._value

    async def get(self) -> Value:
        """The value, waiting for it if need be."""
        while self._value is None:
            await self._ready.wait()
        return self._value


_STILL_TO_COME = {
    "index-days": "the index's own past is still to come",
    "index-minutes": "the index's five-minute bars are still to come",
}
_TABLES = (
    "tickers",
    "splits",
    "dividends",
    "spinoffs",
    "own_names",
    "details",
    "conditions",
    "delisted",
    "index_days",
    "index_minutes",
    "share_counts",
)
_PAST = ("delisted", "index_days", "index_minutes", "reasons")
SHORT_VOLUME = "short volume"
"""Asked for once a session, beside the daily tables."""


@dataclass
class Daily:
    """The tables that change once a day; `problems` are sentences on what could not be had.

    `reasons` says of a table by its name in the store why there is none, `reasons_left_out` why rows of it were left
    out; `came_empty` tells that a table did, or was refused, `empty_tries` counts how often in a row something has.
    `in_doubt`: among the problems are tables that are used though they may be wrong.
    """

    tickers: pl.DataFrame = field(default_factory=lambda: empty(TICKERS))
    splits: pl.DataFrame = field(default_factory=lambda: empty(SPLITS))
    dividends: pl.DataFrame = field(default_factory=lambda: empty(DIVIDENDS))
    spinoffs: pl.DataFrame = field(default_factory=lambda: empty(DIVIDENDS))
    own_names: pl.DataFrame = field(default_factory=lambda: empty(OWN_NAMES))
    details: pl.DataFrame = field(default_factory=lambda: empty(DETAILS))
    conditions: pl.DataFrame = field(default_factory=lambda: empty(CONDITIONS))
    delisted: pl.DataFrame = field(default_factory=lambda: empty(DELISTED))
    index_days: pl.DataFrame = field(default_factory=lambda: empty(INDEX_DAYS))
    index_minutes: pl.DataFrame = field(default_factory=lambda: empty(INTRADAY))
    share_counts: pl.DataFrame = field(default_factory=lambda: empty(SHARE_COUNTS))
    reasons: dict[str, str] = field(default_factory=lambda: dict(_STILL_TO_COME))
    left_out: dict[str, int] = field(default_factory=dict)
    reasons_left_out: dict[str, tuple[str, ...]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    came_empty: bool = False
    in_doubt: bool = False
    empty_tries: int = 0

    def same_tables(self, other: "Daily") -> bool:
        """Whether both have the same rows, whatever was left out and whatever could not be had."""
        return all(getattr(self, name).equals(getattr(other, name)) for name in _TABLES)

    def with_past_of(self, other: "Daily") -> None:
        """Takes over what is loaded beside the bars, until it has been looked at anew."""
        for name in (*_PAST, "empty_tries"):
            setattr(self, name, getattr(other, name))
        if SHORT_VOLUME in other.left_out:
            self.left_out[SHORT_VOLUME] = other.left_out[SHORT_VOLUME]
            self.reasons_left_out[SHORT_VOLUME] = other.reasons_left_out.get(SHORT_VOLUME, ())


@dataclass(frozen=True)
class Untold:
    """What none of so many prints of the session tells, of what a vendor's prints may tell or not."""

    prints: int = 0
    of: frozenset[Capability] = frozenset((Capability.OFF_EXCHANGE, Capability.PARTICIPANT_TIME))

    def after(self, page: Table, last: datetime | None = None) -> "Untold":
        """With the prints of one more table; those up to `last`, which come with every question, count once."""
        later = page.frame if last is None else page.frame.filter(pl.col("sip_time") > last)
        rows = later.height
        return Untold(self.prints + rows, self.of & page.lacks) if rows else self


@dataclass(frozen=True)
class Fetched:
    """Until when (market time) a name's prints are counted, and the monotonic clock when the last of them came."""

    at: datetime
    received: float


@dataclass
class FeedState:
    """Everything between the provider and the board.

    `now` and `phase` are the provider's, `clock` what its answers were held against, `closures_asked` the clock when
    coming closures were last asked for. `complete` is the basis once it has all of its sessions;
    `outdated` tells that something it rests on has changed since it was made. `snapshot` is SNAPSHOT
    at `snapshot_at`, `flow_today` the prints counted so far, `untold` what they leave open, `fetched` until when by
    name, `reread` whether the session was read anew after its close, `drawn` the names that hold for the session,
    `windows_past` FLOW_WINDOWS of the sessions before, `windows_today` those of the session, `windows` both together,
    `backtest` the past weeks of a basis, `off_exchange` OFF_EXCHANGE of the session before. `open_name` is the name
    that is looked at, `opened` what there is of the last ones. `counting` is held while prints are counted,
    `windows_lock` while windows are stored. `record_errors` say why files of the long record did not come.
    `loaded` is the session whose history and details are all in, `recorded`
    the last whose forecast and flow were stored, and whether its close had settled by then.
    """

    calendar: Calendar
    store: AwaitableValue[Store] = field(default_factory=AwaitableValue)
    session: AwaitableValue[date] = field(default_factory=AwaitableValue)
    basis: AwaitableValue[Basis] = field(default_factory=AwaitableValue)
    complete: AwaitableValue[Basis] = field(default_factory=AwaitableValue)
    now: datetime | None = None
    clock: ClockSeen | None = None
    closures_asked: ClockSeen | None = None
    phase: str = ""
    daily: Daily = field(default_factory=Daily)
    outdated: bool = False
    snapshot: pl.DataFrame | None = None
    close_asked: float = 0.0
    snapshot_left_out: int = 0
    snapshot_reasons: tuple[str, ...] = ()
    snapshot_at: datetime | None = None
    snapshot_received: float = 0.0
    delay_s: float = 0.0
    flow_today: FlowState | None = None
    untold: Untold = Untold()
    counting: asyncio.Lock = field(default_factory=asyncio.Lock)
    drawn: Drawn | None = None
    windows_past: pl.DataFrame | None = None
    windows_today: TodaysWindows | None = None
    windows: pl.DataFrame | None = None
    windows_lock: threading.Lock = field(default_factory=threading.Lock)
    fetched: dict[str, Fetched] = field(default_factory=dict)
    reread: bool = False
    samples_left_out: int = 0
    samples_reasons: tuple[str, ...] = ()
    backtest: tuple[Basis, Backtest] | None = None
    off_exchange: pl.DataFrame | None = None
    crowding: Crowding | None = None
    crowding_received: float = 0.0
    history: HistoryInputs = field(default_factory=HistoryInputs)
    gamma: GammaInputs = field(default_factory=GammaInputs)
    companies: Companies = field(default_factory=Companies)
    lists: ListsInputs = field(default_factory=ListsInputs)
    record_errors: tuple[str, ...] = ()
    retail_shares: pl.DataFrame | None = None
    open_name: str | None = None
    opened: dict[str, OpenedName] = field(default_factory=dict)
    week: WeekInputs = field(default_factory=WeekInputs)
    loaded: date | None = None
    recorded: tuple[date, bool] | None = None
    faults: dict[Task, Failure] = field(default_factory=dict)
    progress: dict[Task, Progress] = field(default_factory=dict)

    def put_together(self) -> None:
        """The windows of today and of the sessions before as one table, made anew as either has changed."""
        parts = [self.windows_past, self.windows_today.rows if self.windows_today else None]
        known = [part for part in parts if part is not None]
        self.windows = pl.concat([empty(FLOW_WINDOWS), *known]) if known else None

    def note_samples(self, table: Table) -> None:
        """Counts the rows left out of a table of sampled prints."""
        both = LeftOut(self.samples_left_out, self.samples_reasons) + table
        self.samples_left_out, self.samples_reasons = both.rows, both.reasons
