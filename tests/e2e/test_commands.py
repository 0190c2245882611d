"""Commands as processes of their own, against a market served over a socket."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from deskview import __version__
from deskview.exits import Exit
from tests.e2e.conftest import surroundings
from tests.e2e.terminal import DESKVIEW, HANG_S, ROOT


def ran(home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*DESKVIEW, *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=surroundings(home),
        timeout=HANG_S * 2,
    )


@contextmanager
def served(home: Path, *arguments: str) -> Iterator[str]:
    """`deskview simulate` on a free port; its address."""
    command = [*DESKVIEW, "simulate", "--port", "0", "--at", "16:00", "--speed", "0", *arguments]
    with subprocess.Popen(command, cwd=ROOT, env=surroundings(home), stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            line = server.stderr.readline()
            found = re.search(r"http://\S+", line)
            assert found, line
            yield found[0]
        finally:
            server.terminate()


def test_the_version(home: Path) -> None:
    done = ran(home, "--version")
    assert (done.returncode, done.stdout) == (0, f"deskview {__version__}\n")


def test_a_complete_snapshot_leaves_folders_for_the_user_alone(warm_home: Path) -> None:
    done = ran(warm_home, "snapshot", "--demo", "--at", "16:00")
    assert done.returncode == Exit.OK, done.stderr
    assert done.stderr == ""
    decoded = msgspec.json.decode(done.stdout)
    assert decoded["momentum"]["status"] == "live"
    for folder in (".cache/deskview", ".local/state/deskview"):
        assert (warm_home / folder).stat().st_mode & 0o077 == 0


def test_an_incomplete_one_says_what_is_missing_and_prints_the_rest(warm_home: Path) -> None:
    done = ran(warm_home, "snapshot", "--demo", "--at", "08:00")
    assert done.returncode == Exit.INCOMPLETE
    assert "deskview: flow: no prints counted in this session" in done.stderr
    assert msgspec.json.decode(done.stdout)["momentum"]["return"] is not None


def test_a_picture_into_a_file(warm_home: Path, tmp_path: Path) -> None:
    file = tmp_path / "desk.svg"
    done = ran(warm_home, "snapshot", "--demo", "--at", "16:00", "--format", "svg", "--output", str(file))
    assert (done.returncode, done.stdout) == (Exit.OK, "")
    assert "SIMULATED" in file.read_text().replace("&#160;", " ")


def test_without_a_keyring_a_snapshot_ends_with_the_way_to_a_key(home: Path) -> None:
    done = ran(home, "snapshot")
    assert done.returncode == Exit.KEY
    assert "keyring" in done.stderr
    assert "dbus-run-session" in done.stderr
    assert done.stdout == ""


def test_nobody_but_a_key_gets_at_a_served_market(home: Path) -> None:
    with served(home, "--key", "another") as url:
        assert url.startswith("http://127.0.0.1:")
        done = ran(home, "snapshot", "--base-url", url)
    assert done.returncode == Exit.KEY
