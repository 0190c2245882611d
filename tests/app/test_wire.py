"""What goes over the wire to the terminal: only the cells that changed."""

import asyncio
import shutil
from datetime import time
from pathlib import Path
from unittest.mock import patch

import pytest

from deskview.board import Board
from deskview.clock import monotonic
from deskview.widgets.painted import Painted
from deskview.widgets.textual_private import screen_lines
from tests.app.desk import Seat, seated
from tests.feed.markets import Made, just_now, refreshed, simulated
from tests.widgets.host import Terminal, terminal

MOST_BYTES = 6_000
"""Of a refresh ten seconds after the one before, at 120 columns and 40 rows, in the last minute of a crash."""


@pytest.fixture(scope="module")
def ten_seconds_before(crash: Made, tmp_path_factory: pytest.TempPathFactory) -> Board:
    cache = Path(shutil.copytree(crash.cache, tmp_path_factory.mktemp("wire") / "cache"))
    return asyncio.run(refreshed(simulated(at=time(15, 59, 50)), cache))


async def sent_for(board: Board, seat: Seat, shown: Terminal) -> int:
    before = shown.sent
    await seat.see(board)
    return shown.sent - before


async def sent_anew(seat: Seat, shown: Terminal) -> int:
    """What the whole screen takes."""
    before = shown.sent
    for widget in seat.app.screen.query("*"):
        widget.refresh()
    await seat.settle()
    return shown.sent - before


async def test_a_refresh_sends_what_changed_and_no_more(board: Board, ten_seconds_before: Board) -> None:
    now = monotonic()  # on a busy machine ages would go on, and be sent too
    with terminal(120, 40) as shown, patch("deskview.screens.frame.age.monotonic", lambda: now):
        async with seated(just_now(ten_seconds_before)) as seat:
            refresh = await sent_for(just_now(board), seat, shown)
            incremental = shown.cells()
            whole = await sent_anew(seat, shown)
            assert shown.cells() == incremental
    assert 0 < refresh < MOST_BYTES
    assert refresh < whole / 3


async def test_five_minutes_of_a_crash_take_less_than_the_whole_screen(board: Board, earlier: Board) -> None:
    with terminal(120, 40) as shown:
        async with seated(earlier) as seat:
            refresh = await sent_for(board, seat, shown)
            whole = await sent_anew(seat, shown)
    assert refresh < whole * 0.6


async def test_the_same_board_again_repaints_no_cell(board: Board) -> None:
    async with seated(board) as seat:
        painted = list(seat.app.screen.query(Painted))
        before = [widget.repainted_cells for widget in painted]
        await seat.see(board)
        assert [widget.repainted_cells for widget in painted] == before
        assert len(painted) > 8


@pytest.mark.parametrize("key", ["1", "slash", "z"])
async def test_without_colours_the_signs_remain(board: Board, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with seated(board) as seat:
        await seat.press(key)
        assert "−" in seat.text
        drawn = [segment.style for strip in screen_lines(seat.app.screen) for segment in strip]
        colours = [style.color for style in drawn if style and style.color]
        assert all(len(set(colour.get_truecolor())) == 1 for colour in colours)


async def test_without_colours_a_loss_is_no_fainter_than_its_label(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with seated(board) as seat:
        assert brightness_of(seat, "▼−") > brightness_of(seat, "long/short")


def brightness_of(seat: Seat, text: str) -> int:
    """Of the first piece of the screen with the text in it."""
    style = next(segment.style for strip in screen_lines(seat.app.screen) for segment in strip if text in segment.text)
    assert style is not None and style.color is not None
    return style.color.get_truecolor().red
