"""`c`: the columns of the list one is in, shown or hidden, in the order one wants; kept between runs."""

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Protocol

import msgspec
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from deskview import paths
from deskview.files import UnusableFileError, read_text, write_whole
from deskview.screens.frame.keys import COLUMNS as COLUMN_ACTIONS
from deskview.screens.frame.keys import bindings
from deskview.screens.subjects import LISTS
from deskview.settings import SettingsError, where
from deskview.text import printable
from deskview.widgets.columns import fixed
from deskview.widgets.lines import Lines
from deskview.widgets.records import Cell, Column, Row
from deskview.widgets.table import Table
from deskview.widgets.textual_private import LeanModal

Keys = tuple[str, ...]


class Choices:
    """Keys of columns by the list's name; a list without any shows all its columns as they come.

    Raises SettingsError, naming the settings' file and line, for a list or column of theirs that does not exist.
    """

    def __init__(self, own: Mapping[str, Sequence[str]], file: Path | None = None) -> None:
        for name, keys in own.items():
            if fault := fault_of(name, keys):
                raise SettingsError(f"{where(file, ('columns', name))}: {fault}")
        self._own = {name: tuple(keys) for name, keys in own.items()}
        self._chosen: dict[str, Keys] = {}

    def load(self) -> list[str]:
        """Takes what earlier runs kept; returns a sentence for everything in it that can't be used."""
        try:
            kept = msgspec.json.decode(read_text(paths.columns_file()), type=dict[str, Keys])
        except FileNotFoundError:
            return []
        except (UnusableFileError, msgspec.DecodeError, RecursionError) as fault:
            return [f"The columns chosen earlier are ignored: {printable(str(fault))}"]
        faults = {name: fault_of(name, keys) for name, keys in kept.items()}
        self._chosen = {name: keys for name, keys in kept.items() if not faults[name]}
        return [f"Columns chosen earlier are ignored: {fault}" for fault in faults.values() if fault]

    def of(self, name: str) -> Keys | None:
        """The columns to show in a list, in their order; None where nothing was chosen."""
        return self._chosen.get(name, self._own.get(name))

    def choose(self, name: str, keys: Keys | None) -> None:
        """Shows these columns from now on; None goes back to the settings' or, without any, to all."""
        if keys is None:
            self._chosen.pop(name, None)
        else:
            self._chosen[name] = keys

    def keep(self) -> None:
        """Writes what was chosen. Raises OSError."""
        write_whole(paths.columns_file(), msgspec.json.format(msgspec.json.encode(self._chosen)), sync=False)


def fault_of(name: str, keys: Sequence[str]) -> str:
    """What is wrong with columns for a list, with the nearest name there is; empty where nothing is."""
    if name not in LISTS:
        return f"columns: there is no list {printable(name)!r}; did you mean {_nearest(name, list(LISTS))!r}?"
    known = LISTS[name].keys
    for key in keys:
        if not any(key == one or (one.endswith("-") and key.startswith(one)) for one in known):
            return (
                f"columns.{name}: there is no column {printable(key)!r}; did you mean {_nearest(key, known)!r}?"
                f" Known: {', '.join(known)}"
            )
    return ""


def _nearest(name: str, known: Sequence[str]) -> str:
    return difflib.get_close_matches(name, known, n=1, cutoff=0.0)[0]


COLUMNS = (
    Column("column", "column", width=11),
    Column("meaning", "what it is", flex=True, minimum=16),
    Column("state", "", width=7),
)
FRAME_ROWS = 3
"""Lines of the overlay that hold no column: its border and the head."""
ALWAYS, SHOWN, HIDDEN, NO_ROOM = "always", "shown", "hidden", "no room"
_TONES = {ALWAYS: "dim", SHOWN: "", HIDDEN: "dim", NO_ROOM: "stale"}


MEANINGS: Mapping[str, str] = {
    "ticker": "ticker of the name",
    "company": "the company's name",
    "sector": "sector of the name",
    "flags": "reports soon (E, E? a guess), sold short by 20% (S), halted? (H?)",
    "si": "shares sold short, in % of those free to trade",
    "dtc": "days of its volume it takes to buy them back",
    "earn": "sessions to its next report; ~ by last year's",
    "group": "sector or theme",
    "kind": "kind of it: stock, index, sector, theme",
    "label": "what the row is of",
    "now": "return now, against the previous close",
    "return": "return now, against the previous close",
    "contribution": "what it adds to the spread, in basis points",
    "score": "12-1 return the rank rests on",
    "weight": "weight in its leg",
    "today": "dollars leveraged funds must trade by the close",
    "per1": "dollars they trade per 1% move",
    "adv": "that trade in % of average daily volume",
    "close": "that trade in % of the closing auction",
    "single": "part of it from funds on this stock alone",
    "index": "part of it from funds on indices",
    "impact": "price impact, an estimate",
    "volume": "average daily dollar volume",
    "aum": "assets at the previous close",
    "move": "the underlying's return now",
    "funds": "how many funds",
    "underlying": "what the fund follows",
    "retail": "net dollars bought by retail",
    "other": "net dollars bought by everyone else",
    "retail_intensity": "retail net over retail turnover",
    "intensity": "retail net over retail turnover",
    "other_intensity": "non-retail net over its turnover",
    "usual_retail": "what its retail intensity usually is by this hour",
    "usual_other": "what its non-retail intensity usually is by this hour",
    "core": "net dollars in blocks and sweeps",
    "share": "retail's share of the dollars traded",
    "off": "share traded off exchange, last session",
    "turnover": "dollars traded outside auctions",
    "leg": "the momentum leg it is in",
    "1d": "return of the last whole session",
    "5d": "return of 5 sessions to the last close",
    "1m": "return of a month to the last close",
    "3m": "return of 3 months to the last close",
    "6m": "return of 6 months to the last close",
    "12m": "return of 12 months to the last close",
}
"""By key, in the sense most lists give it."""


def meaning(list_name: str, key: str) -> str:
    """What a column of a list is, in words; empty for one that is not described."""
    stem = f"{key.partition('-')[0]}-" if "-" in key else key
    return LISTS[list_name].meanings.get(stem) or MEANINGS.get(stem, "")


class Arranger(Protocol):
    """What the overlay needs of the app."""

    def choose(self, list_name: str, keys: tuple[str, ...] | None) -> None:
        """Shows these columns of a list from now on; None: those of the settings, or all."""

    def keep(self) -> None:
        """Keeps what was chosen for the next run."""


class ColumnsScreen(LeanModal[None]):
    """Stands beside the list as far as there is room; what is chosen shows in the list at once."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*COLUMN_ACTIONS)]
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
        self._show_columns()

    @property
    def _wanted(self) -> list[str]:
        """Keys of the columns that can be moved, in their order."""
        return [pick.column.key for pick in self._lines.wanted if pick.column.key not in self._always]

    def _show_columns(self) -> None:
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
        self._arranger.choose(self._lines.list_name, None)
        self._done()

    def _choose(self, keys: Sequence[str]) -> None:
        self._arranger.choose(self._lines.list_name, tuple(keys))

    def _done(self) -> None:
        self._arranger.keep()
        self._show_columns()

    def action_close_columns(self) -> None:
        """Back to the list."""
        self.dismiss()
