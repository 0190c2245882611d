"""The market's process: one feed, its boards sent to the desk, ended when the desk's end of the pipe closes."""

import asyncio
import gc
import logging
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from functools import partial
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from deskview import __version__
from deskview.credentials import ApiKey, Credentials
from deskview.exits import Exit
from deskview.logs import log_uncaught, message_of, plain_traceback, send_logging
from deskview.memory import collect_cycles, give_back_what_is_freed, start_workers
from deskview.process import MARKET_GC
from deskview.process.messages import (
    TO_WORKER,
    BarsRequest,
    BarsResponse,
    BasisUpdate,
    BoardUpdate,
    ChangeAlerts,
    FetchRecord,
    KeyRefused,
    LogLine,
    MarketConfig,
    OpeningFailed,
    OpenName,
    RefreshRequest,
    Start,
    ToDesk,
    UnknownMessage,
    compress_history,
    decode,
    encode,
    report_failure,
    version_of,
)
from deskview.text import Secret, neutralise

if TYPE_CHECKING:
    from deskview.alerts.delivery import Delivery
    from deskview.board import Board
    from deskview.feed import Feed

log = logging.getLogger(__name__)

DELIVERY_S = 0.5
"""How long alerts that are on their way to the user's program and file are awaited when the desk has gone."""
NICE = 10
"""How far this process stands back where there are fewer cores than threads that compute: the desk's keys go first."""


def run(connection: "Connection[Any, Any]") -> None:
    """Follows the market of the desk's Start for as long as the desk listens; what the process does.

    A desk of another version says so to its user; nothing of it is read, as it may mean something else.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the desk decides when to end
    os.nice(NICE)
    gc.set_threshold(*MARKET_GC)
    give_back_what_is_freed()
    if version_of(connection.recv_bytes()) != __version__:
        sys.exit(Exit.FAULT)
    start: Start = decode(connection.recv_bytes(), TO_WORKER)
    credentials = Credentials({name: ApiKey(text) for name, text in start.secrets.items()})
    outbox = Outbox(connection, credentials)
    send_logging(LogForwarder(outbox.put, credentials))
    log_uncaught()
    try:
        asyncio.run(_follow(connection, outbox, start.config, credentials))
    except Exception:
        log.exception("the market's process failed")
        outbox.close()
        sys.exit(Exit.FAULT)


async def _follow(
    connection: "Connection[Any, Any]", outbox: "Outbox", config: MarketConfig, credentials: Credentials
) -> None:
    start_workers(asyncio.get_running_loop())
    try:
        provider = config.connect(credentials)
    except Exception as error:
        log.exception("the market could not be opened")
        outbox.put(OpeningFailed(neutralise(str(error), credentials)))
        outbox.close()
        return
    from deskview.alerts.delivery import Delivery  # noqa: PLC0415
    from deskview.alerts.engine import Alerts  # noqa: PLC0415 - what fails to be imported is logged by now
    from deskview.feed import Feed  # noqa: PLC0415

    alerts = Alerts(config.settings, config.settings_file)
    delivery = alerts.deliver = Delivery(config.settings, credentials, alerts.report)
    feed = Feed(
        provider,
        config.cache,
        config.settings,
        partial(_publish, outbox),
        key_refused=lambda: outbox.put(KeyRefused()),
        alerts=alerts,
    )
    loop = asyncio.get_running_loop()
    threading.Thread(
        target=_listen, args=(connection, feed, outbox, delivery, loop), name="desk-listener", daemon=True
    ).start()
    await feed.run()


def _publish(outbox: "Outbox", board: "Board") -> None:
    """Sends a board; answers that its making left behind in cycles are let go of now, not hundreds of megabytes on."""
    outbox.put_board(board)
    collect_cycles()


def _listen(
    connection: "Connection[Any, Any]",
    feed: "Feed",
    outbox: "Outbox",
    delivery: "Delivery",
    loop: asyncio.AbstractEventLoop,
) -> None:
    """Hands the desk's requests to the feed; when the desk has gone the process ends, whatever it is at."""
    try:
        while True:
            match decode(connection.recv_bytes(), TO_WORKER):
                case BarsRequest() as request:
                    asyncio.run_coroutine_threadsafe(_send_bars(feed, outbox, request), loop)
                case RefreshRequest():
                    loop.call_soon_threadsafe(feed.refresh_now)
                case OpenName(ticker):
                    loop.call_soon_threadsafe(feed.open_name, ticker)
                case ChangeAlerts(change):
                    loop.call_soon_threadsafe(feed.change_alerts, change)
                case FetchRecord():
                    loop.call_soon_threadsafe(feed.fetch_record)
                case UnknownMessage(name):
                    log.warning("the desk sent %s, which the market's process does not know; it is passed over", name)
                case other:
                    log.warning("the desk sent %s out of turn; it is passed over", type(other).__name__)
    except (EOFError, OSError):
        delivery.close(DELIVERY_S)
        os._exit(Exit.OK)  # every write into the store is whole or not at all
    except Exception:
        log.exception("what the desk sent can't be read")
        outbox.close()
        os._exit(Exit.FAULT)


