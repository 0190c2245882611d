"""The screen cards are read on."""

from typing import ClassVar

from textual.binding import BindingType

from deskview.screens.actions import Scope, bindings
from deskview.screens.cards.card import Card
from deskview.screens.overlay import Overlay


class CardScreen(Overlay):
    """Built once, told anew for each card."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Scope.CARD)]

    def point(self, card: Card) -> None:
        """Shows this card."""
        self.tell(card.title, card.words)

    async def action_alert(self) -> None:
        """Leaves the card and sets an alert on what it was about."""
        await self.dismiss()
        self.app.call_later(self.app.run_action, "alert", self.app)
