"""The momentum reading: the JSON part `momentum`, field for field, and why each may be null."""

from datetime import date
from typing import Annotated

import msgspec

from deskview.analytics.assumptions import SigmaBasis
from deskview.analytics.events.rank import RecordRank
from deskview.analytics.figure import Missing, Ticker, Unit, figure, place, text
from deskview.analytics.measures import ONE_SIGMA, SIGMA, SIGMA_BASIS, SIGMA_DAYS, Number
from deskview.analytics.momentum.horizons import AHEAD, LONG_RETURN, SHORT_RETURN, UNPRICED, Horizons
from deskview.analytics.momentum.panic import MarketState
from deskview.analytics.momentum.rules import MomentumRules

HEDGE_RATIO = figure("hedge ratio", Unit.NUMBER, "Dollars sold of the short basket for a dollar of the long leg.")


class LegName(msgspec.Struct, frozen=True, kw_only=True):
    """One name of a leg."""

    ticker: Ticker
    name: Annotated[str | None, text("name")]
    sector: Annotated[str | None, text("sector")]
    weight: Annotated[float, figure("weight", Unit.FRACTION, "Its part of the leg.")]
    return_: Annotated[Number, figure("return", Unit.FRACTION, "Its price against the previous close.")] = (
        msgspec.field(name="return")
    )
    contribution: Annotated[
        Number,
        figure("contribution", Unit.FRACTION, "Weight times return; negated in the short leg.", sign="a gain"),
    ]
    score: Annotated[float, figure("12-1 return", Unit.FRACTION, "Its return of a year, the last month left out.")]
    rank_score: Annotated[
        float, figure("ranking score", Unit.NUMBER, "What ranked it: the 12-1 return, or its z where risk-adjusted.")
    ]
    covered: Annotated[bool, text("covered", "Whether it traded within the coverage window.")]
    doubt: Annotated[str | None, text("doubt", "Why today's return is in doubt.")]
    rank_doubt: Annotated[str | None, text("doubt of the rank", "Why the 12-1 return is in doubt.")]


class Crowding(msgspec.Struct, frozen=True, kw_only=True):
    """Comomentum of each leg when it was formed. The percentiles are None with fewer than twelve formations."""

    long: Annotated[
        Number, figure("long leg", Unit.NUMBER, "Mean weekly correlation of the long leg's names after the market.")
    ]
    short: Annotated[
        Number, figure("short leg", Unit.NUMBER, "Mean weekly correlation of the short leg's names after the market.")
    ]
    percentile_long: Annotated[
        Number,
        figure(
            "percentile of the long leg", Unit.PERCENTILE, "Of that correlation among the formations before this one."
        ),
    ]
    percentile_short: Annotated[
        Number,
        figure(
            "percentile of the short leg", Unit.PERCENTILE, "Of that correlation among the formations before this one."
        ),
    ]
    n: Annotated[int, figure("formations", Unit.COUNT, "How many formations the percentiles rest on.", watched=False)]
    method: Annotated[str, text("method", "How the correlation is measured.")]


class BetaNeutral(msgspec.Struct, frozen=True, kw_only=True):
    """The spread with the market taken out; one σ is of its own daily returns, every formation with its own ratio."""

    return_: Annotated[
        Number, figure("return", Unit.FRACTION, "Long leg less hedge ratio times short basket.", sign=AHEAD)
    ] = msgspec.field(name="return")
    sigma: Annotated[Number, SIGMA]
    sigma_252_return: Annotated[Number, ONE_SIGMA]
    sigma_basis: Annotated[SigmaBasis | None, SIGMA_BASIS]
    sigma_n: Annotated[int, SIGMA_DAYS]
    hedge_ratio: Annotated[Number, HEDGE_RATIO]
    beta_long: Annotated[
        Number,
        figure("beta of the long leg", Unit.NUMBER, "Its returns' beta over the 252 sessions before it was formed."),
    ]
    beta_short: Annotated[
        Number,
        figure("beta of the short leg", Unit.NUMBER, "Its returns' beta over the 252 sessions before it was formed."),
    ]
    hedge_note: Annotated[
        str | None, text("note on the hedge", "Why there is no ratio, or that the betas are not against the benchmark.")
    ]


