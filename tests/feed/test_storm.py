"""Refused rates over a real socket: said at once, with the age of what is shown and the next try; gone when over."""

import asyncio
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import time
from pathlib import Path

import stamina
from starlette.types import ASGIApp, Receive, Scope, Send

from deskview.board import Board, Status
from deskview.credentials import ApiKey
from deskview.providers import connect
from deskview.simulator import create_app, serve
from tests.feed.markets import PARTS, complete
from tests.feed.running import running

TOLD = "allows no more calls"


class Weather:
    """A market at the close, and the same one in a storm of 429 answers."""

    def __init__(self) -> None:
        self._calm, self._storm = (
            create_app(at=time(16), speed=0, faults=faults, compress=False) for faults in ((), ("storm",))
        )
        self.storm = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Every request meets the weather of its moment."""
        app: ASGIApp = self._storm if self.storm else self._calm
        await app(scope, receive, send)


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """The address the market is served at, on loopback, by a loop of its own."""
    ready: queue.Queue[str] = queue.Queue()
    loop = asyncio.new_event_loop()
    task = loop.create_task(serve(app, on_ready=ready.put))

    def work() -> None:
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(task)
        loop.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield ready.get(timeout=60)
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join()


def told(board: Board) -> bool:
    return all(TOLD in board.parts[part].note for part in ("momentum", "flow"))


async def test_a_storm_in_mid_run_is_said_before_the_last_try_and_cleared_after_it(warm: Path) -> None:
    weather = Weather()
    with served(weather) as url:
        through = connect("massive", {"key": ApiKey("demo")}, base_url=url)
        with stamina.set_testing(False):
            async with running(through, warm) as shown:
                good = await shown.until(complete)
                weather.storm = True
                shown.feed.refresh_now()
                failed_before = through.traffic.failures
                board = await shown.until(told)
                later = await shown.until(told)
                tries = through.traffic.failures - failed_before
                for part in ("momentum", "flow"):
                    assert board.parts[part].status is Status.STALE
                    assert board.parts[part].as_of == good.parts[part].as_of
                    assert later.parts[part].received == board.parts[part].received
                    assert board.parts[part].retry_at is not None
                    assert "The last good figures stay." in board.parts[part].note
                assert board.momentum.value == good.momentum.value
                weather.storm = False
                received = good.momentum.received
                well = await shown.until(lambda board: complete(board) and board.momentum.received > received)
    assert tries < 5 * len(PARTS)
    assert {well.parts[part].status for part in PARTS} <= {Status.LIVE, Status.PARTIAL}
