"""Momentum: the long/short basket, live and in history."""

from deskview.analytics.momentum.daily import daily_history
from deskview.analytics.momentum.horizons import HorizonReading, Horizons
from deskview.analytics.momentum.model import MomentumModel, prepare
from deskview.analytics.momentum.read import read
from deskview.analytics.momentum.rules import DEFAULT_RULES, MomentumRules
from deskview.analytics.momentum.structs import BasketReading, BetaNeutral, Crowding, LegName, MomentumReading

__all__ = [
    "DEFAULT_RULES",
    "BasketReading",
    "BetaNeutral",
    "Crowding",
    "HorizonReading",
    "Horizons",
    "LegName",
    "MomentumModel",
    "MomentumReading",
    "MomentumRules",
    "daily_history",
    "prepare",
    "read",
]
