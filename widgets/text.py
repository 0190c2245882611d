"""Text measured in terminal cells: made harmless, cut, padded and wrapped."""

import re
from collections.abc import Iterator

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from deskview.text import printable
from deskview.widgets.records import Align, Line, Piece

ELLIPSIS = "…"
MISSING = "–"
_FIGURE = re.compile(r"[^\sA-Za-z]*\d[^\s]*$")
"""A figure at the end of what is left, with the sign or the currency before it."""


def plain(text: str) -> str:
    """The text with control, format and surrogate characters replaced, so that it can't steer the terminal.

    What every terminal shows in a width of its own is taken out, and so are marks beyond a few on one character.
    """
    if not text.isprintable():
        text = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return printable(text)


class HarmlessFilter(LineFilter):
    """The last guard, for text that came to a widget as it is: takes out of every line what `plain` does, in place.

    Each segment stays as wide as it was measured, so that what stands behind it keeps its place.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        """The segments without what could steer the terminal."""
        return [_harmless(segment) for segment in segments]


def _harmless(segment: Segment) -> Segment:
    safe = printable(segment.text)
    if segment.control or safe == segment.text:
        return segment
    return Segment(set_cell_size(safe, cell_len(segment.text)), segment.style)


def shorten(text: str, width: int) -> str:
    """The text in at most `width` cells, ending in an ellipsis where it was cut; never cut within a number."""
    if cell_len(text) <= width:
        return text
    if width <= 0:
        return ""
    kept = set_cell_size(text, width - 1)
    if text[len(kept.rstrip()) :][:1] != " " and _FIGURE.search(kept):
        kept = _FIGURE.sub("", kept)
    return kept.rstrip() + ELLIPSIS


def pad(text: str, width: int, align: Align = "left") -> str:
    """The text filled up with spaces to `width` cells; longer text is returned as it is."""
    spaces = " " * (width - cell_len(text))
    return spaces + text if align == "right" else text + spaces


def wrap(text: str, width: int) -> Iterator[str]:
    """The text's words in lines of at most `width` cells; a longer word is shortened."""
    line = ""
    for word in (shorten(word, width) for word in text.split()):
        if line and cell_len(line) + 1 + cell_len(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    if line:
        yield line


def width_of(line: Line) -> int:
    """The cells a line takes."""
    return sum(cell_len(piece.text) for piece in line)


def clip(line: Line, width: int) -> Line:
    """The line without the pieces that would not fit whole."""
    kept: list[Piece] = []
    for piece in line:
        width -= cell_len(piece.text)
        if width < 0:
            break
        kept.append(piece)
    return tuple(kept)
