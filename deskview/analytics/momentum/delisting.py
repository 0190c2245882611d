"""What became of names that were delisted while they were held."""

from datetime import timedelta

import numpy as np

from deskview.analytics.momentum.rules import MomentumRules
from deskview.analytics.momentum.targets import targets_at
from deskview.analytics.momentum.traits import Traits
from deskview.analytics.panel import Floats, Panel

REUSED = timedelta(days=7)
"""A bar this long after the delisting is of another company under the same ticker."""


def held_returns(panel: Panel, traits: Traits, rules: MomentumRules) -> Floats:
    """The panel's returns as a holder had them: with the delisting return on the session after the last bar.

    For names whose delisting NAMES tells of and that no takeover had pinned; what was paid after the last bar is
    not known, and -30 % is the mean of those where it was (Shumway 1997, performance delistings, NYSE and AMEX;
    on Nasdaq it was nearer -55 %, Shumway and Warther 1999).
    """
    if rules.delisting_return is None or not traits.delisted:
        return panel.returns
    held = panel.returns.copy()
    for column, day in traits.delisted.items():
        after = _last_bar(panel, column) + 1
        if not 0 < after < len(panel.sessions) or panel.sessions[after - 1] > day + REUSED:
            continue
        own = panel.returns[:, [column]]
        if not targets_at(own, after, np.zeros(1, dtype=np.int64), rules)[0]:
            held[after, column] = rules.delisting_return
    return held


def _last_bar(panel: Panel, column: int) -> int:
    """Row of the last bar, -1 without one: the last with volume, else (no volumes) the last with a new close."""
    volume = panel.dollar_volume_usd[:, column]
    rows = np.flatnonzero(volume > 0 if volume.any() else np.nan_to_num(panel.returns[:, column]) != 0)
    return int(rows[-1]) if len(rows) else -1
