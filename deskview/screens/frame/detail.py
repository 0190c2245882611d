"""The drill-down: one screen for every kind of detail, built once and pointed at what was opened."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from deskview.screens.frame.keys import DETAIL, EVERYWHERE, PAGE, READING, bindings, hint
from deskview.screens.frame.overlay import Reader
from deskview.screens.frame.pane import is_visible
from deskview.screens.frame.status_lines import DeskStrip, Heading, KeyLine, Segments
from deskview.screens.frame.target import NO_MORE, Cursor, Kind, Opened, Target
from deskview.widgets.chart import Chart
from deskview.widgets.chartspec import ChartSpec
from deskview.widgets.facts import GAP, Fact, Facts, fact, flowed
from deskview.widgets.lines import Lines
from deskview.widgets.pane import Pane
from deskview.widgets.records import Column, Row
from deskview.widgets.table import Table
from deskview.widgets.text import plain, width_of, wrap
from deskview.widgets.textual_private import LeanScreen

if TYPE_CHECKING:
    from deskview.board import Board


@dataclass(frozen=True)
class Section:
    """A list, by the name its columns are chosen by; its rows open details of `opens`, or nothing.

    `empty` says why it has no rows.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    empty: str = "nothing here"
    opens: Kind | None = None


class About(NamedTuple):
    """Figures of one subject; they flow into as many lines as the width makes of them."""

    subject: str
    facts: list[Fact]


@dataclass(frozen=True)
class Detail:
    """One screen's contents. `price_of` is the ticker whose price is charted, `members_of` the group whose members'
    mean return is; `chart` is that chart once it is made, `turns` in how many ways it may be shown.

    `figures` are lines as they stand, `about` figures by subject in place of them. `news` is a list between figures and
    the other lists. `notes` are sentences that speak against the figures, shown whole above them.
    """

    title: str
    figures: list[list[Fact]] = field(default_factory=list)
    price_of: str = ""
    members_of: str = ""
    chart: ChartSpec | None = None
    chart_title: str = ""
    turns: int = 1
    sections: tuple[Section, ...] = ()
    notes: tuple[str, ...] = ()
    about: Sequence[About] = ()
    news: Section | None = None

    def lines(self, width: int) -> list[list[Fact]]:
        """The lines of figures in so many cells; no word of a subject is lost."""
        if not self.about:
            return self.figures
        room = width - INDENT - len(GAP)
        return [
            line
            for one in self.about
            for line in flowed(one.subject, [part for each in one.facts for part in _parts(each, room)], INDENT, width)
        ]


def _parts(whole: Fact, room: int) -> list[Fact]:
    """A fact that fits into the room, or its words line by line."""
    if width_of(whole) <= room:
        return [whole]
    text = "".join(plain(piece.text) for piece in whole)
    return [fact("", line, whole[-1].tone) for line in wrap(text, room)]


LISTS = 2
"""Lists side by side below figures and chart."""
NEWS = "news"
NARROW, WIDE, LOW = 100, 160, 30
"""Below NARROW columns figures by subject take the whole width, and the chart has a screen of its own; from WIDE on
they take as much as they can use. Below LOW rows the lists give way to them."""
FIGURES = {False: 64, True: 88}
"""Columns of figures by subject beside a chart, by whether the screen is wide."""
INDENT = 11
FRAME = 4
"""Cells of a pane that hold no figure: its border, and the scroll bar."""


