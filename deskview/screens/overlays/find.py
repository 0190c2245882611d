"""`/` and the command palette: a name, group or fund by ticker or by words; every action and theme."""

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, cast

from textual import on
from textual.app import App, ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import BindingType
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.containers import Vertical
from textual.dom import DOMNode
from textual.widgets import Input

from deskview.screens.frame.keys import FIND, bindings, shown
from deskview.screens.frame.target import Kind, Opened, Target
from deskview.screens.subjects import ACTIONS, COMMANDS, KEYLESS_PAGES, SUBJECTS
from deskview.widgets.lines import Lines
from deskview.widgets.records import Cell, Column, Row
from deskview.widgets.table import Table
from deskview.widgets.textual_private import LeanModal, close

if TYPE_CHECKING:
    from deskview.board import Board


SHOWN = 50
NOTHING_TYPED = "a ticker, or words: tesla, semiconductors, 2x nvda"
NOTHING_FOUND = "nothing of that name"
COLUMNS = (
    Column("what", "", width=8),
    Column("name", "name", flex=True, minimum=12),
    Column("kind", "kind", width=6),
)


class FindScreen(LeanModal[None]):
    """Matches as one types; enter opens the first or the chosen one."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*FIND)]
    DEFAULT_CSS = """
    FindScreen { align: center top; }
    FindScreen Vertical {
        width: 76; max-width: 96%; height: 20; margin-top: 2; border: round $accent; background: $surface;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[tuple[Target, str]] = []

    def compose(self) -> ComposeResult:
        """The field and the matches."""
        with Vertical() as frame:
            frame.border_title = "Find"
            yield Input(placeholder="ticker or words, then enter")
            yield Table(COLUMNS, empty=NOTHING_TYPED)

    def offer(self, board: "Board") -> None:
        """Takes what can be found from the board."""
        self._entries = entries(board)
        if self.is_mounted:
            self.query_one(Input).clear()
            self.set_focus(self.query_one(Input))

    @on(Input.Changed)
    def narrow(self, event: Input.Changed) -> None:
        """Shows the matches with the cursor on the first, wherever it stood among those before."""
        table = self.query_one(Table)
        table.empty = NOTHING_FOUND if event.value.strip() else NOTHING_TYPED
        table.set_rows([_row(target, name) for target, name in matches(self._entries, event.value)])
        table.action_jump(0)

    @on(Input.Submitted)
    def take_first(self) -> None:
        """Opens the row the cursor is on."""
        self.query_one(Table).action_open()

    @on(Lines.Opened)
    def open_row(self, event: Lines.Opened) -> None:
        """Leaves and opens what was chosen."""
        event.stop()
        kind, _, key = event.key.partition(":")
        self.dismiss()
        self.app.post_message(Opened(Target(Kind(kind), key)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Down leads into the list from the field; in the list it is the list's own."""
        return isinstance(self.focused, Input) if action == "into_list" else super().check_action(action, parameters)

    def action_leave(self) -> None:
        """Back to what lies below."""
        self.dismiss()

    def action_into_list(self) -> None:
        """From the field into the list."""
        self.query_one(Table).focus()


def entries(board: "Board") -> list[tuple[Target, str]]:
    """Everything that can be opened, with its name in words; a key is found once, as the subject listed last has it."""
    found: dict[str, tuple[Target, str]] = {}
    for subject in reversed(SUBJECTS):
        for key, name in subject.finds(board.basis) if subject.finds and board.basis else ():
            found.setdefault(key, (Target(Kind(subject.name), key), name))
    return list(found.values())


def matches(entries: list[tuple[Target, str]], typed: str) -> list[tuple[Target, str]]:
    """The exact ticker first, then tickers that begin so, then whose ticker and name hold every word."""
    words = typed.strip().casefold()
    if not words:
        return []
    parts = words.split()
    scored = [(score, entry) for entry in entries if (score := _score(entry, words, parts)) is not None]
    scored.sort(key=lambda pair: (pair[0], len(pair[1][0].key), pair[1][0].key))
    return [entry for _, entry in scored[:SHOWN]]


def _score(entry: tuple[Target, str], words: str, parts: list[str]) -> int | None:
    ticker, name = entry[0].key.casefold(), entry[1].casefold()
    if ticker == words:
        return 0
    if ticker.startswith(words):
        return 1
    if name.startswith(words):
        return 2
    both = f"{ticker} {name}"
    return 3 if all(part in both for part in parts) else None


def _row(target: Target, name: str) -> Row:
    return Row(f"{target.kind}:{target.key}", (Cell(target.key), Cell(name, "dim"), Cell(str(target.kind), "dim")))


NAMES_SHOWN = 20
_LAST = 0.01
"""The score of names: below any action or theme that matches."""
Command = Callable[[], Awaitable[object] | object]


class Themes(Protocol):
    """The themes one may choose."""

    @property
    def names(self) -> list[str]:
        """Their names."""


class Desk(Protocol):
    """What the palette needs of the app."""

    board: "Board | None"
    own_keys: dict[str, str]
    theme: str

    appearance: Themes

    def run_action(self, action: str, default_namespace: DOMNode) -> Awaitable[bool]:
        """Does what an action's string says."""

    def post_message(self, message: Opened) -> bool:
        """Sends a message to the app."""


class Palette(CommandPalette):
    """Textual's palette, which closes no screen but itself."""

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Closes this screen and no other."""
        return close(self, result)


def open_palette(app: App[Any]) -> None:
    """The palette over what is shown, once."""
    if not isinstance(app.screen, Palette):
        app.push_screen(Palette(id="--command-palette"))


class DeskCommands(Provider):
    """What can be done from the screen below the palette."""

    @property
    def _desk(self) -> Desk:
        return cast(Desk, self.app)

    async def startup(self) -> None:
        """Gathers what can be opened."""
        board = self._desk.board
        self._entries = entries(board) if board is not None else []

    async def discover(self) -> Hits:
        """Before anything is typed: the actions, then the themes."""
        for title, note, command in self._commands():
            yield DiscoveryHit(title, command, help=note)

    async def search(self, query: str) -> Hits:
        """What matches: actions and themes by their words, names by ticker or words."""
        matcher = self.matcher(query)
        for title, note, command in self._commands():
            if (score := matcher.match(title)) > 0:
                yield Hit(score, matcher.highlight(title), command, help=note)
        for rank, (target, name) in enumerate(matches(self._entries, query)[:NAMES_SHOWN]):
            exact = 1.0 if target.key.casefold() == query.strip().casefold() else _LAST / (rank + 1)
            title = target.key if name == target.key else f"{target.key}  {name}"
            yield Hit(exact, title, partial(self._open, target), help=f"Open the {target.kind}")

    def _commands(self) -> Iterator[tuple[str, str, Command]]:
        desk, listed = self._desk, set()
        alive = {active.binding.id: active for active in self.screen.active_bindings.values() if active.enabled}
        for action in ACTIONS:
            active = alive.get(action.name)
            if active is not None and action.name not in listed:
                listed.add(action.name)
                run = partial(desk.run_action, active.binding.action, active.node)
                yield active.binding.description, f"key {shown(action, desk.own_keys)}", run
        for name, title in KEYLESS_PAGES.items():
            yield f"{title} page", "Open it; it has no key", partial(desk.run_action, f"page('{name}')", self.app)
        for command in COMMANDS:
            yield command.title, command.note, partial(desk.run_action, command.action, self.app)
        for theme in desk.appearance.names:
            yield f"Theme {theme}", "Change the colours", partial(setattr, desk, "theme", theme)

    def _open(self, target: Target) -> None:
        self._desk.post_message(Opened(target))
