"""The network goes away in all the ways it does, over real sockets: what is said, what is held, and who mends it."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import stamina

from deskview.board import Board, Status
from deskview.credentials import ApiKey
from deskview.feed.scheduler import Scheduler
from deskview.feed.state import FeedState
from deskview.feed.tasks import Task
from deskview.market.sessions import Calendar
from deskview.providers import retry
from deskview.providers.http import HttpClient
from deskview.providers.retry import RateLimiter, RetryPolicy
from deskview.providers.transport import Limits
from deskview.settings import Flow, Refresh, Settings
from tests.feed.hours import HOUR_S, run_ahead
from tests.feed.line import Line, Online
from tests.feed.running import Running

LIMITS = Limits(connect_s=1.0, first_byte_s=1.0, stall_s=1.0)
SOON = RetryPolicy(
    attempts=3, total_s=30.0, first_wait_s=0.1, longest_wait_s=0.1, jitter_s=0.0, rest_s=0.2, quiet_s=0.5
)
NEVER = RetryPolicy(total_s=10_000.0, first_wait_s=5_000.0, longest_wait_s=5_000.0, quiet_s=0.5)
OFTEN = Settings(
    history_sessions=60,
    flow=Flow(names=("AAPL",), history_sessions=20, calls_per_session=2),
    refresh=Refresh(snapshot_s=1, prints_s=1),
)
Away = Callable[[Line], Awaitable[None]]
PHASES: dict[str, tuple[Away, str]] = {
    "swallowed": (Line.swallow, "did not accept a connection within 1 s"),
    "unanswered": (Line.hang, "sent nothing for 1 s"),
    "stalled": (Line.stall, "stopped sending for 1 s"),
    "trickling": (Line.trickle, "sent less than 10 kB in 1 s"),
}
WAYS = PHASES | {"refused": (Line.refuse, "refused the connection")}


@dataclass
class Desk:
    """A feed whose provider is at the other end of a line."""

    shown: Running
    line: Line
    provider: Online
    good: Board


@asynccontextmanager
async def desk(folder: Path, policy: RetryPolicy = SOON, host: str = "127.0.0.1") -> AsyncIterator[Desk]:
    """A feed that has its figures."""
    with stamina.set_testing(False):
        async with Line() as line:
            provider = Online(f"http://{host}:{line.port}", policy, LIMITS)
            shown = Running(provider, folder, OFTEN)
            task = asyncio.create_task(shown.feed.run())
            try:
                yield Desk(shown, line, provider, await shown.until(well))
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                await provider.aclose()


def open_files() -> int:
    return sum(1 for _ in Path("/dev/fd").iterdir())


def well(board: Board) -> bool:
    return all(part.value is not None and not part.note for part in (board.momentum, board.flow))


@pytest.mark.parametrize("way", WAYS)
async def test_it_is_said_nothing_piles_up_and_all_is_well_again_without_a_key(tmp_path: Path, way: str) -> None:
    away, sentence = WAYS[way]
    async with desk(tmp_path) as open_desk:
        shown, line, traffic = open_desk.shown, open_desk.line, open_desk.provider.traffic
        await away(line)
        gone = await shown.until(lambda board: sentence in board.momentum.note)
        assert gone.momentum.status is Status.STALE
        assert gone.momentum.retry_at is not None
        assert gone.momentum.value is not None
        failed, tasks, files = traffic.failures, len(asyncio.all_tasks()), open_files()
        while traffic.failures < failed + 12:
            later = await shown.until(lambda board: bool(board.momentum.note))
            assert line.open <= LIMITS.in_flight
            assert len(asyncio.all_tasks()) <= tasks + 2 * LIMITS.in_flight
            assert open_files() <= files + 2 * LIMITS.in_flight
        assert later.momentum.received <= gone.momentum.received
        await line.restore()
        back = await shown.until(well)
        assert open_desk.provider.most_at_once == 1
    assert back.momentum.received > gone.momentum.received


@pytest.mark.parametrize("way", PHASES)
async def test_a_time_out_is_told_at_once_and_not_with_the_second_one(tmp_path: Path, way: str) -> None:
    away, sentence = PHASES[way]
    async with desk(tmp_path, NEVER) as open_desk:
        await away(open_desk.line)
        told = await open_desk.shown.until(lambda board: sentence in board.momentum.note)
        assert told.momentum.retry_at is not None


async def test_names_that_are_not_answered_hold_up_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered, asked = threading.Event(), socket.getaddrinfo
    answered.set()

    def look_up(host: Any, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - as socket's own
        if host == "localhost":
            answered.wait()
        return asked(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    async with desk(tmp_path, host="localhost") as open_desk:
        shown, line, traffic = open_desk.shown, open_desk.line, open_desk.provider.traffic
        answered.clear()
        await line.refuse()  # so that no connection is left over
        await line.restore()
        threads, failed = threading.active_count(), traffic.failures
        try:
            while traffic.failures < failed + 12:
                gone = await shown.until(lambda board: "was not found within 1 s" in board.momentum.note)
                assert threading.active_count() < threads + 12
        finally:
            answered.set()
        assert gone.momentum.status is Status.STALE
        await shown.until(well)


async def test_names_that_are_none_are_told_and_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, asked = threading.Event(), socket.getaddrinfo

    def look_up(host: Any, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - as socket's own
        if host == "localhost" and gone.is_set():
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return asked(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    async with desk(tmp_path, host="localhost") as open_desk:
        gone.set()
        await open_desk.line.refuse()
        await open_desk.line.restore()
        told = await open_desk.shown.until(lambda board: "was not found; check the network" in board.momentum.note)
        assert told.momentum.retry_at is not None
        gone.clear()
        await open_desk.shown.until(well)


async def test_connections_that_lead_nowhere_cost_a_new_one_and_no_failure(tmp_path: Path) -> None:
    """As after a night's sleep or a change of the VPN: those that idle are dropped, what is under way is sent anew."""
    patient = replace(LIMITS, first_byte_s=3_600.0, call_s=3_600.0, idle_s=3_600.0)
    async with Line() as line:
        http = HttpClient(line.url, ApiKey("demo"), limiter=RateLimiter(1000, 1.0), limits=patient)
        await asyncio.gather(*(http.get("idle") for _ in range(4)))
        await line.hang()
        under_way = asyncio.create_task(http.get("under way"))
        line.request.clear()
        await line.request.wait()
        await line.restore()
        await http.reconnect()
        await under_way
        await asyncio.gather(*(http.get("idle") for _ in range(4)))
        assert (http.traffic.failures, http.traffic.calls) == (0, 10)
        await http.aclose()


