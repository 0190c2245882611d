"""The momentum reading: the JSON part `momentum`, field for field, and why each may be null."""

from datetime import date

import msgspec

from deskview.analytics.assumptions import SigmaBasis
from deskview.analytics.measures import Number
from deskview.analytics.momentum.horizons import UNPRICED, Horizons
from deskview.analytics.momentum.panic import MarketState
from deskview.analytics.momentum.rules import MomentumRules


class LegName(msgspec.Struct, frozen=True, kw_only=True):
    """One name of a leg. `contribution` is +w r in the long leg and -w r in the short one.

    `score` is the 12-1 return, `rank_score` what it was ranked by: the same, or its z where the reading's `signal`
    is risk_adjusted. `covered` tells whether it traded within the coverage window, `doubt` why today's return is in
    doubt (None where it is not), `rank_doubt` why the 12-1 return is.
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
    doubt: str | None
    rank_doubt: str | None


class Crowding(msgspec.Struct, frozen=True, kw_only=True):
    """Comomentum of each leg when it was formed: mean pairwise weekly correlation after the market.

    The percentiles (0-100) are among the `n` formations of the rule before this one; None with fewer than twelve.
    """

    long: Number
    short: Number
    percentile_long: Number
    percentile_short: Number
    n: int
    method: str


class BetaNeutral(msgspec.Struct, frozen=True, kw_only=True):
    """The spread with the market taken out: return = long_return - hedge_ratio * short_return.

    `hedge_ratio` is k = `beta_long` / `beta_short`, the betas of the legs' own returns over the 252 sessions before
    they were formed. `sigma` is over `sigma_252_return`, the sd of `sigma_n` of its own daily returns, every formation
    with its own k. `hedge_note` says why there is no k, or that the betas are not against the benchmark.
    """

    return_: Number = msgspec.field(name="return")
    sigma: Number
    sigma_252_return: Number
    sigma_basis: SigmaBasis | None
    sigma_n: int
    hedge_ratio: Number
    beta_long: Number
    beta_short: Number
    hedge_note: str | None


class BasketReading(msgspec.Struct, frozen=True, kw_only=True):
    """One basket live, dollar for dollar. Returns are fractions; `short_return` is that of the basket sold (up hurts).

    return = long_return - hedge_ratio * short_return with a hedge_ratio of 1; `beta_neutral` stands beside it.
    `sigma` is the return over `sigma_252_return`, the sd of the last `sigma_n` daily spreads to yesterday (252 at
    most), and `sigma_ewma` over `sigma_ewma_return`; both signed, no mean taken off. `sigma_basis` says whose spreads:
    the rule's own history, or those of today's names held back, whose sd is too small as a rule.
    `coverage` is the share of the weight of both legs that traded within the coverage window.
    `long_share` is relative to the market, `long_share_raw` is not. `verdict` is None on a calm day.
    `in_doubt` are the tickers of both legs whose return is in doubt, `ranks_in_doubt` those whose 12-1 return is.
    """

    return_: Number = msgspec.field(name="return")
    sigma: Number
    sigma_ewma: Number
    sigma_252_return: Number
    sigma_ewma_return: Number
    sigma_basis: SigmaBasis | None
    sigma_n: int
    long_return: Number
    short_return: Number
    long_share: Number
    long_share_raw: Number
    verdict: str | None
    hedge_ratio: float
    beta_neutral: BetaNeutral
    coverage: Number
    coverage_long: Number
    coverage_short: Number
    crowding: Crowding
    in_doubt: list[str]
    ranks_in_doubt: list[str]
    long: list[LegName]
    short: list[LegName]


class MomentumReading(BasketReading, frozen=True, kw_only=True):
    """The raw deciles as headline, the sector-neutral basket beside them, and the state of the market.

    `sigma_of_hour` is the headline's sigma / sqrt(v), v the share of a day's variance that is usually behind one by
    now: the move beside others up to this hour. `horizons` has the deciles of either half of the prior year.
    `market_return` is the equal-weighted return of the universe, `signal` what ranks it: return, or risk_adjusted (z
    of return over volatility). `formed` is the session the basket was formed for. `left_out` counts names by reason,
    `without_sector` those of the universe that are in no leg of the sector-neutral basket.
    `survivorship` says whether the dead are in the history, `rules` has the rules in words. `missing` maps the path
    of each null to its reason.
    """

    sigma_of_hour: Number
    sector_neutral: BasketReading
    horizons: Horizons
    market_return: Number
    signal: str
    universe: int
    universe_size: str
    left_out: dict[str, int]
    without_sector: int
    survivorship: str
    rules: dict[str, str]
    formed: date | None
    state: MarketState
    missing: dict[str, str]


_FIGURES = (
    "return",
    "sigma",
    "sigma_ewma",
    "sigma_252_return",
    "sigma_ewma_return",
    "sigma_basis",
    "long_return",
    "short_return",
    "long_share",
    "long_share_raw",
    "verdict",
    "coverage",
    "coverage_long",
    "coverage_short",
    *(f"beta_neutral.{figure}" for figure in ("return", "sigma", "sigma_252_return", "sigma_basis", "hedge_ratio")),
    *(f"beta_neutral.{figure}" for figure in ("beta_long", "beta_short")),
    *(f"crowding.{figure}" for figure in ("long", "short", "percentile_long", "percentile_short")),
)


def unavailable(why: str, method: str) -> tuple[BasketReading, dict[str, str]]:
    """A reading without a basket; every figure is null for the one reason."""
    reading = BasketReading(
        return_=None,
        sigma=None,
        sigma_ewma=None,
        sigma_252_return=None,
        sigma_ewma_return=None,
        sigma_basis=None,
        sigma_n=0,
        long_return=None,
        short_return=None,
        long_share=None,
        long_share_raw=None,
        verdict=None,
        hedge_ratio=1.0,
        beta_neutral=BetaNeutral(
            return_=None,
            sigma=None,
            sigma_252_return=None,
            sigma_basis=None,
            sigma_n=0,
            hedge_ratio=None,
            beta_long=None,
            beta_short=None,
            hedge_note=None,
        ),
        coverage=None,
        coverage_long=None,
        coverage_short=None,
        crowding=Crowding(long=None, short=None, percentile_long=None, percentile_short=None, n=0, method=method),
        in_doubt=[],
        ranks_in_doubt=[],
        long=[],
        short=[],
    )
    return reading, dict.fromkeys(_FIGURES, why)


def explain(reading: BasketReading, rules: MomentumRules) -> dict[str, str]:
    """The reason for each null of a reading, by path."""
    nothing = UNPRICED if reading.return_ is None else None
    no_sd = _no_sd(rules, reading.sigma_n)
    no_share = nothing or f"undefined: the spread is within {rules.near_zero * 1e4:g} bp of zero"
    no_weeks = f"needs {rules.crowding_least} weeks of {rules.benchmark} and of two names of the leg"
    few = f"needs {rules.crowding_formations} formations before this one, {reading.crowding.n} are held"
    nulls = {
        "return": (reading.return_, UNPRICED),
        "long_return": (reading.long_return, UNPRICED),
        "short_return": (reading.short_return, UNPRICED),
        "sigma": (reading.sigma, nothing or no_sd),
        "sigma_ewma": (reading.sigma_ewma, nothing or no_sd),
        "sigma_252_return": (reading.sigma_252_return, no_sd),
        "sigma_ewma_return": (reading.sigma_ewma_return, no_sd),
        "long_share": (reading.long_share, no_share),
        "long_share_raw": (reading.long_share_raw, no_share),
        "verdict": (reading.verdict, _no_verdict(reading, no_share, no_sd, rules)),
        "crowding.long": (reading.crowding.long, no_weeks),
        "crowding.short": (reading.crowding.short, no_weeks),
        "crowding.percentile_long": (reading.crowding.percentile_long, few),
        "crowding.percentile_short": (reading.crowding.percentile_short, few),
    } | _of_beta_neutral(reading.beta_neutral, nothing, rules)
    return {name: reason for name, (value, reason) in nulls.items() if value is None} | _unpriced_rows(reading)


def _no_sd(rules: MomentumRules, held: int) -> str:
    return f"needs {rules.sigma_least} past spread returns that vary, {held} are held"


def _no_verdict(reading: BasketReading, no_share: str, no_sd: str, rules: MomentumRules) -> str:
    if reading.long_share is None:
        return no_share
    return no_sd if reading.sigma is None else f"calm: the move is within {rules.calm_sigma:g} σ"


def _of_beta_neutral(
    reading: BetaNeutral, nothing: str | None, rules: MomentumRules
) -> dict[str, tuple[float | None, str]]:
    no_ratio = reading.hedge_note if reading.hedge_ratio is None else None
    no_beta = f"needs 20 common sessions of the leg and {rules.benchmark}"
    no_sd = no_ratio or _no_sd(rules, reading.sigma_n)
    return {
        "beta_neutral.return": (reading.return_, no_ratio or UNPRICED),
        "beta_neutral.sigma": (reading.sigma, nothing or no_sd),
        "beta_neutral.sigma_252_return": (reading.sigma_252_return, no_sd),
        "beta_neutral.hedge_ratio": (reading.hedge_ratio, no_ratio or ""),
        "beta_neutral.beta_long": (reading.beta_long, no_beta),
        "beta_neutral.beta_short": (reading.beta_short, no_beta),
    }


def _unpriced_rows(reading: BasketReading) -> dict[str, str]:
    missing: dict[str, str] = {}
    for leg, rows in (("long", reading.long), ("short", reading.short)):
        for row in rows:
            unpriced = "no trade today" if row.return_ is None else UNPRICED
            nulls = (("return", row.return_), ("contribution", row.contribution))
            missing.update({f"{leg}.{row.ticker}.{field}": unpriced for field, value in nulls if value is None})
    return missing
