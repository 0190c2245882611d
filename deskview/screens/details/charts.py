"""Tables of history as charts."""

from datetime import date

import polars as pl

from deskview.screens.format import price
from deskview.screens.ticks import month_ticks
from deskview.widgets.chartspec import ChartSpec, Level, Series

YEAR = 252


def price_chart(history: pl.DataFrame, ticker: str, last: object) -> ChartSpec | None:
    """Closes of a year with the live price at the end; None for a name without history."""
    closes = history.filter(pl.col("ticker") == ticker).select("session", "close").tail(YEAR)
    if closes.is_empty():
        return None
    days: list[date] = closes.get_column("session").to_list()
    values: list[float] = closes.get_column("close").to_list()
    levels: tuple[Level, ...] = ()
    if isinstance(last, float):
        values = [*values, last]
        levels = (Level(last, price(last), "accent"),)
    return ChartSpec(
        version=f"{ticker}:{days[-1]}:{values[-1]}",
        series=(Series(tuple(map(float, range(len(values)))), tuple(values)),),
        levels=levels,
        x_ticks=month_ticks(days),
        write=price,
    )
