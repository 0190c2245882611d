"""What a key may bring about: all that a person, a file or a market could notice of it."""

from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pytest
from textual import _wait
from textual.drivers.headless_driver import HeadlessDriver

from deskview.alerts.engine import Alerts
from deskview.app import DeskApp
from deskview.board import Board
from deskview.settings import Settings
from deskview.widgets.lines import Lines
from deskview.widgets.textual_private import screen_lines
from tests.app.desk import Seat, seated
from tests.app.places import Place

State = dict[str, object]
TO_CLIPBOARD = "\x1b]52"
IDLE_S = 1 / 500
"""So long the pilot watches whether the app still works, a dozen times a key; of itself ten times as long."""


@dataclass
class World:
    """Around the app: its files, the terminal it writes to, and whether it was left."""

    folder: Path
    sent: list[str] = field(default_factory=list)
    exits: int = 0

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        """Notes from now on what is written past the screen, and that the app is to end; time stands still.

        The seat knows when a key's effect has come about: the pilot need not sleep on top of it, most of the test long.
        """
        patch.setattr(HeadlessDriver, "write", lambda _, data: self.sent.append(data))
        patch.setattr(DeskApp, "exit", lambda *_, **__: self._leave())
        patch.setattr("deskview.screens.frame.age.monotonic", lambda: 0.0)
        patch.setattr(_wait, "SLEEP_IDLE", _wait.SLEEP_IDLE * IDLE_S / _wait.SLEEP_GRANULARITY)
        patch.setattr(_wait, "SLEEP_GRANULARITY", IDLE_S)

    def _leave(self) -> None:
        self.exits += 1

    @property
    def files(self) -> set[tuple[str, int]]:
        """Every file with the time it was written."""
        return {(str(file), file.stat().st_mtime_ns) for file in self.folder.rglob("*") if file.is_file()}


def state_of(seat: Seat, world: World) -> State:
    """What there is to notice now."""
    app: Any = seat.app
    return seen_of(seat) | {
        "notice": [notice.message for notice in app._notifications],
        "refreshes": seat.door.market.refreshes if seat.door.market else 0,
        "demo": seat.door.demo,
        "openings": seat.door.openings,
        "files": world.files,
        "sent": [data for data in world.sent if data.startswith(TO_CLIPBOARD)],
        "exits": world.exits,
    }


def place_of(seat: Seat) -> State:
    """Where one is: screens, the way, the list and its cursor."""
    focused = seat.app.screen.focused
    return {
        "screen": [type(screen).__name__ for screen in seat.app.screen_stack],
        "way": list(seat.app.journey.stops),
        "focus": focused,
        "cursor": (focused.cursor_key, focused.scroll_offset) if isinstance(focused, Lines) else None,
    }


def seen_of(seat: Seat) -> State:
    """Where one is and how it looks."""
    return place_of(seat) | {"picture": picture_of(seat), "theme": seat.app.theme}


def picture_of(seat: Seat) -> list[list[tuple[str, str]]]:
    """Every line's pieces with their styles."""
    strips = screen_lines(seat.app.screen)
    return [[(piece.text, str(piece.style)) for piece in strip] for strip in strips]


class Visit:
    """Stays at a place as long as what a key did can be undone, and comes anew where it can't."""

    def __init__(self, board: Board, place: Place, world: World, rules_file: Path) -> None:
        self._board, self.place, self._world, self._rules_file = board, place, world, rules_file
        self._stack = AsyncExitStack()
        self._last: str | None = None
        self._home: State = {}
        self._seat: Seat | None = None

    async def arrive(self) -> Seat:
        """The seat, everything as on arrival."""
        if self._seat is not None and await self._returns(self._seat):
            return self._seat
        await self._stack.aclose()
        if self.place.rules:
            self._rules_file.parent.mkdir(exist_ok=True)
            self._rules_file.write_text(self.place.rules)
        elif self._rules_file.exists():
            self._rules_file.unlink()
        door = self.place.door()
        door.alerts = Alerts(Settings(), None, shipped=())
        board = None if door.fault else self._board
        seat = self._seat = await self._stack.enter_async_context(seated(board, size=self.place.size, door=door))
        await seat.press(*self.place.keys)
        self._last, self._home = None, seen_of(seat)
        return seat

    async def effect(self, key: str, before: tuple[str, ...]) -> set[str]:
        """What is not as it was once the key was pressed."""
        seat = await self.arrive()
        if before:
            await seat.press(*before)
        was = state_of(seat, self._world)
        await seat.press(key)
        self._last = key
        now = state_of(seat, self._world)
        return {name for name in was if was[name] != now[name]}

    async def _returns(self, seat: Seat) -> bool:
        """Whether all is as on arrival, if need be after the key that leads back."""
        for keys in self._ways_back(seat):
            if keys:
                await seat.press(*keys)
            if seat.app._notifications:
                seat.app.clear_notifications()
                await seat.settle()
            # A picture takes the longest: most ways back lead to another place, or there at once.
            if place_of(seat).items() <= self._home.items() and seen_of(seat) == self._home:
                return True
        return False

    def _ways_back(self, seat: Seat) -> Iterator[tuple[str, ...]]:
        yield ()
        if place_of(seat)["screen"] != self._home["screen"] or seat.app.journey.stops != self._home["way"]:
            yield ("escape",)
        elif self._last:
            yield ("home",)
            yield (self._last,)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *fault: object) -> None:
        await self._stack.aclose()
