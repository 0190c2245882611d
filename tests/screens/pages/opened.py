"""A page alone on a screen, and what it shows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from deskview.board import Board
from deskview.screens.desk.still import StillApp, screen_text
from deskview.screens.frame.page import PageScreen
from deskview.screens.frame.target import Opened, Target
from deskview.widgets.facts import Facts

SIZES = [(80, 24), (120, 40), (200, 60)]


class Opener(StillApp):
    """One page, and what it asked the app to open."""

    def __init__(self, board: Board, page: str) -> None:
        super().__init__(board, page, "deskview-dark")
        self.opened: list[Target] = []

    def on_opened(self, event: Opened) -> None:
        self.opened.append(event.target)

    @property
    def page(self) -> PageScreen:
        assert isinstance(self.screen, PageScreen)
        return self.screen

    @property
    def text(self) -> str:
        """The screen as text."""
        return screen_text(self.screen)

    @property
    def facts(self) -> str:
        """The figures above the lists, those without room among them."""
        return self.page.query_one(Facts).text


@asynccontextmanager
async def opened(
    board: Board, page: str, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[tuple[Opener, Pilot[None]]]:
    """The page with the board on it."""
    app = Opener(board, page)
    async with app.run_test(size=size) as pilot:
        await settled(app, pilot)
        yield app, pilot


async def pressed(app: Opener, pilot: Pilot[None], *keys: str) -> None:
    """Keys, and all that follows from them."""
    await pilot.press(*keys)
    await settled(app, pilot)


async def settled(app: Opener, pilot: Pilot[None]) -> None:
    """Waits until charts are drawn and nothing is left to paint."""
    await pilot.pause()
    await app.workers.wait_for_complete()
    await pilot.pause()
