"""Sessions that follow one another: what a session was while it was on is what it is as history."""

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, date, datetime, time
from typing import Any

import httpx
import pytest

from deskview.market.sessions import NEW_YORK
from deskview.simulator import create_app
from deskview.simulator.wire.backend import Clock
from tests.simulator.conftest import GROUPED, KEY, SNAPSHOT

SESSIONS = 18
"""So many that a fund closes, a split, a weekend and a holiday come."""
CRASH = date(2026, 2, 4)
NAMES = ("SPY", "NVDA", "TQQQ", "MU")
Row = dict[str, Any]


class Days(Clock):
    """The market, and its clock, which the test sets."""

    def __init__(self, sessions: int = SESSIONS) -> None:
        self.moment = datetime.combine(CRASH, time(9), NEW_YORK)
        app = create_app(speed=0, sessions=sessions, compress=False, clock=self)
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://simulated.market", headers=KEY
        )

    def now(self) -> datetime:
        """The simulated moment, UTC."""
        return self.moment.astimezone(UTC)

    def at(self, day: int, hour: int, minute: int = 0, *, month: int = 1, year: int = 2026) -> None:
        """The clock says that time, of January where nothing else is said."""
        self.moment = datetime(year, month, day, hour, minute, tzinfo=NEW_YORK)

    async def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """The body of an answer."""
        answer = await self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def snapshot(self) -> dict[str, Row]:
        """Rows by ticker."""
        return by((await self.get(SNAPSHOT))["tickers"], "ticker")

    async def grouped(self, day: int, *, adjusted: bool = False) -> dict[str, Row]:
        """A session's bars by ticker."""
        path = f"{GROUPED}/2026-01-{day:02}?adjusted={str(adjusted).lower()}"
        return by((await self.get(path)).get("results", []), "T")

    async def details_of(self, day: int, ticker: str) -> list[Any]:
        """Its minute bars and its last prints of a session."""
        text = f"2026-01-{day:02}"
        minutes = await self.get(f"/v2/aggs/ticker/{ticker}/range/1/minute/{text}/{text}?adjusted=false&limit=5000")
        prints = await self.get(f"/v3/trades/{ticker}?timestamp={text}&limit=1000")
        daily = await self.get(f"/v2/aggs/ticker/{ticker}/range/1/day/{text}/{text}?adjusted=false")
        return [body["results"] for body in (minutes, prints, daily)]

    async def listed(self, active: str = "true") -> set[str]:
        """Tickers in the listing."""
        found = await self.get(f"/v3/reference/tickers?limit=1000&active={active}")
        names = by(found["results"], "ticker")
        while "next_url" in found:
            found = await self.get(found["next_url"])
            names |= by(found["results"], "ticker")
        return set(names)


@pytest.fixture
async def days() -> AsyncIterator[Days]:
    made = Days()
    async with made.client:
        yield made


def by(rows: Iterable[Row], key: str) -> dict[str, Row]:
    return {row[key]: row for row in rows}


def without_time(rows: dict[str, Row]) -> dict[str, Row]:
    return {ticker: {key: value for key, value in row.items() if key != "t"} for ticker, row in rows.items()}


async def test_what_a_session_was_is_what_history_says_the_next_day(days: Days) -> None:
    days.at(15, 20)
    last, live = await days.snapshot(), await days.grouped(15)
    details = [await days.details_of(15, ticker) for ticker in NAMES]
    days.at(16, 10)
    assert await days.grouped(15) == live
    assert [await days.details_of(15, ticker) for ticker in NAMES] == details
    rows, keys = await days.snapshot(), ("o", "h", "l", "c", "v", "vw")
    split = {row["ticker"] for row in (await days.get("/stocks/v1/splits?execution_date=2026-01-16"))["results"]}
    assert len(split) == 1
    assert len(rows) > 3000
    for ticker, row in rows.items():
        traded = ticker in live
        assert [last[ticker]["day"][key] for key in keys] == [live[ticker][key] if traded else 0 for key in keys]
        if ticker not in split and traded:
            assert [row["prevDay"][key] for key in keys] == [live[ticker][key] for key in keys]
        if ticker in split:
            assert row["prevDay"]["c"] == pytest.approx(live[ticker]["c"] / 2, abs=0.01)
            assert row["day"]["o"] == pytest.approx(row["prevDay"]["c"], rel=0.2)


