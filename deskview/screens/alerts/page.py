"""The alerts: one row a rule with its reading now and how far it is off, and below the day's firings."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Static

from deskview.alerts.sentences import OF_STATUS, condition, watched_figure, watched_label
from deskview.format import MISSING, age, clock
from deskview.screens.alerts.explain import firing_key, firing_of, rule_key, rule_of
from deskview.screens.frame.keys import Action, bindings, scoped
from deskview.screens.frame.page import PageScreen
from deskview.screens.frame.status_lines import DOT, DeskStrip, Heading, KeyLine
from deskview.screens.frame.target import Kind, Opened, Target
from deskview.widgets.records import Cell, Column, Row
from deskview.widgets.table import Table

if TYPE_CHECKING:
    import polars as pl

    from deskview.board import Board
    from deskview.board.alerts import AlertState, Firing, Watch


COLUMNS = (
    Column("reading", "reading", flex=True, minimum=20),
    Column("rule", "fires", width=12, flex=True, minimum=16),
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
    Column("sentence", "what it said", flex=True, minimum=40),
    Column("rang", "rang", width=4, priority=1),
)
OWN_ACTIONS = scoped(
    "On the alerts page",
    Action("app.acknowledge", "a", "a", "Acknowledge the alerts", footer=True),
    Action("app.alert", "plus", "+", "Alert: set one on the figure here", footer=True),
    Action("edit_alert", "E", "E", "Edit the rule under the cursor", footer=True),
    Action(
        "remove_alert",
        "minus,delete",
        "-",
        "Remove the rule under the cursor, turn a shipped one off or on",
        footer=True,
    ),
)
NONE = (
    "No rules. + sets one on the figure under the cursor, here and everywhere; or add tables to the settings file,"
    " such as\n"
    ' [[alert]]   reading = "momentum.sigma"   below = -3\n'
    "`deskview settings` prints what can be set."
)
NONE_OF_ONES_OWN = (
    'None of your own: + sets one; so does [[alert]] reading = "momentum.sigma" below = -3 in the settings file'
)
SHIPPED = "Shipped with deskview: - turns one off and on again, i says why it is there"
LOG = "Firings, newest first: what was seen, the level, what it rests on"
_SOURCES = {"screen": "here", "settings": "settings", "shipped": "shipped"}


def rows(alerts: "AlertState", at: datetime | None) -> list[Row]:
    """One's own rules, and below them those that come with the program; `at` is the board's time."""
    placed = list(enumerate(alerts.watches))
    own = [row(place, watch, alerts, at) for place, watch in placed if watch.source != "shipped"]
    shipped = [row(place, watch, alerts, at) for place, watch in placed if watch.source == "shipped"]
    if not shipped:
        return own
    return [*(own or [_section("own", NONE_OF_ONES_OWN)]), _section("shipped", SHIPPED), *shipped]


def _section(key: str, text: str) -> Row:
    return Row(key, (Cell(text, "dim"),), header=True)


def row(place: int, watch: "Watch", alerts: "AlertState", at: datetime | None) -> Row:
    """One rule."""
    rule, state, tone = watch.rule, *state_of(watch, alerts, at)
    plain = "dim" if watch.off else ""
    return Row(
        rule_key(place),
        (
            Cell(rule.reading if watch.fault else watched_label(rule), plain),
            Cell(condition(rule), plain),
            Cell(watched_figure(rule, watch.value, watch.basis, (watch.low, watch.high)), plain),
            Cell(_to_go(watch), "dim"),
            Cell(state, tone),
            Cell(clock(watch.fired_at), "" if watch.fired_at and not watch.off else "dim"),
            Cell(watched_figure(rule, watch.fired_value, watch.fired_basis), "dim"),
            Cell(str(watch.firings), "dim"),
            Cell(_SOURCES.get(watch.source, watch.source), "dim"),
        ),
    )


def state_of(watch: "Watch", alerts: "AlertState", at: datetime | None) -> tuple[str, str]:
    """What has become of the rule, in a word, and its tone: the first of these that is so.

    "quiet" fired and was not heard. "in 2m" holds, and fires then if it goes on to. "unarmed" holds no longer, and its
    reading is not back past the level to clear at.
    """
    left = _still_to_hold(watch, at)
    states = (
        (watch.off, "off", "dim"),
        (watch.fault, "fault", "warning"),
        (watch.waiting and not _was_heard(watch, alerts), "quiet", "warning"),
        (watch.waiting, "FIRED", "warning"),
        (watch.pending, "waits", "stale"),
        (left, left, "stale"),
        (watch.holds and watch.rule.crosses is None, "holds", "stale"),
        (not watch.armed, "unarmed", "dim"),
    )
    return next(((state, tone) for is_so, state, tone in states if is_so), ("armed", "dim"))


def _was_heard(watch: "Watch", alerts: "AlertState") -> bool:
    """Whether its last firing rang; so it did where none is known any more."""
    last = next((firing for firing in alerts.firings if firing.rule == watch.rule), None)
    return last is None or last.rings


def _still_to_hold(watch: "Watch", at: datetime | None) -> str:
    """In what time the rule fires if its condition goes on to hold, such as in 2m; empty where nothing runs."""
    if watch.since is None or at is None or not watch.armed or not watch.rule.for_:
        return ""
    left = (watch.rule.waits - (at - watch.since)).total_seconds()
    rounded = left + 59 if left > 60 else left
    return f"in {age(rounded)}"


def _to_go(watch: "Watch") -> str:
    """How far the reading is off the level, or that it is past it."""
    if watch.to_go is None or watch.rule.reading.startswith(f"{OF_STATUS}."):
        return MISSING
    return watched_figure(watch.rule, watch.to_go, watch.basis) if watch.to_go > 0 else "past"


def firing_row(firing: "Firing") -> Row:
    """One firing with all it said; what was not heard says so."""
    tone = "" if firing.rings else "dim"
    cells = (Cell(clock(firing.at), tone), Cell(firing.sentence, tone), Cell("" if firing.rings else "no", "dim"))
    return Row(firing_key(firing), cells)


def _pending(watches: Iterable["Watch"]) -> list[str]:
    """Of which rules the state waits, a line a reason."""
    readings: dict[str, dict[str, None]] = {}
    for watch in watches:
        if watch.pending and not watch.off:
            readings.setdefault(watch.pending, {})[watched_label(watch.rule)] = None
    return [f"{', '.join(found)} {'waits' if len(found) == 1 else 'wait'}: {why}" for why, found in readings.items()]


def _faults(watches: Iterable["Watch"]) -> list[str]:
    found = [watch for watch in watches if watch.fault and not watch.off]
    return [f"{watch.where}: {watch.fault}" if watch.where else watch.fault for watch in found]


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
        """A rule is to be changed, or removed; a shipped one is turned off, or on again, instead."""

        def __init__(self, watch: "Watch", *, remove: bool) -> None:
            super().__init__()
            self.watch = watch
            self.remove = remove

    def compose_body(self) -> ComposeResult:
        """The rules, and the log."""
        yield Table(COLUMNS, empty=NONE, name="alerts-rules", id="rules")
        yield Static(LOG, classes="log")
        yield Table(FIRINGS, empty="", name="alerts-firings", id="firings")

    def heading(self) -> str:
        """How many rules there are, how many of them are off and wait to be acknowledged, and the quiet hours."""
        alerts = self._board.alerts if self._board is not None else None
        watches = alerts.watches if alerts is not None else ()
        off, waiting = sum(watch.off for watch in watches), sum(watch.waiting for watch in watches)
        parts = (
            self.HEADING,
            f"{len(watches)} rule{'s' * (len(watches) != 1)}",
            f"{off} off" if off else "",
            f"{waiting} not acknowledged",
            f"quiet {alerts.quiet.replace('-', '–')} ET" if alerts is not None and alerts.quiet else "",
        )
        return DOT.join(filter(None, parts))

    def show(self, board: "Board") -> None:
        """Shows the rules and the firings that came with the board."""
        self._board, alerts = board, board.alerts
        self.query_one(DeskStrip).show_board(board)
        self.query_one(KeyLine).show_traffic(board)
        self.query_one(Heading).show(self.came_by, self.heading())
        self.show_notice("\n".join([*_faults(alerts.watches), *_pending(alerts.watches)]))
        self.query_one("#rules", Table).set_rows(rows(alerts, board.as_of))
        self.set_class(not alerts.firings, "-quiet")
        self.query_one("#firings", Table).set_rows([firing_row(firing) for firing in alerts.firings])

    def open(self, list_id: str, key: str) -> None:  # noqa: ARG002 - both lists open alike
        """To the page of the rule's part, where there is one, or to the name."""
        alerts = self._board.alerts if self._board is not None else None
        found = (rule_of(alerts, key) or firing_of(alerts, key)) if alerts is not None else None
        if found is None:
            return
        part, *names = found.rule.reading.split(".")
        if part == "names" and names:
            self.post_message(Opened(Target(Kind.NAME, ".".join(names[:-1]))))
        else:
            page = names[0] if part == OF_STATUS and names else part
            self.app.call_later(self.app.run_action, f"page('{page}')", self.app)

    def alert_row(self) -> str | None:
        """None: a rule is no figure an alert could be set on."""
        return None

    def own_table(self) -> "pl.DataFrame | None":
        """The rules with what became of them, as of the board that is shown."""
        from deskview.board.tables import alerts_table  # noqa: PLC0415 - polars loads late

        return alerts_table(self._board, self._board.alerts.watches) if self._board is not None else None

    def action_edit_alert(self) -> None:
        """Asks for another condition or level of the rule under the cursor."""
        self._ask(remove=False)

    def action_remove_alert(self) -> None:
        """Removes the rule under the cursor; turns a shipped one off, or on again."""
        self._ask(remove=True)

    def _ask(self, *, remove: bool) -> None:
        key = self.query_one("#rules", Table).cursor_key
        watch = rule_of(self._board.alerts, key) if self._board is not None else None
        if watch is not None:
            self.post_message(self.Asked(watch, remove=remove))
