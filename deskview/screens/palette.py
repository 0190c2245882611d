"""The command palette: every action that works here, every theme, every name, group and fund."""

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Protocol, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.dom import DOMNode

from deskview.screens import find
from deskview.screens.actions import ACTIONS, shown
from deskview.screens.target import Opened, Target

if TYPE_CHECKING:
    from deskview.board import Board

NAMES_SHOWN = 20
_LAST = 0.01
"""The score of names: below any action or theme that matches."""
Command = Callable[[], Awaitable[object] | object]


class Desk(Protocol):
    """What the palette needs of the app."""

    board: "Board | None"
    own_keys: dict[str, str]
    theme: str

    @property
    def desk_themes(self) -> list[str]:
        """Names of the themes one may choose."""

    def run_action(self, action: str, default_namespace: DOMNode) -> Awaitable[bool]:
        """Does what an action's string says."""

    def post_message(self, message: Opened) -> bool:
        """Sends a message to the app."""


class DeskCommands(Provider):
    """What can be done from the screen below the palette."""

    @property
    def _desk(self) -> Desk:
        return cast(Desk, self.app)

    async def startup(self) -> None:
        """Gathers what can be opened."""
        board = self._desk.board
        self._entries = find.entries(board) if board is not None else []

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
        for rank, (target, name) in enumerate(find.matches(self._entries, query)[:NAMES_SHOWN]):
            exact = 1.0 if target.key.casefold() == query.strip().casefold() else _LAST / (rank + 1)
            words = target.key if name == target.key else f"{target.key}  {name}"
            yield Hit(exact, words, partial(self._open, target), help=f"Open the {target.kind}")

    def _commands(self) -> Iterator[tuple[str, str, Command]]:
        desk, listed = self._desk, set()
        alive = {found.binding.id: found for found in self.screen.active_bindings.values() if found.enabled}
        for action in ACTIONS:
            found = alive.get(action.name)
            if found is not None and action.name not in listed:
                listed.add(action.name)
                run = partial(desk.run_action, found.binding.action, found.node)
                yield action.title, f"key {shown(action, desk.own_keys)}", run
        for theme in desk.desk_themes:
            yield f"Theme {theme}", "Change the colours", partial(setattr, desk, "theme", theme)

    def _open(self, target: Target) -> None:
        self._desk.post_message(Opened(target))
