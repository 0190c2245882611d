"""What the pages share: the strip, the title with the data's age, the keys; pages with a chart, and of many panes."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from deskview.screens.frame.age import STALE_AFTER_S, age_of, notice_of
from deskview.screens.frame.card import listed_line
from deskview.screens.frame.keys import CHART, EVERYWHERE, LISTS, PAGE, READING, VIEWS, Action, bindings
from deskview.screens.frame.pane import OPENING, Waiting, is_visible
from deskview.screens.frame.status_lines import DeskStrip, Heading, KeyLine, Segments
from deskview.screens.frame.target import NO_MORE, Kind, Opened, Target
from deskview.widgets.lines import Lines
from deskview.widgets.painted import Painted
from deskview.widgets.pane import Pane
from deskview.widgets.records import Line, Piece
from deskview.widgets.sorting import Sorting
from deskview.widgets.textual_private import LeanScreen

if TYPE_CHECKING:
    import polars as pl

    from deskview.board import Board, Part


class Age(Painted):
    """How old a part is, counting on; only the cells that differ are repainted."""

    DEFAULT_CSS = """
    Age { dock: right; height: 1; width: 24; padding: 0 1; text-style: bold; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._line: Line = ()

    def show(self, part: "Part[Any]", stale_after_s: float, speed: float) -> None:
        """Shows the age of a part, nothing where it has no figures yet."""
        text, state = age_of(part, stale_after_s, speed)
        label = f"{text} old" if state == "live" and part.age_s is not None else text
        tone = {"stale": "stale", "doubt": "warning"}.get(state, "")
        room = " " * (self.line_width - len(label))
        self._line = (Piece(room), Piece(label, tone)) if part.value is not None else ()
        self.repaint()

    def line_at(self, y: int) -> Line:  # noqa: ARG002 - there is one line
        """The age."""
        return self._line


class PageScreen(LeanScreen[None]):
    """A whole-screen view of one part. A subclass names the part, builds the body and shows the reading."""

    PART: ClassVar[str] = ""
    HEADING: ClassVar[str] = ""
    BESIDE: ClassVar[tuple[str, ...]] = ()
    """Parts without a page of their own that are shown here too."""
    OPENS: ClassVar[Kind] = Kind.NAME
    TURNS: ClassVar[frozenset[str]] = frozenset()
    """Lists whose rows turn the page itself instead of opening another."""
    STALE_AFTER_S: ClassVar[float] = STALE_AFTER_S
    ACTIONS: ClassVar[tuple[Action, ...]] = ()
    """Its own, as the bottom line has them; each class binds those it brings."""
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*PAGE)]
    DEFAULT_CSS = """
    PageScreen .head { height: 1; }
    PageScreen .notice { height: auto; padding: 0 1; color: $stale; display: none; }
    PageScreen .listed { height: auto; padding: 0 1; display: none; }
    PageScreen .notice.-shown, PageScreen .listed.-shown { display: block; }
    PageScreen .body { height: 1fr; }
    """

    def __init__(self, segments: Segments) -> None:
        super().__init__()
        self._segments = segments
        self._board: Board | None = None
        self.came_by: tuple[str, ...] = ()
        self._waiting = Waiting()
        self._noticed = self._listed = ""
        self._to_sort = False
        self._built = False
        self._first: Board | None = None

    def compose(self) -> ComposeResult:
        """Strip, heading, notice, body, keys."""
        yield DeskStrip(self._segments)
        with Horizontal(classes="head"):
            yield Heading(self.HEADING)
            if self.PART:
                yield Age()
        yield Static("", classes="notice", markup=False)
        yield Static("", classes="listed", markup=False)
        with Vertical(classes="body"):
            yield from self.compose_body()
        yield KeyLine(*self.ACTIONS, *READING, *EVERYWHERE, *LISTS, *PAGE)

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

    def receive(self, board: "Board") -> None:
        """Shows a board; one that comes while the page is being built waits until it is."""
        if self._built:
            self.show(board)
        else:
            self._first = board

    def show(self, board: "Board") -> None:
        """Shows the board's part, or what it waits for."""
        self._board = board
        part = getattr(board, self.PART)
        self.query_one(DeskStrip).show_board(board)
        self.query_one(Heading).show(self.came_by, self.heading())
        self._show_age(board)
        self._show_listed(board)
        self._waiting.over()
        if part.value is not None:
            self.show_reading(part.value, board)
        if self._to_sort and self.is_current:
            self._to_sort = False
            self._sort()
        if part.value is None or part.progress is not None:
            self._waiting.show(self.query(Lines), part.note)

    def on_mount(self) -> None:
        """Ages go on counting between refreshes; until there is a board the lists say so."""
        if self.PART and self._board is None:
            self._waiting.show(self.query(Lines), OPENING)
        self.set_interval(1, self.tick)
        self._built, first, self._first = True, self._first, None
        if first is not None:
            self.receive(first)

    def tick(self) -> None:
        """Brings ages and the next try up to date where the page is seen."""
        if self._board is None or not is_visible(self):
            return
        self.query_one(DeskStrip).tick()
        if self.PART:
            self._show_age(self._board)

    def _show_age(self, board: "Board") -> None:
        part = getattr(board, self.PART)
        self.query_one(Age).show(part, self.STALE_AFTER_S, board.source.speed)
        self.show_notice(notice_of(part, part.note))

    def show_notice(self, sentence: str) -> None:
        """Says below the heading what failed, what is in doubt and what happens next."""
        if sentence != self._noticed:
            self._noticed = sentence
            notice = self.query_one(".notice", Static)
            notice.update(sentence)
            notice.set_class(bool(sentence), "-shown")

    def _show_listed(self, board: "Board") -> None:
        """The figures no widget of the page has a place for, where the parts have such."""
        line = listed_line(board, (self.PART, *self.BESIDE)) if self.PART else ""
        if line != self._listed:
            self._listed = line
            self.query_one(".listed", Static).set_class(bool(line), "-shown").update(line)

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

    def alert_row(self) -> str | None:
        """The row under the cursor an alert may be set on; None where there is none."""
        return self.focused.cursor_key if isinstance(self.focused, Lines) else None

    def own_table(self) -> "pl.DataFrame | None":
        """The rows to take elsewhere where they are the page's own and not its subject's."""
        return None

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


