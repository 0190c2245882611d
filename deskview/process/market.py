"""The market's side: one feed, its boards sent to the desk, ended when the desk's end of the pipe closes."""

import asyncio
import gc
import logging
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from functools import partial
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from deskview import garbage
from deskview.credentials import ApiKey
from deskview.exits import Exit
from deskview.logs import message_of, plain_traceback, send_logging
from deskview.process.parcels import AskAgain, AskBars, Bars, Logged, NewBasis, NewBoard, Order, Refused, ToDesk, packed
from deskview.text import Secret, neutralise

if TYPE_CHECKING:
    from deskview.board import Board
    from deskview.feed import Feed

log = logging.getLogger(__name__)

YIELDING = 10
"""How far this process stands back (nice) where there are fewer cores than threads that compute: keys go first."""


def follow_market(pipe: "Connection[Any, Any]") -> None:
    """Follows the market of the first parcel's order for as long as the desk listens; what the process runs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the desk decides when to end
    os.nice(YIELDING)
    gc.set_threshold(*garbage.MARKET)
    order, text = pipe.recv()
    key = ApiKey(text)
    outbox = Outbox(pipe)
    send_logging(Forwarding(outbox.put, [key]))
    try:
        asyncio.run(_follow(pipe, outbox, order, key))
    except Exception:
        log.exception("the market's process failed")
        outbox.close()
        sys.exit(Exit.FAULT)


async def _follow(pipe: "Connection[Any, Any]", outbox: "Outbox", order: Order, key: ApiKey) -> None:
    from deskview.feed import Feed  # noqa: PLC0415 - polars and httpx: the desk's process imports this module too

    try:
        provider = order.opening(key)
    except Exception as fault:
        log.exception("the market could not be opened")
        outbox.put(Refused(neutralise(str(fault), [key])))
        outbox.close()
        return
    feed = Feed(provider, order.cache, order.settings, partial(_hand_on, outbox))
    loop = asyncio.get_running_loop()
    threading.Thread(target=_listen, args=(pipe, feed, outbox, loop), name="desk-listener", daemon=True).start()
    await feed.run()


def _hand_on(outbox: "Outbox", board: "Board") -> None:
    """Sends a board; answers that its making left behind in cycles are let go of now, not hundreds of megabytes on."""
    outbox.put_board(board)
    gc.collect(1)


def _listen(pipe: "Connection[Any, Any]", feed: "Feed", outbox: "Outbox", loop: asyncio.AbstractEventLoop) -> None:
    """Hands the desk's wishes to the feed; when the desk has gone the process ends, whatever it is at."""
    try:
        while True:
            match pipe.recv():
                case AskBars() as wish:
                    asyncio.run_coroutine_threadsafe(_bars(feed, outbox, wish), loop)
                case AskAgain():
                    loop.call_soon_threadsafe(feed.refresh_now)
    except (EOFError, OSError):
        os._exit(Exit.OK)  # every write into the store is whole or not at all
    except Exception:
        log.exception("what the desk wishes can't be understood")
        outbox.close()
        os._exit(Exit.FAULT)


async def _bars(feed: "Feed", outbox: "Outbox", wish: AskBars) -> None:
    try:
        frame = await feed.intraday(wish.ticker)
    except Exception:
        log.exception("no intraday bars of %s", wish.ticker)
        frame = None
    outbox.put(Bars(wish.number, frame))


class Outbox:
    """Sends parcels in order from a thread of its own. Of boards only the newest waits for a desk that is behind."""

    def __init__(self, pipe: "Connection[Any, Any]") -> None:
        self._pipe = pipe
        self._parcels: deque[ToDesk] = deque()
        self._board: Board | None = None
        self._sent: Board | None = None
        self._news = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)
        self._thread.start()

    def put(self, parcel: ToDesk) -> None:
        """Sends a parcel."""
        with self._news:
            self._parcels.append(parcel)
            self._news.notify()

    def put_board(self, board: "Board") -> None:
        """Sends a board, in place of one that still waits."""
        with self._news:
            self._board = board
            self._news.notify()

    def close(self) -> None:
        """Returns when all has been sent."""
        with self._news:
            self._closing = True
            self._news.notify()
        self._thread.join()

    def _run(self) -> None:
        try:
            while batch := self._next():
                for parcel in batch:
                    self._send(parcel)
        except OSError:
            return  # the desk has gone; the listener ends the process
        except Exception as fault:  # noqa: BLE001 - told to the desk, without which it would wait for ever
            tell_fault(self._pipe, fault, ())
            os._exit(Exit.FAULT)

    def _send(self, parcel: ToDesk) -> None:
        if not isinstance(parcel, NewBasis) or parcel.basis is None:
            self._pipe.send(parcel)
            return
        history = parcel.basis.history
        self._pipe.send(NewBasis(replace(parcel.basis, history=history.clear())))
        self._pipe.send_bytes(packed(history))

    def _next(self) -> list[ToDesk]:
        """What waits, once something does; nothing at the end."""
        with self._news:
            self._news.wait_for(lambda: self._parcels or self._board is not None or self._closing)
            batch, board = list(self._parcels), self._board
            self._parcels.clear()
            self._board = None
        return batch + (self._of_board(board) if board is not None else [])

    def _of_board(self, board: "Board") -> list[ToDesk]:
        """What is new in the board, its fixed part in a parcel of its own and first."""
        before, self._sent = self._sent, board
        names = [field.name for field in fields(board)]
        new = {name: getattr(board, name) for name in names if getattr(board, name) is not getattr(before, name, self)}
        basis = [NewBasis(new.pop("basis"))] if "basis" in new else []
        return [*basis, NewBoard(new)]


class Forwarding(logging.Handler):
    """Sends what is logged here to the desk, which keeps the one log file."""

    def __init__(self, put: Callable[[ToDesk], None], secrets: Iterable[Secret]) -> None:
        super().__init__()
        self._put = put
        self._secrets = secrets

    def emit(self, record: logging.LogRecord) -> None:
        """Sends the record's text; arguments stay here."""
        fault = record.exc_info[1] if record.exc_info else None
        traceback = plain_traceback(fault, self._secrets) if fault else None
        self._put(Logged(record.name, record.levelno, record.created, message_of(record), traceback))


def tell_fault(pipe: "Connection[Any, Any]", fault: BaseException, secrets: Iterable[Secret]) -> None:
    """Sends a fault as a line for the log, where nothing else can be sent any more or yet."""
    text = "the market's process failed"
    pipe.send(Logged(__name__, logging.ERROR, time.time(), text, plain_traceback(fault, secrets)))
