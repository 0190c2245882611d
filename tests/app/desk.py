"""The app on a market that hands out the boards a test gives it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from textual.pilot import Pilot
from textual.worker import WorkerCancelled

from deskview.alerts.engine import Alerts
from deskview.app import DeskApp
from deskview.board import Board
from deskview.board.alerts import AlertChange, AlertState
from deskview.settings import Settings
from deskview.themes import DEFAULT_THEME
from deskview.widgets.textual_private import screen_lines


class Market:
    """Stands for the feed: runs until it is cancelled, or crashes when told to."""

    def __init__(self, door: "Door") -> None:
        self.door = door
        self.refreshes = self.records = 0
        self.opened: list[str | None] = []
        self.crash: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self) -> None:
        """Waits for the end."""
        await self.crash

    async def intraday(self, _ticker: str) -> None:
        """Has no bars."""

    def open_name(self, ticker: str | None) -> None:
        """Remembers whose page was opened."""
        self.opened.append(ticker)

    def fetch_record(self) -> None:
        """Counts."""
        self.records += 1

    def change_alerts(self, change: AlertChange) -> None:
        """Changes the rules; the newest board comes again with what became of it."""
        door = self.door
        if door.alerts is not None and door.newest is not None and door.subscriber is not None:
            door.alerts.change(change)
            door.subscriber(door.alerts.look(door.newest))

    def refresh_now(self) -> None:
        """Counts how often it was asked."""
        self.refreshes += 1


@dataclass
class Door:
    """Opens the market, or says why it can't."""

    fault: Exception | None = None
    logs_in: Callable[[Sequence[str]], str] = lambda _: "Kept."
    demo: bool = False
    typed: list[str] = field(default_factory=list)
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    openings: int = 0
    market: Market | None = None
    subscriber: Callable[[Board], None] | None = None
    alerts: Alerts | None = None
    newest: Board | None = None

    async def open(self, subscriber: Callable[[Board], None]) -> Any:  # noqa: ANN401 - stands for a Feed
        """The market."""
        self.opened.set()
        self.openings += 1
        if self.fault is not None:
            raise self.fault
        self.market, self.subscriber = Market(self), subscriber
        return self.market

    def use_demo(self) -> None:
        """The simulated market has no faults."""
        self.demo, self.fault = True, None

    async def log_in(self, texts: Sequence[str]) -> str:
        """Keeps what was typed."""
        self.typed.extend(texts)
        self.fault = None
        return self.logs_in(texts)


@dataclass
class Seat:
    """One who sits before the desk."""

    app: DeskApp
    pilot: Pilot[int]
    door: Door

    async def settle(self) -> None:
        """Waits until everything asked for is on the screen."""
        for _ in range(2):  # what a key brought about may have let the next one through
            await self.pilot.pause()  # what was posted is under way
            await self.app.key_queue.drained()
            await self._works()
        await self.pilot.pause()
        await self.pilot.pause()

    async def _works(self) -> None:
        """Waits for what is made on threads."""
        while True:
            try:
                await self.app.workers.wait_for_complete()
            except WorkerCancelled:
                continue  # one that a newer one replaced
            return

    async def press(self, *keys: str) -> None:
        """Keys, and what they bring about."""
        await self.pilot.press(*keys)
        await self.settle()

    async def see(self, board: Board) -> None:
        """A board arrives."""
        self.door.newest = board
        self.app.shown_boards.take(board if self.door.alerts is None else self.door.alerts.look(board))
        await self.settle()

    @property
    def alerts(self) -> AlertState:
        """The rules and what became of them, as the desk was last told."""
        assert self.door.alerts is not None
        return self.door.alerts.state

    @property
    def lines(self) -> list[str]:
        """The screen's text."""
        return text_of(self.app)

    @property
    def text(self) -> str:
        """The screen's text in one piece."""
        return "\n".join(self.lines)


def text_of(app: Any) -> list[str]:  # noqa: ANN401 - any app
    """What stands on the app's screen."""
    return [strip.text for strip in screen_lines(app.screen)]


@asynccontextmanager
async def seated(
    board: Board | None = None,
    *,
    size: tuple[int, int] = (120, 40),
    door: Door | None = None,
    settings: Settings | None = None,
) -> AsyncIterator[Seat]:
    """The app in a terminal of that size, the board on it."""
    door = door or Door()
    app = DeskApp(door, theme_name=DEFAULT_THEME, secrets=(), settings=settings)
    async with app.run_test(size=size) as pilot:
        await door.opened.wait()
        seat = Seat(app, pilot, door)
        await seat.settle()
        if board is not None:
            await seat.see(board)
        yield seat
