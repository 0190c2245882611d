"""Faults below HTTP: what a connection can do. They are put on a raw socket and need one."""

import asyncio
import socket
import struct
from dataclasses import replace

from deskview.board import Status
from tests.faults.kind import CLOCK, FAILED, SNAPSHOT, Answer, Delivery, Expected, Family, Figures, Told

WIRE = Family("transport", (SNAPSHOT,))
NOTICED = Expected(Figures.UNDISTURBED, Told.NOWHERE, frozenset(set(Status) - {Status.UNAVAILABLE}))
PATIENCE_S = 120.0


def head(answer: Answer, *headers: tuple[str, str]) -> bytes:
    """The answer's first lines."""
    lines = [f"HTTP/1.1 {answer.status} x", *(f"{name}: {value}" for name, value in (*answer.headers, *headers))]
    return "\r\n".join([*lines, "connection: close", "", ""]).encode()


def measured(answer: Answer, off: int = 0) -> bytes:
    """The first lines with the body's length, or one that is `off`."""
    return head(answer, ("content-length", str(len(answer.body) + off)))


def abort(writer: asyncio.StreamWriter) -> None:
    """Ends the connection with a reset."""
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def closed_at_once(writer: asyncio.StreamWriter, _: Answer) -> None:
    """Nothing, and the end."""


async def reset_at_once(writer: asyncio.StreamWriter, _: Answer) -> None:
    """A reset in place of an answer."""
    abort(writer)


async def reset_in_the_middle(writer: asyncio.StreamWriter, answer: Answer) -> None:
    """A reset after half the body."""
    writer.write(measured(answer) + answer.body[: len(answer.body) // 2])
    await writer.drain()
    abort(writer)


async def closed_in_the_middle(writer: asyncio.StreamWriter, answer: Answer) -> None:
    """The end after half the body."""
    writer.write(measured(answer) + answer.body[: len(answer.body) // 2])


async def shorter_than_told(writer: asyncio.StreamWriter, answer: Answer) -> None:
    """A length that is too small by 1,000."""
    writer.write(measured(answer, -1_000) + answer.body)


async def longer_than_told(writer: asyncio.StreamWriter, answer: Answer) -> None:
    """A length that is too large by 1,000."""
    writer.write(measured(answer, 1_000) + answer.body)


async def no_first_byte(writer: asyncio.StreamWriter, _: Answer) -> None:
    """The request is taken, and that is all until the client goes."""
    await gone()


async def slow_first_byte(writer: asyncio.StreamWriter, answer: Answer) -> None:
    """Two seconds of nothing, then the answer."""
    await asyncio.sleep(2)
    writer.write(measured(answer) + answer.body)


async def stalled(writer: asyncio.StreamWriter, answer: Answer) -> None:
    """Half the body, then nothing until the client goes."""
    writer.write(measured(answer) + answer.body[: len(answer.body) // 2])
    await gone()


async def a_byte_a_second(writer: asyncio.StreamWriter, answer: Answer) -> None:
    """A body that never quite stops."""
    writer.write(measured(answer))
    for place in range(int(PATIENCE_S)):
        writer.write(answer.body[place : place + 1])
        await asyncio.sleep(1)


async def endless(writer: asyncio.StreamWriter, answer: Answer) -> None:
    """Blanks for ever, in chunks."""
    writer.write(head(answer, ("transfer-encoding", "chunked")))
    piece = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    while True:
        writer.write(piece)
        await writer.drain()


async def huge(writer: asyncio.StreamWriter, answer: Answer) -> None:
    """A body announced as ten gigabytes."""
    writer.write(head(answer, ("content-length", str(10**10))) + answer.body)
    await gone()


async def chunk_garbage(writer: asyncio.StreamWriter, answer: Answer) -> None:
    """A length of a chunk that is none."""
    writer.write(head(answer, ("transfer-encoding", "chunked")) + b"XYZ\r\n" + answer.body[:1000])


async def chunks_without_an_end(writer: asyncio.StreamWriter, answer: Answer) -> None:
    """All of the body, but no last chunk."""
    writer.write(head(answer, ("transfer-encoding", "chunked")) + b"%x\r\n" % len(answer.body) + answer.body + b"\r\n")


async def no_http(writer: asyncio.StreamWriter, _: Answer) -> None:
    """Another protocol's greeting."""
    writer.write(b"SSH-2.0-OpenSSH_9.6\r\n")


async def endless_head(writer: asyncio.StreamWriter, answer: Answer) -> None:
    """Headers for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"x-more: " + b"x" * 65_536 + b"\r\n")
        await writer.drain()


async def gone() -> None:
    """Waits until the client has closed: the server then ends the delivery."""
    await asyncio.sleep(PATIENCE_S)


BROKEN: dict[str, Delivery] = {
    "closed at once": closed_at_once,
    "reset at once": reset_at_once,
    "reset in the middle": reset_in_the_middle,
    "closed in the middle": closed_in_the_middle,
    "a length too small": shorter_than_told,
    "a length too large": longer_than_told,
    "no first byte": no_first_byte,
    "stalled": stalled,
    "endless": endless,
    "huge": huge,
    "garbage for a chunk": chunk_garbage,
    "chunks without an end": chunks_without_an_end,
    "no HTTP": no_http,
    "endless headers": endless_head,
}
for label, way in BROKEN.items():
    WIRE.add(label, FAILED, delivery=way)
WIRE.add("a byte a second", FAILED, delivery=a_byte_a_second)
WIRE.add("slow first byte", NOTICED, delivery=slow_first_byte)
WIRE.add("the clock reset", FAILED, delivery=reset_at_once, paths=(CLOCK,))
WIRE.add("everything reset", replace(FAILED, parts=(*FAILED.parts, "flow")), delivery=reset_at_once, paths=("/",))

KINDS = WIRE.kinds
SLOW = {"no first byte", "stalled", "a byte a second", "endless", "endless headers"}
"""They last until the client gives up."""
