"""What the program asks of a market-data provider, whoever it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

import polars as pl

from deskview.clock import monotonic
from deskview.market.sessions import Closure
from deskview.market.source import Source

RETRY_SOON_S = 10.0
"""After a try that failed for another reason, which says nothing of the plan."""
RETRY_FIRST_S = 120.0
"""A refusal may be a slip of the vendor's, so it is tried again: the first time after minutes, as a plan that was just
bought takes some to count."""
RETRY_LONGEST_S = 3_600.0
"""Twice as long each time up to an hour: what the plan really lacks costs some 25 calls a day."""


class Capability(StrEnum):
    """What a plan may or may not include; a missing one costs the panes that need it and nothing else."""

    SNAPSHOT = "snapshot"
    DAILY_BARS = "daily bars"
    INTRADAY_BARS = "intraday bars"
    TRADES = "trades"
    REFERENCE = "reference"
    SPLITS = "splits"
    DIVIDENDS = "dividends"
    SHORT_VOLUME = "short volume"


@dataclass(frozen=True)
class Denial:
    """A capability the key does not have: the provider's sentence and the plan that would have it."""

    capability: Capability
    sentence: str
    plan: str


@dataclass(frozen=True)
class Table:
    """One table of `deskview.market.schema` as read from the wire.

    `left_out` counts rows that did not fit, `reasons` names up to five of them in words; `delayed`: the plan's data are
    a quarter of an hour late.
    """

    frame: pl.DataFrame
    left_out: int = 0
    reasons: tuple[str, ...] = ()
    delayed: bool = False


@dataclass(frozen=True)
class Window:
    """The first prints of one name from a time on; `Provider.prints_of` makes a table of many at once.

    `rows` are as their provider holds them, to others only as many as `len` says; `left_out` counts those that did not
    fit, by reason.
    """

    ticker: str
    since: datetime
    rows: Any = field(repr=False)
    left_out: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class MarketStatus:
    """The provider's own clock and phase. `phase` is its word: open, closed or extended-hours."""

    now: datetime
    phase: str


class Capabilities:
    """What the key does not include as far as is known, learned from refusals. Each is tried again after a while.

    `clock` counts seconds; it stands in for time in tests.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self.denied: dict[Capability, Denial] = {}
        self.clock = clock
        self.on_retry: list[Callable[[], None]] = []
        self._retry_at: dict[Capability, float] = {}
        self._wait_s: dict[Capability, float] = {}

    def allows(self, capability: Capability) -> bool:
        """Whether its last answer was no refusal."""
        return capability not in self.denied

    def deny(self, denial: Denial) -> None:
        """It was refused, once more or for the first time: its next try comes after twice the wait before."""
        before = self._wait_s.get(denial.capability)
        self.denied[denial.capability] = denial
        self._wait_s[denial.capability] = min(2 * before, RETRY_LONGEST_S) if before else RETRY_FIRST_S
        self.put_off(denial.capability)

    def allow(self, capability: Capability) -> None:
        """It was answered: nothing is held against it any longer."""
        for known in (self.denied, self._retry_at, self._wait_s):
            known.pop(capability, None)

    def put_off(self, capability: Capability) -> None:
        """Its next try has begun; should nothing come of it, the one after waits as long again."""
        self._retry_at[capability] = self.clock() + self._wait_s[capability]

    def try_soon(self, capability: Capability) -> None:
        """Its try came to nothing for another reason: that says nothing of the plan, and the next may be soon."""
        if capability in self.denied:
            self._retry_at[capability] = self.clock() + RETRY_SOON_S

    def retry_now(self) -> None:
        """Whatever is denied may be tried at once, and again after minutes; `on_retry` hears of it."""
        for retried in self.on_retry:
            retried()
        self._retry_at.clear()
        self._wait_s = dict.fromkeys(self.denied, RETRY_FIRST_S / 2)

    def retry_at(self, capability: Capability) -> float | None:
        """The clock of the next try of what is denied; None where it is allowed or may be tried at once."""
        return self._retry_at.get(capability)

    def retry_in_s(self, capability: Capability) -> float:
        """Seconds until a request makes sense again; 0 where one does now."""
        return max(0.0, self._retry_at.get(capability, 0.0) - self.clock())


@dataclass(frozen=True)
class Failed:
    """So many requests failed in one way; the sentence and the UTC time of the last."""

    count: int
    sentence: str
    at: datetime


class Traffic(Protocol):
    """What went over the wire so far; `failed` by kind of failure."""

    calls: int
    failures: int
    bytes_received: int
    failed: dict[str, Failed]

    def calls_last_minute(self) -> int:
        """Requests sent within the last 60 s."""


class Provider(Protocol):
    """Async access to one vendor. Every method raises `deskview.providers.errors.ProviderError`."""

    capabilities: Capabilities

    @property
    def source(self) -> Source:
        """Known after the first answer; its `namespace` is empty until then."""

    @property
    def traffic(self) -> Traffic:
        """The counters of the status line."""

    async def market_status(self) -> MarketStatus:
        """The provider's clock now."""

    async def closures(self) -> dict[date, Closure]:
        """Coming holidays and half days of NYSE."""

    async def tickers(self) -> Table:
        """TICKERS: active common stock, ADRs and exchange-traded funds and notes."""

    async def delisted(self, since: date) -> Table:
        """DELISTED: instruments of those types whose last day of trading is the date or later."""

    async def details(self, ticker: str, on: date | None = None) -> Table:
        """DETAILS of one instrument, as of a date; no row when the vendor does not know it."""

    async def daily_bars(self, session: date) -> Table:
        """BARS of the whole market for one session, unadjusted; no rows on a holiday."""

    async def splits(self, since: date) -> Table:
        """SPLITS executed from the date on."""

    async def dividends(self, since: date) -> Table:
        """DIVIDENDS with an ex-date from the date on."""

    async def snapshot(self) -> Table:
        """SNAPSHOT of the whole market."""

    async def trades(self, ticker: str, since: datetime, until: datetime) -> Table:
        """TRADES of one name in [since, until), oldest first, every page."""

    async def trades_window(self, ticker: str, since: datetime, count: int) -> Window:
        """The first `count` prints at or after `since`, one call."""

    def prints_of(self, windows: Sequence[Window]) -> Table:
        """TRADES of many windows with `since`, the start of the window a print came from; slow, for a thread."""

    async def intraday(self, ticker: str, session: date, minutes: int, *, since: date | None = None) -> Table:
        """INTRADAY bars of one name in one session, or in all from `since` to it."""

    async def index_days(self, ticker: str, since: date, until: date) -> Table:
        """INDEX_DAYS of one name, as far back as the plan reaches."""

    async def short_volume(self, session: date) -> Table:
        """SHORT_VOLUME of the whole market for one session."""

    async def conditions(self) -> Table:
        """CONDITIONS of stock trades."""

    async def exchanges(self) -> Table:
        """EXCHANGES for stocks."""

    async def reconnect(self) -> None:
        """From now on requests go over new connections, those under way too: the ones there are may lead nowhere."""

    async def aclose(self) -> None:
        """Closes the connections."""
