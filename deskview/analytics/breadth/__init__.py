"""Breadth: what happens inside the index."""

from deskview.analytics.breadth.figures import DEFAULT_RULES, BreadthRules, Sectors, cross_section
from deskview.analytics.breadth.model import BreadthModel, prepare
from deskview.analytics.breadth.read import BreadthReading, read

__all__ = [
    "DEFAULT_RULES",
    "BreadthModel",
    "BreadthReading",
    "BreadthRules",
    "Sectors",
    "cross_section",
    "prepare",
    "read",
]
