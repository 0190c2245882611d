"""What the panes share: the age in the border, the failure sentence, and what opening a row means."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from textual import on
from textual.app import App
from textual.screen import ModalScreen, Screen

from deskview.screens.frame.age import STALE_AFTER_S, age_of, notice_of
from deskview.screens.frame.target import Kind, Opened, Target
from deskview.widgets.lines import Lines
from deskview.widgets.pane import Pane

if TYPE_CHECKING:
    from datetime import datetime

    from deskview.board import Board, Part


OPENING = "opening the market"


class Waiting:
    """Lets lists say what is waited for in place of their own reason for having no rows, and then that again."""

    def __init__(self) -> None:
        self._own: dict[Lines, str] = {}

    def show(self, lists: Iterable[Lines], reason: str) -> None:
        """The lists say what is awaited; their own texts are kept."""
        for lines in lists:
            self._own.setdefault(lines, lines.empty)
            lines.empty = reason

    def over(self) -> None:
        """The lists say their own texts again."""
        for lines, own in self._own.items():
            lines.empty = own
        self._own.clear()


Reading = TypeVar("Reading")


class BoardPane(Pane, Generic[Reading]):
    """A pane fed by one part of the board. A subclass names the part and shows its reading."""

    PART = ""
    BESIDE: ClassVar[tuple[str, ...]] = ()
    """Other parts of which something is shown here too."""
    OPENS = Kind.NAME
    STALE_AFTER_S = STALE_AFTER_S

    def __init__(self, number: int, title: str) -> None:
        super().__init__(title=f"{number} {title}", id=f"pane-{number}")
        self._part: Part[Any] | None = None
        self._beside: tuple[Part[Any], ...] = ()
        self._speed = 1.0
        self._waiting = Waiting()

    def on_mount(self) -> None:
        """Before the first board."""
        self.show_awaited(OPENING)

    def show(self, board: "Board") -> None:
        """Shows the board's part; with no reading yet, or one still without rows, says what is awaited."""
        part: Part[Reading] = getattr(board, self.PART)
        self._part, self._speed, self._beside = part, board.source.speed, self._parts_beside(board)
        self._waiting.over()
        self.show_beside(board)
        if part.value is None:
            self.show_awaited(part.note)
        else:
            self.show_reading(part.value)
            if part.progress is not None:
                self._waiting.show(self.query(Lines), part.note)
        self.tick()

    def shows(self, board: "Board") -> bool:
        """Whether the board's parts are those that are shown: there is nothing new for this pane."""
        beside = zip(self._parts_beside(board), self._beside, strict=False)
        return getattr(board, self.PART) is self._part and all(new is shown for new, shown in beside)

    def _parts_beside(self, board: "Board") -> "tuple[Part[Any], ...]":
        return tuple(board.parts[name] for name in self.BESIDE)

    def show_beside(self, board: "Board") -> None:
        """Takes what is shown of the parts beside, before the pane's own reading comes."""

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
        """Brings the age in the border and what is said of the next try up to date."""
        part = self._part
        if part is None:
            return
        self.set_status(*age_of(part, self.STALE_AFTER_S, self._speed))
        self.set_notice(notice_of(part, part.note if part.value is not None and part.progress is None else ""))


def focused_pane(screen: Screen[Any]) -> BoardPane[Any] | None:
    """The pane of the desk the cursor is in, else the first; None on a screen without panes."""
    panes = list(screen.query(BoardPane))
    return next((pane for pane in panes if pane.has_focus_within), panes[0] if panes else None)


def is_visible(screen: Screen[Any]) -> bool:
    """Whether the screen is seen, if only below overlays one sees through: what is not need not be painted."""
    stack = screen.app.screen_stack
    if screen not in stack:
        return False
    above = stack[stack.index(screen) + 1 :]
    return all(isinstance(other, ModalScreen) and other.styles.background.a < 1 for other in above)


def base_screen(app: App[Any]) -> Screen[Any]:
    """The screen below any overlays: what stands still or goes on while one reads them."""
    stack = app.screen_stack
    return next((screen for screen in reversed(stack) if not isinstance(screen, ModalScreen)), stack[0])
