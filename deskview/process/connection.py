"""The desk's end of one run of the worker process: its start, what comes from it and goes to it, its end."""

import asyncio
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from deskview import __version__
from deskview.credentials import Credentials
from deskview.market_client import LEAVE_AND_RESTART, SEE_LOG, MarketUnavailableError
from deskview.process.messages import (
    TO_DESK,
    BarsRequest,
    BarsResponse,
    BasisUpdate,
    BoardUpdate,
    KeyRefused,
    LogLine,
    MarketConfig,
    OpeningFailed,
    Start,
    ToWorker,
    UnknownMessage,
    decode,
    decompress_history,
    encode,
    hello,
    version_of,
)
from deskview.processor import UNKNOWN_FAULT, WAY_OUT, processor_fault

if TYPE_CHECKING:
    import polars as pl

    from deskview.board import Basis, Board

log = logging.getLogger(__name__)
EXIT_TIMEOUT_S = 2.0
"""So long a process may take to end once it has closed the pipe."""


class WorkerConnection:
    """One run of the worker. The subscriber gets boards on this event loop, of those that came meanwhile the newest.

    `started` is called on it once messages can be sent, `key_refused` for each request that the key was refused for.
    """

    def __init__(
        self, subscriber: "Callable[[Board], None]", started: Callable[[], None], key_refused: Callable[[], None]
    ) -> None:
        self._subscriber = subscriber
        self._started = started
        self._key_refused = key_refused
        self._process: subprocess.Popen[bytes] | None = None
        self._loop = asyncio.get_running_loop()
        self._closed = asyncio.Event()
        self._requests: dict[int, asyncio.Future[pl.DataFrame | None]] = {}
        self._last_request = 0
        self._pipe: Connection[Any, Any] | None = None
        self._basis: Basis | None = None
        self._board: Board | None = None
        self._newest: deque[Board] = deque(maxlen=1)
        self._error: MarketUnavailableError | None = None
        self._outcome = ""
        self.had_figures = False

    async def run(self, config: MarketConfig, credentials: Credentials) -> str:
        """Runs the worker to its end; returns in words how it ended, a predicate of "the market's process".

        Raises MarketUnavailableError where a new run would end likewise: the version is another, or the market can't
        be opened.
        """
        try:
            process, self._pipe = await asyncio.to_thread(_start, config, credentials)
        except OSError as error:
            return f"could not be started ({error.strerror})"
        self._process = process
        self._started()
        threading.Thread(target=self._read, args=(self._pipe,), name="market-reader", daemon=True).start()
        try:
            await self._closed.wait()
            code = await asyncio.to_thread(_exit_code, process)
        finally:
            process.kill()
            process.wait()
            self._answer_all()
        if self._error is not None:
            raise self._error
        if code == -signal.SIGILL:
            raise MarketUnavailableError(
                f"The market's process was ended by SIGILL. {processor_fault() or UNKNOWN_FAULT}", WAY_OUT
            )
        ended = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        return self._outcome or ended

    def stop(self) -> None:
        """Ends the run: what is being written into the store is whole or not there."""
        if self._process is not None:
            self._process.kill()

    async def intraday(self, ticker: str) -> "pl.DataFrame | None":
        """The worker's answer; None where it is not there or ends before."""
        self._last_request += 1
        response: asyncio.Future[pl.DataFrame | None] = self._loop.create_future()
        if not self.send(BarsRequest(self._last_request, ticker)):
            return None
        self._requests[self._last_request] = response
        return await response

    def send(self, message: ToWorker) -> bool:
        """Sends a message; False where there is no worker to take it."""
        if self._pipe is None:
            return False
        try:
            self._pipe.send_bytes(encode(message))
        except OSError:
            return False
        return True

    def _read(self, pipe: "Connection[Any, Any]") -> None:
        """Receives until the end, on a thread: unpickling a session's history takes its time."""
        with pipe:
            try:
                version = version_of(pipe.recv_bytes())
                if version == __version__:
                    while True:
                        self._receive(decode(pipe.recv_bytes(), TO_DESK), pipe)
                self._error = MarketUnavailableError(
                    f"The installed deskview is {version}, this desk still {__version__}.", LEAVE_AND_RESTART
                )
            except (EOFError, OSError):
                log.info("the market's process has closed its end of the pipe")
            except Exception:  # without this one all that follow would be wrong: it is started anew
                self._outcome = "sent what can't be read"
                log.exception("the market's process %s", self._outcome)
        self._call(self._closed.set)

    def _receive(self, message: object, pipe: "Connection[Any, Any]") -> None:
        match message:
            case BasisUpdate(basis):
                self._basis = basis and replace(basis, history=decompress_history(pipe.recv_bytes()))
            case BoardUpdate():
                self._board = _updated(self._board, message, self._basis)
                self._newest.append(self._board)
                self._call(self._deliver)
            case BarsResponse():
                self._call(self._answer, message)
            case KeyRefused():
                self._call(self._key_refused)
            case OpeningFailed(sentence):
                self._error = MarketUnavailableError(sentence, SEE_LOG)
            case LogLine():
                _log(message)
            case UnknownMessage(name):
                log.warning("the market's process sent %s, which the desk does not know; it is passed over", name)

    def _call(self, callback: Callable[..., None], *arguments: object) -> None:
        with suppress(RuntimeError):  # the desk has been left
            self._loop.call_soon_threadsafe(callback, *arguments)

    def _deliver(self) -> None:
        if self._newest:  # else one that came later was delivered in its place
            board = self._newest.popleft()
            self.had_figures |= any(part.value is not None for part in board.parts.values())
            self._subscriber(board)

    def _answer(self, response: BarsResponse) -> None:
        future = self._requests.pop(response.number, None)
        if future is not None and not future.done():
            future.set_result(response.frame)

    def _answer_all(self) -> None:
        for future in self._requests.values():
            if not future.done():
                future.set_result(None)


