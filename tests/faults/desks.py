"""Desks that live through faults: one that is asked for boards step by step, and one that is open over a socket."""

import asyncio
import functools
import logging
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import time
from functools import partial
from pathlib import Path
from typing import Protocol
from unittest.mock import patch

import httpx

from deskview.board import Board, Built, build
from deskview.credentials import ApiKey
from deskview.feed import Feed, feed
from deskview.feed.context import Context, Registry
from deskview.feed.inputs import board_inputs
from deskview.feed.market import refresh_clock, refresh_snapshot
from deskview.feed.scheduler import Scheduler, Work
from deskview.feed.state import FeedState
from deskview.feed.tasks import Task
from deskview.market.sessions import Calendar
from deskview.providers import connect
from deskview.providers.base import Provider
from deskview.providers.errors import ProviderError
from deskview.settings import Flow, Leverage, Refresh, Settings
from deskview.simulator.inprocess import InProcess
from deskview.store import Store
from tests.faults.altering import KEY, Altering, served
from tests.faults.judging import HEADLINES, Seen, always, complaints, well_again
from tests.faults.kind import AFTERNOON, EVENING, HARMLESS, MARKET, Kind, Told
from tests.feed.running import Running, running
from tests.once import once

SETTINGS = Settings(
    history_sessions=300,
    flow=Flow(count=1, history_sessions=20, calls_per_session=2, sample_prints=200, panel_calls=0),
    leverage=Leverage(paths=1_000),
    refresh=Refresh(snapshot_s=3600, prints_s=3600),
)
"""As little as all headline figures rest on; an open desk refreshes when it is told to."""
AS_MANY = 600_000
"""Calls a minute: no limit, but after a 429 that names no time the client waits as on a small plan."""
QUIET_S, HANG_S = 5.0, 180.0
"""A desk that has no work under way and has published nothing for so long has said all it has to say."""


def listed(wrong: Mapping[str, list[str]]) -> str:
    """What is wrong, a line each, for an assertion's message."""
    return "\n".join(f"{label}: {each}" for label, found in wrong.items() for each in found)


class Tracebacks(logging.Handler):
    """Counts records with a traceback, which no input may cause."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Notes it."""
        if record.exc_info and record.exc_info[0] is not None:
            self.found.append(f"traceback in the log: {record.exc_info[0].__name__}")


@dataclass(frozen=True)
class World:
    """Undisturbed boards by the market's time, and the folder of history that made them; not to be changed."""

    boards: dict[time, Board]
    cache: Path

    def copy(self, folder: Path, kind: Kind | None = None) -> Path:
        """The history once more in a new folder, prepared as the kind needs it."""
        copied = Path(shutil.copytree(self.cache, folder))
        if kind is not None and kind.prepare is not None:
            kind.prepare(Store(next(copied.iterdir())))
        return copied


def connected(
    through: httpx.AsyncBaseTransport | None,
    url: str = "http://simulated.market",
    calls_per_minute: int | None = AS_MANY,
) -> Provider:
    """The desk's own client."""
    return connect("massive", {"key": ApiKey(KEY)}, base_url=url, transport=through, calls_per_minute=calls_per_minute)


async def undisturbed(cache: Path, at: time) -> Board:
    """A board of the market without a fault."""
    app = Altering()
    app.clock = at
    provider = connected(InProcess(app))
    feed = Feed(provider, cache, SETTINGS)
    try:
        await feed.once()
        return await feed.once()
    finally:
        await provider.aclose()


@functools.cache
def world(folder: Path) -> World:
    """Built once a test run, whose workers share the folder."""
    cache = folder / "faults"

    def build() -> dict[time, Board]:
        return {at: asyncio.run(undisturbed(cache, at)) for at in (AFTERNOON, EVENING)}

    return World(once(folder, "faults", build), cache)


