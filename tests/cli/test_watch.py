"""`watch` as a process: what fires is printed once, and whatever happens ends it with a code, or in a line."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from typing import Any

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from deskview.exits import Exit
from deskview.simulator import create_app
from tests.cli.conftest import served
from tests.cli.watching import __file__ as driver
from tests.credentials.conftest import CANARY, HANG_S, Surroundings

SETTINGS = """
history_sessions = 60
flow = { names = ["AAPL"], history_sessions = 20 }
refresh = { snapshot_s = 1 }
"""
PARTS = ("breadth", "leverage", "momentum", "rotation")
"""Those that have figures with the first snapshot; the stand-in fires on each."""


class Turning:
    """The crash, whose clock stands still, with the faults it was last turned to."""

    def __init__(self) -> None:
        self._well = self._app = create_app(speed=0.0, key=CANARY)

    def turn(self, *faults: str) -> None:
        """From now on these; none of them makes it well again."""
        self._app = create_app(speed=0.0, key=CANARY, faults=faults) if faults else self._well

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers as it is now."""
        app: ASGIApp = self._app
        await app(scope, receive, send)


class Watched:
    """A running `watch`: its lines as they come, and its end."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        self.out, self.err = list[str](), list[str]()
        self._threads = [
            threading.Thread(target=self._read, args=(stream, into), daemon=True)
            for stream, into in ((process.stdout, self.out), (process.stderr, self.err))
            if stream is not None
        ]
        for thread in self._threads:
            thread.start()

    def _read(self, stream: Any, into: list[str]) -> None:  # noqa: ANN401 - the pipe of a process
        into.extend(map(bytes.decode, stream))

    def wait_for(self, text: str, times: int = 1) -> None:
        """Until so many lines on standard error hold the text."""
        self._wait(lambda: sum(text in line for line in self.err) >= times)

    def wait_for_lines(self, count: int) -> list[str]:
        """Until so many lines are on standard output."""
        self._wait(lambda: len(self.out) >= count)
        return self.out[:count]

    def _wait(self, done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + HANG_S
        while not done():
            assert time.monotonic() < deadline, (self.out, self.err)
            assert self.process.poll() is None, self.err
            time.sleep(0.05)

    def ended(self, number: signal.Signals | None = None) -> int:
        """Its exit code, after this signal; nothing it has printed holds the key or a traceback."""
        if number is not None:
            self.process.send_signal(number)
        code = self.process.wait(HANG_S)
        for thread in self._threads:
            thread.join(HANG_S)
        said = "".join(self.out + self.err)
        assert CANARY not in said
        assert "Traceback" not in said
        return code


@contextmanager
def watching(
    surroundings: Surroundings, *arguments: str, settings: str = SETTINGS, **environment: str
) -> Iterator[Watched]:
    """`watch` with the stand-in for the engine, or the engine itself where ENGINE is in the environment."""
    file = surroundings.home / "settings.toml"
    file.write_text(settings)
    command = [sys.executable, driver, "watch", "--settings", str(file), *arguments]
    env = {**surroundings.environment, **environment}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env) as process:
        try:
            yield Watched(process)
        finally:
            process.kill()


def test_each_firing_is_a_line_once(surroundings: Surroundings, market: str) -> None:
    with watching(surroundings, "--base-url", market) as watched:
        lines = watched.wait_for_lines(len(PARTS))
        watched.wait_for("figures are in")
        assert watched.ended(signal.SIGTERM) == Exit.TERMINATED
    stamp = "2026-02-04 14:45:00 ET  "
    assert lines == [f"{stamp}{part} of '\"$(x) [2J σ: It is ••••.\n" for part in PARTS]
    assert not any("earlier run" in line for line in watched.out)
    assert len(watched.out) == len(set(watched.out))
    assert watched.err[:2] == [
        "deskview: following the SIMULATED market momentum-crash: 2 rules are watched.\n",
        "deskview: A file: can't be read.\n",
    ]
    assert [line for line in watched.err if "can't be read" in line] == watched.err[1:2], "a notice comes once"


def test_as_json_a_firing_is_an_object_a_line(surroundings: Surroundings, market: str) -> None:
    with watching(surroundings, "--base-url", market, "--json") as watched:
        lines = watched.wait_for_lines(len(PARTS))
        assert watched.ended(signal.SIGINT) == Exit.INTERRUPTED
    fired = [json.loads(line) for line in lines]
    assert fired[0] == {
        "number": 2,
        "at": "2026-02-04T19:45:00Z",
        "reading": "momentum.sigma",
        "rule": {"sigma": 3.0, "for": "2m"},
        "title": "breadth of '\"$(x) [2J σ",
        "sentence": "breadth of '\"$(x) [2J σ: It is ••••.",
        "value": -4.02,
    }
    assert [one["number"] for one in fired] == [2, 3, 4, 5]


def test_command_and_file_get_what_fires(surroundings: Surroundings, market: str) -> None:
    told, file = surroundings.home / "told", surroundings.home / "alerts.txt"
    code = f"import sys; open({str(told)!r}, 'a').write(sys.argv[1] + chr(10))"
    command = json.dumps([sys.executable, "-c", code, "{reading} {title}"])
    settings = f'alert_command = {command}\nalert_file = "alerts.txt"\n{SETTINGS}'
    with watching(surroundings, "--base-url", market, settings=settings) as watched:
        watched.wait_for_lines(len(PARTS))
        deadline = time.monotonic() + HANG_S
        while not (told.exists() and told.read_text().count("momentum.sigma ") == len(PARTS)):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert watched.ended(signal.SIGTERM) == Exit.TERMINATED
    assert [line.split("\t")[1].split()[0] for line in file.read_text().splitlines()] == list(PARTS)
    assert CANARY not in file.read_text()


def test_a_program_that_is_missing_is_said_once(surroundings: Surroundings, market: str) -> None:
    settings = f'alert_command = ["no-such-program"]\n{SETTINGS}'
    with watching(surroundings, "--base-url", market, settings=settings) as watched:
        watched.wait_for_lines(len(PARTS))
        watched.wait_for("no-such-program can't be started (No such file or directory)")
        assert watched.ended(signal.SIGTERM) == Exit.TERMINATED
    assert sum("no-such-program" in line for line in watched.err) == 1


def test_it_ends_when_its_time_is_up(surroundings: Surroundings) -> None:
    with watching(surroundings, "--demo", "--for", "1s") as watched:
        assert watched.ended() == Exit.OK


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, Exit.INTERRUPTED), (signal.SIGTERM, Exit.TERMINATED)])
def test_a_signal_while_the_history_is_still_coming(
    surroundings: Surroundings, number: signal.Signals, code: Exit
) -> None:
    with watching(surroundings, "--demo", settings="") as watched:
        watched.wait_for("following")
        assert watched.ended(number) == code
    assert watched.err == watched.err[:2], "it ends without a word"


def test_a_signal_while_nobody_takes_what_it_prints(surroundings: Surroundings, market: str) -> None:
    """The pipe is full and the command waits for it."""
    reading, writing = os.pipe()
    file = surroundings.home / "settings.toml"
    file.write_text(SETTINGS)
    command = [sys.executable, driver, "watch", "--settings", str(file), "--base-url", market]
    env = {**surroundings.environment, "FLOOD": "2000"}
    with subprocess.Popen(command, stdout=writing, stderr=subprocess.DEVNULL, env=env) as process:
        os.close(writing)
        deadline = time.monotonic() + HANG_S
        while not _is_full(reading):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(HANG_S) == Exit.TERMINATED
        os.close(reading)


def _is_full(descriptor: int) -> bool:
    import fcntl  # noqa: PLC0415
    import struct  # noqa: PLC0415
    import termios  # noqa: PLC0415

    waiting = struct.unpack("i", fcntl.ioctl(descriptor, termios.FIONREAD, b"\0" * 4))[0]
    return bool(waiting > fcntl.fcntl(descriptor, fcntl.F_GETPIPE_SZ) - 4096)


def test_a_reader_that_has_seen_enough(surroundings: Surroundings, market: str) -> None:
    file = surroundings.home / "settings.toml"
    file.write_text(SETTINGS)
    watch = f"'{sys.executable}' '{driver}' watch --settings '{file}' --base-url {market}"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {watch} | head -1"],
        check=False,
        capture_output=True,
        text=True,
        env=surroundings.environment,
        timeout=HANG_S,
    )
    assert done.returncode == Exit.OK
    assert done.stdout.startswith("2026-02-04 14:45:00 ET  breadth")
    assert all(line.startswith("deskview: ") for line in done.stderr.splitlines())


def test_a_reader_that_goes_before_anything_fires(surroundings: Surroundings) -> None:
    command = [sys.executable, driver, "watch", "--demo"]
    env = surroundings.environment
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(HANG_S) == Exit.OK


def test_a_disk_that_is_full(surroundings: Surroundings, market: str) -> None:
    file = surroundings.home / "settings.toml"
    file.write_text(SETTINGS)
    command = [sys.executable, driver, "watch", "--settings", str(file), "--base-url", market]
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        done = subprocess.run(
            command, check=False, stdout=full, stderr=subprocess.PIPE, env=surroundings.environment, timeout=HANG_S
        )
    assert done.returncode == Exit.USAGE
    assert done.stderr.decode().endswith("deskview: standard output can't be written: No space left on device\n")


def test_a_terminal_that_lacks_the_characters(surroundings: Surroundings, market: str) -> None:
    with watching(surroundings, "--base-url", market, PYTHONIOENCODING="ascii") as watched:
        assert watched.wait_for_lines(1)[0].endswith("breadth of '\"$(x) [2J ?: It is ????.\n")
        assert watched.ended(signal.SIGTERM) == Exit.TERMINATED


def test_a_provider_that_is_gone(surroundings: Surroundings) -> None:
    with ExitStack() as serving:
        url = serving.enter_context(served(Turning()))
        with watching(surroundings, "--base-url", url) as watched:
            watched.wait_for("figures are in")
            serving.close()
            watched.wait_for(": stale: ")
            assert watched.ended(signal.SIGTERM) == Exit.TERMINATED
    stale = [line for line in watched.err if ": stale: " in line]
    assert all("refused the connection" in line for line in stale)


@pytest.mark.long
def test_a_bad_day_is_said_once_a_state(surroundings: Surroundings) -> None:
    """A provider that fails, comes back, sends prices that can't be, and comes back."""
    app = Turning()
    with served(app) as url, watching(surroundings, "--base-url", url) as watched:
        watched.wait_for("figures are in")
        app.turn("server-error")
        watched.wait_for(": stale: ")
        app.turn()
        watched.wait_for("well again")
        app.turn("scaled-prices")
        watched.wait_for(": in doubt: ")
        app.turn()
        watched.wait_for("well again", times=2)
        assert watched.ended(signal.SIGTERM) == Exit.TERMINATED
    stale = [line for line in watched.err if ": stale: " in line]
    assert all("fault of its own (HTTP 500)" in line for line in stale)
    for part in PARTS:
        lines = [line.rpartition(f"{part}")[2].partition(": ")[2] for line in watched.err if f" {part}" in line]
        assert all(line != following for line, following in pairwise(lines)), "once a state"
    assert sum(": in doubt: " in line for line in watched.err) == 1


