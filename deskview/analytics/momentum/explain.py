"""The reason for every null of a basket reading."""

from deskview.analytics.momentum.horizons import UNPRICED
from deskview.analytics.momentum.rules import MomentumRules
from deskview.analytics.momentum.structs import BasketReading, Crowding

_FIGURES = (
    "return",
    "sigma",
    "sigma_ewma",
    "sigma_252_return",
    "sigma_ewma_return",
    "long_return",
    "short_return",
    "long_share",
    "long_share_raw",
    "verdict",
    "hedge_ratio",
    "coverage",
    "coverage_long",
    "coverage_short",
    "crowding.long",
    "crowding.short",
)


def unavailable(why: str, method: str) -> tuple[BasketReading, dict[str, str]]:
    """A reading without a basket; every figure is null for the one reason."""
    reading = BasketReading(
        return_=None,
        sigma=None,
        sigma_ewma=None,
        sigma_252_return=None,
        sigma_ewma_return=None,
        sigma_days=0,
        sigma_basis="",
        long_return=None,
        short_return=None,
        long_share=None,
        long_share_raw=None,
        verdict=None,
        hedge_ratio=None,
        hedge_note=None,
        coverage=None,
        coverage_long=None,
        coverage_short=None,
        crowding=Crowding(long=None, short=None, method=method),
        long=[],
        short=[],
    )
    return reading, dict.fromkeys(_FIGURES, why)


def rules_in_words(rules: MomentumRules) -> dict[str, str]:
    """The rules of the basket as sentences, by subject."""
    prior = f"the return from {rules.lookback} to {rules.skip} sessions before the session it is formed for"
    ranked = {
        "return": prior,
        "risk_adjusted": f"z of {prior} over the daily volatility of {rules.signal_vol_sessions} sessions, within"
        f" ±{rules.z_limit:g}",
    }
    words = {
        "ranked by": ranked[rules.signal],
        "universe": f"the {rules.universe_size} largest shares of {rules.price_floor_usd:g} USD or more that trade"
        f" {rules.volume_floor_usd / 1e6:g}m USD a day (median of {rules.volume_sessions} sessions)",
        "legs": f"the top and bottom {rules.quantile:.0%}, weights {rules.weighting.replace('_', ' ')}, a name"
        f" {rules.cap:.0%} at most, formed {rules.rebalance}",
    }
    if rules.one_line_per_issuer:
        words["share classes"] = "of one issuer (CIK), the most traded; the cap is the issuer's"
    if rules.exclude_targets:
        words["takeover targets"] = (
            f"left out: a rise of {rules.target_jump:.0%} in one session of the last {rules.target_sessions}, and in"
            f" the {rules.target_least} or more since a daily volatility below {rules.target_vol:.1%} and"
            f" {rules.target_vol_ratio:.0%} of that before; bids in shares can't be told"
        )
    if rules.delisting_return is not None:
        words["delisted"] = f"while held: {rules.delisting_return:.0%} on the session after, unless a bid had pinned it"
    return words


def explain(reading: BasketReading, rules: MomentumRules) -> dict[str, str]:
    """The reason for each null of a reading, by path."""
    nothing = UNPRICED if reading.return_ is None else None
    no_sd = f"needs {rules.sigma_least} past spread returns that vary, {reading.sigma_days} are held"
    no_share = nothing or f"undefined: the spread is within {rules.near_zero * 1e4:g} bp of zero"
    no_weeks = f"needs {rules.crowding_least} weeks of {rules.benchmark} and of two names of the leg"
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
        "verdict": (reading.verdict, no_share),
        "crowding.long": (reading.crowding.long, no_weeks),
        "crowding.short": (reading.crowding.short, no_weeks),
    }
    return {name: reason for name, (value, reason) in nulls.items() if value is None} | _unpriced_rows(reading)


def _unpriced_rows(reading: BasketReading) -> dict[str, str]:
    missing: dict[str, str] = {}
    for leg, rows in (("long", reading.long), ("short", reading.short)):
        for row in rows:
            unpriced = "no trade today" if row.return_ is None else UNPRICED
            nulls = (("return", row.return_), ("contribution", row.contribution))
            missing.update({f"{leg}.{row.ticker}.{field}": unpriced for field, value in nulls if value is None})
    return missing
