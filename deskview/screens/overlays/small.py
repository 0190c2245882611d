"""What is shown where the terminal is too small for anything else."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.geometry import Size
from textual.widgets import Static

from deskview.screens.frame.keys import SMALL, bindings
from deskview.widgets.textual_private import LeanModal

SMALLEST = Size(60, 15)


def too_small(size: Size) -> bool:
    """Whether the desk can't be shown in that size."""
    return size.width < SMALLEST.width or size.height < SMALLEST.height


class SmallScreen(LeanModal[None]):
    """A sentence with the numbers; the data go on below."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*SMALL)]
    DEFAULT_CSS = """
    SmallScreen { background: $background; align: center middle; }
    SmallScreen Static { width: auto; max-width: 100%; height: auto; text-align: center; }
    """

    def compose(self) -> ComposeResult:
        """The sentence."""
        yield Static("", markup=False)

    def on_resize(self) -> None:
        """Tells the size of the moment."""
        need, has = SMALLEST, self.app.size
        self.query_one(Static).update(
            f"deskview needs {need.width}x{need.height}, this terminal has {has.width}x{has.height}."
            " Enlarge it; the data go on."
        )
