"""The terminal goes away and no signal says so: both processes go too, without spinning, and the place is kept."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.conftest import surroundings
from tests.e2e.terminal import Seat
from tests.e2e.test_terminal import ALTERNATE_SCREEN_OFF, DEMO
from tests.process.markets import children

LIMIT_S = 60.0
IDLE_SHARE = 0.5
"""Of a core: a desk that spins takes a whole one."""

HELD_UP = (
    sys.executable,
    "-c",
    "import sys, time; from deskview.app import DeskApp; from deskview.cli import main;"
    f"DeskApp.action_refresh = lambda _: time.sleep({10 * LIMIT_S}); sys.exit(main({DEMO[3:]}))",
)
"""The same desk, whose every other work waits from `r` on."""


def family(seat: Seat) -> list[int]:
    """The desk's process, the market's and the simulator's."""
    (market,) = children(seat.pid)
    return [seat.pid, market, *children_of(market)]


def children_of(pid: int) -> list[int]:
    """The processes that one has started on whatever thread."""
    threads = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for thread in threads for child in thread.read_text().split()]


def lives(pid: int) -> bool:
    """Whether the process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def cpu_s(pid: int) -> float:
    """Seconds of CPU the process has had."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def all_gone(pids: list[int]) -> None:
    """Waits until none of them lives."""
    deadline = time.monotonic() + LIMIT_S
    while any(map(lives, pids)):
        assert time.monotonic() < deadline, f"of {pids} live {list(filter(lives, pids))}"
        time.sleep(0.02)


@contextmanager
def open_desk(home: Path, **how: object) -> Iterator[Seat]:
    """The demo's desk on a terminal that is opened in this way, its processes running."""
    with Seat(*DEMO, environment=surroundings(home), **how) as seat:  # type: ignore[arg-type]
        seat.wait_for(lambda text: "SIMULATED" in text or ("needs 60x15" in text and bool(children(seat.pid))))
        yield seat


def block_hangups() -> None:
    """As a program does that guards what it starts against a lost connection."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP, signal.SIGTERM})


def ignore_hangups() -> None:
    """As nohup does."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def start_neighbour() -> None:
    """A process of the same connection that makes the terminal its own when it is told to."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    if os.fork():
        return
    os.setpgid(0, 0)
    signal.sigwait({signal.SIGUSR1})
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    os.tcsetpgrp(0, os.getpgrp())
    time.sleep(LIMIT_S)
    os._exit(0)


@pytest.mark.parametrize(
    "how",
    [
        {"controlling": False},
        {"controlling": False, "prepare": ignore_hangups},
        {"prepare": block_hangups},
        {"controlling": False, "size": (50, 14)},  # nothing of it changes: no failed write tells
    ],
    ids=["setsid", "nohup", "blocked", "still"],
)
def test_all_processes_end_when_the_terminal_has_gone(
    how: Mapping[str, object], warm_home: Path, record_property: Callable[[str, object], None]
) -> None:
    with open_desk(warm_home, **how) as seat:
        while len(pids := family(seat)) < 3:
            seat.watch(0.1)
        began = time.monotonic()
        seat.hang_up()
        seat.wait_without_terminal()
        all_gone(pids[:2])
        record_property("seconds until desk and market were gone", time.monotonic() - began)
        all_gone(pids)  # a simulator that is still being made looks up only then
        assert seat.code == 0
    assert "Traceback" not in log_of(warm_home)


def test_it_goes_though_others_keep_the_terminal_open(warm_home: Path) -> None:
    with open_desk(warm_home, controlling=False) as seat:
        pids = family(seat)
        seat.hang_up(kept_open=True)
        seat.wait_without_terminal()
        all_gone(pids)
        assert "the terminal has gone" in log_of(warm_home)


def test_a_desk_that_is_held_up_is_ended_by_force(warm_home: Path) -> None:
    with Seat(*HELD_UP, environment=surroundings(warm_home), controlling=False) as seat:
        seat.wait_for("SIMULATED")
        pids = family(seat)
        seat.press("r")
        seat.watch(0.5)
        seat.hang_up()
        seat.wait_without_terminal()
        all_gone(pids)
        assert "ended by force" in log_of(warm_home)


@pytest.mark.parametrize("way", ["pipe", "null"])
def test_without_anything_to_read_keys_from_it_ends_and_says_why(way: str, warm_home: Path) -> None:
    reader, writer = os.pipe()
    null = os.open(os.devnull, os.O_RDONLY)
    with Seat(*DEMO, environment=surroundings(warm_home), stdin=reader if way == "pipe" else null) as seat:
        if way == "pipe":
            seat.wait_for("SIMULATED")
            os.write(writer, b"?")
            seat.wait_for("─ Help")
        os.close(writer)
        assert seat.wait_for_end() == 0
        left = seat.written.rpartition(ALTERNATE_SCREEN_OFF)[2]
        assert b"Standard input has ended" in left
        assert seat.attributes == seat.before
    os.close(reader)
    os.close(null)


def test_a_foreign_group_in_the_foreground_does_not_make_it_spin(warm_home: Path) -> None:
    """As under `sudo su` in a connection that broke: the terminal is another's."""
    with open_desk(warm_home, prepare=start_neighbour) as seat:
        (neighbour,) = set(children_of(seat.pid)) - set(children(seat.pid))
        os.kill(neighbour, signal.SIGUSR1)
        seat.press("x")
        began, cpu = time.monotonic(), cpu_s(seat.pid)
        while lives(seat.pid) and time.monotonic() - began < 5:
            cpu = cpu_s(seat.pid) if lives(seat.pid) else cpu
            seat.watch(0.1)
        assert not lives(seat.pid) or cpu_s(seat.pid) - cpu < IDLE_SHARE * 5


def test_sigquit_ends_it_in_good_order_and_the_next_desk_goes_on_there(warm_home: Path) -> None:
    with open_desk(warm_home) as seat:
        seat.wait_for(lambda text: "MOMO" in text)
        seat.press("m")
        seat.wait_for("raw deciles")
        seat.signal(signal.SIGQUIT)
        assert seat.wait_for_end() == 0
        assert ALTERNATE_SCREEN_OFF in seat.written
        assert seat.attributes == seat.before
    kept = place_file(warm_home)
    assert [stop["place"] for stop in json.loads(kept.read_text())["way"]] == ["momentum"]
    with open_desk(warm_home) as seat:
        seat.wait_for("Back at desk › momentum")
        assert not kept.exists()
        seat.press("h")
        seat.wait_for(lambda text: "raw deciles" not in text)
        seat.press("q")
        assert seat.wait_for_end() == 0
    assert not kept.exists()


def place_file(home: Path) -> Path:
    """Where the place in the simulated market is kept."""
    return home / ".local" / "state" / "deskview" / "place-demo.json"


def log_of(home: Path) -> str:
    """What the desk wrote into its log."""
    return (home / ".local" / "state" / "deskview" / "deskview.log").read_text()
