"""Least squares against the vector, against the normal equations, and by what may not change it."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskview.analytics.deleveraging.regression import COLLINEAR, CONSTANT, Fit, least_squares
from deskview.analytics.panel import Floats

Columns = dict[str, Floats]


def sample(seed: int, rows: int = 40) -> tuple[Floats, Columns]:
    """A y of three columns, the wilder the larger the first of them."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 3)) * [1.0, 50.0, 1e-3] + [0.0, 400.0, 2.0]
    noise = rng.normal(size=rows) * (0.2 + np.abs(x[:, 0]))
    y = 3.0 + x @ [0.5, -0.02, 900.0] + noise
    return y, {name: x[:, at] for at, name in enumerate("abc")}


def values(fit: Fit) -> dict[str, tuple[float | None, ...]]:
    return {name: tuple(one) for name, one in fit.columns.items()}


def ts(fit: Fit) -> list[float]:
    return [t for one in fit.columns.values() for t in one[1:] if t is not None]


def test_vector_7_3(data: Path) -> None:
    vector = json.loads((data / "test_vectors.json").read_text())["7.3_tax_regression"]
    given_, expected = vector["inputs"], vector["expected"]
    fit = least_squares(np.array(given_["feb_mar"]), {"january": np.array(given_["jan"])})
    own = fit.columns["january"]
    assert own.value == pytest.approx(expected["beta"])
    assert fit.intercept == pytest.approx(expected["alpha"])
    assert own[1:] == pytest.approx((expected["t_ols"], expected["t_hc0"], expected["t_hc3"]))
    assert fit.r2 == pytest.approx(expected["r2"])
    assert fit.adjusted_r2 == pytest.approx(1 - (1 - expected["r2"]) * 5 / 4)
    assert (fit.rows, fit.rows_left_out) == (6, 0)


def test_several_columns_are_the_normal_equations_with_each_of_the_covariances() -> None:
    y, columns = sample(1)
    fit = least_squares(y, columns)
    design = np.column_stack([np.ones(len(y)), *columns.values()])
    inverse = np.linalg.inv(design.T @ design)
    beta = inverse @ design.T @ y
    rest = y - design @ beta
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    weights = (np.full(len(y), rest @ rest / (len(y) - 4)), rest**2, (rest / (1 - leverage)) ** 2)
    errors = [np.sqrt(np.diag(inverse @ (design.T * weight) @ design @ inverse)) for weight in weights]
    assert fit.intercept == pytest.approx(beta[0], rel=1e-6)
    for at, own in enumerate(fit.columns.values(), start=1):
        assert own.value == pytest.approx(beta[at], rel=1e-6)
        assert own[1:] == pytest.approx([beta[at] / error[at] for error in errors], rel=1e-5)
    assert fit.r2 == pytest.approx(1 - rest @ rest / ((y - y.mean()) ** 2).sum())


def test_rows_with_a_gap_are_left_out_and_counted() -> None:
    y, columns = sample(2)
    with_gaps = {name: own.copy() for name, own in columns.items()}
    with_gaps["a"][3], with_gaps["c"][7] = np.nan, np.inf
    gap = y.copy()
    gap[11] = np.nan
    fit = least_squares(gap, with_gaps)
    assert (fit.rows, fit.rows_left_out) == (37, 3)
    kept = np.delete(np.arange(40), [3, 7, 11])
    assert values(fit) == values(least_squares(y[kept], {name: own[kept] for name, own in columns.items()}))


def test_what_tells_nothing_of_its_own_is_left_out_with_its_reason() -> None:
    y, columns = sample(3)
    more = {
        "always": np.full(40, 7.0),
        **columns,
        "again": 2 * columns["a"] - columns["b"] + 5,
        "same": columns["c"].copy(),
    }
    fit = least_squares(y, more)
    assert fit.left_out == {"always": CONSTANT, "again": COLLINEAR, "same": COLLINEAR}
    assert values(fit) == values(least_squares(y, columns))


def test_too_few_rows_are_refused_with_how_many_it_takes() -> None:
    y, columns = sample(4, rows=4)
    with pytest.raises(ValueError, match="on 3 columns needs 5 rows with every value, 4 have one"):
        least_squares(y, columns)
    with pytest.raises(ValueError, match="rows with every value, 0 have one"):
        least_squares(np.full(9, np.nan), {})
    with pytest.raises(ValueError, match="of one length"):
        least_squares(y, {"a": columns["a"][:3]})


def test_what_can_not_be_measured_is_none() -> None:
    y, columns = sample(5)
    flat = least_squares(np.full(40, 2.5), columns)
    assert (flat.r2, flat.adjusted_r2) == (None, None)
    assert flat.intercept == pytest.approx(2.5)
    exact = least_squares(1 + 2 * columns["a"], {"a": columns["a"]})
    assert exact.columns["a"].value == pytest.approx(2)
    assert exact.columns["a"][1:] == (None, None, None)
    alone = np.zeros(40)
    alone[9] = 1.0
    single = least_squares(y, {"alone": alone}).columns["alone"]
    assert single.t_ols is not None
    assert single.t_hc3 is None, "what the others leave of a row that is fitted by itself is not known"
    none = least_squares(y, {})
    assert none.intercept == pytest.approx(float(y.mean()))
    assert none.r2 == pytest.approx(0.0)
    assert none.columns == {}


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), constant=st.floats(-1e3, 1e3))
def test_a_constant_added_to_y_changes_the_intercept_alone(seed: int, constant: float) -> None:
    y, columns = sample(seed)
    before, after = least_squares(y, columns), least_squares(y + constant, columns)
    assert after.intercept - before.intercept == pytest.approx(constant, abs=1e-6)
    for name, own in before.columns.items():
        assert after.columns[name] == pytest.approx(own, rel=1e-6)
    assert after.r2 == pytest.approx(before.r2)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), scale=st.floats(1e-4, 1e4), sign=st.sampled_from([-1, 1]))
def test_a_column_in_another_unit_scales_its_coefficient_and_no_t(seed: int, scale: float, sign: int) -> None:
    y, columns = sample(seed)
    before, after = least_squares(y, columns), least_squares(y, {**columns, "b": columns["b"] * scale * sign})
    assert after.columns["b"].value * scale * sign == pytest.approx(before.columns["b"].value, rel=1e-6)
    assert np.abs(ts(after)) == pytest.approx(np.abs(ts(before)), rel=1e-6)
    assert after.columns["a"] == pytest.approx(before.columns["a"], rel=1e-6)
    assert after.r2 == pytest.approx(before.r2)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    y, columns = sample(seed)
    order = np.random.default_rng(seed).permutation(len(y))
    before, after = least_squares(y, columns), least_squares(y[order], {n: own[order] for n, own in columns.items()})
    assert after.intercept == pytest.approx(before.intercept, rel=1e-6, abs=1e-8)
    for name, own in before.columns.items():
        assert after.columns[name] == pytest.approx(own, rel=1e-6)
