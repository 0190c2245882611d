"""What help and cards share: a frame to read in over the screen, closed by any leaving key."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from deskview.screens.frame.keys import OVERLAY, bindings, hint
from deskview.widgets.textual_private import LeanModal


class Reader(VerticalScroll, inherit_bindings=False):
    """Scrolls by arrows and by vi's keys; left is free to close."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("up,k", "scroll_up"),
        ("down,j", "scroll_down"),
        ("pageup", "page_up"),
        ("pagedown", "page_down"),
        ("home,g", "scroll_home"),
        ("end,G", "scroll_end"),
    ]


class Overlay(LeanModal[None]):
    """Built once; `show` gives it another text each time it opens."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*OVERLAY)]
    DEFAULT_CSS = """
    Overlay { align: center middle; }
    Overlay Reader {
        width: 90; max-width: 96%; height: auto; max-height: 90%; border: round $accent; background: $surface;
        padding: 0 2;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._title = ""
        self._content = Content("")

    def compose(self) -> ComposeResult:
        """The frame and the text."""
        with Reader() as frame:
            frame.border_title = Content(self._title)
            frame.border_subtitle = f"{hint(self.app, OVERLAY, 'close')} closes"
            yield Static(self._content)

    def show(self, title: str, content: Content) -> None:
        """Sets title and text, from the top."""
        self._title, self._content = title, content
        if self.is_mounted:
            frame = self.query_one(Reader)
            frame.border_title = Content(title)
            frame.scroll_home(animate=False)
            frame.query_one(Static).update(content)

    @property
    def text(self) -> str:
        """The content as plain text."""
        return self._content.plain

    def action_close(self) -> None:
        """Back to what lies below."""
        self.dismiss()
