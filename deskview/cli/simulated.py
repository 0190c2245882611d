"""HTTP to the simulated market in a process of its own.

Beside the desk's own work, not in turn with it: making a year of prints takes as long as reading it. Answers are read
by the event loop and not by a thread: it would wait for the interpreter's lock at each step, and so would the loop.
"""

import asyncio
from contextlib import suppress
from itertools import count

import httpx

from deskview.process.connection import start_module
from deskview.simulator.inprocess import MOST_AHEAD, Content, packed, unpacked

ENDED = "the simulated market has ended"
Answer = tuple[int | None, list[tuple[bytes, bytes]], bytes]


class SimulatedProcess(httpx.AsyncBaseTransport):
    """Requests to the application that `create_app` makes of these options; the process ends with this object's pipe.

    An answer is handed over when it is whole. A process that has ended is a lost connection.
    """

    def __init__(self, **options: object) -> None:
        self._process, self._socket = start_module("deskview.simulator")
        with suppress(OSError):  # it has ended already: the first request says so
            self._socket.sendall(packed(options))
        self._numbers = count()
        self._waiting: dict[int, asyncio.Future[Answer]] = {}
        self._pipe: asyncio.Task[asyncio.StreamWriter] | None = None
        self._reading: asyncio.Task[None] | None = None
        self._ended = ""

    @property
    def pid(self) -> int:
        """Its number among the system's processes."""
        return self._process.pid

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The application's answer. Raises RemoteProtocolError where it gives none, or has ended."""
        number = next(self._numbers)
        content = await request.aread()
        sent = packed((number, request.method, str(request.url), request.headers.raw, content))
        self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            await self._send(sent)
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
        """Ends the process, and with it what reads its answers."""
        self._process.kill()
        self._process.wait()  # at once, and without a loop too: where ctrl+C ended that there is none any more
        if self._reading is not None:
            if not self._reading.done():  # else its loop may be gone, and nothing of it can be waited for
                await asyncio.wait([self._reading])
        elif self._pipe is None:
            self._socket.close()

    async def _send(self, message: bytes) -> None:
        if self._ended:
            raise OSError(self._ended)
        if self._pipe is None:  # with the first request: the pipe belongs to its event loop
            self._pipe = asyncio.create_task(self._open())
        pipe = await asyncio.shield(self._pipe)
        pipe.write(message)
        await pipe.drain()

    async def _open(self) -> asyncio.StreamWriter:
        reader, writer = await asyncio.open_connection(sock=self._socket, limit=MOST_AHEAD)
        self._reading = asyncio.create_task(self._read(reader, writer))
        return writer

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        error = ""
        try:
            error = await unpacked(reader)
            while not error:
                number, status, headers, size = await unpacked(reader)
                self._answer(number, (status, headers, await reader.readexactly(size)))
        except (EOFError, OSError):
            pass  # it has ended
        finally:
            writer.close()
            self._ended = f"{ENDED}: {error}" if error else ENDED
            self._fail_all()

    def _answer(self, number: int, answer: Answer) -> None:
        future = self._waiting.get(number)
        if future is not None and not future.done():  # else it was cancelled meanwhile
            future.set_result(answer)

    def _fail_all(self) -> None:
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(OSError(self._ended))
