"""Retail and institutional flow from prints."""

from deskview.analytics.flow.bars import (
    FlowState,
    add_bars,
    advance,
    half_hours,
    left_out,
    of_names,
)
from deskview.analytics.flow.label import label
from deskview.analytics.flow.off_exchange import OFF_EXCHANGE, market_share, off_exchange_shares
from deskview.analytics.flow.percentile import Comparison, Ranked, compare
from deskview.analytics.flow.reading import read
from deskview.analytics.flow.sample import FRAME, FUNDS, choose_sample, sample_of
from deskview.analytics.flow.schema import FLOW_BARS, FLOW_WINDOWS, SAMPLE
from deskview.analytics.flow.structs import Flow, FundsFlow, GroupFlow, NameDay, NameFlow, OffExchangeShare, Side
from deskview.analytics.flow.windows import names_in_turn, window_plan, window_sums

__all__ = [
    "FLOW_BARS",
    "FLOW_WINDOWS",
    "FRAME",
    "FUNDS",
    "OFF_EXCHANGE",
    "SAMPLE",
    "Comparison",
    "Flow",
    "FlowState",
    "FundsFlow",
    "GroupFlow",
    "NameDay",
    "NameFlow",
    "OffExchangeShare",
    "Ranked",
    "Side",
    "add_bars",
    "advance",
    "choose_sample",
    "compare",
    "half_hours",
    "label",
    "left_out",
    "market_share",
    "names_in_turn",
    "of_names",
    "off_exchange_shares",
    "read",
    "sample_of",
    "window_plan",
    "window_sums",
]
