"""`+`: sets an alert. Which reading, when it fires, at which level; an error is shown before anything is set."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Key
from textual.message import Message
from textual.widgets import Input, Static

from deskview.alerts.sentences import condition, in_words, label_of, reading_figure, watched_label
from deskview.screens.alerts.levels import CONDITIONS, clear_of, length_of, level_of, stated, typed
from deskview.screens.alerts.offers import Offers, matching
from deskview.screens.frame.keys import Action, bindings, hint, scoped
from deskview.widgets.lines import Lines
from deskview.widgets.records import Cell, Column, Row
from deskview.widgets.table import Table
from deskview.widgets.textual_private import LeanModal

if TYPE_CHECKING:
    from deskview.board import Board
    from deskview.board.readings import Reading
    from deskview.settings import Alert


COLUMNS = (
    Column("reading", "reading", flex=True, minimum=46),
    Column("now", "now", width=9, align="right"),
    Column("path", "in the settings", flex=True, minimum=24, priority=1),
)
FORM_ACTIONS = scoped(
    "While setting an alert",
    Action("go_on", "enter", "⏎", "On to the next field; in the last, set the alert"),
    Action("next_condition", "right,l,space", "→", "The next condition"),
    Action("previous_condition", "left,h", "←", "The condition before"),
    Action("into_list", "down", "↓", "From the field into the list"),
    Action("app.focus_next", "tab", "tab", "The next field"),
    Action("app.focus_previous", "shift+tab", "shift+tab", "The field before"),
    Action("leave", "escape", "esc", "Close, nothing set"),
)
NOTHING_MATCHES = "Nothing matches: type a part of a reading's name, such as momentum or NVDA."
NO_FIGURES = "No figures yet: they are still loading. What is opened anew has those that have come."
OF_A_LEVEL = "0123456789.+-−"
"""What a level begins with."""


class Choice(Static, can_focus=True):
    """Words of which one is chosen."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.conditions: tuple[str, ...] = ()
        self.chosen = ""

    def offer(self, conditions: Sequence[str], chosen: str) -> None:
        """Shows these words; where the chosen one is not among them, the first is."""
        self.conditions = tuple(conditions)
        self.chosen = chosen if chosen in conditions else next(iter(conditions), "")
        shown = [
            Content.styled(f" {CONDITIONS[kind]} ", "reverse" if kind == self.chosen else "") for kind in conditions
        ]
        self.update(Content(" ").join([Content("fires"), *shown]))

    def turn(self, by: int) -> None:
        """The next or the one before."""
        if self.conditions:
            self.offer(
                self.conditions, self.conditions[(self.conditions.index(self.chosen) + by) % len(self.conditions)]
            )


