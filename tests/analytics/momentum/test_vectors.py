"""The reference vectors of section 1, through the public functions."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from deskview.analytics.hours import VarianceClock, of_hour
from deskview.analytics.momentum.basket import ends, equal_weights
from deskview.analytics.momentum.daily import two_by_three
from deskview.analytics.momentum.panic import forecast, market_state, optimal_weight
from deskview.analytics.momentum.read import leg_shares, verdict
from deskview.analytics.momentum.rules import DEFAULT_RULES
from deskview.analytics.momentum.traits import traits_of
from deskview.analytics.panel import Panel
from tests.analytics.markets import TODAY, weekdays


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


def index_after(total: float) -> pl.DataFrame:
    """The index gone from 100 to 100 * (1 + total) in the sessions that tell a bear market."""
    close = np.linspace(100.0, 100.0 * (1 + total), DEFAULT_RULES.state_sessions + 1)
    return pl.DataFrame({"session": weekdays(len(close)), "close": close})


def test_panic_state(vectors: dict[str, Any]) -> None:
    inputs, expected = vectors["1.7_daniel_moskowitz"]["inputs"], vectors["1.7_daniel_moskowitz"]["expected"]
    total = float(np.prod(1 + np.array(inputs["mkt_24m"])) - 1)
    state, _ = market_state(index_after(total), TODAY, DEFAULT_RULES)
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
    assert market_state(index_after(-total), TODAY, DEFAULT_RULES)[0].bear is not expected["bear"]
    assert mean == pytest.approx(expected["mu_monthly_forecast"], rel=1e-9)
    assert weight == pytest.approx(expected["w_star"], rel=1e-9)


def test_the_day_in_words(vectors: dict[str, Any]) -> None:
    rows, expected = vectors["9.4_verdict"]["inputs"]["rows"], vectors["9.4_verdict"]["expected"]
    assert len(rows) == 9
    for row, said in zip(rows, expected, strict=True):
        long, short = row["long"], row["short"]
        share = leg_shares(long, short, market=row["market"]).relative
        assert long - short == pytest.approx(said["spread"], rel=1e-9)
        assert share == pytest.approx(said["long_share"], rel=1e-9)
        assert verdict(long, short, share, row["z"]) == said["verdict"]


@pytest.mark.parametrize(
    ("long", "short", "market", "said"),
    [
        (0.01, -0.03, 0.012, "shorts sold"),
        (-0.01, -0.05, -0.05, "longs hold up"),
        (0.05, 0.01, 0.05, "shorts lag"),
        (-0.05, -0.01, -0.05, "shorts hold up"),
        (0.0, 0.05, 0.05, "longs lag"),
        (-0.05, 0.0, -0.05, "shorts hold up"),
    ],
)
def test_the_strong_word_is_for_a_leg_that_moved_itself(long: float, short: float, market: float, said: str) -> None:
    assert verdict(long, short, leg_shares(long, short, market=market).relative, -3.0) == said


def test_a_third_and_two_thirds_are_led() -> None:
    assert verdict(-0.06, 0.03, 2 / 3, -4.0) == "longs cut, shorts not covered"
    assert verdict(-0.06, 0.03, 1 - 2 / 3, -4.0) == "squeeze"


def test_nothing_is_said_of_what_is_calm_or_unknown() -> None:
    assert verdict(-0.06, 0.03, 0.9, -0.99) is None
    assert verdict(-0.06, 0.03, 0.9, None) is None
    assert verdict(-0.06, 0.03, None, -4.0) is None
    assert verdict(None, 0.03, 0.9, -4.0) is None
    assert verdict(-0.06, 0.03, 0.9, -1.0) is not None


def test_sigma_of_the_hour(vectors: dict[str, Any]) -> None:
    inputs, expected = vectors["9.3_sigma_of_hour"]["inputs"], vectors["9.3_sigma_of_hour"]["expected"]
    opens, closes = datetime(2026, 2, 4, 14, 30, tzinfo=UTC), datetime(2026, 2, 4, 21, tzinfo=UTC)
    clock = VarianceClock(opens, closes, np.full(78, inputs["intraday_variance_share_so_far"]), 60)
    now = opens + timedelta(hours=2)
    z = inputs["return"] / inputs["sigma_day"]
    assert clock.share(now) == pytest.approx(expected["v"], rel=1e-9)
    assert z == pytest.approx(expected["z_day"], rel=1e-9)
    z_of_hour, why = of_hour(z, clock, now, why_none="")
    assert z_of_hour == pytest.approx(expected["z_of_hour"], rel=1e-9)
    assert why == ""


def test_shares_are_undefined_near_zero() -> None:
    assert leg_shares(0.0102, 0.0100, market=0.01) == (None, None)
    assert leg_shares(0.0110, 0.0095, market=0.01).raw is not None
