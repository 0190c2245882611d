"""The diagnostics page: what is asked first in a few lines, the refreshes, and every figure of the program itself."""

from typing import TYPE_CHECKING, ClassVar, Protocol

from textual.app import ComposeResult

from deskview.format import MISSING
from deskview.screens.diagnostics.rows import next_in, refresh_text, sections, silence, summary
from deskview.screens.frame.page import LOW, PageScreen
from deskview.screens.frame.pane import is_visible
from deskview.screens.frame.status_lines import DeskStrip, Heading, KeyLine, Segments
from deskview.text import neutralise
from deskview.widgets.facts import Facts, flowed
from deskview.widgets.records import Cell, Column, Row
from deskview.widgets.table import Table

if TYPE_CHECKING:
    import polars as pl

    from deskview.board import Board
    from deskview.board.diagnostics import RefreshFigures

REFRESHES = (
    Column("task", "refresh", width=16, sortable=False),
    Column("turns", "turns", width=6, align="right", sortable=False),
    Column("failed", "failed", width=6, align="right", sortable=False),
    Column("missed", "missed", width=6, align="right", sortable=False),
    Column("last", "last", width=7, align="right", sortable=False),
    Column("longest", "longest", width=7, align="right", sortable=False),
    Column("next", "next", width=4, align="right", priority=1, sortable=False),
    Column("message", "what it says", flex=True, minimum=12, priority=2, sortable=False),
)
COLUMNS = (
    Column("figure", "figure", width=16, sortable=False),
    Column("now", "now", width=9, align="right", sortable=False),
    Column("text", "what it is", flex=True, minimum=24, priority=1, sortable=False),
)
NONE = "No refresh has had its turn yet."
INDENT = 10
FEW, MANY = 4, 12
"""So many refreshes are seen at once in a low and in a high terminal; the others lie below the cursor."""
TICKS = 5
"""In so many seconds what depends on the time is brought up to date."""


class Desk(Protocol):
    """What the page asks a desk it is on."""

    def on(self, board: "Board") -> "Board":
        """The board with the desk's figures of now."""


class DiagnosticsPage(PageScreen):
    """The summary, a line a refresh, and the figures in sections; a row opens its whole text."""

    HEADING = "Diagnostics"
    AUTO_FOCUS = "#figures"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (LOW, "-high")]  # noqa: RUF012 - Textual declares it so
    DEFAULT_CSS: ClassVar[str] = """
    DiagnosticsPage .body { padding: 0 1; }
    DiagnosticsPage #refreshes { margin-top: 1; }
    DiagnosticsPage #figures { height: 1fr; margin-top: 1; }
    DiagnosticsPage.-low #refreshes { margin-top: 0; }
    DiagnosticsPage.-low #figures { margin-top: 0; }
    """

    def __init__(self, segments: Segments) -> None:
        super().__init__(segments)
        self._ticks = 0

    def compose_body(self) -> ComposeResult:
        """The summary and both lists."""
        yield Facts()
        yield Table(REFRESHES, empty=NONE, name="diagnostics-refreshes", id="refreshes")
        yield Table(COLUMNS, name="diagnostics-figures", id="figures")

    def show(self, board: "Board") -> None:
        """Shows what came with the board, as old as that is, and of a desk what it is now."""
        self._board = board
        self.query_one(DeskStrip).show_board(board)
        self.query_one(KeyLine).show_traffic(board)
        self.query_one(Heading).show(self.came_by, self.heading())
        self._show_program()

    def _show_program(self) -> None:
        """All below the heading: the lines around it are the desk's, which adds its marks to them."""
        if self._board is None:
            return
        desk: Desk | None = getattr(self.app, "diagnostics", None)
        self._board = board = self._board if desk is None else desk.on(self._board)
        self.show_notice(silence(board.diagnostics))
        width = self.size.width - 2
        self.query_one(Facts).show(
            [line for name, facts in summary(board) for line in flowed(name, facts, INDENT, width)]
        )
        refreshes, shown = self.query_one("#refreshes", Table), board.diagnostics.refreshes
        refreshes.styles.height = 1 + min(max(1, len(shown)), FEW if self.has_class("-low") else MANY)
        refreshes.set_rows([_refresh(refresh) for refresh in shown])
        self.query_one("#figures", Table).set_rows(figure_rows(board))

    def on_resize(self) -> None:
        """The summary flows with the width."""
        self._show_program()

    def tick(self) -> None:
        """Ages go on, and the desk's own figures where no board comes."""
        super().tick()
        self._ticks += 1
        if self._ticks % TICKS == 0 and is_visible(self):
            self._show_program()

    def alert_row(self) -> str | None:
        """None: no rule can be set on these figures."""
        return None

    def open(self, list_id: str, key: str) -> None:  # noqa: ARG002 - both lists open alike
        """A row opens its card, which has the whole of its text."""
        self.app.call_later(self.app.run_action, "card", self.app)

    def own_table(self) -> "pl.DataFrame | None":
        """All rows, one a figure."""
        import polars as pl  # noqa: PLC0415 - polars loads late

        from deskview.board.tables import stamped  # noqa: PLC0415

        board = self._board
        if board is None:
            return None
        rows = [("Refreshes", one.task, "", refresh_text(one)) for one in board.diagnostics.refreshes]
        rows += [(title, row.label, row.now, row.text) for title, own in sections(board) for row in own]
        return stamped(board, pl.DataFrame(rows, schema=["section", "figure", "now", "text"], orient="row"))


def figure_rows(board: "Board") -> list[Row]:
    """Every figure below the title of its section; what is the matter stands out."""
    rows: list[Row] = []
    for title, own in sections(board):
        rows.append(Row(title, (Cell(title),), header=True))
        rows += [
            Row(row.key, (Cell(row.label), Cell(row.now, row.tone or "strong"), Cell(row.text, row.tone or "dim")))
            for row in own
        ]
    return rows


def _refresh(refresh: "RefreshFigures") -> Row:
    done = refresh.longest_s > 0  # the first turn may be under way
    counts = ((refresh.failed, "stale"), (refresh.missed, "stale"))
    return Row(
        refresh.task,
        (
            Cell(refresh.task),
            Cell(f"{refresh.turns:,}"),
            *(Cell(f"{count:,}", tone if count else "dim") for count, tone in counts),
            *(Cell(f"{took:.1f} s" if done else MISSING) for took in (refresh.last_s, refresh.longest_s)),
            Cell(next_in(refresh), "dim"),
            Cell(neutralise(refresh.message), "stale" if refresh.failed else "dim"),
        ),
    )
