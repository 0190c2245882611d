"""Breadth: what happens inside the index."""

from deskview.analytics.breadth.figures import DEFAULT_RULES, POWER_OF_THE_HOUR, BreadthRules, Sectors, cross_section
from deskview.analytics.breadth.model import BreadthModel, prepare
from deskview.analytics.breadth.read import BreadthReading, Hour, read

__all__ = [
    "DEFAULT_RULES",
    "POWER_OF_THE_HOUR",
    "BreadthModel",
    "BreadthReading",
    "BreadthRules",
    "Hour",
    "Sectors",
    "cross_section",
    "prepare",
    "read",
]
