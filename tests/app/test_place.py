"""The place where the desk was cut off: taken up once on the same day, whatever lies in its file."""

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deskview import paths
from deskview.board import Board
from deskview.screens.frame.target import Stop
from deskview.settings import Settings
from tests.app.seats import seat_with

NVDA = {"kind": "name", "key": "NVDA"}


def kept(way: list[dict[str, Any]], *, days: int = 0, pane: int = 1) -> str:
    """A place as it is kept, so many days ago."""
    ended = datetime.now(UTC) - timedelta(days=days)
    return json.dumps({"ended": ended.isoformat(), "pane": pane, "way": way})


async def test_the_next_desk_goes_on_where_this_one_was_cut_off_and_back_the_same_way(board: Board) -> None:
    async with seat_with(Settings(), board) as seat:
        await seat.press("2", "enter")
        await seat.press("enter")
        way = seat.app.journey.way
        assert len(way) == 2
        seat.app.cut_off()
    async with seat_with(Settings(), board) as seat:
        assert seat.app.journey.way == way
        (notice,) = [notice.message for notice in seat.app._notifications if "Back" in notice.message]
        assert notice.startswith(f"Back at desk › {way[0].label} › {way[1].label}, where the desk was cut off at ")
        await seat.press("escape", "escape")
        assert seat.app.journey.place is None
        assert seat.app._desk.pane_number == 2
    async with seat_with(Settings(), board) as seat:
        assert seat.app.journey.place is None


async def test_who_leaves_comes_back_to_the_desk(board: Board) -> None:
    async with seat_with(Settings(), board) as seat:
        await seat.press("m", "q")
        seat.app.cut_off()  # the connection ends while the desk does
    assert not paths.place_file(simulated=board.source.simulated).exists()


async def test_a_place_that_can_t_be_written_does_not_keep_the_desk_open(board: Board) -> None:
    async with seat_with(Settings(), board) as seat:
        seat.app.journey.stops = [Stop("\ud800")]
        with pytest.raises(UnicodeEncodeError):
            seat.app.cut_off()
        assert seat.app.shown_boards.closed


async def test_it_waits_until_the_desk_is_in_front_and_is_kept_again_if_that_never_came(board: Board) -> None:
    file = paths.place_file(simulated=board.source.simulated)
    file.write_text(kept([{"place": "momentum"}]))
    async with seat_with(Settings()) as seat:
        await seat.press("question_mark")
        await seat.see(board)
        seat.app.cut_off()
    assert [stop["place"] for stop in json.loads(file.read_text())["way"]] == ["momentum"]
    async with seat_with(Settings()) as seat:
        await seat.press("question_mark")
        await seat.see(board)
        await seat.press("escape")
        await seat.see(board)
        assert seat.app.journey.place == "momentum"


async def test_who_has_gone_elsewhere_before_the_figures_stays_there(board: Board) -> None:
    paths.place_file(simulated=board.source.simulated).write_text(kept([{"place": "momentum"}]))
    async with seat_with(Settings()) as seat:
        await seat.press("question_mark")
        await seat.see(board)
        assert seat.app.journey.place is None


PASSED_OVER: dict[str, Callable[[], str]] = {
    "empty": lambda: "",
    "broken": lambda: "{",
    "no time": lambda: '{"ended": 3}',
    "deep": lambda: "[" * 100_000,
    "of yesterday": lambda: kept([{"place": "momentum"}], days=1),
    "no page": lambda: kept([{"place": "nowhere"}]),
    "hostile": lambda: kept([{"place": NVDA | {"key": "\x1b[2J"}}]),
    "no kind": lambda: kept([{"place": NVDA | {"kind": "nothing"}}]),
    "before the panes": lambda: kept([], pane=-1),
    "beyond the panes": lambda: kept([], pane=2**70),
}


@pytest.mark.parametrize("what", list(PASSED_OVER))
async def test_a_place_that_can_t_be_used_is_passed_over(
    what: str, board: Board, caplog: pytest.LogCaptureFixture
) -> None:
    file = paths.place_file(simulated=board.source.simulated)
    file.write_text(PASSED_OVER[what]())
    with caplog.at_level(logging.INFO):
        async with seat_with(Settings(), board) as seat:
            assert seat.app.journey.place is None
            assert not [notice for notice in seat.app._notifications if "Back" in notice.message]
    assert "the place of the last desk is passed over" in caplog.text
    assert not file.exists()
