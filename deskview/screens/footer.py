"""The bottom line: the keys that work here, and the traffic with the provider."""

from typing import TYPE_CHECKING

from deskview.screens.actions import Scope, footer
from deskview.widgets.strip import Segment, StatusStrip

if TYPE_CHECKING:
    from deskview.board import Board

TRAFFIC_PRIORITY = 50
"""The traffic gives way before any key does."""


class KeyLine(StatusStrip):
    """Keys of the given scopes, in the table's order."""

    def __init__(self, *scopes: Scope) -> None:
        keys = [("1-4", "pane")] if Scope.DESK in scopes else []
        keys += [("⏎", "open"), *((shown, title.split()[0].lower()) for shown, title in footer(*scopes))]
        self._keys = [Segment(shown, f"{shown} {title}", "dim", priority=n) for n, (shown, title) in enumerate(keys)]
        super().__init__(self._keys)

    def show_traffic(self, board: "Board") -> None:
        """Calls of the last minute, failures so far, sessions of history."""
        wire = board.wire
        failures = f"{wire.failures} err"
        text = f"{wire.calls_per_minute} calls/min · {failures} · cache {wire.sessions} d"
        tone = "warning" if wire.failures else "dim"
        self.show([*self._keys, Segment("traffic", text, tone, priority=TRAFFIC_PRIORITY, right=True)])
