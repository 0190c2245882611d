"""Whatever of the desk fails: exit code 1, a plain traceback, a log; no local variable and no secret in either."""

import os
import sys
from pathlib import Path

import pytest

from deskview.text import MASK
from tests.app.failing import KEY
from tests.credentials.conftest import CANARY
from tests.e2e.terminal import Seat

ALTERNATE_SCREEN_ON, ALTERNATE_SCREEN_OFF = b"\x1b[?1049h", b"\x1b[?1049l"
WAYS = [
    "handler",
    "timer",
    "worker",
    "thread worker",
    "compose",
    "mount",
    "style",
    "driver's reading thread",
    "driver's writing thread",
    "driver's start",
    "driver half started",
    "driver not made",
]
BEFORE_THE_SCREEN = {"driver not made"}
TYPED = {"handler", "driver's reading thread"}


@pytest.mark.parametrize("way", WAYS)
def test_a_failure(way: str, tmp_path: Path) -> None:
    log = tmp_path / "desk.log"
    environment = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    environment |= {"HOME": str(tmp_path), "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
    with Seat(sys.executable, "-m", "tests.app.failing", way, str(log), environment=environment) as seat:
        if way in TYPED:
            seat.wait_for("1 Momentum")
            seat.press(KEY)
        assert seat.wait_for_end() == 1
        written = seat.written
        assert seat.attributes == seat.before
    assert written.count(ALTERNATE_SCREEN_ON) == written.count(ALTERNATE_SCREEN_OFF)
    assert written.count(ALTERNATE_SCREEN_ON) == (way not in BEFORE_THE_SCREEN)
    told = written.rpartition(ALTERNATE_SCREEN_OFF)[2].decode()
    logged = log.read_text()
    if way == "style":
        assert "StylesheetParseError" in told
    else:
        assert f"ValueError: the key {MASK} was refused" in told
        assert "in fail\r\n" in told
        assert f"ValueError: the key {MASK} was refused" in logged
    assert "Traceback (most recent call last)" in told
    assert "locals" not in told
    assert "Traceback (most recent call last)" in logged
    for text in (written.decode(errors="replace"), logged):
        assert CANARY not in text
        assert "\n    secret = " not in text
