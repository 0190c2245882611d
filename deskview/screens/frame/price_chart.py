"""The price chart of a detail over the span the user chose."""

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from deskview.format import NEW_YORK, month_ticks, price
from deskview.screens.frame.age import OPEN, market_state
from deskview.screens.frame.detail import Detail
from deskview.widgets.chartspec import Candle, ChartSpec, Level, Series

if TYPE_CHECKING:
    from deskview.board import Board


SESSIONS = {"1d": 1, "5d": 5, "1m": 21, "3m": 63, "1y": 252}
NEAR = 10
"""A month's label this many sessions before the newest gives way to that."""


@dataclass(frozen=True)
class Today:
    """The session under way: its last price, its candle so far (None before the first trade), and its label."""

    last: float
    label: str
    candle: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class View:
    """What the chart shows: its span, candles or a line, and the session's own bars once they have come.

    `note` says why there are none.
    """

    span: str
    candles: bool = False
    bars: pl.DataFrame | None = None
    note: str = "the session's bars are being fetched"


def with_chart(board: "Board", detail: Detail, view: View) -> Detail:
    """The detail with the chart of its price over the view's span; slow enough for a thread."""
    chart = _chart(board, detail.price_of, view) if detail.price_of else None
    return replace(detail, chart=chart, chart_title=_title(view) if chart is not None else "")


def _title(view: View) -> str:
    if view.span != "1d":
        return f"{view.span} {'candles' if view.candles else 'close'}, adjusted  [ ]"
    return "1d in 5 minutes  [ ]" if view.bars is not None else f"1d  [ ]  {view.note}"


def _chart(board: "Board", ticker: str, view: View) -> ChartSpec | None:
    if board.basis is None:
        return None
    today = today_of(board, ticker)
    days = board.basis.history.filter(pl.col("ticker") == ticker)
    if view.span == "1d":
        before = days["close"].tail(1).to_list()
        return _session(ticker, view, before[0] if before else None, today.last if today else None)
    days = days.sort("session").tail(SESSIONS[view.span])
    return _candles(ticker, days, today) if view.candles else _closes(ticker, days, today)


def today_of(board: "Board", ticker: str) -> Today | None:
    """The name in the board's session, from the close on at its official close; None without a price."""
    if board.snapshot is None or board.live is None or board.session is None:
        return None
    priced = board.live.filter((pl.col("ticker") == ticker) & pl.col("price").is_not_null()).select("ticker", "price")
    rows = priced.join(board.snapshot.select("ticker", "open", "high", "low"), on="ticker")
    if rows.is_empty():
        return None
    label = f"{board.session:%d %b}{' now' if market_state(board) == OPEN else ''}"
    last, first, high, low = rows.select("price", "open", "high", "low").row(0)
    if first is None or high is None or low is None:
        return Today(last, label)
    return Today(last, label, (first, max(high, last), min(low, last), last))


def _closes(ticker: str, days: pl.DataFrame, today: Today | None) -> ChartSpec | None:
    """A line through the closes to the last price."""
    values: list[float] = [*days["close"].to_list(), *([today.last] if today else [])]
    if not values:
        return None
    series = Series(tuple(map(float, range(len(values)))), tuple(values))
    sessions = days["session"].to_list()
    return ChartSpec(
        version=f"{ticker}:{sessions[-1] if sessions else ''}:{len(values)}:{today}",
        series=(series,),
        levels=_levels(today),
        x_ticks=_ticks(sessions, today.label if today else ""),
        write=price,
    )


def _candles(ticker: str, days: pl.DataFrame, today: Today | None) -> ChartSpec | None:
    """As many candles as the span has sessions, that under way among them once it has traded."""
    whole = days.drop_nulls(["open", "high", "low", "close"])
    if today is not None and today.candle is not None:
        whole, label, newest = whole.tail(max(0, days.height - 1)), today.label, [today.candle]
    else:
        label, newest = "", []
    rows = [*whole.select("open", "high", "low", "close").rows(), *newest]
    if not rows:
        return _closes(ticker, days, today)
    sessions = whole["session"].to_list()
    return ChartSpec(
        version=f"{ticker}:candles:{sessions[-1] if sessions else ''}:{len(rows)}:{today}",
        candles=tuple(Candle(float(x), *row) for x, row in enumerate(rows)),
        levels=_levels(today),
        x_ticks=_ticks(sessions, label),
        write=price,
    )


def _session(ticker: str, view: View, before: float | None, last: float | None) -> ChartSpec | None:
    """Today: the session's bars where they have come, else the way from the last close to the last price."""
    levels = (Level(before, "previous close"),) if before is not None else ()
    bars = view.bars
    if bars is None or bars.is_empty():
        if before is None or last is None:
            return None
        return ChartSpec(f"{ticker}:today:{last}", (Series((0.0, 1.0), (before, last)),), levels=levels, write=price)
    bars = bars.sort("start")
    times = bars["start"].dt.convert_time_zone(str(NEW_YORK)).to_list()
    xs = tuple(float(x) for x in range(bars.height))
    hours = tuple((x, f"{at:%H:%M}") for x, at in zip(xs, times, strict=True) if at.minute == 0)
    version = f"{ticker}:intraday:{times[-1]}:{view.candles}:{bars['close'][-1]}"
    if view.candles:
        rows = bars.select("open", "high", "low", "close").rows()
        candles = tuple(Candle(x, *row) for x, row in zip(xs, rows, strict=True))
        return ChartSpec(version, candles=candles, levels=levels, x_ticks=hours, write=price)
    return ChartSpec(version, (Series(xs, tuple(bars["close"].to_list())),), levels=levels, x_ticks=hours, write=price)


def _levels(today: Today | None) -> tuple[Level, ...]:
    return (Level(today.last, price(today.last), "accent"),) if today else ()


def _ticks(days: list[date], newest: str) -> tuple[tuple[float, str], ...]:
    """The first session of each month, over a month or less every day; behind them the `newest`, where there is one."""
    end = ((float(len(days)), newest),) if newest else ()
    if len(days) <= SESSIONS["1m"]:
        return (*((float(index), f"{day:%d %b}") for index, day in enumerate(days)), *end)
    return (*(tick for tick in month_ticks(days) if not end or len(days) - tick[0] > NEAR), *end)
