"""The basket of one rebalance: the two legs of the ranked universe and their weights."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from deskview.analytics.measures import column_sd
from deskview.analytics.momentum.rules import MomentumRules
from deskview.analytics.momentum.traits import Traits
from deskview.analytics.momentum.universe import Universe
from deskview.analytics.panel import Floats, Ints, Panel


class Ends(NamedTuple):
    """Positions in the ranked universe: the winners (best first) and the losers (worst first)."""

    top: Ints
    bottom: Ints


def ends(signal: ArrayLike, quantile: float, groups: ArrayLike | None = None) -> Ends:
    """The top and bottom `quantile` of the signal, taken within each group where groups are given.

    A group of n gives n * quantile names, rounded half up, to either leg, never more than half of it. Equal signals
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
        """Return of the leg on each row; a name without a return (gone) contributes nothing, its weight stays.

        All NaN for a leg without names.
        """
        if not len(self.columns):
            return np.full(len(returns), np.nan)
        held: Floats = np.nan_to_num(returns[:, self.columns]) @ self.weights
        return held


class LegReturns(NamedTuple):
    """Daily returns of both legs; `short` is that of the basket sold (up hurts)."""

    long: Floats
    short: Floats

    @property
    def spread(self) -> Floats:
        """R_long - R_short, dollar for dollar."""
        return self.long - self.short

    def hedged(self, ratio: Floats | float) -> Floats:
        """R_long - k * R_short, k for all days or day by day."""
        hedged: Floats = self.long - ratio * self.short
        return hedged


@dataclass(frozen=True)
class Basket:
    """Two legs of a dollar each."""

    long: Leg
    short: Leg

    def returns(self, returns: Floats) -> LegReturns:
        """Both legs on each row of the returns (rows x names)."""
        return LegReturns(self.long.returns(returns), self.short.returns(returns))


@dataclass(frozen=True)
class Formed:
    """The raw and the sector-neutral basket formed for the session at position `t` from one universe."""

    t: int
    universe: Universe
    raw: Basket
    sector_neutral: Basket


def form(panel: Panel, traits: Traits, universe: Universe, rules: MomentumRules) -> Formed:
    """Both baskets of the universe, for the session it was drawn for; only rows before that are read.

    A name in no known sector is in no leg of the sector-neutral one.
    """
    columns, score, t = universe.columns, universe.score, universe.t
    known = traits.has_sector(columns)
    neutral = basket_of(panel, columns[known], score[known], t, rules, groups=traits.sector[columns[known]])
    return Formed(t, universe, basket_of(panel, columns, score, t, rules), neutral)


def basket_of(
    panel: Panel, columns: Ints, score: Floats, t: int, rules: MomentumRules, *, groups: Ints | None = None
) -> Basket:
    """The basket of the ends of the score, taken within each group where groups are given."""
    chosen = ends(score, rules.quantile, groups)
    long, short = (_leg(panel, columns[end], score[end], t, rules) for end in chosen)
    return Basket(long, short)


def _leg(panel: Panel, columns: Ints, score: Floats, t: int, rules: MomentumRules) -> Leg:
    weights = equal_weights(len(columns))
    if rules.weighting == "inverse_vol" and len(columns):
        window = panel.returns[max(1, t - rules.lookback) : t, columns]
        weights = inverse_vol_weights(column_sd(window))
    return Leg(columns, capped(weights, rules.cap) if len(columns) else weights, score)
