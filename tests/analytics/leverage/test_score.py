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
    LeverageModel,
    compared,
    forecast_row,
    prepare,
    score_weeks,
    weekly_backtest,
)
from deskview.analytics.leverage.formula import Floats
from deskview.analytics.leverage.score import wilson_interval
from tests.analytics.leverage.market import (
    LAST,
    WEEK,
    baskets_table,
    details_table,
    fund,
    funds_table,
    history_table,
    live_table,
    names_table,
    random_closes,
    reading_of,
    small_market,
    underlyings_table,
)

DAY = date(2026, 2, 2)


def forecasts(rows: list[tuple[date, date, int]]) -> pl.DataFrame:
    full = [(start, end, days, 1e9, 0.0, 1.0, -1.6449, 1.6449, None) for start, end, days in rows]
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
    result = score_weeks(compared(pending, realised([9.0, 0.5, None, 1.0])))
    assert (result.weeks, result.pending, result.hit_rate, result.hit_low) == (0, 2, None, None)
    assert sum(result.pit_histogram) == 0


def test_hits_and_histogram() -> None:
    made = forecasts([(DAY + timedelta(days=k), DAY + timedelta(days=k + 1), 1) for k in range(4)])
    result = score_weeks(compared(made, realised([0.0, -3.0, 0.1, 1.0, 2.0])))
    assert (result.weeks, result.hits, result.hit_rate) == (4, 2, 0.5)
    assert result.pit_histogram == [1, 0, 0, 0, 0, 1, 0, 0, 1, 1]
    assert result.apart == 4
    assert result.hit_low is not None and result.hit_high is not None
    assert 0.0 < result.hit_low < 0.5 < result.hit_high < 1.0


def test_overlapping_weeks_are_counted_apart() -> None:
    made = forecasts([(DAY + timedelta(days=k), DAY + timedelta(days=k + 3), 3) for k in range(4)])
    result = score_weeks(compared(made, realised([0.0] * 8)))
    assert (result.weeks, result.apart) == (4, 2)


def test_a_row_stored_again_replaces_the_first() -> None:
    once, flows = forecasts([(DAY, DAY + timedelta(days=2), 2)]), realised([9.0, 0.5, -0.5])
    again = flows.with_columns(net_usd=pl.col("net_usd") + 1.0)
    table = compared(pl.concat([once, once.with_columns(sd_usd=2.0)]), pl.concat([flows, again]))
    assert table.height == 1
    assert table.row(0, named=True)["realised_usd"] == 2.0
    assert table.row(0, named=True)["pit"] == pytest.approx(0.8413447, abs=1e-7)


def test_no_forecasts_no_score() -> None:
    result = score_weeks(compared(forecasts([]), realised([])))
    assert (result.weeks, result.hit_rate, result.mean_pit, result.pending) == (0, None, None, 0)


