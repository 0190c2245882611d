"""What is prepared once a session: the baskets in force, their volatility and crowding, the state of the market."""

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import polars as pl

from deskview.analytics.assumptions import WEEK
from deskview.analytics.measures import Number, average_correlation, block_returns, ewma_sd, rolling_sd
from deskview.analytics.momentum.basket import Formed, Leg
from deskview.analytics.momentum.history import current, formations, held_returns, held_spreads, rule_spreads
from deskview.analytics.momentum.horizons import Halves, halves_of
from deskview.analytics.momentum.panic import MarketState, market_state
from deskview.analytics.momentum.rules import DEFAULT_RULES, MomentumRules, rules_in_words
from deskview.analytics.momentum.traits import Traits, traits_of
from deskview.analytics.panel import Floats, Panel


def comomentum(panel: Panel, leg: Leg, rules: MomentumRules) -> float | None:
    """Mean pairwise correlation of weekly returns within the leg after taking out the benchmark.

    After Lou and Polk (2022), partial on the market alone (theirs: three Fama-French factors). Weeks are
    five sessions ending at the last close. None with too few weeks, names or no benchmark.
    """
    market = panel.column(rules.benchmark)
    if market is None or not len(leg.columns):
        return None
    columns = np.append(leg.columns, market)
    weekly = block_returns(panel.close[:, columns], block=WEEK, count=rules.crowding_weeks)
    weekly = weekly[:, ~np.isnan(weekly).any(axis=0) | (np.arange(len(columns)) == len(leg.columns))]
    if len(weekly) < rules.crowding_least or np.isnan(weekly[:, -1]).any():
        return None
    return average_correlation(residuals(weekly[:, :-1], weekly[:, -1]))


def residuals(returns: Floats, market: Floats) -> Floats:
    """What is left of each column after a regression on the market with intercept."""
    own: Floats = returns - returns.mean(axis=0)
    common = market - market.mean()
    variance = float(common @ common)
    if variance <= 0:
        return own
    left: Floats = own - np.outer(common, common @ own / variance)
    return left


SURVIVORS_ONLY = "survivors only: names delisted over the past year are not among those listed"
WITH_DELISTED = "with the names delisted over the past year that are known"


@dataclass(frozen=True)
class Member:
    """One name of a leg; `row` is its place in the universe table."""

    row: int
    ticker: str
    name: str | None
    sector: str | None
    weight: float
    score: float
    rank_score: float


@dataclass(frozen=True)
class Risk:
    """Daily sd of the spread up to yesterday, what it rests on and the spreads themselves."""

    sigma: Number
    sigma_ewma: Number
    days: int
    basis: str
    spreads: Floats


@dataclass(frozen=True)
class BasketModel:
    """One basket ready for live prices."""

    long: tuple[Member, ...]
    short: tuple[Member, ...]
    hedge_ratio: float
    hedge_note: str | None
    risk: Risk
    comomentum_long: Number
    comomentum_short: Number


@dataclass(frozen=True)
class MomentumModel:
    """Everything `read` needs beside the live market. `raw` is None when no basket could be formed (`why_not`).

    `tickers` is the universe, one row per name, in ticker order. `closes` is the regular close of the session.
    """

    session: date
    closes: datetime | None
    rules: MomentumRules
    formed: date | None
    tickers: pl.DataFrame
    universe_size: str
    left_out: dict[str, int]
    raw: BasketModel | None
    sector_neutral: BasketModel | None
    halves: Halves | None
    survivorship: str
    rules_in_words: dict[str, str]
    why_not: str | None
    state: MarketState
    state_missing: dict[str, str]


