"""What the program asks of a market-data provider, whoever it is."""

from collections.abc import Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

import polars as pl

from deskview.market.sessions import Closure
from deskview.market.source import Source
from deskview.providers.capabilities import Capabilities, Capability


@dataclass(frozen=True)
class Table:
    """One table of `deskview.market.schema` as read from the wire.

    `left_out` counts rows that did not fit, `reasons` names up to five of them in words; `delayed`: the plan's data are
    a quarter of an hour late; `lacks`: of what prints may tell or not, what none of these did.
    """

    frame: pl.DataFrame
    left_out: int = 0
    reasons: tuple[str, ...] = ()
    delayed: bool = False
    lacks: frozenset[Capability] = frozenset()


class Rows(Sized, Iterable[Any], Protocol):
    """Prints as a provider holds them."""


@dataclass(frozen=True)
class Window:
    """The first prints of one name from a time on; `Provider.prints_of` makes a table of many at once.

    `rows` are as their provider holds them, to others only as many as `len` says; `left_out` counts those that did not
    fit, by reason.
    """

    ticker: str
    since: datetime
    rows: Rows = field(repr=False)
    left_out: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class MarketStatus:
    """The provider's own clock and phase. `phase` is its word: open, closed or extended-hours."""

    now: datetime
    phase: str


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
    """Async access to one vendor. Every method raises `deskview.providers.errors.ProviderError` and nothing else.

    What is refused for the plan, or not to be had from the vendor, is NOT_ENTITLED with the sentence of
    `capabilities.denied`. `tests/providers/contract` holds every provider to all of this.
    """

    capabilities: Capabilities
    snapshot_s: float
    """Seconds between two snapshots of the market that it can hold."""

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

    async def tickers(self, *, pages: int | None = None) -> Table:
        """TICKERS: active common stock, ADRs and exchange-traded funds and notes; of so many pages of the answer, by
        default of all."""

    async def delisted(self, since: date, *, pages: int | None = None) -> Table:
        """DELISTED: instruments of those types whose last day of trading is the date or later, oldest first; `pages` as
        above."""

    async def details(self, ticker: str, on: date | None = None) -> Table:
        """DETAILS of one instrument, as of a date; no row when the vendor does not know it."""

    async def daily_bars(self, session: date) -> Table:
        """BARS of the whole market for one session, unadjusted; no rows on a holiday."""

    async def splits(self, since: date) -> Table:
        """SPLITS executed from the date on, oldest first."""

    async def dividends(self, since: date) -> Table:
        """DIVIDENDS with an ex-date from the date on, oldest first."""

    async def snapshot(self) -> Table:
        """SNAPSHOT of the whole market."""

    async def trades(self, ticker: str, since: datetime, until: datetime) -> Table:
        """TRADES of one name in [since, until), oldest first, every page."""

    async def trades_window(self, ticker: str, since: datetime, count: int) -> Window:
        """The first `count` prints at or after `since`, one call."""

    def prints_of(self, windows: Sequence[Window]) -> Table:
        """TRADES of many windows with `since`, the start of the window a print came from; slow, for a thread."""

    async def intraday(self, ticker: str, session: date, minutes: int, *, since: date | None = None) -> Table:
        """INTRADAY bars of one name in one session, or in all from `since` to it, oldest first."""

    async def index_days(self, ticker: str, since: date, until: date) -> Table:
        """INDEX_DAYS of one name, oldest first, as far back as the plan reaches."""

    async def short_volume(self, session: date) -> Table:
        """SHORT_VOLUME of the whole market for one session."""

    async def chain(self, underlying: str, expiries: tuple[date, date], strikes: tuple[float, float]) -> Table:
        """CHAIN of an underlying (SPX, SPY, NVDA): contracts whose expiry and strike lie within, both ends included, by
        expiry, strike and right, every page; no rows of one without options, NOT_FOUND where the vendor says that there
        is no such name."""

    async def yields(self) -> Table:
        """YIELDS of the newest day the vendor has, the shortest tenor first."""

    async def short_interest(self, since: date) -> Table:
        """SHORT_INTEREST of the whole market, settled on the date or later; in sixty days there are two settlements
        that are published."""

    async def floats(self) -> Table:
        """FLOATS of the whole market."""

    async def earnings(self, since: date, until: date) -> Table:
        """EARNINGS of the whole market from the one date to the other, both included, by day and ticker."""

    async def filings(self, since: date, until: date) -> Table:
        """FILINGS of the whole market from the one date to the other, both included, by day and issuer."""

    async def news(self, ticker: str | None, since: datetime) -> Table:
        """NEWS about one name, or any, published at `since` or later, the newest first."""

    async def conditions(self) -> Table:
        """CONDITIONS of stock trades."""

    async def reconnect(self) -> None:
        """From now on requests go over new connections, those under way too: the ones there are may lead nowhere."""

    async def aclose(self) -> None:
        """Closes the connections."""
