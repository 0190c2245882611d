"""A page's line on the desk: what it says in a few words. Enter or a click opens it."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Click

from deskview.screens.frame.status_lines import DeskStrip, Segments


class SubjectLine(DeskStrip, can_focus=True):
    """The line of the page `subject`."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,right,l", "open", "Open", show=False, id="open-row")]
    DEFAULT_CSS = """
    SubjectLine { background: $surface; }
    SubjectLine:focus { background: $table-cursor; text-style: $table-cursor-style; }
    """

    def __init__(self, subject: str, segments: Segments) -> None:
        super().__init__(segments)
        self._subject = subject

    async def action_open(self) -> None:
        """Opens the page."""
        await self.run_action(f"app.page({self._subject!r})")

    async def on_click(self, event: Click) -> None:
        """A click opens it as enter does."""
        event.stop()
        await self.action_open()
