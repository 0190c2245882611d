"""Finding: what stands first is what enter opens."""

import pytest
from textual.widgets import Input

from deskview.board import Board
from deskview.screens.frame.target import Kind, Target
from deskview.screens.overlays.find import NOTHING_FOUND, NOTHING_TYPED, entries, matches
from deskview.widgets.table import Table
from tests.app.desk import seated


def tickers(board: Board) -> list[str]:
    """Names whose ticker another begins with, so that typing one passes by the other."""
    listed = {target.key for target, _ in entries(board) if target.kind is not Kind.GROUP}
    return sorted(long for long in listed if long[:-1] in listed and len(long) > 1)


@pytest.mark.parametrize("ticker", ["TSLA", "F", "C", "NVDA", "T"])
async def test_a_ticker_and_enter_open_it(board: Board, ticker: str) -> None:
    async with seated(board) as seat:
        await seat.press("slash", *ticker, "enter")
        assert seat.app.journey.place == Target(Kind.NAME, ticker)


async def test_a_ticker_opens_itself_whatever_was_first_on_the_way(board: Board) -> None:
    known = dict(entries(board))
    async with seated(board) as seat:
        for ticker in tickers(board)[::40]:
            await seat.press("slash")
            for letter in ticker:
                await seat.press(letter if letter.isalnum() else "full_stop")
                table = seat.app.screen.query_one(Table)
                assert table.cursor_key == table.keys[0]
            await seat.press("enter")
            assert isinstance(seat.app.journey.place, Target)
            assert seat.app.journey.place.key == ticker
            assert seat.app.journey.place in known


async def test_a_row_chosen_after_the_last_letter_is_the_one_opened(board: Board) -> None:
    async with seated(board) as seat:
        await seat.press("slash", *"NV", "down", "down")
        table = seat.app.screen.query_one(Table)
        assert table.cursor_key == table.keys[1]
        chosen = table.keys[1]
        await seat.press("enter")
        assert isinstance(seat.app.journey.place, Target)
        assert f"{seat.app.journey.place.kind}:{seat.app.journey.place.key}" == chosen


@pytest.mark.parametrize("ticker", ["F", "C", "T", "A", "TSLA"])
def test_the_exact_ticker_is_always_first(board: Board, ticker: str) -> None:
    for typed in (ticker, ticker.lower(), f" {ticker} "):
        assert matches(entries(board), typed)[0][0].key == ticker


async def test_before_a_letter_is_typed_it_says_what_can_be_typed(board: Board) -> None:
    async with seated(board) as seat:
        await seat.press("slash")
        assert NOTHING_TYPED in seat.text
        assert NOTHING_FOUND not in seat.text
        await seat.press(*"qqqqqqqq")
        assert NOTHING_FOUND in seat.text
        seat.app.screen.query_one(Input).clear()
        await seat.settle()
        assert NOTHING_TYPED in seat.text


async def test_each_opening_takes_letters_wherever_the_last_one_was_left(board: Board) -> None:
    async with seated(board) as seat:
        await seat.press("slash", *"NV", "down", "enter", "slash", *"MU", "enter")
        assert seat.app.journey.place == Target(Kind.NAME, "MU")


def test_words_are_found_in_any_order_and_apart(board: Board) -> None:
    found = [target for target, _ in matches(entries(board), "2x nvda")]
    assert Target(Kind.FUND, "NVDX") in found
    assert found == [target for target, _ in matches(entries(board), "nvda  2X")]
