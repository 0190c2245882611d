"""The simulated week against the closed form, and what only simulation can say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import sqrt

import msgspec
import numpy as np
import polars as pl
import pytest

from deskview.analytics.hours import VarianceClock
from deskview.analytics.leverage import Leverage, LeverageModel, simulate_week
from deskview.analytics.leverage.formula import is_wiped_out, rebalance_usd
from deskview.analytics.leverage.live import Moment, risk_now
from deskview.analytics.leverage.montecarlo import ReducedBook, conditional_means, reduced, simulate
from tests.analytics.leverage.market import AFTERNOON, fund, live_table, random_closes, reading_of, small_market

FUNDS = [
    fund("TQQQ", 3, "NDX"),
    fund("SQQQ", -3, "NDX"),
    fund("SSO", 2, "SPX"),
    *(fund(f"L{k}", 2, f"S{k}", "stock") for k in range(40)),
]


Market = tuple[LeverageModel, Leverage, pl.DataFrame, datetime]


@pytest.fixture(scope="module")
def market() -> Market:
    rng = np.random.default_rng(11)
    factor = np.diff(np.log(random_closes(rng, 0.01, 261)))

    def closes(beta: float, noise: float) -> list[float]:
        path = np.exp(np.cumsum(beta * factor + rng.normal(0, noise, 260)))
        return [float(c) for c in path]

    series = {"SPY": closes(1.0, 0.0), "QQQ": closes(1.2, 0.004), **{f"S{k}": closes(1.3, 0.02) for k in range(40)}}
    aum = {"TQQQ": 25e9, "SQQQ": 3e9, "SSO": 8e9, **{f"L{k}": 0.2e9 for k in range(40)}}
    model = small_market(FUNDS, [("NDX", "index", "QQQ", None), ("SPX", "index", "SPY", None)], aum=aum, closes=series)
    live = live_table(dict.fromkeys(series, -0.01))
    return model, reading_of(model, live), live, AFTERNOON


def test_simulation_agrees_with_the_closed_form(market: Market) -> None:
    """Mean within four standard errors of zero; spread within 1 %: sampling error of a fat-tailed sd at 100,000
    paths is about 0.4 %, compounding over five sessions adds about 0.4 %."""
    week = simulate_week(*market, paths=100_000).next_week
    simulation = week.simulation
    assert simulation is not None and week.sd_usd is not None and week.gross_usd is not None
    assert abs(simulation.mean_usd) < 4 * simulation.error_usd
    assert simulation.sd_usd == pytest.approx(week.sd_usd, rel=0.01)
    assert simulation.p05_usd < simulation.p16_usd < simulation.p50_usd < simulation.p84_usd < simulation.p95_usd
    assert simulation.es05_usd < simulation.p05_usd
    assert week.paths == simulation.paths == 100_000
    assert [p.session for p in simulation.fan] == week.sessions
    assert simulation.fan[-1].p05_usd == simulation.p05_usd


def test_same_seed_same_figures(market: Market) -> None:
    first, again, other = (simulate_week(*market, paths=5_000, seed=seed).next_week for seed in (1, 1, 2))
    assert msgspec.json.encode(first) == msgspec.json.encode(again)
    assert first.simulation != other.simulation


def test_a_session_has_one_seed_whatever_the_time(market: Market) -> None:
    model, reading, live, _ = market
    opens, closes = datetime(2026, 2, 4, 14, 30, tzinfo=UTC), datetime(2026, 2, 4, 21, tzinfo=UTC)
    timed = replace(model, clock=VarianceClock(opens, closes, np.linspace(1 / 78, 1, 78), 60))
    made = [
        simulate_week(timed, reading_of(timed, live, at), live, at, paths=2_000).next_week
        for at in (opens, closes, closes + timedelta(hours=9))
    ]
    assert [week.simulation.seed for week in made if week.simulation] == [20260205] * 3
    assert made[0].simulation != made[1].simulation == made[2].simulation
    later = simulate_week(replace(model, sessions=["2026-02-06"]), reading, live, AFTERNOON, paths=2_000).next_week
    assert later.simulation is not None and later.simulation.seed == 20260206


def test_todays_move_is_in_the_simulated_spread(market: Market) -> None:
    """A fall of 6 %: the simulated spread is that of the closed form with it, not without."""
    model, _, live, _ = market
    fallen = live.with_columns(ret=pl.lit(-0.06))
    week = simulate_week(model, reading_of(model, fallen), fallen, AFTERNOON, paths=50_000).next_week
    assert week.simulation is not None and week.sd_usd is not None and week.sd_without_today_usd is not None
    assert week.sd_usd > 1.2 * week.sd_without_today_usd
    assert week.simulation.sd_usd == pytest.approx(week.sd_usd, rel=0.03)


def test_the_flow_goes_with_the_market(market: Market) -> None:
    week = simulate_week(*market, paths=100_000).next_week
    means = [bucket.mean_usd for bucket in week.conditional]
    assert sum(bucket.paths for bucket in week.conditional) == 100_000
    assert all(mean is not None for mean in means)
    assert means == sorted(means, key=lambda mean: mean or 0.0)
    assert means[0] is not None and means[-1] is not None and means[0] < 0 < means[-1]


def test_pooling_the_small_underlyings_keeps_the_variance(market: Market) -> None:
    model, reading, live, at = market
    book = reduced(model, reading, risk_now(model, Moment(model, live), at)[0])
    dollars = book.leverage * (book.leverage - 1.0) * book.aum
    daily = float(np.linalg.norm(book.weighted[:, book.column] @ dollars))
    assert reading.next_week.sd_usd == pytest.approx(daily * sqrt(5), rel=1e-9)
    assert book.aum.sum() == pytest.approx(reading.next_week.base_aum_usd, rel=1e-9)


def one_fund(leverage: float, sigma: float) -> ReducedBook:
    column = np.full((4, 1), sigma / 2)
    return ReducedBook(np.array([leverage]), np.array([100.0]), np.array([0]), np.hstack([column, column]))


def test_one_fund_against_a_direct_simulation() -> None:
    """Example 3.4 with daily normal returns, against a plain product of daily growths drawn independently.

    Standard errors at 400,000 paths: 0.07 on the 5 % quantile, 0.03 on the spread; four of their joint size.
    """
    sigma = 0.25 / sqrt(252)
    net = simulate(one_fund(3.0, sigma), 5, 400_000, seed=3, degrees_of_freedom=1e7).net[:, -1]
    growth = 1.0 + 3.0 * sigma * np.random.default_rng(99).standard_normal((400_000, 5))
    direct = 200.0 * (growth.prod(axis=1) - 1.0)
    assert abs(np.quantile(net, 0.05) - np.quantile(direct, 0.05)) < 4 * 0.07 * sqrt(2)
    assert abs(net.std() - direct.std()) < 4 * 0.03 * sqrt(2)
    assert net.std() == pytest.approx(21.188, rel=0.01)


@pytest.mark.parametrize("leverage", [3.0, -2.0])
def test_each_path_trades_what_the_formula_says(leverage: float) -> None:
    """One session of violent moves, wipe-outs among them: the flow is the formula's at the path's own return."""
    paths = simulate(one_fund(leverage, 0.3), 1, 20_000, seed=1)
    assert is_wiped_out(leverage, paths.market).any()
    assert paths.net[:, -1] == pytest.approx(rebalance_usd(leverage, 100.0, paths.market), rel=1e-9, abs=1e-9)
    assert paths.gross == pytest.approx(np.abs(paths.net[:, -1]), rel=1e-12)


def test_an_empty_bucket_has_no_mean() -> None:
    rows = conditional_means(np.array([1.0, 3.0]), np.array([0.01, 0.015]))
    assert [row.mean_usd for row in rows] == [None, None, None, 2.0, None, None]
    assert rows[0].above is None and rows[-1].up_to is None
