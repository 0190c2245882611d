"""A folder of Parquet files behind a web server, as a Provider.

One file a table, or one a session or a name where the table is large. A file that goes on in another names it in its
metadata (`next`); the server sends each file's digest, for a damaged one would end the process that reads it.
"""

import base64
import hashlib
import io
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial

import httpx
import polars as pl

from deskview.market.schema import (
    BARS,
    CHAIN,
    CONDITIONS,
    DETAILS,
    DIVIDENDS,
    EARNINGS,
    FILINGS,
    FLOATS,
    INDEX_DAYS,
    NEWS,
    SHORT_INTEREST,
    SNAPSHOT,
    SPLITS,
    TICKERS,
    TRADES,
    UTC_NS,
    YIELDS,
    Schema,
    empty,
    require,
)
from deskview.market.sessions import NEW_YORK, Closure
from deskview.market.source import Source
from deskview.providers.answers import Answer, Form, Refusal, aside
from deskview.providers.base import MarketStatus, Table, Window
from deskview.providers.capabilities import Capability
from deskview.providers.entitlements import Entitlements
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.http import HttpClient, Traffic, follow
from deskview.providers.origin import in_path
from deskview.providers.retry import paced
from deskview.providers.vendor import Vendor

MAGIC = b"PAR1"
CLOCK: Schema = {"now": UTC_NS, "phase": pl.String()}
WITHHELD = b"withheld"
"""What the server says, with a 403, of a file that is not in the plan."""
DIGEST = "Repr-Digest"
SMALL_BODY = 200_000
"""Bytes that are read within milliseconds."""
TOGETHER = {
    Capability.NAMES: (Capability.TYPES,),
    Capability.SHARES: (Capability.CAPS, Capability.INDUSTRIES),
    Capability.TRADES: (Capability.OFF_EXCHANGE, Capability.PARTICIPANT_TIME),
}


@dataclass(frozen=True)
class Page:
    """One file's rows and the name of the file that goes on."""

    frame: pl.DataFrame
    next_url: str | None


