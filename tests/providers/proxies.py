"""A bank's network on loopback: proxies that ask for a password, sign TLS anew or speak SOCKS, and TLS before a server.

Host names such as `market.test` exist only for the proxies, which take them to a port of this machine.
"""

import asyncio
import base64
import contextlib
import ssl
import threading
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import trustme

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Result = TypeVar("Result")
PASSWORD = "Canary-of-the-proxy_5Jx2"
LOGIN = ("trader", PASSWORD)


class Loopback:
    """Servers on loopback, on an event loop of their own: whoever tests may block its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._tasks: set[asyncio.Task[None]] = set()
        self._servers: list[asyncio.Server] = []

    def serve(self, handler: Handler, context: ssl.SSLContext | None = None) -> int:
        """Serves on a free port and returns it."""

        async def begin() -> int:
            async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                task = asyncio.current_task()
                assert task is not None
                self._tasks.add(task)
                with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                    await handler(reader, writer)
                self._tasks.discard(task)
                writer.close()

            server = await asyncio.start_server(one, "127.0.0.1", 0, ssl=context)
            self._servers.append(server)
            port: int = server.sockets[0].getsockname()[1]
            return port

        return self._run(begin())

    def _run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def __enter__(self) -> "Loopback":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        async def end() -> None:
            for server in self._servers:
                server.close()
            tasks = asyncio.all_tasks() - {asyncio.current_task()}  # one that was only just accepted among them
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        self._run(end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def signing(authority: trustme.CA, host: str | None = None) -> ssl.SSLContext:
    """A server's context that shows a certificate of the authority: for `host`, else for whatever name is asked for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host or "nobody.test").configure_cert(context)

    def sign(connection: ssl.SSLObject, asked: str | None, _: ssl.SSLContext) -> None:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(asked or "nobody.test").configure_cert(made)
        connection.context = made

    if host is None:
        context.sni_callback = sign
    return context


def passing_on(port: int) -> Handler:
    """Hands requests without a body to a port of this machine and tells it of the TLS it stands behind.

    Behind a context of `signing` it makes a server of plain http one of TLS.
    """

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, away = await asyncio.open_connection("127.0.0.1", port)
        answers = asyncio.ensure_future(_carry(there, writer))
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                away.write(head[:-2] + b"X-Forwarded-Proto: https\r\n\r\n")
        finally:
            answers.cancel()
            away.close()

    return handle


@dataclass
class ConnectProxy:
    """A proxy of HTTP's CONNECT. `login` is what it asks for; `status` is what it answers instead of a tunnel."""

    ports: Mapping[str, int] = field(default_factory=dict)
    login: tuple[str, str] | None = None
    status: int = 0
    schemes: tuple[str, ...] = ("Basic realm=bank",)
    heads: list[bytes] = field(default_factory=list)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One tunnel."""
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        method, target, _ = head.split(b" ", 2)
        status = self.status or self._refusal(method, target.decode().rpartition(":")[0], head)
        if status:
            offers = [f"Proxy-Authenticate: {scheme}" for scheme in self.schemes] if status == 407 else []
            lines = [f"HTTP/1.1 {status} No", *offers, "Content-Length: 0", "", ""]
            writer.write("\r\n".join(lines).encode())
            await writer.drain()
            return
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await _join(reader, writer, ("127.0.0.1", self.ports[target.decode().rpartition(":")[0]]))

    def _refusal(self, method: bytes, host: str, head: bytes) -> int:
        if method != b"CONNECT":
            return 405
        if self.login is not None:
            basic = base64.b64encode(":".join(self.login).encode())
            if b"proxy-authorization: basic " + basic.lower() + b"\r\n" not in head.lower():
                return 407
        return 0 if host in self.ports else 502


@dataclass
class Socks5:
    """A proxy of SOCKS 5 (RFC 1928, 1929); `answer` is its reply to a wish, 0 for a tunnel."""

    ports: Mapping[str, int] = field(default_factory=dict)
    login: tuple[str, str] | None = None
    answer: int = 0
    wishes: list[str] = field(default_factory=list)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One tunnel."""
        methods = await reader.readexactly((await reader.readexactly(2))[1])
        wanted = 2 if self.login else 0
        writer.write(bytes([5, wanted if wanted in methods else 255]))
        if wanted not in methods:
            await writer.drain()
            return
        if self.login is not None:
            await reader.readexactly(1)
            given = tuple([(await reader.readexactly((await reader.readexactly(1))[0])).decode() for _ in self.login])
            writer.write(bytes([1, int(given != self.login)]))
        _, _, _, kind = await reader.readexactly(4)
        assert kind == 3, "the name is the proxy's to look up"
        host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        await reader.readexactly(2)
        self.wishes.append(host)
        reply = self.answer or (0 if host in self.ports else 4)
        writer.write(bytes([5, reply, 0, 1, 0, 0, 0, 0, 0, 0]))
        await writer.drain()
        if not reply:
            await _join(reader, writer, ("127.0.0.1", self.ports[host]))


async def _join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: tuple[str, int]) -> None:
    """Carries bytes both ways until one end closes."""
    there, away = await asyncio.open_connection(*address)
    ways = [asyncio.ensure_future(_carry(reader, away)), asyncio.ensure_future(_carry(there, writer))]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        away.close()


async def _carry(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await source.read(65536):
            target.write(piece)
            await target.drain()
