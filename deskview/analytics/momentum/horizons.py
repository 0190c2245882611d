"""Momentum of what: the deciles of either half of the prior year beside those of the whole.

Novy-Marx (2012): what predicts is the return of twelve to seven months ago, more than the recent one. Which of the two
breaks on a day tells whether year-old winners or the last months' are being sold.
"""

from dataclasses import dataclass
from typing import Annotated

import msgspec
import numpy as np

from deskview.analytics.assumptions import SigmaBasis
from deskview.analytics.figure import Unit, figure, place
from deskview.analytics.measures import (
    ONE_SIGMA,
    SIGMA,
    SIGMA_BASIS,
    SIGMA_DAYS,
    Number,
    prior_returns_at,
    z_score,
)
from deskview.analytics.momentum.basket import Basket, Formed, Leg, basket_of
from deskview.analytics.momentum.history import RuleHistory
from deskview.analytics.momentum.risk import Risk, risk_of
from deskview.analytics.momentum.rules import MomentumRules
from deskview.analytics.panel import Floats, Ints, Panel

UNPRICED = "too few names of the leg have traded today"


LONG_RETURN = figure("return of the long leg", Unit.FRACTION, "The long leg's, price against previous close.")
SHORT_RETURN = figure(
    "return of the short leg",
    Unit.FRACTION,
    "That of the basket sold, price against previous close.",
    sign="what was sold rose, a loss",
)
AHEAD = "winners beat losers"


class HorizonReading(msgspec.Struct, frozen=True, kw_only=True):
    """The deciles of the return between two past sessions.

    One σ is that of the half's own spreads, its deciles formed at each rebalance (`sigma_basis` rule), or of those
    today's names would have had (todays-names).
    """

    return_: Annotated[
        Number, figure("return", Unit.FRACTION, "Long leg less short basket, dollar for dollar.", sign=AHEAD)
    ] = msgspec.field(name="return")
    sigma: Annotated[Number, SIGMA]
    sigma_252_return: Annotated[Number, ONE_SIGMA]
    sigma_basis: Annotated[SigmaBasis | None, SIGMA_BASIS]
    sigma_n: Annotated[int, SIGMA_DAYS]
    long_return: Annotated[Number, LONG_RETURN]
    short_return: Annotated[Number, SHORT_RETURN]
    shared: Annotated[
        Number,
        figure(
            "legs in common with 12-1", Unit.FRACTION, "Part of the headline's weight that is in the same leg here."
        ),
    ]


class Horizons(msgspec.Struct, frozen=True, kw_only=True):
    """`intermediate` ranks by 12-7, C[t-126] / C[t-252] - 1, `recent` by 6-2, C[t-21] / C[t-126] - 1."""

    intermediate: Annotated[HorizonReading, place("momentum 12-7")]
    recent: Annotated[HorizonReading, place("momentum 6-2")]


@dataclass(frozen=True)
class Half:
    """One basket ready for live prices: rows of the universe table and weights of either leg."""

    long: Ints
    long_weights: Floats
    short: Ints
    short_weights: Floats
    risk: Risk
    shared: float


@dataclass(frozen=True)
class Halves:
    """The baskets of both halves."""

    intermediate: Half
    recent: Half


def halves_of(past: RuleHistory) -> Halves:
    """Both baskets in force, each with its own history: from the same universes, for the same sessions and by the same
    rules as the headline's."""
    rules = past.rules
    return Halves(
        _half(past, lookback=rules.lookback, skip=rules.middle), _half(past, lookback=rules.middle, skip=rules.skip)
    )


def _half(past: RuleHistory, *, lookback: int, skip: int) -> Half:
    baskets = [_basket(past.panel, formed, past.rules, lookback=lookback, skip=skip) for formed in past.formed]
    now, basket = past.formed[-1], baskets[-1]
    return Half(
        long=now.universe.columns.searchsorted(basket.long.columns),
        long_weights=basket.long.weights,
        short=now.universe.columns.searchsorted(basket.short.columns),
        short_weights=basket.short.weights,
        risk=risk_of(past.returns(baskets).spread, past.todays(basket).spread, past.rules),
        shared=_shared(now.raw, basket),
    )


def _basket(panel: Panel, formed: Formed, rules: MomentumRules, *, lookback: int, skip: int) -> Basket:
    columns = formed.universe.columns
    prior = prior_returns_at(panel.close, formed.t, lookback=lookback, skip=skip)[columns]
    known = np.isfinite(prior)
    return basket_of(panel, columns[known], prior[known], formed.t, rules)


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
    sigma_basis=None,
    sigma_n=0,
    long_return=None,
    short_return=None,
    shared=None,
)


def _read(half: Half, returns: Floats, rules: MomentumRules) -> HorizonReading:
    long = _leg_return(returns[half.long], half.long_weights, rules)
    short = _leg_return(returns[half.short], half.short_weights, rules)
    spread = None if long is None or short is None else long - short
    return HorizonReading(
        return_=spread,
        sigma=z_score(spread, half.risk.sigma),
        sigma_252_return=half.risk.sigma,
        sigma_basis=half.risk.basis,
        sigma_n=half.risk.n,
        long_return=long,
        short_return=short,
        shared=half.shared,
    )


def _leg_return(returns: Floats, weights: Floats, rules: MomentumRules) -> Number:
    """The leg's return, None where too little of it has a price."""
    priced = ~np.isnan(returns)
    return float(weights[priced] @ returns[priced]) if weights[priced].sum() >= rules.priced_least else None


def _reasons(reading: HorizonReading, half: Half | None, rules: MomentumRules, why_not: str) -> dict[str, str]:
    if half is None:
        figures = (field for field in msgspec.structs.fields(reading) if getattr(reading, field.name) is None)
        return {field.encode_name: why_not for field in figures}
    no_sd = f"needs {rules.sigma_least} past spread returns that vary"
    reasons = {
        "return": (reading.return_, UNPRICED),
        "long_return": (reading.long_return, UNPRICED),
        "short_return": (reading.short_return, UNPRICED),
        "sigma": (reading.sigma, UNPRICED if reading.return_ is None else no_sd),
        "sigma_252_return": (reading.sigma_252_return, no_sd),
    }
    return {path: why for path, (value, why) in reasons.items() if value is None}
