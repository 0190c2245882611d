"""HTTP to the simulated market in a process of its own.

Beside the desk's own work, not in turn with it: making a year of prints takes as long as reading it.
"""

import asyncio
import os
import pickle
import socket
import threading
from contextlib import suppress
from itertools import count
from multiprocessing.connection import Connection
from typing import Any

import httpx

from deskview.process.connection import start_module
from deskview.simulator.inprocess import Content

ENDED = "the simulated market has ended"
Answer = tuple[int | None, list[tuple[bytes, bytes]], bytes]


class SimulatedProcess(httpx.AsyncBaseTransport):
    """Requests to the application that `create_app` makes of these options; the process ends with this object's pipe.

    An answer is handed over when it is whole. A process that has ended is a lost connection.
    """

    def __init__(self, **options: object) -> None:
        self._process, self._socket = start_module("deskview.simulator")  # bodies are read off it into their place
        self._pipe: Connection[Any, Any] = Connection(os.dup(self._socket.fileno()))
        with suppress(OSError):  # it has ended already: the first request says so
            self._pipe.send_bytes(pickle.dumps(options))
        self._numbers = count()
        self._waiting: dict[int, asyncio.Future[Answer]] = {}
        self._reader: threading.Thread | None = None
        self._ended = ""

    @property
    def pid(self) -> int:
        """Its number among the system's processes."""
        return self._process.pid

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The application's answer. Raises RemoteProtocolError where it gives none, or has ended."""
        self._read_answers()
        number = next(self._numbers)
        content = await request.aread()
        sent = pickle.dumps((number, request.method, str(request.url), request.headers.raw, content))
        self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            if self._ended:
                raise OSError(self._ended)
            self._pipe.send_bytes(sent)
            async with asyncio.timeout(request.extensions.get("timeout", {}).get("read")):
                status, headers, body = await self._waiting[number]
        except TimeoutError:
            raise httpx.ReadTimeout("the simulated market takes too long", request=request) from None
        except OSError:  # its reader may not have heard yet
            raise httpx.RemoteProtocolError(self._ended or ENDED, request=request) from None
        finally:
            self._waiting.pop(number, None)
        if status is None:
            raise httpx.RemoteProtocolError("the simulated market gave no answer", request=request)
        return httpx.Response(status, headers=headers, stream=Content(body))

    async def aclose(self) -> None:
        """Ends the process."""
        self._process.kill()
        self._process.wait()  # at once, and without a loop too: where ctrl+C ended that there is none any more
        if self._reader is None:  # else it does, at the end of what it reads
            self._close()

    def _read_answers(self) -> None:
        """Starts to, with the first request: the answers belong to its event loop."""
        if self._reader is None:
            loop = asyncio.get_running_loop()
            self._reader = threading.Thread(target=self._read, args=(loop,), name="simulated-market", daemon=True)
            self._reader.start()

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        error = ""
        try:
            error = pickle.loads(self._pipe.recv_bytes())  # noqa: S301 - our own child's
            while not error:
                number, status, headers, size = pickle.loads(self._pipe.recv_bytes())  # noqa: S301 - see above
                loop.call_soon_threadsafe(self._answer, number, (status, headers, self._body(size)))
        except (EOFError, OSError, RuntimeError):
            pass  # it has ended, or the loop has
        finally:
            self._close()
            self._ended = f"{ENDED}: {error}" if error else ENDED
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._fail_all)

    def _close(self) -> None:
        self._pipe.close()
        self._socket.close()

    def _body(self, size: int) -> bytes:
        """In one piece: after each piece this thread would wait for its turn, and whoever sends for this thread."""
        body = self._socket.recv(size, socket.MSG_WAITALL) if size else b""
        while len(body) < size:  # a signal has come between
            more = self._socket.recv(size - len(body), socket.MSG_WAITALL)
            if not more:
                raise EOFError
            body += more
        return body

    def _answer(self, number: int, answer: Answer) -> None:
        future = self._waiting.get(number)
        if future is not None and not future.done():  # else it was cancelled meanwhile
            future.set_result(answer)

    def _fail_all(self) -> None:
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(OSError(self._ended))
