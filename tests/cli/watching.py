"""Runs a command with a stand-in for the alert engine, and a keyring that holds the test's key.

With ENGINE in the environment the engine is deskview's own.
The stand-in fires once for each watched part that comes to have figures, and remembers one firing of an earlier run.
With FLOOD in the environment every board brings so many more.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import replace

from keyring import core

from deskview.alerts import engine
from deskview.board import Board
from deskview.board.alerts import AlertNotice, AlertState, Firing, Watch
from deskview.board.board import WATCHED
from deskview.cli import main
from deskview.credentials import ApiKey
from deskview.settings import Alert
from tests.credentials.conftest import CANARY
from tests.credentials.test_reports import Memory

HOSTILE = "of '\"$(x)\n\x1b[2J\udc80 σ"
RULES = tuple(Alert(reading=reading, sigma=3.0, for_="2m") for reading in ("momentum.sigma", "breadth.advances"))


class StandIn:
    """Answers as `engine.Alerts` does."""

    def __init__(self, _settings: object, _file: object, deliver: Callable[[Firing], None]) -> None:
        self._deliver = deliver
        self._filled: set[str] = set()
        self._state = AlertState(
            watches=(*(Watch(rule) for rule in RULES), Watch(RULES[0], off=True)),
            notices=(AlertNotice(1, "A file", "can't be read."),),
            first=2,
        )

    def look(self, board: Board) -> Board:
        """The board with what fires on it."""
        filled = {name for name in WATCHED if board.parts[name].value is not None}
        for name in sorted(filled - self._filled):
            self._fire(board, name)
        self._filled |= filled
        for number in range(int(os.environ.get("FLOOD", "0"))):
            self._fire(board, f"flood {number}")
        return replace(board, alerts=self._state)

    def _fire(self, board: Board, name: str) -> None:
        assert board.as_of is not None
        known = self._state.firings or (Firing(1, board.as_of, RULES[0], "of an earlier run", "heard then"),)
        fired = Firing(
            known[0].number + 1, board.as_of, RULES[0], f"{name} {HOSTILE}", f"{name} {HOSTILE}: It is {CANARY}.", -4.02
        )
        self._state = replace(self._state, firings=(fired, *known))
        self._deliver(fired)


def hold_key() -> None:
    """Gives this process a keyring that holds the test's key."""
    Memory.__module__ = "keyring.backends.SecretService"
    backend = Memory()
    backend.entries["massive"] = ApiKey(CANARY).reveal()
    core._keyring_backend = backend  # type: ignore[assignment]
    core.init_backend = lambda *_: None


if __name__ == "__main__":
    if "ENGINE" not in os.environ:
        engine.Alerts = StandIn  # type: ignore[assignment,misc]
    hold_key()
    sys.exit(main())
