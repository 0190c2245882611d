"""Leveraged and inverse ETFs: what they must trade today, over the coming sessions, and name by name."""

from deskview.analytics.assumptions import Parameters, SupplyAssumptions
from deskview.analytics.leverage.explain import NameFund, Step, fund_steps, funds_of_name
from deskview.analytics.leverage.forecast import NextWeek, Score, Simulation, SupplyBasis, SupplyRow
from deskview.analytics.leverage.index_weights import CAPPING, Baskets, Capping, baskets_of, constituents
from deskview.analytics.leverage.model import LeverageModel, prepare
from deskview.analytics.leverage.montecarlo import simulate_week
from deskview.analytics.leverage.reading import read
from deskview.analytics.leverage.readings import EQUITY_KINDS, OTHER_KINDS, Leverage
from deskview.analytics.leverage.score import (
    FORECASTS,
    REALISED,
    Backtest,
    compared,
    forecast_row,
    one_source_each,
    realised_row,
    score_weeks,
    weekly_backtest,
)
from deskview.analytics.leverage.supply import supply_ladder

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
    "SupplyBasis",
    "SupplyRow",
    "baskets_of",
    "compared",
    "constituents",
    "forecast_row",
    "fund_steps",
    "funds_of_name",
    "one_source_each",
    "prepare",
    "read",
    "realised_row",
    "score_weeks",
    "simulate_week",
    "supply_ladder",
    "weekly_backtest",
]
