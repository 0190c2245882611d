"""Which names a basket may hold when it is formed, and why the others may not."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from deskview.analytics.momentum.rules import MomentumRules
from deskview.analytics.momentum.traits import Traits
from deskview.analytics.panel import Bools, Floats, Ints, Panel
from deskview.analytics.returns import prior_returns_at


class Exclusion(NamedTuple):
    """One filter: the reason in words and the names that pass it."""

    reason: str
    passes: Bools


@dataclass(frozen=True)
class Universe:
    """`columns` of the panel in ticker order with their signal; `left_out` counts names by reason."""

    columns: Ints
    signal: Floats
    size: str
    left_out: dict[str, int]


def universe_at(panel: Panel, traits: Traits, t: int, rules: MomentumRules) -> Universe:
    """The universe for the session at position t, from rows before t alone."""
    signal = prior_returns_at(panel.close, t, lookback=rules.lookback, skip=rules.skip)
    columns = np.flatnonzero(traits.of_type(rules.types))
    counts: dict[str, int] = {}
    with np.errstate(invalid="ignore"):
        for exclusion in _exclusions(panel.close[t - 1], signal, rules):
            passes = exclusion.passes[columns]
            counts[exclusion.reason] = int((~passes).sum())
            columns = columns[passes]
    volume = median_volume(panel, t, columns, rules)
    liquid = volume >= rules.volume_floor_usd
    counts[f"median dollar volume below {rules.volume_floor_usd / 1e6:g}m USD"] = int((~liquid).sum())
    columns, volume = columns[liquid], volume[liquid]
    caps = cap_at(panel, traits, t, columns)
    by_cap = len(columns) > 0 and not np.isnan(caps).any()
    size = "market cap" if by_cap else f"{rules.volume_sessions}-session median dollar volume"
    chosen = _largest(columns, caps if by_cap else volume, rules.universe_size)
    counts[f"not among the {rules.universe_size} largest by {size}"] = len(columns) - len(chosen)
    return Universe(chosen, signal[chosen], size, {reason: count for reason, count in counts.items() if count})


def _exclusions(close: Floats, signal: Floats, rules: MomentumRules) -> list[Exclusion]:
    return [
        Exclusion("no recent close", ~np.isnan(close)),
        Exclusion(f"price below {rules.price_floor_usd:g} USD", close >= rules.price_floor_usd),
        Exclusion(f"fewer than {rules.lookback} sessions of history", np.isfinite(signal)),
    ]


def median_volume(panel: Panel, t: int, columns: Ints, rules: MomentumRules) -> Floats:
    """Median dollar volume of the sessions before t; a session without a bar counts as zero."""
    window = panel.dollar_volume_usd[max(0, t - rules.volume_sessions) : t, columns]
    median: Floats = np.median(window, axis=0)
    return median


def cap_at(panel: Panel, traits: Traits, t: int, columns: Ints) -> Floats:
    """Market cap at the close before t: today's cap moved back by the price; NaN where it is unknown.

    Both are on today's share basis, so splits cancel; shares issued in between do not.
    """
    caps: Floats = traits.market_cap_usd[columns] * panel.close[t - 1, columns] / panel.close[-1, columns]
    return caps


def _largest(columns: Ints, size: Floats, count: int) -> Ints:
    """The `count` largest, back in ticker order; equal sizes by ticker."""
    return np.sort(columns[np.argsort(-size, kind="stable")[:count]])
