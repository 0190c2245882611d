"""The stationary bootstrap (Politis and Romano 1994): how far a median of events may be off."""

from collections.abc import Callable

import numpy as np

from deskview.analytics.panel import Floats, Ints

RESAMPLES, SEED = 10_000, 20260204
LEVEL = 0.90
"""Share of the resamples the interval holds."""
Statistic = Callable[[Ints], Floats]
"""From resamples (rows of positions) to one value a row."""


def positions(count: int, block: float, *, resamples: int = RESAMPLES, seed: int = SEED) -> Ints:
    """Resamples of `count` positions, a row each: blocks that begin anywhere, go round at the end, and have a length of
    `block` in the mean (geometric). A `block` of 1 resamples one by one. Same seed, same resamples.
    """
    rng = np.random.default_rng(seed)
    starts = rng.integers(0, count, (resamples, count))
    if block <= 1:
        return starts
    begins = rng.random((resamples, count)) < 1 / block
    begins[:, 0] = True
    places = np.arange(count)
    last = np.maximum.accumulate(np.where(begins, places, 0), axis=1)
    found: Ints = (np.take_along_axis(starts, last, axis=1) + places - last) % count
    return found


def interval(resampled: Floats, level: float = LEVEL) -> tuple[float, float]:
    """The percentile interval of a resampled statistic."""
    low, high = np.quantile(resampled, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def block_of(events: Ints, horizon: int) -> float:
    """The mean length of a block: an event and those whose days of `horizon` sessions it shares.

    Paths that overlap are no two observations. 1 where none do.
    """
    if len(events) < 2:
        return 1.0
    later = np.searchsorted(events, events + horizon, side="right") - np.arange(len(events)) - 1
    return 1.0 + float(later.mean())
