"""The loops against a tiny market whose clock the test turns: turns of session, threads, overlaps, cancellation."""

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from deskview.board import Board
from deskview.feed import feed as feed_module
from deskview.feed import history
from deskview.feed.tasks import Task
from deskview.settings import Flow, Refresh, Settings
from tests.feed.running import running
from tests.feed.tiny import TinyMarket

SETTINGS = Settings(history_sessions=60, flow=Flow(names=("AAPL",), history_sessions=20, calls_per_session=2))
MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


def at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


async def test_a_new_session_starts_afresh(tmp_path: Path) -> None:
    market = TinyMarket(at(MONDAY, 18))
    async with running(market, tmp_path, SETTINGS) as shown:
        monday = await shown.until(lambda board: board.rotation.value is not None and board.flow.value is not None)
        assert monday.session == MONDAY
        asked = len(market.days)
        market.clock = at(TUESDAY, 15)
        shown.feed.refresh_now()
        tuesday = await shown.until(
            lambda board: board.session == TUESDAY and board.rotation.value is not None and board.flow.value is not None
        )
    assert MONDAY in market.days[asked:]
    assert tuesday.basis is not None
    assert tuesday.basis.history.get_column("session").max() == MONDAY
    assert tuesday.as_of == at(TUESDAY, 15)


async def test_after_the_turn_nothing_of_the_day_before_is_shown(tmp_path: Path) -> None:
    market = TinyMarket(at(MONDAY, 18))
    async with running(market, tmp_path, SETTINGS) as shown:
        await shown.until(lambda board: board.rotation.value is not None and board.flow.value is not None)
        market.clock = at(TUESDAY, 15)
        shown.feed.refresh_now()
        async with asyncio.timeout(60):
            while True:
                board = await shown.until(lambda board: board.session == TUESDAY)
                parts = (board.momentum, board.rotation, board.leverage)
                assert all(part.as_of is None or part.as_of >= at(TUESDAY, 15) for part in parts)
                if board.rotation.value is not None:
                    break


async def test_a_loop_waits_for_itself(tmp_path: Path) -> None:
    market = TinyMarket(at(MONDAY, 18))
    async with running(market, tmp_path, SETTINGS) as shown:
        await shown.until(lambda board: board.rotation.value is not None)
        market.gate.clear()
        calls = market.snapshots
        shown.feed.refresh_now()
        async with asyncio.timeout(60):
            while market.snapshots == calls:
                await market.called.wait()
                market.called.clear()
        for _ in range(5):
            shown.feed.refresh_now()
            await asyncio.sleep(0)
        assert market.snapshots == calls + 1
        market.gate.set()
        await shown.until(lambda board: market.snapshots > calls + 1)
    assert market.most_at_once == 1


@pytest.mark.parametrize(("module", "work"), [(feed_module, "build"), (history, "basis_of")])
async def test_heavy_work_is_off_the_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: ModuleType, work: str
) -> None:
    threads: list[int] = []
    original: Callable[..., Any] = getattr(module, work)

    def recorded(*arguments: object) -> object:
        threads.append(threading.get_ident())
        return original(*arguments)

    monkeypatch.setattr(module, work, recorded)
    async with running(TinyMarket(at(MONDAY, 18)), tmp_path, SETTINGS) as shown:
        await shown.until(lambda board: board.rotation.value is not None)
    assert threads
    assert threading.get_ident() not in threads


async def test_it_can_be_stopped_while_every_loop_is_asking(tmp_path: Path) -> None:
    market = TinyMarket(at(MONDAY, 18))
    market.gate.clear()
    async with running(market, tmp_path, SETTINGS), asyncio.timeout(60):
        await market.called.wait()


async def test_a_fault_of_our_own_costs_its_part_alone(tmp_path: Path) -> None:
    market = TinyMarket(at(MONDAY, 18))
    market.broken = True
    async with running(market, tmp_path, SETTINGS) as shown:
        board = await shown.until(lambda board: "fault of deskview's own" in board.flow.note)
        assert "see the log" in board.flow.note
        whole = await shown.until(lambda board: board.rotation.value is not None)
    assert "fault of deskview's own" not in whole.rotation.note


async def test_the_market_is_asked_no_oftener_than_the_provider_can_be(tmp_path: Path) -> None:
    often = msgspec.structs.replace(SETTINGS, refresh=Refresh(snapshot_s=1, prints_s=1))

    def turns(board: Board, task: Task) -> int:
        return next((each.turns for each in board.diagnostics.refreshes if each.task == task), 0)

    market = TinyMarket(at(MONDAY, 18))
    market.snapshot_s = 600.0
    async with running(market, tmp_path, often) as shown:
        board = await shown.until(lambda board: turns(board, Task.PRINTS) > 4)
    assert turns(board, Task.SNAPSHOT) == 1
