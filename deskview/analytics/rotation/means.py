"""Equal-weighted means of overlapping groups."""

import numpy as np

from deskview.analytics.panel import Floats, Ints


def group_means(values: Floats, belongs: Floats) -> tuple[Floats, Ints]:
    """Mean of each group's members per row (rows x groups), NaN without any, and how many it rests on.

    `belongs` (names x groups) is 1 where the name is a member, else 0. NaN values are left out.
    """
    known = ~np.isnan(values)
    counts = known.astype(np.float64) @ belongs
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(known, values, 0.0) @ belongs / counts
    return np.where(counts > 0, means, np.nan), counts.astype(np.int64)
