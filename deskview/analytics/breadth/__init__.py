"""Breadth: what happens inside the index."""

from deskview.analytics.breadth.cross_section import Sectors, cross_section
from deskview.analytics.breadth.model import BreadthModel, prepare
from deskview.analytics.breadth.read import read
from deskview.analytics.breadth.rules import DEFAULT_RULES, BreadthRules
from deskview.analytics.breadth.structs import BreadthReading

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
