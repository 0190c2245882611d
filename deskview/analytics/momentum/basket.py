"""The basket of one rebalance: universe, legs, weights, hedge ratio."""

from dataclasses import dataclass

import numpy as np

from deskview.analytics.measures import betas, column_sd
from deskview.analytics.momentum.legs import capped, ends, equal_weights, inverse_vol_weights
from deskview.analytics.momentum.rules import MomentumRules
from deskview.analytics.momentum.traits import Traits
from deskview.analytics.momentum.universe import Universe, universe_at
from deskview.analytics.panel import Floats, Ints, Panel


@dataclass(frozen=True)
class Leg:
    """Names (columns of the panel), their weights (sum 1) and the score they were ranked by."""

    columns: Ints
    weights: Floats
    score: Floats

    def returns(self, returns: Floats) -> Floats:
        """Return of the leg on each row; a name without a return (gone) contributes nothing, its weight stays."""
        held: Floats = np.nan_to_num(returns[:, self.columns]) @ self.weights
        return held


@dataclass(frozen=True)
class Basket:
    """Two legs and k, the scale of the short leg; `hedge_note` says so where k does not rest on the benchmark."""

    long: Leg
    short: Leg
    hedge_ratio: float
    hedge_note: str | None

    def spread(self, returns: Floats) -> Floats:
        """R_long - k * R_short on each row, R_short being the return of the basket sold."""
        return self.long.returns(returns) - self.hedge_ratio * self.short.returns(returns)


@dataclass(frozen=True)
class Formed:
    """The raw and the sector-neutral basket formed for the session at position `t` from one universe."""

    t: int
    universe: Universe
    raw: Basket
    sector_neutral: Basket


def form(panel: Panel, traits: Traits, t: int, rules: MomentumRules) -> Formed:
    """Both baskets for the session at position t; only rows before t are read."""
    universe = universe_at(panel, traits, t, rules)
    raw = basket_of(panel, universe.columns, universe.score, t, rules)
    neutral = basket_of(panel, universe.columns, universe.score, t, rules, groups=traits.sector[universe.columns])
    return Formed(t, universe, raw, neutral)


def basket_of(
    panel: Panel, columns: Ints, score: Floats, t: int, rules: MomentumRules, *, groups: Ints | None = None
) -> Basket:
    """The basket of the ends of the score, taken within each group where groups are given."""
    chosen = ends(score, rules.quantile, groups)
    long = _leg(panel, columns[chosen.top], score[chosen.top], t, rules)
    short = _leg(panel, columns[chosen.bottom], score[chosen.bottom], t, rules)
    rows = panel.returns[max(1, t - rules.beta_sessions) : t]
    market = panel.column(rules.benchmark)
    if market is not None:
        ratio, note = _hedge(rows, rows[:, market], long, short, rules.beta_shrink), None
    else:
        common = np.nan_to_num(rows[:, columns]).sum(axis=1) / max(1, len(columns))
        ratio = _hedge(rows, common, long, short, rules.beta_shrink)
        note = f"no history of {rules.benchmark}: betas against the equal-weighted universe"
    if ratio is None:
        return Basket(long, short, 1.0, "beta could not be estimated: the short leg is not scaled")
    return Basket(long, short, ratio, note)


def _leg(panel: Panel, columns: Ints, score: Floats, t: int, rules: MomentumRules) -> Leg:
    weights = equal_weights(len(columns))
    if rules.weighting == "inverse_vol" and len(columns):
        window = panel.returns[max(1, t - rules.lookback) : t, columns]
        weights = inverse_vol_weights(column_sd(window))
    return Leg(columns, capped(weights, rules.cap) if len(columns) else weights, score)


def _hedge(returns: Floats, market: Floats, long: Leg, short: Leg, shrink: float) -> float | None:
    """k = beta of the long leg / beta of the short leg; None where either is unknown or not above zero."""
    of_long, of_short = (_leg_beta(returns, market, leg, shrink) for leg in (long, short))
    if of_long is None or of_short is None or of_long <= 0 or of_short <= 0:
        return None
    return of_long / of_short


def _leg_beta(returns: Floats, market: Floats, leg: Leg, shrink: float) -> float | None:
    """Weighted beta of the names that have one."""
    own = betas(returns[:, leg.columns], market, shrink=shrink)
    known = ~np.isnan(own)
    weight = float(leg.weights[known].sum())
    return float(own[known] @ leg.weights[known]) / weight if weight > 0 else None
