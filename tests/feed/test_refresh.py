"""The same market gives the same board, whoever else is at work on the same folder."""

import asyncio
import shutil
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from deskview.board import Board
from deskview.board.diagnostics import Diagnostics
from deskview.board.export import board_to_json
from deskview.feed import Feed, history
from deskview.store import Store
from tests.feed.markets import PARTS, QUICK, Made, complete, refreshed, simulated, without_lists
from tests.feed.running import Running, running


def figures_of(board: Board) -> bytes:
    """The board's JSON but for diagnostics, which count the requests it took: some are sent twice."""
    return board_to_json(replace(board, diagnostics=Diagnostics()))


async def test_same_seed_same_json(crash: Made, warm: Path) -> None:
    with without_lists():
        again = await refreshed(simulated(), warm)
    assert figures_of(again) == figures_of(crash.board)


def broken(folder: Path) -> list[Path]:
    """Takes twenty sessions of the history away and damages one; gives all its files."""
    bars = sorted(folder.rglob("bars/*.parquet"))
    for file in bars[-20:]:
        file.unlink()
    bars[0].write_bytes(b"not parquet")
    return bars


def unfinished(folder: Path) -> list[Path]:
    return list(folder.rglob("*.writing*"))


async def test_two_desks_on_one_folder_do_each_other_no_harm(crash: Made, warm: Path) -> None:
    bars = broken(warm)
    with without_lists():
        boards = await asyncio.gather(refreshed(simulated(), warm), refreshed(simulated(), warm))
    assert [figures_of(board) for board in boards] == [figures_of(crash.board)] * 2
    assert len(Store(bars[0].parents[1]).sessions()) == len(bars)
    assert unfinished(warm) == []


async def test_a_first_run_fills_the_screen_part_by_part(crash: Made, warm: Path) -> None:
    broken(warm)
    async with running(simulated(), warm) as shown:
        waiting = await shown.until(lambda board: board.momentum.progress is not None)
        assert "sessions" in waiting.momentum.note
        assert 0 < (waiting.momentum.progress or 0) <= 1
        whole = await shown.until(complete)
    assert whole.momentum.value == crash.board.momentum.value


async def test_backfill_leaves_a_folder_that_needs_no_more(crash: Made, warm: Path) -> None:
    bars = broken(warm)
    told: list[str] = []
    market = simulated()
    await Feed(market, warm, QUICK).backfill(told.append, flows=True)
    await market.aclose()
    assert any(line.startswith("daily history: all 21 sessions are in") for line in told)
    assert len(Store(bars[0].parents[1]).sessions()) == len(bars)


def test_five_minutes_earlier_the_figures_were_others(earlier: Board, board: Board) -> None:
    assert all(earlier.parts[part].value != board.parts[part].value for part in PARTS)
    assert earlier.as_of is not None
    assert board.as_of == earlier.as_of + timedelta(minutes=5)


async def test_models_that_stand_are_made_anew_only_where_something_has_changed(crash: Made, warm: Path) -> None:
    async with running(simulated(), warm) as shown:
        whole = await shown.until(complete)
        first = await _asked_again(shown)
        assert first.basis is whole.basis
        spoil_the_newest(warm)
        shown.feed.refresh_now()
        second = await shown.until(lambda board: board.basis is not whole.basis)
    assert crash.board.basis is not None
    assert second.basis is not None
    assert second.basis.history.equals(crash.board.basis.history)
    assert second.basis.momentum is not None, "a basis of a few sessions never takes the place of a whole one"


async def test_models_owed_are_made_by_the_next_refresh_that_can(
    crash: Made, warm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError

    async with running(simulated(), warm) as shown:
        whole = await shown.until(complete)
        with monkeypatch.context() as patch:
            patch.setattr(history, "basis_of", fails)
            spoil_the_newest(warm)
            shown.feed.refresh_now()
            told = await shown.until(lambda board: "a fault of deskview's own" in board.momentum.note)
            assert told.basis is whole.basis
        shown.feed.refresh_now()
        again = await shown.until(lambda board: board.basis is not whole.basis)
    assert again.basis is not None
    assert crash.board.basis is not None
    assert again.basis.history.equals(crash.board.basis.history)


def spoil_the_newest(folder: Path) -> None:
    """Puts the bars of another session in the place of the newest's: what the market says of it is another now."""
    before, newest = sorted(folder.rglob("bars/*.parquet"))[-2:]
    shutil.copy(before, newest)


async def _asked_again(shown: Running) -> Board:
    """The last of the boards that come within three seconds of the daily loop asking once more."""
    shown.feed.refresh_now()
    board = await shown.until(complete)
    with suppress(TimeoutError):
        async with asyncio.timeout(3):
            while True:
                board = await shown.until(complete)
    return board
