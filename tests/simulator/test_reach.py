"""How far back the market reaches and how many are listed; older sessions are made apart from the newest."""

import re
import threading
from datetime import time
from itertools import pairwise

import httpx
import pytest

from deskview.simulator import ScenarioError, create_app
from deskview.simulator.app import _world
from deskview.simulator.scenario import read_scenario
from deskview.simulator.world.world import World
from tests.simulator.conftest import GROUPED, SNAPSHOT, asking
from tests.simulator.test_paging import pages, together

DAYS = "/v2/aggs/ticker/{}/range/1/day/2019-01-02/2026-02-04?limit=50000"


@pytest.fixture
def fresh() -> World:
    _world.cache_clear()
    return _world(*read_scenario("momentum-crash"), 1, None)


async def test_what_a_desk_needs_first_waits_for_no_older_session(fresh: World) -> None:
    newest = fresh.days[fresh.sessions - 280]
    calls = (
        SNAPSHOT, f"{GROUPED}/2026-02-03", f"{GROUPED}/{newest}", "/stocks/v1/splits", "/v3/trades/NVDA?limit=100",
        f"/stocks/v1/dividends?ex_dividend_date.gte={newest}", "/stocks/v1/short-volume?date=2026-02-03",
        "/stocks/v1/short-interest", f"/v3/trades/NVDA?timestamp={newest}&limit=100", "/v3/reference/tickers",
    )  # fmt: skip
    async with asking() as client:
        answers = [await client.get(call) for call in calls]
        assert {answer.status_code for answer in answers} == {200}
        assert not fresh.past.has(fresh.oldest)
        await client.get(DAYS.format("SPY"))
        assert fresh.past.has(0)
        assert [answer.content for answer in answers] == [(await client.get(call)).content for call in calls]


async def test_old_prints_come_though_their_sessions_are_not_made_yet(fresh: World) -> None:
    async with asking() as client:
        await client.get(SNAPSHOT)
        old = fresh.days[fresh.oldest + 10]
        rows = (await client.get(f"/v3/trades/NVDA?timestamp={old}&order=asc&limit=10")).json()["results"]
    assert len(rows) == 10


def test_many_threads_make_a_block_once(fresh: World) -> None:
    found: list[object] = []
    numbers = [fresh.oldest, 0] * 4
    threads = [threading.Thread(target=lambda n=n: found.append(fresh.past.block(n))) for n in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == len(numbers)
    assert len({id(block) for block in found}) == 2


async def test_all_names_for_560_sessions_and_funds_for_1400(noon: httpx.AsyncClient, world: World) -> None:
    first = (await noon.get(f"{GROUPED}/{world.days[world.oldest]}")).json()
    before = (await noon.get(f"{GROUPED}/{world.days[world.oldest - 1]}")).json()
    assert world.sessions - world.oldest == 560
    assert first["resultsCount"] > 3500
    assert before["resultsCount"] == 0
    found = {ticker: (await noon.get(DAYS.format(ticker))).json()["results"] for ticker in ("SPY", "TQQQ", "NVDA")}
    assert {ticker: len(rows) for ticker, rows in found.items()} == {"SPY": 1401, "TQQQ": 1401, "NVDA": 561}


async def test_one_name_and_all_names_tell_the_same(noon: httpx.AsyncClient, world: World) -> None:
    rows = {ticker: (await noon.get(DAYS.format(ticker))).json()["results"] for ticker in ("SPY", "SOXL", "AAPL")}
    for back in (1, 280, 281, 560):
        day = world.days[world.sessions - back]
        bars = {bar["T"]: bar for bar in (await noon.get(f"{GROUPED}/{day}")).json()["results"]}
        for ticker, found in rows.items():
            assert {key: bars[ticker][key] for key in "ohlcv"} == {key: found[-1 - back][key] for key in "ohlcv"}


async def test_no_seam_where_blocks_meet(noon: httpx.AsyncClient, world: World) -> None:
    for ticker in ("SPY", "QQQ"):
        close = [bar["c"] for bar in (await noon.get(DAYS.format(ticker))).json()["results"]]
        assert max(abs(after / before - 1) for before, after in pairwise(close)) < 0.1


async def test_five_minute_bars_of_many_sessions_come_in_pages(noon: httpx.AsyncClient) -> None:
    found = await pages(noon, "/v2/aggs/ticker/SPY/range/5/minute/2025-08-01/2026-02-03?limit=50000")
    rows = together(found)
    assert len(found) > 1
    assert len({row["t"] for row in rows}) == len(rows) > 128 * 150
    assert all(row["t"] % 300_000 == 0 for row in rows)


async def test_as_many_names_as_asked_for() -> None:
    _world.cache_clear()
    async with asking(names=12_000) as client:
        listed = together(await pages(client, "/v3/reference/tickers?active=true&limit=1000"))
        gone = (await client.get("/v3/reference/tickers?active=false&limit=1000")).json()["results"]
        rows = (await client.get(SNAPSHOT)).json()["tickers"]
    _world.cache_clear()
    tickers = [row["ticker"] for row in listed]
    assert len(tickers) == len(set(tickers)) == len(rows)
    assert len(tickers) + len(gone) == 12_000 + 1, "the former owner of the reused ticker has a row of its own"
    assert all(re.fullmatch(r"[A-Z]{1,5}(\.[A-Z]|p[A-Z])?", ticker) for ticker in tickers)
    assert len({row["composite_figi"] for row in listed}) == len(listed)


def test_a_count_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ScenarioError, match="12 listed names: must be from 3000 to 20000"):
        create_app(names=12, at=time(12))
