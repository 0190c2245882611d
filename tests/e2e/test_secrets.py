"""One key, one password of a proxy, and every byte that is written while deskview is used and while it fails."""

import base64
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import trustme
from starlette.types import Scope

from deskview.analytics.definitions import SCHEMA
from deskview.text import MASK
from tests.app.failing import KEY
from tests.cli.conftest import market, serving
from tests.credentials.conftest import CANARY, REPOSITORY
from tests.e2e.conftest import QUICK, surroundings
from tests.e2e.keyholder import OUTPUT, WAYS
from tests.e2e.terminal import Seat
from tests.faults.altering import served
from tests.faults.kind import Answer, Delivery
from tests.providers.proxies import LOGIN, PASSWORD, ConnectProxy, Loopback, passing_on, signing

__all__ = ["market", "serving"]

SHELL = 'ulimit -c unlimited; cd "$HOME"; exec "$@"'
"""Where a core would be written, it would be in the home folder."""
TOLD = "import os, sys; open('told', 'a').write(repr((sys.argv, dict(os.environ))))"
SETTINGS = f"""\
alert_command = [{json.dumps(sys.executable)}, "-c", {json.dumps(TOLD)}, "{{title}} {{sentence}}"]
alert_file = "alerts.txt"
export_format = "csv"
{QUICK}
[[alert]]
reading = "leverage.funds"
above = 0.0
"""


def filled(text: str) -> bool:
    """Whether the first figures are there."""
    return "today −$" in text


def forms(secret: str) -> list[bytes]:
    """What a secret may look like in a file."""
    raw = secret.encode()
    shifted = (base64.b64encode(b"x" * n + raw)[4 if n else 0 :].rstrip(b"=")[:-2] for n in range(3))
    return [raw, quote(secret, safe="").encode(), raw.hex().encode(), secret.encode("utf-16-le"), *shifted]


@dataclass
class Search:
    """All that is written below a folder and to a terminal, and what others may see of the processes meanwhile."""

    folder: Path
    processes: dict[int, bytes] = field(default_factory=dict)
    files: int = 0

    def look(self, of: int) -> None:
        """Notes the arguments and environment of a process and of all it has started."""
        parents = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        family = {of}
        while more := {pid for pid, parent in parents.items() if parent in family} - family:
            family |= more
        for pid in family:
            for name in ("cmdline", "environ"):
                with suppress(OSError):
                    self.processes[pid] = self.processes.get(pid, b"") + Path(f"/proc/{pid}/{name}").read_bytes()

    def holders(self, secret: str, terminal: bytes, *, processes: bool = True) -> list[str]:
        """Where the secret is: files by name, the terminal, processes."""
        found = []
        places = {str(file): file.read_bytes() for file in self.folder.rglob("*") if file.is_file()}
        self.files = len(places)
        places["terminal"] = terminal
        places |= {f"process {pid}": seen for pid, seen in self.processes.items() if processes}
        for name, data in places.items():
            if any(form in data or form in name.encode() for form in forms(secret)):
                found.append(name)
        return found


@contextmanager
def looking(search: Search, pid: int) -> Iterator[None]:
    """Looks at the processes again and again."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.2):
            search.look(pid)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.fixture
def user(warm_home: Path) -> Path:
    """A home with the crash's history, a rule that fires, a program and a file that are told."""
    (warm_home / ".config" / "deskview" / "settings.toml").write_text(SETTINGS)
    (warm_home / "tmp").mkdir()
    state = warm_home / ".local" / "state" / "deskview"
    state.mkdir(parents=True)
    (state / "meanings.json").write_text(json.dumps({"simulated": SCHEMA}))  # else a card would be in the way
    return warm_home


@contextmanager
def sat(user: Path, way: str, *arguments: str, **environment: str) -> Iterator[tuple[Seat, Search]]:
    """deskview at a terminal, its processes looked at."""
    env = surroundings(user) | {"PYTHONPATH": str(REPOSITORY), "TMPDIR": str(user / "tmp"), **environment}
    python = (sys.executable, "-m", "tests.e2e.keyholder", way, *arguments)
    search = Search(user)
    with Seat("/bin/bash", "-c", SHELL, "sh", *python, environment=env) as seat, looking(search, seat.pid):
        yield seat, search


def assert_kept(search: Search, seat: Seat, *, files: int = 20, given: str = "") -> None:
    """Nothing holds the key, nor what was `given` to deskview in its environment; no core is left."""
    assert search.processes
    assert search.holders(CANARY, seat.written) == []
    assert not given or search.holders(given, seat.written, processes=False) == []
    assert search.files > files
    assert [file for file in search.folder.rglob("core*") if file.is_file()] == []


def log_of(user: Path) -> str:
    return (user / ".local" / "state" / "deskview" / "deskview.log").read_text()


def test_the_search_finds_what_it_looks_for(tmp_path: Path) -> None:
    for number, form in enumerate(forms(CANARY)):
        (tmp_path / f"{number}").write_bytes(b"x" + form + b"x")
    (tmp_path / "b64").write_bytes(base64.b64encode(b"user:" + CANARY.encode() + b"!"))
    (tmp_path / f"n{CANARY}").touch()
    found = Search(tmp_path, {1: CANARY.encode()}).holders(CANARY, CANARY.encode())
    assert len(found) == len(forms(CANARY)) + 4


