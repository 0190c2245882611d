"""A market of a few names, as tables of `deskview.market.schema`: what every provider's server holds, and so the truth.

Nulls stand wherever a vendor may leave something out. Rows lie in no order, so that a promised one must be made.
"""

from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta

import polars as pl

from deskview.market import schema
from deskview.market.schema import Schema, require
from deskview.market.sessions import Closure
from deskview.providers.capabilities import Capability
from deskview.providers.vendor import Vendor

DAY, DAY_BEFORE, HOLIDAY = date(2026, 11, 20), date(2026, 11, 19), date(2026, 11, 26)
SINCE = date(2026, 3, 1)
NOW = datetime(2026, 11, 20, 20, 59, 59, tzinfo=UTC)
OPEN = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
UNTIL = OPEN + timedelta(minutes=10)
EXPIRY, LATER = date(2026, 11, 27), date(2026, 12, 18)
EXPIRIES, STRIKES = (DAY, LATER), (6_512.125, 12_345.675)
"""What is asked of the chain; contracts expire and are struck on the bounds, a day and a thousandth beyond them."""
REPORTED = (SINCE, EXPIRY)
"""What is asked of reports and filings; some are of the bounds and of a day beyond them."""
NANOS = 1_000_000_000
EVENING = datetime(2026, 11, 21, 0, 59, tzinfo=UTC)
"""Of the day in New York, of the next one in UTC."""


@dataclass(frozen=True, eq=False)
class Market:
    """The tables by their names in the schema; INDEX_DAYS is SPY's, INTRADAY holds bars of five
    minutes, CHAIN is SPX's, YIELDS are of several days, SHORT_INTEREST of several settlements."""

    now: datetime
    phase: str
    closures: dict[date, Closure]
    tickers: pl.DataFrame
    delisted: pl.DataFrame
    details: pl.DataFrame
    bars: pl.DataFrame
    splits: pl.DataFrame
    dividends: pl.DataFrame
    snapshot: pl.DataFrame
    trades: pl.DataFrame
    intraday: pl.DataFrame
    index_days: pl.DataFrame
    short_volume: pl.DataFrame
    chain: pl.DataFrame
    yields: pl.DataFrame
    short_interest: pl.DataFrame
    floats: pl.DataFrame
    earnings: pl.DataFrame
    filings: pl.DataFrame
    news: pl.DataFrame
    conditions: pl.DataFrame

    def __post_init__(self) -> None:
        for each in fields(self)[3:]:
            require(getattr(self, each.name), getattr(schema, each.name.upper()), each.name)


def nanos(moment: datetime, more: int = 0) -> int:
    """Unix ns of a whole second and so many more."""
    return int(moment.timestamp()) * NANOS + more


def _table(of: Schema, rows: list[tuple[object, ...]]) -> pl.DataFrame:
    """Rows as a table; times are given as Unix ns."""
    columns = zip(*rows, strict=True)
    return pl.DataFrame(
        [
            pl.Series(name, values, dtype=pl.Int64()).cast(kind)
            if kind == schema.UTC_NS
            else pl.Series(name, values, dtype=kind)
            for (name, kind), values in zip(of.items(), columns, strict=True)
        ]
    )


def _bars() -> pl.DataFrame:
    rows: list[tuple[object, ...]] = []
    for place, ticker in enumerate(("NVDA", "BRK.B", "KIMpL", "SPY", "AAPL")):
        for session in (DAY, DAY_BEFORE):
            price = 100.25 + 10 * place + session.day / 10
            average = None if ticker == "KIMpL" else price + 0.0123
            count = None if ticker == "AAPL" else 1_000 + place
            rows.append((ticker, session, price, price + 2, price - 2, price + 1, 1e6 + place / 4, average, count))
    return _table(schema.BARS, rows)


