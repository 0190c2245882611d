"""Retail and institutional flow from prints."""

from deskview.analytics.flow.bars import (
    FlowState,
    add_bars,
    advance,
    day_totals,
    half_hours,
    left_out,
    of_names,
    retail_half_hours,
)
from deskview.analytics.flow.focus import choose_names, most_traded
from deskview.analytics.flow.label import label
from deskview.analytics.flow.off_exchange import OFF_EXCHANGE, market_share, off_exchange_shares
from deskview.analytics.flow.reading import read
from deskview.analytics.flow.rules import Rule
from deskview.analytics.flow.sampling import (
    days_of,
    hours_of,
    name_readings,
    names_in_turn,
    sample_plan,
    windows_per_name,
    with_silent_names,
)
from deskview.analytics.flow.schema import FLOW_BARS, FLOW_DAYS, FLOW_SAMPLES, QUOTES
from deskview.analytics.flow.structs import Flow, NameFlow, OffExchangeShare, Side

__all__ = [
    "FLOW_BARS",
    "FLOW_DAYS",
    "FLOW_SAMPLES",
    "OFF_EXCHANGE",
    "QUOTES",
    "Flow",
    "FlowState",
    "NameFlow",
    "OffExchangeShare",
    "Rule",
    "Side",
    "add_bars",
    "advance",
    "choose_names",
    "day_totals",
    "days_of",
    "half_hours",
    "hours_of",
    "label",
    "left_out",
    "market_share",
    "most_traded",
    "name_readings",
    "names_in_turn",
    "of_names",
    "off_exchange_shares",
    "read",
    "retail_half_hours",
    "sample_plan",
    "windows_per_name",
    "with_silent_names",
]
