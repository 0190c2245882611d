"""The simulated market in a process of its own: answers come whole, it ends with who asks, and its end is an error."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from pathlib import Path

import httpx
import pytest

from deskview.cli.opening import SIMULATED_KEY, SIMULATED_URL, open_simulated
from deskview.cli.simulated import SimulatedProcess
from deskview.providers.errors import Kind, ProviderError
from deskview.simulator import ScenarioError

KEY = {"Authorization": f"Bearer {SIMULATED_KEY}"}


def process(**options: object) -> SimulatedProcess:
    """A small market whose clock stands still."""
    usual: dict[str, object] = {"scenario": "calm", "speed": 0.0, "key": SIMULATED_KEY}
    return SimulatedProcess(**usual | options)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=process(), base_url=SIMULATED_URL, headers=KEY, timeout=60) as one:
        yield one


async def test_answers_come_whole_and_side_by_side(client: httpx.AsyncClient) -> None:
    day = "/v2/aggs/grouped/locale/us/market/stocks/2026-02-03"
    bars, now, nothing = await asyncio.gather(client.get(day), client.get("/v1/marketstatus/now"), client.get("/no"))
    assert (bars.status_code, now.status_code, nothing.status_code) == (200, 200, 404)
    assert len(bars.content) > 100_000 and bars.json()["resultsCount"] == len(bars.json()["results"])
    assert "calm" in now.headers["x-simulated-market"]


async def test_a_request_that_is_given_up_costs_no_other(client: httpx.AsyncClient) -> None:
    asked = asyncio.create_task(client.get("/v1/marketstatus/now"))
    await asyncio.sleep(0)
    asked.cancel()
    answers = await asyncio.gather(*(client.get("/v1/marketstatus/now") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}


async def test_a_process_that_ended_is_a_broken_connection() -> None:
    transport = process()
    async with httpx.AsyncClient(transport=transport, base_url=SIMULATED_URL, headers=KEY) as client:
        await client.get("/v1/marketstatus/now")
        os.kill(transport.pid, signal.SIGKILL)
        for _ in range(2):
            with pytest.raises(httpx.RemoteProtocolError, match="has ended"):
                await client.get("/v1/marketstatus/now")


async def test_a_market_that_can_t_be_made_says_why() -> None:
    async with httpx.AsyncClient(transport=process(names=3), base_url=SIMULATED_URL, headers=KEY) as client:
        with pytest.raises(httpx.RemoteProtocolError, match=r"has ended: .*names"):
            await client.get("/v1/marketstatus/now")


def test_it_is_ended_when_the_loop_its_answers_came_by_is_gone() -> None:
    transport = process()

    async def ask() -> int:
        request = httpx.Request("GET", f"{SIMULATED_URL}/v1/marketstatus/now", headers=KEY)
        return (await transport.handle_async_request(request)).status_code

    assert asyncio.run(ask()) == 200
    assert is_running(transport.pid)
    asyncio.run(transport.aclose())
    assert not is_running(transport.pid)


PARENT = """
import asyncio, sys, httpx
from deskview.cli.simulated import SimulatedProcess
async def main():
    transport = SimulatedProcess(scenario="calm", speed=0.0, key="demo")
    async with httpx.AsyncClient(transport=transport, base_url="http://simulated.market") as client:
        await client.get("/v1/marketstatus/now")
        print(transport.pid, flush=True)
        await asyncio.sleep(600)
asyncio.run(main())
"""


def test_it_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True, cwd=tmp_path)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert is_running(child)
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 20
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not is_running(child)


def is_running(pid: int) -> bool:
    """Whether there is such a process that is not merely waiting to be collected."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(
    ("options", "lacking"),
    [
        (Namespace(plan="starter", without=["splits"]), {"splits"}),
        (Namespace(plan="basic"), {"snapshot"}),
        (Namespace(without=["snapshot", "trade conditions"]), {"snapshot", "conditions"}),
        (Namespace(), set()),
    ],
)
async def test_the_demos_market_has_what_its_plan_has(options: Namespace, lacking: set[str]) -> None:
    options.scenario, options.speed = "calm", 0.0
    market, refused = open_simulated(options), set[str]()
    asked: dict[str, Callable[[], Awaitable[object]]] = {
        "snapshot": market.snapshot,
        "conditions": market.conditions,
        "splits": lambda: market.splits(date(2025, 1, 2)),
    }
    try:
        for _ in range(3):  # nine calls: there is no limit to them
            for name, call in asked.items():
                try:
                    await call()
                except ProviderError as error:
                    assert error.kind is Kind.NOT_ENTITLED
                    refused.add(name)
    finally:
        await market.aclose()
    assert refused == lacking


def test_a_scenario_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(ScenarioError, match="crash-of-all"):
        open_simulated(Namespace(scenario="crash-of-all"))
