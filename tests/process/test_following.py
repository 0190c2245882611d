"""The feed in a process of its own: boards come whole, the process is seen to and ended, the key stays hidden."""

import asyncio
import logging
import os
import signal
import sys
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from deskview.board import Board, Status
from deskview.process import MarketRefusedError
from deskview.process import desk as desk_side
from deskview.settings import Refresh
from tests.feed.markets import QUICK, Made, complete
from tests.process.markets import CANARY, children, deadly, following, unfit, what_others_see

PRINTS_ONLY = msgspec.structs.replace(QUICK, refresh=Refresh(snapshot_s=3600, prints_s=1))
"""Boards come for ever, of new prints in the market of one snapshot."""


async def test_its_boards_are_those_of_a_feed_in_this_process(warm: Path, crash: Made) -> None:
    async with following(warm) as (follower, _):
        board = await follower.until(complete)
    assert board.basis is not None
    assert crash.board.basis is not None
    assert board.basis.history.equals(crash.board.basis.history)
    assert board.momentum.value == crash.board.momentum.value
    assert board.breadth.value == crash.board.breadth.value
    assert board.source == crash.board.source


async def test_the_fixed_part_is_sent_only_when_it_changes(warm: Path) -> None:
    async with following(warm, settings=PRINTS_ONLY) as (follower, _):
        await follower.until(complete)
        follower.feed.refresh_now()
        await follower.until(lambda _: len(follower.boards) > 8)
        bases = {id(board.basis) for board in follower.boards if board.basis is not None}
    assert 1 <= len(bases) <= 3  # from the newest sessions, from all of them, and once more with the details


async def test_a_part_that_did_not_change_is_not_sent_again(warm: Path) -> None:
    async with following(warm, settings=PRINTS_ONLY) as (follower, _):
        await follower.until(complete)
        await follower.until(lambda _: any(new_prints_only(*boards) for boards in pairwise(follower.boards)))


def new_prints_only(before: Board, after: Board) -> bool:
    """Whether new prints came into a market that is not only equal but the same, which nothing sent anew can be."""
    return after.flow is not before.flow and before.momentum.value is not None and after.momentum is before.momentum


async def test_bars_of_the_session_are_fetched_on_request(warm: Path) -> None:
    async with following(warm) as (follower, _):
        await follower.until(complete)
        bars = await follower.feed.intraday("NVDA")
        none = await follower.feed.intraday("NOSUCHNAME")
    assert bars is not None
    assert bars.height > 70
    assert none is None or none.is_empty()


async def test_the_key_is_in_no_argument_no_environment_and_no_log(
    warm: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        async with following(warm) as (follower, _):
            await follower.until(lambda board: board.session is not None)
            (child,) = children()
            seen = what_others_see(child)
    assert CANARY.encode() not in seen
    assert CANARY not in caplog.text


async def test_an_order_it_can_t_follow_is_told_in_a_sentence_without_the_key(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with following(tmp_path, unfit) as (_, task):
        with pytest.raises(MarketRefusedError, match="there is no market for ••••"):
            await asyncio.wait_for(task, 60)
    assert "ValueError" in caplog.text  # the process's own log line, its traceback with it
    assert CANARY not in caplog.text
    assert children() == []


async def test_one_that_dies_before_its_first_figures_is_not_started_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_side, "AGAIN_S", 0.0)
    async with following(tmp_path, deadly) as (_, task):
        with pytest.raises(MarketRefusedError, match="ended with code 9 before its first figures, 3 times"):
            await asyncio.wait_for(task, 60)


async def test_a_process_that_can_t_be_started_is_tried_again_and_then_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_side, "AGAIN_S", 0.0)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-such-python"))
    async with following(tmp_path) as (_, task):
        with pytest.raises(MarketRefusedError, match=r"could not be started \(No such file or directory\)"):
            await asyncio.wait_for(task, 60)


async def test_nothing_is_imported_from_the_folder_one_stands_in(
    warm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = tmp_path / "selectors.py"
    trap.write_text("raise SystemExit(7)")
    monkeypatch.chdir(tmp_path)
    async with following(warm) as (follower, _):
        assert await follower.until(lambda board: board.session is not None)


async def test_one_that_is_killed_is_started_again_and_the_last_figures_stay(
    warm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_side, "AGAIN_S", 0.5)
    async with following(warm) as (follower, _):
        before = await follower.until(complete)
        (first,) = children()
        os.kill(first, signal.SIGKILL)
        told = await follower.until(lambda board: "was ended by SIGKILL" in board.momentum.note)
        number = len(follower.boards)
        again = await follower.until(complete, after=number)
        (second,) = children()
    assert told.momentum.value == before.momentum.value
    assert {told.parts[name].status for name in ("momentum", "rotation", "leverage", "flow")} == {Status.STALE}
    assert second != first
    assert all(board.parts[name].value for board in follower.boards[number:] for name in ("momentum", "flow"))
    assert again.momentum.status is Status.LIVE


async def test_it_ends_with_the_desk(warm: Path) -> None:
    async with following(warm) as (follower, _):
        await follower.until(lambda board: isinstance(board, Board))
        assert len(children()) == 1
    assert children() == []
