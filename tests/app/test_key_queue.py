"""Keys that come all at once do what they do when they come one by one, boards in between or not."""

import asyncio
from dataclasses import replace

import pytest
from textual.events import Key

from deskview.board import Board
from deskview.screens.frame import price_chart
from tests.app.desk import Seat, seated

SEQUENCES = (
    ("m", "enter", "n", "enter"),
    ("1", "enter", "enter"),
    ("slash", *"nvda", "enter", "enter", "backspace"),
    ("v", "down", "down", "enter", "escape", "b"),
    ("question_mark", "q", "f", "x"),
    ("o", "down", "enter", "down", "enter", "tab"),
)


async def at_once(seat: Seat, *keys: str) -> None:
    """Sends keys as the terminal's driver does, without a pause."""
    driver = seat.app._driver
    assert driver is not None
    for key in keys:
        driver.send_message(Key(key, key if len(key) == 1 else None))
    await asyncio.sleep(0.05)
    await seat.settle()


def where(seat: Seat) -> tuple[object, ...]:
    """The way one came, what is shown and what has the focus."""
    focused = seat.app.screen.focused
    return [stop.place for stop in seat.app.journey.stops], type(seat.app.screen), focused.id if focused else None


@pytest.mark.parametrize("keys", SEQUENCES, ids="-".join)
async def test_at_once_as_one_by_one(board: Board, keys: tuple[str, ...]) -> None:
    async with seated(board) as seat:
        for key in keys:
            await seat.press(key)
        expected = where(seat)
    async with seated(board) as seat:
        await at_once(seat, *keys)
        assert where(seat) == expected


async def test_a_board_that_comes_while_a_name_is_drawn_loses_no_key(board: Board) -> None:
    async with seated(board) as seat:
        await at_once(seat, "m", "enter", "enter")
        expected = where(seat)
    async with seated(board) as seat:
        await seat.press("m")
        sending = asyncio.create_task(at_once(seat, "enter", "enter"))
        for _ in range(8):
            await asyncio.sleep(0.005)
            seat.app.shown_boards.take(replace(board))
        await sending
        assert where(seat) == expected


async def test_a_board_that_comes_on_the_way_back_leaves_cursor_and_focus(board: Board) -> None:
    async with seated(board) as seat:
        await seat.press("1", "enter", "tab", "down")
        before, row = where(seat), seat.app.screen.focused.cursor_key  # type: ignore[union-attr]
        await seat.press("enter")
        sending = asyncio.create_task(at_once(seat, "escape"))
        for _ in range(8):
            await asyncio.sleep(0.005)
            seat.app.shown_boards.take(replace(board))
        await sending
        assert where(seat) == before
        assert seat.app.screen.focused.cursor_key == row  # type: ignore[union-attr]


async def test_a_detail_that_can_t_be_drawn_holds_no_key_up(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError("no such detail")

    monkeypatch.setattr(price_chart, "with_chart", broken)
    async with seated(board) as seat:
        await asyncio.wait_for(at_once(seat, "m", "enter", "escape", "escape", "b"), 20)
        assert seat.app.journey.place == "breadth"
