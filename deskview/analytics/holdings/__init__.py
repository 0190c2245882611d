"""Holdings: the user's own lists at live prices, beside momentum and the leveraged ETFs."""

from deskview.analytics.holdings.model import BENCHMARK, HoldingsModel, ListModel, prepare
from deskview.analytics.holdings.read import read
from deskview.analytics.holdings.structs import GroupRow, Holdings, ListReading, Position
from deskview.analytics.holdings.table import FILTERED, POSITIONS, table_of

__all__ = [
    "BENCHMARK",
    "FILTERED",
    "POSITIONS",
    "GroupRow",
    "Holdings",
    "HoldingsModel",
    "ListModel",
    "ListReading",
    "Position",
    "prepare",
    "read",
    "table_of",
]
