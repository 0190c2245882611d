"""The provider's daily cycle, holidays, half days, and names that do not trade."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from deskview.simulator.wire.backend import Clock
from deskview.simulator.world.roster import DEAD, DEAD_BACK
from deskview.simulator.world.world import World
from tests.simulator.conftest import GROUPED, SNAPSHOT, asking

ZERO_DAY = {"o": 0, "h": 0, "l": 0, "c": 0, "v": 0, "vw": 0, "dv": "0"}


async def row(at: time, ticker: str = "NVDA", scenario: str = "momentum-crash") -> dict[str, Any]:
    async with asking(at=at, scenario=scenario) as client:
        found: dict[str, Any] = (await client.get(f"{SNAPSHOT}/{ticker}")).json()["ticker"]
        return found


async def status(at: time, scenario: str = "momentum-crash") -> dict[str, Any]:
    async with asking(at=at, scenario=scenario) as client:
        found: dict[str, Any] = (await client.get("/v1/marketstatus/now")).json()
        return found


async def test_before_the_reset_the_last_session_stands() -> None:
    found, later = await row(time(3, 15)), await row(time(3, 45))
    assert found["day"]["c"] == later["prevDay"]["c"] == found["lastTrade"]["p"]
    assert found["todaysChange"] == pytest.approx(found["day"]["c"] - found["prevDay"]["c"])


async def test_after_the_reset_everything_is_zero() -> None:
    found = await row(time(3, 45))
    assert found["day"] == ZERO_DAY
    assert found["lastTrade"]["p"] == found["lastQuote"]["P"] == found["min"]["c"] == found["todaysChange"] == 0
    assert found["prevDay"]["c"] > 0
    assert (await status(time(3, 45)))["market"] == "closed"


async def test_premarket_moves_the_last_trade_only() -> None:
    found = await row(time(4, 30))
    assert found["day"] == ZERO_DAY
    assert found["lastTrade"]["p"] > 0
    assert found["min"]["av"] > 0
    assert found["todaysChange"] == pytest.approx(found["lastTrade"]["p"] - found["prevDay"]["c"])
    now = await status(time(4, 30))
    assert (now["market"], now["earlyHours"], now["afterHours"]) == ("extended-hours", True, False)


async def test_at_the_open_nothing_has_printed_yet_and_a_second_later_it_has() -> None:
    assert (await row(time(9, 30)))["day"] == ZERO_DAY
    first = (await row(time(9, 30, 1)))["day"]
    assert first["o"] > 0
    before = (await row(time(9, 30)))["min"]["av"]
    assert first["v"] > before > 0
    assert (await status(time(9, 30)))["market"] == "open"


async def test_the_day_fills_towards_the_close() -> None:
    noon, end = await row(time(12)), await row(time(16))
    assert 0 < noon["day"]["v"] < end["day"]["v"]
    assert end["day"]["h"] >= noon["day"]["h"] >= noon["day"]["o"] == end["day"]["o"]
    assert (await status(time(12)))["serverTime"] == "2026-02-04T12:00:00-05:00"
    assert (await status(time(16)))["afterHours"]


async def test_after_the_last_trade_the_day_stands() -> None:
    found = await row(time(20))
    assert found["day"]["c"] > 0
    assert found["min"]["av"] == found["day"]["v"]
    assert (await status(time(20)))["market"] == "closed"
    async with asking(at=time(19, 59, 59), speed=1e6) as client:
        await client.get("/v1/marketstatus/now")
        assert (await client.get("/v1/marketstatus/now")).json()["serverTime"].startswith("2026-02-04T20:00:00")


def test_a_clock_that_begins_again_goes_back_to_its_start() -> None:
    passed = 0.0
    day = date(2026, 2, 4)
    clock = Clock(day, time(14, 45), 10.0, lambda: passed, again=datetime(2026, 2, 4, 21, 5, tzinfo=UTC))
    began = clock.now()
    for passed, market_s in ((450.0, 4500.0), (479.9, 4799.0), (480.0, 0.0), (481.0, 10.0), (960.0, 0.0)):
        assert (clock.now() - began).total_seconds() == market_s, passed


def test_one_that_starts_after_that_runs_to_the_end_of_the_day() -> None:
    passed = 0.0
    clock = Clock(date(2026, 2, 4), time(17), 10.0, lambda: passed, again=datetime(2026, 2, 4, 21, 5, tzinfo=UTC))
    clock.now()
    passed = 1e6
    assert clock.now() == datetime(2026, 2, 5, 1, 0, tzinfo=UTC)


def test_one_of_more_sessions_goes_on_over_the_nights_to_the_end_of_the_last() -> None:
    passed = 0.0
    clock = Clock(date(2026, 2, 2), time(20), 10.0, lambda: passed, last=date(2026, 2, 4))
    clock.now()
    passed = 1440.0
    assert clock.now() == datetime(2026, 2, 3, 5, 0, tzinfo=UTC)
    passed = 1e5
    assert clock.now() == datetime(2026, 2, 5, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(("scenario", "close"), [("momentum-crash", time(16)), ("half-day", time(13))])
async def test_it_shows_the_close_before_it_begins_again(scenario: str, close: time) -> None:
    at = close.replace(minute=4, second=59)
    async with asking(scenario=scenario, at=at, begins_again=True) as client:
        found = (await client.get("/v1/marketstatus/now")).json()
    assert found["serverTime"][11:19] == at.isoformat()
    assert found["afterHours"]


async def test_prints_stop_at_the_moment() -> None:
    async with asking() as client:
        prints = (await client.get("/v3/trades/NVDA?timestamp=2026-02-04&limit=50000")).json()["results"]
        later = (await client.get("/v3/trades/NVDA?timestamp.gt=1770224400000000000")).json()["results"]
    assert prints[0]["sip_timestamp"] <= 1770224400 * 10**9
    assert prints[0]["sip_timestamp"] > 1770224340 * 10**9
    assert later == []


async def test_before_four_today_has_no_bar() -> None:
    async with asking(at=time(3, 45)) as client:
        assert (await client.get(f"{GROUPED}/2026-02-04")).json()["resultsCount"] == 0


async def test_holidays_and_half_days_ahead() -> None:
    async with asking(scenario="half-day", at=time(8)) as client:
        rows = (await client.get("/v1/marketstatus/upcoming")).json()
    assert rows[0] | {"name": ""} == {
        "date": "2025-11-28", "exchange": "NYSE", "name": "", "status": "early-close",
        "open": "2025-11-28T14:30:00.000Z", "close": "2025-11-28T18:00:00.000Z",
    }  # fmt: skip
    assert {"date": "2025-12-25", "exchange": "NASDAQ", "name": "Christmas Day", "status": "closed"} in rows


async def test_a_half_day_ends_at_one() -> None:
    assert (await status(time(13), scenario="half-day"))["afterHours"]
    before, after = await row(time(12, 59, 59), scenario="half-day"), await row(time(13), scenario="half-day")
    assert after["day"]["v"] > 1.05 * before["day"]["v"]
    assert (await row(time(15), scenario="half-day"))["day"]["c"] == after["day"]["c"]


async def test_dead_and_halted_names(world: World) -> None:
    dead, halted = world.roster.tickers[world.roster.invented + DEAD], world.roster.tickers[world.halted]
    async with asking(at=time(15)) as client:
        names = {found["ticker"]: found for found in (await client.get(SNAPSHOT)).json()["tickers"]}
        bars = (await client.get(f"{GROUPED}/2026-02-03")).json()["results"]
        details = (await client.get(f"/v3/reference/tickers/{dead}")).json()["results"]
        inactive = (await client.get("/v3/reference/tickers?active=false")).json()["results"]
    assert dead not in names
    assert dead not in {bar["T"] for bar in bars}
    assert (details["active"], details["delisted_utc"][:10]) == (
        False,
        world.days[world.sessions - DEAD_BACK].isoformat(),
    )
    assert dead in {found["ticker"] for found in inactive}
    assert names[halted]["lastTrade"]["t"] < world.midnight_ns(world.sessions) + 11 * 3600 * 10**9
    assert names[halted]["day"]["v"] > 0


async def test_wire_surprises_are_there() -> None:
    async with asking() as client:
        rows = (await client.get(SNAPSHOT)).json()["tickers"]
        prints = (await client.get("/v3/trades/NVDA?limit=5000")).json()["results"]
    assert any(found["lastTrade"]["c"] is None for found in rows)
    assert any(found["lastTrade"]["s"] == 0 and 0 < float(found["lastTrade"]["ds"]) < 1 for found in rows)
    assert {len(str(found["lastTrade"]["t"])) for found in rows if found["lastTrade"]["t"]} == {19}
    assert any(found["ticker"].endswith("pA") for found in rows)
    assert any(0 < found["prevDay"]["c"] < 1 for found in rows)
    assert any(found["size"] == 0 and 0 < float(found["decimal_size"]) < 1 for found in prints)
    assert any("conditions" not in found for found in prints)
    assert {found["exchange"] == 4 for found in prints if "trf_id" in found} == {True}
    assert {found["exchange"] == 4 for found in prints if "trf_id" not in found} == {False}
