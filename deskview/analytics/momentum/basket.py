"""The basket of one rebalance: the two legs of the ranked universe, their weights, the hedge ratio."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from deskview.analytics.measures import betas, column_sd
from deskview.analytics.momentum.rules import MomentumRules
from deskview.analytics.momentum.traits import Traits
from deskview.analytics.momentum.universe import Universe, universe_at
from deskview.analytics.panel import Floats, Ints, Panel


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
