"""The chart of one session: candles of five minutes, volume, VWAP, opening range and the close before."""

from typing import TYPE_CHECKING

import polars as pl

from deskview.analytics.hours import SLOT
from deskview.analytics.price_lines import OPENING, opening_range, placed, usual_volume, vwap
from deskview.format import price, shares, tone
from deskview.screens.frame.chart_view import Hours, View, days_of, hours_of, today_of
from deskview.widgets.chartspec import Candle, ChartSpec, Level, Series, Volumes

if TYPE_CHECKING:
    from deskview.board import Basis, Board

LATE_SLOTS = 10
"""Without a bar after the opening range it is complete so many slots after the open: by then its last bar has come."""


def session_chart(board: "Board", basis: "Basis", ticker: str, view: View) -> ChartSpec | None:
    """Today: the session's bars where they have come, else the last price alone: of the way there nothing is known."""
    hours, today, days = hours_of(board, basis), today_of(board, ticker), days_of(board, basis, ticker)
    before, last = days["close"].tail(1).to_list(), today.last if today else None
    close = before[0] if before else None
    bars = None if view.bars is None else placed(view.bars, hours.begins, hours.ends)
    levels = () if close is None else (Level(close, "previous close", "dim", f"prev {price(close)}", gives_way=True),)
    boxed = None if last is None else (last, tone(None if close is None else last - close))
    span = (0.0, float(hours.slots))
    if bars is None or bars.is_empty():
        if close is None or last is None:
            return None
        way = Series((hours.now, hours.now), (last, last))
        version = f"{ticker}:1d:none:{last}:{hours.now:.1f}:{hours.ends}"
        return ChartSpec(version, (way,), levels=levels, boxed=boxed, x_ticks=hours.ticks, write=price, span=span)
    ranged, volumes = _range(bars, hours), _volumes(bars, basis, days, hours)
    return ChartSpec(
        version=f"{ticker}:1d:{_stamp(bars)}:{close}:{last}:{len(ranged)}:{volumes.label}:{hours.ends}",
        series=(_vwap(bars),),
        candles=tuple(
            Candle(float(at), *row) for at, *row in bars.select("slot", "open", "high", "low", "close").rows()
        ),
        levels=(*ranged, *levels),
        boxed=boxed,
        x_ticks=hours.ticks,
        write=price,
        tick_rows=3,
        volumes=volumes,
        candle_minutes=int(SLOT.total_seconds()) // 60,
        span=span,
    )


def no_bars(board: "Board", view: View) -> str:
    """Why the session's chart has no bars, empty where it has some."""
    if view.bars is None or board.basis is None:
        return view.note
    hours = hours_of(board, board.basis)
    return view.note if placed(view.bars, hours.begins, hours.ends).is_empty() else ""


def _stamp(bars: pl.DataFrame) -> str:
    """What differs where the bars do."""
    return f"{bars['start'][-1]}:{bars.height}:{bars['close'].sum()}:{bars['volume'].sum()}"


def _places(bars: pl.DataFrame) -> tuple[float, ...]:
    return tuple(map(float, bars["slot"]))


def _vwap(bars: pl.DataFrame) -> Series:
    """≈, as it is of bars and not of trades."""
    average = vwap(bars)
    if average[-1] is None:
        return Series((), (), "VWAP: no volume", "dim")
    return Series(_places(bars), tuple(average), f"VWAP ≈{price(average[-1])}", "accent", thin=True)


def _range(bars: pl.DataFrame, hours: Hours) -> tuple[Level, ...]:
    """High and low of the first 30 minutes once they are past."""
    past = hours.now >= LATE_SLOTS or int(bars["slot"][-1]) >= OPENING // SLOT
    found = opening_range(bars) if past and not hours.before_open else None
    if found is None:
        return ()
    low, high = found
    named = f"range {price(low)}–{price(high)}"
    return (
        Level(high, "opening range, high", "flat", named, gives_way=True),
        Level(low, "opening range, low", "flat", gives_way=True),
    )


def _volumes(bars: pl.DataFrame, basis: "Basis", days: pl.DataFrame, hours: Hours) -> Volumes:
    """Shares in each five minutes, and what is usual in them by the hours of the index's fund where that is known."""
    clock = basis.deleveraging.volume if basis.deleveraging is not None and not hours.before_open else None
    usual = usual_volume(days, clock)
    marks = tuple(usual[slot] if slot < len(usual) else None for slot in bars["slot"].to_list())
    label = "┄ usual volume" if usual else ""
    return Volumes(_places(bars), tuple(bars["volume"].to_list()), marks, label, shares)
