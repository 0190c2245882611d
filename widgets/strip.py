"""A line of figures that gives up the least important ones where the terminal is narrow."""

from collections.abc import Sequence

from msgspec import Struct
from rich.cells import cell_len

from deskview.widgets.painted import Painted
from deskview.widgets.records import Line, Piece
from deskview.widgets.text import plain

_GAPS = (3, 2, 1)


class Segment(Struct, frozen=True):
    """One figure of the strip. The highest `priority` is left out first; `right` puts it at the right end."""

    key: str
    text: str
    tone: str = ""
    priority: int = 0
    right: bool = False


class StatusStrip(Painted):
    """One line of segments; none is ever cut, and only those that changed are repainted."""

    DEFAULT_CSS = """
    StatusStrip { height: 1; width: 1fr; background: $panel; }
    """

    def __init__(
        self,
        segments: Sequence[Segment] = (),
        *,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._segments = tuple(segments)

    def show(self, segments: Sequence[Segment]) -> None:
        """Show these segments."""
        self._segments = tuple(segments)
        self.repaint()

    @property
    def dropped(self) -> tuple[str, ...]:
        """Keys of the segments left out because the strip is too narrow."""
        kept = {segment.key for segment in self._kept()[0]}
        return tuple(segment.key for segment in self._segments if segment.key not in kept)

    def line_at(self, y: int) -> Line:
        """The segments that fit, those for the right end pushed there, an ellipsis where any is missing."""
        if y > 0:
            return ()
        kept, gap = self._kept()
        left = [segment for segment in kept if not segment.right]
        right = [segment for segment in kept if segment.right]
        pieces = [Piece(" ")]
        for segment in left:
            pieces += (Piece(plain(segment.text), segment.tone), Piece(" " * gap))
        if len(kept) < len(self._segments):
            pieces.append(Piece("…", "dim"))
        tail = [piece for segment in right for piece in (Piece(plain(segment.text), segment.tone), Piece(" " * gap))][
            :-1
        ]
        used = sum(cell_len(piece.text) for piece in (*pieces, *tail))
        return (*pieces, Piece(" " * max(0, self.line_width - used - 1)), *tail)

    def _kept(self) -> tuple[list[Segment], int]:
        """The segments that fit and the gap between them: gaps shrink before a segment goes."""
        kept = list(self._segments)
        while kept:
            complete = len(kept) == len(self._segments)
            for gap in _GAPS:
                ends = 2 - gap if complete else 3
                if sum(cell_len(plain(segment.text)) + gap for segment in kept) + ends <= self.line_width:
                    return kept, gap
            worst = max(range(len(kept)), key=lambda index: (kept[index].priority, index))
            kept.pop(worst)
        return kept, 1
