"""The 90 % band over simulated years whose volatility comes in clusters: all weeks, and those after a shock."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from deskview.analytics.leverage import compared, prepare, score_weeks, weekly_backtest
from deskview.analytics.leverage.formula import Floats
from deskview.analytics.leverage.score import NORMAL
from tests.analytics.leverage.market import (
    WEEK,
    baskets_table,
    details_table,
    fund,
    funds_table,
    history_table,
    names_table,
    underlyings_table,
)

SEEDS, SESSIONS, BURN_IN = 20, 1_260, 500
SHOCK = 2.5
ALPHA, BETA = 0.09, 0.89
"""GARCH(1,1) of the market and of each index's own part, with Student's t(5) innovations: v' = ω + α·r² + β·v."""
MARKET_SD = 0.012
INDEXES = {"SPY": (1.0, 0.0), "QQQ": (1.2, 0.006), "IWM": (1.1, 0.008), "SMH": (1.4, 0.010)}
"""Slope on the market and daily sd of an index's own part: 1.2, 1.6, 1.5 and 2.0 % a day in all, at most 30 %."""
FUNDS = {"TQQQ": (3, "QQQ", 25e9), "SQQQ": (-3, "QQQ", 3e9), "SSO": (2, "SPY", 8e9), "SOXL": (3, "SMH", 12e9)}
FUNDS |= {"SOXS": (-3, "SMH", 1e9), "TNA": (3, "IWM", 2e9)}
"""Leverage, index, and AUM at the first session; share counts stay."""


def garch(rng: np.random.Generator, sd: float) -> Floats:
    """Returns of the sessions after a burn-in from the variance they have in the long run, `sd` squared."""
    shocks = rng.standard_t(5, BURN_IN + SESSIONS) * np.sqrt(3 / 5)
    returns, variance = np.empty(len(shocks)), sd**2
    for k, shock in enumerate(shocks):
        returns[k] = np.sqrt(variance) * shock
        variance = (1 - ALPHA - BETA) * sd**2 + ALPHA * returns[k] ** 2 + BETA * variance
    return returns[BURN_IN:]


def weeks_of(seed: int) -> pl.DataFrame:
    """Every week of one simulated history against what came: FORECASTS with `realised_usd`, `inside` and `z`."""
    rng = np.random.default_rng(seed)
    market = garch(rng, MARKET_SD)
    moves = {t: np.clip(slope * market + garch(rng, sd), -0.3, 0.3) for t, (slope, sd) in INDEXES.items()}
    closes = {t: 100 * np.cumprod(1 + r) for t, r in moves.items()}
    closes |= {t: 100 * np.cumprod(1 + leverage * moves[index]) for t, (leverage, index, _) in FUNDS.items()}
    history = history_table({t: c.tolist() for t, c in closes.items()})
    model = prepare(
        funds=funds_table([fund(t, leverage, index) for t, (leverage, index, _) in FUNDS.items()]),
        underlyings=underlyings_table([(t, "index", t, None) for t in INDEXES]),
        details=details_table({t: aum / closes[t][0] for t, (_, _, aum) in FUNDS.items()}),
        history=history,
        names=names_table([]),
        baskets=baskets_table({}),
        next_sessions=WEEK,
    )
    past = weekly_backtest(model)
    score = score_weeks(compared(past.forecasts, past.realised))
    table = compared(past.forecasts, past.realised)
    after = table.filter(pl.col("z").abs() > SHOCK).get_column("inside")
    assert (score.weeks, score.hits) == (table.height, table.get_column("inside").sum())
    assert (score.after_shocks, score.shock_hits) == (after.len(), after.sum())
    return table


@pytest.fixture(scope="module")
def weeks() -> pl.DataFrame:
    """The weeks of all seeds, with whether the band would have held without the session's own move."""
    table = pl.concat([weeks_of(seed) for seed in range(SEEDS)])
    edge = NORMAL.inv_cdf(0.95) * pl.col("sd_without_today_usd")
    return table.with_columns(inside_without=pl.col("realised_usd").abs() <= edge)


Record = Callable[[str, object], None]


def held(weeks: pl.DataFrame, record: Record) -> tuple[float, float]:
    """The share of the weeks the band held, and the share it held without the session's own move."""
    inside, without = weeks.select(pl.col("inside").mean(), pl.col("inside_without").mean()).row(0)
    record("weeks", weeks.height)
    record("held", f"{inside:.1%}, without the session's own move {without:.1%}")
    return inside, without


def test_the_band_holds_where_volatility_comes_in_clusters(weeks: pl.DataFrame, record_property: Record) -> None:
    inside, without = held(weeks, record_property)
    assert weeks.height == SEEDS * (SESSIONS - 60 - 5)
    assert 0.88 <= inside <= 0.92
    assert 0.88 <= without <= 0.92


def test_after_a_shock_the_band_holds_better_with_the_shock_in_it(weeks: pl.DataFrame, record_property: Record) -> None:
    """85 % of 643 weeks, 82 % without. The rest of the miss is the memory of λ .97, which one day does not shorten."""
    shocks = weeks.filter(pl.col("z").abs() > SHOCK)
    inside, without = held(shocks, record_property)
    assert shocks.height >= 300
    assert inside >= 0.83
    assert inside > without + 0.01
