"""From a ranked universe to the two legs and their weights."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from deskview.analytics.panel import Floats, Ints


class Ends(NamedTuple):
    """Positions in the ranked universe: the winners (best first) and the losers (worst first)."""

    top: Ints
    bottom: Ints


def ends(signal: ArrayLike, quantile: float, groups: ArrayLike | None = None) -> Ends:
    """The top and bottom `quantile` of the signal, taken within each group where groups are given.

    A group of n gives round(n * quantile) names to either leg, never more than half of it. Equal signals
    keep their order of position, so the legs are disjoint and the same for any order of the input table.
    """
    values = np.asarray(signal, dtype=np.float64)
    group = np.zeros(len(values), dtype=np.int64) if groups is None else np.asarray(groups, dtype=np.int64)
    order = np.lexsort((np.arange(len(values)), values, group))
    sizes = np.bincount(group, minlength=1)
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    place = np.arange(len(values)) - starts[group[order]]
    size = sizes[group[order]]
    take = np.minimum(np.floor(size * quantile + 0.5), size // 2)
    top, bottom = order[place >= size - take], order[place < take]
    return Ends(top[np.argsort(-values[top], kind="stable")], bottom[np.argsort(values[bottom], kind="stable")])


def equal_weights(count: int) -> Floats:
    """1 / count each."""
    return np.full(count, 1.0 / count) if count else np.empty(0)


def inverse_vol_weights(vols: ArrayLike) -> Floats:
    """Proportional to 1 / volatility; a name without volatility gets the mean of the others'."""
    inverse = 1.0 / np.where(np.asarray(vols, dtype=np.float64) > 0, vols, np.nan)
    if np.isnan(inverse).all():
        return equal_weights(len(inverse))
    inverse = np.where(np.isnan(inverse), np.nanmean(inverse), inverse)
    weights: Floats = inverse / inverse.sum()
    return weights


def capped(weights: ArrayLike, cap: float) -> Floats:
    """Weights (sum 1) held to `cap`, the excess spread over the others in proportion.

    Where count * cap < 1 no such weights exist and the nearest are equal ones.
    """
    held = np.asarray(weights, dtype=np.float64).copy()
    if len(held) * cap <= 1:
        return equal_weights(len(held))
    full = np.zeros(len(held), dtype=bool)
    while (over := (held > cap) & ~full).any():
        full |= over
        held[full] = cap
        free = held[~full]
        held[~full] = free * (1 - cap * full.sum()) / free.sum()
    return held
