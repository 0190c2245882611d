"""`c`: the columns of the list one is in, shown or hidden, in the order one wants."""

from collections.abc import Sequence
from typing import ClassVar, Protocol

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from deskview.screens.actions import Scope, bindings
from deskview.screens.columns.lists import LISTS, meaning
from deskview.widgets.columns import fixed
from deskview.widgets.lines import Lines
from deskview.widgets.records import Cell, Column, Row
from deskview.widgets.table import Table
from deskview.widgets.textual_private import LeanModal

COLUMNS = (
    Column("column", "column", width=11),
    Column("meaning", "what it is", flex=True, minimum=16),
    Column("state", "", width=7),
)
FRAME_ROWS = 3
"""Lines of the overlay that hold no column: its border and the head."""
ALWAYS, SHOWN, HIDDEN, NO_ROOM = "always", "shown", "hidden", "no room"
_TONES = {ALWAYS: "dim", SHOWN: "", HIDDEN: "dim", NO_ROOM: "stale"}


class Arranger(Protocol):
    """What the overlay needs of the app."""

    def choose_columns(self, list_name: str, keys: tuple[str, ...] | None) -> None:
        """Shows these columns of a list from now on; None: those of the settings, or all."""

    def keep_columns(self) -> None:
        """Keeps what was chosen for the next run."""


class ColumnsScreen(LeanModal[None]):
    """Stands beside the list as far as there is room; what is chosen shows in the list at once."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Scope.COLUMNS)]
    DEFAULT_CSS = """
    ColumnsScreen { background: transparent; align: right middle; }
    ColumnsScreen.-left { align: left middle; }
    ColumnsScreen Vertical {
        width: 74; max-width: 96%; max-height: 96%; border: round $accent; background: $surface; padding: 0 1;
    }
    """

    def __init__(self, lines: Lines, arranger: Arranger, keys: str) -> None:
        super().__init__()
        self._lines = lines
        self._arranger = arranger
        self._keys = keys
        self._always = {column.key for column in lines.columns[: fixed(lines.columns)]}
        self._places = {column.key: place for place, column in enumerate(lines.columns)}

    def compose(self) -> ComposeResult:
        """The columns, a line each."""
        with Vertical() as frame:
            frame.border_title = f"Columns · {LISTS[self._lines.list_name].title}"
            frame.border_subtitle = self._keys
            frame.styles.height = sum(bool(column.title) for column in self._lines.columns) + FRAME_ROWS
            yield Table(COLUMNS)

    def on_mount(self) -> None:
        """Leaves the list free where it stands in one half of the terminal."""
        middle = self._lines.region.x + self._lines.region.width / 2
        self.set_class(middle > self.app.size.width / 2, "-left")
        self._tell()

    @property
    def _wanted(self) -> list[str]:
        """Keys of the columns that can be moved, in their order."""
        return [pick.column.key for pick in self._lines.wanted if pick.column.key not in self._always]

    def _tell(self) -> None:
        wanted = [*self._always, *self._wanted]
        rest = [key for key in self._places if key not in wanted]
        columns = [self._lines.columns[self._places[key]] for key in (*wanted, *rest)]
        self.query_one(Table).set_rows([self._row(column) for column in columns if column.title])

    def _row(self, column: Column) -> Row:
        state, about = self._state(column.key), meaning(self._lines.list_name, column.key)
        cells = (Cell(column.title, _TONES[state]), Cell(about, "dim"), Cell(state, _TONES[state]))
        return Row(column.key, cells)

    def _state(self, key: str) -> str:
        if key in self._always:
            return ALWAYS
        if key not in self._wanted:
            return HIDDEN
        return NO_ROOM if key in self._lines.dropped else SHOWN

    @on(Lines.Opened)
    def open_row(self, event: Lines.Opened) -> None:
        """Enter does what space does."""
        event.stop()
        self.action_toggle_column()

    def action_toggle_column(self) -> None:
        """Hides a column that is shown, shows any other."""
        key = self.query_one(Table).cursor_key
        if key is None or key in self._always:
            return
        if self._state(key) == SHOWN:
            self._choose([other for other in self._wanted if other != key])
        else:
            self._bring_in(key)
        self._done()

    def _bring_in(self, key: str) -> None:
        """Puts a column where it comes in the list, or as far ahead of that as it takes to have room."""
        others = [other for other in self._wanted if other != key]
        own = next((at for at, other in enumerate(others) if self._places[other] > self._places[key]), len(others))
        for at in range(own, -1, -1):
            self._choose([*others[:at], key, *others[at:]])
            if key not in self._lines.dropped:
                return

    def action_column_up(self) -> None:
        """One place to the front."""
        self._move(-1)

    def action_column_down(self) -> None:
        """One place to the back."""
        self._move(1)

    def _move(self, by: int) -> None:
        key, wanted = self.query_one(Table).cursor_key, self._wanted
        if key not in wanted:
            return
        at = wanted.index(key)
        to = max(0, min(len(wanted) - 1, at + by))
        wanted.insert(to, wanted.pop(at))
        self._choose(wanted)
        self._done()

    def action_reset_columns(self) -> None:
        """All columns as they come, or those of the settings."""
        self._arranger.choose_columns(self._lines.list_name, None)
        self._done()

    def _choose(self, keys: Sequence[str]) -> None:
        self._arranger.choose_columns(self._lines.list_name, tuple(keys))

    def _done(self) -> None:
        self._arranger.keep_columns()
        self._tell()

    def action_close_columns(self) -> None:
        """Back to the list."""
        self.dismiss()
