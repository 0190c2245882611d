"""Momentum of what: the deciles of either half of the prior year beside those of the whole.

Novy-Marx (2012): what predicts is the return of twelve to seven months ago, more than the recent one. Which of the two
breaks on a day tells whether year-old winners or the last months' are being sold.
"""

from dataclasses import dataclass

import msgspec
import numpy as np

from deskview.analytics.measures import Number, prior_returns_at, rolling_sd, z_score
from deskview.analytics.momentum.basket import Basket, Formed, Leg, basket_of
from deskview.analytics.momentum.history import held_spreads
from deskview.analytics.momentum.rules import MomentumRules
from deskview.analytics.panel import Floats, Ints, Panel

UNPRICED = "too few names of the leg have traded today"


class HorizonReading(msgspec.Struct, frozen=True, kw_only=True):
    """The deciles of the return between two past sessions: return = long_return - hedge_ratio * short_return.

    `sigma` is the return over `sigma_252_return`, the sd of the spreads today's legs would have had over a year.
    `shared` is the share of the headline's weight in the same leg here.
    """

    return_: Number = msgspec.field(name="return")
    sigma: Number
    sigma_252_return: Number
    long_return: Number
    short_return: Number
    hedge_ratio: Number
    shared: Number


class Horizons(msgspec.Struct, frozen=True, kw_only=True):
    """`intermediate` ranks by 12-7, C[t-126] / C[t-252] - 1, `recent` by 6-2, C[t-21] / C[t-126] - 1."""

    intermediate: HorizonReading
    recent: HorizonReading


@dataclass(frozen=True)
class Half:
    """One basket ready for live prices: rows of the universe table and weights of either leg."""

    long: Ints
    long_weights: Floats
    short: Ints
    short_weights: Floats
    hedge_ratio: float
    sigma: Number
    shared: float


@dataclass(frozen=True)
class Halves:
    """The baskets of both halves."""

    intermediate: Half
    recent: Half


def halves_of(panel: Panel, formed: Formed, rules: MomentumRules) -> Halves:
    """Both baskets, from the universe and for the session of the one formed and by the same rules."""
    return Halves(
        _half(panel, formed, rules, lookback=rules.lookback, skip=rules.middle),
        _half(panel, formed, rules, lookback=rules.middle, skip=rules.skip),
    )


def _half(panel: Panel, formed: Formed, rules: MomentumRules, *, lookback: int, skip: int) -> Half:
    columns = formed.universe.columns
    prior = prior_returns_at(panel.close, formed.t, lookback=lookback, skip=skip)[columns]
    known = np.isfinite(prior)
    basket = basket_of(panel, columns[known], prior[known], formed.t, rules)
    spreads = held_spreads(basket, panel, rules.sigma_sessions)
    return Half(
        long=columns.searchsorted(basket.long.columns),
        long_weights=basket.long.weights,
        short=columns.searchsorted(basket.short.columns),
        short_weights=basket.short.weights,
        hedge_ratio=basket.hedge_ratio,
        sigma=rolling_sd(spreads, rules.sigma_sessions) if len(spreads) >= rules.sigma_least else None,
        shared=_shared(formed.raw, basket),
    )


def _shared(headline: Basket, half: Basket) -> float:
    legs = ((headline.long, half.long), (headline.short, half.short))
    return sum(_in_both(one, other) for one, other in legs) / 2


def _in_both(one: Leg, other: Leg) -> float:
    return float(one.weights[np.isin(one.columns, other.columns)].sum())


def read_horizons(
    halves: Halves | None, returns: Floats, rules: MomentumRules, why_not: str
) -> tuple[Horizons, dict[str, str]]:
    """Both halves at the universe's live returns (NaN where there is none), and the reason for each null."""
    readings: dict[str, HorizonReading] = {}
    missing: dict[str, str] = {}
    for name in ("intermediate", "recent"):
        half: Half | None = getattr(halves, name, None)
        readings[name] = _EMPTY if half is None else _read(half, returns, rules)
        missing |= {f"{name}.{path}": why for path, why in _reasons(readings[name], half, rules, why_not).items()}
    return Horizons(**readings), missing


_EMPTY = HorizonReading(
    return_=None,
    sigma=None,
    sigma_252_return=None,
    long_return=None,
    short_return=None,
    hedge_ratio=None,
    shared=None,
)


def _read(half: Half, returns: Floats, rules: MomentumRules) -> HorizonReading:
    long = _leg_return(returns[half.long], half.long_weights, rules)
    short = _leg_return(returns[half.short], half.short_weights, rules)
    spread = None if long is None or short is None else long - half.hedge_ratio * short
    return HorizonReading(
        return_=spread,
        sigma=z_score(spread, half.sigma),
        sigma_252_return=half.sigma,
        long_return=long,
        short_return=short,
        hedge_ratio=half.hedge_ratio,
        shared=half.shared,
    )


def _leg_return(returns: Floats, weights: Floats, rules: MomentumRules) -> Number:
    """The leg's return, None where too little of it has a price."""
    priced = ~np.isnan(returns)
    return float(weights[priced] @ returns[priced]) if weights[priced].sum() >= rules.priced_least else None


def _reasons(reading: HorizonReading, half: Half | None, rules: MomentumRules, why_not: str) -> dict[str, str]:
    if half is None:
        return {field.encode_name: why_not for field in msgspec.structs.fields(reading)}
    no_sd = f"needs {rules.sigma_least} past spread returns that vary"
    reasons = {
        "return": (reading.return_, UNPRICED),
        "long_return": (reading.long_return, UNPRICED),
        "short_return": (reading.short_return, UNPRICED),
        "sigma": (reading.sigma, UNPRICED if reading.return_ is None else no_sd),
        "sigma_252_return": (reading.sigma_252_return, no_sd),
    }
    return {path: why for path, (value, why) in reasons.items() if value is None}