async def test_a_bar_grows_into_the_one_history_has(days: Days) -> None:
    days.at(15, 11)
    morning = await days.snapshot()
    days.at(15, 16, 1)
    closed = await days.snapshot()
    days.at(16, 9)
    final = await days.grouped(15)
    for ticker, bar in final.items():
        early, late = morning[ticker]["day"], closed[ticker]["day"]
        assert late["c"] == bar["c"]
        assert (late["h"], late["l"]) == (bar["h"], bar["l"])
        assert early["v"] <= late["v"] <= bar["v"]
        if early["v"]:
            assert bar["l"] <= early["l"] <= early["c"] <= early["h"] <= bar["h"]


async def test_nothing_of_a_session_to_come_is_told(days: Days) -> None:
    days.at(15, 12)
    assert not await days.grouped(16)
    assert not (await days.get("/v2/aggs/ticker/SPY/range/1/day/2026-01-16/2026-02-04")).get("results")
    for path, column in (
        ("/stocks/v1/splits?limit=1000", "execution_date"),
        ("/stocks/v1/dividends?sort=ex_dividend_date.desc", "ex_dividend_date"),
        ("/stocks/v1/short-interest?sort=settlement_date.desc", "settlement_date"),
    ):
        assert max(row[column] for row in (await days.get(path))["results"]) <= "2026-01-15"
    assert not (await days.get("/stocks/v1/short-volume?date=2026-01-15"))["results"]
    prints = (await days.get("/v3/trades/SPY?timestamp=2026-01-15&limit=1"))["results"]
    assert prints[0]["sip_timestamp"] <= days.moment.timestamp() * 1e9


async def test_nights_weekends_and_holidays_show_the_session_before(days: Days) -> None:
    """The 19th of January is a holiday."""
    days.at(16, 20)
    evening = await days.snapshot()
    for day, hour in ((16, 23), (17, 12), (18, 3), (19, 11), (20, 3)):
        days.at(day, hour)
        assert await days.snapshot() == evening
        assert (await days.get("/v1/marketstatus/now"))["market"] == "closed"
    days.at(20, 3, 31)
    begun = await days.snapshot()
    assert {row["day"]["v"] for row in begun.values()} == {0}
    assert begun["SPY"]["prevDay"]["c"] == evening["SPY"]["day"]["c"]


async def test_a_fund_that_closes_is_listed_until_then(days: Days) -> None:
    """One of the registry is last traded 17 sessions before the crash."""
    days.at(9, 12)
    assert "DJTU" in await days.snapshot()
    assert "DJTU" in await days.listed()
    days.at(12, 12)
    assert "DJTU" not in await days.snapshot()
    assert "DJTU" not in await days.listed()
    assert "DJTU" in await days.listed("false")


async def test_a_company_is_listed_from_its_first_session_on() -> None:
    """One comes 40 sessions before the crash."""
    days = Days(42)
    async with days.client:
        days.at(4, 12, month=12, year=2025)
        before = await days.listed()
        days.at(5, 12, month=12, year=2025)
        (new,) = await days.listed() - before
        row = (await days.snapshot())[new]
    assert row["day"]["v"] > 0
    assert row["prevDay"]["c"] == 0


async def test_the_last_session_is_the_scenarios_own(days: Days) -> None:
    days.at(4, 15, month=2)
    alone = create_app(at=time(15), speed=0, compress=False)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(alone), base_url="http://simulated.market", headers=KEY
    ) as client:
        other = (await client.get(SNAPSHOT)).json()["tickers"]
    assert list((await days.snapshot()).values()) == other


@pytest.mark.parametrize("sessions", [0, 61])
def test_no_more_sessions_can_be_gone_through_than_there_are(sessions: int) -> None:
    with pytest.raises(ValueError, match="sessions"):
        create_app(sessions=sessions)
