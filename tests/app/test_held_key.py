"""A key held down goes through a list: what is passed by costs nothing."""

import polars as pl

from deskview.board import Board
from deskview.screens.frame.target import Target
from tests.app.desk import seated
from tests.app.test_journey import enter, session_bars


async def test_names_one_passes_by_with_a_key_held_down_are_not_asked_for(board: Board) -> None:
    asked: list[str] = []

    async def bars(ticker: str) -> pl.DataFrame:
        asked.append(ticker)
        return session_bars(ticker, 6)

    async with seated(board) as seat:
        seat.app.journey._intraday = bars
        await enter(seat)
        await seat.press(*["left_square_bracket"] * 4)
        asked.clear()
        await seat.press(*"nnnnnnnn")
        assert isinstance(seat.app.journey.place, Target)
        assert asked[-1] == seat.app.journey.place.key
        assert len(asked) < 4
