"""Commands run in this process, with a home folder and a keyring of their own, on a simulated market over a socket."""

import asyncio
import io
import logging
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import stamina
from starlette.types import ASGIApp

from deskview import logs
from deskview.cli import main
from deskview.cli.context import KEYS
from deskview.providers import PROVIDERS
from deskview.simulator import create_app, serve
from tests.credentials.conftest import CANARY, fake_keyring, secret_service, surroundings
from tests.credentials.test_reports import Memory

__all__ = ["fake_keyring", "secret_service", "surroundings"]

Serving = Callable[..., AbstractContextManager[str]]


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str


@dataclass
class Desk:
    """Runs commands; nothing a command writes anywhere may hold the key."""

    home: Path
    keyring: Memory
    capture: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def run(self, *arguments: str, typed: bytes = b"") -> Outcome:
        """One command with `typed` on its standard input."""
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed)))
        try:
            code = main(arguments)
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        out, err = self.capture.readouterr()
        assert CANARY not in out + err
        assert keeps_the_key(self.home) == []
        return Outcome(code, out, err)

    def log_in(self, url: str, key: str = CANARY) -> Outcome:
        """`login` with the key on standard input."""
        return self.run("login", "--key-stdin", "--base-url", url, typed=key.encode() + b"\n")


def keeps_the_key(folder: Path) -> list[str]:
    """Files below the folder that hold the key in any of its bytes."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    return [str(file) for file in files if CANARY.encode() in file.read_bytes() or CANARY in file.name]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of its own."""
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "PYTHON_KEYRING_BACKEND", "TMUX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def quiet_logs() -> Iterator[None]:
    """Puts the logging of the test run back as it was: a command takes over the root logger."""
    root = logging.getLogger()
    handlers, level, raises = root.handlers[:], root.level, logging.raiseExceptions
    hooks = threading.excepthook, sys.unraisablehook
    yield
    threading.excepthook, sys.unraisablehook = hooks
    logs.configure_logging(None, ())
    logging.captureWarnings(False)
    root.handlers[:], root.level, logging.raiseExceptions = handlers, level, raises


@pytest.fixture
def desk(
    home: Path,
    quiet_logs: None,
    fake_keyring: Callable[[object], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Desk]:
    """Commands on an open and empty keyring; failed requests are not repeated, which only takes time.

    No test ever reaches the vendor: its address is one of this machine where nobody listens.
    """
    keyring = Memory()
    nowhere = replace(PROVIDERS["massive"], base_url="http://127.0.0.1:9")
    monkeypatch.setitem(PROVIDERS, "massive", nowhere)
    fake_keyring(keyring)
    monkeypatch.setattr("keyring.core.init_backend", lambda: None)
    with stamina.set_testing(True):
        yield Desk(home, keyring, capsys, monkeypatch)
    KEYS.forget("massive")


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """Serves an application on a loopback port for the length of a `with` block; gives its address."""
    ready, url = threading.Event(), ""
    loop = asyncio.new_event_loop()

    def tell(address: str) -> None:
        nonlocal url
        url = address
        ready.set()

    task = loop.create_task(serve(app, on_ready=tell))
    thread = threading.Thread(target=lambda: loop.run_until_complete(asyncio.wait([task])))
    thread.start()
    assert ready.wait(60)
    try:
        yield url
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join()
        loop.close()


@pytest.fixture(scope="session")
def serving() -> Serving:
    """Opens a simulated market on a loopback port for the length of a `with` block; gives its address."""

    @contextmanager
    def opened(*faults: str, key: str = CANARY, plan: str = "advanced", without: Sequence[str] = ()) -> Iterator[str]:
        app = create_app("momentum-crash", speed=0.0, key=key, faults=faults, plan=plan, without=without)
        with served(app) as url:
            yield url

    return opened


@pytest.fixture(scope="session")
def market(serving: Serving) -> Iterator[str]:
    """The address of a simulated market that takes the key `CANARY`."""
    with serving() as url:
        yield url


@pytest.fixture
def nobody() -> str:
    """An address of this machine at which nothing listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"
