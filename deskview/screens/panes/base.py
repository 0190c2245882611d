"""What the panes share: the age in the border, the failure sentence, and what opening a row means."""

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from textual import on

from deskview.screens.ages import STALE_AFTER_S, age_of
from deskview.screens.target import Kind, Opened, Target
from deskview.screens.waiting import OPENING, Waiting
from deskview.widgets.lines import Lines
from deskview.widgets.pane import Pane

if TYPE_CHECKING:
    from datetime import datetime

    from deskview.board import Board, Part

Reading = TypeVar("Reading")


class BoardPane(Pane, Generic[Reading]):
    """A pane fed by one part of the board. A subclass names the part and shows its reading."""

    PART = ""
    OPENS = Kind.NAME
    STALE_AFTER_S = STALE_AFTER_S

    def __init__(self, number: int, title: str) -> None:
        super().__init__(title=f"{number} {title}", id=f"pane-{number}")
        self._part: Part[Any] | None = None
        self._waiting = Waiting()

    def on_mount(self) -> None:
        """Before the first board."""
        self.show_awaited(OPENING)

    def show(self, board: "Board") -> None:
        """Shows the board's part; with no reading yet, or one still without rows, says what is awaited."""
        part: Part[Reading] = getattr(board, self.PART)
        self._part = part
        self._waiting.over()
        if part.value is None:
            self.show_awaited(part.note)
        else:
            self.show_reading(part.value)
            if part.progress is not None:
                self._waiting.tell(self.query(Lines), part.note)
        self.set_notice(part.note if part.value is not None and part.progress is None else "")
        self.tick()

    def shows(self, board: "Board") -> bool:
        """Whether the board's part is the one that is shown: there is nothing new for this pane."""
        return getattr(board, self.PART) is self._part

    def show_fault(self) -> None:
        """Says that what has come could not be shown; the figures before it stay."""
        self._part = None
        self.set_status("fault", "unavailable")
        self.set_notice("The newest figures can't be shown: a fault of deskview's own, the log has the details.")

    @property
    def as_of(self) -> "datetime | None":
        """The market's time of what is shown."""
        return self._part.as_of if self._part else None

    def show_reading(self, reading: Reading) -> None:
        """Puts the reading into the widgets."""
        raise NotImplementedError

    def show_awaited(self, reason: str) -> None:
        """Says in the pane's body what is awaited."""
        raise NotImplementedError

    @on(Lines.Opened)
    def open_row(self, event: Lines.Opened) -> None:
        """A row was opened: the detail of its key."""
        event.stop()
        self.post_message(Opened(Target(self.OPENS, event.key)))

    def tick(self) -> None:
        """Brings the age in the border up to date."""
        if self._part is None:
            return
        self.set_status(*age_of(self._part, self.STALE_AFTER_S))
