"""The week in closed form: vectors, shape of the distribution, and against simulation."""

from collections.abc import Sequence
from math import pi, sqrt

import numpy as np
import pytest

from deskview.analytics.leverage import NextWeek, Parameters
from deskview.analytics.leverage.formula import Floats
from deskview.analytics.leverage.risk import Risk, estimate
from deskview.analytics.leverage.week import (
    fund_week_es_usd,
    fund_week_quantile_usd,
    move_for,
    next_week,
)
from tests.analytics.leverage.market import WEEK, fund, live_table, random_closes, reading_of, small_market

PARAMETERS = Parameters()
SIGMA = 0.25 / sqrt(252)


def test_three_times_fund_at_25_percent_volatility() -> None:
    """Worked example 3.4: AUM 100, L = 3, five sessions."""
    assert float(fund_week_quantile_usd(3.0, 100.0, SIGMA, 5, probability=0.05)) == pytest.approx(-32.837, abs=5e-4)
    assert float(fund_week_es_usd(3.0, 100.0, SIGMA, 5, 0.05)) == pytest.approx(-39.935, abs=5e-4)


@pytest.mark.parametrize("leverage", [3.0, 2.0, -1.0, -2.0, -3.0])
def test_fund_week_against_simulation(leverage: float) -> None:
    """Two million lognormal weeks; each figure within four standard errors of the simulated one."""
    paths = 2_000_000
    s = abs(leverage) * SIGMA * sqrt(5)
    growth = np.exp(-(s**2) / 2 + s * np.random.default_rng(7).standard_normal(paths))
    net = np.sort((leverage - 1.0) * 100.0 * (growth - 1.0))
    tail = net[: paths // 20]
    es = float(fund_week_es_usd(leverage, 100.0, SIGMA, 5, 0.05))
    q05 = float(fund_week_quantile_usd(leverage, 100.0, SIGMA, 5, probability=0.05))
    assert abs(tail.mean() - es) < 4 * sqrt((tail.var() + 0.95 * (tail.mean() - tail[-1]) ** 2) / len(tail))
    share_below = float((net <= q05).mean())
    assert abs(share_below - 0.05) < 4 * sqrt(0.05 * 0.95 / paths)


def test_the_bad_tail_of_an_inverse_fund_is_its_good_one() -> None:
    """It must sell when its AUM has grown; growth is unbounded, loss is not, so its bad tail is the longer one."""
    low, high = (float(fund_week_quantile_usd(-2.0, 100.0, SIGMA, 5, probability=p)) for p in (0.05, 0.95))
    assert low < 0 < high < -low
    low, high = (float(fund_week_quantile_usd(3.0, 100.0, SIGMA, 5, probability=p)) for p in (0.05, 0.95))
    assert low < 0 < -low < high


def test_a_drift_moves_the_distribution() -> None:
    with_drift = fund_week_quantile_usd(3.0, 100.0, SIGMA, 5, probability=0.5, drift=0.001)
    without = fund_week_quantile_usd(3.0, 100.0, SIGMA, 5, probability=0.5)
    assert float(with_drift - without) == pytest.approx(
        200.0 * (np.exp(0.015) - 1.0) * np.exp(-((3 * SIGMA) ** 2) * 2.5)
    )


def week_of(
    risk: Risk,
    *,
    position: Sequence[int] = (0,),
    leverage: Sequence[float] = (2.0,),
    aum: Sequence[float] = (1e9,),
    parameters: Parameters = PARAMETERS,
    without_today: Risk | None = None,
    day_share: float | None = None,
    past: Sequence[float] | Floats = (),
) -> NextWeek:
    """The week of funds given as arrays, in the sessions of WEEK."""
    return next_week(
        risk=risk,
        without_today=without_today,
        day_share=day_share,
        position=np.array(position),
        leverage=np.array(leverage),
        aum=np.array(aum),
        sessions=[day.isoformat() for day in WEEK],
        parameters=parameters,
        left_out=[],
        past=np.array(past, dtype=np.float64),
    )


def book_of_two(correlation: float) -> NextWeek:
    rng = np.random.default_rng(3)
    first = rng.normal(0, 0.01, 252)
    returns = np.column_stack([first, correlation * first])
    parameters = Parameters(ewma_lambda=1.0)
    risk = estimate(returns, first, parameters)
    return week_of(risk, position=[0, 1], leverage=[2.0, -1.0], aum=[10e9, 10e9], parameters=parameters)


def test_the_book_adds_up_through_correlation() -> None:
    """Both funds carry 20bn per unit return: perfectly together they double the flow, opposite they cancel it."""
    together, opposite = book_of_two(1.0), book_of_two(-1.0)
    assert together.sd_usd is not None
    single = together.sd_usd / 2
    assert opposite.sd_usd is None or opposite.sd_usd < 1e-6 * single
    daily = np.sqrt((np.random.default_rng(3).normal(0, 0.01, 252) ** 2).mean())
    assert together.sd_usd == pytest.approx(40e9 * daily * sqrt(5), rel=1e-9)


def test_next_week_is_a_distribution_about_zero() -> None:
    week = book_of_two(1.0)
    assert week.mean_usd == 0.0 and week.p50_usd == 0.0 and week.sell_probability == 0.5
    assert (
        week.p05_usd is not None and week.p95_usd is not None and week.es05_usd is not None and week.sd_usd is not None
    )
    assert week.p05_usd == pytest.approx(-week.p95_usd, rel=1e-9)
    assert week.p05_usd == pytest.approx(-1.6448536269514722 * week.sd_usd, rel=1e-9)
    assert week.p01_usd is not None and week.p01_usd < week.es05_usd < week.p05_usd
    assert "no drift" in week.method and "mean is zero" in week.method
    assert [point.session for point in week.fan] == [day.isoformat() for day in WEEK]
    widths = [point.sd_usd for point in week.fan]
    assert widths == pytest.approx([widths[0] * sqrt(k) for k in range(1, 6)], rel=1e-12)
    assert widths[-1] == pytest.approx(week.sd_usd, rel=1e-12)


def test_the_tails_are_those_of_students_t() -> None:
    """By the midpoint rule: t = √5·tan(θ) has the density (8 / 3π)·cos⁴θ in θ, and the variance 5/3."""
    steps = 2_000_000
    angle = (np.arange(steps) + 0.5) * pi / steps - pi / 2
    mass = 8 / (3 * pi) * np.cos(angle) ** 4 * pi / steps
    value = np.sqrt(5) * np.tan(angle) * np.sqrt(3 / 5)
    assert float(mass @ value**2) == pytest.approx(1.0, abs=1e-6)
    below = mass.cumsum()
    worst = below <= 0.05
    p01, es05 = np.interp(0.01, below, value), float(mass[worst] @ value[worst]) / float(mass[worst].sum())
    week = book_of_two(1.0)
    assert week.sd_usd is not None
    assert week.p01_usd == pytest.approx(p01 * week.sd_usd, rel=1e-5)
    assert week.es05_usd == pytest.approx(es05 * week.sd_usd, rel=1e-5)


def test_scenarios_and_the_move_behind_an_amount() -> None:
    week = book_of_two(1.0)
    by_move = {scenario.move: scenario for scenario in week.scenarios}
    assert by_move[-0.05].usd == pytest.approx(-2e9, rel=1e-9)
    assert by_move[0.0].usd == 0.0
    assert by_move[0.03].beta_usd == pytest.approx(by_move[0.03].usd, rel=1e-9)
    moves = {implied.usd: implied.move for implied in week.implied_move}
    assert moves[-10e9] == pytest.approx(-0.25, rel=1e-9)
    assert move_for(-10e9, 620.9e9) == pytest.approx(-0.0161, abs=5e-5)
    assert move_for(1e9, 0.0) is None


def test_next_week_starts_from_the_aum_after_today() -> None:
    rng = np.random.default_rng(5)
    model = small_market(
        [fund("TQQQ", 3, "NDX"), fund("SQQQ", -3, "NDX"), fund("GONE", 3, "PENNY", "stock")],
        [("NDX", "index", "QQQ", None)],
        aum={"TQQQ": 10e9, "SQQQ": 2e9, "GONE": 1e9},
        closes={t: random_closes(rng, 0.01) for t in ("QQQ", "SPY", "PENNY")},
    )
    week = reading_of(model, live_table({"QQQ": -0.02, "PENNY": -0.6})).next_week
    assert week.base_aum_usd == pytest.approx(10e9 * 0.94 + 2e9 * 1.06, rel=1e-12)
    flat = reading_of(model, live_table({"QQQ": 0.0, "PENNY": 0.0})).next_week
    assert flat.base_aum_usd == pytest.approx(13e9, rel=1e-12)


def test_an_underlying_without_history_is_named_and_not_guessed() -> None:
    rng = np.random.default_rng(5)
    model = small_market(
        [fund("TQQQ", 3, "NDX"), fund("NEWL", 2, "NEW", "stock")],
        [("NDX", "index", "QQQ", None)],
        aum={"TQQQ": 10e9, "NEWL": 1e9},
        closes={"QQQ": random_closes(rng, 0.01), "SPY": random_closes(rng, 0.01), "NEW": [90.0, 100.0]},
    )
    reading = reading_of(model, live_table({"QQQ": 0.01, "NEW": 0.01}))
    assert reading.next_week.left_out == ["NEW"]
    first = reading.next_week.scenarios[0]
    assert first.usd == pytest.approx((6 * 10e9 * 1.03 + 2 * 1e9 * 1.02) * first.move, rel=1e-9)
    beta = model.risk.with_move(np.array([0.01, 0.01]), np.nan, 1.0).beta[0]
    assert first.beta_usd == pytest.approx(6 * 10e9 * 1.03 * beta * first.move, rel=1e-9)
    row = next(row for row in reading.by_fund if row.ticker == "NEWL")
    assert row.week_p05_usd is None and row.today_usd == pytest.approx(2e9 * 0.01)
