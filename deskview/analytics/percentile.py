"""Where a value lies in its own past."""

from typing import Literal

import msgspec
import numpy as np
from numpy.typing import ArrayLike

Kind = Literal["strict", "weak", "mid"]


class Percentile(msgspec.Struct, frozen=True):
    """`rank` runs 0 to 100 and rests on `days` past values; None where there are none or no value."""

    rank: float | None
    days: int


def percentile(past: ArrayLike, value: float | None, kind: Kind = "strict") -> Percentile:
    """The share of past values below `value`, in percent.

    strict counts lower values, weak lower or equal ones, mid the mean of both. NaN in the past is no day.
    """
    known = np.asarray(past, dtype=np.float64)
    known = known[~np.isnan(known)]
    if value is None or np.isnan(value) or not len(known):
        return Percentile(None, len(known))
    lower, upto = float(np.mean(known < value)), float(np.mean(known <= value))
    share = {"strict": lower, "weak": upto, "mid": (lower + upto) / 2}[kind]
    return Percentile(100.0 * share, len(known))