def test_wilson_interval() -> None:
    """Newcombe (1998), table I: 81 of 263 is 0.2553 to 0.3662."""
    assert wilson_interval(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_a_reading_makes_its_own_row() -> None:
    rng = np.random.default_rng(8)
    model = small_market(
        [fund("TQQQ", 3, "NDX")],
        [("NDX", "index", "QQQ", None)],
        aum={"TQQQ": 10e9},
        closes={"QQQ": random_closes(rng, 0.01), "SPY": random_closes(rng, 0.01)},
    )
    week = reading_of(model, live_table({"QQQ": -0.01})).next_week
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
    week = reading_of(small_market([fund("TQQQ", 3, "NDX")], aum={"TQQQ": 1e9}), live_table({})).next_week
    assert forecast_row(week, LAST).is_empty()


def regime_returns(rng: np.random.Generator, days: int) -> Floats:
    """Fat-tailed daily returns (t, 5 degrees of freedom) in two regimes, 0.8 % and 2.2 % volatility, 2 % and 4 %
    chance a day to leave them."""
    stormy = np.zeros(days, dtype=bool)
    for k in range(1, days):
        stormy[k] = not stormy[k - 1] if rng.random() < (0.04 if stormy[k - 1] else 0.02) else stormy[k - 1]
    shocks = rng.standard_t(5, days) * np.sqrt(0.6)
    return np.asarray(shocks * np.where(stormy, 0.022, 0.008), dtype=np.float64)


def model_of(
    funds: list[dict[str, object]],
    underlyings: list[tuple[str, str, str | None, str | None]],
    shares: dict[str, float | None],
    closes: dict[str, list[float]],
) -> LeverageModel:
    """The model of a history of closes."""
    return prepare(
        funds=funds_table(funds),
        underlyings=underlyings_table(underlyings),
        details=details_table(shares),
        history=history_table(closes),
        names=names_table([]),
        baskets=baskets_table({}),
        next_sessions=WEEK,
    )


def backtest(days: int, horizon: int, seed: int) -> Backtest:
    """Two funds on an index, one inverse, through `days` sessions of regime volatility."""
    rng = np.random.default_rng(seed)
    market = regime_returns(rng, days)
    index = 1.2 * market + rng.normal(0, 0.004, days)
    returns = {"SPY": market, "QQQ": index, "TQQQ": np.zeros(days), "SQQQ": np.zeros(days)}
    model = model_of(
        [fund("TQQQ", 3, "NDX"), fund("SQQQ", -3, "NDX")],
        [("NDX", "index", "QQQ", None)],
        {"TQQQ": 2.5e8, "SQQQ": 3e7},
        {t: (100 * np.cumprod(1 + r)).tolist() for t, r in returns.items()},
    )
    return weekly_backtest(model, horizon=horizon, least_history=252)


@pytest.mark.parametrize(("days", "horizon"), [(4300, 1), (5600, 5)])
def test_the_90_percent_band_covers_88_to_92_percent(days: int, horizon: int) -> None:
    past = backtest(days, horizon, seed=4)
    result = score_weeks(compared(past.forecasts, past.realised))
    assert result.apart >= 1000 and result.pending == 0
    assert result.weeks == days - 252 - horizon
    assert result.apart == -(-result.weeks // horizon)
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
    model = model_of(
        [fund("MOMO", 2, "MOM")],
        [("MOM", "index", "SPY", None)],
        {"MOMO": 1e8},
        {"SPY": prices, "MOMO": [100.0] * len(prices)},
    )
    past = weekly_backtest(model, horizon=horizon, least_history=252)
    result = score_weeks(compared(past.forecasts, past.realised))
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
            model_of(
                [fund("TQQQ", 3, "NDX")],
                [("NDX", "index", "QQQ", None)],
                {"TQQQ": 1e8},
                {"SPY": prices, "QQQ": prices, "TQQQ": [50.0] * 200},
            )
        )
        return past.forecasts.filter(pl.col("session") <= LAST - timedelta(days=50)).drop("end")

    before, after = made(quiet), made(stormy)
    assert before.height == 90
    for column in before.columns[1:]:
        np.testing.assert_allclose(before.get_column(column), after.get_column(column), rtol=1e-12)


def test_a_past_forecast_is_the_panes_after_that_close() -> None:
    """Of a book with a young listing: the history up to the session before, and the session itself in LIVE."""
    rng = np.random.default_rng(12)
    days, cut = 330, 310
    spy = rng.normal(0, 0.012, days)
    returns = {"SPY": spy, "QQQ": 1.2 * spy + rng.normal(0, 0.005, days), "NVDA": 1.5 * spy + rng.normal(0, 0.02, days)}
    returns |= {"TQQQ": 3 * returns["QQQ"], "NVDL": 2 * returns["NVDA"]}
    closes = {t: 100 * np.cumprod(1 + r) for t, r in returns.items()}
    listed = {t: (c[280:] if t in {"NVDA", "NVDL"} else c).tolist() for t, c in closes.items()}
    book = [fund("TQQQ", 3, "NDX"), fund("NVDL", 2, "NVDA", "stock")]
    indexes: list[tuple[str, str, str | None, str | None]] = [("NDX", "index", "QQQ", None)]
    shares: dict[str, float | None] = {"TQQQ": 1e8, "NVDL": 2e7}
    past = weekly_backtest(model_of(book, indexes, shares, listed)).forecasts
    row = past.filter(session=LAST - timedelta(days=days - 1 - cut)).row(0, named=True)
    then = model_of(book, indexes, shares, {t: c[: len(c) - days + cut] for t, c in listed.items()})
    live = live_table({t: r[cut] for t, r in returns.items()}, {t: c[cut - 1] for t, c in closes.items()})
    week = reading_of(then, live).next_week
    assert row["base_aum_usd"] == pytest.approx(week.base_aum_usd, rel=1e-9)
    assert row["sd_usd"] == pytest.approx(week.sd_usd, rel=1e-9)
    assert row["sd_without_today_usd"] == pytest.approx(week.sd_without_today_usd, rel=1e-9)
    assert (row["p05_usd"], row["p95_usd"]) == pytest.approx((week.p05_usd, week.p95_usd), rel=1e-9)


def test_the_backtests_realised_flow_is_the_formulas() -> None:
    prices = [100.0, 102.0, 99.0]
    closes = {"QQQ": [*([100.0] * 18), *prices], "TQQQ": [50.0, 53.0, 48.0], "GLD": prices, "UGL": prices}
    past = weekly_backtest(
        model_of(
            [fund("TQQQ", 3, "NDX"), fund("UGL", 2, "GOLD", "commodity")],
            [("NDX", "index", "QQQ", None), ("GOLD", "commodity", "GLD", None)],
            {"TQQQ": 1e8, "UGL": 1e8},
            closes,
        )
    )
    flows = past.realised.tail(2).get_column("net_usd").to_list()
    assert flows == pytest.approx([6 * 50e8 * 0.02, 6 * 53e8 * (99 / 102 - 1)], rel=1e-9)
    assert past.forecasts.is_empty()
    assert "not in it" in past.note


def test_a_session_most_of_the_book_has_no_return_of_has_no_flow() -> None:
    """Nine tenths of the exposure must have one; the weeks over such a session are pending."""
    rng = np.random.default_rng(5)
    spy = random_closes(rng, 0.01, 100)
    gap = [*spy[:50], *([float("nan")] * 8), *spy[58:]]
    indexes: list[tuple[str, str, str | None, str | None]] = [
        ("NDX", "index", "QQQ", None),
        ("SPX", "index", "SPY", None),
    ]
    closes = {"SPY": spy, "QQQ": gap, "TQQQ": [100.0] * 100, "SSO": [100.0] * 100}
    book = [fund("TQQQ", 3, "NDX"), fund("SSO", 2, "SPX")]
    unknown = []
    for sso in (1e8, 27.1e8):
        past = weekly_backtest(model_of(book, indexes, {"TQQQ": 1e8, "SSO": sso}, closes), least_history=30)
        unknown.append(past.realised.get_column("net_usd").null_count())
        assert score_weeks(compared(past.forecasts, past.realised)).pending == (8 if unknown[-1] else 0)
    assert unknown == [4, 0]


def shocked(flows: list[float]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Weeks of one session forecast every day with an sd of 1, and flows."""
    made = forecasts([(DAY + timedelta(days=k), DAY + timedelta(days=k + 1), 1) for k in range(len(flows) - 1)])
    return made, realised([*flows])


def test_weeks_after_a_shock_are_counted_apart() -> None:
    """The third session's flow is 2.6 of the sd forecast for it, and so is the fifth's: the week after the third
    held, that after the fifth did not. The first has no forecast before it."""
    made, flows = shocked([9.0, 0.0, -2.6, 1.0, 2.6, -1.7, 0.0])
    result = score_weeks(compared(made, flows))
    assert (result.weeks, result.after_shocks, result.shock_hits) == (6, 2, 1)
    table = compared(made, flows)
    assert table.get_column("z").to_list() == pytest.approx([None, 0.0, -2.6, 1.0, 2.6, -1.7])


def test_a_session_without_a_forecast_the_day_before_has_no_z() -> None:
    made, flows = shocked([0.0, 0.0, -3.0, 1.0, 1.0])
    table = compared(made.filter(pl.col("session") != DAY + timedelta(days=1)), flows)
    assert table.get_column("z").to_list() == [None, None, 1.0]


def test_the_sd_a_shock_is_measured_by_is_that_of_one_session() -> None:
    week = forecasts([(DAY, DAY + timedelta(days=4), 4), (DAY + timedelta(days=1), DAY + timedelta(days=5), 4)])
    table = compared(week, realised([0.0, 2.0, 0.0, 0.0, 0.0, 0.0]))
    assert table.get_column("z").to_list() == [None, 4.0]


def test_overlapping_weeks_do_not_narrow_the_interval() -> None:
    """Twenty weeks of five sessions that overlap are as sure as four that don't."""
    made = forecasts([(DAY + timedelta(days=k), DAY + timedelta(days=k + 5), 5) for k in range(20)])
    result = score_weeks(compared(made, realised([0.0] * 25)))
    assert (result.weeks, result.apart, result.hit_rate) == (20, 4, 1.0)
    assert (result.hit_low, result.hit_high) == pytest.approx(wilson_interval(1.0, 4))
