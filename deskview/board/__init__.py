"""All readings of one moment, and how inputs become them."""

from deskview.board.basis import Assumptions, Basis, DailyTables, Reference, build_basis, wanted_of
from deskview.board.board import Board, Part, Status
from deskview.board.build import Built, build, build_board
from deskview.board.inputs import (
    Companies,
    CrowdingInputs,
    FlowInputs,
    GammaInputs,
    Headline,
    Headlines,
    HistoryInputs,
    Inputs,
    ListsInputs,
    Notice,
    OffExchange,
    OpenedName,
    WeekInputs,
    Wire,
)
from deskview.board.occasional import simulated
from deskview.board.past import NARROW, Past, past_of

__all__ = [
    "NARROW",
    "Assumptions",
    "Basis",
    "Board",
    "Built",
    "Companies",
    "CrowdingInputs",
    "DailyTables",
    "FlowInputs",
    "GammaInputs",
    "Headline",
    "Headlines",
    "HistoryInputs",
    "Inputs",
    "ListsInputs",
    "Notice",
    "OffExchange",
    "OpenedName",
    "Part",
    "Past",
    "Reference",
    "Status",
    "WeekInputs",
    "Wire",
    "build",
    "build_basis",
    "build_board",
    "past_of",
    "simulated",
    "wanted_of",
]
