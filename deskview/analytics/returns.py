"""Returns over a span of prices."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from deskview.analytics.panel import Floats


def prior_return(prices: ArrayLike, *, lookback: int, skip: int = 0) -> float:
    """P(t - skip) / P(t - lookback) - 1, where t is the last price of the series.

    With month ends, lookback 12 and skip 1 is the 12-1 momentum of Jegadeesh and Titman (1993).
    Raises ValueError when the series is shorter than the lookback.
    """
    series = np.asarray(prices, dtype=np.float64)
    if not 0 <= skip < lookback < len(series):
        raise ValueError(f"lookback {lookback} with skip {skip} does not fit {len(series)} prices")
    return float(series[-1 - skip] / series[-1 - lookback] - 1)


def prior_returns_at(close: Floats, t: int, *, lookback: int, skip: int) -> Floats:
    """C[t - skip] / C[t - lookback] - 1 of every name, for the session at position t of `close` (or just after it).

    Only rows before t are read. All NaN when the history is shorter than the lookback.
    """
    if t < lookback:
        return np.full(close.shape[1], np.nan)
    ratio: Floats = close[t - skip] / close[t - lookback] - 1
    return ratio


def span_returns(close: Floats, spans: Sequence[int]) -> Floats:
    """Return to the last row over each span of rows (spans x names), NaN where the history is too short."""
    rows = np.full((len(spans), close.shape[1]), np.nan)
    for row, span in enumerate(spans):
        if span < len(close):
            rows[row] = close[-1] / close[-1 - span] - 1
    return rows


def block_returns(close: Floats, *, block: int, count: int) -> Floats:
    """Returns of up to `count` blocks of `block` rows that end at the last row, oldest first."""
    blocks = min(count, (len(close) - 1) // block)
    if blocks < 1:
        return np.empty((0, close.shape[1]))
    ends = close[len(close) - 1 - block * np.arange(blocks, -1, -1)]
    ratio: Floats = ends[1:] / ends[:-1] - 1
    return ratio
