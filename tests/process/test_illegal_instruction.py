"""A market's process that meets an instruction its processor has not ends without a word of its own."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from deskview.credentials import Credentials
from deskview.market_client import MarketUnavailableError
from deskview.providers.base import Provider
from tests.process.markets import TINY, Waits, following


def illegal(_: Credentials) -> Provider:
    """As polars does where AVX2 is missing."""
    os.kill(os.getpid(), signal.SIGILL)
    raise AssertionError("it lives on")


async def test_the_desk_says_what_is_missing_and_does_not_try_again(tmp_path: Path) -> None:
    waits = Waits()
    async with following(tmp_path, illegal, TINY, wait=waits) as (_, task):
        with pytest.raises(MarketUnavailableError, match=r"was ended by SIGILL\..*AVX2") as told:
            await asyncio.wait_for(task, 60)
    assert "polars[rtcompat]" in told.value.way_out
    assert waits.timeouts == []
