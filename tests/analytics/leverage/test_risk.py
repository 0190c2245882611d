"""The risk of today and of past days: today's move as the newest day, gaps, and all past days at once."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from deskview.analytics.hours import VarianceClock
from deskview.analytics.leverage import LeverageModel, Parameters, read
from deskview.analytics.leverage.formula import Floats
from deskview.analytics.leverage.risk import Risk, book_sds_usd, estimate, flow_sds_usd
from deskview.analytics.leverage.week import why_missing
from tests.analytics.leverage.market import fund, live_table, random_closes, small_market
from tests.analytics.leverage.test_week import week_of

OPENS, CLOSES = datetime(2026, 2, 4, 14, 30, tzinfo=UTC), datetime(2026, 2, 4, 21, tzinfo=UTC)
PARAMETERS = Parameters()


def test_todays_move_is_the_newest_day_of_the_estimate(data: Path) -> None:
    """Worked example 9.5: its book trades 630bn per unit return."""
    vector = json.loads((data / "test_vectors.json").read_text())["9.5_week_with_today"]
    inputs, expected = vector["inputs"], vector["expected"]
    past = np.array(inputs["past"])
    parameters = Parameters(ewma_lambda=inputs["lambda"], least_sessions=len(past))
    without = estimate(past[:, None], past, parameters)
    risk = without.with_move(np.array([inputs["today"]]), np.nan, inputs["v"])
    assert float(without.sigma[0]) == pytest.approx(expected["sd_daily_without"], rel=1e-12)
    assert float(risk.sigma[0]) == pytest.approx(expected["sd_daily_with"], rel=1e-12)
    week = week_of(
        risk,
        aum=[inputs["per_unit_usd"] / 2],
        parameters=parameters,
        without_today=without,
        day_share=inputs["v"],
    )
    assert len(week.sessions) == inputs["sessions"]
    assert week.sd_usd == pytest.approx(expected["week_sd_usd_with"], rel=1e-12)
    assert week.sd_without_today_usd == pytest.approx(expected["week_sd_usd_without"], rel=1e-12)
    assert week.day_share == inputs["v"]
    assert "today's move as the newest" in week.method and "70%" in week.method


def returns_with_gaps(days: int = 120) -> tuple[Floats, Floats]:
    """Returns of five: whole, with holes, a young listing, too young a one, none; and of the market, with a hole."""
    rng = np.random.default_rng(6)
    market = rng.normal(0, 0.01, days)
    returns = market[:, None] * [1.2, 0.9, 1.5, 1.0, 1.0] + rng.normal(0, 0.02, (days, 5))
    returns[rng.random(days) < 0.2, 1] = np.nan
    returns[: days - 40, 2] = np.nan
    returns[: days - 10, 3] = np.nan
    returns[:, 4] = np.nan
    market[17] = np.nan
    return returns, market


def assert_same(risk: Risk, other: Risk) -> None:
    np.testing.assert_allclose(
        risk.weighted.T @ risk.weighted, other.weighted.T @ other.weighted, rtol=1e-10, atol=1e-18
    )
    np.testing.assert_allclose(risk.sigma, other.sigma, rtol=1e-10)
    np.testing.assert_allclose(risk.beta, other.beta, rtol=1e-10)
    np.testing.assert_allclose(risk.market, other.market, rtol=1e-10)


@pytest.mark.parametrize("gone", [(), (0,), (0, 1, 2)])
def test_a_move_counts_as_if_estimated_anew_with_its_day(gone: tuple[int, ...]) -> None:
    returns, market = returns_with_gaps()
    returns[-1, list(gone)] = np.nan
    moved = estimate(returns[:-1], market[:-1], PARAMETERS).with_move(returns[-1], float(market[-1]), 1.0)
    assert_same(moved, estimate(returns, market, PARAMETERS))
    assert np.isnan(moved.sigma[3:]).all() and not moved.weighted[:, 3:].any()


def test_a_move_of_part_of_a_day_is_brought_to_a_whole_one() -> None:
    returns, market = returns_with_gaps()
    past = estimate(returns[:-1], market[:-1], PARAMETERS)
    whole = past.with_move(returns[-1], float(market[-1]), 1.0)
    assert_same(past.with_move(returns[-1] * 0.6, float(market[-1]) * 0.6, 0.36), whole)


def test_an_underlying_without_a_move_keeps_its_volatility_and_moves_with_the_market() -> None:
    returns, market = returns_with_gaps()
    past = estimate(returns, market, PARAMETERS)
    moved = past.with_move(np.array([np.nan, -0.05, np.nan, np.nan, np.nan]), -0.04, 0.8)
    assert moved.sigma[[0, 2]] == pytest.approx(past.sigma[[0, 2]], rel=1e-12)
    assert moved.sigma[1] > past.sigma[1]
    together = moved.weighted[:, 0] @ moved.market / (moved.sigma[0] * np.linalg.norm(moved.market))
    before = past.weighted[:, 0] @ past.market / (past.sigma[0] * np.linalg.norm(past.market))
    assert together > before


def test_without_any_move_the_risk_stays() -> None:
    returns, market = returns_with_gaps()
    past = estimate(returns, market, PARAMETERS)
    still = past.with_move(np.full(5, np.nan), np.nan, 0.5)
    np.testing.assert_allclose(still.weighted.T @ still.weighted, past.weighted.T @ past.weighted, rtol=1e-12)
    np.testing.assert_allclose(still.beta, past.beta, rtol=1e-12)
    assert np.linalg.norm(still.market) == pytest.approx(np.linalg.norm(past.market), rel=1e-12)


def test_all_past_days_at_once_are_each_days_own() -> None:
    """The shortcut of the backtest is the pane's estimate, gaps and young listings among them."""
    returns, market = returns_with_gaps(330)
    parameters = Parameters(window_sessions=100)
    rng = np.random.default_rng(2)
    days = np.arange(30, 330, 7)
    exposure = rng.uniform(0, 1e9, (len(days), 5))
    both = {own: book_sds_usd(returns, market, exposure, days, parameters, with_move=own) for own in (True, False)}
    for k, day in enumerate(days.tolist()):
        window = slice(max(day - 100, 0), day)
        past = estimate(returns[window], market[window], parameters)
        moved = past.with_move(returns[day], float(market[day]), 1.0)
        assert both[False][k] == pytest.approx(past.book_sd_usd(exposure[k]), rel=1e-10)
        assert both[True][k] == pytest.approx(moved.book_sd_usd(exposure[k]), rel=1e-10)
    assert (np.abs(both[True] / both[False] - 1) > 1e-3).any()


