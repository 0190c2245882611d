"""Relative strength and its momentum, week by week: leading, weakening, lagging, improving.

Weeks are five sessions ending at the last close. A group's index compounds the equal-weighted mean weekly
return of its members; RS is that index over the benchmark's. strength = 100 * RS / mean of RS over the last
12 weeks; momentum = 100 * strength / mean of strength over the last 12 weeks. Both are 100 where nothing
changes. An open formula of our own, in the spirit of relative-rotation charts.
"""

from collections.abc import Sequence

import numpy as np

from deskview.analytics.assumptions import WEEK
from deskview.analytics.measures import block_returns
from deskview.analytics.panel import Floats
from deskview.analytics.rotation.means import group_means
from deskview.analytics.rotation.structs import Trail, TrailPoint

WINDOW = 12
TRAIL = 8
WEEKS = 2 * (WINDOW - 1) + TRAIL - 1
"""Weekly returns needed for a whole trail; a trail of one point needs TRAIL - 1 fewer."""


def trails(close: Floats, names: Sequence[str], kinds: Sequence[str], belongs: Floats) -> tuple[Trail, ...]:
    """The trail of each group; the last column of `close` is the benchmark."""
    weekly = block_returns(close, block=WEEK, count=WEEKS)
    means, _ = group_means(weekly, belongs)
    relative = np.cumprod(1 + means, axis=0) / np.cumprod(1 + weekly[:, -1:], axis=0)
    strength = relative_strength(np.vstack([np.ones((1, len(names))), relative]))
    momentum = relative_strength(strength)
    strength = strength[len(strength) - len(momentum) :]
    return tuple(
        _trail(name, kind, strength[:, place], momentum[:, place])
        for place, (name, kind) in enumerate(zip(names, kinds, strict=True))
    )


def relative_strength(series: Floats) -> Floats:
    """100 * value / mean of the last 12 values, from the twelfth row on (rows x groups)."""
    if len(series) < WINDOW:
        return np.empty((0, series.shape[1]))
    mean = np.lib.stride_tricks.sliding_window_view(series, WINDOW, axis=0).mean(axis=-1)
    strength: Floats = 100 * series[WINDOW - 1 :] / mean
    return strength


def quadrant(strength: float, momentum: float) -> str:
    """leading and weakening are strong (100 or more), leading and improving gain (momentum 100 or more)."""
    if strength >= 100:
        return "leading" if momentum >= 100 else "weakening"
    return "improving" if momentum >= 100 else "lagging"


def _trail(name: str, kind: str, strength: Floats, momentum: Floats) -> Trail:
    known = np.isfinite(strength) & np.isfinite(momentum)
    count = len(strength)
    points = [
        TrailPoint(weeks_ago=count - 1 - week, strength=float(strength[week]), momentum=float(momentum[week]))
        for week in range(max(0, count - TRAIL), count)
        if known[week]
    ]
    if not points or points[-1].weeks_ago:
        needed = (WEEKS - TRAIL + 1) * WEEK + 1
        why = f"needs {needed} sessions of the benchmark and of members without a gap"
        return Trail(name=name, kind=kind, quadrant=None, points=[], missing=why)
    newest = points[-1]
    return Trail(name=name, kind=kind, quadrant=quadrant(newest.strength, newest.momentum), points=points, missing=None)
