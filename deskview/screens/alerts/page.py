"""The alerts: one row a rule with its reading now and how far it is off, and below the latest firings."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Static

from deskview.screens.alerts.explain import row_key, row_number
from deskview.screens.alerts.levels import condition, watched_figure, watched_label
from deskview.screens.format import MISSING, clock
from deskview.screens.frame.keys import Action, bindings, scoped
from deskview.screens.frame.page import PageScreen
from deskview.screens.frame.status_lines import DeskStrip, Heading, KeyLine, Segments
from deskview.screens.frame.target import Kind, Opened, Target
from deskview.widgets.records import Cell, Column, Row
from deskview.widgets.table import Table

if TYPE_CHECKING:
    import polars as pl

    from deskview.alert_rules import Rules
    from deskview.board import Board
    from deskview.board.alerts import Watch


COLUMNS = (
    Column("reading", "reading", flex=True, minimum=20),
    Column("rule", "fires", width=12),
    Column("now", "now", width=8, align="right"),
    Column("to_go", "to go", width=8, align="right", priority=1),
    Column("state", "state", width=6),
    Column("fired", "fired at", width=8, priority=2),
    Column("then", "then", width=8, align="right", priority=4),
    Column("times", "times", width=5, align="right", priority=5),
    Column("source", "set", width=8, priority=3),
)
FIRINGS = (
    Column("fired", "at", width=8),
    Column("reading", "reading", flex=True, minimum=14),
    Column("then", "was", width=8, align="right"),
    Column("rule", "fires", width=12),
)
OWN_ACTIONS = scoped(
    "On the alerts page",
    Action("app.acknowledge", "a", "a", "Acknowledge the alerts", footer=True),
    Action("app.alert", "plus", "+", "Alert: set one on the figure here", footer=True),
    Action("edit_alert", "E", "E", "Edit the rule under the cursor", footer=True),
    Action("remove_alert", "minus,delete", "-", "Remove the rule under the cursor", footer=True),
)
NONE = (
    "No rules. + sets one on the figure under the cursor, here and everywhere; or add tables to the settings file,"
    " such as\n"
    ' [[alert]]   reading = "momentum.sigma"   below = -3\n'
    "`deskview settings` prints what can be set."
)


def row(number: int, watch: "Watch") -> Row:
    """One rule."""
    state, tone = ("FIRED", "warning") if watch.waiting else ("holds", "stale") if watch.holds else ("armed", "dim")
    if watch.pending and not watch.waiting:
        state, tone = "waits", "stale"
    if watch.fault:
        state, tone = "fault", "warning"
    rule = watch.rule
    return Row(
        row_key(number, rule),
        (
            Cell(rule.reading if watch.fault else watched_label(rule)),
            Cell(condition(rule)),
            Cell(watched_figure(rule, watch.value, watch.basis)),
            Cell(_to_go(watch), "dim"),
            Cell(state, tone),
            Cell(clock(watch.fired_at), "" if watch.fired_at else "dim"),
            Cell(watched_figure(rule, watch.fired_value, watch.fired_basis), "dim"),
            Cell(str(watch.firings), "dim"),
            Cell("here" if watch.own else "settings", "dim"),
        ),
    )


def _to_go(watch: "Watch") -> str:
    """How far the reading is off the level, or that it is past it."""
    if watch.to_go is None:
        return MISSING
    return watched_figure(watch.rule, watch.to_go, watch.basis) if watch.to_go > 0 else "past"


def firing_row(number: int, watch: "Watch") -> Row:
    """One firing, as the rule was then."""
    rule = watch.rule
    then = watched_figure(rule, watch.fired_value, watch.fired_basis)
    cells = (clock(watch.fired_at), watched_label(rule), then, condition(rule))
    return Row(row_key(number, rule), tuple(Cell(text) for text in cells))


def _pending(watches: Iterable["Watch"]) -> list[str]:
    """Of which rules the state waits, a line a reason."""
    readings: dict[str, dict[str, None]] = {}
    for watch in watches:
        if watch.pending:
            readings.setdefault(watch.pending, {})[watch.rule.reading] = None
    return [f"{', '.join(found)} {'waits' if len(found) == 1 else 'wait'}: {why}" for why, found in readings.items()]


def _faults(watches: Iterable["Watch"]) -> list[str]:
    return [f"{watch.where}: {watch.fault}" if watch.where else watch.fault for watch in watches if watch.fault]


class AlertsPage(PageScreen):
    """One line a rule; opening it leads to the page of its part."""

    HEADING = "Alerts"
    ACTIONS = OWN_ACTIONS
    AUTO_FOCUS = "#rules"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*OWN_ACTIONS)]
    DEFAULT_CSS = """
    AlertsPage #rules { height: 2fr; }
    AlertsPage #firings { height: 1fr; }
    AlertsPage .log { height: 1; padding: 0 1; color: $dim; }
    AlertsPage.-quiet #firings, AlertsPage.-quiet .log { display: none; }
    """

    class Asked(Message):
        """A rule is to be changed, or removed."""

        def __init__(self, watch: "Watch", *, remove: bool) -> None:
            super().__init__()
            self.watch = watch
            self.remove = remove

    def __init__(self, segments: Segments) -> None:
        super().__init__(segments)
        self._watches: tuple[Watch, ...] = ()
        self._fired: list[Watch] = []

    def compose_body(self) -> ComposeResult:
        """The rules, and the log."""
        yield Table(COLUMNS, empty=NONE, id="rules")
        yield Static("Firings, newest first; one within a minute of the last is counted only", classes="log")
        yield Table(FIRINGS, empty="", id="firings")

    def heading(self) -> str:
        """How many rules there are, and how many of them wait to be acknowledged."""
        waiting = sum(watch.waiting for watch in self._watches)
        rules = f"{len(self._watches)} rule{'s' * (len(self._watches) != 1)}"
        return f"{self.HEADING}  ·  {rules}  ·  {waiting} not acknowledged"

    def show(self, board: "Board") -> None:
        """Shows what the app has made of the rules on the newest board."""
        self.query_one(DeskStrip).show_board(board)
        self.query_one(KeyLine).show_traffic(board)
        rules: Rules | None = getattr(self.app, "rules", None)
        self._watches, self._fired = (rules.watches, list(rules.firings)) if rules else ((), [])
        self.query_one(Heading).show(self.came_by, self.heading())
        self.show_notice("\n".join([*_faults(self._watches), *_pending(self._watches)]))
        self.query_one("#rules", Table).set_rows([row(number, watch) for number, watch in enumerate(self._watches)])
        self.set_class(not self._fired, "-quiet")
        log = self.query_one("#firings", Table)
        log.set_rows([firing_row(len(self._fired) - n, watch) for n, watch in enumerate(self._fired)])

    def open(self, list_id: str, key: str) -> None:
        """To the page of the rule's part, where there is one, or to the name."""
        number = row_number(key)
        watch = self._watches[number] if list_id == "rules" else self._fired[len(self._fired) - number]
        part, *names = watch.rule.reading.split(".")
        if part != "names":
            self.app.call_later(self.app.run_action, f"page('{part}')", self.app)
        elif names:
            self.post_message(Opened(Target(Kind.NAME, ".".join(names[:-1]))))

    def alert_row(self) -> str | None:
        """None: a rule is no figure an alert could be set on."""
        return None

    def own_table(self) -> "pl.DataFrame | None":
        """The rules, as of the board they were last looked at on."""
        rules: Rules | None = getattr(self.app, "rules", None)
        return rules.table() if rules else None

    def action_edit_alert(self) -> None:
        """Asks for another condition or level of the rule under the cursor."""
        self._ask(remove=False)

    def action_remove_alert(self) -> None:
        """Removes the rule under the cursor."""
        self._ask(remove=True)

    def _ask(self, *, remove: bool) -> None:
        key = self.query_one("#rules", Table).cursor_key
        if key is not None:
            self.post_message(self.Asked(self._watches[row_number(key)], remove=remove))
