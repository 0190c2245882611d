"""The card of a name: its part in the momentum legs, the leveraged-ETF flow through it, its prints."""

from typing import TYPE_CHECKING

from deskview.screens.cards.card import Card, Line, rests_on
from deskview.screens.cards.flows import prints_of, through
from deskview.screens.cards.market import contribution

if TYPE_CHECKING:
    from deskview.board import Board

DEFINITION = (
    "A contribution is the name's weight times its return, in the short leg times −k. Leveraged-ETF flow is the sum"
    " over the funds that hold it of its weight times the fund's trade. Net flow is dollars bought less dollars sold"
    " of the prints that could be signed."
)


def name_card(board: "Board", ticker: str) -> Card:
    """What the board knows of the name, and which of the three has nothing on it."""
    momentum, leverage, flow = board.momentum.value, board.leverage.value, board.flow.value
    found = {
        "momentum": contribution(momentum, ticker) if momentum else [],
        "leveraged ETFs": through(leverage, ticker) if leverage else [],
        "prints": prints_of(board, flow, ticker) if flow else [],
    }
    why = {
        "momentum": "in neither leg" if momentum else board.momentum.note,
        "leveraged ETFs": "no fund's trade is traced to it" if leverage else board.leverage.note,
        "prints": "not among the focus names" if flow else board.flow.note,
    }
    lines = tuple(line for part in found.values() for line in part)
    missing = tuple(f"{part}: {why[part]}" for part, made in found.items() if not made)
    known = Line("known of it", ", ".join(part for part, made in found.items() if made) or "nothing")
    return Card(ticker, DEFINITION, (known, *lines), rests_on(board, board.momentum), missing)
