"""A board on its way to the panes: one after the other, whatever goes wrong with one, and not once the desk is left."""

import asyncio
import gc
import weakref
from collections.abc import Callable
from dataclasses import replace

import pytest
from textual.events import Key
from textual.worker import Worker

from deskview import memory
from deskview.app import keys
from deskview.app.display import UNCOLLECTED
from deskview.app.keys import Pacer
from deskview.board import Board
from deskview.process import DESK_GC
from deskview.screens.frame.pane import BoardPane
from deskview.screens.frame.target import Kind, Target
from deskview.screens.rotation.pane import RotationPane
from tests.app.desk import Seat, seated
from tests.feed.markets import just_now

FAULT = "The newest figures can't be shown"


async def test_a_pane_that_fails_says_so_and_the_others_go_on(
    board: Board, earlier: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_pane: RotationPane, _reading: object) -> None:
        raise ZeroDivisionError

    async with seated(earlier) as seat:
        before = seat.lines[2:20]
        with monkeypatch.context() as patch:
            patch.setattr(RotationPane, "show_reading", fails)
            await seat.see(board)
            assert FAULT in seat.text
            assert "Chemicals" in seat.text, "the figures before stay"
        async with seated(board) as other:
            assert seat.lines[25:38] == other.lines[25:38]
        await seat.see(earlier)
        assert FAULT not in seat.text
        assert seat.lines[2:20] == before


class Hands(Pacer):
    """Types between two panes: a number that takes the focus elsewhere, as soon as the first pane is shown."""

    def __init__(self, seat: Seat) -> None:
        super().__init__()
        self._seat = seat
        self.taken = 0

    async def wait(self) -> None:
        self.taken += 1
        if self.taken == 2:
            await self._seat.app._post_message(Key("3", "3"))
        await super().wait()