def prepare(
    panel: Panel,
    names: pl.DataFrame,
    *,
    session: date,
    closes: datetime | None = None,
    rules: MomentumRules = DEFAULT_RULES,
) -> MomentumModel:
    """The baskets in force on `session` from the sessions before it (panel_of(history, before=session)) and NAMES.

    `closes` is the regular close of the session (UTC), after which coverage is measured against it.
    """
    traits = traits_of(panel, names)
    state, missing = market_state(panel, rules)
    history = _rule_history(panel, traits, rules, session)
    formed = history[-1] if history else current(panel, traits, rules, session)
    raw = neutral = halves = None
    if formed and len(formed.universe.columns):
        halves = halves_of(panel, formed, rules)
        raw = _basket_model(panel, traits, formed, history, rules, sector_neutral=False)
        neutral = _basket_model(panel, traits, formed, history, rules, sector_neutral=True)
    return MomentumModel(
        session=session,
        closes=closes,
        rules=rules,
        formed=_date_at(panel, session, formed.t) if formed else None,
        tickers=_tickers(panel, formed),
        universe_size=formed.universe.size if formed else "",
        left_out=formed.universe.left_out if formed else {},
        raw=raw if raw and raw.long and raw.short else None,
        sector_neutral=neutral if neutral and neutral.long and neutral.short else None,
        halves=halves if raw and raw.long and raw.short else None,
        survivorship=SURVIVORS_ONLY if not traits.delisted else WITH_DELISTED,
        rules_in_words=rules_in_words(rules),
        why_not=_why_not(panel, formed, rules),
        state=state,
        state_missing=missing,
    )


def _rule_history(panel: Panel, traits: Traits, rules: MomentumRules, live: date) -> list[Formed]:
    """The baskets of the history where it holds a full sigma window of the rule's own returns, else none."""
    enough = len(panel.sessions) - rules.lookback >= rules.sigma_sessions
    return formations(panel, traits, rules, live=live) if enough else []


def _basket_model(
    panel: Panel, traits: Traits, formed: Formed, history: list[Formed], rules: MomentumRules, *, sector_neutral: bool
) -> BasketModel:
    basket = formed.sector_neutral if sector_neutral else formed.raw
    if history:
        held = held_returns(panel, traits, rules)
        spreads = rule_spreads(history, panel, held, sector_neutral=sector_neutral)
        basis = f"history of the rule, {rules.rebalance} rebalance"
    else:
        spreads, basis = held_spreads(basket, panel, rules.sigma_sessions), "basket as held"
    return BasketModel(
        long=_members(panel, traits, formed, basket.long),
        short=_members(panel, traits, formed, basket.short),
        hedge_ratio=basket.hedge_ratio,
        hedge_note=basket.hedge_note,
        risk=_risk(spreads, basis, rules),
        comomentum_long=comomentum(panel, basket.long, rules),
        comomentum_short=comomentum(panel, basket.short, rules),
    )


def _risk(spreads: Floats, basis: str, rules: MomentumRules) -> Risk:
    days = min(len(spreads), rules.sigma_sessions)
    if days < rules.sigma_least:
        return Risk(None, None, days, basis, spreads)
    return Risk(rolling_sd(spreads, rules.sigma_sessions), ewma_sd(spreads, rules.ewma_decay), days, basis, spreads)


def _members(panel: Panel, traits: Traits, formed: Formed, leg: Leg) -> tuple[Member, ...]:
    rows = formed.universe.columns.searchsorted(leg.columns)
    return tuple(
        Member(
            row=int(row),
            ticker=panel.tickers[column],
            name=traits.name[column],
            sector=traits.sector_of(column),
            weight=float(weight),
            score=float(formed.universe.prior[row]),
            rank_score=float(score),
        )
        for row, column, weight, score in zip(rows, leg.columns, leg.weights, leg.score, strict=True)
    )


def _tickers(panel: Panel, formed: Formed | None) -> pl.DataFrame:
    tickers = [panel.tickers[column] for column in formed.universe.columns] if formed else []
    return pl.DataFrame({"ticker": tickers}, schema={"ticker": pl.String})


def _date_at(panel: Panel, session: date, t: int) -> date:
    return panel.sessions[t] if t < len(panel.sessions) else session


def _why_not(panel: Panel, formed: Formed | None, rules: MomentumRules) -> str | None:
    if formed is None:
        return f"12-1 momentum needs {rules.lookback} sessions of history, {len(panel.sessions)} are held"
    if not len(formed.raw.long.columns) or not len(formed.raw.short.columns):
        return f"only {len(formed.universe.columns)} names qualify for the universe"
    return None
