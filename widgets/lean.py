"""Screens that paint and send the cells that changed and no more.

Textual 8.2 renders every widget in the rectangle around all that changed: a frame that turns heavy in two opposite
corners costs the whole screen. It writes a changed span of a line from the left edge of the widget it is in: an age at
the right end of a pane's border costs the whole border, every second. And it paints all anew whenever the focus moves.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from rich.console import Console
from textual._compositor import Compositor, CompositorUpdate
from textual.geometry import Region
from textual.reactive import Reactive
from textual.screen import ModalScreen, Screen
from textual.strip import Strip
from textual.widget import Widget

Result = TypeVar("Result")


class Span(NamedTuple):
    """Cells of a line of the screen, the last one excluded."""

    y: int
    start: int
    stop: int


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
        spans = [Span(*span) for span in self._regions_to_spans(changed)]
        return LeanUpdate(sorted(self._pieces(self._owned(spans)), key=lambda piece: piece[0]))

    def _owned(self, spans: Iterable[Span]) -> dict[Widget, list[Span]]:
        """Who paints which cells: of the widgets at a place the foremost."""
        boxes = [(widget, clip.intersection(region)) for widget, (region, clip) in self.visible_widgets.items()]
        owned: defaultdict[Widget, list[Span]] = defaultdict(list)
        for whole in spans:
            gaps = [whole]
            for widget, (x, top, width, height) in boxes:
                if top <= whole.y < top + height and (inside := covered(gaps, x, x + width)):
                    owned[widget] += inside
                    gaps = uncovered(gaps, x, x + width)
                    if not gaps:
                        break
        return owned

    def _pieces(self, owned: dict[Widget, list[Span]]) -> Iterator[tuple[tuple[int, int], Strip]]:
        for widget, spans in owned.items():
            region, clip = self.visible_widgets[widget]
            seen = clip.intersection(region)
            lines: dict[int, Strip] = {}
            for first, last in runs({span.y for span in spans}):
                crop = Region(seen.x - region.x, first - region.y, seen.width, last - first + 1)
                lines |= zip(range(first, last + 1), widget.render_lines(crop), strict=False)
            for y, start, stop in spans:
                yield (y, start), lines[y].crop(start - seen.x, stop - seen.x)


def covered(gaps: Iterable[Span], start: int, stop: int) -> list[Span]:
    """The parts of the gaps between two columns."""
    parts = (Span(y, max(first, start), min(last, stop)) for y, first, last in gaps)
    return [part for part in parts if part.start < part.stop]


def uncovered(gaps: Iterable[Span], start: int, stop: int) -> list[Span]:
    """The parts of the gaps outside of two columns."""
    parts = (
        part for y, first, last in gaps for part in (Span(y, first, min(last, start)), Span(y, max(first, stop), last))
    )
    return [part for part in parts if part.start < part.stop]


def runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of numbers that follow each other."""
    ordered = sorted(numbers)
    breaks = [at for at in range(1, len(ordered)) if ordered[at] != ordered[at - 1] + 1]
    for first, after in zip([0, *breaks], [*breaks, len(ordered)], strict=True):
        yield ordered[first], ordered[after - 1]


class LeanScreen(Screen[Result]):
    """A screen on which the focus moves for the cost of the two widgets concerned."""

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def __init__(self, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name, id, classes)
        self._compositor = LeanCompositor()


class LeanModal(ModalScreen[Result], LeanScreen[Result]):
    """The same over another screen. Textual takes the default style from the first base."""
