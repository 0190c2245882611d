"""A board on its way to the panes: one after the other, whatever goes wrong with one, and not once the desk is left."""

import asyncio

import pytest

from deskview.board import Board
from deskview.screens.panes.rotation import RotationPane
from tests.app.desk import seated

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


async def test_a_key_goes_in_between_two_panes(board: Board, earlier: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr("deskview.screens.panes.base.BoardPane.show", lambda pane, _board: shown.append(pane.PART))
    async with seated() as seat:
        seat.app.take(board)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert shown == ["momentum"]
        seat.app.take(earlier)
        await seat.settle()
        assert shown == ["momentum", "momentum", "rotation", "leverage", "flow"], "the newer board takes over"


async def test_a_board_that_can_t_be_taken_is_told_once(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_board: Board) -> None:
        raise ZeroDivisionError

    async with seated(board) as seat:
        monkeypatch.setattr(seat.app, "watch_rules", fails)
        for _ in range(3):
            seat.app.receive(board)
        await seat.settle()
        told = [notice.message for notice in seat.app._notifications]
        assert told == ["The newest figures can't be shown; the log has the details."]
        assert "MOMO" in seat.lines[0]


async def test_a_board_that_comes_when_the_desk_is_left_is_let_go(board: Board) -> None:
    async with seated() as seat:
        seat.app.take(board)
        seat.app.leave()
        seat.app.take(board)
    assert seat.app.return_code == 0