def _snapshot() -> pl.DataFrame:
    at = nanos(NOW, -123_456_789)
    minute = nanos(datetime(2026, 11, 20, 20, 59, tzinfo=UTC))
    day = (150.1, 153.9, 149.02, 46_512_003.5)
    rows: list[tuple[object, ...]] = [
        ("SPY", 153.4649, at, [14, 37], 153.46, minute, 153.4, 151.25, *day, at),
        ("NVDA", 10.0001, at - 5, [], 10.0, at, 10.0, 9.5, 9.6, 10.2, 9.4, 1_000.0, at),
        ("AAPL", None, None, [], 20.5, minute, 20.5, 20.0, 20.1, 20.6, 19.9, 77.0, at),
        ("BRK.B", 480.5, nanos(EVENING), [12], None, None, None, 479.0, *[None] * 4, nanos(EVENING, 7)),
        ("KIMpL", None, None, [], None, None, None, 25.0, *[None] * 4, None),
        ("NEW", 30.0, at, [], 30.0, at, 30.0, None, 29.0, 31.0, 28.0, 5.25, at),
    ]
    return _table(schema.SNAPSHOT, rows)


def _trades() -> pl.DataFrame:
    rows: list[tuple[object, ...]] = []
    for place in range(24):
        made = nanos(OPEN + timedelta(seconds=20 * place), 123_456_700 + place)
        off = place % 3 == 0
        codes = [[], [37], [12, 37]][place % 3]
        price_e4 = 1_534_649 + 7 * place
        key, exchange = f"52983525{place:03}" if place % 5 else None, 4 if off else 11
        row = ("NVDA", made - 2_000, made, place, key, price_e4 / 1e4, price_e4, 0.25 + place)
        rows.append((*row, exchange, off, codes, int(place == 9)))
    edge: tuple[object, ...] = ("X", 20.5, 205_000, 100.0, 11, False, [], 0)
    for second, sequence in ((0, 100), (0, 99), (600, 101), (-1, 98)):  # two of one time, one at the end, one before
        made = nanos(OPEN + timedelta(seconds=second))
        rows.append(("NVDA", made, made, sequence, *edge))
    rows.append(("AAPL", nanos(OPEN, 5), nanos(OPEN, 5), 1, *edge))
    return _table(schema.TRADES, rows[::-1])


def _intraday() -> pl.DataFrame:
    starts = [OPEN, OPEN - timedelta(hours=5), OPEN + timedelta(minutes=5), EVENING - timedelta(minutes=4)]
    starts += [start - timedelta(days=1) for start in starts]
    rows: list[tuple[object, ...]] = [
        ("NVDA", nanos(start), 10.0 + place, 12.0 + place, 9.0 + place, 10.5 + place, 100.5 * place)
        for place, start in enumerate(starts)
    ]
    return _table(schema.INTRADAY, rows)


def _listings() -> dict[str, pl.DataFrame]:
    tickers: list[tuple[object, ...]] = [
        ("NVDA", "NVIDIA Corp", "CS", "XNAS", "0001045810", "BBG000BBJQV0"),
        ("SPY", "S&P 500 Trust", "ETF", "ARCX", None, None),
        ("BRK.B", "Berkshire Hathaway", "CS", None, "0001067983", None),
        ("AAPL", "Apple Inc.", "CS", "XNAS", None, "BBG000B9XRY4"),
        ("BABA", "Alibaba", "ADRC", "XNYS", None, None),
    ]
    delisted: list[tuple[object, ...]] = [
        ("SIVB", "SVB Financial", "CS", "0000719739", "BBG000BT0CM2", date(2026, 5, 28)),
        ("FRC", "First Republic", "CS", None, None, SINCE),
        ("OLD", "Gone before", "CS", None, None, SINCE - timedelta(days=1)),
        ("SIVB", "SVB of before", "CS", None, None, date(2026, 4, 2)),
    ]
    details: list[tuple[object, ...]] = [
        ("NVDA", DAY, "NVIDIA Corp", "CS", 24.3e9, 4.4e12, "3674", date(1999, 1, 22)),
        ("SPY", DAY, "S&P 500 Trust", "ETF", 1.05e9, None, None, None),
        ("AAPL", DAY, "Apple Inc.", "CS", None, None, "3571", None),
    ]
    conditions: list[tuple[object, ...]] = [
        (37, "Odd Lot Trade", True, False, False),
        (12, "Form T", True, False, None),
        (60, "No rules", None, None, None),
        (14, "Intermarket Sweep", True, True, True),
    ]
    return {
        "tickers": _table(schema.TICKERS, tickers),
        "delisted": _table(schema.DELISTED, delisted),
        "details": _table(schema.DETAILS, details),
        "conditions": _table(schema.CONDITIONS, conditions),
    }


