"""Every table there is: how it is asked for, and good rows of it."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from deskview.providers.base import Provider, Table
from tests.providers.massive.answers import Json, grouped_bar, snapshot_row, trade, without_absent

DAY = date(2026, 11, 20)
SINCE = date(2026, 1, 2)
OPEN = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)


@dataclass(frozen=True)
class OneTable:
    """`good` gives the good row of a number; `key` is the column a row is known by, `wire_key` its field, `rows` where
    the body has the rows."""

    name: str
    ask: Callable[[Provider], Coroutine[Any, Any, Table]]
    good: Callable[[int], Json]
    key: str = "ticker"
    wire_key: str = "ticker"
    rows: str = "results"

    def read(self, provider: Provider) -> Table:
        """The table the provider makes."""
        return asyncio.run(self.ask(provider))


def ms_of(moment: datetime) -> int:
    """Unix milliseconds."""
    return int(moment.timestamp() * 1000)


def _custom(start: datetime, step: timedelta) -> Callable[[int], Json]:
    def bar(number: int) -> Json:
        t = ms_of(start + number * step)
        return {"v": 10.5, "vw": 1.0, "o": 10.0, "c": 10.5, "h": 11.0, "l": 9.5, "t": t, "n": 3}

    return bar


def _listed(number: int) -> Json:
    name = {"ticker": f"GOOD{number}", "name": f"Good {number} Inc.", "type": "CS", "primary_exchange": "XNYS"}
    return name | {"active": True, "cik": f"{number:010}", "composite_figi": f"BBG{number:09}"}


def _delisted(number: int) -> Json:
    return _listed(number) | {"active": False, "delisted_utc": "2026-03-05T05:00:00Z"}


def _split(number: int) -> Json:
    row = {
        "ticker": f"GOOD{number}",
        "execution_date": "2026-05-01",
        "split_from": 1,
        "split_to": 15,
        "id": f"P{number}",
    }
    return row | {"historical_adjustment_factor": 0.066667, "adjustment_type": "forward_split"}


def _dividend(number: int) -> Json:
    row = {"id": f"E{number}", "ticker": f"GOOD{number}", "ex_dividend_date": "2026-03-02"}
    return row | {"cash_amount": 0.25, "currency": "USD"}


def _short(number: int) -> Json:
    return {"ticker": f"GOOD{number}", "date": str(DAY), "total_volume": 1000, "short_volume": 400.5}


def contract(number: int, **details: object) -> Json:
    """The put of SPY at 600 and so many dollars, with fields of what it is replaced."""
    strike = 600.0 + number
    told: Json = {"contract_type": "put", "exercise_style": "american", "expiration_date": "2026-12-18"}
    told |= {"shares_per_contract": 100, "strike_price": strike, "ticker": f"O:SPY261218P{strike * 1000:08.0f}"}
    greeks = {"delta": -0.3, "gamma": 0.01, "theta": -0.2, "vega": 0.5}
    row: Json = {"details": told | details, "implied_volatility": 0.21, "open_interest": 1_250, "greeks": greeks}
    row |= {"day": {"close": 7.5}, "break_even_price": 592.5, "last_quote": {"bid": 7.4, "ask": 7.6}}
    return row | {"underlying_asset": {"ticker": "SPY", "price": 612.5, "change_to_break_even": -20.0}}


TENORS = ("1_month", "3_month", "6_month", "1_year", "2_year", "3_year", "5_year", "7_year", "10_year")


def _yields(number: int) -> Json:
    return {"date": str(DAY), f"yield_{TENORS[number]}": 3.9}


def counted(number: int = 0, **changes: object) -> Json:
    """What is sold short of GOODn."""
    row: Json = {"ticker": f"GOOD{number}", "settlement_date": "2026-10-30", "short_interest": 3_906_231}
    return without_absent(row | {"avg_daily_volume": 2_340_158, "days_to_cover": 1.67} | changes)


def free(number: int = 0, **changes: object) -> Json:
    """The float of GOODn."""
    row: Json = {"ticker": f"GOOD{number}", "effective_date": "2026-11-01", "free_float": 15_000_000_000}
    return without_absent(row | {"free_float_percent": 98.5} | changes)


def report(number: int = 0, **changes: object) -> Json:
    """Results of GOODn on DAY, after the close."""
    row: Json = {"ticker": f"GOOD{number}", "date": str(DAY), "time": "16:05:00", "date_status": "confirmed"}
    row |= {"fiscal_year": 2026, "fiscal_period": "Q3", "last_updated": "2026-11-07T10:19:50Z", "estimated_eps": 1.12}
    return without_absent(row | changes)


def filing(number: int = 0, **changes: object) -> Json:
    """A quarter's report of GOODn."""
    row: Json = {"ticker": f"GOOD{number}", "cik": f"{number:010}", "form_type": "10-Q", "filing_date": str(DAY)}
    return without_absent(row | {"issuer_name": "Good", "accession_number": f"1-26-{number}"} | changes)


