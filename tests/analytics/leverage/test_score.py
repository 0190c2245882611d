"""The score: forecasts against what came, and the calibration of the band."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from deskview.analytics.leverage import (
    FORECASTS,
    REALISED,
    Backtest,
    compared,
    forecast_row,
    read,
    score_forecasts,
    weekly_backtest,
)
from deskview.analytics.leverage.formula import Floats
from deskview.analytics.leverage.score import wilson_interval
from tests.analytics.leverage.market import (
    LAST,
    details_table,
    fund,
    funds_table,
    history_table,
    live_table,
    random_closes,
    small_market,
    underlyings_table,
)

DAY = date(2026, 2, 2)


def forecasts(rows: list[tuple[date, date, int]]) -> pl.DataFrame:
    full = [(start, end, days, 1e9, 0.0, 1.0, -1.6449, 1.6449) for start, end, days in rows]
    return pl.DataFrame(full, schema=dict(FORECASTS), orient="row")


def realised(values: list[float | None]) -> pl.DataFrame:
    rows = [(DAY + timedelta(days=k), value) for k, value in enumerate(values)]
    return pl.DataFrame(rows, schema=dict(REALISED), orient="row")


def test_a_week_is_the_sum_of_the_sessions_after_the_forecast() -> None:
    table = compared(forecasts([(DAY, DAY + timedelta(days=2), 2)]), realised([9.0, 0.5, -0.5, 7.0]))
    assert table.row(0, named=True)["realised_usd"] == 0.0
    assert table.row(0, named=True)["inside"] is True
    assert table.row(0, named=True)["pit"] == 0.5


def test_a_week_that_is_not_over_or_lacks_a_session_is_pending() -> None:
    pending = forecasts([(DAY, DAY + timedelta(days=2), 2), (DAY + timedelta(days=2), DAY + timedelta(days=9), 5)])
    result = score_forecasts(pending, realised([9.0, 0.5, None, 1.0]))
    assert (result.weeks, result.pending, result.hit_rate, result.hit_low) == (0, 2, None, None)
    assert sum(result.pit_histogram) == 0


def test_hits_and_histogram() -> None:
    made = forecasts([(DAY + timedelta(days=k), DAY + timedelta(days=k + 1), 1) for k in range(4)])
    result = score_forecasts(made, realised([0.0, -3.0, 0.1, 1.0, 2.0]))
    assert (result.weeks, result.hits, result.hit_rate) == (4, 2, 0.5)
    assert result.pit_histogram == [1, 0, 0, 0, 0, 1, 0, 0, 1, 1]
    assert result.apart == 4
    assert result.hit_low is not None and result.hit_high is not None
    assert 0.0 < result.hit_low < 0.5 < result.hit_high < 1.0


def test_overlapping_weeks_are_counted_apart() -> None:
    made = forecasts([(DAY + timedelta(days=k), DAY + timedelta(days=k + 3), 3) for k in range(4)])
    result = score_forecasts(made, realised([0.0] * 8))
    assert (result.weeks, result.apart) == (4, 2)


def test_a_row_stored_again_replaces_the_first() -> None:
    once, flows = forecasts([(DAY, DAY + timedelta(days=2), 2)]), realised([9.0, 0.5, -0.5])
    again = flows.with_columns(net_usd=pl.col("net_usd") + 1.0)
    table = compared(pl.concat([once, once.with_columns(sd_usd=2.0)]), pl.concat([flows, again]))
    assert table.height == 1
    assert table.row(0, named=True)["realised_usd"] == 2.0
    assert table.row(0, named=True)["pit"] == pytest.approx(0.8413447, abs=1e-7)


def test_no_forecasts_no_score() -> None:
    result = score_forecasts(forecasts([]), realised([]))
    assert (result.weeks, result.hit_rate, result.mean_pit, result.pending) == (0, None, None, 0)


def test_wilson_interval() -> None:
    """Newcombe (1998), table I: 81 of 263 is 0.2553 to 0.3662."""
    assert wilson_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_a_reading_makes_its_own_row() -> None:
    rng = np.random.default_rng(8)
    model = small_market(
        [fund("TQQQ", 3, "NDX")],
        [("NDX", "index", "QQQ", None)],
        aum={"TQQQ": 10e9},
        closes={"QQQ": random_closes(rng, 0.01), "SPY": random_closes(rng, 0.01)},
    )
    week = read(model, live_table({"QQQ": -0.01})).next_week
    row = forecast_row(week, LAST).row(0, named=True)
    assert (row["session"], row["end"], row["sessions"]) == (LAST, date(2026, 2, 11), 5)
    assert row["sd_usd"] == week.sd_usd
    assert week.p05_usd is not None
    for came, place in ((0.0, 0.5), (week.p05_usd, 0.05)):
        days = [date.fromisoformat(day) for day in week.sessions]
        flows = pl.DataFrame({"session": days, "net_usd": [came, 0.0, 0.0, 0.0, 0.0]}, schema=dict(REALISED))
        found = compared(forecast_row(week, LAST), flows).row(0, named=True)
        assert found["pit"] == pytest.approx(place, abs=1e-12)


def test_a_reading_without_a_forecast_makes_no_row() -> None:
    week = read(small_market([fund("TQQQ", 3, "NDX")], aum={"TQQQ": 1e9}), live_table({})).next_week
    assert forecast_row(week, LAST).is_empty()


def regime_returns(rng: np.random.Generator, days: int) -> Floats:
    """Fat-tailed daily returns (t, 5 degrees of freedom) in two regimes, 0.8 % and 2.2 % volatility, 2 % and 4 %
    chance a day to leave them."""
    stormy = np.zeros(days, dtype=bool)
    for k in range(1, days):
        stormy[k] = not stormy[k - 1] if rng.random() < (0.04 if stormy[k - 1] else 0.02) else stormy[k - 1]
    shocks = rng.standard_t(5, days) * np.sqrt(0.6)
    return np.asarray(shocks * np.where(stormy, 0.022, 0.008), dtype=np.float64)


def backtest(days: int, horizon: int, seed: int) -> Backtest:
    """Two funds on an index, one inverse, through `days` sessions of regime volatility."""
    rng = np.random.default_rng(seed)
    market = regime_returns(rng, days)
    index = 1.2 * market + rng.normal(0, 0.004, days)
    closes = {"SPY": market, "QQQ": index, "TQQQ": np.zeros(days), "SQQQ": np.zeros(days)}
    return weekly_backtest(
        funds=funds_table([fund("TQQQ", 3, "NDX"), fund("SQQQ", -3, "NDX")]),
        underlyings=underlyings_table([("NDX", "index", "QQQ", None)]),
        details=details_table({"TQQQ": 2.5e8, "SQQQ": 3e7}),
        history=history_table({t: (100 * np.cumprod(1 + r)).tolist() for t, r in closes.items()}),
        horizon=horizon,
        least_history=252,
    )


@pytest.mark.parametrize(("days", "horizon"), [(4300, 1), (5600, 5)])
def test_the_90_percent_band_covers_88_to_92_percent(days: int, horizon: int) -> None:
    past = backtest(days, horizon, seed=4)
    result = score_forecasts(past.forecasts, past.realised)
    assert result.weeks >= 1000 and result.apart == result.weeks and result.pending == 0
    assert result.hit_rate is not None
    assert 0.88 <= result.hit_rate <= 0.92


@pytest.mark.parametrize("horizon", [1, 5])
def test_the_band_holds_on_a_real_return_series(shared: Path, horizon: int) -> None:
    """Kenneth French's daily momentum factor, its last 25 years, in place of an index."""
    file = shared / "data" / "french_momentum_daily.csv"
    if not file.is_file():
        pytest.skip("the return series is not there")
    rows = [line.split(",") for line in file.read_text().splitlines() if line[:4].isdigit()]
    returns = np.array([float(value) / 100 for _, value in rows[-6300:]])
    prices = (100 * np.cumprod(1 + returns)).tolist()
    past = weekly_backtest(
        funds=funds_table([fund("MOMO", 2, "MOM")]),
        underlyings=underlyings_table([("MOM", "index", "SPY", None)]),
        details=details_table({"MOMO": 1e8}),
        history=history_table({"SPY": prices, "MOMO": [100.0] * len(prices)}),
        horizon=horizon,
        least_history=252,
    )
    result = score_forecasts(past.forecasts, past.realised)
    assert result.weeks > 1000 and result.hit_rate is not None
    assert 0.88 <= result.hit_rate <= 0.92


