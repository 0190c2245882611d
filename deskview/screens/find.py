"""`/`: a name, group or fund by ticker or by words."""

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input

from deskview.screens.actions import Scope, bindings
from deskview.screens.target import Kind, Opened, Target
from deskview.widgets.lines import Lines
from deskview.widgets.records import Cell, Column, Row
from deskview.widgets.table import Table
from deskview.widgets.textual_private import LeanModal

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

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Scope.FIND)]
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
    """Everything that can be opened, with its name in words."""
    basis = board.basis
    if basis is None:
        return []
    groups = basis.reference.groups.get_column("group").unique(maintain_order=True)
    funds = basis.reference.funds.select("ticker", "name").iter_rows()
    names = basis.names.select("ticker", "name").iter_rows()
    fund_entries = [(Target(Kind.FUND, ticker), name or "") for ticker, name in funds]
    known = {target.key for target, _ in fund_entries}
    return [
        *((Target(Kind.GROUP, group), group) for group in groups),
        *fund_entries,
        *((Target(Kind.NAME, ticker), name or "") for ticker, name in names if ticker not in known),
    ]


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