@dataclass
class Outcome:
    """What became of a desk under a fault: the board it showed, what is wrong with it, whether it was well again.

    `refusal` is the sentence in place of a board, which a single refresh may end in.
    """

    board: Board | None = None
    complaints: list[str] = field(default_factory=list)
    recovered: bool = False
    asked: bool = False
    refusal: str = ""

    def add(self, *found: str) -> None:
        """More that is wrong, each said once."""
        self.complaints += [each for each in found if each not in self.complaints]


So = Callable[[Board], bool]


def whatever(_: Board) -> bool:
    """Any board will do."""
    return True


class Desk(Protocol):
    """A desk whose market may be disturbed.

    `parts` are those of its boards it has figures for; `wrong` is what was wrong with boards on the way to those asked.
    """

    app: Altering
    parts: tuple[str, ...]
    wrong: list[str]

    async def board(self, so: So = whatever) -> Board:
        """A board made of all that the market answers now; where there come several, the first of which `so` holds."""

    async def aclose(self) -> None:
        """Ends it."""


async def live_through(desk: Desk, kind: Kind, well: Board) -> Outcome:
    """Boards under the fault and after it; before it the desk has shown an undisturbed one."""
    outcome, tracebacks, right = Outcome(), Tracebacks(), Seen.of(well)

    def wrong(board: Board) -> list[str]:
        return complaints(Seen.of(board), right, kind, parts=desk.parts)

    def met(board: Board) -> bool:
        waiting = any(part.progress is not None for part in board.parts.values())
        return desk.app.altered > 0 and not desk.app.under_way and not waiting

    def ill(board: Board) -> list[str]:
        return well_again(Seen.of(board), right, desk.parts)

    logging.getLogger().addHandler(tracebacks)
    try:
        desk.app.turn(kind)
        try:
            outcome.board = await desk.board(lambda board: met(board) and not wrong(board))
            outcome.add(*wrong(outcome.board))
        except ProviderError as error:
            outcome.refusal = str(error)
            outcome.add(*(() if kind.expected.told is Told.PARTS else (f"no board: {error}",)))
        except TimeoutError:
            outcome.add(f"nothing to show within {HANG_S:.0f} s")
        outcome.asked = desk.app.altered > 0
        desk.app.turn(None)
        try:
            after = ill(await desk.board(lambda board: not ill(board)))
        except ProviderError as error:
            after = [f"afterwards no board: {error}"]
        except TimeoutError:
            after = [f"afterwards nothing to show within {HANG_S:.0f} s"]
        outcome.recovered = not after
        outcome.add(*(after if kind.heals else ()))
    finally:
        logging.getLogger().removeHandler(tracebacks)
    outcome.add(*tracebacks.found, *desk.wrong)
    desk.wrong.clear()
    return outcome


class SnapshotDesk:
    """The clock and the snapshot alone, on models that are there: what the loop of the snapshot does, step by step."""

    parts: tuple[str, ...] = MARKET

    def __init__(self, well: Board, cache: Path, clock: time) -> None:
        self.app = Altering()
        self.app.clock = clock
        self._state = FeedState(Calendar())
        scheduler = Scheduler(self._state)
        provider = connected(InProcess(self.app), calls_per_minute=None)
        self._context = Context(provider, cache, SETTINGS, Registry(SETTINGS), self._state, scheduler)
        self.wrong: list[str] = []
        self._well = well
        self._built: Built | None = None

    async def board(self, so: So = whatever) -> Board:
        """The clock, the snapshot, and the board they make."""
        state, context = self._state, self._context
        if state.basis.value is None:
            await refresh_clock(context)
            assert self._well.basis is not None
            state.basis.set(self._well.basis)
            state.complete.set(self._well.basis)
        context.provider.capabilities.retry_now()
        await context.scheduler.attempt(Task.SNAPSHOT, partial(refresh_snapshot, context))
        inputs = board_inputs(context.provider, state)
        self._built = build(inputs, self._built)
        return self._built.board

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._context.provider.aclose()


