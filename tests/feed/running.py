"""A feed that runs, and the boards it publishes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from deskview.board import Board
from deskview.clock import Clocks
from deskview.feed import Feed
from deskview.providers.base import Provider
from deskview.settings import Settings
from tests.feed.markets import QUICK

HANG_S = 60.0


class Running:
    """Boards as they come."""

    def __init__(
        self, through: Provider, cache: Path, settings: Settings, clocks: Callable[[], Clocks] = Clocks.now
    ) -> None:
        self._boards: asyncio.Queue[Board] = asyncio.Queue()
        self.feed = Feed(through, cache, settings, self._boards.put_nowait, clocks=clocks)

    async def until(self, so: Callable[[Board], bool]) -> Board:
        """The first board from now on of which `so` holds."""
        async with asyncio.timeout(HANG_S):
            while not so(board := await self._boards.get()):
                pass
        return board


@asynccontextmanager
async def running(
    through: Provider, cache: Path, settings: Settings = QUICK, clocks: Callable[[], Clocks] = Clocks.now
) -> AsyncIterator[Running]:
    """A feed for the length of the block; afterwards it has ended and left nothing behind."""
    shown = Running(through, cache, settings, clocks)
    before = asyncio.all_tasks()
    task = asyncio.create_task(shown.feed.run())
    try:
        yield shown
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await through.aclose()
        assert asyncio.all_tasks() <= before
