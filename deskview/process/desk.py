"""The desk's side: starts the market's process, takes its boards, starts it again should it die."""

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
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from deskview.credentials import ApiKey
from deskview.process.parcels import AskAgain, AskBars, Bars, Logged, NewBasis, NewBoard, Order, Refused, ToDesk
from deskview.process.revival import stale, standing_in

if TYPE_CHECKING:
    import polars as pl

    from deskview.board import Basis, Board

log = logging.getLogger(__name__)
AGAIN_S = 5.0
"""A market's process that died is started again after so long."""
STARTS_WITHOUT_FIGURES = 3
"""So often in a row the process may die before its first board; then it is no accident."""


class MarketRefusedError(Exception):
    """The market can't be opened or followed; the sentence says why."""


class FeedProcess:
    """A feed that lives in another process. The subscriber gets its boards on this event loop, the newest first of
    those that have come meanwhile.
    """

    def __init__(self, order: Order, key: ApiKey, subscriber: "Callable[[Board], None]") -> None:
        self._order = order
        self._key = key
        self._subscriber = subscriber
        self._life: _Life | None = None
        self._shown: Board | None = None
        self._reviving = False

    async def run(self) -> None:
        """Follows the market until it is cancelled. Raises MarketRefusedError where that can't be done."""
        starts = 0
        while True:
            self._life = _Life(self._take)
            try:
                how = await self._life.live(self._order, self._key)
            finally:
                starts = 0 if self._life.had_board else starts + 1
                self._life = None
            if starts == STARTS_WITHOUT_FIGURES:
                raise MarketRefusedError(f"The market's process {how} before its first figures, {starts} times.")
            log.error("the market's process %s; it is started again", how)
            if self._shown is not None:
                self._reviving = True
                self._show(stale(self._shown, f"The market's process {how}; it is started again in {AGAIN_S:.0f} s."))
            await asyncio.sleep(AGAIN_S)

    async def intraday(self, ticker: str) -> "pl.DataFrame | None":
        """INTRADAY of one name in the session shown; None where it can't be had."""
        return await self._life.bars(ticker) if self._life is not None else None

    def refresh_now(self) -> None:
        """Every loop asks again without waiting for its turn."""
        if self._life is not None:
            self._life.send(AskAgain())

    def _take(self, board: "Board") -> None:
        if self._reviving and self._shown is not None:
            board, self._reviving = standing_in(self._shown, board)
        self._show(board)

    def _show(self, board: "Board") -> None:
        self._shown = board
        self._subscriber(board)


class _Life:
    """One start of the process, to its end."""

    def __init__(self, subscriber: "Callable[[Board], None]") -> None:
        self._subscriber = subscriber
        self._loop = asyncio.get_running_loop()
        self._over = asyncio.Event()
        self._asked: dict[int, asyncio.Future[pl.DataFrame | None]] = {}
        self._number = 0
        self._pipe: Connection[Any, Any] | None = None
        self._basis: Basis | None = None
        self._newest: deque[Board] = deque(maxlen=1)
        self._refused = ""
        self.had_board = False

    async def live(self, order: Order, key: ApiKey) -> str:
        """Runs the process; returns in words how it ended. Raises MarketRefusedError for an order it can't follow."""
        process, self._pipe = await asyncio.to_thread(_start, order, key)
        threading.Thread(target=self._read, args=(self._pipe,), name="market-reader", daemon=True).start()
        try:
            await self._over.wait()
            code = await asyncio.to_thread(process.wait)
        finally:
            process.kill()
            process.wait()
            self._end()
        if self._refused:
            raise MarketRefusedError(self._refused)
        return _how(code)

    async def bars(self, ticker: str) -> "pl.DataFrame | None":
        """What the process answers; None where it ends before."""
        self._number += 1
        answer: asyncio.Future[pl.DataFrame | None] = self._loop.create_future()
        self._asked[self._number] = answer
        self.send(AskBars(self._number, ticker))
        return await answer

    def send(self, wish: AskBars | AskAgain) -> None:
        """Tells the process a wish; one that is not there has none to fulfil."""
        try:
            if self._pipe is not None:
                self._pipe.send(wish)
        except OSError:
            log.warning("the market's process is gone: %s is not asked for", wish)

    def _end(self) -> None:
        for answer in self._asked.values():
            if not answer.done():
                answer.set_result(None)
        if self._pipe is not None:
            self._pipe.close()

    def _read(self, pipe: "Connection[Any, Any]") -> None:
        """Takes parcels as they come, on a thread: unpickling a session's history takes its time."""
        while True:
            try:
                parcel = pipe.recv()
            except (EOFError, OSError):
                self._call(self._over.set)
                return
            self._receive(parcel)

    def _receive(self, parcel: ToDesk) -> None:
        match parcel:
            case NewBasis():
                self._basis = parcel.basis
            case NewBoard():
                self._newest.append(replace(parcel.board, basis=self._basis))
                self._call(self._hand_over)
            case Bars():
                self._call(self._answer, parcel)
            case Refused():
                self._refused = parcel.sentence
            case Logged():
                _log(parcel)

    def _call(self, callback: Callable[..., None], *arguments: object) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(callback, *arguments)

    def _hand_over(self) -> None:
        if self._newest:  # else one that came later was handed over in its place
            self.had_board = True
            self._subscriber(self._newest.popleft())

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
        [sys.executable, "-m", "deskview.process", str(number)],
        pass_fds=[number],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={"POLARS_MAX_THREADS": str(max(1, (os.cpu_count() or 1) - 1)), **os.environ},  # a core stays for the keys
    )
    theirs.close()
    pipe: Connection[Any, Any] = Connection(ours.detach())
    pipe.send((order, key.reveal()))
    return process, pipe


def _how(code: int) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with code {code}"


def _log(line: Logged) -> None:
    record = logging.LogRecord(line.logger, line.level, "", 0, line.message, None, None, sinfo=line.traceback)
    record.created = line.created
    logging.getLogger(line.logger).handle(record)
