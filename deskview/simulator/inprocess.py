"""HTTP to an application in this process, and how requests and answers go from one process to another.

httpx has a transport for this too, `ASGITransport`; it looks with every request whether trio is installed, which for
the thousands of small requests of a demo's first start costs a twentieth of all the time.
"""

import asyncio
import pickle
from collections.abc import AsyncIterator, MutableMapping
from typing import Any

import httpx

Application = Any
Message = MutableMapping[str, Any]
MOST_AHEAD = 1 << 22
"""Bytes that may lie unread at the receiving end: more than most answers."""


def packed(message: object) -> bytes:
    """A message to our own process at the other end of a pipe, with its length before it."""
    content = pickle.dumps(message)
    return len(content).to_bytes(4, "big") + content


async def unpacked(pipe: asyncio.StreamReader) -> Any:  # noqa: ANN401 - whatever was packed
    """The next message. Raises EOFError where the pipe has ended."""
    return pickle.loads(await pipe.readexactly(int.from_bytes(await pipe.readexactly(4), "big")))  # noqa: S301 - ours


class Content(httpx.AsyncByteStream):
    """A body in one piece, let go of when it is read.

    A response and its stream hold each other: what they still hold then stays until garbage is collected.
    """

    def __init__(self, content: bytes) -> None:
        self._content = [content]

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self._content:
            yield self._content.pop()


class InProcess(httpx.AsyncBaseTransport):
    """Requests to an ASGI application; an answer is handed over when it is whole."""

    def __init__(self, app: Application) -> None:
        self._app = app

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The application's answer; a fault of its own becomes a broken connection."""
        answer: dict[str, Any] = {"status": None, "headers": []}
        body: list[bytes] = []
        sent = await request.aread()

        async def receive() -> Message:
            return {"type": "http.request", "body": sent, "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.update(status=message["status"], headers=message.get("headers", []))
            elif message["type"] == "http.response.body":
                body.append(message.get("body", b""))

        try:
            await self._app(_scope(request), receive, send)
        except Exception as fault:
            if answer["status"] is None:
                raise httpx.RemoteProtocolError("the application failed", request=request) from fault
        if answer["status"] is None:
            raise httpx.RemoteProtocolError("the application gave no answer", request=request)
        return httpx.Response(answer["status"], headers=answer["headers"], stream=Content(b"".join(body)))


def _scope(request: httpx.Request) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": request.url.raw_path.split(b"?")[0],
        "query_string": request.url.query,
        "server": (request.url.host, request.url.port),
        "client": ("127.0.0.1", 0),
        "root_path": "",
    }
