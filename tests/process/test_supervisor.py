"""A market in a process of its own: boards come whole, the process is restarted and ended, the key stays hidden."""

import asyncio
import logging
import os
import signal
import sys
import time
from functools import partial
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from deskview import __version__
from deskview.board import Board, Status
from deskview.board.alerts import Acknowledge, SetRule
from deskview.market_client import MarketUnavailableError
from deskview.process.supervisor import RestartPolicy
from deskview.settings import Alert, Refresh
from tests.feed.markets import QUICK, Made, complete
from tests.process.markets import (
    CANARY,
    FAST,
    LIMIT_S,
    TINY,
    Follower,
    Waits,
    children,
    deadly,
    fleeting,
    following,
    interpreter,
    mortal,
    noting,
    tiny,
    unfit,
    what_others_see,
)

PRINTS_ONLY = msgspec.structs.replace(QUICK, refresh=Refresh(snapshot_s=3600, prints_s=1))
"""Boards come for ever, of new prints in the market of one snapshot."""
ANOTHER_VERSION = "import deskview; deskview.__version__ = '9.9.9'"
SENDS_FIRST = """
import deskview.process.worker as worker
run = worker.run
worker.run = lambda connection: (send(connection), run(connection))
send = lambda connection: connection.send_bytes"""
"""A worker that sends these bytes, which stand right behind, before anything but its version."""
FAILS_TO_SEND = f"""
import deskview.process.worker as worker
encode = worker.encode
def fail(message):
    if type(message).__name__ == 'BoardUpdate':
        raise ValueError('no {CANARY}')
    return encode(message)
worker.encode = fail"""
"""A worker that can't send a board, and says its key."""


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
        follower.market.refresh_now()
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
        bars = await follower.market.intraday("NVDA")
        none = await follower.market.intraday("NOSUCHNAME")
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


async def test_an_error_that_tells_the_key_comes_to_the_log_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "executable", interpreter(tmp_path, FAILS_TO_SEND))
    async with following(tmp_path, tiny, TINY, wait=Waits()) as (_, task):
        with pytest.raises(MarketUnavailableError, match="ended with code 1 before its first figures, 3 times"):
            await asyncio.wait_for(task, 60)
    assert "ValueError: no ••••" in caplog.text
    assert CANARY not in caplog.text