def test_the_sd_of_past_flows_is_the_books_where_nothing_is_missing() -> None:
    rng = np.random.default_rng(3)
    returns, exposure = rng.normal(0, 0.02, (200, 3)), np.array([1e9, 2e9, 5e8])
    sds = flow_sds_usd(np.asarray(returns @ exposure, dtype=np.float64), Parameters(window_sessions=90))
    assert np.isnan(sds[:59]).all() and np.isfinite(sds[59:]).all()
    for day in (59, 90, 150, 199):
        span = returns[max(day - 90, 0) : day + 1]
        assert sds[day] == pytest.approx(estimate(span, span[:, 0], PARAMETERS).book_sd_usd(exposure), rel=1e-10)


def ranked(past: Floats, sigma: float) -> tuple[float | None, int]:
    """Rank of a week whose daily sd is `sigma` times 2e9 USD (all days alike)."""
    steady = np.full(252, sigma)
    week = week_of(estimate(steady[:, None], steady, PARAMETERS), past=past)
    return week.percentile, week.percentile_of


def test_the_spread_is_ranked_among_those_of_a_year() -> None:
    """Past flows that grow a little each session: each sd is above the ones before, and known to a fraction."""
    past = np.asarray(2e7 * 1.001 ** np.arange(500), dtype=np.float64)
    sds = flow_sds_usd(past, PARAMETERS)
    between = float(np.sqrt(sds[-64] * sds[-63])) / 2e9
    assert ranked(past, between) == (75.0, 252)
    assert ranked(past, 0.5) == (100.0, 252)
    assert ranked(past, 1e-5) == (0.0, 252)


