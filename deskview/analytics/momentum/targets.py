"""Targets of announced takeovers, told from prices alone: one jump, and hardly a move since.

A cash bid pins the price below the offer, and what is left of the name's return is that of the deal: ranked among
the winners for its premium, it would dilute the leg. No news is read, so a bid in shares, whose target goes on to
move with the bidder, and a rumour are not told.
"""

import numpy as np

from deskview.analytics.measures import column_sd
from deskview.analytics.momentum.rules import MomentumRules
from deskview.analytics.panel import Bools, Floats, Ints

LEAST_BEFORE = 20
"""Returns before the jump the volatility of before it must rest on."""


def targets_at(returns: Floats, t: int, columns: Ints, rules: MomentumRules) -> Bools:
    """Whether each of the columns is pinned at position t, from rows before t of `returns` alone.

    Its last jump of target_jump or more came within target_sessions and at least target_least sessions ago; the
    daily volatility since (over at most the last target_quiet_sessions) is below target_vol and below
    target_vol_ratio of the volatility of the year before the jump.
    """
    pinned = np.zeros(len(columns), dtype=bool)
    first = max(1, t - rules.target_sessions)
    with np.errstate(invalid="ignore"):
        jumps = returns[first:t] >= rules.target_jump
    some = np.flatnonzero(np.any(jumps, axis=0)[columns])
    if not len(some):
        return pinned
    jump = t - 1 - jumps[::-1, columns[some]].argmax(axis=0)
    quiet = _volatility(returns, columns[some], np.maximum(jump + 1, t - rules.target_quiet_sessions), t)
    still = (quiet < rules.target_vol) & (t - 1 - jump >= rules.target_least)
    some, jump, quiet = some[still], jump[still], quiet[still]
    before = _volatility(returns, columns[some], np.maximum(1, jump - rules.target_sessions), jump, LEAST_BEFORE)
    pinned[some] = quiet < rules.target_vol_ratio * before
    return pinned


def _volatility(returns: Floats, columns: Ints, start: Ints, end: Ints | int, least: int = 2) -> Floats:
    """Sample sd of each column over its own rows start to end; NaN (nothing is below it) with too few returns."""
    if not len(columns):
        return np.empty(0)
    top, bottom = int(start.min()), int(np.max(end))
    window, row = returns[top:bottom, columns], np.arange(top, bottom)[:, None]
    known = (row >= start) & (row < end) & ~np.isnan(window)
    return np.where(known.sum(axis=0) >= least, column_sd(window, known), np.nan)