class DetailScreen(LeanScreen[None]):
    """Figures on the left, the chart beside them, lists below."""

    AUTO_FOCUS = "#list-0"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*PAGE, *DETAIL)]
    DEFAULT_CSS = """
    DetailScreen .notes { height: auto; padding: 0 1; color: $warning; text-style: bold; display: none; }
    DetailScreen .notes.-shown { display: block; }
    DetailScreen .top { height: 1fr; }
    DetailScreen .lists { height: 1fr; }
    DetailScreen #figures { width: 46; }
    DetailScreen Reader { scrollbar-size-vertical: 1; }
    DetailScreen.-no-chart #figures { width: 1fr; }
    DetailScreen.-no-chart #chart-pane { display: none; }
    DetailScreen.-no-chart .top { height: auto; max-height: 50%; }
    DetailScreen.-no-chart #figures, DetailScreen.-no-chart Reader { height: auto; }
    DetailScreen.-one-list #pane-list-1 { display: none; }
    DetailScreen.-no-list .lists { display: none; }
    DetailScreen #pane-news { height: 6; display: none; }
    DetailScreen.-about #pane-news { display: block; }
    DetailScreen.-about .top { height: 3fr; }
    DetailScreen.-about .lists { height: 2fr; }
    DetailScreen.-about #figures { width: 64; }
    DetailScreen.-about.-wide #figures { width: 88; }
    DetailScreen.-about.-low .top { height: 2fr; }
    DetailScreen.-about.-low .lists { height: 1fr; }
    DetailScreen.-about.-narrow #figures { width: 1fr; }
    DetailScreen.-about.-narrow #chart-pane { display: none; }
    DetailScreen.-about.-no-chart .top, DetailScreen.-about.-no-chart #figures,
    DetailScreen.-about.-no-chart Reader { height: 3fr; max-height: 100%; }
    DetailScreen.-enlarged .lists, DetailScreen.-enlarged #figures, DetailScreen.-enlarged #pane-news { display: none; }
    DetailScreen.-enlarged.-about.-narrow #chart-pane { display: block; }
    """

    def __init__(self, segments: Segments) -> None:
        super().__init__()
        self._segments = segments
        self._opens: dict[str, Kind | None] = {}
        self._before: Table | None = None
        self._shown: Detail | None = None
        self.turn_chart: Callable[[], None] = lambda: None
        """What the key that turns the chart does."""

    def compose(self) -> ComposeResult:
        """Strip, figures, chart, lists, keys."""
        yield DeskStrip(self._segments)
        yield Heading()
        yield Static("", classes="notes", markup=False)
        with Vertical():
            with Horizontal(classes="top"):
                yield Pane(Reader(Facts()), title="Figures", id="figures")
                yield Pane(Chart(), title="", id="chart-pane")
            yield Pane(Table(id=f"list-{NEWS}"), title="", id=f"pane-{NEWS}")
            with Horizontal(classes="lists"):
                for number in range(LISTS):
                    yield Pane(Table(id=f"list-{number}"), title="", id=f"pane-list-{number}")
        yield KeyLine(*PAGE, *DETAIL, *READING, *EVERYWHERE)

    def on_mount(self) -> None:
        """How old the figures of the top line are changes between refreshes."""
        self.set_interval(1, self.tick)

    def tick(self) -> None:
        """Brings the top line up to date where it is seen."""
        if is_visible(self):
            self.query_one(DeskStrip).tick()

    def show(self, board: "Board", detail: Detail, *, crumbs: list[str], count: str = "") -> None:
        """Shows a detail; what did not change is not repainted.

        `crumbs` are the places one came by, `count` where it stands in the list it was opened from.
        """
        self.query_one(DeskStrip).show_board(board)
        self.query_one(Heading).show(("desk", *crumbs[:-1]), f"{detail.title}  {count}".rstrip())
        self._show_notes(detail.notes)
        self._shown = detail
        self._show_figures()
        self._show_chart(detail)
        self.set_class(len(detail.sections) < LISTS, "-one-list")
        self.set_class(not detail.sections, "-no-list")
        if detail.news is not None:
            self._show_list(NEWS, detail.news)
        for number, section in enumerate(detail.sections[:LISTS]):
            self._show_list(str(number), section)

    def on_resize(self) -> None:
        """Figures by subject flow anew."""
        self._show_figures()

    def _show_figures(self) -> None:
        """As many cells wide as the terminal leaves them."""
        if self._shown is None:
            return
        size = self.app.size
        self.set_class(bool(self._shown.about), "-about")
        for name, given in (("narrow", size.width < NARROW), ("wide", size.width >= WIDE), ("low", size.height < LOW)):
            self.set_class(given, f"-{name}")
        is_narrow = bool(self._shown.about) and size.width < NARROW
        chart = f"Figures, {hint(self.app, DETAIL, 'enlarge')} shows the chart" if is_narrow else "Figures"
        self.query_one("#figures", Pane).set_title(chart)
        width = size.width if size.width < NARROW else FIGURES[size.width >= WIDE]
        self.query_one(Facts).show(self._shown.lines(width - FRAME))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a chart can be turned."""
        return self.charted if action == "relative" else super().check_action(action, parameters)

    def action_relative(self) -> None:
        """The chart's price, or its return less another's."""
        self.turn_chart()

    @property
    def charted(self) -> bool:
        """Whether there is a chart."""
        return not self.has_class("-no-chart")

    @property
    def enlarged(self) -> bool:
        """Whether the chart has the whole screen."""
        return self.has_class("-enlarged")

    def enlarge(self, *, chart: bool) -> None:
        """Gives the chart the whole screen, or the rest its place back and its list the focus."""
        if chart == self.enlarged:
            return
        self.set_class(chart, "-enlarged")
        if chart:
            self._before = self.focused if isinstance(self.focused, Table) else None
        else:
            self.call_after_refresh(self._focus_list, self._before)

    def _show_notes(self, notes: tuple[str, ...]) -> None:
        shown = self.query_one(".notes", Static)
        shown.update("\n".join(map(plain, notes)))
        shown.set_class(bool(notes), "-shown")

    def _show_chart(self, detail: Detail) -> None:
        self.set_class(detail.chart is None, "-no-chart")
        if detail.chart is None:
            self.enlarge(chart=False)
        self.query_one("#chart-pane", Pane).set_title(detail.chart_title)
        if detail.chart is not None:
            self.query_one(Chart).show(detail.chart)

    def _show_list(self, name: str, section: Section) -> None:
        self.query_one(f"#pane-{name}" if name == NEWS else f"#pane-list-{name}", Pane).set_title(section.title)
        table = self.query_one(f"#list-{name}", Table)
        table.empty, table.list_name = section.empty, section.name
        table.show(section.columns, section.rows)
        self._opens[name] = section.opens

    @property
    def cursors(self) -> tuple[Cursor, ...]:
        """The row each list's cursor is on and how far the list is scrolled, to come back to."""
        return tuple((table.cursor_key, table.scroll_offset.y, table.has_focus) for table in self.query(Table))

    def restore(self, cursors: tuple[Cursor, ...]) -> None:
        """Puts cursors, lists and focus back where they were; without any, the lists to the top."""
        wanted = None
        for number, table in enumerate(self.query(Table)):
            key, scroll, focused = cursors[number] if number < len(cursors) else (None, 0, False)
            if key is None or not table.select(key):
                table.action_jump(0)
            table.scroll_to(y=scroll, animate=False, force=True)
            wanted = table if focused else wanted
        self.call_after_refresh(self._focus_list, wanted)

    def _focus_list(self, wanted: Table | None) -> None:
        """The focus goes to the list it was on, where that is shown; it is never on nothing while there is a list."""
        chain = self.focus_chain
        lists = [table for table in self.query(Table) if table in chain]
        if wanted in lists:
            self.set_focus(wanted)
        elif lists and self.focused not in chain:
            self.set_focus(next((table for table in lists if table.id == "list-0"), lists[0]))

    @on(Lines.Opened)
    def open_row(self, event: Lines.Opened) -> None:
        """A row opens the kind of detail its list says."""
        event.stop()
        kind = self._opens.get((event.lines.id or "").removeprefix("list-"))
        if kind is None:
            self.notify(NO_MORE, timeout=2)
        else:
            self.post_message(Opened(Target(kind, event.key)))
