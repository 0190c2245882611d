"""The reference vectors of section 1, through the public functions."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deskview.analytics.momentum.legs import ends, equal_weights
from deskview.analytics.momentum.panic import forecast, is_bear, optimal_weight
from deskview.analytics.momentum.spread import leg_shares, umd, verdict


@pytest.fixture
def vectors(data: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((data / "test_vectors.json").read_text())
    return loaded


def test_legs_spread_and_one_sidedness(vectors: dict[str, Any]) -> None:
    inputs, expected = vectors["1.2_legs"]["inputs"], vectors["1.2_legs"]["expected"]
    returns = np.array(inputs["ret"])
    top, bottom = ends(inputs["signal"], inputs["q"])
    weights = equal_weights(len(top))
    long, short = float(weights @ returns[top]), float(weights @ returns[bottom])
    assert long == pytest.approx(expected["long"], rel=1e-9)
    assert short == pytest.approx(expected["short_basket"], rel=1e-9)
    assert long - short == pytest.approx(expected["spread"], rel=1e-9)
    market = float(returns.mean())
    shares = leg_shares(long, short, market=market)
    assert market == pytest.approx(expected["market_ew"], rel=1e-9)
    assert long - market == pytest.approx(expected["long_rel"], rel=1e-9)
    assert shares.raw == pytest.approx(expected["one_sided_raw"], rel=1e-9)
    assert shares.relative == pytest.approx(expected["one_sided_rel"], rel=1e-9)
    contributions = {inputs["names"][place]: weights[0] * returns[place] for place in top}
    contributions |= {inputs["names"][place]: -weights[0] * returns[place] for place in bottom}
    assert contributions == pytest.approx(expected["contrib"], rel=1e-9)


def test_published_legs(vectors: dict[str, Any]) -> None:
    inputs, expected = vectors["1.3_ms_note"]["inputs"], vectors["1.3_ms_note"]["expected"]
    long, short = inputs["MSQQUMOL"], inputs["MSQQUMOS"]
    shares = leg_shares(long, short)
    assert long - short == pytest.approx(expected["spread"], rel=1e-9)
    assert shares.raw == pytest.approx(expected["one_sided_raw"], rel=1e-9)
    assert shares.relative is None
    assert abs(expected["reported_MSZZMOMO"]) / 4 == pytest.approx(expected["implied_sigma_if_4sd"], rel=1e-9)


def test_six_portfolios(vectors: dict[str, Any]) -> None:
    inputs = vectors["1.4_umd"]["inputs"]
    factor = umd(inputs["SH"], inputs["BH"], inputs["SL"], inputs["BL"])
    assert factor == pytest.approx(vectors["1.4_umd"]["expected"]["UMD"], rel=1e-9)


def test_panic_state(vectors: dict[str, Any]) -> None:
    inputs, expected = vectors["1.7_daniel_moskowitz"]["inputs"], vectors["1.7_daniel_moskowitz"]["expected"]
    bear = is_bear(inputs["mkt_24m"])
    mean = forecast(
        bear=bear,
        market_variance=inputs["mkt_var_126d_annual"],
        gamma0=inputs["gamma0"],
        gamma_int=inputs["gamma_int"],
    )
    weight = optimal_weight(mean=inputs["mu_annual"], sigma=inputs["sigma_annual"], risk_aversion=inputs["lam"])
    assert bear is expected["bear"]
    assert mean == pytest.approx(expected["mu_monthly_forecast"], rel=1e-9)
    assert weight == pytest.approx(expected["w_star"], rel=1e-9)


@pytest.mark.parametrize(
    ("spread", "share", "sigma", "said"),
    [
        (-0.07, 0.75, -4.0, "longs cut, shorts not covered"),
        (-0.07, 2 / 3, -4.0, "longs cut, shorts not covered"),
        (-0.07, 0.2, -4.0, "squeeze"),
        (-0.07, -0.4, -4.0, "squeeze"),
        (-0.07, 0.5, -4.0, "both legs"),
        (0.05, 0.9, 3.0, "longs bid"),
        (0.05, 0.1, 3.0, "shorts sold"),
        (0.05, 0.5, 3.0, "both legs up"),
        (-0.004, 0.9, -0.5, "calm"),
        (-0.0004, None, None, None),
        (-0.07, 0.75, None, "longs cut, shorts not covered"),
    ],
)
def test_the_day_in_words(spread: float, share: float | None, sigma: float | None, said: str | None) -> None:
    assert verdict(spread, share, sigma) == said


def test_shares_are_undefined_near_zero() -> None:
    assert leg_shares(0.0102, 0.0100, market=0.01) == (None, None)
    assert leg_shares(0.0110, 0.0095, market=0.01).raw is not None
