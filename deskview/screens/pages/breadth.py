"""The breadth page: every figure with its place in the year, and the past of the one under the cursor."""

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal

from deskview.screens.format import percent, share
from deskview.screens.pages.breadth_rows import COLUMNS, FIGURES, LEFT_OUT_COLUMNS, figure_rows, left_out_rows
from deskview.screens.pages.figures import flowed
from deskview.screens.pages.history import history_chart, past_sessions
from deskview.screens.pages.layout import ChartPage
from deskview.screens.target import Kind, Target
from deskview.widgets.chart import Chart
from deskview.widgets.facts import Fact, Facts, fact
from deskview.widgets.lines import Lines
from deskview.widgets.table import Table

if TYPE_CHECKING:
    from deskview.analytics.breadth import BreadthReading
    from deskview.board import Board

INDENT = 10


class BreadthPage(ChartPage):
    """Figures in sections; below them a year of the chosen one beside the members left out."""

    PART = "breadth"
    HEADING = "Breadth"
    AUTO_FOCUS = "#figures"
    TURNS = frozenset({"figures"})
    DEFAULT_CSS: ClassVar[str] = """
    BreadthPage .list-area { height: 22; }
    BreadthPage.-low .list-area { height: 1fr; }
    BreadthPage .chart-area { height: 1fr; }
    BreadthPage #left-out { width: 44; margin-left: 2; }
    BreadthPage #left-out.-none { display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._figure = FIGURES[0].key
        self._days: tuple[date | None, list[date]] = (None, [])

    def compose_body(self) -> ComposeResult:
        """The members, the figures, the chart and who is left out."""
        yield Facts()
        with Horizontal(classes="list-area"):
            yield Table(COLUMNS, name="breadth-figures", id="figures")
        with Horizontal(classes="chart-area"):
            yield Chart()
            yield Table(LEFT_OUT_COLUMNS, empty="nobody is left out", name="breadth-left-out", id="left-out")

    def show_reading(self, reading: "BreadthReading", board: "Board") -> None:
        """Members, figures and the chart."""
        self.query_one(Facts).show(members(reading, self.size.width - 2))
        self.query_one("#figures", Table).set_rows(figure_rows(reading))
        left_out = self.query_one("#left-out", Table)
        left_out.set_class(not reading.left_out, "-none")
        left_out.set_rows(left_out_rows(reading))
        self._show_chart(reading, board)

    @on(Lines.Highlighted, "#figures")
    def choose(self, event: Lines.Highlighted) -> None:
        """The figure under the cursor shows its past."""
        event.stop()
        self._figure = event.key
        if self._board is not None and self._board.breadth.value is not None:
            self._show_chart(self._board.breadth.value, self._board)

    def target_of(self, list_id: str, key: str) -> Target | None:
        """A figure opens its chart, a member left out itself."""
        if list_id == "left-out":
            return Target(Kind.NAME, key)
        self.action_chart()
        return None

    def _show_chart(self, reading: "BreadthReading", board: "Board") -> None:
        model = board.basis.breadth if board.basis else None
        if model is None or board.basis is None:
            return
        if self._days[0] != board.basis.session:
            self._days = (board.basis.session, past_sessions(board.basis))
        figure = next(figure for figure in FIGURES if figure.key == self._figure)
        past = model.past.get(figure.key)
        spec = history_chart(
            f"{figure.key}:{board.basis.session}",
            [] if past is None else past.tolist(),
            self._days[1],
            getattr(reading, figure.key),
            title=f"{figure.title}: no past is kept" if past is None else f"{figure.title}, {len(past)} sessions",
            write=figure.write,
            today_tone="strong",
        )
        self.query_one(Chart).show(spec)


def members(reading: "BreadthReading", width: int) -> list[list[Fact]]:
    """Whom the figures are of, and who is not counted."""
    facts = [
        fact(reading.index, percent(reading.index_return, 2)),
        fact("counted", f"{reading.members} members"),
        fact("left out", str(reading.left_out)),
        fact("coverage", share(reading.coverage)),
    ]
    reasons: dict[str, int] = {}
    for reason in reading.left_out_reasons.values():
        reasons[reason] = reasons.get(reason, 0) + 1
    facts += [fact("", f"{count} {reason}", "dim") for reason, count in reasons.items()]
    if reading.coverage_note:
        facts.append(fact("", reading.coverage_note, "stale"))
    return flowed("members", facts, INDENT, width)
