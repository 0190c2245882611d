"""The page of the read: four sentences, the signs that positions are cut, what followed days like this one, and each
month there was; `x` goes through the views."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Grid
from textual.widgets import Static

from deskview.screens.deleveraging import DRIVER_COLUMNS, SIGN_COLUMNS, driver_rows, flag_rows
from deskview.screens.frame.page import PanesPage, View
from deskview.screens.frame.status_lines import Segments
from deskview.screens.read import record
from deskview.screens.read.sentences import SENTENCE_COLUMNS, sentence_rows
from deskview.widgets.chart import Chart
from deskview.widgets.facts import Facts
from deskview.widgets.lines import Lines
from deskview.widgets.pane import Pane
from deskview.widgets.table import Table

if TYPE_CHECKING:
    from deskview.analytics.events import HistoryReading
    from deskview.board import Board
    from deskview.board.summary import ReadReading

TITLES = {
    "read": "What broke, was it cut, what is left, who buys",
    "signs": "Positions cut: signs, no probability",
    "drivers": "What today's returns go by, beside the sectors",
    "outcomes": "What followed: a rate of the past, no forecast",
    "paths": "Paths",
    "events": "Events of the rule under the cursor, newest first",
    "months": "Month by month: what was, and nothing of it is in any figure",
    "season": "Season: a dot a year, and no more can be told: with ten years a test's power is 22%",
}
SMALL = tuple(View((pane,)) for pane in TITLES)
LARGE = (
    View(("read", "signs", "drivers"), rows={"read": 2}),
    View(("outcomes", "paths", "events"), 2, {"outcomes": 2}),
    View(("months", "season"), rows={"months": 2}),
)


class ReadPage(PanesPage):
    """Questions 11 to 14 of the desk. The rule the cursor is on among the outcomes has its paths and events shown."""

    PART = "read"
    HEADING = "Read"
    BESIDE = ("deleveraging", "history")
    AUTO_FOCUS = "#sentences"
    DEFAULT_CSS = """
    ReadPage .facts { padding: 0 1; }
    ReadPage #copyright { height: auto; max-height: 2; padding: 0 1; color: $dim; display: none; }
    ReadPage #copyright.-shown { display: block; }
    """

    def __init__(self, segments: Segments) -> None:
        super().__init__(segments)
        self._rule = ""
        self._event: str | None = None

    def compose_body(self) -> ComposeResult:
        """Where today stands, the panes of the view, whose records these are."""
        yield Facts(classes="facts")
        with Grid():
            yield Pane(
                Table(SENTENCE_COLUMNS, name="read-sentences", id="sentences"), title=TITLES["read"], id="pane-read"
            )
            yield Pane(
                Table(SIGN_COLUMNS, name="deleveraging-signs", id="signs"), title=TITLES["signs"], id="pane-signs"
            )
            yield Pane(
                Table(DRIVER_COLUMNS, name="deleveraging-drivers", id="drivers"),
                title=TITLES["drivers"],
                id="pane-drivers",
            )
            yield Pane(
                Table(record.OUTCOME_COLUMNS, name="read-outcomes", id="outcomes"),
                title=TITLES["outcomes"],
                id="pane-outcomes",
            )
            yield Pane(Chart(id="paths"), title=TITLES["paths"], id="pane-paths")
            yield Pane(
                Table(record.EVENT_COLUMNS, empty="no such day in the record", name="read-events", id="events"),
                title=TITLES["events"],
                id="pane-events",
            )
            yield Pane(
                Table(record.MONTH_COLUMNS, name="read-months", id="months"), title=TITLES["months"], id="pane-months"
            )
            yield Pane(Chart(id="season"), title=TITLES["season"], id="pane-season")
        yield Static("", id="copyright", markup=False)

    @property
    def variant(self) -> str:
        """The rule whose events are listed: the card of one is told by it."""
        return self._rule

    def views_for(self, columns: int, rows: int) -> Sequence[View]:
        """One pane at a time in a small terminal, outcomes with paths and events in a large one."""
        return SMALL if columns < 100 or rows < 30 else LARGE

    def show_reading(self, reading: "ReadReading", board: "Board") -> None:
        """Every pane of the view."""
        history, cut = board.history.value, board.deleveraging.value
        self._table("sentences").set_rows(sentence_rows(reading, self.size.width - 6))
        for name, rows in (("signs", flag_rows), ("drivers", driver_rows)):
            self._table(name).empty = board.deleveraging.note
            self._table(name).set_rows(rows(cut) if cut else [])
        if history is None:
            for name in ("outcomes", "events", "months"):
                self._table(name).empty = board.history.note
            self.query_one(Facts).show([])
        else:
            self._show_history(history, board)

    def _show_history(self, reading: "HistoryReading", board: "Board") -> None:
        room = max(3, self.size.height // 4)  # the rest is for what followed
        facts = record.record_facts(board, reading, self.size.width - 2, room)
        self.query_one(Facts).show(facts if "read" not in self.view.panes else facts[:1])
        choice = record.chosen(reading, self._rule)
        self._table("outcomes").set_rows(record.outcome_rows(reading))
        self._table("events").set_rows(record.event_rows(choice))
        self._table("months").set_rows(record.month_rows(choice.record if choice else None))
        self.query_one("#paths", Chart).show(record.path_chart(board, choice, self._event))
        self.query_one("#season", Chart).show(record.season_chart(choice.record if choice else None))
        lines = record.footers(reading)
        self.query_one("#copyright", Static).set_class(bool(lines), "-shown").update("  ".join(lines))

    @on(Lines.Highlighted, "#outcomes")
    def choose_rule(self, event: Lines.Highlighted) -> None:
        """The rule under the cursor has its events listed and their paths drawn."""
        event.stop()
        before, self._rule = self._rule, event.key.rpartition(":")[0]
        if before != self._rule:
            self._event = None
            self.show_again()

    @on(Lines.Highlighted, "#events")
    def choose_event(self, event: Lines.Highlighted) -> None:
        """The event under the cursor has its path drawn bold."""
        event.stop()
        self._event = event.key
        self.show_again()

    def open(self, list_id: str, key: str) -> None:  # noqa: ARG002 - the card is of the row under the cursor
        """A row opens its card: what is chosen is shown beside it already."""
        self.call_later(self.run_action, "app.card")

    def _table(self, name: str) -> Table:
        return self.query_one(f"#{name}", Table)
