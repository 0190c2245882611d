"""Keys that come all at once, as after a lag of SSH: each goes to what those before it have opened."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import Seat
from tests.e2e.test_terminal import at_the_desk, filled
from tests.e2e.typing import lacks


@pytest.fixture
def seat(warm_home: Path) -> Iterator[Seat]:
    with at_the_desk(warm_home) as seat:
        seat.wait_for(filled)
        yield seat


def test_a_name_is_found_and_left_again_and_what_is_pasted_goes_where_the_key_before_led(seat: Seat) -> None:
    seat.press("/nvda\r")
    seat.wait_for("desk › NVDA")
    seat.press("h/amd\r")
    seat.wait_for("desk › AMD")
    seat.press("h/\x1b[200~mu\x1b[201~\r")
    seat.wait_for("desk › MU")


def test_a_key_for_an_overlay_does_not_end_the_program(seat: Seat) -> None:
    seat.press("?q;q?q/nv")
    seat.wait_for("Nvidia")
    assert seat.code is None


def test_a_rule_is_set_with_the_form(seat: Seat) -> None:
    seat.press("+momentum.return\r\r9\r")
    seat.wait_for("ALERT 1")
    seat.wait_for(lacks("─ Set an alert"))


def test_through_a_page_s_list_to_a_name_s_own_and_back(seat: Seat) -> None:
    seat.press("mjk\r\r")
    seat.wait_for(lambda text: re.search(r"momentum › \w+ › \w+", text) is not None)
    seat.press("hn\r")
    seat.wait_for(lambda text: re.search(r"momentum › \w+ › \w+", text) is not None)
    seat.press("hhhv")
    seat.wait_for("view 1 of")


def test_an_escape_and_the_next_key_in_one_packet_are_both_taken(seat: Seat) -> None:
    seat.press("m")
    seat.wait_for("esc back")
    seat.press("\x1bb\x1bv")
    seat.wait_for("view 1 of")
    seat.press("\x1b2")
    seat.wait_for(lacks("esc back"))
    seat.press("\x1b/nv")
    seat.wait_for("Nvidia")
    seat.press("\x1bbz")  # alt and b, where one types
    seat.wait_for("znv")
