"""A page's line on the desk: what it says in a few words. Enter or a click opens it."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Click

from deskview.screens.frame.status_lines import DeskStrip, Segments
from deskview.widgets.strip import Segment


class SubjectLine(DeskStrip, can_focus=True):
    """The line of the page `subject`, in a terminal of at least `rows` rows."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,right,l", "open", "Open", show=False, id="open-row")]
    DEFAULT_CSS = """
    SubjectLine { background: $surface; }
    SubjectLine.-silent, SubjectLine.-no-room { display: none; }
    SubjectLine:focus { background: $table-cursor; text-style: $table-cursor-style; }
    """

    def __init__(self, subject: str, segments: Segments, rows: int = 0) -> None:
        super().__init__(segments)
        self._subject, self._rows = subject, rows
        self.set_class(not segments(None), "-silent")

    def show(self, segments: Sequence[Segment]) -> None:
        """Shows these segments; with none the line takes no row."""
        super().show(segments)
        self.set_class(not segments, "-silent")

    def fit(self, rows: int) -> None:
        """Stands in a terminal of so many rows or gives way in it."""
        self.set_class(rows < self._rows, "-no-room")

    async def action_open(self) -> None:
        """Opens the page."""
        await self.run_action(f"app.page({self._subject!r})")

    async def on_click(self, event: Click) -> None:
        """A click opens it as enter does."""
        event.stop()
        await self.action_open()
