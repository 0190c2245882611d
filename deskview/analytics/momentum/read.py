"""The baskets against the live market."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
import polars as pl

from deskview.analytics.measures import Number, z_score
from deskview.analytics.momentum.explain import explain, unavailable
from deskview.analytics.momentum.horizons import read_horizons
from deskview.analytics.momentum.model import BasketModel, Member, MomentumModel
from deskview.analytics.momentum.rules import MomentumRules
from deskview.analytics.momentum.spread import Shares, leg_shares, verdict
from deskview.analytics.momentum.structs import BasketReading, Crowding, LegName, MomentumReading
from deskview.analytics.panel import Bools, Floats

CROWDING_METHOD = "mean pairwise correlation of weekly returns over up to 52 weeks, partial on the market alone"


class Quotes(NamedTuple):
    """Live returns of the universe (NaN where there is none) and whether each name is covered."""

    returns: Floats
    covered: Bools


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
