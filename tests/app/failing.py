"""`python -m tests.app.failing WAY LOG`: the desk in this terminal, failing in some way with a secret at hand."""

import asyncio
import os
import sys
import threading
from typing import Any

import deskview.app
from deskview import cli
from deskview.cli import desk
from deskview.cli.context import KEYS
from deskview.screens.desk.desk import DeskScreen
from deskview.widgets.textual_private import terminal
from tests.credentials.conftest import CANARY, holding

FAILING_WRITE = 3
KEY = "Z"
"""What is typed to set off a failure of the thread that reads the terminal."""


class Door:
    """A market that never opens."""

    def __init__(self, *_: object, **__: object) -> None:
        pass

    async def open(self, _subscriber: object) -> Any:  # noqa: ANN401 - stands for a market
        """Waits for ever."""
        await asyncio.Event().wait()


def fail(*_: object, **__: object) -> None:
    """Fails with the secret in a local variable and in the message."""
    secret = CANARY
    raise ValueError(f"the key {secret} was refused")


async def fail_later() -> None:
    """As a worker does."""
    fail()


def arm(way: str) -> None:
    """Makes the desk fail in that way."""
    app: Any = deskview.app.DeskApp
    screen: Any = DeskScreen
    match way:
        case "not at all":
            pass
        case "handler":
            app.on_key = fail
        case "timer":
            app.on_ready = lambda self: self.set_timer(0.01, fail)
        case "worker":
            app.on_ready = lambda self: self.run_worker(fail_later)
        case "thread worker":
            app.on_ready = lambda self: self.run_worker(fail, thread=True)
        case "thread":
            app.on_key = lambda *_: threading.Thread(target=fail).start()
        case "compose":
            screen.compose = fail
        case "mount":
            screen.on_mount = fail
        case "style":
            app.CSS = f"Screen {{ color: {CANARY} }}"
        case _:
            arm_driver(way)


def arm_driver(way: str) -> None:
    """Makes Textual's driver fail."""
    from textual.drivers.linux_driver import LinuxDriver  # noqa: PLC0415 - as late as the app imports it

    driver: Any = LinuxDriver
    match way:
        case "driver's reading thread":
            driver.process_message = fail
        case "driver's writing thread":
            writing: Any = terminal
            writing.os = Busy()
        case "driver's start":
            driver._enable_mouse_support = fail
        case "driver half started":
            driver._query_in_band_window_resize = fail
        case "driver not made":
            driver.__init__ = fail
        case _:
            raise ValueError(way)


class Busy:
    """The system with a terminal that once takes no more, after the first writes."""

    def __init__(self) -> None:
        self._writes = 0

    def write(self, descriptor: int, data: bytes) -> int:
        """Writes but once."""
        self._writes += 1
        if self._writes == FAILING_WRITE:
            fail()
        return os.write(descriptor, data)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the real one's
        return getattr(os, name)


if __name__ == "__main__":
    KEYS.put("massive", holding(CANARY))
    door: Any = desk
    door.ConfiguredMarketOpener = Door
    arm(sys.argv[1])
    sys.exit(cli.main(["desk", "--log-file", sys.argv[2]]))
