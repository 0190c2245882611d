"""Volatility, beta and the z-score of a day's return."""

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from deskview.analytics.panel import Bools, Floats

Number: TypeAlias = float | None

EWMA_DECAY = 0.94
"""RiskMetrics (1996) daily decay."""
TRADING_DAYS = 252


def rolling_sd(past: ArrayLike, days: int = TRADING_DAYS) -> Number:
    """Sample standard deviation of the last `days` returns; None with fewer than two."""
    known = _known(past)[-days:]
    return float(np.std(known, ddof=1)) if len(known) > 1 else None


def ewma_sd(past: ArrayLike, decay: float = EWMA_DECAY) -> Number:
    """Square root of the exponentially weighted mean of squared returns, the newest weighing most.

    v(t) = decay * v(t-1) + (1 - decay) * r(t)**2, started at the first squared return. None with fewer than two.
    """
    known = _known(past)
    if len(known) < 2:
        return None
    weights = (1 - decay) * decay ** np.arange(len(known) - 1, -1, -1)
    weights[0] = decay ** (len(known) - 1)
    return float(np.sqrt(weights @ known**2))


def z_score(value: Number, sd: Number) -> Number:
    """value / sd, without taking off a mean; None when either is missing or the sd is zero."""
    return None if value is None or not sd else value / sd


def betas(returns: Floats, market: Floats, *, shrink: float = 1.0) -> Floats:
    """Slope of each column of `returns` on `market` over the rows where both are known.

    Shrunk towards 1: shrink * slope + 1 - shrink (Blume 1971 with shrink 0.67). NaN with fewer than 20 rows.
    """
    known = ~np.isnan(returns) & ~np.isnan(market)[:, None]
    count = known.sum(axis=0)
    own, common = np.where(known, returns, 0.0), np.where(known, np.nan_to_num(market)[:, None], 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        centred = np.where(known, common - common.sum(axis=0) / count, 0.0)
        slope = (centred * own).sum(axis=0) / (centred**2).sum(axis=0)
    slope[(count < 20) | ~np.isfinite(slope)] = np.nan
    shrunk: Floats = shrink * slope + (1 - shrink)
    return shrunk


def column_sd(returns: Floats, known: Bools | None = None) -> Floats:
    """Sample standard deviation of each column over its known rows (default: not NaN); NaN with fewer than two."""
    known = ~np.isnan(returns) if known is None else known
    count = known.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        centred = np.where(known, returns - np.where(known, returns, 0.0).sum(axis=0) / count, 0.0)
        sd: Floats = np.sqrt((centred**2).sum(axis=0) / (count - 1))
    sd[count < 2] = np.nan
    return sd


def _known(past: ArrayLike) -> Floats:
    values = np.asarray(past, dtype=np.float64)
    known: Floats = values[~np.isnan(values)]
    return known
