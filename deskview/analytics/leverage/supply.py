"""Systematic supply: what rule-driven investors would have to sell after an index move. A model, not an observation.

Volatility targeting (Moreira and Muir 2017; Harvey et al. 2018), value-at-risk limits (Adrian and Shin 2010),
trend followers, and drawdown stops. The sizes and rules of the investors are not public: every figure rests on
`SupplyAssumptions`, and the half-life of the volatility estimate alone changes the answer several times over.
"""

from collections.abc import Mapping, Sequence
from math import log, sqrt
from statistics import NormalDist

import numpy as np
import polars as pl
from msgspec import Struct

from deskview.analytics.assumptions import YEAR, SupplyAssumptions
from deskview.analytics.measures import decay_weights
from deskview.analytics.panel import Floats


class VolTarget(Struct, frozen=True):
    """One volatility-target trade: annual volatility and weight before and after, equity and trade in USD."""

    vol0: float
    vol1: float
    w0: float
    w1: float
    equity_after_shock_usd: float
    target_equity_usd: float
    trade_usd: float


class VarCut(Struct, frozen=True):
    """One VaR cut: value at risk before and after (USD per day), gross allowed, and the cut (positive) in USD."""

    var0_usd: float
    var1_usd: float
    max_gross_usd: float
    cut_usd: float
    cut_share: float


class HalfLife(Struct, frozen=True):
    """The volatility-target trade under one memory: `days` is the half-life that `decay` (lambda) means."""

    decay: float
    days: float
    vol_target_usd: float


class SupplyRow(Struct, frozen=True):
    """Trades after an index move in one session, USD, positive is buying. `total_usd` uses the headline half-life."""

    move: float
    half_lives: list[HalfLife]
    vol_target_usd: float
    var_usd: float
    trend_usd: float
    total_usd: float


class SupplyLadder(Struct, frozen=True):
    """Rows by index move from the previous close, and what they assume."""

    market: str
    vol: float
    trend_position: float
    rows: list[SupplyRow]
    assumptions: SupplyAssumptions
    method: str


def vol_after(vol: float, shock: float, decay: float) -> float:
    """Annual EWMA volatility after a daily return of `shock`."""
    return sqrt(decay * vol**2 + (1.0 - decay) * YEAR * shock**2)


def half_life_days(decay: float) -> float:
    """Sessions until an observation's weight has halved."""
    return log(0.5) / log(decay)


def vol_target_trade(vol: float, shock: float, *, decay: float, target: float, cap: float, aum_usd: float) -> VolTarget:
    """The trade of a fund that holds w = min(cap, target/vol) of its AUM in the index, after a daily `shock`.

    The AUM moves by w·shock; the trade is w1·NAV1 - w0·NAV0·(1+shock), the whole need, spread in life over days.
    """
    after = vol_after(vol, shock, decay)
    w0, w1 = (min(cap, target / level) if level > 0 else cap for level in (vol, after))
    held = w0 * aum_usd * (1.0 + shock)
    wanted = w1 * aum_usd * (1.0 + w0 * shock)
    return VolTarget(vol, after, w0, w1, held, wanted, wanted - held)


def portfolio_var_usd(exposures: Sequence[float], covariance: Sequence[Sequence[float]], confidence: float) -> float:
    """z·√(w'Σw): Gaussian value at risk of positions in USD under a covariance of their returns."""
    w, sigma = np.asarray(exposures, dtype=np.float64), np.asarray(covariance, dtype=np.float64)
    return NormalDist().inv_cdf(confidence) * float(np.sqrt(w @ sigma @ w))


def var_cut(gross_usd: float, vol_daily: float, vol_daily_after: float, limit_usd: float, confidence: float) -> VarCut:
    """What must go once volatility has risen: gross above limit/VaR is cut; never negative."""
    z = NormalDist().inv_cdf(confidence)
    before, after = z * vol_daily * gross_usd, z * vol_daily_after * gross_usd
    allowed = gross_usd * min(1.0, limit_usd / after) if after > 0 else gross_usd
    return VarCut(before, after, allowed, gross_usd - allowed, (gross_usd - allowed) / gross_usd)


