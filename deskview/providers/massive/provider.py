"""Massive as a Provider: which endpoint each table comes from."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from functools import partial

import msgspec
import polars as pl

from deskview.market.schema import TRADES, empty
from deskview.market.sessions import NEW_YORK, Closure
from deskview.market.source import Source
from deskview.providers.answers import Answer
from deskview.providers.base import Capabilities, Capability, MarketStatus, Table, Window
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.http import HttpClient, Params, Traffic
from deskview.providers.massive import prints, reference, tables, wire
from deskview.providers.massive.asking import Asking, in_path
from deskview.providers.massive.decode import Reader, malformed, read_one
from deskview.providers.massive.refusals import FAILED, ErrorBody, Translator
from deskview.providers.massive.tally import Tally

SNAPSHOT = Reader(wire.SnapshotRow, wire.SnapshotEnvelope)
GROUPED = Reader(wire.GroupedBar)
CUSTOM = Reader(wire.CustomBar)
TRADE = Reader(wire.Trade)
TICKER = Reader(wire.TickerRow)
SPLIT = Reader(wire.Split)
DIVIDEND = Reader(wire.Dividend)
SHORT = Reader(wire.ShortVolume)
CONDITION = Reader(wire.Condition)
EXCHANGE = Reader(wire.Exchange)
OVERVIEW = msgspec.json.Decoder(wire.OverviewEnvelope)
STATUS = msgspec.json.Decoder(wire.StatusNow)
UPCOMING = msgspec.json.Decoder(list[wire.Upcoming])

TRADES_A_PAGE = 50_000
BARS_A_PAGE = 50_000
SHORT_ROWS_A_PAGE = 50_000
ACTIONS_A_PAGE = 5_000
LISTING_A_PAGE = 1_000


class Massive:
    """US equities from Massive; see `deskview.providers.base.Provider` for what each method gives.

    A capability refused for the plan is not asked for again by this object; a new one starts afresh.
    Decoding runs in threads, so that a whole market's body does not hold up the screen.
    """

    def __init__(self, http: HttpClient, translate: Translator) -> None:
        self._ask = Asking(http, translate)
        self._translate = translate
        self.capabilities: Capabilities = self._ask.capabilities

    @property
    def source(self) -> Source:
        """Who speaks; `namespace` is empty until the first answer."""
        return self._ask.source

    @property
    def traffic(self) -> Traffic:
        """What went over the wire so far."""
        return self._ask.http.traffic

    async def market_status(self) -> MarketStatus:
        """The vendor's clock (UTC) and phase."""
        answer = await self._ask.one("v1/marketstatus/now", Capability.REFERENCE)
        row = read_one(STATUS, answer, Capability.REFERENCE)
        try:
            return reference.market_status(row)
        except ValueError:
            raise malformed(answer, Capability.REFERENCE) from None

    async def closures(self) -> dict[date, Closure]:
        """NYSE's coming closures."""
        answer = await self._ask.one("v1/marketstatus/upcoming", Capability.REFERENCE)
        return reference.closures(read_one(UPCOMING, answer, Capability.REFERENCE))

    async def tickers(self) -> Table:
        """TICKERS: one paged listing, filtered here; a listing per type would take more calls."""
        tally = Tally()
        params: Params = {
            "market": "stocks",
            "active": "true",
            "limit": LISTING_A_PAGE,
            "sort": "ticker",
            "order": "asc",
        }
        rows = await self._ask.rows("v3/reference/tickers", Capability.REFERENCE, TICKER, tally, params)
        return tally.table(reference.tickers(rows, tally))

    async def details(self, ticker: str, on: date | None = None) -> Table:
        """DETAILS; without a date the vendor's clock is asked for it, which is one call more."""
        as_of = on or (await self.market_status()).now.astimezone(NEW_YORK).date()
        path = f"v3/reference/tickers/{in_path(ticker)}"
        try:
            answer = await self._ask.one(path, Capability.REFERENCE, {"date": on.isoformat()} if on else None)
        except ProviderError as error:
            if error.kind is not Kind.NOT_FOUND:
                raise
            return Table(reference.details(None, as_of))
        row = self._overview(answer)
        if row is not None and row.ticker != ticker:
            return Table(reference.details(None, as_of), 1, ("the answer is about another ticker (1)",))
        return Table(reference.details(row, as_of))

    async def daily_bars(self, session: date) -> Table:
        """BARS by the grouped daily endpoint; the bars of the last three sessions may still be corrected."""
        path = f"v2/aggs/grouped/locale/us/market/stocks/{session.isoformat()}"
        params: Params = {"adjusted": "false", "include_otc": "false"}
        make = partial(tables.daily_bars, session)
        return await self._ask.table(path, Capability.DAILY_BARS, GROUPED, make, params)

    async def splits(self, since: date) -> Table:
        """SPLITS, oldest first."""
        tally = Tally()
        params: Params = {
            "execution_date.gte": since.isoformat(),
            "sort": "execution_date.asc",
            "limit": ACTIONS_A_PAGE,
        }
        rows = await self._ask.rows("stocks/v1/splits", Capability.SPLITS, SPLIT, tally, params)
        return tally.table(reference.splits(rows, tally))

    async def dividends(self, since: date) -> Table:
        """DIVIDENDS in USD, oldest first."""
        tally = Tally()
        params: Params = {
            "ex_dividend_date.gte": since.isoformat(),
            "sort": "ex_dividend_date.asc",
            "limit": ACTIONS_A_PAGE,
        }
        rows = await self._ask.rows("stocks/v1/dividends", Capability.DIVIDENDS, DIVIDEND, tally, params)
        return tally.table(reference.dividends(rows, tally))

    async def snapshot(self) -> Table:
        """SNAPSHOT in one call, over-the-counter names left out by the vendor."""
        path = "v2/snapshot/locale/us/markets/stocks/tickers"
        return await self._ask.table(path, Capability.SNAPSHOT, SNAPSHOT, tables.snapshot, {"include_otc": "false"})

    async def trades(self, ticker: str, since: datetime, until: datetime) -> Table:
        """TRADES; the bounds hold for the SIP's time. Raises ValueError for times without a zone."""
        tally = Tally()
        params: Params = {
            "timestamp.gte": prints.nanos(since),
            "timestamp.lt": prints.nanos(until),
            "order": "asc",
            "sort": "timestamp",
            "limit": TRADES_A_PAGE,
        }
        pages = self._ask.pages(f"v3/trades/{in_path(ticker)}", Capability.TRADES, TRADE, tally, params)
        frames = [await asyncio.to_thread(prints.trades, rows, ticker, tally) async for rows in pages]
        inside = pl.col("sip_time").is_between(since, until, closed="left")
        frame = tally.drop(pl.concat([empty(TRADES), *frames]), {"the print is outside the time asked for": ~inside})
        return tally.table(frame.sort("sip_time", "sequence", maintain_order=True))

    async def trades_window(self, ticker: str, since: datetime, count: int) -> Window:
        """One page of at most 50,000."""
        tally = Tally()
        params: Params = {
            "timestamp.gte": prints.nanos(since),
            "order": "asc",
            "sort": "timestamp",
            "limit": max(1, min(count, TRADES_A_PAGE)),
        }
        rows = await self._ask.page(f"v3/trades/{in_path(ticker)}", Capability.TRADES, TRADE, tally, params)
        return Window(ticker, since, rows, tally.reasons)

    def prints_of(self, windows: Sequence[Window]) -> Table:
        """TRADES with `since`, window by window in the order given, each in tape order."""
        tally = Tally()
        frame = prints.windows(windows, tally)
        return tally.table(frame)

    async def intraday(self, ticker: str, session: date, minutes: int) -> Table:
        """INTRADAY bars, premarket and after hours included; windows without a trade have no bar."""
        tally = Tally()
        day = session.isoformat()
        path = f"v2/aggs/ticker/{in_path(ticker)}/range/{minutes}/minute/{day}/{day}"
        params: Params = {"adjusted": "false", "sort": "asc", "limit": BARS_A_PAGE}
        rows = await self._ask.rows(path, Capability.INTRADAY_BARS, CUSTOM, tally, params)
        return tally.table(tables.intraday(rows, ticker, session, tally))

    async def short_volume(self, session: date) -> Table:
        """SHORT_VOLUME of one session."""
        tally = Tally()
        params: Params = {"date": session.isoformat(), "limit": SHORT_ROWS_A_PAGE}
        rows = await self._ask.rows("stocks/v1/short-volume", Capability.SHORT_VOLUME, SHORT, tally, params)
        return tally.table(await asyncio.to_thread(reference.short_volume, rows, session, tally))

    async def conditions(self) -> Table:
        """CONDITIONS of stock trades."""
        tally = Tally()
        params: Params = {"asset_class": "stocks", "data_type": "trade", "limit": LISTING_A_PAGE}
        rows = await self._ask.rows("v3/reference/conditions", Capability.REFERENCE, CONDITION, tally, params)
        return tally.table(reference.conditions(rows, tally))

    async def exchanges(self) -> Table:
        """EXCHANGES for stocks."""
        tally = Tally()
        params: Params = {"asset_class": "stocks", "locale": "us"}
        rows = await self._ask.page("v3/reference/exchanges", Capability.REFERENCE, EXCHANGE, tally, params)
        return tally.table(reference.exchanges(rows, tally))

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._ask.http.aclose()

    def _overview(self, answer: Answer) -> wire.Overview | None:
        envelope = read_one(OVERVIEW, answer, Capability.REFERENCE)
        if envelope.status in FAILED:
            body = ErrorBody(envelope.status, envelope.error, envelope.message)
            raise self._translate.failed_success(body, answer.url.path, Capability.REFERENCE)
        return envelope.results
