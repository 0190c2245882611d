"""The worker process, spoken to over its pipe: whom it listens to, and what it makes of messages it does not know."""

import gc
import socket
import subprocess
import sys
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from deskview import __version__
from deskview.credentials import Credentials
from deskview.exits import Exit
from deskview.memory import YOUNG_COLLECTIONS
from deskview.process import worker as process
from deskview.process.messages import (
    TO_DESK,
    BarsRequest,
    BarsResponse,
    LogLine,
    MarketConfig,
    OpeningFailed,
    RefreshRequest,
    Start,
    UnknownMessage,
    decode,
    encode,
    hello,
    version_of,
)
from deskview.providers.base import Provider
from tests.feed.markets import QUICK
from tests.process.markets import CANARY, LIMIT_S, crash
from tests.providers.made_up import ID_TEXT, SECRET_TEXT, pair_of


@dataclass
class Worker:
    """A worker, and the desk's end of its pipe."""

    pipe: "Connection[Any, Any]"
    process: "subprocess.Popen[bytes]"

    def receive(self) -> bytes:
        """The next bytes it sends. Raises EOFError or OSError where there are no more."""
        assert self.pipe.poll(LIMIT_S), "the worker is silent"
        return self.pipe.recv_bytes()

    def received(self, kind: type) -> Any:  # noqa: ANN401 - of that kind
        """The next message of a kind; the others, and the history behind a basis, are passed over."""
        while not isinstance(message := decode(self.receive(), TO_DESK), kind):
            pass
        return message


@contextmanager
def worker() -> Iterator[Worker]:
    """A worker that has been told nothing yet."""
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-P", "-m", "deskview.process", str(theirs.fileno())]
    with theirs:
        process = subprocess.Popen(command, pass_fds=[theirs.fileno()])
    with process, Connection(ours.detach()) as pipe:
        try:
            yield Worker(pipe, process)
        finally:
            process.kill()


def opened(mark: Path, credentials: Credentials) -> Provider:
    """The crash; a file tells that it was opened."""
    mark.touch()
    return crash(credentials)


def test_both_sides_tell_their_version_before_anything_else() -> None:
    with worker() as one:
        assert version_of(one.receive()) == __version__


@pytest.mark.parametrize("first", [b"deskview 0.0.1", b"\x80\x05K\x01.", b""])
def test_a_desk_of_another_version_is_not_listened_to(first: bytes, tmp_path: Path) -> None:
    config = MarketConfig(partial(opened, tmp_path / "opened"), tmp_path, QUICK)
    with worker() as one:
        one.receive()
        one.pipe.send_bytes(first)
        one.pipe.send_bytes(encode(Start(config, {"key": CANARY})))
        with pytest.raises((EOFError, ConnectionResetError)):
            one.receive()
        assert one.process.wait(LIMIT_S) == Exit.FAULT
    assert not (tmp_path / "opened").exists()


def test_a_message_it_does_not_know_is_logged_and_the_next_is_heeded(warm: Path) -> None:
    start = Start(MarketConfig(crash, warm, QUICK), {"key": CANARY})
    with worker() as one:
        one.pipe.send_bytes(hello())
        one.pipe.send_bytes(encode(start))
        for message in (b"Telemetry\nnot a pickle", b"no name at all", encode(start), encode(BarsRequest(7, "NVDA"))):
            one.pipe.send_bytes(message)
        said = [one.received(LogLine).message for _ in range(3)]
        assert one.received(BarsResponse).number == 7
        one.pipe.send_bytes(encode(RefreshRequest()))
        assert one.process.poll() is None
    assert ["Telemetry" in said[0], "without a name" in said[1], "Start out of turn" in said[2]] == [True] * 3
    assert CANARY not in "".join(said)


def test_what_can_t_be_read_ends_it_and_the_log_says_why(warm: Path) -> None:
    with worker() as one:
        one.pipe.send_bytes(hello())
        one.pipe.send_bytes(encode(Start(MarketConfig(crash, warm, QUICK), {"key": CANARY})))
        one.pipe.send_bytes(b"RefreshRequest\nnot a pickle")
        assert "UnpicklingError" in one.received(LogLine).traceback
        assert one.process.wait(LIMIT_S) == Exit.FAULT


def test_a_start_it_can_t_read_is_told_too() -> None:
    with worker() as one:
        one.receive()
        one.pipe.send_bytes(hello())
        one.pipe.send_bytes(b"Start\nnot a pickle")
        assert "UnpicklingError" in one.received(LogLine).traceback
        assert one.process.wait(LIMIT_S) == Exit.FAULT


def test_a_message_comes_as_it_was_sent() -> None:
    request = BarsRequest(7, "BRK.B")
    assert decode(encode(request), frozenset({"BarsRequest"})) == request
    assert decode(encode(request), TO_DESK) == UnknownMessage("BarsRequest")


def test_the_key_is_not_printed_with_the_start(tmp_path: Path) -> None:
    config = MarketConfig(crash, tmp_path, QUICK)
    assert CANARY not in repr(Start(config, {"key": CANARY}))
    shown = repr(Start(config, pair_of().reveal()))
    assert ID_TEXT not in shown and SECRET_TEXT not in shown


def pair_or_nothing(credentials: Credentials) -> Provider:
    """A market nobody can open, which says what it was given."""
    raise ValueError(f"given {list(credentials.by_name)}: {credentials.reveal()}")


def test_all_secrets_come_with_the_start_and_are_masked_in_whatever_is_said(tmp_path: Path) -> None:
    with worker() as one:
        one.pipe.send_bytes(hello())
        one.pipe.send_bytes(encode(Start(MarketConfig(pair_or_nothing, tmp_path, QUICK), pair_of().reveal())))
        line, failed = one.received(LogLine), one.received(OpeningFailed)
    assert failed.sentence == "given ['id', 'secret']: {'id': '••••', 'secret': '••••'}"
    assert failed.sentence in line.traceback
    for text in (ID_TEXT, SECRET_TEXT):
        assert text not in line.message + line.traceback


class Knot:
    """Holds itself."""

    def __init__(self) -> None:
        self.itself = self


def test_what_lies_in_old_cycles_is_let_go_of_after_some_boards() -> None:
    outbox, board, knot = Mock(), Mock(), Knot()
    gc.disable()
    try:
        gc.collect(1)  # it is old by now
        lives = weakref.ref(knot)
        del knot
        for _ in range(YOUNG_COLLECTIONS + 2):
            process._publish(outbox, board)
        assert lives() is None
        assert outbox.put_board.call_count == YOUNG_COLLECTIONS + 2
    finally:
        gc.enable()
