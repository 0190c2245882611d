"""All readings of one moment, and how inputs become them."""

from deskview.board.basis import Assumptions, Basis, DailyTables, Reference, build_basis
from deskview.board.board import Board, Built, FlowInputs, Inputs, Wire, Word, build_board
from deskview.board.flows import CrowdingInputs, OffExchange
from deskview.board.parts import Part, Status
from deskview.board.week import WeekInputs, simulated

__all__ = [
    "Assumptions",
    "Basis",
    "Board",
    "Built",
    "CrowdingInputs",
    "DailyTables",
    "FlowInputs",
    "Inputs",
    "OffExchange",
    "Part",
    "Reference",
    "Status",
    "WeekInputs",
    "Wire",
    "Word",
    "build_basis",
    "build_board",
    "simulated",
]
