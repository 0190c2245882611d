"""Average and implied correlation of many names."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from deskview.analytics.panel import Floats


class ImpliedCorrelation(NamedTuple):
    """`rho` is raw (it may leave [-1, 1]); `dirty` is (index vol / mean vol) squared; `dispersion_vol` the vol gap."""

    rho: float
    dirty: float
    dispersion_vol: float | None


def average_correlation(returns: Floats) -> float | None:
    """Mean off-diagonal correlation of the columns of a complete matrix (rows x names), without the matrix.

    (N var(mean of the standardised columns) - 1) / (N - 1). Columns with a gap or without variance are left
    out; None with fewer than two columns or rows.
    """
    if len(returns) < 2:
        return None
    sd = returns.std(axis=0)
    usable = sd > 1e-12
    count = int(usable.sum())
    if count < 2:
        return None
    mean = returns[:, usable] @ (1 / sd[usable]) / count
    return float((count * mean.var() - 1) / (count - 1))


def implied_correlation(weights: ArrayLike, vols: ArrayLike, index_vol: float) -> ImpliedCorrelation | None:
    """The one correlation that makes the weighted names as volatile as the index (Driessen, Maenhout and Vilkov 2009).

    rho = (sI**2 - sum w**2 s**2) / sum_{i != j} w_i w_j s_i s_j. None with fewer than two names or no variance.
    """
    w, s = np.asarray(weights, dtype=np.float64), np.asarray(vols, dtype=np.float64)
    own, mean = float(((w * s) ** 2).sum()), float((w * s).sum())
    cross = mean**2 - own
    if len(w) < 2 or cross <= 0:
        return None
    gap = float((w * s**2).sum()) - index_vol**2
    return ImpliedCorrelation((index_vol**2 - own) / cross, (index_vol / mean) ** 2, gap**0.5 if gap >= 0 else None)
