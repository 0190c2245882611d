"""Leveraged and inverse ETFs: what they must trade today, over the coming sessions, and name by name."""

from deskview.analytics.assumptions import Parameters, SupplyAssumptions
from deskview.analytics.leverage.baskets import CAPPING, Baskets, Capping, baskets_from_caps
from deskview.analytics.leverage.book import EQUITY_KINDS, OTHER_KINDS
from deskview.analytics.leverage.explain import NameFund, Step, fund_steps, funds_of_name
from deskview.analytics.leverage.model import LeverageModel, prepare
from deskview.analytics.leverage.montecarlo import simulate_week
from deskview.analytics.leverage.reading import read
from deskview.analytics.leverage.readings import Leverage, NextWeek, Score, Simulation
from deskview.analytics.leverage.score import (
    FORECASTS,
    REALISED,
    Backtest,
    compared,
    forecast_row,
    score_forecasts,
    weekly_backtest,
)
from deskview.analytics.leverage.supply import SupplyLadder, supply_ladder

__all__ = [
    "CAPPING",
    "EQUITY_KINDS",
    "FORECASTS",
    "OTHER_KINDS",
    "REALISED",
    "Backtest",
    "Baskets",
    "Capping",
    "Leverage",
    "LeverageModel",
    "NameFund",
    "NextWeek",
    "Parameters",
    "Score",
    "Simulation",
    "Step",
    "SupplyAssumptions",
    "SupplyLadder",
    "baskets_from_caps",
    "compared",
    "forecast_row",
    "fund_steps",
    "funds_of_name",
    "prepare",
    "read",
    "score_forecasts",
    "simulate_week",
    "supply_ladder",
    "weekly_backtest",
]
