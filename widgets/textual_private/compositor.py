"""Screens that paint and send the cells that changed and no more: Textual's compositor, lean."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache, partial
from inspect import isfunction
from typing import Any, TypeVar

from rich.console import Console
from textual._context import visible_screen_stack
from textual._styles_cache import StylesCache
from textual.await_complete import AwaitComplete
from textual.geometry import Region
from textual.reactive import Reactive
from textual.screen import ModalScreen, Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets._toast import ToastRack

try:
    from textual._compositor import Compositor, CompositorUpdate
except ImportError:  # Textual has moved it: `missing_part` names what is not there, and its own compositor is used
    Compositor = CompositorUpdate = object  # type: ignore[misc,assignment]

log = logging.getLogger(__name__)
Result = TypeVar("Result")
Visible = Mapping[Widget, tuple[Region, Region]]
"""Where each widget is, and what of that place may be seen; the foremost first."""

LEAN = ("size", "visible_widgets", "render_partial_update", "_dirty_regions", "_regions_to_spans")
"""What the lean compositor needs of Textual's."""
BACKGROUNDS = 1024
"""Pairs of colours whose backgrounds are kept: Textual's own number."""


def screen_lines(screen: Screen[Any]) -> list[Strip]:
    """What the screen shows, line by line; through an overlay what lies below it."""
    visible_screen_stack.set(screen.app._background_screens)
    return screen._compositor.render_strips()


@contextmanager
def without_toasts(screen: Screen[Any]) -> Iterator[None]:
    """The screen as it is below its notices, for the time of the block."""
    racks = [rack for rack in screen.query(ToastRack) if rack.display]
    for rack in racks:
        rack.display = False
    screen._compositor.reflow(screen, screen.size)
    try:
        yield
    finally:
        for rack in racks:
            rack.display = True
        screen.refresh(layout=True)


def let_go_of_closed_widgets() -> None:
    """Makes Textual's cache of backgrounds hold colours only.

    Textual 8.2 caches them by the widget's lines as well (textual#6665), and so keeps the last thousand of these,
    whole overlays that were closed long ago. Where it does so no more nothing is changed.
    """
    backgrounds = getattr(getattr(StylesCache, "get_inner_outer", None), "__wrapped__", None)
    if isfunction(backgrounds):  # which does not look at its first argument, the widget's lines
        shared = lru_cache(BACKGROUNDS)(partial(backgrounds, None))
        StylesCache.get_inner_outer = staticmethod(shared)  # type: ignore[assignment,method-assign]


let_go_of_closed_widgets()


class LeanUpdate(CompositorUpdate):
    """Cells for the terminal, each piece with the place it begins at, as (line, column), in these regions."""

    def __init__(self, pieces: Sequence[tuple[tuple[int, int], Strip]], regions: Sequence[Region]) -> None:
        self.pieces = pieces
        self.regions = regions

    def render_segments(self, console: Console) -> str:
        """The update as the terminal takes it."""
        return "".join(f"\x1b[{y + 1};{x + 1}H{strip.render(console)}" for (y, x), strip in self.pieces)


class LeanCompositor(Compositor):
    """Renders of each widget only the lines that changed and are seen, and sends of these only the cells that did.

    Textual 8.2 renders every widget in the rectangle around all that changed: a frame that turns heavy in two opposite
    corners costs the whole screen. It writes a changed span of a line from the left edge of the widget it is in: an
    age at the right end of a pane's border costs the whole border, every second.
    """

    def render_partial_update(self) -> LeanUpdate | None:  # type: ignore[override]
        """What changed since the last update; None where nothing did."""
        screen = self.size.region
        changed = [seen for region in self._dirty_regions if (seen := region.intersection(screen))]
        self._dirty_regions.clear()
        if not changed:
            return None
        visible = self.visible_widgets  # rendering a widget may have the map made anew
        pieces = self._pieces(visible, self._owned(visible, blocks(self._regions_to_spans(changed))))
        return LeanUpdate(sorted(pieces, key=lambda piece: piece[0]), changed)

    def _owned(self, visible: Visible, changed: Iterable[Region]) -> dict[Widget, list[Region]]:
        """Who paints what: of the widgets at a place the foremost."""
        seen = [(widget, clip.intersection(region)) for widget, (region, clip) in visible.items()]
        owned: defaultdict[Widget, list[Region]] = defaultdict(list)
        for block in changed:
            rest = [block]
            for widget, box in seen:
                if rest and box.overlaps(block):
                    owned[widget] += [part for piece in rest if (part := piece.intersection(box))]
                    rest = [part for piece in rest for part in outside(piece, box)]
        return owned

    def _pieces(self, visible: Visible, owned: dict[Widget, list[Region]]) -> Iterator[tuple[tuple[int, int], Strip]]:
        for widget, parts in owned.items():
            region, clip = visible[widget]
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


def missing_part(screen: Screen[Any]) -> str | None:
    """What the lean compositor needs and this Textual does not have; None where all is there."""
    if not hasattr(screen, "_compositor"):
        return "Screen._compositor"
    stock = Compositor()
    return next((f"Compositor.{name}" for name in LEAN if not hasattr(stock, name)), None)


@cache
def _log_fallback(part: str) -> None:
    """Once a part, not once a screen."""
    log.warning("Textual has no %s: screens are painted by its own compositor, which sends more", part)


def close(screen: Screen[Result], result: Result | None = None) -> AwaitComplete:
    """Closes a screen while it is in front; else nothing.

    Textual would take away what is in front instead, and fail when the one that stayed is closed once more.
    """
    return Screen.dismiss(screen, result) if screen.app.screen is screen else AwaitComplete()


class LeanScreen(Screen[Result]):
    """A screen that paints and sends the cells that changed and no more.

    Where the focus moves that is two widgets; Textual itself paints all anew.
    """

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def __init__(self, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name, id, classes)
        if part := missing_part(self):
            _log_fallback(part)
        else:
            self._compositor = LeanCompositor()

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Closes this screen and no other."""
        return close(self, result)

    def _on_timer_update(self) -> None:
        self._hand_over()  # a screen below that paints some of this one would have the rest forgotten
        super()._on_timer_update()

    def _compositor_refresh(self) -> None:
        self._hand_over()  # out of turn, as after a frame that had to wait, it would be forgotten
        super()._compositor_refresh()

    def _hand_over(self) -> None:
        """Widgets that are to be painted become cells that are: Textual forgets the ones here and there, not the
        others. What is forgotten would be painted when it changes once more, which may be never."""
        self._compositor.update_widgets(self._dirty_widgets & self._compositor.visible_widgets.keys())


class LeanModal(ModalScreen[Result], LeanScreen[Result]):
    """The same over another screen. Textual takes the default style from the first base."""
