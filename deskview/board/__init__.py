"""All readings of one moment, and how inputs become them."""

from deskview.board.basis import Assumptions, Basis, DailyTables, Reference, build_basis
from deskview.board.board import Board, Built, Part, Status
from deskview.board.build import build_board, simulated
from deskview.board.inputs import CrowdingInputs, FlowInputs, Inputs, Notice, OffExchange, WeekInputs, Wire

__all__ = [
    "Assumptions",
    "Basis",
    "Board",
    "Built",
    "CrowdingInputs",
    "DailyTables",
    "FlowInputs",
    "Inputs",
    "Notice",
    "OffExchange",
    "Part",
    "Reference",
    "Status",
    "WeekInputs",
    "Wire",
    "build_basis",
    "build_board",
    "simulated",
]
