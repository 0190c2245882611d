"""The screen cards are read on."""

from deskview.screens.cards.card import Card
from deskview.screens.overlay import Overlay


class CardScreen(Overlay):
    """Built once, told anew for each card."""

    def point(self, card: Card) -> None:
        """Shows this card."""
        self.tell(card.title, card.words)
