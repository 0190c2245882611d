"""`i`: the card of what is under the cursor, made from the board alone."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from deskview.screens.cards.card import Card, rests_on
from deskview.screens.target import Kind, Target
from deskview.screens.texts import TOPICS

if TYPE_CHECKING:
    from deskview.board import Board

__all__ = ["Card", "card_of"]

NEUTRAL = "neutral"
"""The momentum page's other basket: deciles within each sector."""
Make = Callable[["Board", Any, str | None], Card]


def card_of(board: "Board", subject: Target | str, key: str | None, variant: str = "") -> Card:
    """The card of a part of the board or of a detail; `key` is the row under the cursor.

    `variant` is the one the page shows, where it shows another than its first: the card tells its arithmetic.
    A part without a reading has a card too: it says what is missing and why.
    """
    if isinstance(subject, str):
        return _of_part(board, subject, key, variant)
    match subject.kind:
        case Kind.NAME:
            from deskview.screens.cards.name import name_card  # noqa: PLC0415 - polars loads late

            return name_card(board, subject.key)
        case Kind.GROUP:
            return _of_part(board, "rotation", subject.key)
        case Kind.FUND:
            return _of_part(board, "fund", subject.key)


def _of_part(board: "Board", name: str, key: str | None, variant: str = "") -> Card:
    from deskview.screens.cards.flows import flow_card, fund_card, leverage_card  # noqa: PLC0415
    from deskview.screens.cards.market import breadth_card, momentum_card, neutral_card, rotation_card  # noqa: PLC0415

    makes: dict[str, tuple[str, Make]] = {
        "momentum": ("momentum", neutral_card if variant == NEUTRAL else momentum_card),
        "breadth": ("breadth", breadth_card),
        "rotation": ("rotation", rotation_card),
        "leverage": ("leverage", leverage_card),
        "fund": ("leverage", fund_card),
        "flow": ("flow", flow_card),
    }
    topic = TOPICS.get(name, TOPICS["signs"])
    if name not in makes:
        return Card(topic.title, topic.text, ())
    part_name, make = makes[name]
    part = board.parts[part_name]
    if part.value is None:
        return Card(topic.title, topic.text, (), rests_on(board, part), (part.note,))
    return make(board, part.value, key)
