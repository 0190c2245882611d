"""The page of the user's own lists, one at a time: what it is worth, what hangs on momentum and on leveraged ETFs, its
positions, sectors and themes."""

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container

from deskview.screens.frame.keys import VIEWS, Action, bindings
from deskview.screens.frame.page import PageScreen
from deskview.screens.frame.status_lines import Segments
from deskview.screens.frame.target import Kind, Target
from deskview.screens.lists import facts, tables
from deskview.widgets.facts import Facts
from deskview.widgets.records import Column, Sort
from deskview.widgets.sorting import Entry, SortedTable
from deskview.widgets.text import shorten

if TYPE_CHECKING:
    from deskview.analytics.holdings import Holdings, ListReading
    from deskview.board import Board

HIGH, WIDE = 36, 170
"""Rows from which sectors and themes stand below the positions, columns from which they stand beside them."""
HEADING_CELLS = 30
ONE_LIST = "There is one list only; another file in the folder of lists is another list."


class ListsPage(PageScreen):
    """The answers on top, the positions below them; sectors and themes as lines where there is no room for lists."""

    PART = "lists"
    HEADING = "Own lists"
    AUTO_FOCUS = "#positions"
    ACTIONS: ClassVar[tuple[Action, ...]] = VIEWS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*VIEWS)]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (HIGH, "-high")]  # noqa: RUF012 - Textual declares it so
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012
    DEFAULT_CSS = """
    ListsPage .body { padding: 0 1; }
    ListsPage .all { layout: vertical; height: 1fr; margin-top: 1; }
    ListsPage .groups { layout: horizontal; height: 9; margin-top: 1; }
    ListsPage #sectors { margin-right: 2; }
    ListsPage.-low .all { margin-top: 0; }
    ListsPage.-low .groups, ListsPage .groups.-none { display: none; }
    ListsPage.-high.-wide .all { layout: horizontal; }
    ListsPage.-high.-wide .groups { layout: vertical; width: 46; height: 1fr; margin: 0 0 0 2; }
    ListsPage.-high.-wide #sectors { margin: 0 0 1 0; height: 14; }
    """

    def __init__(self, segments: Segments) -> None:
        super().__init__(segments)
        self._list = ""

    def compose_body(self) -> ComposeResult:
        """The answers, the positions, sectors and themes."""
        yield Facts()
        with Container(classes="all"):
            yield SortedTable(tables.COLUMNS, sort=Sort("now"), name="lists", id="positions")
            with Container(classes="groups -none"):
                for name, columns in (("sectors", tables.GROUP_COLUMNS), ("themes", tables.THEME_COLUMNS)):
                    yield SortedTable(columns, sort=Sort("share"), empty="none", name=f"lists-{name}", id=name)

    @property
    def variant(self) -> str:
        """The list that is shown: the card is of it."""
        one = self._shown()
        return one.name if one else ""

    def heading(self) -> str:
        """The list stands behind the page, and which of them it is."""
        reading, one = self._reading(), self._shown()
        if reading is None or one is None:
            return self.HEADING
        name = f"{self.HEADING}  ·  {shorten(one.name, HEADING_CELLS)}"
        of = f"  ·  {reading.lists.index(one) + 1} of {len(reading.lists)}" if len(reading.lists) > 1 else ""
        return name + of

    def show_reading(self, reading: "Holdings", board: "Board") -> None:  # noqa: ARG002 - of every page
        """The answers and the rows of the list shown."""
        one = self._shown()
        if one is None:
            return
        self._list = one.name
        self.query_one(".groups").remove_class("-none")
        grouped = self.size.height < HIGH
        self.query_one(Facts).show(facts.answers(one, board.lists, self.size.width - 2, grouped=grouped))
        self._fill("positions", tables.columns_of(one), tables.entries(one))
        for name, rows in (("sectors", one.by_sector), ("themes", one.by_theme)):
            columns = tables.group_columns(dollars=one.has_quantities, theme=name == "themes")
            self._fill(name, columns, tables.group_entries(rows, dollars=one.has_quantities))

    def _fill(self, name: str, columns: tuple[Column, ...], rows: list[Entry]) -> None:
        """The rows; a list with other columns than the one before begins anew."""
        table = self.query_one(f"#{name}", SortedTable)
        if table.columns != columns:
            table.show(columns, ())
        table.fill(rows)

    def on_resize(self) -> None:
        """What flows with the width is laid out anew."""
        self.show_again()

    def action_next_view(self) -> None:
        """The next list, after the last the first."""
        self._turn(1)

    def action_previous_view(self) -> None:
        """The list before."""
        self._turn(-1)

    def _turn(self, by: int) -> None:
        reading, one = self._reading(), self._shown()
        if reading is None or one is None:
            return
        if len(reading.lists) == 1:
            self.notify(ONE_LIST, timeout=3)
            return
        self._list = reading.lists[(reading.lists.index(one) + by) % len(reading.lists)].name
        self.show_again()
        self.query_one("#positions", SortedTable).sort_again()

    def target_of(self, list_id: str, key: str) -> Target | None:
        """A position opens its name, where there is such a name; a sector or theme itself."""
        if list_id != "positions":
            return Target(Kind.GROUP, key) if key else None
        one = self._shown()
        row = next((row for row in one.positions if row.ticker == key), None) if one else None
        return Target(Kind.NAME, key) if row is not None and (row.name or row.price is not None) else None

    def _reading(self) -> "Holdings | None":
        return self._board.lists.value if self._board else None

    def _shown(self) -> "ListReading | None":
        """The list that was chosen, the first where none was or it is gone."""
        reading = self._reading()
        lists = reading.lists if reading else []
        return next((one for one in lists if one.name == self._list), lists[0] if lists else None)