def test_sessions_with_too_little_coverage_are_in_no_rank() -> None:
    past = np.asarray(2e7 * 1.001 ** np.arange(500), dtype=np.float64)
    past[-100:-40] = np.nan
    assert ranked(past, 0.5) == (100.0, 192)
    past[:-125] = np.nan
    assert ranked(past, 0.5) == (None, 6)
    assert ranked(np.empty(0), 0.5) == (None, 0)


@pytest.fixture
def model() -> LeverageModel:
    rng = np.random.default_rng(9)
    made = small_market(
        [fund("TQQQ", 3, "NDX"), fund("SSO", 2, "SPX")],
        [("NDX", "index", "QQQ", None), ("SPX", "index", "SPY", None)],
        aum={"TQQQ": 10e9, "SSO": 5e9},
        closes={t: random_closes(rng, 0.01) for t in ("QQQ", "SPY")},
    )
    return replace(made, clock=VarianceClock(OPENS, CLOSES, np.linspace(1 / 78, 1, 78), 60))


def test_the_hour_decides_how_much_of_a_day_a_move_is(model: LeverageModel) -> None:
    live = live_table({"QQQ": -0.04, "SPY": -0.03})
    weeks = [read(model, live, at).next_week for at in (OPENS - timedelta(minutes=1), OPENS, CLOSES)]
    assert [week.day_share for week in weeks] == [None, 0.35, 1.0]
    before, morning, evening = (week.sd_usd for week in weeks)
    assert before is not None and morning is not None and evening is not None
    assert morning > evening > before
    assert weeks[0].sd_without_today_usd is None and "none of them today's" in weeks[0].method
    assert why_missing(weeks[0]).keys() == {"next_week.day_share", "next_week.sd_without_today_usd"}
    assert not why_missing(weeks[1])
    assert weeks[1].sd_without_today_usd == weeks[2].sd_without_today_usd == pytest.approx(before, rel=1e-12)
    without_clock = read(replace(model, clock=None), live, OPENS).next_week
    assert (without_clock.sd_usd, without_clock.day_share) == (evening, None)


def test_without_any_price_there_is_no_move_of_today(model: LeverageModel) -> None:
    week = read(model, live_table({}), CLOSES).next_week
    assert week.day_share is None and week.sd_without_today_usd is None
    assert week.sd_usd is not None


def test_sigma_and_beta_follow_the_move(model: LeverageModel) -> None:
    """Nasdaq falls alone: more volatile, and its beta only as far as the day's own slope goes."""
    calm, wild = (read(model, live_table({"QQQ": q, "SPY": -0.01}), CLOSES).next_week for q in (-0.01, -0.08))
    assert calm.turnover_usd is not None and wild.turnover_usd is not None
    assert wild.turnover_usd > calm.turnover_usd
    beta = [next(row.beta_usd for row in week.scenarios if row.move == -0.05) for week in (calm, wild)]
    assert beta[0] is not None and beta[1] is not None
    assert beta[1] < beta[0]


def test_the_rank_rests_on_the_sessions_the_model_holds(model: LeverageModel) -> None:
    week = read(model, live_table({"QQQ": -0.09, "SPY": -0.09}), CLOSES).next_week
    assert (week.percentile, week.percentile_of) == (100.0, 259 - 59)
    young = model.past.returns.copy()
    young[:160, 0] = np.nan
    week = read(
        replace(model, past=replace(model.past, returns=young)), live_table({"QQQ": -0.09, "SPY": -0.09}), CLOSES
    ).next_week
    assert (week.percentile, week.percentile_of) == (None, 99 - 59)
    assert "126" in why_missing(week)["next_week.percentile"]
