"""A simulated market whose clock the test turns from day to day, a desk left open on it, a fresh start beside it."""

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from deskview.analytics.figure import D30M
from deskview.analytics.gate.clock import BELIEVED_AFTER
from deskview.board import Board, build
from deskview.board.export import board_to_builtins
from deskview.feed import Feed, feed
from deskview.feed.scheduler import Scheduler
from deskview.feed.tasks import Task
from deskview.market.sessions import NEW_YORK
from deskview.providers.base import Provider
from deskview.settings import Flow, Leverage, Refresh, Settings
from deskview.simulator import create_app
from deskview.simulator.wire.backend import Clock
from tests.feed.markets import provider

SESSIONS = 42
SCENARIO = """
title = "A session that begins a month"
session = 2025-12-01
"""
SETTINGS = Settings(
    history_sessions=300,
    flow=Flow(count=2, history_sessions=20, calls_per_session=4, sample_prints=200, panel_calls=4),
    leverage=Leverage(paths=1000),
    refresh=Refresh(snapshot_s=3600, prints_s=3600, reference_s=86_400, simulation_s=86_400),
)
"""Little flow, and no turn but those the test has: after each jump of the clock all come once, as in hours they do."""
QUIET_S = 0.5
"""Longer than changes are gathered for before they make a board."""
HANG_S = 600.0
UNKNOWN_TO_A_FRESH_START = {
    D30M: "changes over half an hour need boards of half an hour ago",
    f"missing.{D30M}": "and why there are none",
    "diagnostics": "counts what was asked for since each was opened",
}
"""What is not compared, and why."""


class Market(Clock):
    """Two months of a small market, and its clock."""

    def __init__(self, folder: Path) -> None:
        self.moment = datetime(2025, 10, 2, 20, tzinfo=NEW_YORK)
        scenario = folder / "december.toml"
        scenario.write_text(SCENARIO)
        self.through = httpx.ASGITransport(
            create_app(scenario, speed=0, names=3000, sessions=SESSIONS, compress=False, clock=self)
        )

    def now(self) -> datetime:
        """The simulated moment, UTC."""
        return self.moment.astimezone(UTC)

    def provider(self) -> Provider:
        """The desk's own client on it."""
        return provider(self.through)


class Work:
    """What of all feeds' work is under way: tries of tasks and boards that are made; `turns` of the feed that runs."""

    def __init__(self) -> None:
        self.under_way = 0
        self.turns: Scheduler | None = None
        self._lock = threading.Lock()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        """Boards are made on threads."""
        with self._lock:
            self.under_way += 1
        try:
            yield
        finally:
            with self._lock:
                self.under_way -= 1

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        """Counts from now on."""
        attempt, every = Scheduler.attempt, Scheduler.every

        async def attempted(scheduler: Scheduler, *arguments: Any) -> float | None:  # noqa: ANN401 - passed on
            with self._counted():
                return await attempt(scheduler, *arguments)

        async def in_turn(scheduler: Scheduler, *arguments: Any) -> None:  # noqa: ANN401 - passed on
            self.turns = scheduler
            await every(scheduler, *arguments)

        def built(*arguments: Any) -> Any:  # noqa: ANN401 - passed on
            with self._counted():
                return build(*arguments)

        patch.setattr(Scheduler, "attempt", attempted)
        patch.setattr(Scheduler, "every", in_turn)
        patch.setattr(feed, "build", built)


class Desk:
    """A feed that is left open, and its newest board."""

    def __init__(self, market: Market, cache: Path, work: Work, settings: Settings = SETTINGS) -> None:
        self.board: Board | None = None
        self._market, self._cache, self._work, self._settings = market, cache, work, settings
        self._boards = 0
        self._provider = market.provider()
        self._feed = Feed(self._provider, cache, settings, self._take)

    def _take(self, board: Board) -> None:
        self.board = board
        self._boards += 1

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Desk"]:
        """Left open for the length of the block."""
        task = asyncio.create_task(self._feed.run())
        try:
            yield self
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await self._provider.aclose()

    async def differences(self, moment: datetime) -> dict[str, tuple[object, object]]:
        """By path, what the JSON of this desk has at a moment and that of a fresh start has not."""
        self._market.moment = moment
        return differences(await self._settled(), await self._started_anew())

    async def _settled(self) -> Board:
        """The board once it is believed that the clock has gone on, and every kind of work has had its turn since; then
        once more, for what rests on what came beside it.
        """
        await self._quiet()
        for _ in range(BELIEVED_AFTER):
            assert self._work.turns is not None
            self._work.turns.wake(Task.SNAPSHOT)
            await self._quiet()
        for _ in range(2):
            self._feed.refresh_now()
            await self._quiet()
        assert self.board is not None
        return self.board

    async def _quiet(self) -> None:
        async with asyncio.timeout(HANG_S):
            loop = asyncio.get_running_loop()
            boards, since = self._boards, loop.time()
            while loop.time() - since < QUIET_S:
                await asyncio.sleep(0.05)
                if self._work.under_way or boards != self._boards:
                    boards, since = self._boards, loop.time()

    async def _started_anew(self) -> Board:
        """The board of a start on a copy of the history that is stored."""
        copy = shutil.copytree(self._cache, self._cache.with_name("copy"))
        through = self._market.provider()
        try:
            return await Feed(through, copy, self._settings).once()
        finally:
            await through.aclose()
            shutil.rmtree(copy)


def differences(left_open: Board, started: Board) -> dict[str, tuple[object, object]]:
    """By path, what the JSON of the one has and that of the other has not, but for what that can't know."""
    ours, others = (dict(_flat(board_to_builtins(board))) for board in (left_open, started))
    return {
        path: (ours.get(path, "nothing"), others.get(path, "nothing"))
        for path in sorted(ours.keys() | others.keys())
        if not _same(ours.get(path), others.get(path)) and not _unknown(path)
    }


def _unknown(path: str) -> bool:
    first, _, inside = path.partition(".")
    return first in UNKNOWN_TO_A_FRESH_START or any(
        inside == known or inside.startswith(f"{known}.") for known in UNKNOWN_TO_A_FRESH_START
    )


def _same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return one == pytest.approx(other, rel=1e-9, abs=1e-12)
    return one == other


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, object]]:  # noqa: ANN401 - JSON
    match value:
        case dict():
            yield f"{path}.keys", sorted(value)
            for key, inner in value.items():
                yield from _flat(inner, f"{path}.{key}" if path else key)
        case list():
            yield f"{path}.length", len(value)
            for place, inner in enumerate(value):
                yield from _flat(inner, f"{path}.{place}")
        case _:
            yield path, value
