"""What the program asks of a market-data provider, whoever it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

import polars as pl

from deskview.market.sessions import Closure
from deskview.market.source import Source


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

    `left_out` counts rows that did not fit, `reasons` names up to five of them in words.
    """

    frame: pl.DataFrame
    left_out: int = 0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Window:
    """The first prints of one name from a time on, as they came; `Provider.prints_of` makes a table of many at once.

    `left_out` counts the rows that did not fit, by reason.
    """

    ticker: str
    since: datetime
    rows: Sequence[Any] = field(repr=False)
    left_out: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class MarketStatus:
    """The provider's own clock and phase. `phase` is its word: open, closed or extended-hours."""

    now: datetime
    phase: str


@dataclass
class Capabilities:
    """What the key has turned out not to include, learned from refusals."""

    denied: dict[Capability, Denial] = field(default_factory=dict)

    def allows(self, capability: Capability) -> bool:
        """Whether nothing has refused it yet."""
        return capability not in self.denied


class Traffic(Protocol):
    """What went over the wire so far."""

    failures: int

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

    async def aclose(self) -> None:
        """Closes the connections."""