LOW, TALL, NARROW = 36, 54, 110
"""Rows from which chart and list are shown at once, and the chart larger; columns from which they have all theirs."""


class ChartPage(PageScreen):
    """A page of a `.chart-area` and a `.list-area`, both at once where the terminal is high enough, else the list."""

    ACTIONS: ClassVar[tuple[Action, ...]] = CHART
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*CHART)]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (LOW, "-high"), (TALL, "-tall")]  # noqa: RUF012 - Textual declares it so
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (NARROW, "-wide")]  # noqa: RUF012
    DEFAULT_CSS = """
    ChartPage .body { padding: 0 1; }
    ChartPage .chart-area { height: 13; margin-top: 1; }
    ChartPage .list-area { height: 1fr; margin-top: 1; }
    ChartPage.-tall .chart-area { height: 38%; }
    ChartPage.-low .chart-area { display: none; }
    ChartPage.-charted .chart-area { display: block; height: 1fr; }
    ChartPage.-charted .list-area { display: none; }
    """

    def on_resize(self) -> None:
        """What flows with the width is laid out anew."""
        self.show_again()

    def begin(self) -> None:
        """The list again."""
        self.remove_class("-charted")
        super().begin()

    def action_chart(self) -> None:
        """The chart in place of the list, and back."""
        self.toggle_class("-charted")
        self.call_after_refresh(self._focus_again)

    def _focus_again(self) -> None:
        """The first list of what is shown gets the focus."""
        shown = ".chart-area" if self.has_class("-charted") else ".list-area"
        first = next(iter(self.query(f"{shown} Lines").results(Lines)), None)
        self.set_focus(first if first is not None and first.display else None)


class View(NamedTuple):
    """Panes shown together in so many columns; `spans` are those that take more than one, `rows` more than one row."""

    panes: tuple[str, ...]
    columns: int = 1
    spans: Mapping[str, int] = {}
    rows: Mapping[str, int] = {}


class PanesPage(PageScreen):
    """Panes with the ids `pane-NAME` in a Grid. A subclass says which views a size has and fills what is shown."""

    ACTIONS: ClassVar[tuple[Action, ...]] = VIEWS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*VIEWS)]
    DEFAULT_CSS = """
    PanesPage Grid { height: 1fr; }
    """

    def __init__(self, segments: Segments) -> None:
        super().__init__(segments)
        self._views = self.views_for(80, 24)
        self._at = 0

    def views_for(self, columns: int, rows: int) -> Sequence[View]:
        """The views of a terminal of this size; every pane is in one of them."""
        raise NotImplementedError

    @property
    def view(self) -> View:
        """What is shown now."""
        return self._views[self._at]

    def heading(self) -> str:
        """The page and which of its views."""
        return f"{self.HEADING}  ·  view {self._at + 1} of {len(self._views)}" if len(self._views) > 1 else self.HEADING

    def on_mount(self) -> None:
        """The first view."""
        self._arrange()

    def on_resize(self) -> None:
        """The views of the new size; the one with what was shown first."""
        first = self.view.panes[0]
        self._views = self.views_for(self.size.width, self.size.height)
        self._at = next(index for index, view in enumerate(self._views) if first in view.panes)
        self._arrange()

    def begin(self) -> None:
        """The first view again."""
        super().begin()
        self._at = 0
        if self.is_mounted:
            self._arrange()
            self._focus_first()

    def action_next_view(self) -> None:
        """The next view, after the last the first."""
        self._at = (self._at + 1) % len(self._views)
        self._arrange()
        self._focus_first()

    def _focus_first(self) -> None:
        panes = [self.query_one(f"#pane-{name}") for name in self.view.panes]
        self.set_focus(next((widget for pane in panes for widget in pane.query("*") if widget.focusable), None))

    def _arrange(self) -> None:
        """Shows the view's panes in its columns."""
        view = self.view
        self.query_one("Grid").styles.grid_size_columns = view.columns
        for pane in self.query(Pane):
            name = (pane.id or "").removeprefix("pane-")
            pane.display = name in view.panes
            pane.styles.column_span = view.spans.get(name, 1)
            pane.styles.row_span = view.rows.get(name, 1)
        self.show_again()
