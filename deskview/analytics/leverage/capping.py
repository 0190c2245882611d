"""Limits that indices put on single names. Without them a few giants would take what the index spreads."""

import numpy as np
from msgspec import Struct

from deskview.analytics.leverage.formula import Floats


class Capping(Struct, frozen=True):
    """The `count` largest names weigh at most `largest`, the others at most `rest`."""

    largest: float
    count: int
    rest: float


#: By underlying, else by kind of basket. NYSE Semiconductor: five names at 8 %, the rest at 4 %. NYSE FANG+ and the
#: Magnificent Seven weigh their names equally. Select Sector indices keep a name at or below 24 % at a rebalance;
#: their second rule, on the sum of the large names, is not reproduced.
CAPPING = {
    "SOX": Capping(0.08, 5, 0.04),
    "FANG_PLUS": Capping(0.0, 0, 0.0),
    "MAGNIFICENT_7": Capping(0.0, 0, 0.0),
    "sector": Capping(0.24, 1000, 0.24),
}


def capped(values: Floats, capping: Capping) -> Floats:
    """Weights summing to 1 from market values (all positive): what a cap cuts off goes to the names below theirs.

    Caps that can't hold 1 in sum are raised in proportion, or all equal when they are zero.
    """
    rank = np.argsort(np.argsort(-values, kind="stable"), kind="stable")
    limit = np.where(rank < capping.count, capping.largest, capping.rest)
    if limit.sum() <= 1.0:
        return np.asarray(limit / limit.sum() if limit.any() else np.full(len(values), 1.0 / len(values)))
    weights = values / values.sum()
    held = np.zeros(len(values), dtype=np.bool_)
    while (over := ~held & (weights > limit)).any():
        held |= over
        free = 1.0 - limit[held].sum()
        weights = np.where(held, limit, values * free / values[~held].sum())
    return np.asarray(weights, dtype=np.float64)
