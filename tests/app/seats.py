"""The app with settings of one's own, in a terminal of any size."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from deskview.alerts.engine import Alerts
from deskview.app import DeskApp
from deskview.board import Board
from deskview.settings import Alert, Settings
from deskview.themes import DEFAULT_THEME
from tests.app.desk import Door, Seat


@asynccontextmanager
async def seat_with(
    settings: Settings,
    board: Board | None = None,
    *,
    size: tuple[int, int] = (120, 40),
    theme: str = DEFAULT_THEME,
    settings_file: Path | None = None,
    shipped: Sequence[tuple[Alert, str]] = (),
) -> AsyncIterator[Seat]:
    """The app with these settings, the board on it; of the rules that come with the program those `shipped`."""
    door = Door(alerts=Alerts(settings, settings_file, shipped=shipped))
    app = DeskApp(door, theme_name=theme, secrets=(), settings=settings, settings_file=settings_file)
    async with app.run_test(size=size) as pilot:
        await door.opened.wait()
        seat = Seat(app, pilot, door)
        await seat.settle()
        if board is not None:
            await seat.see(board)
        yield seat
