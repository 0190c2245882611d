"""Every refresh: the baskets at live prices, which leg made the spread, and the reason for every null."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
import polars as pl

from deskview.analytics.measures import Number, z_score
from deskview.analytics.momentum.horizons import UNPRICED, read_horizons
from deskview.analytics.momentum.model import BasketModel, Member, MomentumModel
from deskview.analytics.momentum.rules import DEFAULT_RULES, MomentumRules
from deskview.analytics.momentum.structs import BasketReading, Crowding, LegName, MomentumReading
from deskview.analytics.panel import Bools, Floats

CROWDING_METHOD = "mean pairwise correlation of weekly returns over up to 52 weeks, partial on the market alone"


class Quotes(NamedTuple):
    """Live returns of the universe (NaN where there is none) and whether each name is covered."""

    returns: Floats
    covered: Bools


class Shares(NamedTuple):
    """Share of the spread that came from the long leg: of the raw returns, and relative to the market."""

    raw: Number
    relative: Number


def read(model: MomentumModel, live: pl.DataFrame, now: datetime) -> MomentumReading:
    """The reading of one moment from LIVE; `now` is the market's time (UTC).

    A name that traded today keeps its last price through a halt and only leaves the coverage. A name that
    has not traded today has return and contribution null, adds nothing to its leg and keeps its weight.
    """
    quotes = _quotes(model, live, now)
    market = None if np.isnan(quotes.returns).all() else float(np.nanmean(quotes.returns))
    missing = {f"state.{path}": why for path, why in model.state_missing.items()}
    raw, reasons = _explained(model, model.raw, quotes, market)
    neutral, neutral_reasons = _explained(model, model.sector_neutral, quotes, market)
    missing |= reasons | {f"sector_neutral.{path}": why for path, why in neutral_reasons.items()}
    horizons, unread = read_horizons(model.halves, quotes.returns, model.rules, model.why_not or "")
    missing |= {f"horizons.{path}": why for path, why in unread.items()}
    if market is None:
        missing["market_return"] = model.why_not or "no name of the universe has traded today"
    if model.formed is None:
        missing["formed"] = model.why_not or ""
    fields = {name: getattr(raw, name) for name in raw.__struct_fields__}
    return MomentumReading(
        **fields,
        sector_neutral=neutral,
        horizons=horizons,
        market_return=market,
        signal=model.rules.signal,
        universe=len(model.tickers),
        universe_size=model.universe_size,
        left_out=model.left_out,
        survivorship=model.survivorship,
        rules=model.rules_in_words,
        formed=model.formed,
        state=model.state,
        missing=missing,
    )


def _explained(
    model: MomentumModel, basket: BasketModel | None, quotes: Quotes, market: Number
) -> tuple[BasketReading, dict[str, str]]:
    """The reading of one basket and the reason for each null in it."""
    if basket is None:
        return unavailable(model.why_not or "no sector is large enough for its legs", CROWDING_METHOD)
    reading = _basket(basket, quotes, market, model.rules)
    return reading, explain(reading, model.rules)


def _quotes(model: MomentumModel, live: pl.DataFrame, now: datetime) -> Quotes:
    reference = min(now, model.closes) if model.closes else now
    rows = model.tickers.join(
        live.select("ticker", "ret", covered=pl.col("price_time") >= reference - model.rules.coverage_window),
        on="ticker",
        how="left",
        maintain_order="left",
    )
    returns = rows["ret"].fill_null(np.nan).to_numpy()
    covered = rows["covered"].fill_null(value=False).to_numpy() & ~np.isnan(returns)
    return Quotes(np.where(np.isfinite(returns), returns, np.nan), covered)


class _LegLive(NamedTuple):
    """`value` is the leg's return, None when too little of it is priced."""

    value: Number
    coverage: float
    rows: list[LegName]


