"""What is prepared once a session: the baskets in force, their volatility and crowding, the state of the market."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import polars as pl

from deskview.analytics.assumptions import TODAYS_NAMES
from deskview.analytics.hours import VarianceClock
from deskview.analytics.momentum.basket import Basket, Formed, Leg
from deskview.analytics.momentum.comomentum import Comomentum, comomentum_of
from deskview.analytics.momentum.history import RuleHistory, formations, held_returns
from deskview.analytics.momentum.horizons import Halves, halves_of
from deskview.analytics.momentum.panic import MarketState, market_state
from deskview.analytics.momentum.risk import Hedge, Risk, hedge_of, risk_of
from deskview.analytics.momentum.rules import DEFAULT_RULES, MomentumRules, rules_in_words
from deskview.analytics.momentum.traits import Traits, traits_of
from deskview.analytics.panel import Floats, Panel

NO_CLOCK = "the index's five-minute bars, which tell how much of a day is behind one, are not here"


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
    rank_doubt: str | None


@dataclass(frozen=True)
class BasketModel:
    """One basket ready for live prices: a dollar long against a dollar short, and `hedge` for the beta-neutral one.

    `risk` is that of the dollar-neutral spread, `neutral_risk` of the beta-neutral one, every formation with its own k.
    """

    long: tuple[Member, ...]
    short: tuple[Member, ...]
    hedge: Hedge
    risk: Risk
    neutral_risk: Risk
    comomentum: Comomentum


@dataclass(frozen=True)
class RuleDays:
    """The rule's own days up to the session before, oldest first: returns of its legs (`short` of the basket sold) and
    the equal-weighted one of the universe then ranked."""

    sessions: tuple[date, ...]
    long: Floats
    short: Floats
    market: Floats


@dataclass(frozen=True)
class MomentumModel:
    """Everything `read` needs beside the live market. `raw` is None when no basket could be formed (`why_not`).

    `tickers` is the universe, one row per name, in ticker order, `ranked` the names of every formation's universe,
    `without_sector` how many of today's stand in no known sector. `closes` is the regular close of the session.
    `clock` tells how much of the day's variance is behind one, `clock_missing` why there is none. `days` are those of
    the raw basket's rule.
    """

    session: date
    closes: datetime | None
    clock: VarianceClock | None
    clock_missing: str
    rules: MomentumRules
    formed: date | None
    tickers: pl.DataFrame
    ranked: frozenset[str]
    universe_size: str
    left_out: dict[str, int]
    without_sector: int
    raw: BasketModel | None
    sector_neutral: BasketModel | None
    halves: Halves | None
    survivorship: str
    rules_in_words: dict[str, str]
    why_not: str | None
    state: MarketState
    state_missing: dict[str, str]
    days: RuleDays | None


def prepare(
    panel: Panel,
    names: pl.DataFrame,
    *,
    session: date,
    closes: datetime | None = None,
    rules: MomentumRules = DEFAULT_RULES,
    clock: VarianceClock | None = None,
    clock_missing: str = "",
    index_days: pl.DataFrame | None = None,
    index_missing: str = "",
) -> MomentumModel:
    """The baskets in force on `session` from the sessions before it (panel_of(history, before=session)) and NAMES.

    `names` may hold those delisted since (column `delisted`). `closes` is the regular close (UTC), after which coverage
    is measured against it. Without the session's `clock`, for the reason `clock_missing`, no sigma of the hour;
    without `index_days` (session, close: the index's own of five years or more; `index_missing`) no panic state.
    """
    traits = traits_of(panel, names)
    state, missing = market_state(index_days, session, rules, index_missing)
    history = formations(panel, traits, rules, live=session)
    formed = history[-1] if history else None
    raw = neutral = halves = days = None
    if formed and len(formed.raw.long.columns) and len(formed.raw.short.columns):
        past = RuleHistory(panel, history, held_returns(panel, traits, rules), rules)
        halves = halves_of(past)
        raw, days = _basket_model(past, traits, [one.raw for one in history]), _days(past)
        neutral = _basket_model(past, traits, [one.sector_neutral for one in history])
    return MomentumModel(
        session=session,
        closes=closes,
        clock=clock,
        clock_missing=clock_missing or NO_CLOCK,
        rules=rules,
        formed=_date_at(panel, session, formed.t) if formed else None,
        tickers=_tickers(panel, formed),
        ranked=_ranked(panel, history),
        universe_size=formed.universe.size if formed else "",
        left_out=formed.universe.left_out if formed else {},
        without_sector=int((~traits.has_sector(formed.universe.columns)).sum()) if formed else 0,
        raw=raw,
        sector_neutral=neutral if neutral and neutral.long and neutral.short else None,
        halves=halves,
        survivorship=_survivorship(panel, traits, raw),
        rules_in_words=rules_in_words(rules),
        why_not=_why_not(panel, formed, rules),
        state=state,
        state_missing=missing,
        days=days,
    )


def _days(past: RuleHistory) -> RuleDays:
    own = past.returns([one.raw for one in past.formed])
    return RuleDays(past.sessions, own.long, own.short, past.market())


def _basket_model(past: RuleHistory, traits: Traits, baskets: Sequence[Basket]) -> BasketModel:
    """The last of the baskets, one a formation; those before it are its past."""
    panel, formed, basket = past.panel, past.formed[-1], baskets[-1]
    own, todays = past.returns(baskets), past.todays(basket)
    hedges = [hedge_of(panel, one, its, past.rules) for one, its in zip(past.formed, baskets, strict=True)]
    ratios = past.each_day([hedge.ratio for hedge in hedges])
    k = np.nan if hedges[-1].ratio is None else hedges[-1].ratio
    return BasketModel(
        long=_members(panel, traits, formed, basket.long),
        short=_members(panel, traits, formed, basket.short),
        hedge=hedges[-1],
        risk=risk_of(own.spread, todays.spread, past.rules),
        neutral_risk=risk_of(own.hedged(ratios), todays.hedged(k), past.rules),
        comomentum=comomentum_of(past, baskets),
    )


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
            rank_doubt=traits.rank_doubt[column],
        )
        for row, column, weight, score in zip(rows, leg.columns, leg.weights, leg.score, strict=True)
    )


def _tickers(panel: Panel, formed: Formed | None) -> pl.DataFrame:
    tickers = [panel.tickers[column] for column in formed.universe.columns] if formed else []
    return pl.DataFrame({"ticker": tickers}, schema={"ticker": pl.String})


def _ranked(panel: Panel, history: Sequence[Formed]) -> frozenset[str]:
    return frozenset(panel.tickers[column] for one in history for column in one.universe.columns)


def _date_at(panel: Panel, session: date, t: int) -> date:
    return panel.sessions[t] if t < len(panel.sessions) else session


def _why_not(panel: Panel, formed: Formed | None, rules: MomentumRules) -> str | None:
    if formed is None:
        return f"12-1 momentum needs {rules.lookback} sessions of history, {len(panel.sessions)} are held"
    if not len(formed.raw.long.columns) or not len(formed.raw.short.columns):
        return f"only {len(formed.universe.columns)} names qualify for the universe"
    return None


def _survivorship(panel: Panel, traits: Traits, raw: BasketModel | None) -> str:
    """Whether the names that died are in the history, in words."""
    if not panel.sessions:
        return "no history"
    since, count = panel.sessions[0], len(traits.delisted)
    told = (
        f"with the names delisted since {since} that are known: {count}"
        if count
        else (f"survivors only: the names delisted since {since} are not among those listed")
    )
    held_back = raw is not None and raw.risk.basis == TODAYS_NAMES
    return f"{told}; σ* is of today's names alone" if held_back else told
