"""The risk-adjusted score a universe may be ranked by."""

import numpy as np

from deskview.analytics.panel import Floats


def winsorised_z(values: Floats, limit: float) -> Floats:
    """(value - mean) / sample sd over the universe, held to +-limit; all 0 where nothing varies."""
    sd = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    if sd == 0:
        return np.zeros(len(values))
    held: Floats = np.clip((values - values.mean()) / sd, -limit, limit)
    return held
