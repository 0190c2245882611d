"""Daily history as matrices: sessions down, names across, built once and shared by every method.

Inside the matrices a missing value is NaN; readings turn it into null before anything leaves analytics.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple, TypeAlias, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from deskview.analytics.adjust import DOLLAR_VOLUME, dividends_paid, split_ratios

Floats: TypeAlias = NDArray[np.float64]
Singles: TypeAlias = NDArray[np.float32]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]

Matrix = TypeVar("Matrix", Floats, Singles)

FILL_SESSIONS = 5
"""A name without a bar keeps its last close for this many sessions (a halt), then counts as gone."""
THIN_SHARE = 0.2
"""A session with fewer bars than this share of the median session is no session: its bars are left out."""


@dataclass(frozen=True)
class Panel:
    """Closes and dollar volumes of completed sessions.

    `sessions` ascend, `tickers` are sorted. `close` (sessions x names) is on one share basis, carried over
    at most FILL_SESSIONS sessions without a bar, NaN elsewhere. `dollar_volume_usd` is 0 where there is no
    bar. `traded` is the close as it was on the day where that is known (bars that were adjusted here), carried over
    alike, else None. `thin_sessions` are the dates left out for having too few bars to be a session of the market.
    """

    sessions: tuple[date, ...]
    tickers: tuple[str, ...]
    close: Floats
    dollar_volume_usd: Floats
    thin_sessions: tuple[date, ...] = ()
    traded: Singles | None = None
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


class Grid(NamedTuple):
    """Bars laid out as matrices before anything is carried over; NaN and 0 where there is no bar.

    `traded` is the close before any adjustment, None where there was none.
    """

    sessions: tuple[date, ...]
    tickers: tuple[str, ...]
    close: Floats
    dollar_volume_usd: Floats
    thin_sessions: tuple[date, ...]
    traded: Singles | None = None

    def of(self, tickers: Iterable[str]) -> "Grid":
        """The columns of those of the tickers it has."""
        wanted = set(tickers)
        columns = [column for column, ticker in enumerate(self.tickers) if ticker in wanted]
        return self._replace(
            tickers=tuple(self.tickers[column] for column in columns),
            close=self.close[:, columns],
            dollar_volume_usd=self.dollar_volume_usd[:, columns],
            traded=None if self.traded is None else self.traded[:, columns],
        )

    def panel(self) -> Panel:
        """The panel of it: closes carried over short gaps, in place."""
        close, traded = carried(self.close, FILL_SESSIONS), self.traded
        if traded is not None:
            traded = carried(traded, FILL_SESSIONS)
        return Panel(self.sessions, self.tickers, close, self.dollar_volume_usd, self.thin_sessions, traded)


def panel_of(history: pl.DataFrame, *, before: date | None = None, tickers: Iterable[str] | None = None) -> Panel:
    """HISTORY to a Panel of the sessions before the date `before` (the live session), in any row order.

    `tickers` limits the names; the sessions are those of the whole market. Rows need unique (ticker, session).
    Closes are `total_close`, so returns are total returns; a history without it gives price returns.
    """
    close = pl.col("total_close" if "total_close" in history.columns else "close")
    return grid_of(history, close, pl.col("dollar_volume_usd"), before=before, tickers=tickers).panel()


def grid_of(
    rows: pl.DataFrame,
    close: pl.Expr,
    dollars: pl.Expr,
    *,
    before: date | None = None,
    tickers: Iterable[str] | None = None,
) -> Grid:
    """Rows of ticker and session to matrices of two of their figures; rows without a close above zero are no bars."""
    fit = close.is_finite() & (close > 0)
    if before is not None:
        fit &= pl.col("session") < before
    frame = rows.select("ticker", "session", close=close, dollars=dollars.cast(pl.Float64), fit=fit)
    if not frame.get_column("fit").all(ignore_nulls=False):
        frame = frame.filter("fit")
    place, sessions, thin = _sessions(frame.get_column("session"))
    if thin or tickers is not None:
        wanted = pl.Series(place >= 0)
        if tickers is not None:
            wanted &= frame.get_column("ticker").is_in(list(tickers))
        frame, place = frame.filter(wanted), place[wanted.to_numpy()]
    return _laid_out(frame, place, sessions, thin)


def _sessions(dates: pl.Series) -> tuple[Ints, list[date], list[date]]:
    """The session number of each row (-1 in a thin one), the market's sessions, and the dates too thin to be one."""
    days = dates.to_physical().to_numpy()
    if not len(days):
        return np.empty(0, dtype=np.int64), [], []
    counts = np.bincount(days - days.min())
    found = np.flatnonzero(counts)
    real = counts[found] >= THIN_SHARE * float(np.median(counts[found]))
    number = np.full(len(counts), -1)
    number[found[real]] = np.arange(real.sum())
    named = pl.Series(found + days.min()).cast(pl.Int32).cast(pl.Date)
    return number[days - days.min()], named.filter(real).to_list(), named.filter(~real).to_list()


