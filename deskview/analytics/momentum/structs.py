"""The momentum reading: the JSON part `momentum`, field for field."""

from datetime import date

import msgspec

from deskview.analytics.measures import Number
from deskview.analytics.momentum.horizons import Horizons
from deskview.analytics.momentum.panic import MarketState


class LegName(msgspec.Struct, frozen=True, kw_only=True):
    """One name of a leg. `contribution` is +w r in the long leg and -k w r in the short one.

    `score` is the 12-1 return, `rank_score` what it was ranked by: the same, or its z where the reading's `signal`
    is risk_adjusted. `covered` tells whether it traded within the coverage window.
    """

    ticker: str
    name: str | None
    sector: str | None
    weight: float
    return_: Number = msgspec.field(name="return")
    contribution: Number
    score: float
    rank_score: float
    covered: bool


class Crowding(msgspec.Struct, frozen=True, kw_only=True):
    """Comomentum of each leg: mean pairwise weekly correlation after the market."""

    long: Number
    short: Number
    method: str


class BasketReading(msgspec.Struct, frozen=True, kw_only=True):
    """One basket live. Returns are fractions; `short_return` is that of the basket sold (up hurts).

    return = long_return - hedge_ratio * short_return. `sigma` is the return over `sigma_252_return`, the
    rolling sd to yesterday, and `sigma_ewma` over `sigma_ewma_return`; both signed, no mean taken off.
    `coverage` is the share of the weight of both legs that traded within the coverage window.
    `long_share` is relative to the market, `long_share_raw` is not.
    """

    return_: Number = msgspec.field(name="return")
    sigma: Number
    sigma_ewma: Number
    sigma_252_return: Number
    sigma_ewma_return: Number
    sigma_days: int
    sigma_basis: str
    long_return: Number
    short_return: Number
    long_share: Number
    long_share_raw: Number
    verdict: str | None
    hedge_ratio: Number
    hedge_note: str | None
    coverage: Number
    coverage_long: Number
    coverage_short: Number
    crowding: Crowding
    long: list[LegName]
    short: list[LegName]


class MomentumReading(BasketReading, frozen=True, kw_only=True):
    """The raw deciles as headline, the sector-neutral basket beside them, and the state of the market.

    `horizons` has the deciles of either half of the prior year. `market_return` is the equal-weighted return of
    the universe, `signal` what ranks it: return, or risk_adjusted (z of return over volatility). `formed` is the
    session the basket was formed for. `left_out` counts names by reason. `survivorship` says whether the past
    year's dead are in it, `rules` has the rules in words. `missing` maps the path of each null to its reason.
    """

    sector_neutral: BasketReading
    horizons: Horizons
    market_return: Number
    signal: str
    universe: int
    universe_size: str
    left_out: dict[str, int]
    survivorship: str
    rules: dict[str, str]
    formed: date | None
    state: MarketState
    missing: dict[str, str]
