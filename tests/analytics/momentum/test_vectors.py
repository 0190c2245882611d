"""The reference vectors of section 1, through the public functions."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from deskview.analytics.momentum.basket import ends, equal_weights
from deskview.analytics.momentum.daily import two_by_three
from deskview.analytics.momentum.panic import forecast, market_state, optimal_weight
from deskview.analytics.momentum.read import leg_shares, verdict
from deskview.analytics.momentum.rules import DEFAULT_RULES
from deskview.analytics.momentum.traits import traits_of
from deskview.analytics.panel import Panel
from tests.analytics.markets import weekdays


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
    """Twelve names, two in each portfolio of size and prior return; those between winners and losers count nothing."""
    inputs, sessions = vectors["1.4_umd"]["inputs"], DEFAULT_RULES.lookback + 1
    kinds = [size + rank for size in "SB" for rank in ("H", "H", "M", "M", "L", "L")]
    tickers = tuple(f"{kind}{number:02}" for number, kind in enumerate(kinds))
    close = np.full((sessions, len(kinds)), 100.0)
    close[sessions // 2 :] *= [{"H": 1.5, "M": 1.0, "L": 0.5}[kind[1]] for kind in kinds]
    close[-1] *= [1 + inputs.get(kind, 0.5) for kind in kinds]
    panel = Panel(tuple(weekdays(sessions)), tickers, close, np.full_like(close, 1e9))
    caps = [1e12 if kind[0] == "B" else 1e9 for kind in kinds]
    names = pl.DataFrame({"ticker": tickers, "type": ["CS"] * len(kinds), "market_cap_usd": caps})
    factor = two_by_three(panel, traits_of(panel, names), DEFAULT_RULES, np.ones(close.shape, dtype=bool))
    assert factor.weighting[-1] == "value"
    assert factor.returns[-1] == pytest.approx(vectors["1.4_umd"]["expected"]["UMD"], rel=1e-9)


def market_after(total: float) -> Panel:
    """The benchmark alone, gone from 100 to 100 * (1 + total) in the sessions that tell a bear market."""
    close = np.linspace(100.0, 100.0 * (1 + total), DEFAULT_RULES.state_sessions + 1)[:, None]
    return Panel(tuple(weekdays(len(close))), (DEFAULT_RULES.benchmark,), close, np.ones_like(close))


def test_panic_state(vectors: dict[str, Any]) -> None:
    inputs, expected = vectors["1.7_daniel_moskowitz"]["inputs"], vectors["1.7_daniel_moskowitz"]["expected"]
    total = float(np.prod(1 + np.array(inputs["mkt_24m"])) - 1)
    state, _ = market_state(market_after(total), DEFAULT_RULES)
    bear = bool(state.bear)
    mean = forecast(
        bear=bear,
        market_variance=inputs["mkt_var_126d_annual"],
        gamma0=inputs["gamma0"],
        gamma_int=inputs["gamma_int"],
    )
    weight = optimal_weight(mean=inputs["mu_annual"], sigma=inputs["sigma_annual"], risk_aversion=inputs["lam"])
    assert state.market_return_24m == pytest.approx(total, rel=1e-9)
    assert state.bear is expected["bear"]
    assert market_state(market_after(-total), DEFAULT_RULES)[0].bear is not expected["bear"]
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
