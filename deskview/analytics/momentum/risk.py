"""What a spread is measured by: its daily standard deviation, and the scale of the short leg that hedges the market."""

from dataclasses import dataclass

import numpy as np

from deskview.analytics.assumptions import RULE, TODAYS_NAMES, SigmaBasis
from deskview.analytics.measures import Number, betas, ewma_sd, rolling_sd
from deskview.analytics.momentum.basket import Basket, Formed
from deskview.analytics.momentum.rules import MomentumRules
from deskview.analytics.panel import Floats, Panel


@dataclass(frozen=True)
class Risk:
    """Daily sd of a spread up to yesterday, rolling and exponentially weighted, and the spreads it is taken of.

    `n` is the number of days of the rolling one. `spreads` end with the last session; NaN where there is none.
    """

    sigma: Number
    sigma_ewma: Number
    n: int
    basis: SigmaBasis
    spreads: Floats


def risk_of(own: Floats, todays: Floats, rules: MomentumRules) -> Risk:
    """The risk of the rule's `own` daily spreads where there are enough of them, else of `todays` names held back.

    Names chosen for their past year were calmer against each other in it than the names the rule held at the time:
    over history the sd of today's names was 0.86 of the rule's own in the median, which makes a move look larger.
    """
    enough = np.isfinite(own).sum() >= rules.sigma_own_least
    basis: SigmaBasis = RULE if enough else TODAYS_NAMES
    spreads = own if enough else todays
    days = min(int(np.isfinite(spreads).sum()), rules.sigma_sessions)
    if days < rules.sigma_least:
        return Risk(None, None, days, basis, spreads)
    return Risk(rolling_sd(spreads, rules.sigma_sessions), ewma_sd(spreads, rules.ewma_decay), days, basis, spreads)


@dataclass(frozen=True)
class Hedge:
    """k and the betas it is made of; `note` says why there is no k, or that the betas are not against the benchmark."""

    ratio: Number
    beta_long: Number
    beta_short: Number
    note: str | None


def hedge_of(panel: Panel, formed: Formed, basket: Basket, rules: MomentumRules) -> Hedge:
    """k of a basket for the session it was formed for.

    The betas are the slopes (OLS) of the legs' own daily returns on the benchmark's, its names held back over the
    sessions before. They are not shrunk: shrinking suits single names, not baskets of a hundred. Without bars of the
    benchmark the equal-weighted universe takes its place.
    """
    rows = panel.returns[max(1, formed.t - rules.beta_sessions) : formed.t]
    column = panel.column(rules.benchmark)
    if column is None:
        note = f"no history of {rules.benchmark}: betas against the equal-weighted universe"
        return _hedge(rows, _equal_weighted(rows, formed), basket, note)
    return _hedge(rows, rows[:, column], basket, None)


def _equal_weighted(rows: Floats, formed: Formed) -> Floats:
    columns = formed.universe.columns
    mean: Floats = np.nan_to_num(rows[:, columns]).sum(axis=1) / max(1, len(columns))
    return mean


def _hedge(rows: Floats, market: Floats, basket: Basket, note: str | None) -> Hedge:
    slopes = betas(np.column_stack(basket.returns(rows)), market)
    long, short = (None if np.isnan(slope) else float(slope) for slope in slopes)
    if long is None or short is None or long <= 0 or short <= 0:
        return Hedge(None, long, short, "the legs' betas can't be told or are not above zero")
    return Hedge(long / short, long, short, note)
