"""A line of figures that gives up the least important ones where the terminal is narrow."""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace
from rich.cells import cell_len

from deskview.widgets.painted import Painted
from deskview.widgets.records import Line, Piece
from deskview.widgets.text import plain

_GAPS = (3, 2, 1)
_GAP_OF_MORE = 2
"""Segments draw so near for what more there is to be said, and no nearer."""


class Segment(Struct, frozen=True):
    """One figure of the strip. The highest `priority` is left out first; `right` puts it at the right end.

    `short` is said instead of `text` before anything is left out. One that is `spare` gets what room the others
    leave: it never moves them. `more`, in its own tone, is said right behind the text where all segments stand whole
    and there is room for it; the first have it first. One that is a `sentence` takes the room of what matters less
    where that is enough for it; else nothing gives way to it.
    """

    key: str
    text: str
    tone: str = ""
    priority: int = 0
    right: bool = False
    short: str = ""
    spare: bool = False
    sentence: bool = False
    more: str = ""
    more_tone: str = "dim"

    @property
    def cells(self) -> int:
        """How wide it is with what more is said."""
        return cell_len(plain(self.text)) + (1 + cell_len(plain(self.more)) if self.more else 0)

    @property
    def pieces(self) -> Line:
        """What is painted of it."""
        more = (Piece(" "), Piece(plain(self.more), self.more_tone)) if self.more else ()
        return (Piece(plain(self.text), self.tone), *more)


class StatusStrip(Painted):
    """One line of segments; none is ever cut, and only those that changed are repainted.

    `MORE` stands where any is missing.
    """

    MORE: ClassVar[str] = "…"
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

    @property
    def shown(self) -> tuple[Segment, ...]:
        """The segments that are painted, as they are."""
        return tuple(self._kept()[0])

    def line_at(self, y: int) -> Line:
        """The segments that fit, those for the right end pushed there, `MORE` where any is missing."""
        if y > 0:
            return ()
        kept, gap = self._kept()
        left = [segment for segment in kept if not segment.right]
        right = [segment for segment in kept if segment.right]
        pieces = [Piece(" ")]
        for segment in left:
            pieces += (*segment.pieces, Piece(" " * gap))
        if any(segment.key in self.dropped for segment in self._segments if not segment.spare):
            pieces.append(Piece(self.MORE, "dim"))
        tail = [piece for segment in right for piece in (*segment.pieces, Piece(" " * gap))][:-1]
        used = sum(cell_len(piece.text) for piece in (*pieces, *tail))
        return (*pieces, Piece(" " * max(0, self.line_width - used - 1)), *tail)

    def _kept(self) -> tuple[list[Segment], int]:
        """The segments that fit and the gap between them: gaps shrink, then words, before a segment goes."""
        whole = [replace(segment, more="") for segment in self._segments if not segment.spare]
        kept, gap = self._least_dropped(whole, len(whole))
        keys = {segment.key for segment in kept}
        if any(segment.sentence and segment.key not in keys for segment in whole):
            kept, gap = self._least_dropped([segment for segment in whole if not segment.sentence], len(whole))
        if kept == whole:
            kept, gap = self._with_more(kept, gap)
        return self._filled(kept, gap), gap

    def _with_more(self, whole: list[Segment], gap: int) -> tuple[list[Segment], int]:
        """The segments with what more is said of them, as far as there is room for it, and their gap."""
        longest = [segment for segment in self._segments if not segment.spare]
        gaps = [each for each in _GAPS if _GAP_OF_MORE <= each <= gap]
        if not gaps:
            return whole, gap
        for each in gaps:
            if self._needs(longest, each, complete=True) <= self.line_width:
                return longest, each
        kept = whole
        for place, segment in enumerate(longest):
            longer = [*kept[:place], segment, *kept[place + 1 :]]
            if self._needs(longer, gaps[-1], complete=True) <= self.line_width:
                kept = longer
        return kept, gap if kept == whole else gaps[-1]

    def _least_dropped(self, some: list[Segment], of: int) -> tuple[list[Segment], int]:
        """Those of `some` of the `of` segments that fit, and their gap."""
        fits = self._fitting(some, complete=len(some) == of) is not None
        kept = some if fits else [_shortened(segment) for segment in some]
        while kept:
            gap = self._fitting(kept, complete=len(kept) == of)
            if gap is not None:
                return kept, gap
            kept.pop(max(range(len(kept)), key=lambda index: (kept[index].priority, index)))
        return kept, 1

    def _fitting(self, kept: Sequence[Segment], *, complete: bool) -> int | None:
        """The widest gap the segments fit with, None where they don't."""
        return next((gap for gap in _GAPS if self._needs(kept, gap, complete=complete) <= self.line_width), None)

    def _needs(self, kept: Sequence[Segment], gap: int, *, complete: bool) -> int:
        more = gap + cell_len(self.MORE) if self.MORE and not complete else 0
        return sum(segment.cells + gap for segment in kept) + 2 - gap + more

    def _filled(self, kept: list[Segment], gap: int) -> list[Segment]:
        """The segments with the spare ones that fit beside them."""
        for spare in (segment for segment in self._segments if segment.spare):
            if self._needs([*kept, spare], gap, complete=False) <= self.line_width:
                kept = [*kept, spare]
        return kept


def _shortened(segment: Segment) -> Segment:
    return replace(segment, text=segment.short) if segment.short else segment
