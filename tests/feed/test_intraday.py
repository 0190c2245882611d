"""The bars of a session for a chart: asked for once, however often they are wanted while they come."""

import asyncio
from datetime import date
from types import SimpleNamespace
from typing import cast

import pytest

from deskview.feed.market import IntradayBars
from deskview.market.schema import INTRADAY, empty
from deskview.providers.base import Provider, Table
from deskview.providers.errors import Kind, ProviderError

SESSION = date(2026, 2, 4)


class Slow:
    """Answers when it is told to."""

    def __init__(self) -> None:
        self.asked = 0
        self.may_answer = asyncio.Event()
        self.fault: ProviderError | None = None

    async def intraday(self, _ticker: str, _session: date, _minutes: int) -> Table:
        self.asked += 1
        await self.may_answer.wait()
        if self.fault is not None:
            raise self.fault
        return Table(empty(INTRADAY))


async def test_boards_that_come_faster_than_bars_ask_once() -> None:
    slow = Slow()
    bars = IntradayBars(cast(Provider, SimpleNamespace(intraday=slow.intraday)))
    wanted = [asyncio.create_task(bars.of("NVDA", SESSION)) for _ in range(5)]
    await asyncio.sleep(0)
    wanted[0].cancel()  # who leaves takes nothing from those who wait
    slow.may_answer.set()
    came = await asyncio.gather(*wanted, return_exceptions=True)
    assert isinstance(came[0], asyncio.CancelledError)
    assert all(frame is came[1] for frame in came[1:])
    await bars.of("NVDA", SESSION)
    assert slow.asked == 1


async def test_what_did_not_come_is_asked_for_again() -> None:
    slow = Slow()
    slow.may_answer.set()
    slow.fault = ProviderError(Kind.SERVER, "Not now.")
    bars = IntradayBars(cast(Provider, SimpleNamespace(intraday=slow.intraday)))
    for _ in range(2):
        with pytest.raises(ProviderError, match="Not now"):
            await bars.of("NVDA", SESSION)
    slow.fault = None
    assert (await bars.of("NVDA", SESSION)).is_empty()
    assert slow.asked == 3