def digest_of(body: bytes) -> str:
    """The header's value for a file."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def check_parquet(body: bytes, path: str, capability: Capability | None) -> None:
    """Raises MALFORMED for what is no Parquet file at all, TRUNCATED for one that breaks off."""
    if not body.startswith(MAGIC):
        raise _malformed("is not a Parquet file", path, capability)
    if not body.endswith(MAGIC):
        sentence = "The provider's answer broke off before its end."
        raise ProviderError(Kind.TRUNCATED, sentence, capability=capability, path=path)


class ParquetFolder:
    """See `deskview.providers.base.Provider` for what each method gives."""

    def __init__(self, vendor: Vendor, http: HttpClient) -> None:
        self.snapshot_s = vendor.snapshot_s
        self.source = Source(vendor.name)
        self._http = http
        self._entitlements = Entitlements(vendor, TOGETHER)
        self.capabilities = self._entitlements.capabilities

    @property
    def traffic(self) -> Traffic:
        """What went over the wire so far."""
        return self._http.traffic

    async def market_status(self) -> MarketStatus:
        """The moment the folder was made: its clock stands still."""
        frame = await self._whole("clock", Capability.CLOCK, CLOCK)
        if frame.height != 1 or any(frame.null_count().row(0)):
            raise _malformed("holds no time", "clock.parquet", Capability.CLOCK)
        now, phase = frame.row(0)
        return MarketStatus(now.astimezone(UTC), phase)

    async def closures(self) -> dict[date, Closure]:
        """There are none: the exchange's rules stand."""
        raise self._entitlements.unsold(Capability.HOLIDAYS)

    async def tickers(self, *, pages: int | None = None) -> Table:
        """TICKERS."""
        return Table(await self._whole("tickers", Capability.NAMES, TICKERS, pages))

    async def delisted(self, since: date, *, pages: int | None = None) -> Table:
        """There are none."""
        raise self._entitlements.unsold(Capability.DELISTED)

    async def details(self, ticker: str, on: date | None = None) -> Table:
        """DETAILS by the last row of the name that is not of a later date."""
        as_of = on or (await self.market_status()).now.astimezone(NEW_YORK).date()
        frame = await self._if_any(f"details/{in_path(ticker)}", Capability.SHARES, DETAILS)
        last = frame.filter(pl.col("as_of") <= as_of).sort("as_of").tail(1)
        return Table(last.with_columns(as_of=pl.lit(as_of)))

    async def daily_bars(self, session: date) -> Table:
        """BARS; a day without a file was none of trading."""
        return Table(await self._if_any(f"bars/{session}", Capability.DAILY_BARS, BARS))

    async def splits(self, since: date) -> Table:
        """SPLITS, oldest first."""
        frame = await self._whole("splits", Capability.SPLITS, SPLITS)
        return Table(frame.filter(pl.col("execution_date") >= since).sort("execution_date", "ticker"))

    async def dividends(self, since: date) -> Table:
        """DIVIDENDS, oldest first."""
        frame = await self._whole("dividends", Capability.DIVIDENDS, DIVIDENDS)
        return Table(frame.filter(pl.col("ex_date") >= since).sort("ex_date", "ticker"))

    async def snapshot(self) -> Table:
        """SNAPSHOT."""
        return Table(await self._whole("snapshot", Capability.SNAPSHOT, SNAPSHOT))

    async def trades(self, ticker: str, since: datetime, until: datetime) -> Table:
        """TRADES, of a file a day."""
        day, frames = since.astimezone(NEW_YORK).date(), [empty(TRADES)]
        while day <= until.astimezone(NEW_YORK).date():
            frames.append(await self._if_any(f"trades/{in_path(ticker)}/{day}", Capability.TRADES, TRADES))
            day += timedelta(days=1)
        inside = pl.col("sip_time").is_between(pl.lit(since), pl.lit(until), closed="left")
        return Table(pl.concat(frames).filter(inside).sort("sip_time", "sequence"))

    async def trades_window(self, ticker: str, since: datetime, count: int) -> Window:
        """The first prints of the day's file at or after the time."""
        day = since.astimezone(NEW_YORK).date()
        frame = await self._if_any(f"trades/{in_path(ticker)}/{day}", Capability.TRADES, TRADES)
        after = frame.filter(pl.col("sip_time") >= pl.lit(since)).sort("sip_time", "sequence")
        return Window(ticker, since, after.head(count).with_columns(since=pl.lit(since).cast(UTC_NS)))

    def prints_of(self, windows: Sequence[Window]) -> Table:
        """TRADES with `since`, window by window."""
        frames = [window.rows for window in windows if isinstance(window.rows, pl.DataFrame)]
        return Table(pl.concat([empty({**TRADES, "since": UTC_NS}), *frames]))

    async def intraday(self, ticker: str, session: date, minutes: int, *, since: date | None = None) -> Table:
        """There are none."""
        raise self._entitlements.unsold(Capability.INTRADAY_BARS)

    async def index_days(self, ticker: str, since: date, until: date) -> Table:
        """INDEX_DAYS, oldest first."""
        frame = await self._if_any(f"index_days/{in_path(ticker)}", Capability.DAILY_BARS, INDEX_DAYS)
        return Table(frame.filter(pl.col("session").is_between(since, until)).sort("session"))

    async def short_volume(self, session: date) -> Table:
        """There is none."""
        raise self._entitlements.unsold(Capability.SHORT_VOLUME)

    async def chain(self, underlying: str, expiries: tuple[date, date], strikes: tuple[float, float]) -> Table:
        """CHAIN, of a file an underlying."""
        frame = await self._if_any(f"chain/{in_path(underlying)}", Capability.CHAINS, CHAIN)
        within = pl.col("expiry").is_between(*expiries) & pl.col("strike").is_between(*strikes)
        return Table(frame.filter(within).sort("expiry", "strike", "right"))

    async def yields(self) -> Table:
        """YIELDS, of a file with every day."""
        frame = await self._whole("yields", Capability.YIELDS, YIELDS)
        return Table(frame.filter(pl.col("day") == pl.col("day").max()).sort("months"))

    async def short_interest(self, since: date) -> Table:
        """SHORT_INTEREST, of a file with every settlement."""
        frame = await self._whole("short_interest", Capability.SHORT_INTEREST, SHORT_INTEREST)
        told = frame.filter(pl.col("settlement") >= since).sort("settlement", descending=True)
        before = {"before": "settlement", "shares_before": "shares_short"}
        told = told.with_columns(pl.col(name).shift(-1).over("ticker").alias(column) for column, name in before.items())
        return Table(told.unique("ticker", keep="first"))

    async def floats(self) -> Table:
        """FLOATS."""
        return Table(await self._whole("floats", Capability.FLOAT, FLOATS))

    async def earnings(self, since: date, until: date) -> Table:
        """EARNINGS, of a file with every day."""
        frame = await self._whole("earnings", Capability.EARNINGS, EARNINGS)
        return Table(frame.filter(pl.col("day").is_between(since, until)).sort("day", "ticker"))

    async def filings(self, since: date, until: date) -> Table:
        """FILINGS, of a file with every day."""
        frame = await self._whole("filings", Capability.FILINGS, FILINGS)
        return Table(frame.filter(pl.col("day").is_between(since, until)).sort("day", "cik"))

    async def news(self, ticker: str | None, since: datetime) -> Table:
        """NEWS, of a file with all of them."""
        about = pl.lit(value=True)
        if ticker is not None:
            in_path(ticker)
            about = pl.col("tickers").list.contains(ticker)
        frame = await self._whole("news", Capability.NEWS, NEWS)
        return Table(frame.filter(about & (pl.col("published") >= pl.lit(since))).sort("published", descending=True))

    async def conditions(self) -> Table:
        """CONDITIONS."""
        return Table(await self._whole("conditions", Capability.CONDITIONS, CONDITIONS))

    async def reconnect(self) -> None:
        """From now on requests go over new connections, those under way too."""
        await self._http.reconnect()

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def _if_any(self, name: str, capability: Capability, schema: Schema) -> pl.DataFrame:
        """The rows of a file that need not be there."""
        try:
            return await self._whole(name, capability, schema)
        except ProviderError as error:
            if error.kind is not Kind.NOT_FOUND:
                raise
            return empty(schema)

    async def _whole(self, name: str, capability: Capability, schema: Schema, most: int | None = None) -> pl.DataFrame:
        """The rows of a file and of those that go on from it, by default of all."""

        async def read(answer: Answer) -> Page:
            work = partial(_page, answer, capability, schema)
            return await aside(work, capability, answer.url.path, small=len(answer.body) < SMALL_BODY)

        async def send() -> Answer:
            answer = await self._http.get(f"{name}.parquet", capability=capability)
            self.source = self._recognised()
            return answer

        first, frames = await self._entitlements.ask(capability, send), list[pl.DataFrame]()
        with self._entitlements.learning(capability):
            async with aclosing(follow(self._http, first, read, capability=capability)) as pages:
                async for page in pages:
                    frames.append(page.frame)
                    if len(frames) == most:
                        break
        return pl.concat(frames)

    def _recognised(self) -> Source:
        """A recorded market, which may not pass for the one of today; each folder has a history of its own."""
        folder = hashlib.sha256(str(self._http.base).encode()).hexdigest()[:12]
        provider = self.source.provider
        return Source(provider, simulated=True, scenario="recorded", namespace=f"{provider}-{folder}", speed=0.0)


