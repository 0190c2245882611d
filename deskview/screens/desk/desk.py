"""The desk: the strip, the panes, the keys."""

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Grid
from textual.timer import Timer
from textual.widget import Widget

from deskview.screens.desk.strip import segments
from deskview.screens.desk.subject_line import SubjectLine
from deskview.screens.frame.keys import DESK, EVERYWHERE, READING, bindings
from deskview.screens.frame.pane import BoardPane, is_visible
from deskview.screens.frame.status_lines import DeskStrip, KeyLine
from deskview.screens.subjects import PANE_ACTIONS, PANES, SUBJECTS
from deskview.widgets.textual_private import LeanScreen

if TYPE_CHECKING:
    from deskview.board import Board


log = logging.getLogger(__name__)
NARROW, LOW = 100, 30
"""Below these columns or rows one pane is shown at a time."""
SETTLE_S = 0.1
"""The panes are arranged anew at most this often while the terminal is being resized."""


class DeskScreen(LeanScreen[None]):
    """The panes at once, or one at a time where the terminal is small or a pane is zoomed."""

    AUTO_FOCUS = "BoardPane Lines"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*PANE_ACTIONS, *DESK)]
    DEFAULT_CSS = """
    DeskScreen Grid { grid-size: 2 2; grid-gutter: 0; height: 1fr; }
    DeskScreen.-single Grid { grid-size: 1 1; }
    DeskScreen.-single BoardPane, DeskScreen.-single SubjectLine { display: none; }
    DeskScreen.-single BoardPane.-chosen { display: block; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._chosen = 1
        self._zoomed = False
        self._settling: Timer | None = None

    def compose(self) -> ComposeResult:
        """Strip, lines of pages, panes, keys."""
        yield DeskStrip(segments)
        for subject in sorted(SUBJECTS, key=lambda subject: subject.line_rows):
            if subject.line is not None:
                yield SubjectLine(subject.name, subject.line, subject.line_rows)
        with Grid():
            for number, subject in PANES:
                if subject.pane is not None:
                    yield subject.pane(number, subject.title)
        yield KeyLine(*READING, *EVERYWHERE, *DESK, panes=PANE_ACTIONS)

    def on_mount(self) -> None:
        """Ages go on counting between refreshes."""
        self.set_interval(1, self.tick)
        self._arrange()

    def show(self, board: "Board") -> None:
        """Shows a board; each widget repaints only what changed."""
        self.show_ends(board)
        for pane in self.query(BoardPane):
            pane.show(board)

    def show_ends(self, board: "Board") -> None:
        """Shows a board's figures in the lines above and below the panes."""
        for line in self.query(DeskStrip):
            line.show_board(board)
        self.query_one(KeyLine).show_traffic(board)

    async def show_panes(self, board: "Board", between: Callable[[], Awaitable[None]]) -> None:
        """Shows a board in the panes, one after the other; `between` lets a key pressed meanwhile have its effect."""
        for pane in self.query(BoardPane):
            if pane.shows(board):
                continue
            await between()
            try:
                pane.show(board)
            except Exception:
                log.exception("%s could not be shown", pane.PART)
                pane.show_fault()

    def tick(self) -> None:
        """Brings ages up to date where they are seen: below a page they would be painted for nothing."""
        if is_visible(self):
            for line in self.query(DeskStrip):
                line.tick()
            for pane in self.query(BoardPane):
                pane.tick()

    def on_resize(self) -> None:
        """A small terminal shows one pane at a time; a storm of sizes is waited out."""
        if self._settling is None:
            self._arrange()
            self._settling = self.set_timer(SETTLE_S, self._settle)

    def _settle(self) -> None:
        self._settling = None
        self._arrange()

    @property
    def pane_number(self) -> int:
        """The number of the pane the focus is in; where it is in none, of the one last chosen."""
        around = self.focused.ancestors if self.focused is not None else ()
        pane = next((node for node in around if isinstance(node, BoardPane)), None)
        return int((pane.id or "").removeprefix("pane-")) if pane is not None else self._chosen

    def action_pane(self, number: int) -> None:
        """Goes to a pane, in a small terminal showing it."""
        self._chosen = number
        self._arrange()
        self._focus_in(self.query_one(f"#pane-{number}", BoardPane))

    def action_next_pane(self) -> None:
        """Goes to the next list; where one pane is shown at a time, from its last one to the next pane."""
        self._walk(1)

    def action_previous_pane(self) -> None:
        """The other way round."""
        self._walk(-1)

    def _walk(self, by: int) -> None:
        shown = self.focus_chain
        if self.has_class("-single") and (not shown or self.focused is shown[-1 if by > 0 else 0]):
            self.action_pane((self._chosen - 1 + by) % len(self.query(BoardPane)) + 1)
        elif by > 0:
            self.focus_next()
        else:
            self.focus_previous()

    def action_zoom(self) -> None:
        """Shows the focused pane alone, or all of them again."""
        self._chosen = self.pane_number
        self._zoomed = not self._zoomed
        if self._small:
            self.notify("There is room for one pane at a time only.", timeout=2)
        self._arrange()
        self.refresh_bindings()

    def action_unzoom(self) -> None:
        """Shows all panes again."""
        if self._zoomed:
            self.action_zoom()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is a way out of the zoom only in one."""
        return self._zoomed if action == "unzoom" else super().check_action(action, parameters)

    @property
    def _small(self) -> bool:
        return self.size.width < NARROW or self.size.height < LOW

    def _arrange(self) -> None:
        single = self._zoomed or self._small
        self.set_class(single, "-single")
        for line in self.query(SubjectLine):
            line.fit(self.size.height)
        for pane in self.query(BoardPane):
            pane.set_class(single and pane.id == f"pane-{self._chosen}", "-chosen")

    def _focus_in(self, pane: Widget) -> None:
        focusable = next((widget for widget in pane.query("*") if widget.focusable), None)
        if focusable is not None:
            self.set_focus(focusable)
