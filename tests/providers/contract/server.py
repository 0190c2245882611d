"""A server on loopback that keeps its connections open, answers by a function, and counts what goes over them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.providers.scripted import Reply

PATIENCE_S = 20.0
Running = TypeVar("Running", bound="Server")


@dataclass(frozen=True)
class Request:
    """One request as it came in: its target as sent, the path and the query read from it, the connection's number."""

    target: str
    headers: dict[str, str] = field(repr=False)
    raw: bytes = field(repr=False)
    connection: int = 0

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the path."""
        return tuple(map(unquote, urlsplit(self.target).path.strip("/").split("/")))

    @property
    def query(self) -> dict[str, str]:
        """The query's values by name."""
        return dict(parse_qsl(urlsplit(self.target).query))


class Server:
    """Answers every request with what `answer` makes of it; while `held` the answers wait."""

    def __init__(self, answer: Callable[[Request], Reply]) -> None:
        self.answer = answer
        self.port = 0
        self.requests: list[Request] = []
        self.connections = self.open = self.in_flight = self.most_in_flight = 0
        self._released = asyncio.Event()
        self._released.set()

    @property
    def url(self) -> str:
        """The base address."""
        return f"http://127.0.0.1:{self.port}"

    def hold(self) -> None:
        """Answers wait from now on."""
        self._released.clear()

    def release(self) -> None:
        """Answers go out again, those that waited first."""
        self._released.set()

    async def settled(self, condition: Callable[[], bool]) -> None:
        """Returns when the condition holds; fails where it never does."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition():  # noqa: ASYNC110 - it may be about anything, of this side or the other
                await asyncio.sleep(0.001)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, request after request."""
        self.connections += 1
        self.open += 1
        number = self.connections
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                while True:
                    raw = await reader.readuntil(b"\r\n\r\n")
                    if not await self._answered(_request(raw, number), reader, writer):
                        break
        finally:
            self.open -= 1
            writer.close()

    async def _answered(self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answers; whether the connection goes on."""
        self.requests.append(request)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            if await self._left(reader):
                return False
            reply = self.answer(request)
            writer.write(reply.head(keep=True) + reply.body)
            await writer.drain()
            return reply.claim is None
        finally:
            self.in_flight -= 1

    async def _left(self, reader: asyncio.StreamReader) -> bool:
        """Waits for the release; whether the other side went away before it."""
        if self._released.is_set():
            return False
        waits = [asyncio.ensure_future(self._released.wait()), asyncio.ensure_future(reader.read(1))]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
        return not self._released.is_set()


def _request(raw: bytes, connection: int) -> Request:
    first, *lines = raw.decode("latin-1").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines if line)
    return Request(first.split(" ")[1], {name.lower(): value for name, value in headers.items()}, raw, connection)


@asynccontextmanager
async def listening(server: Running) -> AsyncIterator[Running]:
    """The server on a free port of loopback."""
    socket = await asyncio.start_server(server.handle, "127.0.0.1", 0)
    server.port = socket.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        server.release()
        socket.close()
        await server.settled(lambda: server.open == 0)
