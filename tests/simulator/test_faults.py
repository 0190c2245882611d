"""Each fault does what its line says."""

import asyncio
import json

import httpx
import pytest

from deskview.simulator import FAULTS, FaultError, create_app
from deskview.simulator.faults import parse_faults
from deskview.simulator.wire.guard import Limiter
from tests.simulator.conftest import GROUPED, SNAPSHOT, asking

STATUS = "/v1/marketstatus/now"
TRADES = "/v3/trades/NVDA?limit=20"
SPLITS = "/stocks/v1/splits?limit=3"


async def get(path: str, *faults: str) -> httpx.Response:
    async with asking(faults=faults) as client:
        return await client.get(path)


async def test_unauthorized_whatever_the_key() -> None:
    assert (await get(STATUS, "unauthorized")).status_code == 401


async def test_the_rate_is_counted_by_the_minute() -> None:
    async with asking(faults=["rate-limit:3"]) as client:
        answers = [await client.get(STATUS) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert "maximum requests per minute" in answers[-1].json()["error"]
    assert "Retry-After" not in answers[-1].headers


def test_limits_refill_with_time() -> None:
    now = [0.0]
    window, bucket = Limiter(2, clock=lambda: now[0]), Limiter(per_second=2, clock=lambda: now[0])
    assert [window.allows() for _ in range(3)] == [True, True, False]
    assert [bucket.allows() for _ in range(3)] == [True, True, False]
    now[0] = 0.5
    assert [window.allows(), bucket.allows(), bucket.allows()] == [False, True, False]
    now[0] = 60.0
    assert [window.allows() for _ in range(3)] == [True, True, False]


async def test_a_storm_may_say_when_to_come_back() -> None:
    assert (await get(STATUS, "storm")).status_code == 429
    assert (await get(STATUS, "storm", "retry-after:7")).headers["Retry-After"] == "7"


async def test_server_errors_at_a_rate() -> None:
    async with asking(faults=["server-error:0.5"]) as client:
        assert [(await client.get(STATUS)).status_code for _ in range(4)] == [200, 500, 200, 500]
    assert (await get(STATUS, "server-error")).status_code == 500


async def test_truncated_and_html_are_no_json() -> None:
    for fault in ("truncated", "html"):
        answer = await get(f"{GROUPED}/2026-02-03", fault)
        assert answer.status_code == 200
        with pytest.raises(json.JSONDecodeError):
            answer.json()
    assert answer.headers["content-type"].startswith("text/html")


async def test_foreign_next_names_another_host() -> None:
    assert httpx.URL((await get(SPLITS, "foreign-next")).json()["next_url"]).host == "collector.example"


async def test_repeat_cursor_comes_back_to_the_same_page() -> None:
    async with asking(faults=["repeat-cursor"]) as client:
        second = (await client.get((await client.get(SPLITS)).json()["next_url"])).json()
        third = (await client.get(second["next_url"])).json()
    assert second == third


async def test_an_empty_market_is_a_holiday() -> None:
    assert (await get(STATUS, "empty")).json()["market"] == "closed"
    body = (await get(f"{GROUPED}/2026-02-03", "empty")).json()
    assert (body["resultsCount"], "results" in body) == (0, False)
    assert (await get(SNAPSHOT, "empty")).json()["tickers"] == []
    assert (await get(TRADES, "empty")).json()["results"] == []


async def test_the_day_before_is_empty_as_often_as_told() -> None:
    async with asking(faults=["empty-day:2"]) as client:
        other = (await client.get(f"{GROUPED}/2026-02-02")).json()
        bodies = [(await client.get(f"{GROUPED}/2026-02-03")).json() for _ in range(3)]
    assert other["resultsCount"] > 3500
    assert [body["results"] is None for body in bodies] == [True, True, False]
    assert [body["resultsCount"] == 0 for body in bodies] == [True, True, False]
    assert (await get(f"{GROUPED}/2026-02-03", "empty-day")).json()["results"] is None


async def test_duplicate_rows_of_a_snapshot() -> None:
    good, bad = (await get(SNAPSHOT)).json()["tickers"], (await get(SNAPSHOT, "duplicate-rows")).json()["tickers"]
    assert len(bad) == len(good) + (len(good) + 9) // 10
    assert [row["ticker"] for row in bad[:12]] == [good[0]["ticker"], *(row["ticker"] for row in good[:11])]
    assert bad[0] == bad[1]


async def test_bad_rows_spoil_every_tenth() -> None:
    good, bad = (await get(TRADES)).json()["results"], (await get(TRADES, "bad-rows")).json()["results"]
    assert [place for place, row in enumerate(bad) if row != good[place]] == [0, 10]
    assert isinstance(bad[0]["price"], str)
    assert isinstance(bad[10]["id"], int)


async def test_null_arrays() -> None:
    assert (await get(f"{GROUPED}/2026-02-01", "null-arrays")).json()["results"] is None
    assert (await get("/v3/trades/NOPE", "null-arrays")).json()["results"] is None
    rows = (await get(TRADES, "null-arrays")).json()["results"]
    assert any(row["conditions"] is None for row in rows)


async def test_raw_bytes_in_the_first_row_alone() -> None:
    for path, key in ((SNAPSHOT, b"ticker"), (f"{GROUPED}/2026-02-03", b"T")):
        body = (await get(path, "raw-bytes")).content
        assert body.count(b'"' + key + b'":"\xff\xfe"') == 1
        json.loads(body.replace(b"\xff\xfe", b"X"))


async def test_few_rows_and_scaled_prices_of_a_snapshot() -> None:
    good = (await get(SNAPSHOT)).json()["tickers"]
    assert (await get(SNAPSHOT, "few-rows")).json()["tickers"] == good[::2]
    assert (await get(SNAPSHOT, "few-rows:10")).json()["tickers"] == good[::10]
    bad = (await get(SNAPSHOT, "scaled-prices:1000")).json()["tickers"]
    assert bad[1::2] == good[1::2]
    for before, after in zip(good[::2], bad[::2], strict=True):
        assert after["lastTrade"]["p"] == before["lastTrade"]["p"] * 1000
        assert after["day"]["c"] == before["day"]["c"] * 1000
        assert after["prevDay"] == before["prevDay"]


async def test_trades_of_a_day_before() -> None:
    good, bad = (await get(SNAPSHOT)).json()["tickers"][0], (await get(SNAPSHOT, "old-trades")).json()["tickers"][0]
    assert good["lastTrade"]["t"] - bad["lastTrade"]["t"] == good["updated"] - bad["updated"] == 86_400 * 10**9
    assert good["min"]["t"] - bad["min"]["t"] == 86_400 * 10**3
    assert good["lastTrade"]["p"] == bad["lastTrade"]["p"]


async def test_a_frozen_snapshot_under_a_clock_that_goes_on() -> None:
    async with asking(faults=["frozen"], speed=36_000) as client:
        first, began = (await client.get(SNAPSHOT)).json(), (await client.get(STATUS)).json()["serverTime"]
        while (await client.get(STATUS)).json()["serverTime"] == began:
            pass
        assert (await client.get(SNAPSHOT)).json() == first


async def test_every_fifth_answer_of_the_clock_jumps() -> None:
    async with asking(faults=["clock-jumps:48"]) as client:
        days = [(await client.get(STATUS)).json()["serverTime"][:10] for _ in range(10)]
    assert days == ["2026-02-04"] * 4 + ["2026-02-06"] + ["2026-02-04"] * 4 + ["2026-02-06"]


async def test_a_plan_that_lacks_something_once() -> None:
    async with asking(faults=["denied-once"]) as client:
        codes = [[(await client.get(path)).status_code for _ in range(3)] for path in (SNAPSHOT, TRADES, STATUS)]
    assert codes == [[200, 403, 200], [200, 403, 200], [200, 200, 200]]


async def test_slow_waits_before_it_answers() -> None:
    async with asking(faults=["slow:30"]) as client:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await client.get(STATUS)


@pytest.mark.parametrize(
    ("text", "words"),
    [("strom", "did you mean 'storm'"), ("slow:soon", "'soon' is not a number"), ("html:2", "takes no argument"),
     ("slow:-1", "out of range")],
)  # fmt: skip
def test_an_unknown_fault_is_refused_by_name(text: str, words: str) -> None:
    with pytest.raises(FaultError, match=words):
        create_app(faults=[text])


def test_every_fault_can_be_asked_for() -> None:
    assert set(parse_faults(list(FAULTS))) == set(FAULTS)
