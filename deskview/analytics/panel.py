"""Daily history as matrices: sessions down, names across, built once and shared by every method.

Inside the matrices a missing value is NaN; readings turn it into null before anything leaves analytics.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]

FILL_SESSIONS = 5
"""A name without a bar keeps its last close for this many sessions (a halt), then counts as gone."""
THIN_SHARE = 0.2
"""A session with fewer bars than this share of the median session is no session: its bars are left out."""


@dataclass(frozen=True)
class Panel:
    """Closes and dollar volumes of completed sessions.

    `sessions` ascend, `tickers` are sorted. `close` (sessions x names) is on one share basis, carried over
    at most FILL_SESSIONS sessions without a bar, NaN elsewhere. `dollar_volume_usd` is 0 where there is no
    bar. `thin_sessions` are the dates left out for having too few bars to be a session of the market.
    """

    sessions: tuple[date, ...]
    tickers: tuple[str, ...]
    close: Floats
    dollar_volume_usd: Floats
    thin_sessions: tuple[date, ...] = ()
    _columns: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_columns", {ticker: column for column, ticker in enumerate(self.tickers)})

    @cached_property
    def returns(self) -> Floats:
        """Simple return of each session against the one before; the first row is NaN."""
        ratios = np.full_like(self.close, np.nan)
        np.divide(self.close[1:], self.close[:-1], out=ratios[1:])
        ratios[1:] -= 1.0
        return ratios

    def column(self, ticker: str) -> int | None:
        """The column of a ticker, None where it has no history."""
        return self._columns.get(ticker)

    def columns(self, tickers: Iterable[str]) -> Ints:
        """The column of each ticker, -1 where it has no history."""
        return np.fromiter((self._columns.get(ticker, -1) for ticker in tickers), dtype=np.int64)


def panel_of(history: pl.DataFrame, *, before: date | None = None, tickers: Iterable[str] | None = None) -> Panel:
    """HISTORY to a Panel of the sessions before the date `before` (the live session), in any row order.

    `tickers` limits the names; the sessions are those of the whole market. Rows need unique (ticker, session).
    Closes are `total_close`, so returns are total returns; a history without it gives price returns.
    """
    close = pl.col("total_close" if "total_close" in history.columns else "close").alias("close")
    rows = history.lazy().select("ticker", "session", close, "dollar_volume_usd").filter(pl.col("close") > 0)
    if before is not None:
        rows = rows.filter(pl.col("session") < before)
    frame = rows.filter(pl.col("close").is_finite()).collect()
    sessions, thin = _sessions(frame)
    if tickers is not None:
        frame = frame.filter(pl.col("ticker").is_in(list(tickers)))
    return _filled(frame, sessions, thin)


def _sessions(frame: pl.DataFrame) -> tuple[list[date], list[date]]:
    """The market's sessions and the dates with too few bars to be one."""
    counts = frame.group_by("session").len().sort("session")
    if counts.is_empty():
        return [], []
    real = counts["len"] >= THIN_SHARE * float(np.median(counts["len"].to_numpy()))
    return counts.filter(real)["session"].to_list(), counts.filter(~real)["session"].to_list()


def _filled(frame: pl.DataFrame, sessions: list[date], thin: list[date]) -> Panel:
    if thin:
        frame = frame.filter(~pl.col("session").is_in(thin))
    names = frame["ticker"].unique().sort()
    shape = (len(sessions), len(names))
    codes = frame["ticker"].cast(pl.Enum(names)).to_physical().to_numpy().astype(np.int64)
    days = pl.Series(sessions, dtype=pl.Date).search_sorted(frame["session"])
    cells = np.asarray(days, dtype=np.int64) * shape[1] + codes
    close = np.full(shape[0] * shape[1], np.nan)
    close[cells] = frame["close"].to_numpy()
    traded = np.zeros(shape[0] * shape[1])
    traded[cells] = np.nan_to_num(frame["dollar_volume_usd"].cast(pl.Float64).fill_null(0.0).to_numpy())
    closes = carried(close.reshape(shape), FILL_SESSIONS)
    return Panel(tuple(sessions), tuple(names), closes, traded.reshape(shape), tuple(thin))


def carried(values: Floats, limit: int) -> Floats:
    """Each NaN takes the last value above it in its column, at most `limit` rows down; works in place."""
    gaps = np.isnan(values)
    if not gaps.any():
        return values
    for row in range(1, len(values)):
        empty = gaps[row]
        values[row, empty] = values[row - 1, empty]
    _uncarry(values, gaps, limit)
    return values


def _uncarry(values: Floats, gaps: Bools, limit: int) -> None:
    """Takes back what was carried further than `limit` rows."""
    age = np.zeros(values.shape[1], dtype=np.int64)
    for row in range(len(values)):
        age = np.where(gaps[row], age + 1, 0)
        values[row, age > limit] = np.nan