async def test_a_market_it_can_t_open_is_told_in_a_sentence_without_the_key(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with following(tmp_path, unfit) as (_, task):
        with pytest.raises(MarketUnavailableError, match="there is no market for ••••"):
            await asyncio.wait_for(task, 60)
    assert "ValueError" in caplog.text  # the process's own log line, its traceback with it
    assert CANARY not in caplog.text
    assert children() == []


def test_a_restart_waits_twice_as_long_as_the_one_before_up_to_a_minute() -> None:
    assert [RestartPolicy().delay_s(restart) for restart in range(1, 7)] == [5.0, 10.0, 20.0, 40.0, 60.0, 60.0]


async def test_one_that_dies_before_its_first_figures_is_not_started_for_ever(tmp_path: Path) -> None:
    waits = Waits()
    async with following(tmp_path, deadly, wait=waits) as (follower, task):
        with pytest.raises(MarketUnavailableError, match="ended with code 9 before its first figures, 3 times") as told:
            await asyncio.wait_for(task, 60)
    assert waits.timeouts == [5.0, 10.0]
    assert "log" in told.value.way_out
    assert "start deskview again" in told.value.way_out
    assert not told.value.keyless
    assert follower.boards == []


async def test_a_process_that_can_t_be_started_is_tried_again_and_then_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-such-python"))
    waits = Waits()
    async with following(tmp_path, wait=waits) as (_, task):
        with pytest.raises(MarketUnavailableError, match=r"could not be started \(No such file or directory\)"):
            await asyncio.wait_for(task, 60)
    assert waits.timeouts == [5.0, 10.0]


async def test_nothing_is_imported_from_the_folder_one_stands_in(
    warm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = tmp_path / "selectors.py"
    trap.write_text("raise SystemExit(7)")
    monkeypatch.chdir(tmp_path)
    async with following(warm) as (follower, _):
        assert await follower.until(lambda board: board.session is not None)


def kill() -> None:
    """The market's process ends at once, whatever it is at."""
    (process,) = children()
    os.kill(process, signal.SIGKILL)


def notes(follower: Follower) -> list[str]:
    """What was said of rotation, in order, each sentence once."""
    return list(dict.fromkeys(board.rotation.note for board in follower.boards if "process" in board.rotation.note))


def fresh(board: Board) -> bool:
    """Whether the figures are those of the process that runs."""
    return board.rotation.value is not None and board.rotation.status is not Status.STALE


def last_fresh(follower: Follower) -> Board:
    """The newest board with figures of a process."""
    return [board for board in follower.boards if fresh(board)][-1]


async def test_one_that_is_killed_is_started_again_and_the_last_figures_stay(warm: Path) -> None:
    async with following(warm, wait=Waits()) as (follower, _):
        before = await follower.until(complete)
        first = children()
        kill()
        told = await follower.until(lambda board: "was ended by SIGKILL" in board.momentum.note)
        number = len(follower.boards)
        again = await follower.until(complete, after=number)
        second = children()
    assert told.momentum.value == before.momentum.value
    assert {told.parts[name].status for name in ("momentum", "rotation", "leverage", "flow")} == {Status.STALE}
    assert len(first) == len(second) == 1
    assert second != first
    assert all(board.parts[name].value for board in follower.boards[number:] for name in ("momentum", "flow"))
    assert again.momentum.status is Status.LIVE


async def test_the_name_that_is_looked_at_is_asked_for_in_its_process_and_in_the_next_one_too(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    async with following(tmp_path, partial(noting, notes), TINY, wait=Waits()) as (follower, _):
        await follower.until(fresh)
        follower.market.open_name("XOM")
        await asyncio.to_thread(asked_for, "XOM", notes)
        kill()
        await follower.until(lambda board: "was ended by SIGKILL" in board.rotation.note)
        notes.write_text("")
        await asyncio.to_thread(asked_for, "XOM", notes)


async def test_the_long_record_asked_for_while_no_process_runs_is_got_by_the_next_one(tmp_path: Path) -> None:
    settings = msgspec.structs.replace(TINY, history="off")  # it tells that it was asked, and asks no host
    async with following(tmp_path, tiny, settings) as (follower, _):
        follower.market.fetch_record()
        board = await follower.until(lambda board: 'history = "off", so' in board.history.note)
    assert "is not asked" in board.history.note


def asked_for(ticker: str, notes: Path) -> None:
    """Returns once the name's prints were asked for; not on the loop."""
    until = time.monotonic() + LIMIT_S
    while not notes.exists() or ticker not in notes.read_text().split():
        assert time.monotonic() < until, f"nobody asks for {ticker}"
        time.sleep(0.05)


async def test_one_that_keeps_dying_is_given_up_and_started_anew_on_request(tmp_path: Path) -> None:
    dead, waits = tmp_path / "dead", Waits()
    async with following(tmp_path, partial(mortal, dead), TINY, wait=waits) as (follower, _):
        await follower.until(fresh)
        dead.touch()
        kill()
        given_up = await follower.until(lambda board: "given up" in board.rotation.note)
        assert waits.timeouts == [5.0, 10.0, 20.0, 40.0, 60.0, None]
        assert children() == []
        last, number = last_fresh(follower), len(follower.boards)
        dead.unlink()
        follower.market.refresh_now()
        await follower.until(fresh, after=number)
    restarts = ["was ended by SIGKILL", *["ended with code 9"] * 4]
    assert notes(follower) == [
        *(
            f"The market's process {outcome}; it is {what} (restart {restart} of 5)."
            for restart, outcome in enumerate(restarts, start=1)
            for what in ("started again", "being started again")
        ),
        "The market's process ended with code 9, 6 times in a row: given up. "
        "r (refresh) tries again; the log says more.",
        "The market's process is being started again.",
    ]
    assert given_up.rotation.value == last.rotation.value
    assert {part.status for part in given_up.parts.values() if part.value is not None} == {Status.STALE}


async def test_one_that_always_dies_after_its_first_figures_is_given_up_too(tmp_path: Path) -> None:
    waits = Waits()
    async with following(tmp_path, fleeting, FAST, wait=waits) as (follower, _):
        given_up = await follower.until(lambda board: "given up" in board.rotation.note)
        assert waits.timeouts == [5.0, 10.0, 20.0, 40.0, 60.0, None]
        assert children() == []
        had_figures = [board for board in follower.boards if fresh(board)]
    assert "ended with code 9, 6 times in a row: given up. r (refresh) tries again" in given_up.rotation.note
    assert given_up.rotation.value == had_figures[-1].rotation.value
    assert given_up.rotation.retry_at is None


async def test_a_restart_need_not_be_waited_for(tmp_path: Path) -> None:
    async with following(tmp_path, tiny, TINY, policy=RestartPolicy(first_s=3600, longest_s=3600)) as (follower, _):
        await follower.until(fresh)
        kill()
        told = await follower.until(lambda board: "is started again (restart 1" in board.rotation.note)
        assert told.rotation.retry_at is not None, "the screen counts down to it"
        number = len(follower.boards)
        follower.market.refresh_now()
        await follower.until(fresh, after=number)


async def test_a_run_that_went_well_ends_the_row_of_deaths(tmp_path: Path) -> None:
    times = [0.0]
    async with following(tmp_path, tiny, TINY, wait=Waits(), clock=lambda: times[0]) as (follower, _):
        for lasted_s, restart in ((299.0, 1), (299.0, 2), (300.0, 1)):
            number = len(follower.boards)
            await follower.until(fresh, after=number)
            times[0] += lasted_s
            kill()
            told = await follower.until(lambda board: "is started again" in board.rotation.note, after=number)
            assert f"restart {restart} of 5" in told.rotation.note


async def test_another_version_is_refused_with_both_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", interpreter(tmp_path, ANOTHER_VERSION))
    async with following(tmp_path) as (follower, task):
        with pytest.raises(MarketUnavailableError, match=f"deskview is 9.9.9, this desk still {__version__}") as told:
            await asyncio.wait_for(task, 60)
    assert "start deskview again" in told.value.way_out
    assert follower.boards == []


async def test_an_upgrade_underneath_the_desk_leaves_its_figures_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = Waits()
    async with following(tmp_path, tiny, TINY, wait=waits) as (follower, _):
        await follower.until(fresh)
        with monkeypatch.context() as upgrade:
            upgrade.setattr(sys, "executable", interpreter(tmp_path, ANOTHER_VERSION))
            kill()
            told = await follower.until(lambda board: "9.9.9" in board.rotation.note)
        assert waits.timeouts == [5.0, None]
        last, number = last_fresh(follower), len(follower.boards)
        follower.market.refresh_now()
        await follower.until(fresh, after=number)
    assert "Leave (q) and start deskview again." in told.rotation.note
    assert told.rotation.value == last.rotation.value
    assert told.rotation.status is Status.STALE


async def test_a_message_the_desk_does_not_know_is_logged_and_the_market_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "executable", interpreter(tmp_path, f"{SENDS_FIRST}(b'Telemetry\\nnot a pickle')"))
    async with following(tmp_path, tiny, TINY) as (follower, _):
        await follower.until(fresh)
        assert len(children()) == 1
    assert "the market's process sent Telemetry, which the desk does not know" in caplog.text


async def test_a_board_that_can_t_be_read_costs_the_process_as_all_that_follow_would_be_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "executable", interpreter(tmp_path, f"{SENDS_FIRST}(b'BoardUpdate\\nnot a pickle')"))
    async with following(tmp_path, wait=Waits()) as (_, task):
        with pytest.raises(MarketUnavailableError, match="sent what can't be read before its first figures, 3 times"):
            await asyncio.wait_for(task, 60)
    assert "UnpicklingError" in caplog.text
    assert children() == []


async def test_it_ends_with_the_desk(warm: Path) -> None:
    async with following(warm) as (follower, _):
        await follower.until(lambda board: isinstance(board, Board))
        assert len(children()) == 1
    assert children() == []


async def test_rules_are_watched_and_changed_in_its_process(warm: Path) -> None:
    rule = Alert("momentum.sigma", below=-3)
    settings = msgspec.structs.replace(QUICK, alert=(rule,))
    async with following(warm, settings=settings) as (follower, _):
        fired = await follower.until(lambda board: any(firing.rule == rule for firing in board.alerts.firings))
        (firing,) = [firing for firing in fired.alerts.firings if firing.rule == rule]
        assert firing.value is not None and firing.value < -3
        own = Alert("momentum.return", below=-0.5)
        follower.market.change_alerts(SetRule(own))
        follower.market.change_alerts(Acknowledge())
        changed = await follower.until(lambda board: any(watch.rule == own for watch in board.alerts.watches))
        assert "set" in changed.alerts.notices[-1].title
        seen = await follower.until(
            lambda board: bool(board.alerts.firings) and not any(watch.waiting for watch in board.alerts.watches)
        )
        assert firing.number in [one.number for one in seen.alerts.firings]
    async with following(warm, settings=settings) as (follower, _):
        again = await follower.until(lambda board: bool(board.alerts.watches))
        assert [firing.number for firing in again.alerts.firings if firing.rule == rule] == [firing.number]
        assert again.alerts.first > firing.number
        assert any(watch.rule == own and watch.own for watch in again.alerts.watches)
