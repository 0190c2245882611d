"""The desk at a real pseudo-terminal: seen, used, left, cut off."""

import os
import signal
import time
from pathlib import Path

import pytest

from tests.e2e.conftest import surroundings
from tests.e2e.terminal import DESKVIEW, Seat
from tests.process.markets import children

DEMO = (*DESKVIEW, "demo", "--at", "16:00", "--speed", "0")
ALTERNATE_SCREEN_OFF = b"\x1b[?1049l"
CURSOR_ON = b"\x1b[?25h"
NOBODY_TO_TELL = 120
"""Python's own exit code where standard output can't be flushed at the end."""


def filled(text: str) -> bool:
    return "LETF −$" in text and "MOMO −" in text


def at_the_desk(home: Path, size: tuple[int, int] = (120, 40)) -> Seat:
    return Seat(*DEMO, environment=surroundings(home), size=size)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_from_the_first_paint_to_a_name_and_home_again(warm_home: Path, size: tuple[int, int]) -> None:
    with at_the_desk(warm_home, size) as seat:
        assert "Momentum" in seat.wait_for("1 Momentum")
        seat.wait_for(filled)
        assert "SIMULATED" in seat.text
        seat.press("\r")
        seat.wait_for("desk › ")
        seat.press("\x1b")
        seat.wait_for("1 Momentum")
        seat.press("?")
        seat.wait_for("─ Help")
        seat.press("\x1b")
        seat.wait_for(lambda text: "─ Help" not in text)
        seat.press("/")
        seat.wait_for("─ Find")
        seat.press("NVDA")
        seat.wait_for("Nvidia")
        seat.press("\r")
        seat.wait_for("desk › NVDA")
        seat.press("q")
        assert seat.wait_for_end() == 0
        assert seat.written.rfind(ALTERNATE_SCREEN_OFF) > 0
        assert CURSOR_ON in seat.written[seat.written.rfind(b"\x1b[?25l") :]
        assert seat.attributes == seat.before
    log = warm_home / ".local" / "state" / "deskview" / "deskview.log"
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_in_good_order(warm_home: Path, number: signal.Signals) -> None:
    with at_the_desk(warm_home) as seat:
        seat.wait_for("1 Momentum")
        seat.wait_for(filled)
        seat.signal(number)
        assert seat.wait_for_end() == 0
        assert ALTERNATE_SCREEN_OFF in seat.written
        assert seat.attributes == seat.before


def test_a_signal_while_it_is_still_filling(home: Path) -> None:
    with at_the_desk(home) as seat:
        seat.wait_for("sessions, about")
        seat.signal(signal.SIGTERM)
        assert seat.wait_for_end() == 0


def test_it_does_not_outlive_its_terminal(warm_home: Path) -> None:
    with at_the_desk(warm_home) as seat:
        seat.wait_for(filled)
        seat.hang_up()
        assert seat.wait_without_terminal() in {0, NOBODY_TO_TELL, -signal.SIGHUP}


def test_without_a_keyring_the_first_screen_says_so_and_offers_the_demo(warm_home: Path) -> None:
    with Seat(*DESKVIEW, environment=surroundings(warm_home)) as seat:
        seat.wait_for(lambda text: "demo: a simulated market" in text and "no keyring service" in text)
        seat.press("d")
        seat.wait_for("SIMULATED")
        seat.press("q")
        assert seat.wait_for_end() == 0


def test_a_typed_key_is_shown_nowhere(warm_home: Path) -> None:
    canary = "canary7Qz-secret-0042"
    with Seat(*DESKVIEW, "--base-url", "http://127.0.0.1:9", environment=surroundings(warm_home)) as seat:
        seat.wait_for("demo: a simulated market")
        seat.press("l")
        seat.wait_for("API key, then enter")
        seat.press(canary)
        seat.wait_for("•" * len(canary))
        seat.press("\r")
        seat.wait_for(lambda text: "•" not in text)
        seat.press("\x1b")
        seat.signal(signal.SIGTERM)
        seat.wait_for_end()
        assert canary.encode() not in seat.written
    files = [file for file in warm_home.rglob("*") if file.is_file()]
    assert files
    assert not [file for file in files if canary.encode() in file.read_bytes()]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_market_s_process_ends_with_the_desk_however_that_ends(warm_home: Path, number: signal.Signals) -> None:
    with at_the_desk(warm_home) as seat:
        seat.wait_for(filled)
        (market,) = children(seat.pid)
        seat.signal(number)
        seat.wait_for_end()
        deadline = time.monotonic() + 10
        while Path(f"/proc/{market}").exists():
            assert time.monotonic() < deadline, "the market's process lives on"
            time.sleep(0.05)


def test_a_market_s_process_that_is_killed_comes_back_while_the_figures_stay(warm_home: Path) -> None:
    with at_the_desk(warm_home, size=(200, 50)) as seat:
        seat.wait_for(filled)
        (market,) = children(seat.pid)
        os.kill(market, signal.SIGKILL)
        assert filled(seat.wait_for("was ended by SIGKILL"))
        seat.wait_for(lambda text: "SIGKILL" not in text and filled(text))
        assert children(seat.pid) != [market]
        seat.press("q")
        assert seat.wait_for_end() == 0
