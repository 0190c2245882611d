"""`python -m tests.e2e.keyholder WAY ARGUMENTS`: deskview with a key in its keyring, one of its processes failing.

WAY is one of tests.app.failing for the desk's process, and for the market's one of WAYS, which it fails in once its
first figures are out.
"""

import ctypes
import faulthandler
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.credentials.conftest import CANARY

OUTPUT = "market-output"
"""In the home folder: what the market's process prints, which it has no place for otherwise."""


def fail(outbox: Any) -> None:  # noqa: ANN401 - the worker's
    """As a fault of our own would, the key at hand in a local variable and in the message."""
    secret = CANARY
    raise ValueError(f"the key {secret} of {outbox} was refused")


def out_of_memory(_: Any) -> None:  # noqa: ANN401
    """Memory that can't be had."""
    raise MemoryError(CANARY)


def in_a_thread(_: Any) -> None:  # noqa: ANN401
    """A thread of ours fails."""
    threading.Thread(target=fail, args=(None,)).start()


def segmentation_fault(_: Any) -> None:  # noqa: ANN401
    """As a library in C does, what fails said by faulthandler."""
    secret = CANARY
    ctypes.string_at(len(secret) * 0)


def aborted(_: Any) -> None:  # noqa: ANN401
    """As Rust does, and whoever asserts in C."""
    os.abort()


def dumped(_: Any) -> None:  # noqa: ANN401
    """All stacks are asked for, then the process is killed."""
    faulthandler.dump_traceback()
    os.kill(os.getpid(), signal.SIGQUIT)


def not_to_be_sent(outbox: Any) -> None:  # noqa: ANN401
    """A message that can't be pickled, with the key in it."""
    from deskview.process.messages import OpeningFailed  # noqa: PLC0415

    unfit: Any = (CANARY, lambda: CANARY)
    outbox.put(OpeningFailed(unfit))


def not_known(outbox: Any) -> None:  # noqa: ANN401
    """A message the desk does not know."""
    outbox._connection.send_bytes(b"Surprise\n" + CANARY.encode())
    outbox._connection.send_bytes(CANARY.encode())


def not_to_be_read(outbox: Any) -> None:  # noqa: ANN401
    """A message that is damaged."""
    outbox._connection.send_bytes(b"BoardUpdate\nc" + CANARY.encode() + b"\n" + CANARY.encode() + b"\n.")


def logged(_: Any) -> None:  # noqa: ANN401
    """Whatever is logged, warned of and printed, then the end."""
    log = logging.getLogger(f"a.library.{CANARY}")
    log.error("the key is %s", CANARY, extra={"key": CANARY})
    log.error("the key is %s and %s", CANARY)  # noqa: PLE1206 - a wrong call, as libraries make
    log.error("stack", stack_info=True)

    os._exit(1)


WAYS: dict[str, Callable[[Any], None]] = {
    "market: exception": fail,
    "market: memory": out_of_memory,
    "market: thread": in_a_thread,
    "market: segmentation fault": segmentation_fault,
    "market: abort": aborted,
    "market: stacks dumped": dumped,
    "market: not to be sent": not_to_be_sent,
    "market: not known": not_known,
    "market: not to be read": not_to_be_read,
    "market: logged": logged,
}


def arm_market(way: str, home: Path) -> None:
    """In the market's process: fails in that way after the first figures, and prints into a file."""
    from deskview.process import worker  # noqa: PLC0415

    output = os.open(home / OUTPUT, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    faulthandler.enable()
    publish = worker._publish

    def once(outbox: Any, board: Any) -> None:  # noqa: ANN401
        publish(outbox, board)
        if board.leverage.value is not None and not (home / "failed").exists():
            (home / "failed").touch()
            WAYS[way](outbox)

    worker._publish = once


def main(way: str, *arguments: str) -> int:
    """Runs deskview."""
    from keyring import core  # noqa: PLC0415

    from deskview import cli  # noqa: PLC0415
    from tests.app import failing  # noqa: PLC0415
    from tests.credentials.test_reports import Memory  # noqa: PLC0415
    from tests.process.markets import interpreter  # noqa: PLC0415

    Memory.__module__ = "keyring.backends.SecretService"
    backend: Any = Memory()
    backend.entries["massive"] = CANARY
    core._keyring_backend = backend
    core.init_backend = lambda *_: None
    if way in WAYS:
        home = Path.home()
        first = f"import pathlib, tests.e2e.keyholder as k; k.arm_market({way!r}, pathlib.Path({str(home)!r}))"
        sys.executable = interpreter(home, first)
    else:
        failing.arm(way)
    return cli.main(arguments)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
