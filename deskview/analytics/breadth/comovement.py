"""How much the members move together: realised and implied correlation over a window of days."""

import numpy as np

from deskview.analytics.breadth.cross_section import CAPS_LEAST, Figures
from deskview.analytics.breadth.rules import BreadthRules
from deskview.analytics.measures import average_correlation, implied_correlation
from deskview.analytics.panel import Floats

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
