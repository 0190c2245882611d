"""What the pages share: the strip, the title with the data's age, the keys."""

from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from deskview.screens.actions import Scope, bindings
from deskview.screens.ages import STALE_AFTER_S
from deskview.screens.footer import KeyLine
from deskview.screens.heading import Heading
from deskview.screens.here import in_view
from deskview.screens.pages.age import Age
from deskview.screens.strip import DeskStrip, segments
from deskview.screens.target import NO_MORE, Kind, Opened, Target
from deskview.screens.waiting import OPENING, Waiting
from deskview.widgets.lines import Lines
from deskview.widgets.sorting import Sorting
from deskview.widgets.strip import StatusStrip
from deskview.widgets.textual_private import LeanScreen

if TYPE_CHECKING:
    from deskview.board import Board


class PageScreen(LeanScreen[None]):
    """A whole-screen view of one part. A subclass names the part, builds the body and shows the reading."""

    PART: ClassVar[str] = ""
    HEADING: ClassVar[str] = ""
    OPENS: ClassVar[Kind] = Kind.NAME
    TURNS: ClassVar[frozenset[str]] = frozenset()
    """Lists whose rows turn the page itself instead of opening another."""
    STALE_AFTER_S: ClassVar[float] = STALE_AFTER_S
    KEYS: ClassVar[tuple[Scope, ...]] = ()
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Scope.DRILL)]
    DEFAULT_CSS = """
    PageScreen .head { height: 1; }
    PageScreen .notice { height: auto; padding: 0 1; color: $stale; display: none; }
    PageScreen .notice.-shown { display: block; }
    PageScreen .body { height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._board: Board | None = None
        self.came_by: tuple[str, ...] = ()
        self._waiting = Waiting()
        self._to_sort = False

    def compose(self) -> ComposeResult:
        """Strip, heading, notice, body, keys."""
        yield DeskStrip(segments(None))
        with Horizontal(classes="head"):
            yield Heading(self.HEADING)
            if self.PART:
                yield Age()
        yield Static("", classes="notice", markup=False)
        with Vertical(classes="body"):
            yield from self.compose_body()
        yield KeyLine(*self.KEYS, Scope.EVERYWHERE, Scope.LISTS, Scope.DRILL)

    def compose_body(self) -> ComposeResult:
        """The page's widgets."""
        raise NotImplementedError

    def show_reading(self, reading: Any, board: "Board") -> None:  # noqa: ANN401 - each page its own reading
        """Puts the reading into the widgets."""
        raise NotImplementedError

    @property
    def variant(self) -> str:
        """Which variant of the part is shown, for the card; empty for the first."""
        return ""

    def begin(self) -> None:
        """Opened by its key, not come back to: as at first, whatever it was left on."""
        self.set_focus(None)
        for lines in self.query(Lines):
            lines.action_jump(0)

    def heading(self) -> str:
        """What is shown, and in which of its variants."""
        return self.HEADING

    def show(self, board: "Board") -> None:
        """Shows the board's part, or what it waits for."""
        self._board = board
        part = getattr(board, self.PART)
        self.query_one(StatusStrip).show(segments(board))
        self.query_one(Heading).tell(self.came_by, self.heading())
        self._show_age()
        notice = self.query_one(".notice", Static)
        notice.update(part.note)
        notice.set_class(bool(part.note), "-shown")
        self._waiting.over()
        if part.value is not None:
            self.show_reading(part.value, board)
        if self._to_sort and self.is_current:
            self._to_sort = False
            self._sort()
        if part.value is None or part.progress is not None:
            self._waiting.tell(self.query(Lines), part.note)

    def on_mount(self) -> None:
        """The age goes on counting between refreshes; until there is a board the lists say so."""
        if self.PART and self._board is None:
            self._waiting.tell(self.query(Lines), OPENING)
        self.set_interval(1, self.tick)

    def tick(self) -> None:
        """Brings the heading's age up to date where the page is seen."""
        if self.PART and self._board is not None and in_view(self):
            self._show_age()

    def _show_age(self) -> None:
        self.query_one(Age).tell(getattr(self._board, self.PART), self.STALE_AFTER_S)

    def show_again(self) -> None:
        """Shows the same board in another variant."""
        if self._board is not None:
            self.show(self._board)

    def on_screen_suspend(self) -> None:
        """Coming back will bring the order of the lists up to date; while one watches it stands still."""
        self._to_sort = True

    def sort_anew(self) -> None:
        """Brings the order of the lists up to date, and once more with the figures that come next."""
        self._to_sort = True
        self._sort()

    def _sort(self) -> None:
        for lines in self.query(Lines):
            if isinstance(lines, Sorting):
                lines.sort_again()

    @on(Lines.Opened)
    def open_row(self, event: Lines.Opened) -> None:
        """A row was opened."""
        event.stop()
        self.open(event.lines.id or "", event.key)

    def open(self, list_id: str, key: str) -> None:
        """A row opens its detail, where it has one."""
        target = self.target_of(list_id, key)
        if target is not None:
            self.post_message(Opened(target))
        elif list_id not in self.TURNS:
            self.notify(NO_MORE, timeout=2)

    def target_of(self, list_id: str, key: str) -> Target | None:  # noqa: ARG002 - for pages whose lists differ
        """What the row `key` of the list opens."""
        return Target(self.OPENS, key)