def article(number: int = 0, **changes: object) -> Json:
    """A headline about X."""
    row: Json = {"id": f"GOOD{number}", "title": f"Headline {number}", "published_utc": "2026-11-20T15:00:00Z"}
    row |= {"article_url": f"https://newswire.example/{number}", "tickers": ["X"], "author": "A"}
    row |= {"publisher": {"name": "Newswire", "homepage_url": "https://newswire.example/"}}
    return without_absent(row | changes)


def _condition(number: int) -> Json:
    rules = {"consolidated": {"updates_volume": True, "updates_high_low": False, "updates_open_close": False}}
    return {"id": number, "name": "Form T", "data_types": ["trade"], "asset_class": "stocks", "update_rules": rules}


def overview() -> Json:
    """GOOD1 in detail."""
    row = {"ticker": "GOOD1", "name": "Good", "type": "CS", "share_class_shares_outstanding": 1e9, "market_cap": 2e11}
    return row | {"sic_code": "3571", "list_date": "1980-12-12", "round_lot": 100}


def closure(day: str) -> Json:
    """A holiday of NYSE."""
    return {"exchange": "NYSE", "name": "Thanksgiving", "date": day, "status": "closed"}


BARS = OneTable(
    "bars",
    lambda provider: provider.daily_bars(date(2026, 8, 7)),
    lambda number: grouped_bar(T=f"GOOD{number}"),
    wire_key="T",
)
SNAPSHOT = OneTable(
    "snapshot",
    lambda provider: provider.snapshot(),
    lambda number: snapshot_row(ticker=f"GOOD{number}"),
    rows="tickers",
)
TRADES = OneTable(
    "trades",
    lambda provider: provider.trades("X", OPEN, OPEN + timedelta(days=1)),
    lambda number: trade(id=f"GOOD{number}"),
    key="id",
    wire_key="id",
)
INTRADAY = OneTable(
    "intraday",
    lambda provider: provider.intraday("X", DAY, 5),
    _custom(OPEN, timedelta(minutes=5)),
    key="start",
    wire_key="t",
)
INDEX_DAYS = OneTable(
    "index days",
    lambda provider: provider.index_days("SPY", date(2020, 1, 2), DAY),
    _custom(datetime(2026, 11, 9, 5, tzinfo=UTC), timedelta(days=1)),
    key="session",
    wire_key="t",
)
SPLITS = OneTable("splits", lambda provider: provider.splits(SINCE), _split)
DIVIDENDS = OneTable("dividends", lambda provider: provider.dividends(SINCE), _dividend)
TICKERS = OneTable("tickers", lambda provider: provider.tickers(), _listed)
DELISTED = OneTable("delisted", lambda provider: provider.delisted(SINCE), _delisted)
SHORT_VOLUME = OneTable("short volume", lambda provider: provider.short_volume(DAY), _short)
CONDITIONS = OneTable("conditions", lambda provider: provider.conditions(), _condition, key="id", wire_key="id")
CHAIN = OneTable(
    "chain",
    lambda provider: provider.chain("SPY", (DAY, date(2027, 1, 15)), (500.0, 700.0)),
    contract,
    wire_key="details",
)
YIELDS = OneTable("yields", lambda provider: provider.yields(), _yields, key="months", wire_key="date")
SHORT_INTEREST = OneTable("short interest", lambda provider: provider.short_interest(SINCE), counted)
FLOATS = OneTable("floats", lambda provider: provider.floats(), free)
EARNINGS = OneTable("earnings", lambda provider: provider.earnings(SINCE, DAY), report)
FILINGS = OneTable("filings", lambda provider: provider.filings(SINCE, DAY), filing, key="cik", wire_key="cik")
NEWS = OneTable("news", lambda provider: provider.news("X", OPEN), article, key="id", wire_key="id")
EVERY_TABLE = (
    *(BARS, SNAPSHOT, TRADES, INTRADAY, INDEX_DAYS, SPLITS, DIVIDENDS),
    *(TICKERS, DELISTED, SHORT_VOLUME, CONDITIONS, CHAIN, YIELDS),
    *(SHORT_INTEREST, FLOATS, EARNINGS, FILINGS, NEWS),
)
