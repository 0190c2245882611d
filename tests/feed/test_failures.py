"""What fails is said where it is missed; everything else goes on, and figures once had are kept."""

import asyncio
from datetime import date, time
from functools import partial
from pathlib import Path

import httpx
import msgspec
import polars as pl
import pytest

from deskview.board import Board, Status
from deskview.providers.capabilities import RETRY_FIRST_S, Capability
from deskview.providers.errors import Kind, ProviderError
from deskview.settings import Refresh
from tests.feed.markets import PARTS, QUICK, Made, Switch, complete, provider, refreshed, simulated
from tests.feed.reading import reading_of
from tests.feed.running import running

MARKET = ("momentum", "breadth", "rotation", "leverage")
TOLD = {
    "html": "not data",
    "truncated": "The provider's answer",
    "server-error": "fault of its own (HTTP 500)",
}
KINDS = {
    "unauthorized": Kind.KEY_REFUSED,
    "storm": Kind.RATE_LIMITED,
    "server-error": Kind.SERVER,
    "html": Kind.MALFORMED,
    "truncated": Kind.MALFORMED,
}


def figures(board: Board, part: str) -> object:
    """A part's reading; of the leveraged funds just the day, for the week's simulation comes when it is done."""
    value = board.parts[part].value
    assert value is not None
    return (value.today_usd, value.by_fund, value.by_name) if part == "leverage" else value


def everywhere(told: str, board: Board) -> bool:
    return all(told in board.parts[part].note for part in MARKET)


def history_of(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.rglob("bars/*.parquet")}


def plan_without_snapshots(request: httpx.Request) -> bool:
    path = request.url.path
    return path.startswith(("/v2/snapshot", "/v3/trades")) or path.endswith("/2026-02-04")


@pytest.mark.parametrize("fault", KINDS)
async def test_where_nothing_is_to_be_had_the_refresh_raises(tmp_path: Path, fault: str) -> None:
    with pytest.raises(ProviderError) as raised:
        await refreshed(simulated(fault), tmp_path)
    assert raised.value.kind is KINDS[fault]


async def test_the_last_good_figures_outlive_every_failure_and_are_marked(warm: Path) -> None:
    switch = Switch()
    async with running(provider(switch), warm) as shown:
        good = await shown.until(complete)
        for fault, told in TOLD.items():
            switch.turn(fault)
            shown.feed.refresh_now()
            board = await shown.until(partial(everywhere, told))
            for part in MARKET:
                assert board.parts[part].status is Status.STALE
            for part in PARTS:
                assert figures(board, part) == figures(good, part)
                assert board.parts[part].as_of == good.parts[part].as_of
        switch.turn()
        shown.feed.refresh_now()
        well = await shown.until(complete)
    assert {well.parts[part].status for part in PARTS} <= {Status.LIVE, Status.PARTIAL}


async def test_a_plan_without_trades_costs_the_flow_and_nothing_else(warm: Path, crash: Made) -> None:
    board = await refreshed(simulated(without=["trades"]), warm)
    assert board.flow.value is None
    assert board.flow.status is Status.UNAVAILABLE
    assert "needs Stocks Developer or higher" in board.flow.note
    for part in MARKET:
        assert figures(board, part) == figures(crash.board, part)
        assert board.parts[part].note == ""


async def test_a_plan_without_snapshots_gets_the_last_close_and_is_told_so(warm: Path) -> None:
    board = await refreshed(provider(Switch(plan="basic", ill=plan_without_snapshots)), warm)
    assert board.session == date(2026, 2, 3)
    for part in MARKET:
        assert figures(board, part)
        assert board.parts[part].status is Status.PARTIAL
        assert "needs Stocks Starter or higher" in board.parts[part].note
        assert "the close of 2026-02-03" in board.parts[part].note
    night = await refreshed(simulated(at=time(3, 45)), warm)
    assert figures(board, "rotation") == figures(night, "rotation")


UNLIMITED = "rate-limit:0"


def of_yesterday(board: Board) -> bool:
    told = everywhere("the close of 2026-02-03", board)
    return told and board.session == date(2026, 2, 3) and all(board.parts[part].value for part in MARKET)


async def test_a_plan_that_gets_snapshots_after_all_shows_the_session_that_is_on(warm: Path) -> None:
    switch, times = Switch(UNLIMITED, plan="basic", ill=plan_without_snapshots), [0.0]
    through = provider(switch)
    through.capabilities.clock = lambda: times[0]
    async with running(through, warm, msgspec.structs.replace(QUICK, refresh=Refresh(snapshot_s=1))) as shown:
        await shown.until(of_yesterday)
        switch.turn()
        times[0] += RETRY_FIRST_S
        board = await shown.until(lambda board: board.session == date(2026, 2, 4) and board.momentum.value is not None)
    assert through.capabilities.allows(Capability.SNAPSHOT)
    assert "Stocks Starter" not in board.momentum.note


