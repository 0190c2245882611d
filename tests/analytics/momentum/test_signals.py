"""What ranks the universe, and the two halves of the prior year."""

from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from deskview.analytics.measures import prior_returns_at
from deskview.analytics.momentum import MomentumRules
from deskview.analytics.momentum.horizons import HorizonReading
from deskview.analytics.momentum.universe import winsorised_z
from tests.analytics.markets import Market, market, unpriced
from tests.analytics.momentum.test_reading import reading_of

DAILY = MomentumRules(volume_floor_usd=0.0, cap=0.3, rebalance="daily")
ADJUSTED = replace(DAILY, signal="risk_adjusted")


@pytest.fixture(scope="module")
def small() -> Market:
    return market()


def closes(given_: Market) -> dict[str, np.ndarray]:
    wide = given_.bars.pivot("ticker", index="session", values="close").sort("session").drop("session", "SPY")
    return {name: wide[name].to_numpy() for name in wide.columns}


def test_z_by_hand() -> None:
    assert winsorised_z(np.array([1.0, 2.0, 3.0, 4.0]), 3.0) == pytest.approx(
        np.array([-1.5, -0.5, 0.5, 1.5]) / 1.2909944
    )
    outlier = winsorised_z(np.r_[np.zeros(99), 100.0], 3.0)
    assert outlier[-1] == 3.0
    assert outlier[0] == pytest.approx(-0.1)
    assert winsorised_z(np.array([2.0, 2.0]), 3.0).tolist() == [0.0, 0.0]
    assert winsorised_z(np.array([5.0]), 3.0).tolist() == [0.0]


@settings(deadline=None)
@given(values=hnp.arrays(np.float64, st.integers(0, 50), elements=st.floats(-100, 100)), limit=st.floats(0.5, 4))
def test_z_keeps_the_order_and_the_limit(values: np.ndarray, limit: float) -> None:
    z = winsorised_z(values, limit)
    assert (np.abs(z) <= limit).all()
    assert (np.diff(z[np.argsort(values, kind="stable")]) >= 0).all()


def test_the_risk_adjusted_signal_ranks_return_over_volatility(small: Market) -> None:
    prior = {name: price[-21] / price[-252] - 1 for name, price in closes(small).items()}
    ratio = {
        name: prior[name] / np.std(price[-252:] / price[-253:-1] - 1, ddof=1) for name, price in closes(small).items()
    }
    ranked = sorted(ratio, key=ratio.__getitem__)
    plain, adjusted = reading_of(small, rules=DAILY), reading_of(small, rules=ADJUSTED)
    assert {name.ticker for name in adjusted.long} == set(ranked[-6:]) != {name.ticker for name in plain.long}
    assert {name.ticker for name in adjusted.short} == set(ranked[:6])
    values = np.array(list(ratio.values()))
    for row in (*adjusted.long, *adjusted.short):
        z = (ratio[row.ticker] - values.mean()) / values.std(ddof=1)
        assert row.rank_score == pytest.approx(np.clip(z, -3, 3), rel=1e-9)
        assert row.score == pytest.approx(prior[row.ticker], rel=1e-9)
    assert (plain.signal, adjusted.signal) == ("return", "risk_adjusted")
    assert all(row.rank_score == row.score for row in plain.long)
    assert "volatility" in adjusted.rules["ranked by"]


def test_a_price_that_does_not_move_has_no_risk_adjusted_score(small: Market) -> None:
    still = small.bars.with_columns(close=pl.when(pl.col("ticker") == "N005").then(50.0).otherwise("close"))
    given_ = Market(still, small.names, small.live)
    assert reading_of(given_, rules=ADJUSTED).left_out == {"price does not move": 1}
    assert reading_of(given_, rules=DAILY).left_out == {}


def test_the_halves_make_up_the_whole(small: Market) -> None:
    close = np.stack(list(closes(small).values()), axis=1)
    whole, older, recent = (
        prior_returns_at(close, 273, lookback=lookback, skip=skip)
        for lookback, skip in ((252, 21), (252, 126), (126, 21))
    )
    assert (1 + older) * (1 + recent) == pytest.approx(1 + whole, rel=1e-12)


def test_the_halves_are_deciles_of_their_own_signal(small: Market) -> None:
    reading, price = reading_of(small, rules=DAILY), closes(small)
    halves = ((reading.horizons.intermediate, 252, 126), (reading.horizons.recent, 126, 21))
    for half, lookback, skip in halves:
        ranked = sorted(price, key=lambda name: price[name][-skip] / price[name][-lookback])
        long, short = (float(np.mean([small.ret(name) for name in leg])) for leg in (ranked[-6:], ranked[:6]))
        assert half.return_ is not None
        assert half.long_return == pytest.approx(long, rel=1e-9)
        assert half.short_return == pytest.approx(short, rel=1e-9)
        assert half.return_ == pytest.approx(long - short, rel=1e-9)
        assert half.sigma_252_return and half.sigma == half.return_ / half.sigma_252_return
        both = (
            {name.ticker for name in reading.long} & set(ranked[-6:]),
            {n.ticker for n in reading.short} & set(ranked[:6]),
        )
        assert half.shared == pytest.approx(sum(map(len, both)) / 12)


def test_a_half_without_prices_says_so(small: Market) -> None:
    reading = reading_of(Market(small.bars, small.names, unpriced(small.live, *small.live["ticker"])), rules=DAILY)
    assert nulls(reading.horizons.recent) == {"return", "sigma", "long_return", "short_return"}
    for path in nulls(reading.horizons.recent):
        assert "traded today" in reading.missing[f"horizons.recent.{path}"]
    none = reading_of(Market(small.bars.head(50), small.names, small.live), rules=DAILY)
    for path in nulls(none.horizons.intermediate):
        assert "252 sessions" in none.missing[f"horizons.intermediate.{path}"]


def nulls(half: HorizonReading) -> set[str]:
    plain: dict[str, Any] = msgspec.to_builtins(half)
    return {path for path, value in plain.items() if value is None}
