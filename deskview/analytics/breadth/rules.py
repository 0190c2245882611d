"""The choices behind the breadth figures."""

from dataclasses import dataclass
from datetime import timedelta

from deskview.analytics.assumptions import MONTH, YEAR


@dataclass(frozen=True)
class BreadthRules:
    """Windows in sessions; `benchmark` stands for the index."""

    benchmark: str = "SPY"
    percentile_sessions: int = YEAR
    short_window: int = MONTH
    long_window: int = 3 * MONTH
    stale_after: timedelta = timedelta(minutes=15)
    """A member that last traded longer ago than this (before now, or before the close) is left out."""
    coverage_full: float = 0.95
    """Below this share of members the reading is called partial."""
    coverage_least: float = 0.5
    """Below this share nothing is stated."""


DEFAULT_RULES = BreadthRules()