def _leg(members: Sequence[Member], quotes: Quotes, sign: float, rules: MomentumRules) -> _LegLive:
    places = np.array([member.row for member in members], dtype=np.int64)
    weights = np.array([member.weight for member in members])
    returns, covered = quotes.returns[places], quotes.covered[places]
    priced = ~np.isnan(returns)
    value = float(weights[priced] @ returns[priced]) if weights[priced].sum() >= rules.priced_least else None
    rows = [
        LegName(
            ticker=member.ticker,
            name=member.name,
            sector=member.sector,
            weight=member.weight,
            return_=float(ret) if known else None,
            contribution=sign * member.weight * float(ret) if known and value is not None else None,
            score=member.score,
            rank_score=member.rank_score,
            covered=bool(fresh),
        )
        for member, ret, known, fresh in zip(members, returns, priced, covered, strict=True)
    ]
    return _LegLive(value, float(weights[covered].sum() / weights.sum()), rows)


def _basket(model: BasketModel, quotes: Quotes, market: Number, rules: MomentumRules) -> BasketReading:
    long = _leg(model.long, quotes, 1.0, rules)
    short = _leg(model.short, quotes, -model.hedge_ratio, rules)
    spread = None if long.value is None or short.value is None else long.value - model.hedge_ratio * short.value
    sigma = z_score(spread, model.risk.sigma)
    shares = _shares(long.value, short.value, market, model.hedge_ratio, rules)
    return BasketReading(
        return_=spread,
        sigma=sigma,
        sigma_ewma=z_score(spread, model.risk.sigma_ewma),
        sigma_252_return=model.risk.sigma,
        sigma_ewma_return=model.risk.sigma_ewma,
        sigma_days=model.risk.days,
        sigma_basis=model.risk.basis,
        long_return=long.value,
        short_return=short.value,
        long_share=shares.relative,
        long_share_raw=shares.raw,
        verdict=None if spread is None else verdict(spread, shares.relative, sigma, rules),
        hedge_ratio=model.hedge_ratio,
        hedge_note=model.hedge_note,
        coverage=(long.coverage + short.coverage) / 2,
        coverage_long=long.coverage,
        coverage_short=short.coverage,
        crowding=Crowding(long=model.comomentum_long, short=model.comomentum_short, method=CROWDING_METHOD),
        long=_sorted(long.rows, spread),
        short=_sorted(short.rows, spread),
    )


def _shares(long: Number, short: Number, market: Number, hedge_ratio: float, rules: MomentumRules) -> Shares:
    if long is None or short is None:
        return Shares(None, None)
    return leg_shares(long, short, market=market, hedge_ratio=hedge_ratio, near_zero=rules.near_zero)


def _sorted(rows: list[LegName], spread: Number) -> list[LegName]:
    """Those that drove the spread most in its direction first, names without a contribution last."""
    direction = -1.0 if spread is not None and spread > 0 else 1.0

    def key(row: LegName) -> tuple[bool, float, str]:
        return row.contribution is None, direction * (row.contribution or 0.0), row.ticker

    return sorted(rows, key=key)


def leg_shares(
    long: float, short: float, *, market: Number = None, hedge_ratio: float = 1.0, near_zero: float = 0.001
) -> Shares:
    """R_L / (R_L - k R_S) and (R_L - R_M) / ((R_L - R_M) - (R_S - R_M)).

    `short` is the return of the basket sold. None where the denominator is smaller than `near_zero`, and
    the relative one where the market's return is missing.
    """
    raw = _share(long, long - hedge_ratio * short, near_zero)
    return Shares(raw, None if market is None else _share(long - market, long - short, near_zero))


def _share(part: float, whole: float, near_zero: float) -> Number:
    return None if abs(whole) < near_zero else part / whole


def verdict(spread: float, share: Number, sigma: Number, rules: MomentumRules = DEFAULT_RULES) -> str | None:
    """The day in words from the market-relative share of the long leg; None near zero.

    Down: "longs cut, shorts not covered", "squeeze" (the shorts rose), "both legs". Up: "longs bid",
    "shorts sold", "both legs up". Below calm_sigma sigma: "calm".
    """
    if sigma is not None and abs(sigma) < rules.calm_sigma:
        return "calm"
    if share is None:
        return None
    long_led, short_led = share >= rules.one_sided, share <= 1 - rules.one_sided
    if spread < 0:
        return "longs cut, shorts not covered" if long_led else "squeeze" if short_led else "both legs"
    return "longs bid" if long_led else "shorts sold" if short_led else "both legs up"


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