def _laid_out(frame: pl.DataFrame, place: Ints, sessions: list[date], thin: list[date]) -> Grid:
    names = frame.get_column("ticker").unique().sort()
    shape = (len(sessions), len(names))
    cells = place * shape[1] + frame.get_column("ticker").cast(pl.Enum(names)).to_physical().to_numpy()
    close, dollars = np.full(shape, np.nan), np.zeros(shape)
    close.reshape(-1)[cells] = frame.get_column("close").to_numpy()
    traded = frame.get_column("dollars").to_numpy()
    dollars.reshape(-1)[cells] = np.where(np.isfinite(traded), traded, 0.0)
    return Grid(tuple(sessions), tuple(names), close, dollars, tuple(thin))


def carried(values: Matrix, limit: int) -> Matrix:
    """Each NaN takes the last value above it in its column, at most `limit` rows down; works in place."""
    gaps = np.isnan(values)
    if not gaps.any():
        return values
    for row in range(1, len(values)):
        empty = gaps[row]
        values[row, empty] = values[row - 1, empty]
    _uncarry(values, gaps, limit)
    return values


def _uncarry(values: Floats | Singles, gaps: Bools, limit: int) -> None:
    """Takes back what was carried further than `limit` rows."""
    age = np.zeros(values.shape[1], dtype=np.int64)
    for row in range(len(values)):
        age = np.where(gaps[row], age + 1, 0)
        values[row, age > limit] = np.nan


class _Events(NamedTuple):
    """What happened to names of the grid: column, the first row of its date or after (one past the end: today)."""

    columns: Ints
    rows: Ints
    values: Floats


def adjusted_panel(
    bars: pl.DataFrame,
    splits: pl.DataFrame,
    dividends: pl.DataFrame | None = None,
    *,
    basis: date,
) -> Panel:
    """BARS, SPLITS and DIVIDENDS to the Panel of `panel_of(adjusted_history(...))`, in about a third of the time."""
    return adjusted_grid(bars, splits, dividends, basis=basis).panel()


def adjusted_grid(
    bars: pl.DataFrame,
    splits: pl.DataFrame,
    dividends: pl.DataFrame | None = None,
    *,
    basis: date,
) -> Grid:
    """The same before anything is carried over short gaps.

    `bars` needs ticker, session, close, volume and vwap. `basis` is as there.
    """
    grid = grid_of(bars, pl.col("close"), DOLLAR_VOLUME)
    grid = grid._replace(traded=grid.close.astype(np.float32))
    split = _events(grid, split_ratios(splits, basis), "ratio")
    _scale(grid.close, split)
    if dividends is not None:
        paid = _events(grid, dividends_paid(dividends, basis), "cash")
        _scale(grid.close, _reinvested(grid, paid, split))
    return grid


def _events(grid: Grid, table: pl.DataFrame, value: str) -> _Events:
    """The rows of (ticker, date, value) whose name is in the grid."""
    column = {ticker: number for number, ticker in enumerate(grid.tickers)}
    columns = np.array([column.get(ticker, -1) for ticker in table.get_column("ticker")], dtype=np.int64)
    sessions = pl.Series(grid.sessions, dtype=pl.Date)
    rows = np.asarray(sessions.search_sorted(table.get_column("date"), side="left"), dtype=np.int64)
    known = columns >= 0
    return _Events(columns[known], rows.reshape(-1)[known], table.get_column(value).to_numpy()[known])


def _factors(rows: int, events: _Events, columns: Ints) -> Floats:
    """For each of the columns and each row, and one past the end: the product of the values dated after the row."""
    factors = np.ones((rows + 2, len(columns)))
    np.multiply.at(factors, (events.rows, np.searchsorted(columns, events.columns)), events.values)
    return np.cumprod(factors[::-1], axis=0, dtype=np.float64)[::-1][1:]


def _scale(close: Floats, events: _Events) -> None:
    """Multiplies each close by the product of the later values of its name, in place."""
    columns = np.unique(events.columns)
    if len(columns):
        close[:, columns] *= _factors(len(close), events, columns)[:-1]


def _reinvested(grid: Grid, paid: _Events, split: _Events) -> _Events:
    """1 - dividend / close before its ex-date, of those below it, everything on today's share basis."""
    names = np.union1d(paid.columns, split.columns)
    cash = paid.values * _factors(len(grid.close), split, names)[paid.rows, np.searchsorted(names, paid.columns)]
    close = _last_before(grid.close, paid)
    usable = cash < close
    return _Events(paid.columns[usable], paid.rows[usable], 1 - cash[usable] / close[usable])


def _last_before(close: Floats, events: _Events) -> Floats:
    """The last close there is before each event's row, however old; NaN where there is none."""
    rows = events.rows - 1
    last = np.where(rows >= 0, close[np.maximum(rows, 0), events.columns], np.nan)
    for place in np.flatnonzero(np.isnan(last) & (rows > 0)):
        earlier = close[: rows[place], events.columns[place]]
        known = earlier[~np.isnan(earlier)]
        last[place] = known[-1] if len(known) else np.nan
    return last
