"""The reference vectors of section 2, a century of real days where they lie beside the checkout, and every exact case
of the bootstrap."""

import json
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deskview.analytics.events import Series, Study, below, by_sigma, declustered, study, whole_sigma
from deskview.analytics.events.bootstrap import block_of, interval, positions
from deskview.analytics.events.outcomes import forward, peak_to_trough, wealth_of
from deskview.analytics.panel import Floats

HISTORY = "french_momentum_daily.csv"


@pytest.fixture(scope="module")
def vectors(data: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((data / "test_vectors.json").read_text())
    return loaded


def test_forward_returns_and_events_apart(vectors: dict[str, Any]) -> None:
    inputs, expected = vectors["2.1_forward"]["inputs"], vectors["2.1_forward"]["expected"]
    returns = np.array(inputs["returns"])
    events = below(returns, inputs["threshold"])
    assert events.tolist() == expected["events_raw"]
    assert declustered(events, 3).tolist() == expected["events_declustered_gap3"]
    assert declustered(events, 5).tolist() == expected["events_declustered_gap5"]
    after = forward(wealth_of(returns), events, inputs["h"])
    assert after.tolist() == pytest.approx(expected["fwd3"], abs=1e-15)
    assert float(np.median(after)) == pytest.approx(expected["median"], abs=1e-15)
    assert float((after > 0).mean()) == expected["hit"]


def test_peak_to_trough(vectors: dict[str, Any]) -> None:
    inputs, expected = vectors["2.2_peak_to_trough"]["inputs"], vectors["2.2_peak_to_trough"]["expected"]
    event = np.array([inputs["event_index"]])
    assert peak_to_trough(np.array(inputs["wealth"]), event).tolist() == pytest.approx([expected["p2t"]], abs=1e-15)


@pytest.fixture(scope="module")
def century(shared: Path) -> Series:
    lines = [
        line.split(",") for line in (shared / "data" / HISTORY).read_text().splitlines() if line[:2] in ("19", "20")
    ]
    return Series([date.fromisoformat(day) for day, _ in lines], np.array([float(value) for _, value in lines]) / 100)


@pytest.fixture(scope="module")
def by_threshold(century: Series) -> Study:
    return study(century, below(century.returns, whole_sigma(century.returns, -4)), rule="σ", definition="")


def by_span(found: Study) -> dict[str, Any]:
    return {outcome.sessions: outcome for outcome in found.outcomes}


def test_a_century_of_days_by_threshold(by_threshold: Study) -> None:
    assert (by_threshold.days, by_threshold.events) == (147, 64)
    outcomes = by_span(by_threshold)
    assert [round(outcomes[span].median * 100, 2) for span in ("21", "42", "63")] == [-0.54, -0.71, -0.41]
    assert [round(outcomes[span].hit, 2) for span in ("21", "42", "63")] == [0.48, 0.47, 0.46]
    assert round(outcomes["43-63"].median * 100, 2) == 1.87
    assert by_threshold.peak_to_trough == pytest.approx(-0.2079, abs=5e-5)
    low, high = outcomes["21"].low * 100, outcomes["21"].high * 100
    assert (low, high) == (pytest.approx(-2.9, abs=0.1), pytest.approx(1.0, abs=0.1))
    assert [round(outcomes[span].control * 100, 1) for span in ("21", "42", "63")] == [0.5, 0.9, 1.6]


def test_the_last_event_of_the_century(by_threshold: Study) -> None:
    last = by_threshold.all_events[0]
    assert last.session == date(2026, 2, 4)
    assert last.after["21"] == pytest.approx(-0.0058, abs=5e-5)
    assert last.after["42"] == pytest.approx(0.0599, abs=5e-5)
    assert last.after["63"] is None
    assert by_span(by_threshold)["63"].n == by_threshold.events - 1


def test_a_century_of_days_by_sigma(century: Series) -> None:
    found = study(century, by_sigma(century.returns, -4), rule="z", definition="")
    assert (found.days, found.events) == (120, 83)
    outcomes = by_span(found)
    assert [round(outcomes[span].median * 100, 2) for span in ("21", "42", "63")] == [0.59, 0.96, 0.94]
    assert round(outcomes["43-63"].median * 100, 2) == 0.54
    assert found.peak_to_trough == pytest.approx(-0.103, abs=5e-4)


def test_resampled_one_by_one_the_median_has_the_limits_of_all_resamples_there_are() -> None:
    values = np.array([-0.04, 0.012, -0.1, 0.03, -0.021])
    every = np.sort([float(np.median(values[list(draw)])) for draw in product(range(5), repeat=5)])
    drawn = np.median(values[positions(5, 1, resamples=200_000)], axis=1)
    assert interval(drawn) == interval(every)
    assert float((drawn < 0).mean()) == pytest.approx(float((every < 0).mean()), abs=0.005)


def autocorrelated(count: int) -> Floats:
    rng = np.random.default_rng(3)
    values = np.zeros(count)
    for place in range(1, count):
        values[place] = 0.8 * values[place - 1] + rng.normal()
    return values


def test_blocks_are_as_long_as_asked_and_follow_one_another() -> None:
    draws = positions(50, 4, resamples=20_000)
    follow = (np.diff(draws, axis=1) % 50) == 1
    begun = 1 - follow.mean()
    by_chance = 1 / 50
    assert begun == pytest.approx(1 / 4 * (1 - by_chance), abs=0.005)
    assert np.bincount(draws.ravel(), minlength=50) / draws.size == pytest.approx(np.full(50, 1 / 50), abs=0.001)


def test_means_of_blocks_spread_as_the_long_run_variance_says() -> None:
    """Politis and Romano's own formula for the variance of the resampled mean, lag by lag."""
    values, block = autocorrelated(200), 5.0
    centred = values - values.mean()
    p, n = 1 / block, len(values)
    lags = np.array([float(centred[: n - lag] @ centred[lag:]) / n for lag in range(n)])
    weights = np.array([(1 - i / n) * (1 - p) ** i + i / n * (1 - p) ** (n - i) for i in range(n)])
    variance = (lags[0] + 2 * (weights[1:] * lags[1:]).sum()) / n
    means = values[positions(n, block, resamples=40_000)].mean(axis=1)
    assert float(means.var()) == pytest.approx(variance, rel=0.03)


def test_a_block_is_as_long_as_paths_overlap() -> None:
    assert block_of(np.array([0, 100, 200]), 63) == 1
    assert block_of(np.array([0, 50, 100]), 63) == pytest.approx(1 + 2 / 3)
    assert block_of(np.array([7]), 63) == 1
