"""Systematic supply: what rule-driven investors trade in the session after an index move. A model, not an observation.

Volatility targeting (Moreira and Muir 2017; Harvey et al. 2018), value-at-risk limits (Adrian and Shin 2010, 2014)
and trend followers. None trades its whole need at once: a share of the gap between what it holds and what its rule
wants goes a session, so what is held is the path of the past, and moves that have happened leave trades to come.
The sizes and rules of the investors are not public: every figure rests on `SupplyAssumptions`, and the half-life of
the volatility estimate alone changes the answer several times over. How far it is from what a desk published stands in
`PUBLISHED`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt, tanh
from statistics import NormalDist

import numpy as np
from msgspec import Struct

from deskview.analytics.assumptions import YEAR, SupplyAssumptions
from deskview.analytics.leverage.forecast import HalfLife, SupplyBasis, SupplyRow
from deskview.analytics.panel import Floats

LEAST_CLOSES = 60
"""With fewer closes of the index there is no ladder."""
WARM_UP = 20
"""Sessions the first volatility rests on; there every investor is taken to hold what its rule wants."""


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


def vol_after(vol: float, shock: float, decay: float) -> float:
    """Annual EWMA volatility after a daily return of `shock`."""
    return sqrt(decay * vol**2 + (1.0 - decay) * YEAR * shock**2)


def half_life_days(decay: float) -> float:
    """Sessions until an observation's weight has halved."""
    return log(0.5) / log(decay)


def vol_target_trade(
    vol: float, shock: float, *, decay: float, target: float, cap: float, aum_usd: float, held: float | None = None
) -> VolTarget:
    """The whole need of a fund whose rule is w = min(cap, target/vol) of its AUM in the index, after a daily `shock`.

    It holds `held` of its AUM before (default: what its rule wants). The AUM moves by w0·shock; the trade is
    w1·NAV1 - w0·NAV0·(1+shock), in life spread over days.
    """
    after = vol_after(vol, shock, decay)
    w0 = _weight(vol, target, cap) if held is None else held
    w1 = _weight(after, target, cap)
    equity, wanted = w0 * aum_usd * (1.0 + shock), w1 * aum_usd * (1.0 + w0 * shock)
    return VolTarget(vol, after, w0, w1, equity, wanted, wanted - equity)


def _weight(vol: float, target: float, cap: float) -> float:
    return min(cap, target / vol) if vol > 0.0 else cap


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
        tanh((log_prices[-1] - log_prices[-1 - h]) / (daily * sqrt(h)))
        for h in assumptions.trend_sessions
        if h < len(log_prices)
    ]
    if not signals:
        return 0.0
    size = sum(signals) / len(signals) * assumptions.trend_target / vol
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


def ewma_vols(returns: Floats, decay: float) -> Floats:
    """Annual volatility about zero after each return, weights decay^age normalised over the returns so far."""
    squares = weight = 0.0
    variances = []
    for square in (returns**2).tolist():
        squares, weight = decay * squares + square, decay * weight + 1.0
        variances.append(squares / weight)
    return np.sqrt(YEAR * np.asarray(variances, dtype=np.float64))


def staged(targets: Sequence[float], returns: Sequence[float], share: float) -> float:
    """What is held per dollar of assets after the last session, when every session trades `share` of the gap.

    `targets` are what the rule wants at each close, `returns` those of the same sessions. A session's trade goes by
    the close before; until then the holding drifts with the index. At the first close the target is held.
    """
    held = targets[0]
    for target, move in zip(targets[:-1], returns[1:], strict=True):
        drifted = held * (1.0 + move) / (1.0 + held * move)
        held = drifted + share * (target - drifted)
    return held


@dataclass(frozen=True)
class VarBook:
    """Positions under a value-at-risk limit (Adrian and Shin 2010, 2014: value at risk, not size, is held level).

    At its `usual_vol` the book is `var_gross_usd` and uses `var_utilisation` of the limit. Calmer, it grows until it
    uses as much again, to `var_cap` times that size at most; wilder, it is cut once it is over the limit, and down to
    the limit. Value at risk hangs on the size of a move, not on its sign; nor is the book marked to the move.
    """

    usual_vol: float
    assumptions: SupplyAssumptions

    @property
    def limit_usd(self) -> float:
        """Value at risk allowed, USD a day."""
        a = self.assumptions
        daily = self.usual_vol / sqrt(YEAR)
        return NormalDist().inv_cdf(a.var_confidence) * daily * a.var_gross_usd / a.var_utilisation

    def wanted_usd(self, vol: float) -> float:
        """The size it grows to at an annual volatility of `vol`."""
        return self.assumptions.var_gross_usd * _weight(vol, self.usual_vol, self.assumptions.var_cap)

    def need_usd(self, held_usd: float, vol: float) -> float:
        """The whole trade from a size of `held_usd` at an annual volatility of `vol`; negative is a cut."""
        daily = vol / sqrt(YEAR)
        cut = var_cut(held_usd, daily, daily, self.limit_usd, self.assumptions.var_confidence)
        return -cut.cut_usd if cut.cut_usd > 0.0 else max(0.0, self.wanted_usd(vol) - held_usd)

    def held_usd(self, vols: Sequence[float]) -> float:
        """Its size after the staged trades along a path of volatilities, one a close; each is acted on in the session
        after its close."""
        held = self.wanted_usd(vols[0])
        for vol in vols[:-1]:
            held += self.assumptions.stage_share * self.need_usd(held, vol)
        return held


