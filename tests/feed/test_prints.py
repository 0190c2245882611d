"""Prints through the feed: focus names, a connection that breaks, the off-exchange share, and the shape of the day."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest

from deskview.analytics.flow import FUNDS, SAMPLE, Flow, FlowState, of_names
from deskview.analytics.gate.clock import BELIEVED_AFTER
from deskview.board import Basis, Board
from deskview.feed import Feed
from deskview.feed.plan import plan_of
from deskview.feed.prints import drawn_for, fetch_today, start_of_day
from deskview.feed.sampling import Drawn
from deskview.market.sessions import Calendar
from deskview.providers.base import Provider
from deskview.providers.errors import ProviderError
from deskview.settings import Flow as FlowSettings
from deskview.settings import Settings
from deskview.simulator import create_app
from deskview.store import Store
from tests.feed.markets import QUICK, Made, complete, provider, refreshed, simulated, transport
from tests.feed.running import running

SESSION = date(2026, 2, 4)
NAMES = ("NVDA", "TSLA")
EVERY = 9
"""Requests for trades after which a connection breaks: a day of a name takes six."""

HOURS = [time(9, 31), time(9, 45), time(12), time(12, 1), time(15, 59), time(16)]


class Breaking(httpx.AsyncBaseTransport):
    """A market at a time of day whose connection breaks again and again on requests for trades."""

    def __init__(self) -> None:
        self.market = transport(at=time(9, 31))
        self.requests = 0
        self.broken = 0

    def at(self, when: time) -> None:
        """The same market later."""
        self.market = transport(at=when)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The market's answer, or none."""
        if request.url.path.startswith("/v3/trades"):
            self.requests += 1
            if self.requests % EVERY == 0:
                self.broken += 1
                raise httpx.ReadError("connection lost", request=request)
        return await self.market.handle_async_request(request)


async def test_a_connection_that_breaks_loses_nothing_and_counts_nothing_twice() -> None:
    whole, well = start_of_day(SESSION, Calendar()), simulated()
    whole = await fetch_today(well, whole, NAMES, (await well.market_status()).now)
    breaking, state = Breaking(), start_of_day(SESSION, Calendar())
    ill, failures = provider(breaking), 0
    for when in HOURS:
        breaking.at(when)
        now = (await ill.market_status()).now
        for name in NAMES:
            for part in range(1, 60):
                until = min(now, state.last_time.get(name, state.session_open) + (now - state.session_open) * part / 30)
                try:
                    state = await fetch_today(ill, state, (name,), until)
                except ProviderError:
                    failures += 1
        state = await insisted(ill, state, now)
    assert failures > 0
    assert breaking.broken >= failures
    assert state.bars.equals(whole.bars)
    assert state.left_out == whole.left_out


async def insisted(ill: Provider, state: FlowState, until: datetime) -> FlowState:
    """One name at a time, again until it is there."""
    for name in NAMES:
        for _ in range(60):
            try:
                state = await fetch_today(ill, state, (name,), until)
                break
            except ProviderError:
                continue
    return state


async def test_a_feed_that_was_interrupted_shows_what_one_pass_shows(warm: Path, crash: Made) -> None:
    breaking = Breaking()
    feed = Feed(provider(breaking), warm, QUICK)
    for when in (time(10), time(12, 15), time(16)):
        breaking.at(when)
        board = await feed.once()
        for _ in range(BELIEVED_AFTER):  # a clock that jumps by hours is believed when its next answers agree
            board = await feed.once()
    tries = 1
    while (board.flow.status != "live" or board.flow.as_of != board.as_of) and tries < 20:
        board, tries = await feed.once(), tries + 1
    assert breaking.broken > 0
    assert board.flow.as_of == crash.board.flow.as_of
    assert flow_of(board) == flow_of(crash.board)


def of_kind(drawn: Drawn, kind: str) -> list[str]:
    """The tickers that are stocks, or funds."""
    return drawn.sample.filter(pl.col("kind") == kind).get_column("ticker").to_list()


def flow_of(board: Board) -> Flow:
    assert board.flow.value is not None
    return board.flow.value


def basis_of(crash: Made) -> Basis:
    assert crash.board.basis is not None
    return crash.board.basis


def drawn(crash: Made, folder: Path, flow: FlowSettings, limit: int | None = None) -> Drawn:
    return drawn_for(basis_of(crash), Store(folder), plan_of(flow, limit))


def test_the_users_list_is_taken_as_it_is_and_stands_for_itself(crash: Made, tmp_path: Path) -> None:
    found = drawn(crash, tmp_path, FlowSettings(names=("MSFT", "IREN", "MSFT"), count=1, calls_per_session=4))
    assert found.tickers == ["MSFT", "IREN"]
    assert found.universe == 0
    assert found.share is None
    assert set(found.sample.get_column("weight")) == {1.0}


def test_the_shipped_sample_stands_for_all_stocks_with_funds_beside_it(crash: Made, tmp_path: Path) -> None:
    found, basis = drawn(crash, tmp_path, FlowSettings()), basis_of(crash)
    assert len(of_kind(found, "stock")) == 50
    assert {"SPY", "QQQ", "IWM", "TQQQ", "SQQQ", "SOXL"} <= set(of_kind(found, "fund")) <= set(FUNDS)
    assert len(of_kind(found, "fund")) >= 10
    assert {"long", "short", ""} == set(found.sample.filter(kind="stock").get_column("leg"))
    assert found.sample.get_column("windows").sum() == FlowSettings().calls_per_session
    assert found.universe > 3_000
    assert found.share is not None
    assert 0.3 < found.share < 0.7
    assert basis.momentum is not None


