"""Keys as a terminal sends them, and what to wait for once they are sent."""

import re
from collections.abc import Callable

from deskview.screens.frame.keys import shown_keys
from deskview.screens.subjects import ACTIONS
from tests.e2e.terminal import Seat

SEQUENCES = {
    "escape": "\x1b",
    "enter": "\r",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "backspace": "\x7f",
    "space": " ",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "shift+up": "\x1b[1;2A",
    "shift+down": "\x1b[1;2B",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "delete": "\x1b[3~",
    "f1": "\x1bOP",
    "ctrl+p": "\x10",
    "ctrl+q": "\x11",
}
OF_THE_MOMENT = re.compile(r"\b\d+[smh]\b|calls/min")
Wanted = str | Callable[[str], bool] | None
Pressed = tuple[str, str, str]
"""An action's name, its scope, and one of its keys."""


def sequence(key: str) -> str:
    """What a terminal sends for a key of the table."""
    return SEQUENCES.get(key) or shown_keys(key)


def lacks(words: str) -> Callable[[str], bool]:
    """That the words are gone."""
    return lambda text: words not in text


def all_of(*scopes: str) -> set[Pressed]:
    """Every key of every action of these scopes."""
    return {
        (action.name, action.scope, key.strip())
        for action in ACTIONS
        if action.scope in scopes
        for key in action.keys.split(",")
    }


class Typist:
    """Presses keys one by one and waits for what each brings about; `pressed` are those of the table."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self.pressed: set[Pressed] = set()

    def press(self, scope: str, key: str, wanted: Wanted = None, *, among: str = "") -> None:
        """Presses a key of a scope, and waits for the words, or else until a line with `among` in it has changed."""
        action = next(
            action for action in ACTIONS if action.scope == scope and key in map(str.strip, action.keys.split(","))
        )
        self.type(sequence(key), wanted, among=among)
        self.pressed.add((action.name, scope, key))

    def type(self, text: str, wanted: Wanted = None, *, among: str = "") -> None:
        """Types what is no key of the table, and waits."""
        before = self._looks(among)
        self.seat.press(text)
        self.seat.wait_for((lambda _: self._looks(among) != before) if wanted is None else wanted)

    def _looks(self, among: str) -> list[tuple[object, ...]]:
        """The cells of every line with the words in it, but of those that tell an age."""
        screen = self.seat.screen
        return [
            tuple(screen.buffer[row][column] for column in range(screen.columns))
            for row, line in enumerate(screen.display)
            if among in line and not OF_THE_MOMENT.search(line)
        ]
