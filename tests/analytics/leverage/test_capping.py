"""Limits on the largest names of an index."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskview.analytics.leverage import CAPPING, Capping
from deskview.analytics.leverage.index_weights import capped

SEMICONDUCTORS = Capping(0.08, 5, 0.04)


def test_what_a_cap_cuts_off_goes_to_the_names_below_it() -> None:
    weights = capped(np.array([60.0, 20.0, 10.0, 10.0]), Capping(0.4, 4, 0.4))
    assert weights.tolist() == pytest.approx([0.4, 0.3, 0.15, 0.15])


def test_the_overflow_may_push_another_name_over_its_cap() -> None:
    weights = capped(np.array([60.0, 25.0, 10.0, 5.0]), Capping(0.35, 4, 0.35))
    assert weights.tolist() == pytest.approx([0.35, 0.35, 0.2, 0.1])


def test_equal_weights() -> None:
    assert capped(np.array([9.0, 1.0, 5.0, 5.0]), Capping(0.0, 0, 0.0)).tolist() == pytest.approx([0.25] * 4)


def test_caps_that_can_not_hold_everything_are_raised_together() -> None:
    weights = capped(np.array([5.0, 4.0, 3.0]), Capping(0.08, 1, 0.04))
    assert weights.tolist() == pytest.approx([0.5, 0.25, 0.25])


def test_the_large_names_are_limited_in_sum() -> None:
    """As of a Select Sector index: 24 % each, those above 4.8 % at 45 % in sum once they exceed 50 %."""
    values = np.array([40.0, 30.0, 10.0] + [1.0] * 20)
    weights = capped(values, CAPPING["sector"])
    assert weights.sum() == pytest.approx(1.0)
    assert weights[:3].sum() == pytest.approx(0.45)
    assert weights[0] == weights[1] == pytest.approx(0.45 * 24 / (48 + 52 / 3))
    assert weights[3:].tolist() == pytest.approx([0.55 / 20] * 20)


def test_what_the_large_names_lose_makes_no_other_a_large_one() -> None:
    weights = capped(np.array([40.0, 30.0, 4.0] + [1.0] * 20), Capping(0.4, 23, 0.4, 0.048, 0.5, 0.3))
    assert weights[:2].sum() == pytest.approx(0.3)
    assert weights[2] == pytest.approx(0.048)
    assert weights.sum() == pytest.approx(1.0)


def test_limits_that_hold_change_nothing() -> None:
    values = np.array([10.0, 9.0, 8.0] + [3.0] * 24)
    assert capped(values, CAPPING["sector"]).tolist() == pytest.approx((values / values.sum()).tolist())


@given(st.lists(st.floats(1e6, 5e12), min_size=1, max_size=60))
def test_weights_sum_to_one_and_keep_their_order(values: list[float]) -> None:
    caps = np.array(values)
    weights = capped(caps, SEMICONDUCTORS)
    assert weights.sum() == pytest.approx(1.0, abs=1e-9)
    assert (weights > 0).all()
    in_order = weights[np.argsort(-caps, kind="stable")]
    assert (np.diff(in_order) <= 1e-12).all()
    if len(values) >= 30:
        assert weights.max() <= 0.08 + 1e-12
        assert np.sort(weights)[:-5].max() <= 0.04 + 1e-12
