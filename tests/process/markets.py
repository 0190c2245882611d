"""What a market's process is to follow, what came of it, and processes that differ from this program's own."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from deskview.board import Board
from deskview.credentials import Credentials
from deskview.process.messages import MarketConfig
from deskview.process.supervisor import MarketSupervisor
from deskview.providers.base import Provider, Table
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.vendor import KEY
from deskview.settings import Flow, Refresh, Settings
from tests.credentials.conftest import holding
from tests.feed import markets
from tests.feed.tiny import TinyMarket

TINY = Settings(history_sessions=60, flow=Flow(names=("AAPL",), history_sessions=20))
FAST = Settings(history_sessions=60, flow=Flow(names=("AAPL",), history_sessions=20), refresh=Refresh(snapshot_s=1))
GOOD_KEY = "good-canary-8d21f7"
CANARY = "canary-4f6c0f58d1"
LIMIT_S = 90.0


def crash(credentials: Credentials) -> Provider:
    """The crash at the close, which takes this key."""
    (key,) = credentials
    return markets.provider(markets.transport(key=key.reveal()), key.reveal())


def unfit(credentials: Credentials) -> Provider:
    """A market nobody can open."""
    raise ValueError(f"there is no market for {credentials.reveal()[KEY.name]}")


def deadly(_credentials: Credentials) -> Provider:
    """Takes the process with it before it has shown anything."""
    os._exit(9)


def tiny(_credentials: Credentials) -> Provider:
    """A market of a few names, which costs little to start again and again."""
    return TinyMarket(datetime(2026, 3, 2, 18, tzinfo=UTC))


class Fleeting(TinyMarket):
    """Ends its process a little after all of its history has been asked for."""

    complete = False

    async def short_volume(self, session: date) -> Table:
        """What is asked for last."""
        self.complete, self.snapshots = True, 0
        return await super().short_volume(session)

    async def snapshot(self) -> Table:
        """The market, with figures on the desk three times at most."""
        if self.complete and self.snapshots > 2:
            os._exit(9)
        return await super().snapshot()


class Refusing(TinyMarket):
    """Takes one key alone."""

    def __init__(self, clock: datetime, *, accepts: bool) -> None:
        super().__init__(clock)
        self.accepts = accepts

    async def tickers(self, *, pages: int | None = None) -> Table:
        """The listing, or the refusal."""
        self._check()
        return await super().tickers()

    async def snapshot(self) -> Table:
        """The market, or the refusal."""
        self._check()
        return await super().snapshot()

    def _check(self) -> None:
        if not self.accepts:
            raise ProviderError(Kind.KEY_REFUSED, "The provider does not accept the key.")


def refusing(credentials: Credentials) -> Provider:
    """The tiny market, which takes the key `GOOD_KEY`."""
    return Refusing(datetime(2026, 3, 2, 18, tzinfo=UTC), accepts=credentials == holding(GOOD_KEY))


class Noting(TinyMarket):
    """Notes in a file whose prints were asked for."""

    def __init__(self, clock: datetime, notes: Path) -> None:
        super().__init__(clock)
        self.notes = notes

    async def trades(self, ticker: str, since: datetime, until: datetime) -> Table:
        """The prints."""
        with self.notes.open("a") as file:
            file.write(f"{ticker}\n")
        return await super().trades(ticker, since, until)


def noting(notes: Path, _credentials: Credentials) -> Provider:
    """The tiny market that notes whose prints were asked for."""
    return Noting(datetime(2026, 3, 2, 18, tzinfo=UTC), notes)


def fleeting(_credentials: Credentials) -> Provider:
    """A market that shows its figures and dies, each time anew."""
    return Fleeting(datetime(2026, 3, 2, 18, tzinfo=UTC))


def mortal(dead: Path, credentials: Credentials) -> Provider:
    """The tiny market, unless that file exists: then it takes the process with it."""
    return deadly(credentials) if dead.exists() else tiny(credentials)


@dataclass
class Waits:
    """Stands in for the time between restarts: it is over at once. What was waited for is kept."""

    timeouts: list[float | None] = field(default_factory=list)

    async def __call__(self, event: asyncio.Event, timeout_s: float | None) -> None:
        """No wait but the one without an end, until the event."""
        self.timeouts.append(timeout_s)
        if timeout_s is None:
            await event.wait()


def interpreter(folder: Path, first: str) -> str:
    """A Python that runs these lines before the module it is started for."""
    file = folder / "python"
    lines = (
        f"#!{sys.executable}",
        "import runpy, sys",
        first,
        "del sys.argv[:3]",  # this file, -P and -m
        "runpy.run_module(sys.argv[0], run_name='__main__')",
    )
    file.write_text("\n".join(lines))
    file.chmod(0o755)
    return str(file)


@dataclass
class Follower:
    """A market in a process of its own, and the boards that have come from it."""

    market: MarketSupervisor = field(init=False)
    boards: list[Board] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, board: Board) -> None:
        """A board has come."""
        self.boards.append(board)
        self._news.set()

    async def until(self, so: Callable[[Board], bool], *, after: int = 0) -> Board:
        """The first board that is so, so many of them left aside."""
        seen = after
        async with asyncio.timeout(LIMIT_S):
            while True:
                for board in self.boards[seen:]:
                    if so(board):
                        return board
                seen = len(self.boards)
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def following(
    cache: Path,
    connect: Callable[[Credentials], Provider] = crash,
    settings: Settings = markets.QUICK,
    **options: Any,  # noqa: ANN401 - those of MarketSupervisor
) -> AsyncIterator[tuple[Follower, asyncio.Task[None]]]:
    """The market followed for the length of the block, and the task that does so."""
    follower = Follower()
    follower.market = MarketSupervisor(
        MarketConfig(connect, cache, settings), holding(CANARY), follower.take, **options
    )
    task = asyncio.create_task(follower.market.run())
    try:
        yield follower, task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def what_others_see(child: int) -> bytes:
    """The process's arguments, and its environment where we are root: nobody else sees that of one with a key."""
    seen = Path(f"/proc/{child}/cmdline").read_bytes()
    with suppress(PermissionError):
        seen += Path(f"/proc/{child}/environ").read_bytes()
    return seen


def children(of: int | None = None) -> list[int]:
    """The market's processes of that one, else of this, that live."""
    found, wanted = [], os.getpid() if of is None else of
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if parent == wanted and b"deskview.process" in command:
            found.append(int(folder.name))
    return found
