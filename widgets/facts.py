"""A few lines of labelled figures; a line that is too long gives up its last facts, never half a number."""

from collections.abc import Sequence

from rich.cells import cell_len

from deskview.widgets.painted import Painted
from deskview.widgets.records import Line, Piece
from deskview.widgets.text import plain

GAP = "   "

Fact = tuple[Piece, ...]
"""One fact: its pieces stand or go together."""


class Facts(Painted):
    """Lines of facts in the order of their weight; `height: auto` in the style sheet makes it as high as its lines."""

    DEFAULT_CSS = """
    Facts { height: auto; width: 1fr; }
    """

    def __init__(
        self,
        *,
        lines: int = 1,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.styles.height = lines
        self._facts: tuple[Sequence[Fact], ...] = ()

    def show(self, lines: Sequence[Sequence[Fact]]) -> None:
        """Show these lines; only what differs is repainted."""
        self._facts = tuple(lines)
        if self.styles.height is not None and self.styles.height.value != len(lines):
            self.styles.height = len(lines)
        self.repaint()

    @property
    def text(self) -> str:
        """Every fact, those without room among them, a line each line."""
        return "\n".join(GAP.join("".join(plain(p.text) for p in fact) for fact in line) for line in self._facts)

    def line_at(self, y: int) -> Line:
        """The facts of line `y` that fit."""
        pieces: list[Piece] = []
        used = 0
        for fact in self._facts[y] if y < len(self._facts) else ():
            shown = tuple(Piece(plain(piece.text), piece.tone) for piece in fact)
            width = sum(cell_len(piece.text) for piece in shown)
            gap = GAP if pieces else ""
            if used + len(gap) + width > self.line_width:
                break
            pieces += (Piece(gap), *shown)
            used += len(gap) + width
        return tuple(pieces)


def fact(label: str, value: str, tone: str = "") -> Fact:
    """A dim label and its figure."""
    return (Piece(f"{label} ", "dim"), Piece(value, tone)) if label else (Piece(value, tone),)


def flowed(subject: str, facts: Sequence[Fact], indent: int, width: int) -> list[list[Fact]]:
    """The facts after their subject, in as many lines of `width` cells as they take, all indented alike."""
    lines: list[list[Fact]] = [[_indented(subject, indent)]]
    used = indent
    for fact in facts:
        needs = len(GAP) + sum(cell_len(piece.text) for piece in fact)
        if used + needs > width and used > indent:
            lines.append([_indented("", indent)])
            used = indent
        lines[-1].append(fact)
        used += needs
    return lines


def _indented(subject: str, indent: int) -> Fact:
    return (Piece(f"{subject:<{indent}}", "dim"),)
