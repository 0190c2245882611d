"""Simulated markets in this process, a switch between a well and an ill one, and one board everything rests on."""

import asyncio
import functools
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import time
from pathlib import Path
from time import monotonic
from typing import Any, TypedDict, Unpack
from unittest.mock import patch

import httpx

from deskview import paths
from deskview.board import Board
from deskview.credentials import ApiKey
from deskview.feed import Feed
from deskview.providers import connect
from deskview.providers.base import Provider
from deskview.settings import Flow, Settings
from deskview.simulator import create_app
from tests.once import once

LITTLE_FLOW = Flow(count=2, history_sessions=20, calls_per_session=4, sample_prints=200)
QUICK = Settings(flow=LITTLE_FLOW)
"""All of momentum's history, and as little of the prints' as there may be."""
CLOSE = time(16)
PARTS = ("momentum", "breadth", "rotation", "leverage", "deleveraging", "gamma", "flow")


class Sold(TypedDict, total=False):
    """What a market answers with less, as `create_app` takes it."""

    plan: str
    without: Sequence[str]


def transport(*faults: str, at: time = CLOSE, key: str = "demo", **sold: Unpack[Sold]) -> httpx.AsyncBaseTransport:
    """The crash with its clock standing still."""
    return httpx.ASGITransport(create_app(at=at, speed=0, key=key, faults=faults, compress=False, **sold))


def provider(through: httpx.AsyncBaseTransport, key: str = "demo") -> Provider:
    """The desk's own client on a transport."""
    return connect(
        "massive", {"key": ApiKey(key)}, base_url="http://simulated.market", transport=through, calls_per_minute=600_000
    )


def simulated(*faults: str, at: time = CLOSE, **sold: Unpack[Sold]) -> Provider:
    """A provider of the crash with these faults."""
    return provider(transport(*faults, at=at, **sold))


class Switch(httpx.AsyncBaseTransport):
    """Sends the requests that `ill` picks to a market with faults or less to sell, all others to a well one."""

    def __init__(
        self, *faults: str, ill: Callable[[httpx.Request], bool] = lambda _: False, **sold: Unpack[Sold]
    ) -> None:
        self._well, self._ill = transport(), transport(*faults, **sold)
        self.ill = ill

    def turn(self, *faults: str, **sold: Unpack[Sold]) -> None:
        """From now on every request meets these faults and lacks; none of them makes the market well again."""
        self._ill = transport(*faults, **sold)
        self.ill = lambda _: bool(faults or sold)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer of the market the request goes to."""
        return await (self._ill if self.ill(request) else self._well).handle_async_request(request)


async def refreshed(through: Provider, cache: Path, settings: Settings = QUICK) -> Board:
    """One complete refresh."""
    try:
        return await Feed(through, cache, settings).once()
    finally:
        await through.aclose()


@dataclass(frozen=True)
class Made:
    """The crash at the close as one board, and the folder of history that made it."""

    board: Board
    cache: Path


@contextmanager
def without_lists() -> Iterator[None]:
    """A board that is made before a test has folders of its own has no list of whoever runs it."""
    with patch.object(paths, "lists_folder", lambda: Path("/nowhere/lists")):
        yield


@functools.cache
def made(folder: Path) -> Made:
    """Built once a test run, whose workers share the folder."""
    cache = folder / "warm"

    def build() -> Board:
        with without_lists():
            return asyncio.run(refreshed(simulated(), cache))

    return Made(once(folder, "crash", build), cache)


@functools.cache
def a_little_before(folder: Path) -> Board:
    """The same market five minutes earlier."""

    def build() -> Board:
        cache = shutil.copytree(made(folder).cache, folder / "earlier", dirs_exist_ok=True)
        with without_lists():
            return asyncio.run(refreshed(simulated(at=time(15, 55)), cache))

    return once(folder, "earlier", build)


def complete(board: Board) -> bool:
    """Whether the desk's parts have their figures and nothing is awaited or has failed."""
    return all(board.parts[name].value and not board.parts[name].note for name in PARTS)


def running(board: Board) -> Board:
    """The board as if its market were still open and its clock ran as ours: no figure is final, by it ages count."""
    parts: dict[str, Any] = {name: replace(board.parts[name], age_s=0.0) for name in PARTS}
    return replace(board, **parts, source=replace(board.source, speed=1.0), phase="open")


def just_now(board: Board) -> Board:
    """The board as if it had this moment been computed: its ages start at zero."""
    parts: dict[str, Any] = {name: replace(part, received=monotonic()) for name, part in board.parts.items()}
    return replace(board, **parts)