def start_module(module: str, env: Mapping[str, str] | None = None) -> "tuple[subprocess.Popen[bytes], socket.socket]":
    """A new process of one of our modules, away from the terminal, whose signals are ours; and our end of its pipe.

    Not one of `multiprocessing`: that asks for the number of standard error, which a Textual app has none of, and
    keeps a third process to watch the two. Raises OSError where none can be started.
    """
    ours, theirs = socket.socketpair()  # a pipe for both ways, without a name that others could open
    try:
        with theirs:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module, a number
                # -P: nothing is imported from the folder one stands in
                [sys.executable, "-P", "-m", module, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env=env,
            )
    except OSError:
        ours.close()
        raise
    return process, ours


def _start(config: MarketConfig, credentials: Credentials) -> "tuple[subprocess.Popen[bytes], Connection[Any, Any]]":
    start = encode(Start(config, credentials.reveal()))
    threads = str(max(1, (os.cpu_count() or 1) - 1))  # a core is for keys
    process, ours = start_module("deskview.process", {"POLARS_MAX_THREADS": threads, **os.environ})
    pipe: Connection[Any, Any] = Connection(ours.detach())
    with suppress(OSError):  # it has ended already; what it sent before, and its exit code, say why
        pipe.send_bytes(hello())
        pipe.send_bytes(start)
    return process, pipe


def _updated(board: "Board | None", update: BoardUpdate, basis: "Basis | None") -> "Board":
    """The board with what is new; the first update holds a whole one."""
    from deskview.board import Board  # noqa: PLC0415 - with a board's parts the module is there

    return Board(**update.changes, basis=basis) if board is None else replace(board, **update.changes, basis=basis)


def _exit_code(process: "subprocess.Popen[bytes]") -> int:
    """The exit code of a process that has closed the pipe or can't be understood; one that lingers is ended."""
    try:
        return process.wait(EXIT_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _log(line: LogLine) -> None:
    record = logging.LogRecord(line.logger, line.level, "", 0, line.message, None, None, sinfo=line.traceback)
    record.created, record.msecs = line.created, line.created % 1 * 1000
    logging.getLogger(line.logger).handle(record)