def _actions() -> dict[str, pl.DataFrame]:
    splits: list[tuple[object, ...]] = [
        ("SOXL", date(2026, 5, 1), 1.0, 15.0, 0.066667),
        ("AAPL", date(2026, 3, 20), 1.0, 4.0, None),
        ("ABC", date(2026, 5, 1), 60.0, 1.0, 60.0),
        ("XYZ", SINCE, 2.0, 3.0, 0.6667),
        ("OLD", SINCE - timedelta(days=1), 1.0, 2.0, 0.5),
    ]
    dividends: list[tuple[object, ...]] = [
        ("SPY", date(2026, 9, 18), 1.8331),
        ("AAPL", date(2026, 5, 11), 0.26),
        ("AAPL", date(2026, 8, 10), 0.26),
        ("MSFT", SINCE, 0.91),
        ("OLD", SINCE - timedelta(days=1), 0.5),
    ]
    index_days: list[tuple[object, ...]] = [
        (date(2026, 11, day), 600.0 + day / 8) for day in (20, 16, 17, 19, 18, 13, 12, 11)
    ]
    short: list[tuple[object, ...]] = [
        (ticker, session, 1e6 + place + session.day, 4e5 + place / 2)
        for place, ticker in enumerate(("NVDA", "AAPL", "SPY"))
        for session in (DAY, DAY_BEFORE)
    ]
    return {
        "splits": _table(schema.SPLITS, splits),
        "dividends": _table(schema.DIVIDENDS, dividends),
        "index_days": _table(schema.INDEX_DAYS, index_days),
        "short_volume": _table(schema.SHORT_VOLUME, short),
    }


def _contract(root: str, expiry: date, strike: float, right: str, *told: float | None) -> tuple[object, ...]:
    ticker = f"O:{root}{expiry:%y%m%d}{right[0].upper()}{round(strike * 1000):08d}"
    return ticker, root, expiry, strike, right, "european", 100.0, *told, 6_765.25


def _options() -> dict[str, pl.DataFrame]:
    nothing = (None, None, None, None)
    low, high = STRIKES
    chain = [
        _contract("SPXW", EXPIRY, 6_750.0, "put", 1_200.0, 0.1325, 41.5, 42.0, 41.75),
        _contract("SPXW", EXPIRY, 6_750.0, "call", 0.0, 0.1325, None, None, None),
        _contract("SPXW", EXPIRY, 6_700.5, "call", None, 0.141, 99.0, 101.5, None),
        _contract("SPX", LATER, high, "call", 17.0, *nothing),
        _contract("SPX", LATER, low, "put", 30_411.0, 5.0, None, 0.05, 0.05),
        _contract("SPXW", DAY, 6_760.0, "put", 8.0, *nothing),
        _contract("SPX1", LATER, 7_000.0, "call", 3.0, *nothing),
        _contract("SPX", LATER, low - 0.001, "put", 1.0, *nothing),
        _contract("SPX", LATER, high + 0.001, "call", 1.0, *nothing),
        _contract("SPXW", DAY - timedelta(days=1), 6_760.0, "put", 1.0, *nothing),
        _contract("SPX", LATER + timedelta(days=1), 6_760.0, "put", 1.0, *nothing),
        (*_contract("SPXW", EXPIRY, 6_800.0, "put", 5.0, *nothing)[:5], None, None, 5.0, *nothing, None),
    ]
    yields: list[tuple[object, ...]] = [
        (day, months, per_cent / 100)
        for day, per_cents in ((DAY, (3.9, 4.0, -0.05, 4.61)), (DAY_BEFORE, (4.25, 4.5, 3.5, 4.75)))
        for months, per_cent in zip((12.0, 1.0, 3.0, 360.0), per_cents, strict=True)
    ]
    return {"chain": _table(schema.CHAIN, chain), "yields": _table(schema.YIELDS, yields[::-1])}


