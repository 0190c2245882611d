"""The alerts: one row a rule, with its reading now and its last firing."""

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from deskview.screens.actions import Scope, bindings
from deskview.screens.footer import KeyLine
from deskview.screens.format import MISSING, clock
from deskview.screens.pages.base import PageScreen
from deskview.screens.strip import segments
from deskview.widgets.lines import Lines
from deskview.widgets.records import Cell, Column, Row
from deskview.widgets.strip import StatusStrip
from deskview.widgets.table import Table

if TYPE_CHECKING:
    from deskview.board import Board
    from deskview.board.alerts import Watch
    from deskview.settings import Alert

COLUMNS = (
    Column("reading", "reading", flex=True, minimum=14),
    Column("rule", "fires", width=12),
    Column("now", "now", width=9, align="right"),
    Column("state", "state", width=9),
    Column("fired", "last fired", width=10),
    Column("then", "then", width=9, align="right", priority=2),
    Column("times", "times", width=5, align="right", priority=1),
)
NONE = (
    "No rules. Add tables to the settings file, such as\n"
    ' [[alert]]   reading = "momentum.sigma"   below = -3\n'
    "`deskview settings` prints what can be set."
)


def condition(rule: "Alert") -> str:
    """When the rule fires, such as below −3."""
    if rule.percentile is not None:
        return f"in the outer {rule.percentile:g}%"
    word, limit = next(
        (word, limit)
        for word, limit in (("above", rule.above), ("below", rule.below), ("crosses", rule.crosses))
        if limit is not None
    )
    return f"{word} {figure(limit)}"


def figure(value: float | None) -> str:
    """A reading of any unit in four digits."""
    return MISSING if value is None else f"{value:,.4g}".replace("-", "−")


def row(number: int, watch: "Watch") -> Row:
    """One rule."""
    state, tone = ("FIRED", "warning") if watch.waiting else ("holds", "stale") if watch.holds else ("armed", "dim")
    if watch.fault:
        state, tone = "fault", "warning"
    fired = watch.fired_at is not None
    return Row(
        str(number),
        (
            Cell(watch.rule.reading),
            Cell(condition(watch.rule)),
            Cell(figure(watch.value)),
            Cell(state, tone),
            Cell(clock(watch.fired_at), "" if fired else "dim"),
            Cell(figure(watch.fired_value), "dim"),
            Cell(str(watch.firings), "dim"),
        ),
    )


class AlertsPage(PageScreen):
    """One line a rule; opening it leads to the page of its part."""

    HEADING = "Alerts: rules from the settings, one line each"
    KEYS = (Scope.ALERTS,)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Scope.ALERTS)]

    def compose_body(self) -> ComposeResult:
        """The rules."""
        yield Table(COLUMNS, empty=NONE)

    def show(self, board: "Board") -> None:
        """Shows what the app has made of the rules on the newest board."""
        self.query_one(StatusStrip).show(segments(board))
        self.query_one(KeyLine).show_traffic(board)
        watches: tuple[Watch, ...] = getattr(self.app, "watches", ())
        waiting = sum(watch.waiting for watch in watches)
        self.query_one(".heading", Static).update(f"{self.HEADING}  ·  {waiting} not acknowledged")
        notice = self.query_one(".notice", Static)
        faults = [watch.fault for watch in watches if watch.fault]
        notice.update("\n".join(faults))
        notice.set_class(bool(faults), "-shown")
        self._parts = [watch.rule.reading.partition(".")[0] for watch in watches]
        self.query_one(Table).set_rows([row(number, watch) for number, watch in enumerate(watches)])

    @on(Lines.Opened)
    def open_row(self, event: Lines.Opened) -> None:
        """To the page of the rule's part, where there is one."""
        event.stop()
        self.app.call_later(self.app.run_action, f"page('{self._parts[int(event.key)]}')", self.app)
