"""Which days of a series are events: by a fixed return, by σ, by both legs; and which of them stand apart."""

from bisect import insort

import numpy as np
import polars as pl

from deskview.analytics.assumptions import MONTH, YEAR
from deskview.analytics.panel import Bools, Floats, Ints

APART = MONTH
"""An event within so many sessions of the one kept before it is counted with that one."""


def below(returns: Floats, threshold: float) -> Ints:
    """Positions of the days with a return at or below the threshold (a fraction, negative for falls)."""
    return np.flatnonzero(returns <= threshold)


def whole_sigma(returns: Floats, sigmas: float) -> float:
    """So many standard deviations of the whole series, as a return.

    A threshold of it looks ahead: the σ of all days, later ones among them, chooses the days. NaN for a single day.
    """
    return sigmas * float(np.nanstd(returns, ddof=1)) if len(returns) > 1 else float("nan")


def by_sigma(returns: Floats, sigmas: float, days: int = YEAR) -> Ints:
    """Positions of the days at or below so many σ, σ that of the `days` returns before the day, no mean taken off."""
    sd = sds_before(returns, days)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.flatnonzero((returns / sd <= sigmas) & (sd > 0))


def by_legs(spread: Floats, long: Floats, *, spread_most: float, long_most: float) -> Ints:
    """Positions of the days on which spread and long leg both fell at least so far (fractions, negative)."""
    return np.flatnonzero((spread <= spread_most) & (long <= long_most))


def sds_before(returns: Floats, days: int) -> Floats:
    """The standard deviation (ddof 1) of the `days` returns before each day; NaN until there are as many."""
    before = np.full(len(returns), np.nan)
    if len(returns) > days:
        before[days:] = pl.Series(returns).rolling_std(days).to_numpy()[days - 1 : -1]
    return before


def declustered(events: Ints, apart: int = APART) -> Ints:
    """The events without those within `apart` sessions of the last one kept; `events` rise."""
    kept: list[int] = []
    for event in events.tolist():
        if not kept or event - kept[-1] > apart:
            kept.append(event)
    return np.array(kept, dtype=np.int64)


def panic_days(market: Floats, *, level: int = 2 * YEAR, window: int = YEAR // 2, least: int = 5 * YEAR) -> Bools:
    """Whether each day began in a bear market of high volatility (Daniel and Moskowitz 2016).

    `market` are daily returns of the market, fractions. Bear: over the `level` sessions before the day it fell; high:
    the sd of the `window` returns before the day is above the median of all such until then, of which there must be
    `least`. Days before that are not in panic: of the first `untold_days` it can't be told.
    """
    bear = np.zeros(len(market), dtype=bool)
    if len(market) > level:
        wealth = np.concatenate([[1.0], np.cumprod(1 + market)])[:-1]
        bear[level:] = wealth[level:] < wealth[:-level]
    return bear & above_usual(sds_before(market, window), least)


def untold_days(*, level: int = 2 * YEAR, window: int = YEAR // 2, least: int = 5 * YEAR) -> int:
    """Of so many days at the start of a market's returns it can't be told whether they began in a panic."""
    return max(level, window + least)


def above_usual(values: Floats, least: int) -> Bools:
    """Whether each value is above the median of those before it, of which there must be `least`; NaN is none."""
    above = np.zeros(len(values), dtype=bool)
    before: list[float] = []
    for place in np.flatnonzero(np.isfinite(values)).tolist():
        value, half = float(values[place]), len(before) // 2
        if len(before) >= least:
            median = before[half] if len(before) % 2 else (before[half - 1] + before[half]) / 2
            above[place] = value > median
        insort(before, value)
    return above