async def test_a_key_goes_in_between_two_panes(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    focused: list[tuple[str, str]] = []

    def shown(pane: BoardPane[object], _board: Board) -> None:
        focused.append((pane.PART, getattr(pane.app.focused, "id", None) or ""))

    async with seated() as seat:
        monkeypatch.setattr(BoardPane, "show", shown)
        hands = Hands(seat)
        monkeypatch.setattr(seat.app, "_pacer", hands)
        monkeypatch.setattr(seat.app.shown_boards, "_pacer", hands)
        seat.app.shown_boards.take(board)
        await seat.settle()
    assert [part for part, _ in focused] == ["momentum", "rotation", "leverage", "flow"]
    assert focused[0][1] == "long"
    assert focused[1][1] != "long", "the key has moved the focus before the next pane is filled"
    assert hands.taken == 5


async def test_a_newer_board_takes_over(board: Board, earlier: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[tuple[str, bool]] = []
    begun = asyncio.Event()

    def show(pane: BoardPane[object], given: Board) -> None:
        shown.append((pane.PART, given.momentum is earlier.momentum))
        begun.set()

    async with seated() as seat:
        monkeypatch.setattr(BoardPane, "show", show)
        seat.app.shown_boards.take(board)
        await begun.wait()
        seat.app.shown_boards.take(earlier)
        await seat.settle()
    assert shown[:2] == [("momentum", False), ("momentum", True)]
    assert all(newer for _, newer in shown[1:])
    assert len(shown) == 5


async def test_keys_without_end_hold_up_a_board_for_a_while_only(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    hands = Pacer()

    async def typing(seconds: float) -> None:
        nonlocal now
        now += seconds
        hands.key_pressed()

    monkeypatch.setattr(keys, "monotonic", lambda: now)
    monkeypatch.setattr(asyncio, "sleep", typing)
    await hands.wait()
    assert now == pytest.approx(100.0 + keys.PART_WAITS_S)


async def test_a_part_that_is_the_same_is_not_shown_anew(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    changed = replace(board, flow=replace(board.flow, note="a word"))
    async with seated(board) as seat:
        monkeypatch.setattr(BoardPane, "show", lambda pane, _board: shown.append(pane.PART))
        await seat.see(changed)
    assert shown == ["flow"]


async def test_a_board_that_can_t_be_taken_is_told_once(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_board: Board) -> None:
        raise ZeroDivisionError

    async with seated(board) as seat:
        monkeypatch.setattr(seat.app.shown_boards, "_watch", fails)
        for _ in range(3):
            seat.app.shown_boards.receive(board)
        await seat.settle()
        told = [notice.message for notice in seat.app._notifications]
        assert told == ["The newest figures can't be shown; the log has the details."]
        assert "MOMO" in seat.lines[0]


async def test_a_board_that_comes_when_the_desk_is_left_is_let_go(board: Board) -> None:
    async with seated() as seat:
        seat.app.shown_boards.take(board)
        seat.app.leave()
        seat.app.shown_boards.take(board)
    assert seat.app.return_code == 0


async def test_what_boards_leave_behind_is_let_go(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    thresholds = gc.get_threshold()
    monkeypatch.setattr(memory, "YOUNG_COLLECTIONS", 5)
    try:
        gc.set_threshold(*DESK_GC)
        async with seated(board) as seat:
            for number in range(30):
                await seat.see(replace(board, flow=replace(board.flow, note=f"word {number}")))
            alive = sum(isinstance(thing, Worker) for thing in gc.get_objects())
    finally:
        gc.set_threshold(*thresholds)
    assert alive <= 12, "the panes are filled by a worker each time; each is part of a cycle"


async def test_a_strip_that_can_t_be_shown_is_told(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_board: Board) -> None:
        raise ZeroDivisionError

    async with seated(board) as seat:
        monkeypatch.setattr(seat.app.base, "show_ends", fails)
        await seat.see(replace(board, flow=replace(board.flow, note="a word")))
        told = [notice.message for notice in seat.app._notifications]
    assert told == ["The newest figures can't be shown; the log has the details."]


TURNS = 32
"""More turns of the event loop than it takes to build a page."""


async def test_a_board_that_comes_while_a_page_opens_for_the_first_time_is_shown(
    board: Board, earlier: Board, caplog: pytest.LogCaptureFixture
) -> None:
    """At every turn of the loop between the key and the built page, each page once an app."""
    turns = iter(range(TURNS))
    while True:
        async with seated(earlier) as seat:
            for name, page in seat.app._pages.items():
                if (wait := next(turns, None)) is None:
                    return
                seat.app.journey.open_page(name)
                for _ in range(wait):
                    await asyncio.sleep(0)
                seat.app.shown_boards.receive(board)
                await seat.settle()
                assert seat.app.screen is page
                assert FAULT not in seat.text, wait
                assert "NoMatches" not in caplog.text, wait
                assert "being opened" not in seat.text
                await seat.press("escape")


async def test_a_detail_that_is_drawn_before_it_is_built_is_shown(
    board: Board, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As on a machine so busy that the drawing, on a thread, is done first."""

    async def at_once(work: Callable[..., object], *arguments: object) -> object:
        return work(*arguments)

    async with seated(board) as seat:
        monkeypatch.setattr(asyncio, "to_thread", at_once)
        seat.app.journey.open(Target(Kind.NAME, "NVDA"))
        await seat.settle()
        assert "NVDA" in seat.lines[1]
        assert "Nvidia" in seat.text
        assert "NoMatches" not in caplog.text


async def test_with_a_page_left_open_old_cycles_are_let_go_of_too(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "YOUNG_COLLECTIONS", 1)
    gc.disable()
    try:
        async with seated(board) as seat:
            await seat.press("m")
            knot = Knot()
            gc.collect(1)  # it is old by now
            lives = weakref.ref(knot)
            del knot
            for _ in range(4 * UNCOLLECTED):
                await seat.see(just_now(board))
            assert lives() is None
    finally:
        gc.enable()


class Knot:
    """Holds itself."""

    def __init__(self) -> None:
        self.itself = self
