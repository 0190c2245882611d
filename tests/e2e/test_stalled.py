"""A terminal that takes nothing for a while: the desk goes on, and then sends one frame, not those of the meantime."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deskview.screens.frame.age import STALE_AFTER_S
from tests.e2e.conftest import surroundings
from tests.e2e.terminal import DESKVIEW, Seat
from tests.e2e.test_terminal import at_the_desk
from tests.process.markets import children

SCREEN = 120 * 40
BYTES_A_CELL = 30
"""More than a cell of a frame costs, its colours told anew."""
SPEED = 10
"""How fast the simulated market's clock runs."""
FRAMES = 3
"""What was on its way when the terminal stalled, what is painted then, and an age that counts on."""


@pytest.fixture
def seat(warm_home: Path) -> Iterator[Seat]:
    with at_the_desk(warm_home) as seat:
        seat.wait_for("SIMULATED")
        yield seat


def stall(seat: Seat, seconds: float) -> None:
    """Reads nothing for so long, while keys make the desk paint all of its screen again and again."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for key in "?\x1b":
            seat.press(key)
            time.sleep(0.5)


def after_a_stall(seat: Seat, seconds: float) -> int:
    """The bytes that come until what was pressed last is seen."""
    stall(seat, seconds)
    seat.press("m")
    before = len(seat.written)
    seat.wait_for("raw deciles")
    seat.watch(1)
    return len(seat.written) - before


def test_what_was_not_painted_is_not_sent_and_what_was_pressed_is_done(
    seat: Seat, record_property: Callable[[str, object], None]
) -> None:
    count = after_a_stall(seat, 12)
    record_property("bytes after a stall of 12 s", count)
    assert count < FRAMES * SCREEN * BYTES_A_CELL
    seat.press("q")
    assert seat.wait_for_end() == 0


@pytest.mark.long
def test_the_same_after_a_minute(seat: Seat, record_property: Callable[[str, object], None]) -> None:
    count = after_a_stall(seat, 60)
    record_property("bytes after a stall of 60 s", count)
    assert count < FRAMES * SCREEN * BYTES_A_CELL


def test_it_ends_while_the_terminal_takes_nothing(seat: Seat, record_property: Callable[[str, object], None]) -> None:
    stall(seat, 6)
    began = time.monotonic()
    seat.signal(signal.SIGTERM)
    assert seat.wait_without_terminal() == 0
    record_property("seconds until it had ended", time.monotonic() - began)


def test_after_a_stop_it_paints_all_and_leaves_the_terminal_as_it_was(seat: Seat) -> None:
    seat.signal(signal.SIGSTOP)
    seat.screen.reset()
    time.sleep(2)
    before = len(seat.written)
    seat.signal(signal.SIGCONT)
    seat.wait_for("1 Momentum")
    seat.watch(1)
    assert len(seat.written) - before < FRAMES * SCREEN * BYTES_A_CELL
    seat.screen.reset()
    seat.press("r")
    seat.wait_for("1 Momentum")
    seat.press("m")
    seat.wait_for("raw deciles")
    seat.press("q")
    assert seat.wait_for_end() == 0
    assert seat.attributes == seat.before


def test_what_has_grown_old_during_a_stop_is_stale_at_once(warm_home: Path) -> None:
    """The market is stopped too and stays so: nothing newer can come."""
    moving = (*DESKVIEW, "demo", "--at", "11:00", "--speed", str(SPEED))
    with Seat(*moving, environment=surroundings(warm_home), size=(200, 60)) as seat:
        seat.wait_for(lambda text: "Bitcoin miners" in text and "stale" not in text)
        (market,) = children(seat.pid)
        for pid in (market, seat.pid):
            os.kill(pid, signal.SIGSTOP)
        time.sleep(1.5 * STALE_AFTER_S / SPEED)
        seat.signal(signal.SIGCONT)
        seat.wait_for("stale")
        os.kill(market, signal.SIGKILL)
