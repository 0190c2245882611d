"""The long record got while the desk runs: it is studied at once; what did not come is said where it is missed."""

from collections.abc import AsyncIterator
from dataclasses import replace

import msgspec
import pytest

from deskview.french import MOMENTUM, fetch
from tests.feed.fixtures import crash
from tests.feed.markets import QUICK, Made, simulated
from tests.feed.running import running
from tests.french.library import Text, deciles, factors
from tests.providers.scripted import Reply, Server, serving

__all__ = ["crash"]
DAYS = 3_000


@pytest.fixture
async def library(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    """The library's stand-in, asked in its place."""
    async with serving() as server:
        monkeypatch.setattr(fetch, "BASE_URL", f"{server.url}/ftp/")
        monkeypatch.setattr(fetch, "TWICE", replace(fetch.TWICE, first_wait_s=0.001, jitter_s=0.0))
        yield server


def answers(*texts: Text) -> list[Reply]:
    """The files as the library sends them."""
    return [Reply(body=text.zipped, headers={"Content-Type": "application/x-zip-compressed"}) for text in texts]


async def test_what_comes_is_studied_and_what_does_not_is_said_and_asked_for_again(
    crash: Made, library: Server
) -> None:
    async with running(simulated(), crash.cache) as shown:
        own = await shown.until(lambda board: board.history.value is not None)
        assert own.history.value is not None
        assert [record.record for record in own.history.value.records] == ["own"]
        library.will(*answers(Text(MOMENTUM, count=DAYS)), Reply(404, b""), Reply(404, b""))
        shown.feed.fetch_record()
        board = await shown.until(lambda board: "404" in board.history.note)
        assert "there is no copy of daily factors" in board.history.note.lower()
        board = await shown.until(lambda board: len(board.records) == 2)
        assert board.history.value is not None
        assert board.history.value.records[0].record == "french"
        assert "404" in board.history.note
        assert board.momentum.value is not None
        assert board.momentum.value.rank is not None
        assert board.momentum.value.rank.days == board.history.value.records[0].days > DAYS - 10
        library.will(*answers(Text(MOMENTUM, count=DAYS), factors(), deciles()))
        shown.feed.fetch_record()
        well = await shown.until(lambda board: len(board.records) == 3 and not board.history.note)
        assert well.history.value is not None


async def test_a_host_that_is_not_reached_is_told_once(crash: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "BASE_URL", "http://127.0.0.1:1/ftp/")
    monkeypatch.setattr(fetch, "TWICE", replace(fetch.TWICE, first_wait_s=0.001, jitter_s=0.0))
    async with running(simulated(), crash.cache) as shown:
        await shown.until(lambda board: board.history.value is not None)
        shown.feed.fetch_record()
        board = await shown.until(lambda board: "daily momentum" in board.history.note)
        assert board.history.note.count("No data:") == 1
        assert "So it is with 2 more files." in board.history.note


async def test_where_the_settings_refuse_it_nobody_is_asked(crash: Made, library: Server) -> None:
    async with running(simulated(), crash.cache, msgspec.structs.replace(QUICK, history="off")) as shown:
        shown.feed.fetch_record()
        board = await shown.until(lambda board: 'history = "off"' in board.history.note)
        assert "is not asked" in board.history.note
    assert not library.seen
