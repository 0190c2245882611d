"""One start of the market's process: its beginning, what comes from it and what it is told, its end."""

import asyncio
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from deskview.credentials import ApiKey
from deskview.process.parcels import (
    AskBars,
    Bars,
    Logged,
    NewBasis,
    NewBoard,
    Order,
    Refused,
    ToDesk,
    ToMarket,
    unpacked,
)

if TYPE_CHECKING:
    import polars as pl

    from deskview.board import Basis, Board

log = logging.getLogger(__name__)
LINGERS_S = 2.0
"""So long a process may take to end once it has closed the pipe."""


class MarketRefusedError(Exception):
    """The market can't be opened or followed; the sentence says why."""


class Life:
    """One start of the process, to its end."""

    def __init__(self, subscriber: "Callable[[Board], None]") -> None:
        self._subscriber = subscriber
        self._loop = asyncio.get_running_loop()
        self._over = asyncio.Event()
        self._asked: dict[int, asyncio.Future[pl.DataFrame | None]] = {}
        self._number = 0
        self._pipe: Connection[Any, Any] | None = None
        self._basis: Basis | None = None
        self._board: Board | None = None
        self._newest: deque[Board] = deque(maxlen=1)
        self._refused = ""
        self.had_figures = False

    async def live(self, order: Order, key: ApiKey) -> str:
        """Runs the process; returns in words how it ended.

        Raises MarketRefusedError for an order it can't follow, OSError where the system has no process to give.
        """
        process, self._pipe = await asyncio.to_thread(_start, order, key)
        threading.Thread(target=self._read, args=(self._pipe,), name="market-reader", daemon=True).start()
        try:
            await self._over.wait()
            code = await asyncio.to_thread(_end_of, process)
        finally:
            process.kill()
            process.wait()
            self._answer_all()
        if self._refused:
            raise MarketRefusedError(self._refused)
        return _how(code)

    async def bars(self, ticker: str) -> "pl.DataFrame | None":
        """What the process answers; None where it is not there or ends before."""
        self._number += 1
        answer: asyncio.Future[pl.DataFrame | None] = self._loop.create_future()
        if not self.send(AskBars(self._number, ticker)):
            return None
        self._asked[self._number] = answer
        return await answer

    def send(self, wish: ToMarket) -> bool:
        """Tells the process a wish; False where there is none to tell."""
        if self._pipe is None:
            return False
        try:
            self._pipe.send(wish)
        except OSError:
            return False
        return True

    def _answer_all(self) -> None:
        for answer in self._asked.values():
            if not answer.done():
                answer.set_result(None)

    def _read(self, pipe: "Connection[Any, Any]") -> None:
        """Takes parcels as they come, on a thread: unpickling a session's history takes its time."""
        with pipe:
            try:
                while True:
                    self._receive(pipe.recv(), pipe)
            except (EOFError, OSError):
                log.info("the market's process has closed its end of the pipe")
            except Exception:  # such as a parcel of another version of this program, installed meanwhile
                log.exception("what the market's process sent can't be read")
        self._call(self._over.set)

    def _receive(self, parcel: ToDesk, pipe: "Connection[Any, Any]") -> None:
        match parcel:
            case NewBasis():
                basis = parcel.basis
                self._basis = basis and replace(basis, history=unpacked(pipe.recv_bytes()))
            case NewBoard():
                self._board = _with(self._board, parcel, self._basis)
                self._newest.append(self._board)
                self._call(self._hand_over)
            case Bars():
                self._call(self._answer, parcel)
            case Refused():
                self._refused = parcel.sentence
            case Logged():
                _log(parcel)

    def _call(self, callback: Callable[..., None], *arguments: object) -> None:
        with suppress(RuntimeError):  # the desk has been left
            self._loop.call_soon_threadsafe(callback, *arguments)

    def _hand_over(self) -> None:
        if self._newest:  # else one that came later was handed over in its place
            board = self._newest.popleft()
            self.had_figures |= any(part.value is not None for part in board.parts.values())
            self._subscriber(board)

    def _answer(self, bars: Bars) -> None:
        answer = self._asked.pop(bars.number, None)
        if answer is not None and not answer.done():
            answer.set_result(bars.frame)


def _start(order: Order, key: ApiKey) -> "tuple[subprocess.Popen[bytes], Connection[Any, Any]]":
    """A new process away from the terminal, whose signals are the desk's.

    Not one of `multiprocessing`: that asks for the number of standard error, which a Textual app has none of, and
    keeps a third process to watch the two.
    """
    ours, theirs = socket.socketpair()
    number = theirs.fileno()
    process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module, a number
        [sys.executable, "-P", "-m", "deskview.process", str(number)],  # nothing from the folder one stands in
        pass_fds=[number],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={"POLARS_MAX_THREADS": str(max(1, (os.cpu_count() or 1) - 1)), **os.environ},  # a core stays for the keys
    )
    theirs.close()
    pipe: Connection[Any, Any] = Connection(ours.detach())
    try:
        pipe.send((order, key.reveal()))
    except OSError:
        process.kill()
        process.wait()
        raise
    return process, pipe


def _with(board: "Board | None", parcel: NewBoard, basis: "Basis | None") -> "Board":
    """The board with what the parcel says is new; the first parcel holds a whole one."""
    from deskview.board import Board  # noqa: PLC0415 - with a board's parts the module is there

    return Board(**parcel.changes, basis=basis) if board is None else replace(board, **parcel.changes, basis=basis)


def _end_of(process: "subprocess.Popen[bytes]") -> int:
    """The exit code of a process that has closed the pipe or can't be understood; one that lingers is ended."""
    try:
        return process.wait(LINGERS_S)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _how(code: int) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with code {code}"


def _log(line: Logged) -> None:
    record = logging.LogRecord(line.logger, line.level, "", 0, line.message, None, None, sinfo=line.traceback)
    record.created, record.msecs = line.created, line.created % 1 * 1000
    logging.getLogger(line.logger).handle(record)
