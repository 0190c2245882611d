"""A widget drawn line by line that repaints only what differs from what it shows."""

from collections.abc import Iterable, Iterator
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from deskview.widgets.records import Line

TONES = (
    "gain",
    "loss",
    "flat",
    "stale",
    "simulated",
    "dim",
    "accent",
    "warning",
    "group",
    "head",
    "strong",
    "reversed",
)
"""Tones a caller may name; each is the component class `tone--NAME`. Several may be named, separated by spaces."""


class Painted(Widget):
    """Base of the line widgets: a subclass says what each line holds and calls `repaint` when that may have changed.

    Colours come from the theme's variables $gain, $loss, $flat, $stale, $simulated, $dim and $table-cursor.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"tone--{tone}" for tone in (*TONES, "cursor", "cursor-blurred")}
    DEFAULT_CSS = """
    Painted {
        .tone--gain { color: $gain; }
        .tone--loss { color: $loss; }
        .tone--flat { color: $flat; }
        .tone--stale { color: $stale; }
        .tone--simulated { color: $simulated-text; background: $simulated; text-style: bold; }
        .tone--dim { color: $dim; }
        .tone--accent { color: $accent; }
        .tone--warning { color: $warning; text-style: bold; }
        .tone--group { color: $accent; text-style: bold; }
        .tone--head { color: $dim; }
        .tone--strong { text-style: bold; }
        .tone--reversed { text-style: reverse; }
        .tone--cursor { background: $table-cursor; text-style: $table-cursor-style; }
        .tone--cursor-blurred { background: $table-cursor-blurred; }
    }
    """

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        self._styles: dict[str, Style] = {}
        super().__init__(name=name, id=id, classes=classes)
        self._shown: dict[int, Line] = {}
        self.repainted_cells = 0
        """Cells marked for repainting so far: what the widget costs on the wire."""

    def line_at(self, y: int) -> Line:
        """What line `y` of the visible part holds now."""
        raise NotImplementedError

    @property
    def line_width(self) -> int:
        """The cells a line may fill."""
        return self.scrollable_content_region.width

    def render_line(self, y: int) -> Strip:
        """Draw line `y` and remember it, for `repaint` to compare with."""
        line = self._shown[y] = self.line_at(y)
        segments = [Segment(piece.text, self.style_of(piece.tone)) for piece in line if piece.text]
        return Strip(segments).adjust_cell_length(self.line_width, self.style_of(""))

    def style_of(self, tone: str) -> Style:
        """The theme's style for the named tones, later ones on top."""
        style = self._styles.get(tone)
        if style is None:
            style = self.rich_style
            for name in tone.split():
                style += self.get_component_rich_style(f"tone--{name}", partial=True)
            self._styles[tone] = style
        return style

    def notify_style_update(self) -> None:
        """Look the styles up anew: the theme may be another."""
        super().notify_style_update()
        self._styles.clear()

    def repaint(self, lines: Iterable[int] | None = None) -> None:
        """Mark for repainting just the cells that differ from what is on the screen, in `lines` or in all."""
        if not self.is_mounted:
            return
        region = self.scrollable_content_region
        height = range(region.height)
        changed = [
            Region(x, y, width, 1)
            for y in (height if lines is None else lines)
            if y in height
            for x, width in self._changed_spans(y)
            if width > 0 and x < region.width
        ]
        if changed:
            self.repainted_cells += sum(min(span.width, region.width - span.x) for span in changed)
            self.refresh(*changed)

    def _changed_spans(self, y: int) -> Iterator[tuple[int, int]]:
        shown = self._shown.get(y)
        if shown is None:
            yield 0, self.line_width
        else:
            yield from changes(shown, self.line_at(y))


def changes(old: Line, new: Line) -> Iterator[tuple[int, int]]:
    """Where two lines differ, as (first cell, number of cells); pieces of unequal width end the comparison."""
    if old == new:
        return
    x = 0
    for before, after in zip(old, new, strict=False):
        width = cell_len(after.text)
        if cell_len(before.text) != width:
            break
        if before != after:
            yield x, width
        x += width
    else:
        if len(old) == len(new):
            return
    ends = (sum(cell_len(piece.text) for piece in line) for line in (old, new))
    yield x, max(ends) - x
