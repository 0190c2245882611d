"""Legs and weights."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from deskview.analytics.momentum.basket import capped, ends, equal_weights, inverse_vol_weights

signals = hnp.arrays(np.float64, st.integers(0, 60), elements=st.sampled_from([-0.5, -0.1, 0.0, 0.1, 0.2, 0.9]))


@settings(deadline=None)
@given(signal=signals, quantile=st.floats(0.01, 0.5), seed=st.integers(0, 100))
def test_legs_are_disjoint_and_hold_the_ends(signal: np.ndarray, quantile: float, seed: int) -> None:
    groups = np.random.default_rng(seed).integers(0, 4, len(signal))
    for sectors in (None, groups):
        top, bottom = ends(signal, quantile, sectors)
        assert not set(top) & set(bottom)
        assert len(top) == len(bottom)
        for group in range(4) if sectors is not None else (None,):
            inside = signal if group is None else signal[groups == group]
            chosen = [signal[place] for place in top if group is None or groups[place] == group]
            assert sorted(chosen) == sorted(inside)[len(inside) - len(chosen) :]


def test_the_best_stands_first_and_equals_keep_their_order() -> None:
    top, bottom = ends([0.1, 0.5, 0.5, -0.3, -0.3, 0.0], 1 / 3)
    assert top.tolist() == [1, 2]
    assert bottom.tolist() == [3, 4]


def test_sector_legs_hold_as_many_of_each_sector() -> None:
    groups = np.repeat([0, 1, 2], [40, 20, 3])
    top, bottom = ends(np.random.default_rng(1).normal(size=63), 0.1, groups)
    assert np.bincount(groups[top], minlength=3).tolist() == [4, 2, 0]
    assert np.bincount(groups[bottom], minlength=3).tolist() == [4, 2, 0]


@settings(deadline=None)
@given(
    raw=hnp.arrays(np.float64, st.integers(1, 80), elements=st.floats(0.001, 1.0)),
    cap=st.floats(0.01, 1.0),
)
def test_weights_sum_to_one_and_keep_the_cap(raw: np.ndarray, cap: float) -> None:
    weights = capped(raw / raw.sum(), cap)
    assert weights.sum() == pytest.approx(1.0, abs=1e-12)
    assert (weights > 0).all()
    assert weights.max() <= max(cap, 1 / len(raw)) + 1e-12
    assert (np.diff(weights[np.argsort(raw, kind="stable")]) >= -1e-12).all()


def test_weights_below_the_cap_are_left_alone() -> None:
    assert capped([0.2, 0.3, 0.5], 0.5).tolist() == pytest.approx([0.2, 0.3, 0.5])
    assert capped([0.1, 0.2, 0.7], 0.5).tolist() == pytest.approx([1 / 6, 1 / 3, 0.5])


def test_inverse_volatility() -> None:
    assert inverse_vol_weights([0.4, 0.8 / 3, 0.2]).tolist() == pytest.approx([2 / 9, 1 / 3, 4 / 9])
    assert inverse_vol_weights([0.2, float("nan")]).tolist() == pytest.approx([0.5, 0.5])
    assert inverse_vol_weights([0.0, 0.0]).tolist() == [0.5, 0.5]
    assert equal_weights(0).tolist() == []
