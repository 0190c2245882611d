"""The inside of the index on one day or on many: the same function for live and for history."""

from typing import NamedTuple, TypeAlias

import numpy as np

from deskview.analytics.panel import Bools, Floats, Ints

Figures: TypeAlias = dict[str, Floats]
CAPS_LEAST = 0.9
"""Share of the names whose market cap must be known before cap-weighted figures are stated."""


class Sectors(NamedTuple):
    """The sector of each name as a number below `groups`."""

    code: Ints
    groups: int


def cross_section(returns: Floats, index: Floats, caps: Floats, sectors: Sectors) -> Figures:
    """Figures per row of `returns` (days x names, NaN is left out), `index` being the index's own return.

    beat_share and cap_beat_share: share of names, of weight, strictly above the index. up_share: above zero.
    gap: equal- less cap-weighted return. dispersion: population sd over names; dispersion_cap: root of the
    weighted mean of (r - index) squared. between_variance and within_variance add up to dispersion squared;
    between_share is the part between sectors. `caps` are any sizes of the day before; NaN figures where too
    few are known.
    """
    known = ~np.isnan(returns)
    count = np.maximum(known.sum(axis=1), 1)
    filled = np.where(known, returns, 0.0)
    beats = known & (filled > index[:, None])
    mean = filled.sum(axis=1) / count
    variance = np.where(known, (filled - mean[:, None]) ** 2, 0.0).sum(axis=1) / count
    between = np.minimum(_between(filled, known, mean, sectors) / count, variance)
    weights = _weights(caps, known, count)
    cap_mean = (weights * filled).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        between_share = between / variance
    figures = {
        "beat_share": beats.sum(axis=1) / count,
        "cap_beat_share": (weights * beats).sum(axis=1),
        "up_share": (known & (filled > 0)).sum(axis=1) / count,
        "equal_weight_return": mean,
        "cap_weight_return": cap_mean,
        "gap": mean - cap_mean,
        "dispersion": np.sqrt(variance),
        "dispersion_cap": np.sqrt((weights * (filled - index[:, None]) ** 2).sum(axis=1)),
        "between_variance": between,
        "within_variance": variance - between,
        "between_share": between_share,
    }
    for name in ("beat_share", "cap_beat_share", "dispersion_cap"):
        figures[name] = np.where(np.isnan(index), np.nan, figures[name])
    return {name: np.where(known.any(axis=1), values, np.nan) for name, values in figures.items()}


def _weights(caps: Floats, known: Bools, count: Ints) -> Floats:
    """Cap weights of the names known on each row (sum 1); a row of NaN where too few caps are known."""
    sized = known & ~np.isnan(caps)
    held = np.where(sized, caps, 0.0)
    enough = sized.sum(axis=1) >= CAPS_LEAST * count
    total = np.where(enough & (held.sum(axis=1) > 0), held.sum(axis=1), np.nan)
    weights: Floats = held / total[:, None]
    return weights


def _between(filled: Floats, known: Bools, mean: Floats, sectors: Sectors) -> Floats:
    """Sum over sectors of size times squared distance of the sector's mean from the overall one."""
    member = np.zeros((filled.shape[1], sectors.groups))
    member[np.arange(filled.shape[1]), sectors.code] = 1.0
    sizes = known.astype(np.float64) @ member
    means = filled @ member / np.maximum(sizes, 1.0)
    total: Floats = (sizes * (means - mean[:, None]) ** 2).sum(axis=1)
    return total
