"""`python -m deskview.simulator DESCRIPTOR`: the simulated market in a process of its own; DESCRIPTOR is its pipe."""

import asyncio
import os
import pickle
import signal
import sys
import threading
from multiprocessing.connection import Connection
from typing import Any

import httpx

from deskview.simulator.app import create_app
from deskview.simulator.inprocess import InProcess


def main(pipe: "Connection[Any, Any]") -> None:
    """Answers requests until the pipe ends: with it go whoever asks and what is being made for them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asks decides when to end
    options = pickle.loads(pipe.recv_bytes())  # noqa: S301 - our own parent's
    try:
        market = InProcess(create_app(**options))
    except Exception as error:
        pipe.send_bytes(pickle.dumps(str(error)))
        raise
    pipe.send_bytes(pickle.dumps(""))
    asyncio.run(_answer_all(pipe, market))


async def _answer_all(pipe: "Connection[Any, Any]", market: InProcess) -> None:
    loop, sending = asyncio.get_running_loop(), threading.Lock()
    running: set[asyncio.Task[None]] = set()

    def begin(number: int, request: httpx.Request) -> None:
        task = loop.create_task(_answer(pipe, sending, market, number, request))
        running.add(task)
        task.add_done_callback(running.discard)

    def listen() -> None:
        try:
            while True:
                number, method, url, headers, content = pickle.loads(pipe.recv_bytes())  # noqa: S301 - see above
                request = httpx.Request(method, url, headers=headers, content=content)
                loop.call_soon_threadsafe(begin, number, request)
        finally:
            os._exit(0)

    threading.Thread(target=listen, name="requests", daemon=True).start()
    await asyncio.Event().wait()


async def _answer(
    pipe: "Connection[Any, Any]", sending: threading.Lock, market: InProcess, number: int, request: httpx.Request
) -> None:
    """The answer's head and, by itself, its body: of megabytes nothing is copied that need not be."""
    status: int | None = None
    headers: list[tuple[bytes, bytes]] = []
    body = b""
    try:
        answer = await market.handle_async_request(request)
        status, headers = answer.status_code, answer.headers.raw
        body = b"".join([chunk async for chunk in answer.aiter_raw()])  # as it is packed, if it is
    except httpx.RemoteProtocolError:
        pass  # no status is what tells it
    await asyncio.to_thread(_send, pipe, sending, (number, status, headers, len(body)), body)


def _send(pipe: "Connection[Any, Any]", sending: threading.Lock, head: object, body: bytes) -> None:
    with sending:
        pipe.send_bytes(pickle.dumps(head))
        rest = memoryview(body)
        while rest:
            rest = rest[os.write(pipe.fileno(), rest) :]


if __name__ == "__main__":
    main(Connection(int(sys.argv[1])))