def test_a_key_that_is_refused_in_the_middle_of_the_day(surroundings: Surroundings) -> None:
    app = Turning()
    with served(app) as url, watching(surroundings, "--base-url", url) as watched:
        watched.wait_for("following")
        app.turn("unauthorized")
        assert watched.ended() == Exit.KEY
    assert "does not accept the key" in watched.err[-1]


def test_rules_of_the_settings_and_the_screen_fire_once_a_day_whatever_the_restarts(
    surroundings: Surroundings, market: str
) -> None:
    """With the engine itself."""
    folder = surroundings.home / ".config" / "deskview"
    folder.mkdir(parents=True)
    (folder / "alerts-demo.toml").write_text('[[alert]]\nreading = "breadth.members"\nabove = 0.0\n')
    rule = "[[alert]]\nreading = {!r}\nabove = 0.0\n"
    settings = SETTINGS + rule.format("breadth.beat_share") + rule.format("breadth.advance")
    arguments = ("--base-url", market, "--json")
    with watching(surroundings, *arguments, settings=settings, ENGINE="yes") as watched:
        fired = [json.loads(line) for line in watched.wait_for_lines(2)]
        assert watched.ended(signal.SIGTERM) == Exit.TERMINATED
    assert {one["reading"] for one in fired} == {"breadth.beat_share", "breadth.members"}
    assert all(one["value"] > 0 and one["rule"] == {"above": 0.0} for one in fired)
    with watching(surroundings, *arguments, settings=settings, ENGINE="yes") as again:
        again.wait_for("figures are in")
        assert again.ended(signal.SIGTERM) == Exit.TERMINATED
    assert not any("breadth." in line for line in again.out)
    assert again.err[0].startswith("deskview: following the SIMULATED market momentum-crash: ")
    assert int(again.err[0].split()[6]) > 2, "those that come with the program count too"
    (unwatched,) = [line for line in again.err if "not watched" in line]
    assert "breadth.advance: there is no 'advance'" in unwatched
    assert unwatched.endswith("settings.toml, line 9)\n")