class SteppedDesk:
    """A whole desk that refreshes when it is asked for a board."""

    parts: tuple[str, ...] = tuple(HEADLINES)

    def __init__(self, cache: Path, clock: time, url: str = "", app: Altering | None = None) -> None:
        self.app = app or Altering()
        self.app.clock = clock
        self.wrong: list[str] = []
        self._provider = connected(None, url) if url else connected(InProcess(self.app))
        self._feed = Feed(self._provider, cache, SETTINGS)

    async def board(self, so: So = whatever) -> Board:
        """One complete refresh."""
        self._feed.refresh_now()
        return await self._feed.once()

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._provider.aclose()


async def live_in_turn(
    undisturbed: World, folder: Path, kinds: Mapping[str, Kind]
) -> AsyncIterator[tuple[str, Outcome]]:
    """What becomes of a desk that refreshes under each kind in turn, kind by kind.

    A kind that prepares the store gets a desk of its own; after one the desk has not got over there is a new one.
    """
    desk: SteppedDesk | None = None
    for place, (label, kind) in enumerate(kinds.items()):
        well = undisturbed.boards[kind.clock]
        if desk is not None and kind.prepare is not None:
            await desk.aclose()
            desk = None
        if desk is None:
            desk = SteppedDesk(undisturbed.copy(folder / str(place), kind), kind.clock)
            if kind.prepare is None:
                await desk.board()
        outcome = await live_through(desk, kind, well)
        if kind.prepare is not None or not outcome.recovered:
            await desk.aclose()
            desk = None
        yield label, outcome
    if desk is not None:
        await desk.aclose()


class Working(Scheduler):
    """Counts the works under way: models may take longer than a desk is quiet."""

    under_way = 0

    async def attempt(self, task: Task, work: Work) -> float | None:
        """The work, counted."""
        self.under_way += 1
        try:
            return await super().attempt(task, work)
        finally:
            self.under_way -= 1


class OpenDesk:
    """A desk that is open over a socket, whose loops run.

    A board is one of those it publishes when it is told to refresh. Those on the way are judged too: `wrong` is what
    was wrong with them.
    """

    parts: tuple[str, ...] = tuple(HEADLINES)

    def __init__(self, app: Altering, shown: Running, scheduler: Working, well: Board) -> None:
        self.app = app
        self.wrong: list[str] = []
        self._shown = shown
        self._scheduler = scheduler
        self._well = Seen.of(well)

    async def board(self, so: So = whatever) -> Board:
        """Refreshes; the first board of which `so` holds, or the last when the desk has nothing more to say."""
        self._shown.feed.refresh_now()
        last: Board | None = None
        async with asyncio.timeout(HANG_S):
            while True:
                board = await self._next()
                if board is not None:
                    last = board
                    self._judge(board)
                    if so(board):
                        return board
                elif last is not None and not self._scheduler.under_way:
                    return last

    async def _next(self) -> Board | None:
        """The next board; None where the desk is quiet."""
        try:
            async with asyncio.timeout(QUIET_S):
                return await self._shown.until(lambda _: True)
        except TimeoutError:
            return None

    def _judge(self, board: Board) -> None:
        expected = self.app.kind.expected if self.app.kind else HARMLESS
        found = always(Seen.of(board), self._well, expected)
        self.wrong += [each for each in found if each not in self.wrong]

    async def aclose(self) -> None:
        """Nothing: whoever opened it closes it."""


@asynccontextmanager
async def opened(cache: Path, well: Board, clock: time = AFTERNOON) -> AsyncIterator[OpenDesk]:
    """A desk open on a socket, after its first complete board."""
    app = Altering()
    app.clock = clock
    made: list[Working] = []

    def scheduler(state: FeedState) -> Working:
        made.append(Working(state))
        return made[-1]

    with served(app) as url, patch.object(feed, "Scheduler", scheduler):
        async with running(connected(None, url), cache, SETTINGS) as shown:
            desk = OpenDesk(app, shown, made[0], well)
            await shown.until(lambda board: not well_again(Seen.of(board), Seen.of(well)))
            yield desk
