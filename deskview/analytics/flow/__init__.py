"""Retail and institutional flow from prints."""

from deskview.analytics.flow.bars import (
    FlowState,
    add_bars,
    advance,
    day_totals,
    half_hours,
    left_out,
    retail_half_hours,
)
from deskview.analytics.flow.label import label
from deskview.analytics.flow.reading import read
from deskview.analytics.flow.rules import Rule
from deskview.analytics.flow.sampling import days_of, hours_of, name_readings, sample_plan
from deskview.analytics.flow.schema import FLOW_BARS, FLOW_DAYS, FLOW_SAMPLES, QUOTES
from deskview.analytics.flow.structs import Flow, NameFlow, OffExchangeShare, Side

__all__ = [
    "FLOW_BARS",
    "FLOW_DAYS",
    "FLOW_SAMPLES",
    "QUOTES",
    "Flow",
    "FlowState",
    "NameFlow",
    "OffExchangeShare",
    "Rule",
    "Side",
    "add_bars",
    "advance",
    "day_totals",
    "days_of",
    "half_hours",
    "hours_of",
    "label",
    "left_out",
    "name_readings",
    "read",
    "retail_half_hours",
    "sample_plan",
]
