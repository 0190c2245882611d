"""The age at the right end of a page's heading."""

from typing import TYPE_CHECKING, Any

from deskview.screens.ages import age_of
from deskview.widgets.painted import Painted
from deskview.widgets.records import Line, Piece

if TYPE_CHECKING:
    from deskview.board import Part


class Age(Painted):
    """How old a part is, counting on; only the cells that differ are repainted."""

    DEFAULT_CSS = """
    Age { dock: right; height: 1; width: 15; padding: 0 1; text-style: bold; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._line: Line = ()

    def tell(self, part: "Part[Any]", stale_after_s: float) -> None:
        """Tells the age of a part, nothing where it has no figures yet."""
        text, state = age_of(part, stale_after_s)
        words, tone = (text, "stale") if state == "stale" else (f"{text} old", "")
        room = " " * (self.line_width - len(words))
        self._line = (Piece(room), Piece(words, tone)) if part.value is not None else ()
        self.repaint()

    def line_at(self, y: int) -> Line:  # noqa: ARG002 - there is one line
        """The age."""
        return self._line
