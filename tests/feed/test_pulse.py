"""The process is stopped, the machine sleeps, its time is set: noticed once, and asked anew over new connections."""

import asyncio
import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from deskview.board import Board
from deskview.clock import LATE_S, PULSE_S, Clocks
from deskview.feed import market
from deskview.settings import Flow, Refresh, Settings
from tests.feed.line import AFTERNOON, Line
from tests.feed.running import running
from tests.feed.tiny import TinyMarket

SELDOM = Settings(
    history_sessions=60,
    flow=Flow(names=("AAPL",), history_sessions=20, calls_per_session=2),
    refresh=Refresh(snapshot_s=3600, prints_s=3600),
)
OFTEN = Settings(history_sessions=60, flow=SELDOM.flow, refresh=Refresh(snapshot_s=1, prints_s=3600))
NOON = Clocks(running=100.0, monotonic=5_000.0, wall=1_700_000_000.0)
FOLLOWER = """
import asyncio, logging, sys
from pathlib import Path
from deskview.feed import Feed
from deskview.providers.retry import RetryPolicy
from deskview.providers.transport import Limits
from tests.feed.line import Online
from tests.feed.test_pulse import SELDOM
logging.basicConfig(level=logging.WARNING, stream=sys.stdout, format="%(message)s")
asyncio.run(Feed(Online(sys.argv[1], RetryPolicy(), Limits()), Path(sys.argv[2]), SELDOM).run())
"""


def later(clocks: Clocks, *, slept: float = 0.0, stopped: float = 0.0, set_by: float = 0.0) -> Clocks:
    """The clocks a pulse later."""
    ran = PULSE_S + stopped
    return Clocks(clocks.running + ran, clocks.monotonic + ran + slept, clocks.wall + ran + slept + set_by)


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (later(NOON), ""),
        (later(NOON, stopped=1.5, set_by=-0.9), ""),
        (later(NOON, slept=28_800.0), "this machine slept for 28800 s"),
        (later(NOON, stopped=20.0), "this process stood still for 20 s"),
        (later(NOON, set_by=3_600.0), "this machine's time was set forward by 3600 s"),
        (later(NOON, set_by=-86_400.0), "this machine's time was set back by 86400 s"),
        (later(NOON, slept=60.0, set_by=7.0), "this machine slept for 60 s"),
    ],
)
def test_what_the_clocks_tell(now: Clocks, told: str) -> None:
    assert now.interruption_since(NOON) == told


class Turned:
    """Clocks a test turns, that go on by a pulse with each look at them."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> Clocks:
        self.now = later(self.now)
        return self.now


@pytest.mark.parametrize(("slept", "set_by"), [(28_800.0, 0.0), (0.0, 86_400.0), (0.0, -86_400.0)])
async def test_everything_is_asked_anew_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, slept: float, set_by: float
) -> None:
    clocks, provider = Turned(), TinyMarket(AFTERNOON)
    async with running(provider, tmp_path, SELDOM, clocks) as shown:
        before = await shown.until(lambda board: board.rotation.value is not None and board.flow.value is not None)
        await asyncio.sleep(2 * PULSE_S)
        asked = provider.snapshots
        assert provider.reconnected == 0
        clocks.now = replace(clocks.now, monotonic=clocks.now.monotonic + slept, wall=clocks.now.wall + slept + set_by)
        after = await shown.until(lambda board: board.momentum.received > before.momentum.received)
        await asyncio.sleep(2 * PULSE_S)
        assert provider.snapshots == asked + 1
    assert provider.reconnected == 1
    assert len([each for each in caplog.records if "the market is asked for anew" in each.getMessage()]) == 1
    assert after.session == before.session


async def test_a_process_that_was_stopped_asks_anew_when_it_goes_on(tmp_path: Path) -> None:
    async with Line() as line:
        command = (sys.executable, "-c", FOLLOWER, line.url, str(tmp_path))
        follower = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        assert follower.stdout is not None
        try:
            async with asyncio.timeout(60):
                while not (line.asked["/snapshot"] and line.asked["/trades"]):
                    await line.request.wait()
                    line.request.clear()
            await asyncio.sleep(2 * PULSE_S)
            asked, accepted = line.asked["/snapshot"], line.accepted
            os.kill(follower.pid, signal.SIGSTOP)
            await asyncio.sleep(LATE_S + 2 * PULSE_S)
            assert line.asked["/snapshot"] == asked
            os.kill(follower.pid, signal.SIGCONT)
            async with asyncio.timeout(60):
                while line.asked["/snapshot"] == asked:
                    await line.request.wait()
                    line.request.clear()
                told = (await follower.stdout.readline()).decode()
            assert line.accepted > accepted
        finally:
            follower.kill()
            await follower.wait()
    assert told.startswith("this process stood still for ")
    assert "No data" not in told


def seen(board: Board) -> list[object]:
    return [board.session, board.phase, board.momentum.as_of, "clock" in board.momentum.doubt]


@pytest.mark.parametrize("set_by", [86_400.0, -86_400.0, 3_600.0])
async def test_setting_our_time_moves_neither_session_nor_ages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, set_by: float
) -> None:
    told_by, provider = [0.0], TinyMarket(AFTERNOON)
    monkeypatch.setattr(market, "time", lambda: time.time() + told_by[0])
    async with running(provider, tmp_path, OFTEN) as shown:
        before = await shown.until(lambda board: board.rotation.value is not None)
        told_by[0] = set_by
        asked = provider.snapshots
        after = await shown.until(lambda _: provider.snapshots > asked + 2)
    assert seen(after) == seen(before)
    assert after.momentum.received > before.momentum.received
    assert after.momentum.age_s == before.momentum.age_s
