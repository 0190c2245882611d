"""The bottom line: the keys that work here, and the traffic with the provider."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from deskview.screens.actions import ACTIONS, Scope, footer, shown
from deskview.widgets.strip import Segment, StatusStrip

if TYPE_CHECKING:
    from deskview.board import Board

TRAFFIC_PRIORITY = 50
"""The traffic gives way before any key does."""


class KeyLine(StatusStrip):
    """Keys of the given scopes, in the table's order; the user's own where there are any."""

    def __init__(self, *scopes: Scope) -> None:
        super().__init__()
        self._scopes = scopes
        self._keys: list[Segment] = []

    def on_mount(self) -> None:
        """The app knows the user's own keys."""
        own: Mapping[str, str] = getattr(self.app, "own_keys", {})
        panes = [action for action in ACTIONS if action.scope is Scope.DESK and action.id.startswith("pane(")]
        keys = [(_range([shown(pane, own) for pane in panes]), "pane")] if Scope.DESK in self._scopes else []
        opens = next(action for action in ACTIONS if action.name == "open-row")
        keys.append((shown(opens, own).split()[0], "open"))
        keys += [(key, title.split()[0].lower().rstrip(":")) for key, title in footer(*self._scopes, keymap=own)]
        self._keys = [Segment(title, f"{key} {title}", "dim", priority=n) for n, (key, title) in enumerate(keys)]
        self.show(self._keys)

    def show_traffic(self, board: "Board") -> None:
        """Calls of the last minute, failures so far, sessions of history."""
        wire = board.wire
        failures = f"{wire.failures} err"
        text = f"{wire.calls_per_minute} calls/min · {failures} · cache {wire.sessions} d"
        tone = "warning" if wire.failures else "dim"
        self.show([*self._keys, Segment("traffic", text, tone, priority=TRAFFIC_PRIORITY, right=True)])


def _range(keys: list[str]) -> str:
    """1 2 3 4 as 1-4."""
    whole = "".join(keys)
    return f"{keys[0]}-{keys[-1]}" if len(keys) > 2 and whole in "123456789" else " ".join(keys)
