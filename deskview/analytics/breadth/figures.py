"""The inside of the index: one day's cross-section or many, and how much its members move together.

The same functions for live and for history, and the choices behind them.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple, TypeAlias

import numpy as np

from deskview.analytics.assumptions import MONTH, YEAR
from deskview.analytics.measures import average_correlation, implied_correlation
from deskview.analytics.panel import Bools, Floats, Ints

Figures: TypeAlias = dict[str, Floats]
CAPS_LEAST = 0.9
"""Share of the names whose market cap must be known before cap-weighted figures are stated."""


@dataclass(frozen=True)
class BreadthRules:
    """Windows in sessions; `benchmark` stands for the index."""

    benchmark: str = "SPY"
    percentile_sessions: int = YEAR
    short_window: int = MONTH
    long_window: int = 3 * MONTH
    stale_after: timedelta = timedelta(minutes=15)
    """A member that last traded longer ago than this (before now, or before the close) is left out."""
    coverage_full: float = 0.95
    """Below this share of members the reading is called partial."""
    coverage_least: float = 0.5
    """Below this share nothing is stated."""
    settled_after: timedelta = timedelta(minutes=30)
    """From so long after the open on, 10:00 in New York, figures of the hour have a percentile."""


DEFAULT_RULES = BreadthRules()


POWER_OF_THE_HOUR = {
    "index_return": 0.5,
    "equal_weight_return": 0.5,
    "cap_weight_return": 0.5,
    "gap": 0.5,
    "dispersion": 0.5,
    "dispersion_cap": 0.5,
    "between_variance": 1.0,
    "within_variance": 1.0,
    "between_share": 0.0,
    "beat_share": 0.0,
    "cap_beat_share": 0.0,
    "up_share": 0.0,
}
"""A figure at the close, times v(tau) to this power, is the figure usual at the time tau: returns and what is measured
in them grow with the square root of the variance behind one, variances with itself, shares not at all.
Figures that are not in it (correlations) are of days, and compared at any hour as they are.
"""


class Sectors(NamedTuple):
    """The sector of each name as a number below `groups`."""

    code: Ints
    groups: int


def cross_section(returns: Floats, index: Floats, caps: Floats, sectors: Sectors) -> Figures:
    """Figures per row of `returns` (days x names, NaN is left out), `index` being the index's own return.

    beat_share and cap_beat_share: share of names, of weight, strictly above the index. up_share: above zero.
    gap: equal- less cap-weighted return. dispersion: population sd over names; dispersion_cap: root of the
    weighted mean of (r - index) squared. between_variance and within_variance add up to dispersion squared;
    between_share is the part between sectors. `caps` are any sizes of the day before; NaN figures where too
    few are known.
    """
    known = ~np.isnan(returns)
    count = np.maximum(known.sum(axis=1), 1)
    filled = np.where(known, returns, 0.0)
    beats = known & (filled > index[:, None])
    mean = filled.sum(axis=1) / count
    variance = np.where(known, (filled - mean[:, None]) ** 2, 0.0).sum(axis=1) / count
    between = np.minimum(_between(filled, known, mean, sectors) / count, variance)
    weights = _weights(caps, known, count)
    cap_mean = (weights * filled).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        between_share = between / variance
    figures = {
        "beat_share": beats.sum(axis=1) / count,
        "cap_beat_share": (weights * beats).sum(axis=1),
        "up_share": (known & (filled > 0)).sum(axis=1) / count,
        "equal_weight_return": mean,
        "cap_weight_return": cap_mean,
        "gap": mean - cap_mean,
        "dispersion": np.sqrt(variance),
        "dispersion_cap": np.sqrt((weights * (filled - index[:, None]) ** 2).sum(axis=1)),
        "between_variance": between,
        "within_variance": variance - between,
        "between_share": between_share,
    }
    for name in ("beat_share", "cap_beat_share", "dispersion_cap"):
        figures[name] = np.where(np.isnan(index), np.nan, figures[name])
    return {name: np.where(known.any(axis=1), values, np.nan) for name, values in figures.items()}


def _weights(caps: Floats, known: Bools, count: Ints) -> Floats:
    """Cap weights of the names known on each row (sum 1); a row of NaN where too few caps are known."""
    sized = known & ~np.isnan(caps)
    held = np.where(sized, caps, 0.0)
    enough = sized.sum(axis=1) >= CAPS_LEAST * count
    total = np.where(enough & (held.sum(axis=1) > 0), held.sum(axis=1), np.nan)
    weights: Floats = held / total[:, None]
    return weights


def _between(filled: Floats, known: Bools, mean: Floats, sectors: Sectors) -> Floats:
    """Sum over sectors of size times squared distance of the sector's mean from the overall one."""
    member = np.zeros((filled.shape[1], sectors.groups))
    member[np.arange(filled.shape[1]), sectors.code] = 1.0
    sizes = known.astype(np.float64) @ member
    means = filled @ member / np.maximum(sizes, 1.0)
    total: Floats = (sizes * (means - mean[:, None]) ** 2).sum(axis=1)
    return total


NAMES = ("average_correlation_21d", "average_correlation_63d", "implied_correlation", "implied_correlation_dirty")


def comovement(returns: Floats, index: Floats, caps: Floats, rules: BreadthRules) -> dict[str, float | None]:
    """Figures of the last rows: mean pairwise correlation over 21 and 63 days, implied correlation over 63.

    Names with a gap in the window are left out. The implied one takes realised volatilities and cap weights
    (`caps`, of the day before the last row); None where too few caps are known.
    """
    long = _window(returns, rules.long_window)
    implied = _implied(long, index[-rules.long_window :], caps) if long is not None else None
    short = _window(returns, rules.short_window)
    return {
        "average_correlation_21d": None if short is None else average_correlation(_complete(short)),
        "average_correlation_63d": None if long is None else average_correlation(_complete(long)),
        "implied_correlation": implied[0] if implied else None,
        "implied_correlation_dirty": implied[1] if implied else None,
    }


def comovement_history(returns: Floats, index: Floats, caps: Floats, days: int, rules: BreadthRules) -> Figures:
    """The same for each of the last `days` rows, NaN where the window is not full."""
    rows = range(max(0, len(returns) - days), len(returns))
    start = rules.long_window
    figures = [
        comovement(
            returns[max(0, row + 1 - start) : row + 1], index[max(0, row + 1 - start) : row + 1], caps[row], rules
        )
        for row in rows
    ]
    return {name: np.array([figure[name] for figure in figures], dtype=np.float64) for name in NAMES}


def _window(returns: Floats, rows: int) -> Floats | None:
    return returns[-rows:] if len(returns) >= rows else None


def _complete(window: Floats) -> Floats:
    return window[:, ~np.isnan(window).any(axis=0)]


def _implied(window: Floats, index: Floats, caps: Floats) -> tuple[float, float] | None:
    complete = ~np.isnan(window).any(axis=0)
    usable = complete & ~np.isnan(caps)
    if np.isnan(index).any() or not complete.any() or usable.sum() < CAPS_LEAST * complete.sum():
        return None
    weights = caps[usable] / caps[usable].sum()
    implied = implied_correlation(weights, window[:, usable].std(axis=0, ddof=1), float(index.std(ddof=1)))
    return (implied.rho, implied.dirty) if implied else None
