"""Least squares on named columns with an intercept, and t-values under three covariances.

HC0: White (1980). HC3: MacKinnon and White (1985), the one to trust where rows are few or unlike each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from deskview.analytics.measures import Number
from deskview.analytics.panel import Bools, Floats

CONSTANT = "it is the same for every row"
COLLINEAR = "the columns before it tell it already"
_NOTHING = 1e-10
"""What is left of a column, or of y, beside its own size counts as nothing below this: rounding leaves more than 0."""


class Coefficient(NamedTuple):
    """The slope of one column and its t; None where the fit leaves no error to measure it by."""

    value: float
    t_ols: Number
    t_hc0: Number
    t_hc3: Number


@dataclass(frozen=True)
class Fit:
    """`columns` are those that count, in the order given; `left_out` says of the others why they do not.

    `rows` are those it rests on, `rows_left_out` those with a value missing. R² is None where y does not vary.
    """

    intercept: float
    columns: Mapping[str, Coefficient]
    r2: Number
    adjusted_r2: Number
    rows: int
    rows_left_out: int
    left_out: Mapping[str, str] = field(default_factory=dict)


def least_squares(y: Floats, columns: Mapping[str, Floats]) -> Fit:
    """y on the columns, all of one length; a row with NaN or infinity in any of them is left out.

    Raises ValueError with fewer rows than columns that count and two, or where y and columns are not of one length.
    """
    if lengths := {name: len(values) for name, values in columns.items() if len(values) != len(y)}:
        raise ValueError(f"columns and y are of one length: y has {len(y)} rows, {lengths}")
    known = np.isfinite(y) & np.all([np.isfinite(values) for values in columns.values()] or [np.isfinite(y)], axis=0)
    rows = int(known.sum())
    if rows < 2:
        raise ValueError(f"a regression needs rows with every value, {rows} have one")
    target = y[known]
    design = _design({name: values[known] for name, values in columns.items()}, rows)
    count = len(design.names)
    if rows < count + 2:
        raise ValueError(f"a regression on {count} columns needs {count + 2} rows with every value, {rows} have one")
    return _fit(target, design, rows_left_out=len(y) - rows)


class _Design(NamedTuple):
    """The columns that count, less their means, in units of their own size; `q` spans them, q @ r = standard."""

    names: list[str]
    means: Floats
    sizes: Floats
    q: Floats
    r: Floats
    left_out: dict[str, str]


def _design(columns: Mapping[str, Floats], rows: int) -> _Design:
    """Gram and Schmidt by way of QR: a column is left out where those before it leave nothing of it."""
    left_out, kept = {}, []
    q = np.empty((rows, 0))
    for name, values in columns.items():
        mean = float(values.mean())
        centred = values - mean
        size = float(np.sqrt(centred @ centred))
        if size <= _NOTHING * float(np.sqrt(values @ values)):
            left_out[name] = CONSTANT
            continue
        standard = centred / size
        rest = standard - q @ (q.T @ standard)
        rest -= q @ (q.T @ rest)
        norm = float(np.sqrt(rest @ rest))
        if norm <= np.sqrt(_NOTHING):
            left_out[name] = COLLINEAR
            continue
        q = np.column_stack([q, rest / norm])
        kept.append((name, mean, size, standard))
    standard_columns = np.column_stack([one[3] for one in kept]) if kept else q
    means, sizes = (np.array([one[place] for one in kept]) for place in (1, 2))
    return _Design([one[0] for one in kept], means, sizes, q, q.T @ standard_columns, left_out)


def _fit(y: Floats, design: _Design, *, rows_left_out: int) -> Fit:
    rows, count = len(y), len(design.names)
    mean = float(y.mean())
    centred = y - mean
    inverse = np.linalg.inv(design.r).astype(np.float64)
    own = design.q.T @ centred
    slopes = inverse @ own
    rest = centred - design.q @ own
    total, left = float(centred @ centred), float(rest @ rest)
    varies = total > _NOTHING**2 * float(y @ y)
    exact = left <= _NOTHING * total
    errors = _errors(rest, design.q, inverse, exact=exact)
    values = slopes / design.sizes
    return Fit(
        intercept=mean - float(values @ design.means),
        columns={
            name: Coefficient(float(values[at]), *(_t(slopes[at], error[at]) for error in errors))
            for at, name in enumerate(design.names)
        },
        r2=1 - left / total if varies else None,
        adjusted_r2=1 - (left / (rows - count - 1)) / (total / (rows - 1)) if varies else None,
        rows=rows,
        rows_left_out=rows_left_out,
        left_out=design.left_out,
    )


def _errors(rest: Floats, q: Floats, inverse: Floats, *, exact: bool) -> tuple[Floats, Floats, Floats]:
    """Standard errors of the slopes in the columns' own sizes: OLS, HC0 and HC3; NaN where there are none.

    HC3 is none where a row has a coefficient of its own: what the others leave of it is not known.
    """
    rows, count = q.shape
    if exact:
        none = np.full(count, np.nan)
        return none, none, none
    leverage = 1 / rows + (q**2).sum(axis=1)
    spread = q @ inverse.T
    plain = np.sqrt(float(rest @ rest) / (rows - count - 1) * (inverse**2).sum(axis=1))
    white = np.sqrt((spread**2).T @ rest**2)
    alone: Bools = leverage >= 1 - _NOTHING
    jackknife = np.full(count, np.nan) if alone.any() else np.sqrt((spread**2).T @ (rest / (1 - leverage)) ** 2)
    return plain, white, jackknife


def _t(slope: float, error: float) -> Number:
    return float(slope / error) if np.isfinite(error) and error > 0 else None
