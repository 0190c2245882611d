"""Crowding of the legs: how much their names move together beyond the market, among the rule's own formations."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from deskview.analytics.assumptions import WEEK
from deskview.analytics.measures import Number, average_correlation, block_returns, percentile
from deskview.analytics.momentum.basket import Basket, Leg
from deskview.analytics.momentum.history import RuleHistory
from deskview.analytics.momentum.rules import MomentumRules
from deskview.analytics.panel import Floats, Panel


@dataclass(frozen=True)
class Comomentum:
    """The comomentum of the legs in force when they were formed, and its percentile among `n` formations before."""

    long: Number
    short: Number
    percentile_long: Number
    percentile_short: Number
    n: int


def comomentum_of(past: RuleHistory, baskets: Sequence[Basket]) -> Comomentum:
    """The crowding of the last of the baskets, each measured at its own formation: like is compared with like.

    Both percentiles rest on the same formations, those whose two legs have a figure.
    """
    pairs = [
        [comomentum(past.panel, leg, formed.t, past.rules) for leg in (basket.long, basket.short)]
        for formed, basket in zip(past.formed, baskets, strict=True)
    ]
    earlier = np.array(pairs[:-1], dtype=np.float64).reshape(-1, 2)
    earlier = earlier[~np.isnan(earlier).any(axis=1)]
    enough = len(earlier) >= past.rules.crowding_formations
    long, short = pairs[-1]
    return Comomentum(
        long,
        short,
        percentile(earlier[:, 0], long).rank if enough else None,
        percentile(earlier[:, 1], short).rank if enough else None,
        len(earlier),
    )


def comomentum(panel: Panel, leg: Leg, t: int, rules: MomentumRules) -> Number:
    """Mean pairwise correlation of weekly returns within the leg after taking out the benchmark, for position t.

    After Lou and Polk (2022), partial on the market alone (theirs: three Fama-French factors). Weeks are five
    sessions ending at the last close before t. None with too few weeks, names or no benchmark.
    """
    market = panel.column(rules.benchmark)
    if market is None or not len(leg.columns):
        return None
    columns = np.append(leg.columns, market)
    close = panel.close[max(0, t - 1 - WEEK * rules.crowding_weeks) : t, columns]
    weekly = block_returns(close, block=WEEK, count=rules.crowding_weeks)
    weekly = weekly[:, ~np.isnan(weekly).any(axis=0) | (np.arange(len(columns)) == len(leg.columns))]
    if len(weekly) < rules.crowding_least or np.isnan(weekly[:, -1]).any():
        return None
    return average_correlation(residuals(weekly[:, :-1], weekly[:, -1]))


def residuals(returns: Floats, market: Floats) -> Floats:
    """What is left of each column after a regression on the market with intercept."""
    own: Floats = returns - returns.mean(axis=0)
    common = market - market.mean()
    variance = float(common @ common)
    if variance <= 0:
        return own
    left: Floats = own - np.outer(common, common @ own / variance)
    return left
