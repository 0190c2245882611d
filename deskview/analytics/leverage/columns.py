"""Columns of tables as arrays, and lists of names as words."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from deskview.analytics.leverage.formula import Floats

Texts = npt.NDArray[np.object_]


def floats(frame: pl.DataFrame, column: str) -> Floats:
    """A column as float64, NaN for null."""
    return np.asarray(frame.get_column(column).cast(pl.Float64).fill_null(np.nan).to_numpy(), dtype=np.float64)


def listed(items: Sequence[str], shown: int = 12) -> str:
    """How many there are, and the first of them."""
    more = f" and {len(items) - shown} more" if len(items) > shown else ""
    return f"{len(items)} ({', '.join(items[:shown])}{more})"


def texts(frame: pl.DataFrame, column: str) -> Texts:
    """A column as an array of Python strings and None."""
    return np.array(frame.get_column(column).to_list(), dtype=np.object_)
