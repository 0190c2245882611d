"""The line that tells where one is: the places one came by, as far as there is room, and what is shown."""

from collections.abc import Sequence

from rich.cells import cell_len

from deskview.widgets.painted import Painted
from deskview.widgets.records import Line, Piece
from deskview.widgets.text import ELLIPSIS, plain, shorten

WAY, DOT = " › ", "  ·  "


class Heading(Painted):
    """What is shown is never given up for the places before it: those give way from the first on."""

    DEFAULT_CSS = """
    Heading { height: 1; width: 1fr; padding: 0 1; text-style: bold; }
    """

    def __init__(self, words: str = "") -> None:
        super().__init__()
        self._places: tuple[str, ...] = ()
        self._words = words

    def tell(self, places: Sequence[str], words: str) -> None:
        """Tells the places one came by and what is shown."""
        self._places, self._words = tuple(places), words
        self.repaint()

    def line_at(self, y: int) -> Line:  # noqa: ARG002 - there is one line
        """The heading in the room there is."""
        return (Piece(plain(fitted(self._places, self._words, self.line_width))),)


def fitted(places: Sequence[str], words: str, width: int) -> str:
    """As many of the last places as there is room for and the words, in so many cells; an ellipsis for the rest."""
    text, left = words, len(places)
    for place in reversed(places):
        longer, left_out = f"{place}{WAY}{text}", f"{ELLIPSIS}{WAY}" if left > 1 else ""
        if cell_len(left_out + longer) > width:
            break
        text, left = longer, left - 1
    whole = f"{ELLIPSIS}{WAY}{text}" if left else text
    if cell_len(whole) <= width:
        return whole
    return shorten(words if cell_len(words) <= width else words.replace(DOT, DOT.replace("  ", " ")), width)
