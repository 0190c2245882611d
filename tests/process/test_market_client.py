"""The app's client: what it says of a market that can't be had, and what an error of its bars costs."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from deskview.board.alerts import AlertChange
from deskview.market_client import SEE_LOG, MarketClient, MarketUnavailableError, Subscriber


@dataclass
class Market:
    """Runs until it is told otherwise; a question for bars fails."""

    ended: "asyncio.Future[None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    refreshes: int = 0
    records: int = 0
    opened: list[str | None] = field(default_factory=list)
    changes: list[AlertChange] = field(default_factory=list)

    async def run(self) -> None:
        """Waits for the end."""
        await self.ended

    async def intraday(self, ticker: str) -> None:
        """Fails."""
        raise OSError(f"no bars of {ticker}")

    def open_name(self, ticker: str | None) -> None:
        """Remembers."""
        self.opened.append(ticker)

    def fetch_record(self) -> None:
        """Counts."""
        self.records += 1

    def change_alerts(self, change: AlertChange) -> None:
        """Remembers."""
        self.changes.append(change)

    def refresh_now(self) -> None:
        """Counts."""
        self.refreshes += 1


@dataclass
class Opener:
    """Opens the market, or raises."""

    market: Market
    error: Exception | None = None

    async def open(self, _subscriber: Subscriber) -> Market:
        """The market."""
        if self.error is not None:
            raise self.error
        return self.market

    def use_demo(self) -> None:
        """There is but one market."""

    async def log_in(self, texts: Sequence[str]) -> str:
        """Keeps nothing."""
        return f"{len(texts)} typed"


@asynccontextmanager
async def client(
    market: Market, error: Exception | None = None
) -> AsyncIterator[tuple[MarketClient, "asyncio.Queue[MarketUnavailableError]"]]:
    """A client that has started, and what it heard of a market it can't have."""
    heard: asyncio.Queue[MarketUnavailableError] = asyncio.Queue()
    one = MarketClient(Opener(market, error), lambda _: None, heard.put_nowait)
    one.start()
    await asyncio.sleep(0)
    yield one, heard
    one.stop()


@pytest.mark.parametrize("keyless", [True, False])
async def test_a_market_that_can_t_be_opened_says_why_and_the_way_out(keyless: bool) -> None:
    async with client(Market(), MarketUnavailableError("There is none.", "Look elsewhere.", keyless=keyless)) as (
        _,
        heard,
    ):
        told = await heard.get()
    assert (told.sentence, told.way_out, told.keyless) == ("There is none.", "Look elsewhere.", keyless)


async def test_a_market_that_breaks_is_logged_and_the_log_pointed_to(caplog: pytest.LogCaptureFixture) -> None:
    market = Market()
    async with client(market) as (one, heard):
        market.ended.set_exception(RuntimeError("the wire is cut"))
        told = await heard.get()
        one.refresh_now()
    assert (told.sentence, told.way_out, told.keyless) == ("the wire is cut", SEE_LOG, False)
    assert "the feed ended" in caplog.text
    assert market.refreshes == 0, "it has ended"


async def test_a_market_opened_later_hears_of_the_name_that_is_looked_at() -> None:
    market = Market()
    one = MarketClient(Opener(market), lambda _: None, lambda _: None)
    one.open_name("NVDA")
    assert market.opened == []
    one.start()
    await asyncio.sleep(0)
    one.open_name("TSLA")
    one.open_name(None)
    one.stop()
    assert market.opened == ["NVDA", "TSLA", None]


async def test_a_market_hears_of_no_name_where_none_is_looked_at() -> None:
    market = Market()
    async with client(market) as (_, heard):
        assert market.opened == []
    assert heard.empty()


async def test_bars_that_can_t_be_had_cost_the_chart_and_no_more(caplog: pytest.LogCaptureFixture) -> None:
    market = Market()
    async with client(market) as (one, heard):
        assert await one.intraday("NVDA") is None
        one.refresh_now()
    assert "no intraday bars of NVDA" in caplog.text
    assert market.refreshes == 1
    assert heard.empty()


async def test_without_a_market_there_are_no_bars(caplog: pytest.LogCaptureFixture) -> None:
    one = MarketClient(Opener(Market()), lambda _: None, lambda _: None)
    assert await one.intraday("NVDA") is None
    one.refresh_now()
    assert caplog.records == []
