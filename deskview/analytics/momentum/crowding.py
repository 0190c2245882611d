"""Comomentum: how much the names of one leg move together beyond the market."""

import numpy as np

from deskview.analytics.assumptions import WEEK
from deskview.analytics.measures import average_correlation, block_returns
from deskview.analytics.momentum.basket import Leg
from deskview.analytics.momentum.rules import MomentumRules
from deskview.analytics.panel import Floats, Panel


def comomentum(panel: Panel, leg: Leg, rules: MomentumRules) -> float | None:
    """Mean pairwise correlation of weekly returns within the leg after taking out the benchmark.

    After Lou and Polk (2022), partial on the market alone (theirs: three Fama-French factors). Weeks are
    five sessions ending at the last close. None with too few weeks, names or no benchmark.
    """
    market = panel.column(rules.benchmark)
    if market is None or not len(leg.columns):
        return None
    columns = np.append(leg.columns, market)
    weekly = block_returns(panel.close[:, columns], block=WEEK, count=rules.crowding_weeks)
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
