"""`python -m deskview.simulator DESCRIPTOR`: the simulated market in a process of its own; DESCRIPTOR is its pipe."""

import asyncio
import os
import signal
import socket
import sys

import httpx

from deskview.simulator.app import create_app
from deskview.simulator.inprocess import MOST_AHEAD, InProcess, packed, unpacked


async def main(pipe: socket.socket) -> None:
    """Answers requests until the pipe ends: with it go whoever asks and what is being made for them."""
    asking, answering = await asyncio.open_connection(sock=pipe, limit=MOST_AHEAD)
    options = await unpacked(asking)
    try:
        market = InProcess(create_app(**options))
    except Exception as error:
        answering.write(packed(str(error)))
        await answering.drain()
        raise
    answering.write(packed(""))
    running: set[asyncio.Task[None]] = set()
    try:
        while True:
            number, method, url, headers, content = await unpacked(asking)
            request = httpx.Request(method, url, headers=headers, content=content)
            task = asyncio.create_task(_answer(answering, market, number, request))
            running.add(task)
            task.add_done_callback(running.discard)
    finally:
        os._exit(0)


async def _answer(answering: asyncio.StreamWriter, market: InProcess, number: int, request: httpx.Request) -> None:
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
    answering.write(packed((number, status, headers, len(body))))
    answering.write(body)
    await answering.drain()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asks decides when to end
    asyncio.run(main(socket.socket(fileno=int(sys.argv[1]))))
