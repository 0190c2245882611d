"""Terminals that are not as they should be, at a real pseudo-terminal: their size, their kind, their bytes."""

import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import surroundings
from tests.e2e.terminal import DESKVIEW, Seat

WAITING = (sys.executable, "-m", "tests.app.failing", "not at all")
"""The desk, whose market never opens."""


def waiting(home: Path, *, size: tuple[int, int] = (120, 36), **environment: str) -> Seat:
    return Seat(*WAITING, str(home / "desk.log"), environment=surroundings(home) | environment, size=size)


def width(seat: Seat) -> int:
    """Columns up to the last that is painted."""
    return max(len(line.rstrip()) for line in seat.screen.display)


def height(seat: Seat) -> int:
    """Lines up to the last that is painted."""
    return max((at for at, line in enumerate(seat.screen.display, 1) if line.strip()), default=0)


def fills(seat: Seat, columns: int, rows: int) -> None:
    """Waits until the desk reaches the right and the lower edge."""
    seat.wait_for(lambda _: width(seat) == columns and height(seat) == rows)


def test_the_size_is_the_terminals_whatever_is_exported(home: Path) -> None:
    with waiting(home, COLUMNS="80", LINES="24") as seat:
        seat.wait_for("1 Momentum")
        fills(seat, 120, 36)
        seat.resize(100, 30)
        fills(seat, 100, 30)
        seat.resize(132, 43)
        fills(seat, 132, 43)
        seat.press("q")
        assert seat.wait_for_end() == 0


@pytest.mark.parametrize("term", ["dumb", "unknown", ""])
def test_a_terminal_that_can_not_place_text_is_refused(home: Path, term: str) -> None:
    with Seat(*DESKVIEW, "demo", environment=surroundings(home) | {"TERM": term}) as seat:
        assert seat.wait_for_end() == 2
    told = " ".join(seat.text.split())
    assert f"TERM is {term or 'not set'}, which says that this terminal can't place text" in told
    assert "deskview snapshot" in told
    assert b"\x1b[?1049h" not in seat.written


def test_a_terminal_this_machine_has_never_heard_of_is_not_refused(home: Path) -> None:
    with waiting(home, TERM="xterm-of-tomorrow") as seat:
        seat.wait_for("1 Momentum")
        seat.press("q")
        assert seat.wait_for_end() == 0


@pytest.mark.parametrize("typed", [b"\xe9", b"\xff\xfe", b"\xc3", b"\xe9\xe8\x80\x9b", b"\xf0\x9f"])
def test_bytes_that_are_no_utf8_are_dropped_and_the_desk_goes_on(home: Path, typed: bytes) -> None:
    with waiting(home) as seat:
        seat.wait_for("1 Momentum")
        seat.send(typed)
        seat.press("?")
        seat.wait_for("─ Help")
        seat.send(typed + b"\x1b")
        seat.wait_for(lambda text: "─ Help" not in text)
        seat.press("q")
        assert seat.wait_for_end() == 0
        assert seat.attributes == seat.before
    assert "Traceback" not in (home / "desk.log").read_text()
    assert b"Traceback" not in seat.written
