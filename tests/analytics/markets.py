"""A small market for the tests of analytics: bars, names and a live table, the same for the same seed."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl

from deskview.market.schema import BARS, LIVE, NAMES, SPLITS, UTC_NS

LAST = date(2026, 2, 3)
TODAY = date(2026, 2, 4)
NOW = datetime(2026, 2, 4, 20, 0, tzinfo=UTC)
CLOSES = datetime(2026, 2, 4, 21, 0, tzinfo=UTC)
SECTORS = ("Energy", "Financials", "Materials", None)


@dataclass(frozen=True)
class Market:
    """BARS, NAMES and LIVE that fit each other; the first ticker is the benchmark SPY."""

    bars: pl.DataFrame
    names: pl.DataFrame
    live: pl.DataFrame

    def ret(self, ticker: str) -> float:
        """The live return of a name."""
        return float(self.live.filter(pl.col("ticker") == ticker)["ret"].item())


def weekdays(count: int, last: date = LAST) -> list[date]:
    """The last `count` weekdays up to a date, oldest first."""
    days = (last - timedelta(days=back) for back in range(2 * count + 7))
    return [day for day in days if day.weekday() < 5][:count][::-1]


def market(*, names: int = 60, sessions: int = 273, seed: int = 1, caps: bool = True) -> Market:
    """A one-factor market with drifts of its own for every name."""
    rng = np.random.default_rng(seed)
    tickers = ["SPY", *(f"N{number:03d}" for number in range(names))]
    common = rng.normal(0.0003, 0.01, sessions + 1)
    beta = np.r_[1.0, rng.uniform(0.5, 1.8, names)]
    drift = np.r_[0.0, rng.normal(0, 0.0015, names)]
    noise = rng.normal(0, 1, (sessions + 1, names + 1)) * np.r_[0.0, rng.uniform(0.008, 0.03, names)]
    returns = common[:, None] * beta + drift + noise
    start = np.r_[500.0, rng.uniform(40, 300, names)]
    prices = start * np.cumprod(1 + returns, axis=0)
    volume = rng.lognormal(15, 0.5, prices.shape)
    return Market(
        _bars(tickers, weekdays(sessions), prices[:-1], volume[:-1]),
        _names(tickers, rng.lognormal(24, 1, names) if caps else None),
        _live(tickers, prices[-2], prices[-1]),
    )


def _bars(tickers: list[str], days: list[date], prices: np.ndarray, volume: np.ndarray) -> pl.DataFrame:
    price = prices.T.ravel()
    columns = {
        "ticker": np.repeat(tickers, len(days)),
        "session": days * len(tickers),
        **dict.fromkeys(("open", "high", "low", "close", "vwap"), price),
        "volume": volume.T.ravel(),
        "trades": [100] * len(price),
    }
    return pl.DataFrame(columns, schema=dict(BARS))


def _names(tickers: list[str], caps: np.ndarray | None) -> pl.DataFrame:
    count = len(tickers)
    columns = {
        "ticker": tickers,
        "name": [f"{ticker} Inc." for ticker in tickers],
        "type": ["ETF", *["CS"] * (count - 1)],
        "sector": [None, *(SECTORS[place % len(SECTORS)] for place in range(count - 1))],
        "industry": [None] * count,
        "market_cap_usd": [None, *(caps if caps is not None else [None] * (count - 1))],
        "shares_outstanding": [None] * count,
        "in_index": [False, *[True] * (count - 1)],
        "cik": [None] * count,
    }
    return pl.DataFrame(columns, schema=dict(NAMES))


def _live(tickers: list[str], before: np.ndarray, price: np.ndarray) -> pl.DataFrame:
    columns = {
        "ticker": tickers,
        "price": price,
        "prev_close": before,
        "ret": price / before - 1,
        "price_time": [NOW - timedelta(seconds=30)] * len(tickers),
        "volume": [1e6] * len(tickers),
        "after_hours": [None] * len(tickers),
        "doubt": [None] * len(tickers),
    }
    absent = {column: [None] * len(tickers) for column in LIVE if column not in columns}
    return pl.DataFrame(columns | absent, schema=dict(LIVE))


def unpriced(live: pl.DataFrame, *tickers: str) -> pl.DataFrame:
    """LIVE in which these names have not traded today."""
    gone = pl.col("ticker").is_in(tickers)
    return live.with_columns(pl.when(~gone).then(column).alias(column) for column in ("price", "ret", "price_time"))


def halted(live: pl.DataFrame, ticker: str, since: datetime) -> pl.DataFrame:
    """LIVE in which a name last traded at that time."""
    time = pl.when(pl.col("ticker") == ticker).then(pl.lit(since).cast(UTC_NS)).otherwise("price_time")
    return live.with_columns(price_time=time)


def split(ticker: str, day: date, split_from: float, split_to: float) -> pl.DataFrame:
    """SPLITS with one row."""
    row = {"ticker": ticker, "execution_date": day, "split_from": split_from, "split_to": split_to, "factor": 1.0}
    return pl.DataFrame([row], schema=dict(SPLITS))


def before_split(bars: pl.DataFrame, ticker: str, day: date, ratio: float) -> pl.DataFrame:
    """BARS as they were traded, with a split of `ratio` new shares for one on that day."""
    touched = (pl.col("ticker") == ticker) & (pl.col("session") < day)
    prices = [
        pl.when(touched).then(pl.col(price) * ratio).otherwise(price).alias(price)
        for price in ("open", "high", "low", "close", "vwap")
    ]
    return bars.with_columns(*prices, volume=pl.when(touched).then(pl.col("volume") / ratio).otherwise("volume"))


def numbers(value: object, path: str = "") -> Iterator[tuple[str, float]]:
    """Every float of a structure of builtins with its path."""
    if isinstance(value, float):
        yield path, value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from numbers(part, f"{path}.{key}")
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from numbers(part, f"{path}.{place}")


def not_finite(value: object) -> list[str]:
    """Paths of NaN and infinity in a structure of builtins."""
    return [path for path, number in numbers(value) if not math.isfinite(number)]


def nulls(value: object, path: str = "") -> Iterator[str]:
    """Path of every None in a structure of builtins."""
    if value is None:
        yield path.removeprefix(".")
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from nulls(part, f"{path}.{key}")
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from nulls(part, f"{path}.{place}")