def test_a_day_s_use(user: Path, market: str) -> None:
    """Every page, a copy, an export, a saved screen, an alert and its program, a crash of nothing."""
    with sat(user, "not at all", "desk", "--base-url", market) as (seat, search):
        seat.wait_for(filled)
        for key in ("m", "e", "S", "y", "\x1b", "v", "e", "\x1b", "f", "\x1b", "A", "\x1b"):
            seat.press(key)
            seat.watch(0.3)
        seat.press("/NVDA\r")
        seat.wait_for("desk › NVDA")
        seat.press("q")
        assert seat.wait_for_end() == 0
    assert list(user.rglob("exports/*")) and list(user.rglob("screens/*.svg"))
    assert "PATH" in (user / "told").read_text()
    assert any(b"deskview.process" in seen and b"PATH=" in seen for seen in search.processes.values())
    assert_kept(search, seat)


MARKET = [way if way == "market: abort" else pytest.param(way, marks=pytest.mark.long) for way in WAYS]
DESK = [pytest.param(way, marks=pytest.mark.long) for way in ("handler", "thread", "driver's reading thread")]


@pytest.mark.parametrize("way", MARKET)
def test_the_market_s_process_fails(user: Path, market: str, way: str) -> None:
    with sat(user, way, "desk", "--base-url", market) as (seat, search):
        seat.wait_for(lambda _: (user / "failed").exists())
        seat.watch(2)
        seat.wait_for(filled)
        seat.press("q")
        assert seat.wait_for_end() == 0
    assert (user / OUTPUT).exists()
    assert_kept(search, seat)


@pytest.mark.parametrize("way", DESK)
def test_the_desk_s_process_fails(user: Path, market: str, way: str) -> None:
    with sat(user, way, "desk", "--base-url", market) as (seat, search):
        seat.wait_for(filled)  # by then it has the key
        seat.press(KEY)
        if way == "thread":
            seat.press("q")
        assert seat.wait_for_end() == (way != "thread")
    assert f"ValueError: the key {MASK} was refused" in log_of(user)
    assert_kept(search, seat)


@pytest.mark.long
def test_the_desk_s_process_is_aborted(user: Path, market: str) -> None:
    with sat(user, "not at all", "desk", "--base-url", market) as (seat, search):
        seat.wait_for(filled)
        (desk,) = [pid for pid, seen in search.processes.items() if b"keyholder" in seen]
        os.kill(desk, signal.SIGABRT)
        assert seat.wait_for_end() == -signal.SIGABRT
    assert_kept(search, seat)


class Refusing:
    """A provider that says the key it was given in every place an answer has."""

    under_way = 0

    def __init__(self, status: int) -> None:
        self._status = status

    async def answer(self, scope: Scope) -> tuple[Answer, Delivery | None]:
        """The refusal."""
        key = dict(scope["headers"])[b"authorization"].decode().removeprefix("Bearer ")
        names = ("Location", "WWW-Authenticate", "Server", "Retry-After", "Content-Type", "Set-Cookie", key)
        headers = tuple((name, f"https://api.test/{key}?apiKey={key}") for name in names)
        body = {"status": key, "error": f"the key {key}", "message": key, "request_id": key, "results": [{"T": key}]}
        return Answer(self._status, headers, json.dumps(body).encode()), None


@contextmanager
def refused(status: int) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of such a provider, and the environment one comes to it with."""
    provider: Any = Refusing(status)
    with served(provider) as url:
        yield url, {}


@contextmanager
def behind(proxy: Callable[[Loopback], ConnectProxy]) -> Iterator[tuple[str, dict[str, str]]]:
    """A provider behind a proxy whose password stands in the environment."""
    with Loopback() as loopback:
        port = loopback.serve(proxy(loopback).handle)
        yield "https://market.test", {"HTTPS_PROXY": f"http://{':'.join(LOGIN)}@127.0.0.1:{port}"}


def refusing_with(status: int) -> Callable[[Loopback], ConnectProxy]:
    """A proxy that answers every request so; with 0 it wants another login."""

    def proxy(_: Loopback) -> ConnectProxy:
        return ConnectProxy(status=status, login=("somebody", "else"))

    return proxy


def of_an_unknown_authority(loopback: Loopback) -> ConnectProxy:
    """Lets through to one whose certificate nobody trusts."""
    return ConnectProxy({"market.test": loopback.serve(passing_on(9), signing(trustme.CA()))}, login=LOGIN)


REFUSALS: dict[str, Callable[[], AbstractContextManager[tuple[str, dict[str, str]]]]] = {
    **{str(status): partial(refused, status) for status in (401, 200, 302, 403, 429, 500)},
    "407 of a proxy": partial(behind, refusing_with(407)),
    "403 of a proxy": partial(behind, refusing_with(403)),
    "another login": partial(behind, refusing_with(0)),
    "TLS": partial(behind, of_an_unknown_authority),
}
USUAL = {"401"}


@pytest.mark.parametrize(
    "refusal", [name if name in USUAL else pytest.param(name, marks=pytest.mark.long) for name in REFUSALS]
)
def test_refusals(user: Path, refusal: str) -> None:
    """`snapshot`, `doctor` and `watch` one after the other, and then the desk."""
    commands = ("snapshot", "doctor", "watch --for 1s", "desk")
    with REFUSALS[refusal]() as (url, environment):
        for command in commands:
            with sat(user, "not at all", *command.split(), "--base-url", url, **environment) as (seat, search):
                if command == "desk":
                    seat.watch(6)
                    seat.signal(signal.SIGTERM)
                seat.wait_for_end()
            assert_kept(search, seat, files=1, given=PASSWORD)