def trend_position(log_prices: Sequence[float], vol: float, assumptions: SupplyAssumptions) -> float:
    """Position per dollar of AUM, in [-cap, cap]: mean tanh of the trends' z-scores times target over volatility.

    A trend over h sessions has z = log return / (daily vol·√h); horizons longer than the series are left out.
    """
    if vol <= 0.0:
        return 0.0
    daily = vol / sqrt(YEAR)
    signals = [
        np.tanh((log_prices[-1] - log_prices[-1 - h]) / (daily * sqrt(h)))
        for h in assumptions.trend_sessions
        if h < len(log_prices)
    ]
    if not signals:
        return 0.0
    size = float(np.mean(signals)) * assumptions.trend_target / vol
    return max(-assumptions.trend_cap, min(assumptions.trend_cap, size))


def gross_after_drawdown(pnl: Sequence[float], rule: Mapping[float, float]) -> tuple[list[float], list[float]]:
    """Drawdown stop on the simple sum of `pnl` (fractions of capital): drawdown and gross multiplier by day.

    `rule` maps a drawdown (negative) to the share of gross cut once it is reached. The drawdown is from the
    running peak of the sum, the start counting as zero.
    """
    total = np.cumsum(np.asarray(pnl, dtype=np.float64))
    drawdown = total - np.maximum.accumulate(np.maximum(total, 0.0))
    multiplier = [1.0 - max((cut for level, cut in rule.items() if dd <= level), default=0.0) for dd in drawdown]
    return [float(dd) for dd in drawdown], multiplier


def supply_ladder(history: pl.DataFrame, assumptions: SupplyAssumptions, *, market: str) -> SupplyLadder | None:
    """The ladder from the index's closes in HISTORY; None with fewer than 60 of them."""
    closes = history.filter((pl.col("ticker") == market) & (pl.col("close") > 0)).sort("session").get_column("close")
    if closes.len() < 60:
        return None
    logs = np.log(closes.to_numpy())
    headline = assumptions.lambda_headline
    vols = {decay: _ewma_vol(np.diff(logs), decay) for decay in {*assumptions.lambdas, headline}}
    position = trend_position(logs.tolist(), vols[headline], assumptions)
    return SupplyLadder(
        market,
        vols[headline],
        position,
        [_row(move, logs.tolist(), vols, position, assumptions) for move in assumptions.moves],
        assumptions,
        "a model under stated assumptions: the whole need after one session's move, in life spread over days",
    )


def _vol_target(vol: float, move: float, decay: float, a: SupplyAssumptions) -> VolTarget:
    return vol_target_trade(vol, move, decay=decay, target=a.vol_target, cap=a.vol_cap, aum_usd=a.vol_aum_usd)


def _row(
    move: float, logs: list[float], vols: Mapping[float, float], position: float, assumptions: SupplyAssumptions
) -> SupplyRow:
    a = assumptions
    trades = {d: _vol_target(vol, move, d, a) for d, vol in vols.items()}
    headline = trades[a.lambda_headline]
    daily, daily_after = headline.vol0 / sqrt(YEAR), headline.vol1 / sqrt(YEAR)
    limit = NormalDist().inv_cdf(a.var_confidence) * daily * a.var_gross_usd / a.var_utilisation
    cut = var_cut(a.var_gross_usd * (1.0 + move), daily, daily_after, limit, a.var_confidence)
    var_usd = 0.0 - cut.cut_usd
    after = trend_position([*logs, logs[-1] + log(1.0 + move)], headline.vol1, a)
    trend_usd = a.trend_aum_usd * (after * (1.0 + position * move) - position * (1.0 + move))
    half_lives = [HalfLife(d, half_life_days(d), trades[d].trade_usd) for d in a.lambdas]
    total = headline.trade_usd + var_usd + trend_usd
    return SupplyRow(move, half_lives, headline.trade_usd, var_usd, trend_usd, total)


def _ewma_vol(returns: Floats, decay: float) -> float:
    """Annual volatility about zero, weights decay^age normalised over the series."""
    weights = decay_weights(len(returns), decay)
    return sqrt(YEAR * float(weights @ returns**2) / float(weights.sum()))
