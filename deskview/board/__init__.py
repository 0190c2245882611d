"""All readings of one moment, and how inputs become them."""

from deskview.board.basis import Basis, DailyTables, Reference, build_basis
from deskview.board.board import Board, FlowInputs, Inputs, Wire, Word, build_board
from deskview.board.parts import Part, Status

__all__ = [
    "Basis",
    "Board",
    "DailyTables",
    "FlowInputs",
    "Inputs",
    "Part",
    "Reference",
    "Status",
    "Wire",
    "Word",
    "build_basis",
    "build_board",
]