async def test_a_failure_on_a_connection_of_before_costs_one_try_and_not_one_each(tmp_path: Path) -> None:
    lasting = replace(LIMITS, idle_s=3_600.0)
    async with Line() as line:
        with stamina.set_testing(False):
            http = HttpClient(line.url, ApiKey("demo"), limiter=RateLimiter(1000, 1.0), policy=SOON, limits=lasting)
            await asyncio.gather(*(http.get("idle") for _ in range(6)))
            await line.hang()
            await line.restore()
            await http.get("next")
            assert http.traffic.failures == 1
            await http.aclose()


class Gone(httpx.AsyncBaseTransport):
    """A network on a clock that runs ahead; while it is `away` a request ends after `holds` seconds, if ever."""

    def __init__(self, holds: float) -> None:
        self._holds = holds
        self.away = False
        self.at_once = self.most_at_once = self.asked = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """An answer, or none, in the steps of a real request."""
        self.asked += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await request.extensions["trace"]("connection.connect_tcp.started", {"host": "127.0.0.1"})
            if self.away:
                await asyncio.sleep(self._holds)
                raise httpx.ConnectError("gone")
            return httpx.Response(200, content=b"{}")
        finally:
            self.at_once -= 1


@pytest.mark.parametrize("holds", [0.0, 9.0 * HOUR_S], ids=["refused", "swallowed"])
def test_an_hour_away_ends_within_a_wait_and_a_try(holds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the policy and the limits that ship: a request is made every few seconds all hour long, one at a time."""

    async def hours() -> None:
        loop, network = asyncio.get_running_loop(), Gone(holds)
        longest_s = RetryPolicy().rest_s + Limits().connect_s
        monkeypatch.setattr(retry, "monotonic", loop.time)
        limiter = RateLimiter(50, 1.0, clock=loop.time)
        http = HttpClient("http://127.0.0.1", ApiKey("demo"), limiter=limiter, transport=network)
        state = FeedState(Calendar())
        scheduler, refreshed = Scheduler(state, loop.time), list[float]()

        async def refresh() -> None:
            await http.get("x")
            refreshed.append(loop.time())

        every = asyncio.create_task(scheduler.every(Task.SNAPSHOT, 10.0, refresh))
        await asyncio.sleep(35)
        assert len(refreshed) == 4
        network.away = True
        tasks, asked = len(asyncio.all_tasks()), network.asked
        for _ in range(360):
            await asyncio.sleep(10)
            assert len(asyncio.all_tasks()) <= tasks + 2
        assert network.most_at_once == 1
        assert HOUR_S / 20 < network.asked - asked < HOUR_S
        fault = state.faults[Task.SNAPSHOT]
        assert fault.retry_at is not None
        assert abs(fault.retry_at - loop.time()) <= longest_s
        network.away = False
        count = len(refreshed)
        await asyncio.sleep(longest_s)
        assert len(refreshed) > count
        assert state.faults == {}
        every.cancel()
        await http.aclose()

    with stamina.set_testing(False):
        run_ahead(hours())
