"""A market of a few names that rise a little every day, whose clock the test turns."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import polars as pl

from deskview.market.schema import (
    BARS,
    CHAIN,
    CONDITIONS,
    DELISTED,
    DETAILS,
    DIVIDENDS,
    EARNINGS,
    FILINGS,
    FLOATS,
    INDEX_DAYS,
    INTRADAY,
    NEWS,
    SHORT_INTEREST,
    SHORT_VOLUME,
    SNAPSHOT,
    SPLITS,
    TICKERS,
    TRADES,
    UTC_NS,
    YIELDS,
    empty,
)
from deskview.market.sessions import Closure
from deskview.market.source import Source
from deskview.providers.base import MarketStatus, Table, Window
from deskview.providers.capabilities import Capabilities
from deskview.providers.http import Traffic

NAMES = ("SPY", "AAPL", "JPM", "NVDA", "XOM")
START = date(2025, 1, 1)


def _close(place: int, day: date) -> float:
    return 100.0 + 10 * place + (day - START).days * 0.1


class TinyMarket:
    """A provider. `gate` holds snapshots and prints back, `called` tells of each, `broken` makes prints fail."""

    def __init__(self, clock: datetime) -> None:
        self.clock = clock
        self.snapshot_s, self.capabilities = 0.0, Capabilities()
        self.traffic = Traffic()
        self.source = Source("massive", simulated=True, scenario="tiny", namespace="tiny")
        self.gate, self.called = asyncio.Event(), asyncio.Event()
        self.gate.set()
        self.days: list[date] = []
        self.snapshots = 0
        self.at_once = self.most_at_once = 0
        self.broken = False
        self.reconnected = 0

    async def market_status(self) -> MarketStatus:
        return MarketStatus(self.clock, "open")

    async def closures(self) -> dict[date, Closure]:
        return {}

    async def tickers(self, *, pages: int | None = None) -> Table:
        rows = {
            "ticker": NAMES,
            "name": NAMES,
            "type": ["ETF", *["CS"] * (len(NAMES) - 1)],
            "exchange": "XNAS",
            "cik": None,
            "figi": None,
        }
        return Table(pl.DataFrame(rows).select(pl.col(name).cast(dtype) for name, dtype in TICKERS.items()))

    async def details(self, ticker: str, on: date | None = None) -> Table:
        row = {"ticker": ticker, "as_of": on, "type": "CS", "shares_outstanding": 1e9, "market_cap_usd": 1e11}
        return Table(pl.DataFrame([row | {name: None for name in DETAILS if name not in row}], schema=dict(DETAILS)))

    async def daily_bars(self, session: date) -> Table:
        self.days.append(session)
        rows = []
        for place, ticker in enumerate(NAMES):
            price = _close(place, session)
            rows.append((ticker, session, price, price, price, price, 1e6, price, 1000))
        return Table(pl.DataFrame(rows, schema=dict(BARS), orient="row"))

    async def splits(self, since: date) -> Table:
        return Table(pl.DataFrame([("SPLIT", START, 1.0, 2.0, 0.5)], schema=dict(SPLITS), orient="row"))

    async def dividends(self, since: date) -> Table:
        return Table(pl.DataFrame([("PAYER", START, 0.5)], schema=dict(DIVIDENDS), orient="row"))

    async def snapshot(self) -> Table:
        self.snapshots += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.called.set()
        try:
            await self.gate.wait()
        finally:
            self.at_once -= 1
        prices = [_close(place, self.clock.date()) * 1.01 for place in range(len(NAMES))]
        at = pl.lit(self.clock).cast(UTC_NS)
        known = pl.DataFrame({"ticker": NAMES, "trade_price": prices, "day_close": prices}).with_columns(
            trade_time=at, updated=at, volume=pl.lit(1e6)
        )
        return Table(pl.concat([empty(SNAPSHOT), known], how="diagonal").select(list(SNAPSHOT)))

    async def trades(self, ticker: str, since: datetime, until: datetime) -> Table:
        self.called.set()
        await self.gate.wait()
        if self.broken:
            raise ZeroDivisionError
        return Table(prints_after(ticker, since))

    async def trades_window(self, ticker: str, since: datetime, count: int) -> Window:
        return Window(ticker, since, prints_after(ticker, since).rows())

    def prints_of(self, windows: Sequence[Window]) -> Table:
        return tabled(windows)

    async def intraday(self, ticker: str, session: date, minutes: int, *, since: date | None = None) -> Table:
        return Table(empty(INTRADAY))

    async def index_days(self, ticker: str, since: date, until: date) -> Table:
        return Table(empty(INDEX_DAYS))

    async def delisted(self, since: date, *, pages: int | None = None) -> Table:
        return Table(empty(DELISTED))

    async def short_volume(self, session: date) -> Table:
        return Table(empty(SHORT_VOLUME))

    async def chain(self, underlying: str, expiries: tuple[date, date], strikes: tuple[float, float]) -> Table:
        return Table(empty(CHAIN))

    async def yields(self) -> Table:
        return Table(empty(YIELDS))

    async def short_interest(self, since: date) -> Table:
        return Table(empty(SHORT_INTEREST))

    async def floats(self) -> Table:
        return Table(empty(FLOATS))

    async def earnings(self, since: date, until: date) -> Table:
        return Table(empty(EARNINGS))

    async def filings(self, since: date, until: date) -> Table:
        return Table(empty(FILINGS))

    async def news(self, ticker: str | None, since: datetime) -> Table:
        return Table(empty(NEWS))

    async def conditions(self) -> Table:
        return Table(pl.DataFrame([(37, "Odd Lot", True, False, False)], schema=dict(CONDITIONS), orient="row"))

    async def reconnect(self) -> None:
        self.reconnected += 1

    async def aclose(self) -> None:
        return None


def tabled(windows: Sequence[Window]) -> Table:
    """Windows whose rows are those of TRADES."""
    columns = {**TRADES, "since": UTC_NS}
    rows = [(*row, window.since) for window in windows for row in window.rows]
    return Table(pl.DataFrame(rows, schema=columns, orient="row"))


def prints_after(ticker: str, since: datetime) -> pl.DataFrame:
    rows = []
    for place in range(40):
        time, price_e4 = since + timedelta(seconds=place + 1), 1_500_000 + (place % 3) * 100 + (place % 2) * 20
        row: tuple[object, ...] = (
            ticker,
            time,
            time,
            place,
            f"{place}",
            price_e4 / 1e4,
            price_e4,
            100.0,
            4,
            True,
            [],
            0,
        )
        rows.append(row)
    return pl.DataFrame(rows, schema=dict(TRADES), orient="row")
