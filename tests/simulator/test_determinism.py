"""Same seed, same bytes."""

from typing import Unpack

import pytest

from deskview.simulator.app import _world
from tests.simulator.conftest import GROUPED, SNAPSHOT, Options, asking

PATHS = [
    f"{GROUPED}/2026-02-03?adjusted=false",
    f"{GROUPED}/2025-06-02",
    f"{GROUPED}/2024-02-05",
    "/v2/aggs/ticker/SPY/range/1/day/2021-01-04/2026-02-03?limit=5000",
    SNAPSHOT,
    "/v3/trades/NVDA?timestamp=2026-02-04&limit=2000",
    "/v3/trades/NVDA?timestamp=2025-08-01&limit=2000",
    "/v2/aggs/ticker/MU/range/5/minute/2026-02-04/2026-02-04",
    "/v3/reference/tickers?limit=500",
    "/stocks/v1/dividends?limit=500",
]


async def bodies(**options: Unpack[Options]) -> list[bytes]:
    _world.cache_clear()
    async with asking(**options) as client:
        answers = [await client.get(path) for path in PATHS]
    assert {answer.status_code for answer in answers} == {200}
    return [answer.content for answer in answers]


async def test_a_market_built_twice_gives_the_same_bytes() -> None:
    assert await bodies() == await bodies()


async def test_another_seed_gives_other_bytes() -> None:
    first, second = await bodies(), await bodies(seed=2)
    assert all(one != other for one, other in zip(first, second, strict=True))


async def mark(**options: Unpack[Options]) -> str:
    async with asking(**options) as client:
        told = (await client.get("/v1/marketstatus/now")).headers["X-Simulated-Market"]
    return told.rpartition("; speed=")[0]


async def test_the_mark_tells_markets_apart_and_no_more() -> None:
    assert (await mark()).startswith("momentum-crash; seed=1; digest=")
    assert await mark() == await mark(key=None, faults=["storm"], plan="starter", without=["splits"], speed=5, at=None)
    assert len({await mark(), await mark(seed=2), await mark(scenario="calm")}) == 3


@pytest.mark.parametrize("path", ["/nowhere", f"{GROUPED}/2026-02-03", "/v3/trades/NVDA?limit=x"])
async def test_every_answer_is_marked(path: str) -> None:
    choices: tuple[dict[str, str] | None, ...] = ({}, None)
    for headers in choices:
        async with asking(headers) as client:
            assert "digest=" in (await client.get(path)).headers["X-Simulated-Market"]
