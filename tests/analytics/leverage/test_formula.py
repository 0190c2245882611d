"""The rebalance of one fund: published vectors, the identity of the week, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskview.analytics.leverage.formula import (
    is_wiped_out,
    per_1pct_usd,
    rebalance_from_fund_usd,
    rebalance_usd,
    rolled_aum_usd,
    why_refused,
)

LEVERAGES = st.sampled_from([1.25, 1.5, 2.0, 3.0, 4.0, -0.5, -1.0, -2.0, -3.0])


def week_usd(leverage: float, aum: float, returns: list[float]) -> tuple[list[float], float]:
    """Session by session: what the fund trades, and the AUM it goes on with."""
    flows: list[float] = []
    for r in returns:
        flows.append(float(rebalance_usd(leverage, aum, r)))
        aum = float(rolled_aum_usd(leverage, aum, r))
    return flows, aum


def vector(data: Path, name: str) -> tuple[dict[str, float], dict[str, float]]:
    entry = json.loads((data / "test_vectors.json").read_text())[name]
    return entry["inputs"], entry["expected"]


def test_every_leverage_trades_with_the_index(data: Path) -> None:
    inputs, expected = vector(data, "3.1_cheng_madhavan")
    for label, usd in expected.items():
        leverage = float(label.removeprefix("L="))
        assert float(rebalance_usd(leverage, inputs["A"], inputs["r"])) == pytest.approx(usd, rel=1e-9)


def test_three_times_a_5_percent_rise_on_100_buys_30_not_45() -> None:
    """45 is the new exposure's growth forgetting that the fund itself grew: 3·115 - 3·100."""
    assert float(rebalance_usd(3, 100.0, 0.05)) == pytest.approx(30.0, abs=1e-9)


def test_a_real_fund_on_the_crash_session(data: Path) -> None:
    inputs, expected = vector(data, "3.2_tqqq_2026-02-04")
    leverage, aum, fund_return = inputs["L"], inputs["A_prev"], inputs["fund_return"]
    assert rebalance_from_fund_usd(leverage, aum, fund_return) == pytest.approx(expected["cm"], rel=1e-9)
    flow = (inputs["shares"] - inputs["shares_prev"]) * inputs["nav"]
    assert flow == pytest.approx(expected["flow"], rel=1e-9)
    with_flows = rebalance_usd(leverage, aum, fund_return / leverage, flow)
    assert float(with_flows) == pytest.approx(expected["with_flows_LF"], rel=1e-9)


def test_week_vector(data: Path) -> None:
    entry = json.loads((data / "test_vectors.json").read_text())["3.3_week_identity"]
    inputs, expected = entry["inputs"], entry["expected"]
    flows, aum = week_usd(inputs["L"], inputs["A0"], inputs["r"])
    assert flows == pytest.approx(expected["daily"], rel=1e-9)
    assert sum(flows) == pytest.approx(expected["net_week"], rel=1e-9)
    assert sum(map(abs, flows)) == pytest.approx(expected["gross_week"], rel=1e-9)
    assert aum == pytest.approx(expected["A_T"], rel=1e-9)


@given(
    leverage=LEVERAGES,
    aum=st.floats(1.0, 1e11),
    returns=st.lists(st.floats(-0.2, 0.2), min_size=1, max_size=20),
)
def test_a_week_nets_to_the_change_of_aum(leverage: float, aum: float, returns: list[float]) -> None:
    flows, end = week_usd(leverage, aum, returns)
    scale = aum + sum(map(abs, flows)) + abs(end)
    assert abs(sum(flows) - (leverage - 1.0) * (end - aum)) <= 1e-9 * scale


@given(leverage=LEVERAGES, aum=st.floats(1.0, 1e11), r=st.floats(-0.15, 0.15))
def test_both_forms_agree(leverage: float, aum: float, r: float) -> None:
    from_fund = rebalance_from_fund_usd(leverage, aum, leverage * r)
    assert float(rebalance_usd(leverage, aum, r)) == pytest.approx(from_fund, rel=1e-12, abs=1e-9)


@pytest.mark.parametrize(("leverage", "r", "usd"), [(3.0, -0.40, -180.0), (-2.0, 0.60, 320.0), (2.0, -0.50, -100.0)])
def test_a_wiped_out_fund_sells_what_it_has_left(leverage: float, r: float, usd: float) -> None:
    assert bool(is_wiped_out(leverage, r))
    assert float(rebalance_usd(leverage, 100.0, r, creation=50.0)) == pytest.approx(usd, abs=1e-9)
    assert float(rolled_aum_usd(leverage, 100.0, r)) == 0.0


def test_the_wipe_out_joins_the_formula_without_a_step() -> None:
    just_alive, gone = rebalance_usd(3.0, 100.0, np.array([-1 / 3 + 1e-12, -1 / 3]))
    assert just_alive == pytest.approx(gone, abs=1e-6)


def test_per_1_percent_is_dollars_bought_on_a_rise() -> None:
    assert per_1pct_usd(-3.0, 8e9) == pytest.approx(0.96e9, rel=1e-12)
    assert per_1pct_usd(3.0, 60e9) == pytest.approx(float(rebalance_usd(3.0, 60e9, 0.01)), rel=1e-12)


@pytest.mark.parametrize("leverage", [0.0, 0.5, 1.0, None, float("nan"), float("inf")])
def test_a_leverage_that_rebalances_nothing_is_refused(leverage: float | None) -> None:
    assert "leverage" in str(why_refused(leverage, 1e6))


@pytest.mark.parametrize("aum", [0.0, -1e6, None, float("nan"), float("inf")])
def test_an_aum_that_can_not_be_is_refused(aum: float | None) -> None:
    assert "AUM" in str(why_refused(2.0, aum))


def test_a_good_fund_is_not_refused() -> None:
    assert why_refused(-1.0, 1.0) is None
    assert why_refused(1.25, 1.0) is None


@pytest.mark.parametrize(
    ("leverage", "creation", "usd"), [(3.0, 10.0, 36.0), (3.0, -10.0, -24.0), (-2.0, 10.0, -14.0), (-2.0, -10.0, 26.0)]
)
def test_what_holders_put_in_is_traded_at_the_funds_own_leverage(leverage: float, creation: float, usd: float) -> None:
    """On a rise of 1 %: a bull fund buys for new money, an inverse one sells for it; redemptions are the reverse."""
    assert float(rebalance_usd(leverage, 100.0, 0.01, creation)) == pytest.approx(usd, abs=1e-9)
    assert float(rolled_aum_usd(leverage, 100.0, 0.01, creation)) == pytest.approx(
        100.0 + leverage + creation, abs=1e-9
    )
