"""`;`: a letter on every list that is shown; pressing it goes there."""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Key
from textual.geometry import Offset, Size
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from deskview.screens.frame.keys import LABELS, bindings, hint
from deskview.widgets.pane import Pane
from deskview.widgets.textual_private import LeanModal

LETTERS = "asdfghjklwertyuiopzxcvbnm"
"""Labels in the order they are given; q leaves."""


class Spot(NamedTuple):
    """What one can go to, and the cell its label begins at."""

    widget: Widget
    at: Offset


def spots(screen: Screen[object]) -> list[Spot]:
    """What can have the focus and is on the screen, in reading order.

    The first list of a pane is labelled in the pane's title line, any other in its own upper left corner.
    """
    shown = sorted((widget for widget in screen.focus_chain if widget.region.area), key=_reading_order)
    panes: set[Widget] = set()
    targets = []
    for widget in shown:
        pane = next((above for above in widget.ancestors if isinstance(above, Pane)), None)
        titled = pane is not None and pane not in panes
        targets.append(Spot(widget, (pane if pane is not None and titled else widget).region.offset))
        if pane is not None:
            panes.add(pane)
    return sorted(targets, key=lambda spot: (spot.at.y, spot.at.x))


def _reading_order(widget: Widget) -> tuple[int, int]:
    return widget.region.y, widget.region.x


class JumpScreen(LeanModal[Widget | None]):
    """Labels over the screen below, which goes on; gives back what was chosen, None where one leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*LABELS)]
    DEFAULT_CSS = """
    JumpScreen { background: transparent; }
    JumpScreen #hint { dock: bottom; height: 1; width: 1fr; padding: 0 1; background: $panel; color: $foreground; }
    JumpScreen .label {
        position: absolute; width: 3; height: 1; background: $accent; color: $background; text-style: bold;
    }
    """

    def __init__(self, targets: Sequence[Spot], size: Size) -> None:
        super().__init__()
        self._spots = dict(zip(LETTERS, targets, strict=False))
        self._size_then = size

    def compose(self) -> ComposeResult:
        """One label a spot."""
        for letter, spot in self._spots.items():
            label = Static(f"[{letter}]", markup=False, classes="label")
            label.styles.offset = spot.at
            yield label
        yield Static(self._hint, markup=False, id="hint")

    @property
    def _hint(self) -> str:
        return f"A letter goes to its list · {hint(self.app, LABELS, 'close-labels')} stays here"

    def on_key(self, event: Key) -> None:
        """A letter goes to its list; one that stands nowhere is told."""
        spot = self._spots.get(event.character or "")
        if spot is not None:
            event.stop()
            self.dismiss(spot.widget)
        elif event.is_printable and event.character:
            self.query_one("#hint", Static).update(f"No list has the letter {event.character}.  {self._hint}")

    def on_resize(self) -> None:
        """In another size everything stands elsewhere: the labels go."""
        self._leave_if_moved()

    def on_screen_resume(self) -> None:
        """The size may have changed while another screen was on top."""
        self._leave_if_moved()

    def _leave_if_moved(self) -> None:
        if self.is_current and self.app.size != self._size_then:
            self.dismiss(None)

    def action_close_labels(self) -> None:
        """Stays where one was."""
        self.dismiss(None)


def focus_chosen(widget: Widget | None) -> None:
    """Goes to what was chosen."""
    if widget is not None:
        widget.focus()
