"""What every method measures with: returns, percentile, volatility, beta, correlation."""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import msgspec
import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from deskview.analytics.assumptions import MONTH, YEAR
from deskview.analytics.figure import Unit, figure, text
from deskview.analytics.panel import Bools, Floats

Number: TypeAlias = float | None

SIGMA = figure("σ of the day", Unit.SIGMA, "The return over one σ of a day, signed, no mean taken off.")
ONE_SIGMA = figure(
    "one σ of a day", Unit.FRACTION, "Standard deviation of its daily returns to yesterday, 252 at most."
)
SIGMA_BASIS = text(
    "basis of σ", "Whose days: the rule's own, or those of today's names held back, too small as a rule."
)
SIGMA_DAYS = figure("days of σ", Unit.COUNT, "How many daily returns one σ rests on.", watched=False)

EWMA_DECAY = 0.94
"""RiskMetrics (1996) daily decay."""


def prior_returns_at(close: Floats, t: int, *, lookback: int, skip: int) -> Floats:
    """C[t - skip] / C[t - lookback] - 1 of every name, for the session at position t of `close` (or just after it).

    Only rows before t are read. All NaN when the history is shorter than the lookback.
    """
    if t < lookback:
        return np.full(close.shape[1], np.nan)
    ratio: Floats = close[t - skip] / close[t - lookback] - 1
    return ratio


def prior_returns(history: pl.DataFrame, *, lookback: int = YEAR, skip: int = MONTH) -> pl.DataFrame:
    """12-1 momentum of every name of HISTORY for the session after its last: (ticker, momentum), a fraction.

    The formula of `prior_returns_at` on total closes, in any row order. A name without a bar at either end has no
    row; where HISTORY is shorter than the lookback every name has one, with null.
    """
    sessions = history.get_column("session").unique().sort()
    if len(sessions) < lookback:
        return history.select("ticker", momentum=pl.lit(None, pl.Float64)).unique("ticker")
    then, now = (
        history.filter(pl.col("session") == sessions[-back]).select("ticker", close="total_close")
        for back in (lookback, skip)
    )
    both = then.join(now, on="ticker", suffix="_now")
    return both.select("ticker", momentum=pl.col("close_now") / pl.col("close") - 1)


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


class Percentile(msgspec.Struct, frozen=True):
    """`rank` runs 0 to 100 and rests on `days` past values; None where there are none or no value."""

    rank: Number
    days: int


def percentile(past: ArrayLike, value: Number) -> Percentile:
    """The share of past values strictly below `value`, in percent. NaN in the past is no day."""
    known = _known(past)
    if value is None or np.isnan(value) or not len(known):
        return Percentile(None, len(known))
    return Percentile(100 * int((known < value).sum()) / len(known), len(known))


def rolling_sd(past: ArrayLike, days: int = YEAR) -> Number:
    """Sample standard deviation of the last `days` returns; None with fewer than two."""
    known = _known(past)[-days:]
    return float(np.std(known, ddof=1)) if len(known) > 1 else None


def decay_weights(count: int, decay: float) -> Floats:
    """decay ** age of `count` days, oldest first; the newest weighs 1."""
    weights: Floats = decay ** np.arange(count - 1, -1, -1, dtype=np.float64)
    return weights


def ewma_sd(past: ArrayLike, decay: float = EWMA_DECAY) -> Number:
    """Square root of the exponentially weighted mean of squared returns, the newest weighing most.

    v(t) = decay * v(t-1) + (1 - decay) * r(t)**2, started at the first squared return. None with fewer than two.
    """
    known = _known(past)
    if len(known) < 2:
        return None
    weights = (1 - decay) * decay_weights(len(known), decay)
    weights[0] = decay ** (len(known) - 1)
    return float(np.sqrt(weights @ known**2))


def z_score(value: Number, sd: Number) -> Number:
    """value / sd, without taking off a mean; None when either is missing or the sd is zero."""
    return None if value is None or not sd else value / sd


def betas(returns: Floats, market: Floats) -> Floats:
    """Slope of each column of `returns` on `market` over the rows where both are known; NaN with fewer than 20."""
    known = ~np.isnan(returns) & ~np.isnan(market)[:, None]
    count = known.sum(axis=0)
    own, common = np.where(known, returns, 0.0), np.where(known, np.nan_to_num(market)[:, None], 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        centred = np.where(known, common - common.sum(axis=0) / count, 0.0)
        slope: Floats = (centred * own).sum(axis=0) / (centred**2).sum(axis=0)
    slope[(count < 20) | ~np.isfinite(slope)] = np.nan
    return slope


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