def _page(answer: Answer, capability: Capability, schema: Schema) -> Page:
    """One file, read; raises MALFORMED for one that is damaged or another table."""
    path = answer.url.path
    if answer.headers.get(DIGEST) != digest_of(answer.body):
        raise _malformed("is damaged: its digest is another", path, capability)
    goes_on = pl.read_parquet_metadata(io.BytesIO(answer.body)).get("next")
    try:
        frame = require(pl.read_parquet(io.BytesIO(answer.body)), schema, path)
    except ValueError:
        raise _malformed("is not the table it should be", path, capability) from None
    return Page(frame.with_columns(pl.col(pl.Float64).fill_nan(None)), goes_on)


def _malformed(what: str, path: str, capability: Capability | None) -> ProviderError:
    return ProviderError(
        Kind.MALFORMED,
        f"The provider's file {what}. The table is not updated.",
        capability=capability,
        status=200,
        path=path,
    )


def _translator(vendor: Vendor, refusal: Refusal) -> ProviderError | None:
    """The server's reading of a refusal: a file that is withheld, or not there."""
    if refusal.status == 403 and refusal.body == WITHHELD and refusal.capability is not None:
        kind, sentence = Kind.NOT_ENTITLED, vendor.denial(refusal.capability).sentence
    elif refusal.status == 404:
        kind, sentence = Kind.NOT_FOUND, "The folder has no such file. The table is not updated."
    else:
        return None
    return ProviderError(kind, sentence, capability=refusal.capability, status=refusal.status, path=refusal.path)


def open_folder(
    vendor: Vendor,
    base_url: str,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    calls_per_minute: int | None = None,
) -> ParquetFolder:
    """The provider on its own client."""
    limiter, policy = paced(vendor.calls_per_second, calls_per_minute)
    http = HttpClient(
        base_url,
        {},
        translate=partial(_translator, vendor),
        limiter=limiter,
        transport=transport,
        policy=policy,
        form=Form("application/vnd.apache.parquet", check_parquet),
    )
    folder = ParquetFolder(vendor, http)
    folder.capabilities.on_retry.append(limiter.resume)
    return folder
