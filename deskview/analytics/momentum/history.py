"""The daily returns of the rule itself: formed, held through delistings, formed anew."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

import numpy as np

from deskview.analytics.momentum.basket import Basket, Formed, form
from deskview.analytics.momentum.rules import MomentumRules
from deskview.analytics.momentum.traits import Traits
from deskview.analytics.momentum.universe import targets_at
from deskview.analytics.panel import Floats, Panel


def rebalances(sessions: Sequence[date], rules: MomentumRules) -> list[int]:
    """Positions of the sessions a new basket is formed for, the first as soon as the lookback is there."""
    first = rules.lookback
    return [
        t
        for t in range(first, len(sessions))
        if t == first or rules.rebalance == "daily" or _new_month(sessions[t - 1], sessions[t])
    ]


def _new_month(before: date, day: date) -> bool:
    return (before.year, before.month) != (day.year, day.month)


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


def formations(panel: Panel, traits: Traits, rules: MomentumRules, *, live: date | None = None) -> list[Formed]:
    """Every basket of the history, oldest first; with `live`, the last is the one in force on that session."""
    sessions = [*panel.sessions, live] if live else list(panel.sessions)
    return [form(panel, traits, t, rules) for t in rebalances(sessions, rules)]


def current(panel: Panel, traits: Traits, rules: MomentumRules, live: date) -> Formed | None:
    """The basket in force on the live session; None when the history is shorter than the lookback."""
    positions = rebalances([*panel.sessions, live], rules)
    return form(panel, traits, positions[-1], rules) if positions else None


def spans(formed: list[Formed], panel: Panel) -> list[tuple[Formed, slice]]:
    """Each basket with the rows of the panel it was held over."""
    starts = [one.t for one in formed] + [len(panel.sessions)]
    return [(one, slice(start, end)) for one, (start, end) in zip(formed, pairwise(starts), strict=True)]


def rule_spreads(formed: list[Formed], panel: Panel, held: Floats, *, sector_neutral: bool) -> Floats:
    """Daily spread of the rule from the first basket on, weights held constant between rebalances.

    `held` are the panel's returns with those of delistings (held_returns).
    """
    parts = [
        (one.sector_neutral if sector_neutral else one.raw).spread(held[rows]) for one, rows in spans(formed, panel)
    ]
    return np.concatenate(parts) if parts else np.empty(0)


def held_spreads(basket: Basket, panel: Panel, sessions: int) -> Floats:
    """Daily spread today's basket would have had over the last sessions, held as it is."""
    return basket.spread(panel.returns[max(1, len(panel.sessions) - sessions) :])
