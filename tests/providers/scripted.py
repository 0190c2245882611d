"""An HTTP server on a real socket that answers by script and keeps what it was asked."""

import asyncio
import contextlib
import gzip
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from http import HTTPStatus

import msgspec


@dataclass(frozen=True)
class Reply:
    """One answer. `claim` is a Content-Length other than the true one; `hang` never answers."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    claim: int | None = None
    hang: bool = False
    stall: bool = False

    def head(self, *, keep: bool = False) -> bytes:
        """Status line and headers; `keep` leaves the connection open."""
        connection = "keep-alive" if keep else "close"
        length = len(self.body) if self.claim is None else self.claim
        fields = {"Content-Type": "application/json", **self.headers, "Content-Length": str(length)}
        lines = [
            f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}",
            f"Connection: {connection}",
        ]
        lines += [f"{name}: {value}" for name, value in fields.items()]
        return "\r\n".join(lines).encode() + b"\r\n\r\n"


def ok(payload: object, **headers: str) -> Reply:
    """A success with a JSON body."""
    return Reply(body=msgspec.json.encode(payload), headers=headers)


def failed(status: int, payload: object, **headers: str) -> Reply:
    """A refusal with a JSON body; underscores in header names become hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, msgspec.json.encode(payload), named)


def zipped(body: bytes) -> Reply:
    """A success with a gzip body."""
    return Reply(body=gzip.compress(body), headers={"Content-Encoding": "gzip"})


@dataclass(frozen=True)
class Seen:
    """One request as it came in."""

    target: str
    headers: dict[str, str]
    raw: bytes


class Server:
    """Answers with the replies in order, the last one again and again."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.seen: list[Seen] = []
        self.port = 0
        self.most_at_once = 0
        self._open = 0
        self._gone = asyncio.Event()

    @property
    def url(self) -> str:
        """The base address."""
        return f"http://127.0.0.1:{self.port}"

    def will(self, *replies: Reply) -> None:
        """Sets the script."""
        self.replies = list(replies)

    def stop_waiting(self) -> None:
        """Lets go of hanging requests."""
        self._gone.set()

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        self._open += 1
        self.most_at_once = max(self.most_at_once, self._open)
        raw = await reader.readuntil(b"\r\n\r\n")
        lines = raw.decode("latin-1").split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:] if line)
        self.seen.append(Seen(lines[0].split(" ")[1], {k.lower(): v for k, v in headers.items()}, raw))
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        with contextlib.suppress(ConnectionError):
            await self._send(reply, writer)
        self._open -= 1
        writer.close()

    async def _send(self, reply: Reply, writer: asyncio.StreamWriter) -> None:
        if reply.hang:
            await self._gone.wait()
            return
        writer.write(reply.head() + reply.body)
        await writer.drain()
        if reply.stall:
            await self._gone.wait()


@contextlib.asynccontextmanager
async def serving() -> AsyncIterator[Server]:
    """A server on a free port of loopback."""
    server = Server()
    listening = await asyncio.start_server(server.handle, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        server.stop_waiting()
        listening.close()
        await listening.wait_closed()
