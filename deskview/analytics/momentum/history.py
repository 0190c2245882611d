"""The daily returns of the rule itself: formed, held, formed anew."""

from datetime import date
from itertools import pairwise

import numpy as np

from deskview.analytics.momentum.basket import Basket, Formed, form
from deskview.analytics.momentum.calendar import rebalances
from deskview.analytics.momentum.rules import MomentumRules
from deskview.analytics.momentum.traits import Traits
from deskview.analytics.panel import Floats, Panel


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