async def _send_bars(feed: "Feed", outbox: "Outbox", request: BarsRequest) -> None:
    try:
        frame = await feed.intraday(request.ticker)
    except Exception:
        log.exception("no intraday bars of %s", request.ticker)
        frame = None
    outbox.put(BarsResponse(request.number, frame))


class Outbox:
    """Sends messages in order from a thread of its own. Of boards only the newest waits for a desk that is behind."""

    def __init__(self, connection: "Connection[Any, Any]", secrets: Iterable[Secret]) -> None:
        self._connection = connection
        self._secrets = secrets
        self._messages: deque[ToDesk] = deque()
        self._board: Board | None = None
        self._sent: Board | None = None
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)
        self._thread.start()

    def put(self, message: ToDesk) -> None:
        """Sends a message."""
        with self._changed:
            self._messages.append(message)
            self._changed.notify()

    def put_board(self, board: "Board") -> None:
        """Sends a board, in place of one that still waits."""
        with self._changed:
            self._board = board
            self._changed.notify()

    def close(self) -> None:
        """Returns when all has been sent."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        try:
            while batch := self._next():
                for message in batch:
                    self._send(message)
        except OSError:
            return  # the desk has gone; the listener ends the process
        except Exception as error:  # noqa: BLE001 - reported to the desk, without which it would wait for ever
            report_failure(self._connection, error, self._secrets)
            os._exit(Exit.FAULT)

    def _send(self, message: ToDesk) -> None:
        if not isinstance(message, BasisUpdate) or message.basis is None:
            self._connection.send_bytes(encode(message))
            return
        history = message.basis.history
        self._connection.send_bytes(encode(BasisUpdate(replace(message.basis, history=history.clear()))))
        self._connection.send_bytes(compress_history(history))

    def _next(self) -> list[ToDesk]:
        """What waits, once something does; nothing at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._messages or self._board is not None or self._closing)
            batch, board = list(self._messages), self._board
            self._messages.clear()
            self._board = None
        return batch + (self._updates(board) if board is not None else [])

    def _updates(self, board: "Board") -> list[ToDesk]:
        """What is new in the board, its fixed part in a message of its own and first."""
        before, self._sent = self._sent, board
        names = [field.name for field in fields(board)]
        new = {name: getattr(board, name) for name in names if getattr(board, name) is not getattr(before, name, self)}
        basis = [BasisUpdate(new.pop("basis"))] if "basis" in new else []
        return [*basis, BoardUpdate(new)]


class LogForwarder(logging.Handler):
    """Sends what is logged here to the desk, which keeps the one log file."""

    def __init__(self, put: Callable[[ToDesk], None], secrets: Iterable[Secret]) -> None:
        super().__init__()
        self._put = put
        self._secrets = secrets

    def emit(self, record: logging.LogRecord) -> None:
        """Sends the record's text; arguments stay here."""
        error = record.exc_info[1] if record.exc_info else None
        traceback = plain_traceback(error, self._secrets) if error else None
        self._put(LogLine(record.name, record.levelno, record.created, message_of(record), traceback))
