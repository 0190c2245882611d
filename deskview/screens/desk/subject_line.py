"""A page's line on the desk: what it says in a few words. Enter or a click opens it."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Click
from textual.message import Message

from deskview.screens.frame.status_lines import DeskStrip, Segments


class SubjectLine(DeskStrip, can_focus=True):
    """The line of the page `subject`."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,right,l", "open", "Open", show=False, id="open-row")]
    DEFAULT_CSS = """
    SubjectLine { background: $surface; }
    SubjectLine:focus { background: $table-cursor; text-style: $table-cursor-style; }
    """

    class Opened(Message):
        """The page `subject` is asked for."""

        def __init__(self, subject: str) -> None:
            super().__init__()
            self.subject = subject

    def __init__(self, subject: str, segments: Segments) -> None:
        super().__init__(segments)
        self._subject = subject

    def action_open(self) -> None:
        """Asks for the page."""
        self.post_message(self.Opened(self._subject))

    def on_click(self, event: Click) -> None:
        """A click opens it as enter does."""
        event.stop()
        self.action_open()
