"""A simulated market for the tests, asked in process or over a real socket."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import time
from pathlib import Path
from typing import TypedDict, Unpack

import httpx
import pytest

from deskview.simulator import create_app, serve
from deskview.simulator.app import _world
from deskview.simulator.scenario import read_scenario
from deskview.simulator.world.world import World

KEY = {"Authorization": "Bearer demo"}
SNAPSHOT = "/v2/snapshot/locale/us/markets/stocks/tickers"
GROUPED = "/v2/aggs/grouped/locale/us/market/stocks"


class Options(TypedDict, total=False):
    """What `create_app` takes."""

    scenario: str | Path
    seed: int
    at: time | None
    speed: float | None
    key: str | None
    faults: Sequence[str]
    plan: str
    without: Sequence[str]
    keeps_apart: bool
    compress: bool
    names: int | None
    begins_again: bool
    sessions: int


@asynccontextmanager
async def asking(headers: dict[str, str] | None = None, **options: Unpack[Options]) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an app; the clock stands still at noon unless told otherwise."""
    chosen: Options = {"at": time(12), "speed": 0, **options}
    app = create_app(**chosen)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://sim.test", headers=KEY if headers is None else headers
    ) as client:
        yield client


@pytest.fixture
async def noon() -> AsyncIterator[httpx.AsyncClient]:
    """The crash at noon."""
    async with asking() as client:
        yield client


@pytest.fixture(scope="session")
def world() -> World:
    """The market behind the apps of seed 1."""
    return _world(*read_scenario("momentum-crash"), 1, None)


@contextmanager
def served(**options: Unpack[Options]) -> Iterator[str]:
    """The crash at noon on a loopback port, in a thread of its own, unless told otherwise; gives its address."""
    chosen: Options = {"at": time(12), "speed": 0, **options}
    app = create_app(**chosen)
    ready: threading.Event = threading.Event()
    found: list[str] = []
    loop = asyncio.new_event_loop()

    def on_ready(address: str) -> None:
        found.append(address)
        ready.set()

    task = loop.create_task(serve(app, on_ready=on_ready))
    task.add_done_callback(lambda _: loop.stop())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    assert ready.wait(30)
    try:
        yield found[0]
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(30)
        assert not thread.is_alive()
        loop.close()


@pytest.fixture
def url() -> Iterator[str]:
    """The crash at noon on a loopback port."""
    with served() as address:
        yield address
