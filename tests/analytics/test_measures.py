"""Percentile, volatility, correlation and returns."""

import csv
import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskview.analytics.measures import (
    average_correlation,
    betas,
    block_returns,
    ewma_sd,
    implied_correlation,
    percentile,
    prior_returns,
    prior_returns_at,
    rolling_sd,
    span_returns,
    z_score,
)


def test_percentile_counts_lower_values_strictly() -> None:
    past = [1.0, 2.0, 2.0, 3.0, float("nan")]
    assert percentile(past, 2.0).rank == 25.0
    assert percentile(past, 2.0).days == 4
    assert percentile(past, 3.0).rank == 75.0
    assert percentile(past, None).rank is None
    assert percentile([], 1.0).rank is None


def test_prior_return_of_month_ends(data: Path) -> None:
    vector = json.loads((data / "test_vectors.json").read_text())["1.1_signal"]
    close, expected = np.array(vector["inputs"]["month_end_prices"])[:, None], vector["expected"]
    now = len(close) - 1
    for name, lookback, skip in (("mom_12_1", 12, 1), ("mom_12_0", 12, 0), ("mom_6_1", 6, 1), ("st_rev_1", 1, 0)):
        found = prior_returns_at(close, now, lookback=lookback, skip=skip)
        assert found.tolist() == pytest.approx([expected[name]], rel=1e-9)
    assert np.isnan(prior_returns_at(close, now, lookback=now + 1, skip=1)).all()


def history_of(prices: dict[str, list[float]], sessions: int) -> pl.DataFrame:
    """(ticker, session, total_close); a shorter list of prices is that of a name that was listed later."""
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(sessions)]
    rows = [
        (ticker, day, price)
        for ticker, own in prices.items()
        for day, price in zip(days[sessions - len(own) :], own, strict=True)
    ]
    return pl.DataFrame(rows, schema={"ticker": pl.String, "session": pl.Date, "total_close": pl.Float64}, orient="row")


def test_momentum_of_a_table_is_that_of_its_matrix() -> None:
    """The session the return is for comes after the last of the table, as a live session does."""
    prices = np.random.default_rng(8).uniform(50, 150, (30, 3))
    history = history_of(dict(zip("ABC", prices.T.tolist(), strict=True)), 30)
    found = prior_returns(history.sample(fraction=1.0, shuffle=True, seed=3), lookback=25, skip=4).sort("ticker")
    assert found["momentum"].to_list() == prior_returns_at(prices, 30, lookback=25, skip=4).tolist()


def test_a_young_name_has_no_momentum_and_a_short_history_none_at_all() -> None:
    history = history_of({"OLD": [100.0, 110.0, 121.0, 130.0], "NEW": [50.0, 60.0]}, 4)
    assert prior_returns(history, lookback=4, skip=2).rows() == [("OLD", pytest.approx(0.21))]
    assert prior_returns(history, lookback=5, skip=2).sort("ticker").rows() == [("NEW", None), ("OLD", None)]


def test_spans_and_blocks_end_at_the_last_close() -> None:
    close = np.array([[100.0], [110.0], [121.0], [133.1], [146.41]])
    assert span_returns(close, (1, 4, 5))[:, 0].tolist() == pytest.approx([0.1, 0.4641, np.nan], nan_ok=True)
    assert block_returns(close, block=2, count=9)[:, 0].tolist() == pytest.approx([0.21, 0.21])
    assert block_returns(close, block=9, count=9).shape == (0, 1)


def test_ewma_follows_its_recursion() -> None:
    returns = np.random.default_rng(5).normal(0, 0.01, 40)
    variance = returns[0] ** 2
    for ret in returns[1:]:
        variance = 0.94 * variance + 0.06 * ret**2
    assert ewma_sd(returns) == pytest.approx(variance**0.5, rel=1e-12)
    assert ewma_sd([0.01]) is None


def test_rolling_sd_reads_the_last_window() -> None:
    assert rolling_sd([9.0, 0.01, -0.01, 0.02], 3) == pytest.approx(np.std([0.01, -0.01, 0.02], ddof=1))
    assert rolling_sd([0.01], 3) is None


def test_z_score_needs_both_numbers() -> None:
    assert z_score(-0.02, 0.01) == -2
    assert z_score(None, 0.01) is None
    assert z_score(0.01, None) is None
    assert z_score(0.01, 0.0) is None


def test_z_of_the_published_factor_on_the_crash_session(shared: Path) -> None:
    """French's daily momentum factor: -3.60 % on 2026-02-04 is -3.69 rolling and -3.39 EWMA sigma."""
    lines = (shared / "data" / "french_momentum_daily.csv").read_text().splitlines()
    rows = [row for row in csv.reader(lines) if len(row) == 2 and row[0].count("-") == 2]
    days = [row[0] for row in rows]
    returns = [float(row[1]) / 100 for row in rows]
    place = days.index("2026-02-04")
    assert returns[place] == pytest.approx(-0.036)
    assert z_score(returns[place], rolling_sd(returns[:place])) == pytest.approx(-3.69, abs=0.005)
    assert z_score(returns[place], ewma_sd(returns[:place])) == pytest.approx(-3.39, abs=0.005)


def test_beta_is_the_slope() -> None:
    market = np.random.default_rng(2).normal(0, 0.01, 60)
    returns = np.column_stack([1.5 * market, np.where(np.arange(60) < 50, np.nan, market)])
    slope, unknown = betas(returns, market)
    assert slope == pytest.approx(1.5, rel=1e-12)
    assert np.isnan(unknown)


@settings(deadline=None)
@given(seed=st.integers(0, 10_000), names=st.integers(2, 12), days=st.integers(3, 40))
def test_average_correlation_is_the_mean_of_the_matrix(seed: int, names: int, days: int) -> None:
    returns = np.random.default_rng(seed).normal(0, 0.01, (days, names))
    matrix = np.corrcoef(returns, rowvar=False)
    expected = (matrix.sum() - names) / (names * (names - 1))
    assert average_correlation(returns) == pytest.approx(expected, abs=1e-10)


def test_average_correlation_leaves_out_what_does_not_vary() -> None:
    rng = np.random.default_rng(1)
    pair = rng.normal(0, 0.01, (20, 2))
    assert average_correlation(np.column_stack([pair, np.zeros(20)])) == pytest.approx(average_correlation(pair))
    assert average_correlation(pair[:, :1]) is None
    assert average_correlation(np.empty((0, 4))) is None


def test_implied_correlation_vector(data: Path) -> None:
    vector = json.loads((data / "test_vectors.json").read_text())["6.2_implied_corr"]
    given_, expected = vector["inputs"], vector["expected"]
    implied = implied_correlation(given_["w"], given_["sigma"], given_["sigma_index"])
    assert implied is not None
    assert implied.rho == pytest.approx(expected["rho"], rel=1e-9)
    assert implied.dirty == pytest.approx(expected["dirty_rho"], rel=1e-9)
    assert implied.dispersion_vol == pytest.approx(expected["dispersion_vol"], rel=1e-9)


def test_implied_correlation_of_names_that_move_as_one_is_one() -> None:
    implied = implied_correlation([0.5, 0.5], [0.2, 0.2], 0.2)
    assert implied is not None
    assert implied.rho == pytest.approx(1.0)
    assert implied_correlation([1.0], [0.2], 0.2) is None