def test_the_backtest_uses_only_what_was_known() -> None:
    """Another future gives the same forecasts up to the day it begins."""
    rng = np.random.default_rng(1)
    quiet = rng.normal(0, 0.01, 200)
    stormy = np.concatenate([quiet[:150], rng.normal(0, 0.05, 50)])

    def made(returns: Floats) -> pl.DataFrame:
        prices = (100 * np.cumprod(1 + returns)).tolist()
        past = weekly_backtest(
            funds=funds_table([fund("TQQQ", 3, "NDX")]),
            underlyings=underlyings_table([("NDX", "index", "QQQ", None)]),
            details=details_table({"TQQQ": 1e8}),
            history=history_table({"SPY": prices, "QQQ": prices, "TQQQ": [50.0] * 200}),
        )
        return past.forecasts.filter(pl.col("session") <= LAST - timedelta(days=50))

    assert made(quiet).height > 10
    assert made(quiet).equals(made(stormy))


def test_the_backtests_realised_flow_is_the_formulas() -> None:
    prices = [100.0, 102.0, 99.0]
    closes = {"QQQ": [*([100.0] * 18), *prices], "TQQQ": [50.0, 53.0, 48.0], "GLD": prices, "UGL": prices}
    past = weekly_backtest(
        funds=funds_table([fund("TQQQ", 3, "NDX"), fund("UGL", 2, "GOLD", "commodity")]),
        underlyings=underlyings_table([("NDX", "index", "QQQ", None), ("GOLD", "commodity", "GLD", None)]),
        details=details_table({"TQQQ": 1e8, "UGL": 1e8}),
        history=history_table(closes),
    )
    flows = past.realised.tail(2).get_column("net_usd").to_list()
    assert flows == pytest.approx([6 * 50e8 * 0.02, 6 * 53e8 * (99 / 102 - 1)], rel=1e-9)
    assert "not in it" in past.note
