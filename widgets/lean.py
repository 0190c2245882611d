"""Screens that paint and send the cells that changed and no more.

Textual 8.2 renders every widget in the rectangle around all that changed: a frame that turns heavy in two opposite
corners costs the whole screen. It writes a changed span of a line from the left edge of the widget it is in: an age at
the right end of a pane's border costs the whole border, every second. And it paints all anew whenever the focus moves.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from rich.console import Console
from textual._compositor import Compositor, CompositorUpdate
from textual.geometry import Region
from textual.reactive import Reactive
from textual.screen import ModalScreen, Screen
from textual.strip import Strip
from textual.widget import Widget

Result = TypeVar("Result")


class LeanUpdate(CompositorUpdate):
    """Cells for the terminal, each piece with the place it begins at, as (line, column)."""

    def __init__(self, pieces: Sequence[tuple[tuple[int, int], Strip]]) -> None:
        self.pieces = pieces

    def render_segments(self, console: Console) -> str:
        """The update as the terminal takes it."""
        return "".join(f"\x1b[{y + 1};{x + 1}H{strip.render(console)}" for (y, x), strip in self.pieces)


class LeanCompositor(Compositor):
    """Renders of each widget only the lines that changed and are seen."""

    def render_partial_update(self) -> LeanUpdate | None:  # type: ignore[override]
        """What changed since the last update; None where nothing did."""
        screen = self.size.region
        changed = [seen for region in self._dirty_regions if (seen := region.intersection(screen))]
        self._dirty_regions.clear()
        if not changed:
            return None
        pieces = self._pieces(self._owned(blocks(self._regions_to_spans(changed))))
        return LeanUpdate(sorted(pieces, key=lambda piece: piece[0]))

    def _owned(self, changed: Iterable[Region]) -> dict[Widget, list[Region]]:
        """Who paints what: of the widgets at a place the foremost."""
        seen = [(widget, clip.intersection(region)) for widget, (region, clip) in self.visible_widgets.items()]
        owned: defaultdict[Widget, list[Region]] = defaultdict(list)
        for block in changed:
            rest = [block]
            for widget, box in seen:
                if rest and box.overlaps(block):
                    owned[widget] += [part for piece in rest if (part := piece.intersection(box))]
                    rest = [part for piece in rest for part in outside(piece, box)]
        return owned

    def _pieces(self, owned: dict[Widget, list[Region]]) -> Iterator[tuple[tuple[int, int], Strip]]:
        for widget, parts in owned.items():
            region, clip = self.visible_widgets[widget]
            seen = clip.intersection(region)
            lines: dict[int, Strip] = {}
            for first, last in runs({y for part in parts for y in part.line_range}):
                crop = Region(seen.x - region.x, first - region.y, seen.width, last - first + 1)
                lines |= zip(range(first, last + 1), widget.render_lines(crop), strict=False)
            for part in parts:
                for y in part.line_range:
                    yield (y, part.x), lines[y].crop(part.x - seen.x, part.right - seen.x)


def blocks(spans: Iterable[tuple[int, int, int]]) -> Iterator[Region]:
    """Spans of lines (line, first column, column after) as rectangles, equal ones on lines that follow as one."""
    lines: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for y, start, stop in spans:
        lines[start, stop].append(y)
    for (start, stop), numbers in lines.items():
        for first, last in runs(numbers):
            yield Region(start, first, stop - start, last - first + 1)


def outside(region: Region, hole: Region) -> list[Region]:
    """The region without the hole: what is above and below it, and what is beside."""
    inside = region.intersection(hole)
    if not inside:
        return [region]
    parts = (
        Region(region.x, region.y, region.width, inside.y - region.y),
        Region(region.x, inside.bottom, region.width, region.bottom - inside.bottom),
        Region(region.x, inside.y, inside.x - region.x, inside.height),
        Region(inside.right, inside.y, region.right - inside.right, inside.height),
    )
    return [part for part in parts if part]


def runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of numbers that follow each other."""
    ordered = sorted(numbers)
    breaks = [at for at in range(1, len(ordered)) if ordered[at] != ordered[at - 1] + 1]
    for first, after in zip([0, *breaks], [*breaks, len(ordered)], strict=True):
        if first < after:
            yield ordered[first], ordered[after - 1]


class LeanScreen(Screen[Result]):
    """A screen on which the focus moves for the cost of the two widgets concerned."""

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def __init__(self, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name, id, classes)
        self._compositor = LeanCompositor()


class LeanModal(ModalScreen[Result], LeanScreen[Result]):
    """The same over another screen. Textual takes the default style from the first base."""
