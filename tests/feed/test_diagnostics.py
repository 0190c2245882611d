"""What the market's process tells of itself: with every board, of every refresh and request, without asking often."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from deskview.board.export import board_to_builtins
from deskview.feed import Feed
from deskview.feed.diagnostics import looked_through
from deskview.feed.tasks import Failure, Task, Timing
from deskview.providers.base import Failed
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.http import Traffic
from deskview.settings import Settings
from tests.feed.tiny import TinyMarket

NOON = datetime(2026, 2, 4, 17, 0, tzinfo=UTC)


async def test_a_board_tells_how_the_process_that_made_it_is(tmp_path: Path) -> None:
    market = TinyMarket(NOON)
    market.traffic.calls = 7
    market.traffic.count_failure(ProviderError(Kind.UNREACHABLE, "no answer"))
    board = await Feed(market, tmp_path, Settings()).once(0)
    own = board.diagnostics
    assert own.market is not None
    assert own.market.up_s >= 0
    assert own.market.tasks > 0
    assert {"deskview", "Python", "polars"} <= set(own.versions)
    assert (own.wire.calls, own.wire.failures) == (7, 1)
    assert [(error.kind, error.count, error.sentence) for error in own.wire.errors] == [("unreachable", 1, "no answer")]
    assert own.store is not None
    assert own.store.folder == str(tmp_path / "tiny")
    assert own.store.sessions == len(list((tmp_path / "tiny" / "bars").glob("*.parquet")))
    assert own.desk is None
    printed = board_to_builtins(board)["diagnostics"]
    assert (printed["calls"], printed["failed"]) == (7, 1)
    assert printed["errors"] == [{"kind": "unreachable", "count": 1, "sentence": "no answer"}]


async def test_each_refresh_is_told_with_its_times_and_what_failed(tmp_path: Path) -> None:
    feed = Feed(TinyMarket(NOON), tmp_path, Settings())
    feed._scheduler.timings[Task.SNAPSHOT] = Timing(40, 3, 1, 0.8, 6.1)
    feed._state.faults[Task.PRINTS] = Failure("The provider did not answer.", retry_at=99.0)
    first, second = (await feed._diagnostics.now()).refreshes
    assert (first.task, first.turns, first.failed, first.missed) == ("market snapshot", 40, 3, 1)
    assert (first.last_s, first.longest_s, first.next_at) == (0.8, 6.1, None)
    assert (second.task, second.message, second.next_at) == ("prints", "The provider did not answer.", 99.0)


async def test_the_system_and_the_folder_are_not_asked_at_every_board(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def look(folder: Path) -> tuple[int, int, int]:
        asked.append(folder)
        return looked_through(folder)

    monkeypatch.setattr("deskview.feed.diagnostics.looked_through", look)
    feed = Feed(TinyMarket(NOON), tmp_path, Settings())
    await feed.once(0)
    seen = {id((await feed._diagnostics.now()).market) for _ in range(5)}
    assert len(seen) == 1
    assert len(asked) == 1


def test_a_folder_is_looked_through_whole(tmp_path: Path) -> None:
    (tmp_path / "bars").mkdir()
    for name in ("bars/2026-02-03.parquet", "bars/2026-02-04.parquet", "bars/x.damaged", "tickers.parquet"):
        (tmp_path / name).write_bytes(b"1234")
    assert looked_through(tmp_path) == (4, 16, 2)


def test_failures_are_counted_by_kind_with_the_last_sentence() -> None:
    traffic = Traffic()
    for kind, sentence in ((Kind.UNREACHABLE, "a"), (Kind.RATE_LIMITED, "b"), (Kind.UNREACHABLE, "c")):
        traffic.count_failure(ProviderError(kind, sentence))
    assert traffic.failures == 3
    assert {kind: (failed.count, failed.sentence) for kind, failed in traffic.failed.items()} == {
        "unreachable": (2, "c"),
        "rate limited": (1, "b"),
    }
    assert all(isinstance(failed, Failed) for failed in traffic.failed.values())