class AlertForm(LeanModal[None]):
    """Built once, filled anew each time it opens."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*FORM_ACTIONS)]
    DEFAULT_CSS = """
    AlertForm { align: center middle; }
    AlertForm > Vertical {
        width: 124; max-width: 98%; height: 20; max-height: 100%; border: round $accent; background: $surface;
        padding: 0 1;
    }
    AlertForm Horizontal { height: 1; }
    AlertForm .label { width: 8; color: $dim; }
    AlertForm Input { width: 1fr; background: $panel; }
    AlertForm #level, AlertForm #clear { width: 16; }
    AlertForm #for { width: 8; }
    AlertForm #clears { width: 11; padding: 0 1; color: $dim; }
    AlertForm #unit, AlertForm #optional { width: 1fr; padding: 0 1; color: $dim; }
    AlertForm Choice { height: 1; }
    AlertForm Choice:focus { color: $accent; text-style: bold; }
    AlertForm #message { height: 2; }
    AlertForm #message.-wrong { color: $warning; }
    """

    class Made(Message):
        """A rule was set; `instead` is the one it takes the place of."""

        def __init__(self, rule: "Alert", instead: "Alert | None") -> None:
            super().__init__()
            self.rule = rule
            self.instead = instead

    def __init__(self) -> None:
        super().__init__()
        self._board: Board | None = None
        self._offers: Offers | None = None
        self._shown: dict[str, Reading] = {}
        self._instead: Alert | None = None
        self._picked = ""

    def compose(self) -> ComposeResult:
        """The reading, the condition, the level, and what all that means."""
        with Vertical() as frame:
            frame.border_subtitle = self._hints
            with Horizontal():
                yield Static("reading", classes="label")
                yield Input(placeholder="type to find: a ticker, sigma, flow retail …", compact=True, id="find")
            yield Table(COLUMNS, empty="no reading of that name", id="readings")
            yield Choice(id="condition")
            with Horizontal():
                yield Static("level", classes="label")
                yield Input(compact=True, id="level", max_length=24)
                yield Static("", id="unit", markup=False)
            with Horizontal():
                yield Static("for", classes="label")
                yield Input(placeholder="e.g. 2m", compact=True, id="for", max_length=8)
                yield Static("clears at", id="clears")
                yield Input(compact=True, id="clear", max_length=24)
                yield Static("optional", id="optional")
            yield Static("", id="message", markup=False)

    @property
    def _hints(self) -> str:
        on, next_field, leave = (hint(self.app, FORM_ACTIONS, name) for name in ("go-on", "focus-next", "leave"))
        return f"{on} goes on and sets it · {next_field} next field · {leave} leaves"

    def offer(self, board: "Board", offers: Offers, instead: "Alert | None" = None) -> None:
        """What may be chosen, the likeliest first; with a rule that is there, changes that one."""
        self._board, self._offers, self._instead = board, offers, instead
        if self.is_mounted:
            self._fill()

    def on_mount(self) -> None:
        """The first time."""
        self._fill()

    def on_screen_resume(self) -> None:
        """What typing is looked up in is laid out once the form is seen."""
        if self._offers is not None:
            self.call_after_refresh(self.run_worker, self._offers.prepare, thread=True, exit_on_error=False)

    def _fill(self) -> None:
        rule = self._instead
        self.query_one(Vertical).border_title = "Change the alert" if rule else "Set an alert"
        self.query_one("#find", Input).value = rule.reading if rule else ""
        self._list(rule.reading if rule else "")
        self._picked = rule.condition if rule else ""
        self._take_reading()
        reading = self._reading
        for name, level in (("#level", rule.level if rule else None), ("#clear", rule.clear if rule else None)):
            text = typed(level, reading.unit, rule.condition) if rule and reading and level is not None else ""
            self.query_one(name, Input).value = text
        self.query_one("#for", Input).value = (rule.for_ or "") if rule else ""
        self.set_focus(self.query_one("#level" if rule else "#find", Input))
        self._show_message()

    @property
    def _reading(self) -> "Reading | None":
        return self._shown.get(self.query_one(Table).cursor_key or "")

    def _list(self, typed_text: str) -> None:
        self._show(matching(self._offers, typed_text) if self._offers else ())
        self.query_one(Table).action_jump(0)

    def _show(self, readings: "Sequence[Reading]") -> None:
        """These readings as they are on the newest board."""
        self._shown = {reading.path: self._as_now(reading) for reading in readings}
        self.query_one(Table).set_rows([_row(reading) for reading in self._shown.values()])

    def _as_now(self, reading: "Reading") -> "Reading":
        from deskview.board.readings import reading_at  # noqa: PLC0415 - polars loads late

        if self._board is None:
            return reading
        try:
            return reading._replace(value=reading_at(self._board, reading.path))
        except LookupError:
            return reading._replace(value=None)

    def follow(self, board: "Board") -> None:
        """A newer board: the figures go on while the form is open."""
        self._board = board
        if self.is_mounted:
            self._show(list(self._shown.values()))
            self._show_message()

    @on(Input.Changed, "#find")
    def narrow(self, event: Input.Changed) -> None:
        """Lists what matches."""
        self._list(event.value)
        self._take_reading()

    @on(Lines.Highlighted)
    def take_highlighted(self, event: Lines.Highlighted) -> None:
        """Another reading is under the cursor."""
        event.stop()
        self._take_reading()

    def _take_reading(self) -> None:
        """The conditions and the unit of the reading under the cursor; until one is picked, that of its sign."""
        from deskview.board.readings import companion  # noqa: PLC0415 - polars loads late

        reading, choice = self._reading, self.query_one(Choice)
        if reading is None or self._board is None:
            choice.offer((), "")
        else:
            board = self._board
            own = [kind for kind in ("sigma", "percentile") if companion(board, reading.path, kind)]
            likely = "below" if (reading.value or 0) < 0 else "above"
            choice.offer(("above", "below", "crosses", *own), self._picked or likely)
        self._show_message()

    @on(Input.Changed, "#level")
    @on(Input.Changed, "#for")
    @on(Input.Changed, "#clear")
    def check_level(self) -> None:
        """Says what the level means, or what is wrong with it."""
        self._show_message()

    def _show_message(self) -> None:
        reading, kind = self._reading, self.query_one(Choice).chosen
        message, wrong = "", False
        if reading is None:
            message, wrong = (NOTHING_MATCHES if self._offers else NO_FIGURES), True
        else:
            self.query_one("#unit", Static).update(stated(reading.unit, kind))
            try:
                rule = self._rule(reading, kind)
                message = self._meaning(rule)
            except ValueError as fault:
                wrong = any(self._typed(name) for name in ("level", "for", "clear"))
                message = str(fault) if wrong else f"{label_of(reading.path)} is {_now(reading)} now.  ({reading.path})"
        self.query_one("#message", Static).set_class(wrong, "-wrong").update(message)

    def _typed(self, name: str) -> str:
        """What stands in a field."""
        return self.query_one(f"#{name}", Input).value.strip()

    def _meaning(self, rule: "Alert") -> str:
        """The rule in words, and whether it would fire at once."""
        from deskview.alerts.life import watched  # noqa: PLC0415 - polars loads late
        from deskview.board.alerts import Watch  # noqa: PLC0415

        comes = "" if rule.condition == "crosses" else "lies " if rule.for_ else "comes to lie "
        watch = watched([Watch(rule)], self._board)[0] if self._board is not None else Watch(rule)
        now = "missing" if watch.value is None else in_words(rule, watch.value, watch.basis, (watch.low, watch.high))
        message = f"Fires when {watched_label(rule)} {comes}{condition(rule)}; now {now}."
        if not watch.holds or rule.crosses is not None:
            return message
        return f"{message} That holds already: it fires {f'in {rule.for_}' if rule.for_ else 'at once'}."

    def _rule(self, reading: "Reading", kind: str) -> "Alert":
        """The rule as it stands. Raises ValueError with what is wrong with a field."""
        from deskview.settings import Alert  # noqa: PLC0415

        level = level_of(self._typed("level"), reading.unit, kind)
        clear = clear_of(self._typed("clear"), level, reading.unit, kind)
        again = self._instead.again if self._instead is not None else None
        return Alert(reading.path, **{kind: level}, for_=length_of(self._typed("for")), clear=clear, again=again)

    def on_key(self, event: Key) -> None:
        """A level typed while the condition is chosen goes where it belongs."""
        if isinstance(self.focused, Choice) and event.character and event.character in OF_A_LEVEL:
            event.stop()
            level = self.query_one("#level", Input)
            self.set_focus(level)
            level.call_later(level.replace, event.character, 0, len(level.value))  # once the focus has selected all

    @on(Input.Submitted)
    @on(Lines.Opened)
    def next_step(self, event: Message) -> None:
        """Enter leads from field to field; in the last it sets the rule."""
        event.stop()
        self.action_go_on()

    def action_go_on(self) -> None:
        """From the reading to the condition, to the level, and out: what is optional is on the way of tab alone."""
        focused = self.focused
        if isinstance(focused, Choice):
            self.set_focus(self.query_one("#level", Input))
        elif focused is None or focused.id not in ("level", "for", "clear"):
            self.set_focus(self.query_one(Choice) if self._reading else self.query_one("#find", Input))
        else:
            self._set()

    def _set(self) -> None:
        reading = self._reading
        if reading is None:
            return
        try:
            rule = self._rule(reading, self.query_one(Choice).chosen)
        except ValueError as fault:
            self.query_one("#message", Static).set_class(True, "-wrong").update(str(fault))
            return
        self.dismiss()
        self.app.post_message(self.Made(rule, self._instead))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Each key has one meaning: the conditions' own where they have the cursor, the list's from the field above."""
        if action in ("next_condition", "previous_condition", "go_on"):
            return isinstance(self.focused, Choice)
        if action == "into_list":
            return isinstance(self.focused, Input) and self.focused.id == "find"
        return super().check_action(action, parameters)

    def action_next_condition(self) -> None:
        """The next condition, where the conditions have the cursor."""
        self._turn(1)

    def action_previous_condition(self) -> None:
        """The condition before."""
        self._turn(-1)

    def _turn(self, by: int) -> None:
        choice = self.query_one(Choice)
        choice.turn(by)
        self._picked = choice.chosen
        self._show_message()

    def action_into_list(self) -> None:
        """From the field into the list."""
        self.query_one(Table).focus()

    def action_leave(self) -> None:
        """Back to what lies below, nothing set."""
        self.dismiss()


def _now(reading: "Reading") -> str:
    return reading_figure(reading) if reading.value is not None else "missing"


def _row(reading: "Reading") -> Row:
    cells = (Cell(label_of(reading.path)), Cell(reading_figure(reading)), Cell(reading.path, "dim"))
    return Row(reading.path, cells)