class BasketReading(msgspec.Struct, frozen=True, kw_only=True):
    """One basket live: return = long_return - hedge_ratio * short_return with a hedge_ratio of 1.

    Its places are named as the sector-neutral basket's; the headline's have names of their own (MomentumReading).
    """

    return_: Annotated[
        Number, figure("return", Unit.FRACTION, "Long leg less short basket, dollar for dollar.", sign=AHEAD)
    ] = msgspec.field(name="return")
    sigma: Annotated[Number, SIGMA]
    sigma_ewma: Annotated[
        Number,
        figure(
            "σ of the day, newest days weighing most", Unit.SIGMA, "The return over one such σ, signed, no mean off."
        ),
    ]
    sigma_252_return: Annotated[Number, ONE_SIGMA]
    sigma_ewma_return: Annotated[
        Number,
        figure(
            "one σ of a day, newest days weighing most",
            Unit.FRACTION,
            "Of its daily returns to yesterday, weights decaying by 0.94 a day.",
        ),
    ]
    sigma_basis: Annotated[SigmaBasis | None, SIGMA_BASIS]
    sigma_n: Annotated[int, SIGMA_DAYS]
    long_return: Annotated[Number, LONG_RETURN]
    short_return: Annotated[Number, SHORT_RETURN]
    long_share: Annotated[
        Number,
        figure("part from the longs", Unit.FRACTION, "The long leg's return less the market's, over the spread."),
    ]
    long_share_raw: Annotated[
        Number,
        figure("part from the longs, market not taken off", Unit.FRACTION, "The long leg's return over the spread."),
    ]
    verdict: Annotated[str | None, text("verdict", "Which leg leads, and which way; none on a calm day.")]
    hedge_ratio: Annotated[float, HEDGE_RATIO]
    beta_neutral: Annotated[BetaNeutral, place("sector- and beta-neutral momentum")]
    coverage: Annotated[
        Number,
        figure("coverage", Unit.FRACTION, "Part of both legs' weight that has traded within the coverage window."),
    ]
    coverage_long: Annotated[
        Number, figure("coverage long", Unit.FRACTION, "Part of the long leg's weight that has traded so lately.")
    ]
    coverage_short: Annotated[
        Number, figure("coverage short", Unit.FRACTION, "Part of the short leg's weight that has traded so lately.")
    ]
    crowding: Annotated[Crowding, place("sector-neutral momentum, mean correlation of the names")]
    in_doubt: Annotated[list[Ticker], text("in doubt", "Tickers of both legs whose return is in doubt.")]
    ranks_in_doubt: Annotated[
        list[Ticker], text("ranks in doubt", "Tickers of both legs whose 12-1 return is in doubt.")
    ]
    long: Annotated[list[LegName], place("long leg", row="{row} in the sector-neutral long leg")]
    short: Annotated[list[LegName], place("short leg", row="{row} in the sector-neutral short leg")]


class MomentumReading(BasketReading, frozen=True, kw_only=True):
    """The raw deciles as headline, the sector-neutral basket beside them, and the state of the market."""

    beta_neutral: Annotated[BetaNeutral, place("beta-neutral momentum")]
    crowding: Annotated[Crowding, place("momentum, mean correlation of the names")]
    long: Annotated[list[LegName], place("long leg", row="{row} in the long leg")]
    short: Annotated[list[LegName], place("short leg", row="{row} in the short leg")]
    sigma_of_hour: Annotated[
        Number,
        figure(
            "σ of the hour", Unit.SIGMA, "σ of the day over √v, v the part of a day's variance usually behind by now."
        ),
    ]
    sector_neutral: Annotated[BasketReading, place("sector-neutral momentum")]
    horizons: Annotated[Horizons, place("")]
    market_return: Annotated[
        Number, figure("return of the market", Unit.FRACTION, "Equal-weighted return of the universe.")
    ]
    signal: Annotated[str, text("signal", "What ranks: return, or risk_adjusted, z of return over volatility.")]
    universe: Annotated[int, figure("stocks that are ranked", Unit.COUNT, "Size of the universe.")]
    universe_size: Annotated[
        str, text("size by", "What tells the largest stocks: market cap where it is known, or dollar volume.")
    ]
    left_out: Annotated[
        dict[str, Annotated[int, figure("left out", Unit.COUNT, "Names left out for this reason.", watched=False)]],
        place(""),
    ]
    without_sector: Annotated[
        int, figure("without sector", Unit.COUNT, "Names of the universe in no leg of the sector-neutral basket.")
    ]
    survivorship: Annotated[str, text("survivorship", "Whether the dead are in the history.")]
    rules: Annotated[dict[str, Annotated[str, text("rule")]], text("rules", "The rules in words, by subject.")]
    formed: Annotated[date | None, text("formed", "The session the basket was formed for.")]
    state: Annotated[MarketState, place("market")]
    rank: Annotated[RecordRank | None, place("rank of momentum's day")] = None
    missing: Missing


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