def _of_names() -> dict[str, pl.DataFrame]:
    settled, before = date(2026, 10, 30), date(2026, 10, 15)
    short: list[tuple[object, ...]] = [
        ("NVDA", before, 2.1e8, 1.9e8, 1.11, None, None),
        ("BRK.B", settled, 9_412_377.0, 3_805_112.0, 2.47, None, None),
        ("NVDA", settled, 2.3e8, 1.8e8, 1.28, None, None),
        ("KIMpL", settled, 0.0, 0.0, None, None, None),
        ("AAPL", before, 1.4e8, None, None, None, None),
        ("OLD", SINCE - timedelta(days=1), 5.0, 5.0, 1.0, None, None),
    ]
    floats: list[tuple[object, ...]] = [
        ("NVDA", 23_312_000_000.0, 95.93, date(2026, 11, 1)),
        ("BRK.B", None, 88.5, date(2026, 11, 1)),
        ("AAPL", 14_700_000_000.0, None, None),
    ]
    earnings: list[tuple[object, ...]] = [
        ("NVDA", DAY, "after", True),
        ("BRK.B", DAY, None, None),
        ("AAPL", date(2026, 11, 27), "before", False),
        ("KIMpL", SINCE, None, True),
        ("KIMpL", date(2026, 3, 2), "during", True),
        ("OLD", SINCE - timedelta(days=1), "before", True),
        ("LATE", date(2026, 11, 28), "before", False),
    ]
    filings: list[tuple[object, ...]] = [
        ("0001045810", "NVDA", "10-Q", DAY),
        ("0001067983", None, "10-Q", DAY),
        ("0000320193", "AAPL", "10-K", SINCE),
        ("0000320193", "AAPL", "10-Q", SINCE - timedelta(days=1)),
        ("0000320193", "AAPL", "10-Q", date(2026, 11, 28)),
    ]
    url = "https://www.newswire.example/a?id=7&x=1#top"
    host = "www.newswire.example"
    news: list[tuple[object, ...]] = [
        ("b2", nanos(OPEN), ["NVDA"], "NVIDIA & [red]partners[/] \u2013 \u6771\u4eac", "Newswire", host, url),
        ("a1", nanos(OPEN, -NANOS), ["NVDA"], "Too old", None, None, None),
        ("c3", nanos(OPEN + timedelta(hours=1)), ["AAPL", "NVDA", "BRK.B"], "Markets wrap", None, None, None),
        ("d4", nanos(OPEN + timedelta(hours=2)), [], "About nobody", "A", "host.example", "https://host.example"),
    ]
    return {
        "short_interest": _table(schema.SHORT_INTEREST, short),
        "floats": _table(schema.FLOATS, floats),
        "earnings": _table(schema.EARNINGS, earnings),
        "filings": _table(schema.FILINGS, filings),
        "news": _table(schema.NEWS, news),
    }


MARKET = Market(
    now=NOW,
    phase="open",
    closures={HOLIDAY: Closure.CLOSED, date(2026, 11, 27): Closure.EARLY_CLOSE},
    bars=_bars(),
    snapshot=_snapshot(),
    trades=_trades(),
    intraday=_intraday(),
    **_listings(),
    **_actions(),
    **_options(),
    **_of_names(),
)

UNTOLD: dict[Capability, dict[str, pl.Expr]] = {
    Capability.TYPES: {name: pl.lit(None, pl.String()).alias("type") for name in ("tickers", "delisted", "details")},
    Capability.CAPS: {"details": pl.lit(None, pl.Float64()).alias("market_cap_usd")},
    Capability.INDUSTRIES: {"details": pl.lit(None, pl.String()).alias("sic_code")},
    Capability.OFF_EXCHANGE: {"trades": pl.lit(False).alias("off_exchange")},
    Capability.PARTICIPANT_TIME: {"trades": pl.col("sip_time").alias("time")},
}
"""What a column holds, table by table, where the vendor does not have what it tells."""


def told_by(vendor: Vendor) -> Market:
    """The market as far as a vendor tells it: a column it has nothing for is null, or what the schema says instead."""
    market = MARKET
    for capability in UNTOLD.keys() - vendor.plans.keys():
        columns = UNTOLD[capability].items()
        market = replace(market, **{name: getattr(market, name).with_columns(column) for name, column in columns})
    return market