def supply_ladder(
    closes: Floats, today: float | None, assumptions: SupplyAssumptions, *, market: str
) -> tuple[list[SupplyRow], SupplyBasis] | None:
    """The ladder from the index's past closes (oldest first) and today's return; None with fewer than 60 of them."""
    if len(closes) < LEAST_CLOSES:
        return None
    state = _state(np.log(closes if today is None else np.append(closes, closes[-1] * (1.0 + today))), assumptions)
    pending = {
        "vol_target": assumptions.vol_aum_usd
        * (_weight(state.vol, assumptions.vol_target, assumptions.vol_cap) - state.leverage),
        "var": state.var_book.need_usd(state.var_usd, state.vol),
        "trend": assumptions.trend_aum_usd
        * (trend_position(state.logs, state.vol, assumptions) - state.trend_position),
    }
    return [_row(move, state) for move in assumptions.moves], SupplyBasis(
        market=market,
        vol=state.vol,
        usual_vol=state.var_book.usual_vol,
        leverage=state.leverage,
        trend_position=state.trend_position,
        var_usd=state.var_usd,
        pending=pending,
        assumptions=assumptions,
        method="a model under stated assumptions: what is traded in the session after the move",
    )


@dataclass(frozen=True)
class _State:
    """Where everyone stands: log prices, and by decay the annual volatility and the volatility targeters' holding."""

    assumptions: SupplyAssumptions
    logs: list[float]
    vols: Mapping[float, float]
    leverages: Mapping[float, float]
    trend_position: float
    var_book: VarBook
    var_usd: float

    @property
    def vol(self) -> float:
        return self.vols[self.assumptions.lambda_headline]

    @property
    def leverage(self) -> float:
        return self.leverages[self.assumptions.lambda_headline]


def _state(logs: Floats, a: SupplyAssumptions) -> _State:
    """What is held after the trades of every session since the warm-up."""
    moves = np.diff(logs)
    returns = np.expm1(moves)[WARM_UP:].tolist()
    paths = {decay: ewma_vols(moves, decay)[WARM_UP:].tolist() for decay in {*a.lambdas, a.lambda_headline}}
    vols, prices = paths[a.lambda_headline], logs.tolist()
    first = len(prices) - len(vols) + 1
    trend = [trend_position(prices[: first + at], vol, a) for at, vol in enumerate(vols)]
    book = VarBook(float(np.median(vols[-YEAR:])), a)
    return _State(
        assumptions=a,
        logs=prices,
        vols={decay: path[-1] for decay, path in paths.items()},
        leverages={
            decay: staged([_weight(vol, a.vol_target, a.vol_cap) for vol in path], returns, a.stage_share)
            for decay, path in paths.items()
        },
        trend_position=staged(trend, returns, a.stage_share),
        var_book=book,
        var_usd=book.held_usd(vols),
    )


def _row(move: float, state: _State) -> SupplyRow:
    a, share = state.assumptions, state.assumptions.stage_share
    trades = {
        decay: vol_target_trade(
            vol,
            move,
            decay=decay,
            target=a.vol_target,
            cap=a.vol_cap,
            aum_usd=a.vol_aum_usd,
            held=state.leverages[decay],
        )
        for decay, vol in state.vols.items()
    }
    headline, held = trades[a.lambda_headline], state.trend_position
    wanted = trend_position([*state.logs, state.logs[-1] + log(1.0 + move)], headline.vol1, a)
    by = {
        "vol_target": share * headline.trade_usd,
        "var": share * state.var_book.need_usd(state.var_usd, headline.vol1),
        "trend": share * a.trend_aum_usd * (wanted * (1.0 + held * move) - held * (1.0 + move)),
    }
    half_lives = [HalfLife(decay, half_life_days(decay), share * trades[decay].trade_usd) for decay in a.lambdas]
    return SupplyRow(move, sum(by.values()), by, half_lives)
