"""Massive as a Provider: which endpoint each table comes from."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial

import httpx
import msgspec
import polars as pl

from deskview.market.schema import DETAILS, TRADES, empty
from deskview.market.sessions import NEW_YORK, Closure
from deskview.market.source import Source
from deskview.providers.answers import Answer, aside, worked
from deskview.providers.base import MarketStatus, Table, Window
from deskview.providers.capabilities import Capabilities, Capability
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.http import HttpClient, Params, Traffic
from deskview.providers.massive import names, reference, tables, wire
from deskview.providers.massive.cleaning import Rejects
from deskview.providers.massive.client import SMALL_TABLE, MassiveClient
from deskview.providers.massive.decode import Reader, read_list, read_one
from deskview.providers.massive.refusals import FAILED, UNREADABLE, ErrorBody, Translator
from deskview.providers.origin import in_path
from deskview.providers.retry import paced
from deskview.providers.vendor import Vendor
from deskview.text import Secret, neutralise

log = logging.getLogger(__name__)

SNAPSHOT = Reader(wire.SnapshotRow, wire.SnapshotEnvelope)
GROUPED = Reader(wire.GroupedBar)
CUSTOM = Reader(wire.CustomBar)
TRADE = Reader(wire.Trade)
TICKER = Reader(wire.TickerRow)
SPLIT = Reader(wire.Split)
DIVIDEND = Reader(wire.Dividend)
SHORT = Reader(wire.ShortVolume)
CONTRACT = Reader(wire.ContractRow)
YIELDS = Reader(wire.Yields)
CONDITION = Reader(wire.Condition)
OVERVIEW = msgspec.json.Decoder(wire.OverviewEnvelope)
STATUS = msgspec.json.Decoder(wire.StatusNow)
UPCOMING = msgspec.json.Decoder(wire.Upcoming)

TRADES_A_PAGE = 50_000
BARS_A_PAGE = 50_000
SHORT_ROWS_A_PAGE = 50_000
ACTIONS_A_PAGE = 5_000
LISTING_A_PAGE = 1_000
CONTRACTS_A_PAGE = 250
DAYS_OF_YIELDS = 10
"""Enough that one of them has a yield; the newest that has is taken."""
INDICES = frozenset({"SPX", "NDX", "RUT"})
"""Underlyings that the vendor marks as indices."""

#: A clock outside these years can't be a market's: sessions, dates and zones would be worked out for no such time.
CLOCK_YEARS = range(2003, 2101)


class Massive:
    """US equities from Massive; see `deskview.providers.base.Provider` for what each method gives.

    A capability refused for the plan is tried again after minutes, then longer, or at once after
    `capabilities.retry_now()`.
    Decoding runs in threads, so that a whole market's body does not hold up the screen.
    """

    def __init__(self, vendor: Vendor, http: HttpClient, translate: Translator) -> None:
        self.snapshot_s = vendor.snapshot_s
        self._client = MassiveClient(vendor, http, translate)
        self._translate = translate
        self.capabilities: Capabilities = self._client.entitlements.capabilities

    @property
    def source(self) -> Source:
        """Who speaks; `namespace` is empty until the first answer."""
        return self._client.source

    @property
    def traffic(self) -> Traffic:
        """What went over the wire so far."""
        return self._client.http.traffic

    async def market_status(self) -> MarketStatus:
        """The vendor's clock (UTC) and phase."""
        answer = await self._client.one("v1/marketstatus/now", Capability.CLOCK)
        row = read_one(STATUS, answer, Capability.CLOCK)
        try:
            status = reference.market_status(row)
        except UNREADABLE:
            raise _impossible_clock(row) from None
        if status.now.year not in CLOCK_YEARS:
            raise _impossible_clock(row)
        return status

    async def closures(self) -> dict[date, Closure]:
        """NYSE's coming closures."""
        answer = await self._client.one("v1/marketstatus/upcoming", Capability.HOLIDAYS)
        rejects = Rejects()
        rows = read_list(UPCOMING, answer, Capability.HOLIDAYS, rejects)
        if rejects.reasons:
            log.warning("coming closures left out: %s", rejects.reasons)
        return worked(partial(reference.closures, rows), Capability.HOLIDAYS, answer.url.path)

    async def tickers(self, *, pages: int | None = None) -> Table:
        """TICKERS: one paged listing, filtered here; a listing per type would take more calls."""
        return await self._listing("true", Capability.NAMES, reference.tickers, pages)

    async def delisted(self, since: date, *, pages: int | None = None) -> Table:
        """DELISTED: the whole listing of the inactive, which the vendor can't limit by date."""

        def make(rows: list[wire.TickerRow], rejects: Rejects) -> pl.DataFrame:
            return reference.delisted(rows, since, rejects)

        return await self._listing("false", Capability.DELISTED, make, pages)

    async def _listing(
        self,
        active: str,
        capability: Capability,
        make: Callable[[list[wire.TickerRow], Rejects], pl.DataFrame],
        pages: int | None,
    ) -> Table:
        params: Params = {
            "market": "stocks",
            "active": active,
            "limit": LISTING_A_PAGE,
            "sort": "ticker",
            "order": "asc",
        }
        return await self._client.whole_table("v3/reference/tickers", capability, TICKER, make, params, most=pages)

    async def details(self, ticker: str, on: date | None = None) -> Table:
        """DETAILS; without a date the vendor's clock is asked for it, which is one call more."""
        as_of = on or (await self.market_status()).now.astimezone(NEW_YORK).date()
        path = f"v3/reference/tickers/{in_path(ticker)}"
        try:
            answer = await self._client.one(path, Capability.SHARES, {"date": on.isoformat()} if on else None)
        except ProviderError as error:
            if error.kind is not Kind.NOT_FOUND:
                raise
            return Table(empty(DETAILS))
        row, rejects = self._overview(answer), Rejects()
        if row is not None and row.ticker != ticker:
            rejects.add("the answer is about another ticker")
            return rejects.table(empty(DETAILS))
        make = partial(reference.details, row, as_of, rejects)
        return rejects.table(worked(make, Capability.SHARES, path))

    async def daily_bars(self, session: date) -> Table:
        """BARS by the grouped daily endpoint; the bars of the last three sessions may still be corrected."""
        path = f"v2/aggs/grouped/locale/us/market/stocks/{session.isoformat()}"
        params: Params = {"adjusted": "false", "include_otc": "false"}
        make = partial(tables.daily_bars, session)
        return await self._client.table(path, Capability.DAILY_BARS, GROUPED, make, params)

    async def splits(self, since: date) -> Table:
        """SPLITS, oldest first."""
        params: Params = {
            "execution_date.gte": since.isoformat(),
            "sort": "execution_date.asc",
            "limit": ACTIONS_A_PAGE,
        }

        def make(rows: list[wire.Split], rejects: Rejects) -> pl.DataFrame:
            return reference.splits(rows, since, rejects)

        return await self._client.whole_table("stocks/v1/splits", Capability.SPLITS, SPLIT, make, params)

    async def dividends(self, since: date) -> Table:
        """DIVIDENDS in USD, oldest first."""
        params: Params = {
            "ex_dividend_date.gte": since.isoformat(),
            "sort": "ex_dividend_date.asc",
            "limit": ACTIONS_A_PAGE,
        }

        def make(rows: list[wire.Dividend], rejects: Rejects) -> pl.DataFrame:
            return reference.dividends(rows, since, rejects)

        return await self._client.whole_table("stocks/v1/dividends", Capability.DIVIDENDS, DIVIDEND, make, params)

    async def snapshot(self) -> Table:
        """SNAPSHOT in one call, over-the-counter names left out by the vendor."""
        path = "v2/snapshot/locale/us/markets/stocks/tickers"
        return await self._client.table(path, Capability.SNAPSHOT, SNAPSHOT, tables.snapshot, {"include_otc": "false"})

    async def trades(self, ticker: str, since: datetime, until: datetime) -> Table:
        """TRADES; the bounds hold for the SIP's time. Raises ValueError for times without a zone."""
        rejects = Rejects()
        params: Params = {
            "timestamp.gte": tables.nanos(since),
            "timestamp.lt": tables.nanos(until),
            "order": "asc",
            "sort": "timestamp",
            "limit": TRADES_A_PAGE,
        }
        path, frames, lacking = f"v3/trades/{in_path(ticker)}", [empty(TRADES)], []
        async for rows in self._client.pages(path, Capability.TRADES, TRADE, rejects, params):
            make = partial(tables.trades, rows, ticker, rejects)
            frame, lacks = await aside(make, Capability.TRADES, path, small=False)
            frames.append(frame)
            lacking += [lacks] if rows else []
        inside = pl.col("sip_time").is_between(since, until, closed="left")
        frame = rejects.drop(pl.concat(frames), {"the print is outside the time asked for": ~inside})
        table = rejects.table(frame.sort("sip_time", "sequence", maintain_order=True))
        return replace(table, lacks=frozenset.intersection(*lacking) if lacking else frozenset())

    async def trades_window(self, ticker: str, since: datetime, count: int) -> Window:
        """One page of at most 50,000."""
        rejects = Rejects()
        params: Params = {
            "timestamp.gte": tables.nanos(since),
            "order": "asc",
            "sort": "timestamp",
            "limit": max(1, min(count, TRADES_A_PAGE)),
        }
        path = f"v3/trades/{in_path(ticker)}"
        rows = await self._client.page(path, Capability.TRADES, TRADE, rejects, params)
        # While they are in the processor's cache, and a quarter of the memory from then on.
        made = partial(tables.trade_columns, rows)
        columns = await aside(made, Capability.TRADES, path, small=len(rows) <= SMALL_TABLE)
        return Window(ticker, since, columns, rejects.reasons)

    def prints_of(self, windows: Sequence[Window]) -> Table:
        """TRADES with `since`, window by window in the order given, each in tape order."""
        rejects = Rejects()
        frame, lacks = worked(partial(tables.windows, windows, rejects), Capability.TRADES, "v3/trades")
        return replace(rejects.table(frame), lacks=lacks)

    async def intraday(self, ticker: str, session: date, minutes: int, *, since: date | None = None) -> Table:
        """INTRADAY bars, premarket and after hours included; windows without a trade have no bar."""
        first, window = since or session, f"range/{minutes}/minute"

        def make(rows: list[wire.CustomBar], rejects: Rejects) -> pl.DataFrame:
            return tables.intraday(rows, ticker, first, session, rejects)

        return await self._custom(ticker, (window, first, session), Capability.INTRADAY_BARS, make)

    async def index_days(self, ticker: str, since: date, until: date) -> Table:
        """INDEX_DAYS, adjusted for splits as of the request."""

        def make(rows: list[wire.CustomBar], rejects: Rejects) -> pl.DataFrame:
            return tables.index_days(rows, ticker, since, until, rejects)

        span = ("range/1/day", since, until)
        return await self._custom(ticker, span, Capability.DAILY_BARS, make, adjusted="true")

    async def _custom(
        self,
        ticker: str,
        span: tuple[str, date, date],
        capability: Capability,
        make: Callable[[list[wire.CustomBar], Rejects], pl.DataFrame],
        *,
        adjusted: str = "false",
    ) -> Table:
        """What is made of the bars of one name over (window, first day, last day)."""
        path = "/".join(("v2/aggs/ticker", in_path(ticker), *map(str, span)))
        params: Params = {"adjusted": adjusted, "sort": "asc", "limit": BARS_A_PAGE}
        return await self._client.whole_table(path, capability, CUSTOM, make, params)

    async def short_volume(self, session: date) -> Table:
        """SHORT_VOLUME of one session."""
        params: Params = {"date": session.isoformat(), "limit": SHORT_ROWS_A_PAGE}

        def make(rows: list[wire.ShortVolume], rejects: Rejects) -> pl.DataFrame:
            return reference.short_volume(rows, session, rejects)

        return await self._client.whole_table("stocks/v1/short-volume", Capability.SHORT_VOLUME, SHORT, make, params)

    async def chain(self, underlying: str, expiries: tuple[date, date], strikes: tuple[float, float]) -> Table:
        """CHAIN by the snapshot of the chain, by strike: by ticker the first page is all of today's expiry."""
        params: Params = {
            "expiration_date.gte": expiries[0].isoformat(),
            "expiration_date.lte": expiries[1].isoformat(),
            "strike_price.gte": f"{strikes[0]:.12g}",
            "strike_price.lte": f"{strikes[1]:.12g}",
            "sort": "strike_price",
            "order": "asc",
            "limit": CONTRACTS_A_PAGE,
        }

        def make(rows: list[wire.ContractRow], rejects: Rejects) -> pl.DataFrame:
            return reference.chain(rows, expiries, strikes, rejects)

        path = f"v3/snapshot/options/{'I:' if underlying in INDICES else ''}{in_path(underlying)}"
        return await self._client.whole_table(path, Capability.CHAINS, CONTRACT, make, params)

    async def yields(self) -> Table:
        """YIELDS by the last days there are."""
        params: Params = {"sort": "date.desc", "limit": DAYS_OF_YIELDS}
        path = "fed/v1/treasury-yields"
        return await self._client.whole_table(path, Capability.YIELDS, YIELDS, reference.yields, params, most=1)

    async def short_interest(self, since: date) -> Table:
        """SHORT_INTEREST: a page where few settlements lie between, some 20,000 names each."""
        return await names.short_interest(self._client, since)

    async def floats(self) -> Table:
        """FLOATS: three pages at most."""
        return await names.floats(self._client)

    async def earnings(self, since: date, until: date) -> Table:
        """EARNINGS of an add-on that is sold apart: a page for months."""
        return await names.earnings(self._client, since, until)

    async def filings(self, since: date, until: date) -> Table:
        """FILINGS: one or two pages for a quarter."""
        return await names.filings(self._client, since, until)

    async def news(self, ticker: str | None, since: datetime) -> Table:
        """NEWS: a page a thousand; the vendor's sentiment, texts and pictures are not read."""
        if ticker is not None:
            in_path(ticker)
        return await names.news(self._client, ticker, since)

    async def conditions(self) -> Table:
        """CONDITIONS of stock trades."""
        params: Params = {"asset_class": "stocks", "data_type": "trade", "limit": LISTING_A_PAGE}
        path = "v3/reference/conditions"
        return await self._client.whole_table(path, Capability.CONDITIONS, CONDITION, reference.conditions, params)

    async def reconnect(self) -> None:
        """From now on requests go over new connections, those under way too."""
        await self._client.http.reconnect()

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._client.http.aclose()

    def _overview(self, answer: Answer) -> wire.Overview | None:
        envelope = read_one(OVERVIEW, answer, Capability.SHARES)
        if envelope.status in FAILED:
            body = ErrorBody(envelope.status, envelope.error, envelope.message)
            raise self._translate.failed_success(body, answer.url.path, Capability.SHARES)
        return envelope.results


def _impossible_clock(row: wire.StatusNow) -> ProviderError:
    came = neutralise(row.server_time, limit=40)
    return ProviderError(
        Kind.MALFORMED,
        f"The provider's clock says \"{came}\", which can't be: it is not believed, and nothing is updated by it.",
        capability=Capability.CLOCK,
        status=200,
    )


def open_massive(
    vendor: Vendor,
    key: Secret | None,
    base_url: str,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    calls_per_minute: int | None = None,
) -> Massive:
    """The provider on its own client; `calls_per_minute` None means the vendor's unlimited plans."""
    translate = Translator(vendor, key)
    limiter, policy = paced(vendor.calls_per_second, calls_per_minute)
    http = HttpClient(base_url, key, translate=translate, transport=transport, limiter=limiter, policy=policy)
    massive = Massive(vendor, http, translate)
    massive.capabilities.on_retry.append(limiter.resume)
    return massive
