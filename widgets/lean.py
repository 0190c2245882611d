"""Sends the terminal the cells that changed and no more, and paints no more than that.

Textual 8.2 writes a changed span of a line from the left edge of the widget it is in: an age at the right end of a
pane's border costs the whole border, every second. And it paints the whole screen anew whenever the focus moves.
"""

from typing import TypeVar

from rich.console import Console
from rich.control import Control
from textual._compositor import ChopsUpdate
from textual.app import App
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget

Result = TypeVar("Result")


class LeanUpdate(ChopsUpdate):
    """Textual's update of some spans of the screen, each cut to its own cells at both ends."""

    def render_segments(self, console: Console) -> str:
        """The update as the terminal takes it."""
        written: list[str] = []
        for y, start, stop in self.spans:
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                first, last = max(x, start), min(end, stop)
                if strip is not None and first < last:
                    cells = strip.crop(first - x, last - x)
                    written += (Control.move_to(first, y).segment.text, cells.render(console))
        return "".join(written)


class LeanApp(App[Result]):
    """An app that is cheap over a slow line."""

    def _display(self, screen: Screen[object], renderable: object) -> None:
        if type(renderable) is ChopsUpdate:
            renderable = LeanUpdate(renderable.chops, renderable.spans, renderable.chop_ends)
        super()._display(screen, renderable)  # type: ignore[arg-type]


class LeanScreen(Screen[Result]):
    """A screen on which the focus moves for the cost of the widgets that gain and lose it."""

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
