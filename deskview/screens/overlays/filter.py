"""`F`: a filter of the list one is in, told while it is typed what it lets through or where it can't be read."""

from collections.abc import Sequence
from typing import ClassVar, Protocol

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from deskview.screens.frame.keys import FILTER, bindings, hint
from deskview.screens.frame.sieve import Cells, sieve
from deskview.screens.subjects import LISTS
from deskview.widgets.lines import Lines
from deskview.widgets.records import Cell, Column, Row
from deskview.widgets.table import Table
from deskview.widgets.textual_private import LeanModal

LONGEST = 300
"""Characters of a filter: what can be typed in a line."""
OFFERS = (
    Column("filter", "filter", flex=True, minimum=30),
    Column("what", "", width=7),
)
EVERY_ROW = "without a filter: every row"


class Keeper(Protocol):
    """What the overlay needs of the app."""

    def of(self, list_name: str) -> str:
        """The filter of a list; empty without one."""

    def last(self, list_name: str) -> Sequence[str]:
        """The filters it had, the last first."""

    def apply(self, list_name: str, text: str) -> None:
        """Filters the list from now on; an empty text takes the filter away."""


class FilterScreen(LeanModal[None]):
    """Built once and pointed at a list; stands where it leaves most of it to be seen."""

    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*FILTER)]
    DEFAULT_CSS = """
    FilterScreen { background: transparent; align: center bottom; }
    FilterScreen.-top { align: center top; }
    FilterScreen Vertical {
        width: 90; max-width: 96%; height: auto; max-height: 90%; margin: 1 0; border: round $accent;
        background: $surface; padding: 0 1;
    }
    FilterScreen Input { background: $panel; }
    FilterScreen #message { height: auto; max-height: 3; }
    FilterScreen #message.-wrong { color: $warning; }
    FilterScreen #named { height: auto; max-height: 3; color: $dim; }
    FilterScreen Table { margin-top: 1; display: none; }
    FilterScreen Table.-some { display: block; }
    """

    def __init__(self, keeper: Keeper) -> None:
        super().__init__()
        self._keeper = keeper
        self._lines = Lines()

    def compose(self) -> ComposeResult:
        """The field, what its text comes to, the columns, and filters to choose from."""
        with Vertical():
            yield Input(compact=True, max_length=LONGEST)
            yield Static("", id="message", markup=False)
            yield Static("", id="named", markup=False)
            yield Table(OFFERS)

    def point(self, lines: Lines) -> None:
        """Asks for the filter of this list."""
        self._lines = lines
        if self.is_mounted:
            self._begin()

    def on_mount(self) -> None:
        """The first time."""
        self._begin()

    def _begin(self) -> None:
        lines, known = self._lines, LISTS.get(self._lines.list_name)
        frame, field, cells = self.query_one(Vertical), self.query_one(Input), Cells(lines, lines.given)
        title = known.title if known is not None else "this list"
        frame.border_title = Content(f"Filter · {title}")
        frame.border_subtitle = f"⏎ applies · {hint(self.app, FILTER, 'leave')} leaves it as it was"
        self.set_class(lines.region.y >= self.app.size.height / 2, "-top")
        self.query_one("#named", Static).update(f"columns: {cells.titled}")
        field.placeholder = f"such as {cells.example}"
        field.value = self._keeper.of(lines.list_name)
        self.set_focus(field)
        field.select_all()
        self._look(field.value)
        self._offer("")

    @on(Input.Changed)
    def look(self, event: Input.Changed) -> None:
        """Says what the text comes to, and which filters there are that have it in them."""
        self._look(event.value)
        self._offer("" if event.value == self._keeper.of(self._lines.list_name) else event.value)

    def _look(self, text: str) -> bool:
        """Says what the text lets through, or what is wrong with it; whether it can be applied."""
        found = sieve(text, self._lines, self._lines.given)
        message = self.query_one("#message", Static)
        message.set_class(bool(found.fault), "-wrong")
        if found.fault:
            message.update(found.fault)
        else:
            note = f" · {found.note}" if found.note else ""
            message.update(f"{found.counts} rows pass{note}" if text.strip() else EVERY_ROW)
        return not found.fault

    def _offer(self, part: str) -> None:
        """Filters to choose from that have the text in them: the last of this list, then those it comes with."""
        name, part = self._lines.list_name, part.strip().casefold()
        shipped = LISTS[name].filters if name in LISTS else {}
        offers = {text: called for called, text in shipped.items()}
        offers = {text: offers.get(text, "before") for text in (*self._keeper.last(name), *offers)}
        rows = [
            Row(text, (Cell(text), Cell(called, "dim")))
            for text, called in offers.items()
            if part in text.casefold() or part in called.casefold()
        ]
        table = self.query_one(Table)
        table.set_rows(rows)
        table.set_class(bool(rows), "-some")
        table.styles.height = len(rows) + 1

    @on(Input.Submitted)
    def take(self, event: Input.Submitted) -> None:
        """Applies what was typed, if it can be read."""
        self._apply(event.value)

    @on(Lines.Opened)
    def take_row(self, event: Lines.Opened) -> None:
        """Applies what was chosen; where it can't be read, it stands in the field and the reason below it."""
        event.stop()
        field = self.query_one(Input)
        field.value = event.key
        field.cursor_position = len(event.key)
        self.set_focus(field)
        self._apply(event.key)

    def _apply(self, text: str) -> None:
        if self._look(text):
            self.dismiss()
            self._keeper.apply(self._lines.list_name, text)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Down leads from the field into the list where there is one; in it, it is the list's own."""
        if action == "into_list":
            return isinstance(self.focused, Input) and self.query_one(Table).has_class("-some")
        return super().check_action(action, parameters)

    def action_leave(self) -> None:
        """Back to the list, whose filter stays as it was."""
        self.dismiss()

    def action_into_list(self) -> None:
        """From the field to the filters there are."""
        self.query_one(Table).focus()
