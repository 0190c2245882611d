"""When the basket is formed anew."""

from collections.abc import Sequence
from datetime import date

from deskview.analytics.momentum.rules import MomentumRules


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
