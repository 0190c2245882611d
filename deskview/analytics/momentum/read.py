"""Every refresh: the baskets at live prices, which leg made the spread, and the reason for every null."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
import polars as pl

from deskview.analytics.hours import of_hour
from deskview.analytics.measures import Number, z_score
from deskview.analytics.momentum.horizons import read_horizons
from deskview.analytics.momentum.model import BasketModel, Member, MomentumModel
from deskview.analytics.momentum.rules import DEFAULT_RULES, MomentumRules
from deskview.analytics.momentum.structs import (
    BasketReading,
    BetaNeutral,
    Crowding,
    LegName,
    MomentumReading,
    explain,
    unavailable,
)
from deskview.analytics.panel import Bools, Floats

CROWDING_METHOD = (
    "mean pairwise correlation of weekly returns over up to 52 weeks before the formation, partial on the market alone"
)

LONGS_CUT = "longs cut, shorts not covered"
BOTH = "both"
_LED = {
    # (the long leg led, the spread rose): the word where that leg itself moved that way, and where it only did
    # against the market
    (True, False): (LONGS_CUT, "longs lag"),
    (True, True): ("longs bid", "longs hold up"),
    (False, False): ("squeeze", "shorts hold up"),
    (False, True): ("shorts sold", "shorts lag"),
}


class Quotes(NamedTuple):
    """Live returns of the universe (NaN where there is none), whether each name is covered, and why one is in doubt."""

    returns: Floats
    covered: Bools
    doubt: list[str | None]


UNRANKED = "the record of past days is still to come"
"""Why a reading by itself has no rank: who has the record ranks it."""


def read(model: MomentumModel, live: pl.DataFrame, now: datetime) -> MomentumReading:
    """The reading of one moment from LIVE; `now` is the market's time (UTC).

    A name that traded today keeps its last price through a halt and only leaves the coverage. A name that
    has not traded today has return and contribution null, adds nothing to its leg and keeps its weight.
    """
    quotes = _quotes(model, live, now)
    market = None if np.isnan(quotes.returns).all() else float(np.nanmean(quotes.returns))
    missing = {f"state.{path}": why for path, why in model.state_missing.items()} | {"rank": UNRANKED}
    raw, reasons = _explained(model, model.raw, quotes, market)
    neutral, neutral_reasons = _explained(model, model.sector_neutral, quotes, market)
    missing |= reasons | {f"sector_neutral.{path}": why for path, why in neutral_reasons.items()}
    horizons, unread = read_horizons(model.halves, quotes.returns, model.rules, model.why_not or "")
    missing |= {f"horizons.{path}": why for path, why in unread.items()}
    of_the_hour, no_hour = of_hour(raw.sigma, model.clock, now, why_none=model.clock_missing)
    if of_the_hour is None:
        missing["sigma_of_hour"] = no_hour
    if market is None:
        missing["market_return"] = model.why_not or "no name of the universe has traded today"
    if model.formed is None:
        missing["formed"] = model.why_not or ""
    fields = {name: getattr(raw, name) for name in raw.__struct_fields__}
    return MomentumReading(
        **fields,
        sigma_of_hour=of_the_hour,
        sector_neutral=neutral,
        horizons=horizons,
        market_return=market,
        signal=model.rules.signal,
        universe=len(model.tickers),
        universe_size=model.universe_size,
        left_out=model.left_out,
        without_sector=model.without_sector,
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
        live.select("ticker", "ret", "doubt", covered=pl.col("price_time") >= reference - model.rules.coverage_window),
        on="ticker",
        how="left",
        maintain_order="left",
    )
    returns = rows["ret"].fill_null(np.nan).to_numpy()
    covered = rows["covered"].fill_null(value=False).to_numpy() & ~np.isnan(returns)
    return Quotes(np.where(np.isfinite(returns), returns, np.nan), covered, rows["doubt"].to_list())


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
            doubt=quotes.doubt[member.row],
            rank_doubt=member.rank_doubt,
        )
        for member, ret, known, fresh in zip(members, returns, priced, covered, strict=True)
    ]
    return _LegLive(value, float(weights[covered].sum() / weights.sum()), rows)


def _basket(model: BasketModel, quotes: Quotes, market: Number, rules: MomentumRules) -> BasketReading:
    long, short = _leg(model.long, quotes, 1.0, rules), _leg(model.short, quotes, -1.0, rules)
    spread = None if long.value is None or short.value is None else long.value - short.value
    sigma = z_score(spread, model.risk.sigma)
    shares = leg_shares(long.value, short.value, market=market, near_zero=rules.near_zero)
    return BasketReading(
        return_=spread,
        sigma=sigma,
        sigma_ewma=z_score(spread, model.risk.sigma_ewma),
        sigma_252_return=model.risk.sigma,
        sigma_ewma_return=model.risk.sigma_ewma,
        sigma_basis=model.risk.basis,
        sigma_n=model.risk.n,
        long_return=long.value,
        short_return=short.value,
        long_share=shares.relative,
        long_share_raw=shares.raw,
        verdict=verdict(long.value, short.value, shares.relative, sigma, rules),
        hedge_ratio=1.0,
        beta_neutral=_beta_neutral(model, long.value, short.value),
        coverage=(long.coverage + short.coverage) / 2,
        coverage_long=long.coverage,
        coverage_short=short.coverage,
        crowding=_crowding(model),
        in_doubt=[row.ticker for row in (*long.rows, *short.rows) if row.doubt],
        ranks_in_doubt=[row.ticker for row in (*long.rows, *short.rows) if row.rank_doubt],
        long=_sorted(long.rows, spread),
        short=_sorted(short.rows, spread),
    )


def _beta_neutral(model: BasketModel, long: Number, short: Number) -> BetaNeutral:
    hedge, risk = model.hedge, model.neutral_risk
    spread = None if long is None or short is None or hedge.ratio is None else long - hedge.ratio * short
    return BetaNeutral(
        return_=spread,
        sigma=z_score(spread, risk.sigma),
        sigma_252_return=risk.sigma,
        sigma_basis=risk.basis,
        sigma_n=risk.n,
        hedge_ratio=hedge.ratio,
        beta_long=hedge.beta_long,
        beta_short=hedge.beta_short,
        hedge_note=hedge.note,
    )


def _crowding(model: BasketModel) -> Crowding:
    found = model.comomentum
    return Crowding(
        long=found.long,
        short=found.short,
        percentile_long=found.percentile_long,
        percentile_short=found.percentile_short,
        n=found.n,
        method=CROWDING_METHOD,
    )


def _sorted(rows: list[LegName], spread: Number) -> list[LegName]:
    """Those that drove the spread most in its direction first, names without a contribution last."""
    direction = -1.0 if spread is not None and spread > 0 else 1.0

    def key(row: LegName) -> tuple[bool, float, str]:
        return row.contribution is None, direction * (row.contribution or 0.0), row.ticker

    return sorted(rows, key=key)


class Shares(NamedTuple):
    """Share of the spread that came from the long leg: of the raw returns, and relative to the market."""

    raw: Number
    relative: Number


def leg_shares(long: Number, short: Number, *, market: Number = None, near_zero: float = 0.001) -> Shares:
    """R_L / (R_L - R_S) and (R_L - R_M) / (R_L - R_S), dollar-neutral as the spread is.

    `short` is the return of the basket sold. None where the spread is smaller than `near_zero` or a return missing,
    that of the market for the relative one.
    """
    if long is None or short is None:
        return Shares(None, None)
    raw = _share(long, long - short, near_zero)
    return Shares(raw, None if market is None else _share(long - market, long - short, near_zero))


def _share(part: float, whole: float, near_zero: float) -> Number:
    return None if abs(whole) < near_zero else part / whole


def verdict(
    long: Number, short: Number, share: Number, sigma: Number, rules: MomentumRules = DEFAULT_RULES
) -> str | None:
    """The day in words from the legs' returns and the market-relative share of the long leg.

    A leg led that made two thirds of the spread, which it only can by moving against the market in the spread's
    direction. It is named by the strong word where it moved that way itself: "longs cut, shorts not covered", "longs
    bid", "squeeze", "shorts sold"; else by "longs lag", "longs hold up", "shorts hold up", "shorts lag". "both" where
    neither led. None below calm_sigma sigma, and where any of the four is missing.
    """
    if long is None or short is None or share is None or sigma is None or abs(sigma) < rules.calm_sigma:
        return None
    long_led = share >= rules.one_sided
    if not long_led and share > 1 - rules.one_sided:
        return BOTH
    rose = long > short
    own = long if long_led else -short
    strong, weak = _LED[long_led, rose]
    return strong if (own > 0 if rose else own < 0) else weak