def test_the_sample_of_a_session_stands_and_the_next_one_keeps_most_of_it(crash: Made, tmp_path: Path) -> None:
    first = drawn(crash, tmp_path, FlowSettings())
    assert drawn(crash, tmp_path, FlowSettings()).sample.equals(first.sample)
    next_day = replace(basis_of(crash), session=date(2026, 2, 5))
    second = drawn_for(next_day, Store(tmp_path), plan_of(FlowSettings(), None))
    assert set(second.tickers) == set(first.tickers)
    assert len(of_kind(drawn(crash, tmp_path, FlowSettings(count=60)), "stock")) == 60


def test_without_legs_there_is_a_sample_too(crash: Made, tmp_path: Path) -> None:
    basis = replace(basis_of(crash), momentum=None)
    found = drawn_for(basis, Store(tmp_path), plan_of(FlowSettings(count=8, calls_per_session=16), None))
    assert len(of_kind(found, "stock")) == 8
    assert dict(found.sample.schema) == dict(SAMPLE)


async def test_names_no_longer_read_are_not_shown(crash: Made) -> None:
    well = simulated(at=time(9, 40))
    state = await fetch_today(well, start_of_day(SESSION, Calendar()), NAMES, (await well.market_status()).now)
    assert set(of_names(state, ("TSLA",)).bars.get_column("ticker")) == {"TSLA"}
    assert state.bars.height == 2


def test_the_off_exchange_share_of_every_name_is_at_hand(crash: Made) -> None:
    off, reading = crash.board.off_exchange, crash.board.flow.value
    assert off.session == date(2026, 2, 3)
    assert off.table is not None
    assert off.table.height > 3_000
    assert 0.3 < (off.of("NVDA") or 0) < 0.6
    assert off.of("NOSUCH") is None
    assert reading is not None
    assert reading.off_exchange.share == off.market_share
    assert reading.off_exchange.session == date(2026, 2, 3)


async def test_without_short_volume_the_flow_stands_and_says_what_is_missing(warm: Path) -> None:
    forget_off_exchange(warm)
    board = await refreshed(provider(NoShortVolume()), warm)
    assert board.flow.status == "live"
    assert board.flow.value is not None
    assert board.flow.value.off_exchange.share is None
    assert board.flow.value.missing["off_exchange.share"]
    assert board.flow.value.retail.percentile is not None


class AtTimes(httpx.AsyncBaseTransport):
    """The crash at a time of day that is turned back."""

    def __init__(self) -> None:
        self.now = transport(at=time(16))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer of the market as of that time."""
        return await self.now.handle_async_request(request)


async def test_what_was_counted_ahead_of_a_clock_that_went_back_is_counted_anew(crash: Made, warm: Path) -> None:
    market = AtTimes()
    async with running(provider(market), warm) as shown:
        await shown.until(complete)
        market.now = transport(at=time(14))
        back = None
        while back is None or back.flow.as_of is None or back.flow.as_of > datetime(2026, 2, 4, 19, 30, tzinfo=UTC):
            shown.feed.refresh_now()
            back = await shown.until(complete)
    first = await refreshed(simulated(at=time(14)), warm)
    assert sides_of(back) == sides_of(first)
    assert sides_of(back) != sides_of(crash.board)


def forget_off_exchange(cache: Path) -> None:
    next(cache.glob("**/off-exchange.parquet")).unlink()


class NoShortVolume(httpx.AsyncBaseTransport):
    """The crash without one endpoint."""

    def __init__(self) -> None:
        self._market = transport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Not found for short volume."""
        if "short-volume" in request.url.path:
            return httpx.Response(404, json={"status": "NOT_FOUND", "message": "no such data"})
        return await self._market.handle_async_request(request)


def sides_of(board: Board) -> tuple[Any, Any]:
    assert board.flow.value is not None
    return board.flow.value.retail, board.flow.value.institutional


def test_the_crash_has_retail_in_the_afternoon_and_selling_in_the_morning(crash: Made) -> None:
    retail, other = sides_of(crash.board)
    assert retail.afternoon_usd > 0 > retail.morning_usd
    assert other.morning_usd < other.afternoon_usd < 0


async def test_the_reversed_day_has_the_opposite_shape(tmp_path: Path) -> None:
    app = create_app("reversed-flow", at=time(16), speed=0, compress=False)
    flow = FlowSettings(count=16, history_sessions=20, calls_per_session=16, sample_prints=50, panel_calls=0)
    board = await refreshed(provider(httpx.ASGITransport(app)), tmp_path, Settings(flow=flow))
    retail, other = sides_of(board)
    assert retail.morning_usd > 0 > retail.afternoon_usd
    assert other.afternoon_usd < 0
    assert other.afternoon_usd < other.morning_usd
    assert board.crowding.value is not None
    assert board.crowding.value.favourites == []
    assert "0 names have a sample" in board.crowding.value.missing["long.percentile"]


@pytest.mark.long
async def test_the_whole_year_puts_the_crash_where_the_desk_published_it(tmp_path: Path) -> None:
    """As the acceptance finds it at the real program, and with no day of the year left out."""
    retail, other = sides_of(await refreshed(simulated(), tmp_path, Settings()))
    assert retail.days == other.days == 252
    assert 10 <= retail.percentile <= 22
    assert 5 <= other.percentile <= 17
