"""The simulated market behind a wrapper that alters its answers: in this process, or on a raw loopback socket."""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import time
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deskview.simulator import create_app
from tests.faults.kind import AFTERNOON, EVENING, Answer, Delivery, Kind

NAMES, KEY = 3_000, "demo"
"""The smallest market there is."""
NOT_OURS = {"content-length", "transfer-encoding", "connection"}


@cache
def market() -> "Recorded":
    """The crash at three in the afternoon and at five, its clock standing still."""
    return Recorded(
        {at: create_app(at=at, speed=0, key=KEY, compress=False, names=NAMES) for at in (AFTERNOON, EVENING)}
    )


class Recorded:
    """Applications, one for each time of the market, whose answers are kept: while the clock stands so do they."""

    def __init__(self, apps: Mapping[time, ASGIApp]) -> None:
        self._apps = apps
        self._kept: dict[tuple[time, str, bytes, bytes], Answer] = {}

    async def answer(self, at: time, scope: Scope) -> Answer:
        """The undisturbed answer."""
        headers = dict(scope["headers"])
        key = (at, scope["path"], scope["query_string"], headers.get(b"host", b""))
        if key not in self._kept:
            found = await _asked(self._apps[at], scope)
            if found.status != 200:
                return found
            self._kept[key] = found
        return self._kept[key]


async def _asked(app: ASGIApp, scope: Scope) -> Answer:
    """An application's whole answer."""
    started: dict[str, Any] = {}
    body: list[bytes] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            started.update(message)
        else:
            body.append(message.get("body", b""))

    await app(scope, receive, send)
    headers = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in started["headers"])
    return Answer(started["status"], tuple(pair for pair in headers if pair[0] not in NOT_OURS), b"".join(body))


class Altering:
    """An ASGI application: the market's answers, altered by one kind of fault at a time.

    `altered` counts the answers the kind was done to, `under_way` those that are still being
    delivered in a way of their own. `clock` is the market's time.
    """

    def __init__(self, recorded: Recorded | None = None) -> None:
        self._market = recorded or market()
        self.kind: Kind | None = None
        self.clock = AFTERNOON
        self.altered = self.under_way = 0

    def turn(self, kind: Kind | None) -> None:
        """From now on this kind, or none. The market's time becomes the kind's and stays."""
        self.kind, self.altered = kind, 0
        if kind is not None:
            self.clock = kind.clock

    async def answer(self, scope: Scope) -> tuple[Answer, Delivery | None]:
        """The answer to a request as it is to be sent, and the way, where it is not the ordinary one."""
        kind, path, query = self.kind, scope["path"], scope["query_string"].decode()
        answer = await self._market.answer(self.clock, scope)
        if kind is None or not kind.touches(path, query) or (kind.answers or self.altered + 1) <= self.altered:
            return answer, None
        self.altered += 1
        return (kind.change(answer) if kind.change else answer), kind.delivery

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer, delivery = await self.answer(scope)
        assert delivery is None, "this kind needs a socket"
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})


async def _connected(app: Altering, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection, request after request; a delivery of its own is the last on it and ends with the client."""
    try:
        while request := await reader.readuntil(b"\r\n\r\n"):
            answer, delivery = await app.answer(_scope(request))
            if delivery is not None:
                app.under_way += 1
                try:
                    await _delivered(delivery, answer, reader, writer)
                finally:
                    app.under_way -= 1
                return
            lines = [f"HTTP/1.1 {answer.status} x", *(f"{name}: {value}" for name, value in answer.headers)]
            lines += [] if answer.status == 204 else [f"content-length: {len(answer.body)}"]
            writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + answer.body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        return
    finally:
        writer.close()


async def _delivered(
    delivery: Delivery, answer: Answer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """The delivery to its end, or until the client has gone."""
    tasks = (asyncio.ensure_future(reader.read(1)), asyncio.ensure_future(delivery(writer, answer)))
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _scope(request: bytes) -> Scope:
    first, *lines = request.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    url = urlsplit(target)
    headers = [
        (name.lower().encode(), value.strip().encode()) for name, _, value in (x.partition(":") for x in lines if x)
    ]
    host = dict(headers).get(b"host", b"127.0.0.1").decode()
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "headers": headers,
        "scheme": "http", "path": url.path, "raw_path": url.path.encode(), "query_string": url.query.encode(),
        "server": (host, None), "client": ("127.0.0.1", 0), "root_path": "",
    }  # fmt: skip


@contextmanager
def served(app: Altering) -> Iterator[str]:
    """The application on a loopback port, in a thread of its own; the address."""
    loop, ready = asyncio.new_event_loop(), threading.Event()
    address: list[str] = []
    connections: set[asyncio.Task[None]] = set()

    def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = loop.create_task(_connected(app, reader, writer))
        connections.add(connection)
        connection.add_done_callback(connections.discard)

    async def serve() -> None:
        server = await asyncio.start_server(accepted, "127.0.0.1", 0)
        address.append(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        ready.set()
        try:
            await asyncio.Event().wait()
        finally:
            server.close()
            for connection in connections:
                connection.cancel()
            await asyncio.gather(*connections, return_exceptions=True)

    task = loop.create_task(serve())

    def run() -> None:
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(task)
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(30)
    try:
        yield address[0]
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(30)
        assert not thread.is_alive()
