"""Facts under their subjects, going on below where a line is full."""

from collections.abc import Sequence

from rich.cells import cell_len

from deskview.widgets.facts import GAP, Fact
from deskview.widgets.records import Piece


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
