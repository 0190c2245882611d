"""The state of the market in a word: open, or what it is while it is not."""

from datetime import time
from typing import TYPE_CHECKING

from deskview.screens.format import NEW_YORK

if TYPE_CHECKING:
    from deskview.board import Board

OPEN = "open"
NOON = time(12)


def market_state(board: "Board") -> str:
    """open, closed, pre-market or after-hours; a provider's own word where it is another, empty before it is known.

    Providers call both ends of the day extended hours: the clock tells which it is.
    """
    if board.phase != "extended-hours" or board.as_of is None:
        return board.phase
    return "pre-market" if board.as_of.astimezone(NEW_YORK).time() < NOON else "after-hours"