class LateBars(Switch):
    """Refuses the snapshot once the bars of a day are asked for, which come when `answered` is set."""

    def __init__(self) -> None:
        super().__init__(plan="basic", ill=plan_without_snapshots)
        self.asked, self.answered = asyncio.Event(), asyncio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer of the market."""
        if request.url.path.endswith("/2026-02-02"):
            self.asked.set()
            await self.answered.wait()
        if request.url.path.startswith("/v2/snapshot"):
            await self.asked.wait()
        return await super().handle_async_request(request)


async def test_a_session_that_starts_while_the_history_of_another_is_read_gets_its_figures(warm: Path) -> None:
    switch = LateBars()
    async with running(provider(switch), warm) as shown:
        await shown.until(lambda board: board.session == date(2026, 2, 3))
        switch.answered.set()  # they were asked for the session of the day after
        await shown.until(of_yesterday)


async def test_one_refusal_in_mid_session_costs_no_figures_and_is_over_on_request(warm: Path) -> None:
    switch = Switch()
    through = provider(switch)
    unsold = dict(through.capabilities.denied)
    async with running(through, warm) as shown:
        good = await shown.until(complete)
        switch.turn(UNLIMITED, plan="basic")
        switch.ill = plan_without_snapshots
        shown.feed.refresh_now()
        told = await shown.until(
            lambda board: "needs Stocks Starter" in board.momentum.note and "needs Stocks Dev" in board.flow.note
        )
        for part in PARTS:
            assert figures(told, part) == figures(good, part)
            assert told.parts[part].status is Status.STALE
            assert told.parts[part].retry_at is not None
        assert told.session == good.session
        switch.turn()
        shown.feed.refresh_now()
        well = await shown.until(complete)
    assert {well.parts[part].status for part in PARTS} <= {Status.LIVE, Status.PARTIAL}
    assert through.capabilities.denied == unsold


async def test_a_snapshot_refused_in_mid_session_says_nothing_of_flow(warm: Path) -> None:
    """Its figures are of the session that is on, whatever becomes of the prices."""
    switch = Switch()
    async with running(provider(switch), warm) as shown:
        good = await shown.until(complete)
        switch.turn(UNLIMITED, without=["snapshot"])
        shown.feed.refresh_now()
        told = await shown.until(partial(everywhere, "needs Stocks Starter"))
    assert (told.flow.status, told.flow.note) == (good.flow.status, good.flow.note)


@pytest.mark.parametrize(("fault", "told"), [("foreign-next", "on another server"), ("repeat-cursor", "page twice")])
async def test_pages_that_lead_astray_are_not_followed(tmp_path: Path, fault: str, told: str) -> None:
    board = await refreshed(simulated(fault), tmp_path)
    for part in PARTS:
        assert told in board.parts[part].note
        assert board.parts[part].status is Status.UNAVAILABLE


async def test_a_listing_that_cannot_be_had_is_taken_from_the_store(warm: Path, crash: Made) -> None:
    board = await refreshed(simulated("foreign-next"), warm)
    for part in MARKET:
        assert "The stored ones are used." in board.parts[part].note
        assert board.parts[part].status is Status.PARTIAL
    assert figures(board, "momentum") == figures(crash.board, "momentum")


async def test_rows_that_do_not_fit_are_counted_and_left_out(warm: Path, crash: Made) -> None:
    board = await refreshed(simulated("bad-rows"), warm)
    left_out = reading_of(board)["left_out"]
    assert left_out["snapshot"] > 0
    assert left_out["tickers"] > 0
    assert crash.board.live is not None
    assert board.live is not None
    assert board.live.height == crash.board.live.height - left_out["snapshot"]
    assert all(board.parts[part].value is not None for part in PARTS)
    told = {"short interest", "float", "earnings calendar", "filings"}
    assert reading_of(crash.board)["left_out"].keys() == {"dividends", "splits", *told}, "some come twice"


async def test_null_arrays_are_empty_ones(warm: Path, crash: Made) -> None:
    board = await refreshed(simulated("null-arrays"), warm)
    assert all(figures(board, part) == figures(crash.board, part) for part in MARKET)


async def test_an_empty_market_says_so_and_takes_no_history_away(warm: Path) -> None:
    held = history_of(warm)
    board = await refreshed(simulated("empty"), warm)
    reading = reading_of(board)
    assert board.phase == "closed"
    assert reading["momentum"]["return"] is None
    assert "traded today" in reading["momentum"]["missing"]["return"]
    assert reading["leverage"]["today_usd"] is None
    assert reading["leverage"]["per_1pct_usd"] > 0
    assert reading["flow"]["retail"]["net_usd"] is None
    assert history_of(warm) == held


async def test_before_the_open_nothing_is_a_zero(warm: Path) -> None:
    board = await refreshed(simulated(at=time(4, 1)), warm)
    assert board.session == date(2026, 2, 4)
    assert board.live is not None
    unpriced = board.live.filter(pl.col("price").is_null())
    assert unpriced.height > 0
    assert unpriced.get_column("ret").null_count() == unpriced.height
    assert board.live.filter(pl.col("price") <= 0).is_empty()
    reading = reading_of(board)
    assert reading["flow"]["retail"]["net_usd"] is None
    assert "no prints" in reading["flow"]["missing"]["retail.net_usd"]
    assert reading["momentum"]["coverage"] < 1
    for side in ("long", "short"):
        silent = [name["ticker"] for name in reading["momentum"][side] if name["return"] is None]
        assert {f"{side}.{ticker}.return" for ticker in silent} <= set(reading["momentum"]["missing"])


async def test_at_night_the_desk_shows_the_last_close(warm: Path) -> None:
    board = await refreshed(simulated(at=time(3, 45)), warm)
    assert board.session == date(2026, 2, 3)
    assert reading_of(board)["momentum"]["as_of"] == "2026-02-03T21:00:00Z"
    assert all(board.parts[part].value is not None for part in PARTS)
