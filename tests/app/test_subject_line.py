"""A page's line on the desk opens it, and what the palette alone offers."""

from dataclasses import replace

import pytest

from deskview.board import Board, Part, Status
from deskview.french import HOST
from deskview.screens.desk.subject_line import SubjectLine
from deskview.screens.subjects import COMMANDS
from deskview.settings import Settings
from tests.app.desk import Seat, seated
from tests.screens.gammas import with_gamma, without_gamma


def line(seat: Seat) -> str:
    """The line below the strip."""
    return " ".join(seat.lines[1].split())


def notices(seat: Seat) -> str:
    """What was told."""
    return " ".join(notice.message for notice in seat.app._notifications)


async def test_the_read_stands_below_the_strip_in_a_few_words(board: Board) -> None:
    async with seated(board, size=(200, 60)) as seat:
        assert line(seat).startswith("Read longs cut, shorts not covered · positions cut, 5 of 6 signs · retail as")
        assert "such days: too few · LETF 1 week in 20 −$" in line(seat)
    async with seated(board, size=(120, 40)) as seat:
        assert "LETF" not in line(seat), "what the strip has too gives way first"
        assert line(seat).endswith("such days: too few")


@pytest.mark.parametrize("key", ["enter", "right"])
async def test_it_is_reached_by_tab_and_opens_its_page(board: Board, key: str) -> None:
    async with seated(without_gamma(board, "no chains")) as seat:
        await seat.press("shift+tab")
        assert isinstance(seat.app.screen.focused, SubjectLine)
        await seat.press(key)
        assert seat.lines[1].startswith(" Read  ·  view 1")
        await seat.press("escape")
        assert line(seat).startswith("Read longs cut")


async def test_a_click_opens_it_too(board: Board) -> None:
    async with seated(board) as seat:
        await seat.pilot.click(SubjectLine)
        await seat.pilot.pause()
        assert seat.lines[1].startswith(" Read  ·  view 1")


async def test_a_low_terminal_keeps_its_lines_for_the_pane(board: Board) -> None:
    async with seated(board, size=(80, 24)) as seat:
        assert "Read" not in line(seat)
        await seat.press("tab", "tab", "tab")
        assert not isinstance(seat.app.screen.focused, SubjectLine)


async def test_a_second_line_has_a_row_in_a_high_terminal_alone(board: Board) -> None:
    async with seated(with_gamma(board), size=(120, 40)) as seat:
        assert seat.lines[2].startswith(" Dealers")
        await seat.press("shift+tab", "enter")
        assert seat.lines[1].startswith(" Dealers' gamma  ·  view 1")
    async with seated(with_gamma(board), size=(120, 35)) as seat:
        assert line(seat).startswith("Read")
        assert "Dealers" not in seat.text
        await seat.press("shift+tab", "enter")
        assert seat.lines[1].startswith(" Read  ·  view 1")


async def test_a_line_with_nothing_to_say_takes_no_row(board: Board) -> None:
    async with seated(with_gamma(board)) as seat:
        assert seat.lines[2].startswith(" Dealers")
        await seat.see(without_gamma(board, "the plan has no option chains"))
        assert "Dealers" not in seat.text
        assert "1 Momentum" in seat.lines[2]
        await seat.see(with_gamma(board))
        assert seat.lines[2].startswith(" Dealers")


async def test_without_figures_it_says_why(board: Board) -> None:
    async with seated() as seat:
        assert line(seat) == "Read"
        await seat.see(replace(board, read=Part.awaited("waiting for the first market snapshot")))
        assert line(seat) == "Read waiting for the first market snapshot"
        await seat.see(replace(board, read=replace(board.read, status=Status.DOUBT, doubt="prices may be scaled")))
        assert line(seat).startswith("Read longs cut, shorts not covered? · positions cut")


async def test_the_long_record_is_asked_for_after_who_is_asked_is_told(board: Board) -> None:
    (command,) = [command for command in COMMANDS if command.action == "fetch_record"]
    assert HOST in command.note
    async with seated(board) as seat:
        await seat.app.run_action(command.action)
        await seat.pilot.pause()
        assert seat.door.market is not None
        assert seat.door.market.records == 1
        assert HOST in notices(seat)
    async with seated(board, settings=Settings(history="off")) as seat:
        await seat.app.run_action(command.action)
        await seat.pilot.pause()
        assert seat.door.market is not None
        assert seat.door.market.records == 0
        assert 'history = "off"' in notices(seat)


async def test_enter_on_a_sentence_opens_its_figures(board: Board) -> None:
    async with seated(board, size=(120, 40)) as seat:
        await seat.press("shift+tab", "enter", "enter")
        text = " ".join(seat.text.split())
        assert "1 fell" in text
        assert "Longs cut, shorts not covered: momentum" in text
        assert "momentum: σ of the day −3.635σ: The return over one σ of a day" in text
        assert "2 cut" not in text
        await seat.press("escape")
        assert seat.lines[1].startswith(" Read  ·  view 1")
