"""A tiny market that is asked for over real sockets, and the network before it, which goes away as networks do."""

import asyncio
import socket
from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Self

from deskview.clock import monotonic
from deskview.credentials import ApiKey
from deskview.market.sessions import Closure
from deskview.providers.base import MarketStatus, Table
from deskview.providers.http import HttpClient
from deskview.providers.retry import RateLimiter, RetryPolicy
from deskview.providers.transport import Limits
from tests.feed.tiny import TinyMarket

BODY = b'{"rows":"' + b"x" * 100_000 + b'"}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(BODY)
AFTERNOON = datetime(2026, 3, 2, 18, tzinfo=UTC)


class Line:
    """A server on loopback that keeps connections open and answers all with the same, until its network goes away.

    `asked` counts requests by path, `accepted` connections so far; `request` is set with each request.
    """

    def __init__(self) -> None:
        self._server: asyncio.Server | None = None
        self._hole: list[socket.socket] = []
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._flows = asyncio.Event()
        self._most_bytes: int | None = None
        self.delay_s = 0.0
        self.port = self.accepted = 0
        self.asked: Counter[str] = Counter()
        self.request = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self.restore()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.refuse()
        self._fill_hole()

    @property
    def url(self) -> str:
        """The base address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def open(self) -> int:
        """How many connections there are."""
        return len(self._open)

    async def restore(self) -> None:
        """The network is back; connections from before lead nowhere for ever."""
        self._fill_hole()
        self._flows = asyncio.Event()
        self._flows.set()
        self._most_bytes, self.delay_s = None, 0.0
        if self._server is None:
            self._server = await asyncio.start_server(self._handle, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def refuse(self) -> None:
        """Nobody listens: connections are refused, those that are open are reset."""
        self._stop_listening()
        await self._reset()

    async def _reset(self) -> None:
        for task, writer in self._open.items():
            writer.transport.abort()
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def swallow(self) -> None:
        """Packets go nowhere: no connection comes about; those that were open are reset, as by a VPN that ends."""
        self._stop_listening()
        self._hole.append(socket.create_server(("127.0.0.1", self.port), backlog=0))
        for _ in range(4):  # as many as wait to be accepted; the packets of the next ones are dropped
            waiting = socket.socket()
            waiting.setblocking(False)
            self._hole.append(waiting)
            with suppress(BlockingIOError):
                waiting.connect(("127.0.0.1", self.port))
        await self._reset()

    async def hang(self) -> None:
        """Connections are accepted and nothing is answered, nor on those that are open."""
        self._flows.clear()

    async def stall(self) -> None:
        """Of each answer half comes, and then nothing."""
        self._most_bytes = len(BODY) // 2

    async def trickle(self) -> None:
        """Of each answer half comes, and then a byte now and then."""
        self._most_bytes, self.delay_s = len(BODY) // 2, 0.05

    def _fill_hole(self) -> None:
        for held in self._hole:
            held.close()
        self._hole.clear()

    def _stop_listening(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.accepted += 1
        self._open[task] = writer
        answering = asyncio.create_task(self._answer_all(reader, writer, self._flows))
        try:
            await answering
        except (asyncio.CancelledError, OSError, asyncio.IncompleteReadError):
            answering.cancel()
        finally:
            del self._open[task]
            writer.transport.abort()

    async def _answer_all(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, flows: asyncio.Event
    ) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            self.asked[head.split(b" ")[1].decode()] += 1
            self.request.set()
            if not flows.is_set():
                await reader.read()  # the client leaves
                return
            writer.write(HEAD + BODY[: self._most_bytes])
            await writer.drain()
            if self._most_bytes is not None and not self.delay_s:
                await reader.read()
                return
            for place in range(self._most_bytes or len(BODY), len(BODY)):
                await asyncio.sleep(self.delay_s)
                writer.write(BODY[place : place + 1])
                await writer.drain()


class Online(TinyMarket):
    """A tiny market of an afternoon for whose every answer a request goes over the line first."""

    def __init__(self, url: str, policy: RetryPolicy, limits: Limits) -> None:
        super().__init__(AFTERNOON)
        self._began = monotonic()
        self.http = HttpClient(url, ApiKey("demo"), limiter=RateLimiter(1000, 1.0), policy=policy, limits=limits)
        self.traffic = self.http.traffic

    async def market_status(self) -> MarketStatus:
        """The clock, which goes on as ours, once the line has answered."""
        await self.http.get("status")
        self.clock = AFTERNOON + timedelta(seconds=monotonic() - self._began)
        return await super().market_status()

    async def closures(self) -> dict[date, Closure]:
        """None, once the line has answered."""
        await self.http.get("closures")
        return await super().closures()

    async def snapshot(self) -> Table:
        """The snapshot, once the line has answered."""
        await self.http.get("snapshot")
        return await super().snapshot()

    async def trades(self, ticker: str, since: datetime, until: datetime) -> Table:
        """The prints, once the line has answered."""
        await self.http.get("trades")
        return await super().trades(ticker, since, until)

    async def reconnect(self) -> None:
        """As of the real one."""
        await self.http.reconnect()

    async def aclose(self) -> None:
        """Closes the connections."""
        await self.http.aclose()
