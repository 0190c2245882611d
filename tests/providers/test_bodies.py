"""Bodies that are too large, packed otherwise than asked for, or never end: what is told, and what they cost."""

import asyncio
import gzip
import json
import subprocess
import sys
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.exceptions import PanicException

from deskview.credentials.key import ApiKey
from deskview.providers.answers import MOST_OBJECTS, MOST_VALUES, Body, Form, aside, check_whole
from deskview.providers.capabilities import Capability
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.http import HttpClient
from deskview.providers.retry import RateLimiter, RetryPolicy
from deskview.providers.transport import Limits
from tests.providers.conftest import CANARY, Open
from tests.providers.scripted import Reply, Server, ok
from tests.providers.test_http import error_of

ONCE = RetryPolicy(attempts=1)
MEGABYTE = 1_000_000
HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n%s\r\n\r\n"
GZIPPED = b"Content-Encoding: gzip"


def packed(level: int, body: bytes = b"{}") -> bytes:
    for _ in range(level):
        body = gzip.compress(body)
    return body


@pytest.mark.parametrize(
    "encoding",
    ["gzip, gzip", "gzip,gzip,gzip", "br", "zstd", "deflate", "gzip, br", "identity, gzip", "\x1b[31mx" * 99],
)
async def test_a_body_packed_in_another_way_is_named_and_not_unpacked(
    server: Server, open_at: Open, encoding: str
) -> None:
    server.will(Reply(body=packed(2), headers={"Content-Encoding": encoding.replace("\x1b", "")}))
    error = await error_of(open_at(server.url, policy=ONCE))
    assert error.kind is Kind.MALFORMED
    assert (f'"{encoding}"' if "[" not in encoding else "in a way of its own") in error.sentence
    assert "was not asked for" in error.sentence
    assert len(error.sentence) < 200


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", " x-gzip "])
async def test_gzip_by_any_of_its_names(server: Server, open_at: Open, encoding: str) -> None:
    server.will(Reply(body=packed(1, b'{"status":"OK"}'), headers={"Content-Encoding": encoding}))
    assert (await open_at(server.url).conditions()).frame.is_empty()


async def test_a_refusal_packed_in_another_way_keeps_its_status(server: Server, open_at: Open) -> None:
    server.will(Reply(400, body=packed(2), headers={"Content-Encoding": "gzip, gzip"}))
    assert (await error_of(open_at(server.url, policy=ONCE))).status == 400


@given(st.binary(max_size=3000), st.integers(1, 400), st.integers(0, 3000))
def test_a_body_is_what_was_packed_however_it_is_cut(body: bytes, cut: int, limit: int) -> None:
    wire = gzip.compress(body)
    reading = Body(httpx.Headers({"Content-Encoding": "gzip"}), max(limit, len(wire)), "/x", None)
    try:
        for at in range(0, len(wire), cut):
            for size in reading.add(wire[at : at + cut]):
                assert size <= max(limit, len(wire))
        assert reading.whole() == body
    except ProviderError as error:
        assert error.kind is Kind.TOO_LARGE
        assert len(body) > limit


def test_a_chunk_is_unpacked_no_further_than_the_bound() -> None:
    bomb = zlib.compressobj(9, zlib.DEFLATED, 31)
    chunk = bomb.compress(bytes(60 * MEGABYTE)) + bomb.flush()
    assert len(chunk) < 65_536
    reading = Body(httpx.Headers({"Content-Encoding": "gzip"}), 10 * MEGABYTE, "/x", None)
    with pytest.raises(ProviderError, match="larger than 10 MB"):
        list(reading.add(chunk))
    assert reading.size < 11 * MEGABYTE


@pytest.mark.parametrize("length", ["25000000", "9" * 5000, "²"])
def test_an_announced_length(length: str) -> None:
    headers = httpx.Headers([(b"Content-Length", length.encode())])
    if length == "²":
        Body(headers, Limits().body_bytes, "/x", None)
        return
    with pytest.raises(ProviderError, match="larger than 24 MB"):
        Body(headers, Limits().body_bytes, "/x", None)


@pytest.mark.parametrize(("value", "fits"), [(b"0,", 1_000_000), (b"{},", 200_000), (b"[],", 200_000)])
def test_more_values_than_any_answer_has(value: bytes, fits: int) -> None:
    check_whole(b'{"results":[' + value * fits + b"0]}", "/x", None)
    with pytest.raises(ProviderError) as caught:
        check_whole(b'{"results":[' + value * fits * 3 + b"0]}", "/x", None)
    assert caught.value.kind is Kind.TOO_LARGE


@asynccontextmanager
async def sending(head: bytes, piece: bytes, *, pause_s: float = 0.0, most: int = 0) -> AsyncIterator[str]:
    """A server that sends the piece for ever, or `most` times and then nothing more; gives its address."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD % head)
        sent = 0
        try:
            while not reader.at_eof():
                if not most or sent < most:
                    writer.write(piece)
                    await writer.drain()
                sent += 1
                await asyncio.sleep(pause_s)
        except ConnectionError:
            return
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def endless_gzip() -> bytes:
    """A piece of a gzip body that goes on for ever without a byte in it: empty blocks."""
    empty = zlib.compressobj(9, zlib.DEFLATED, -15)
    return empty.flush(zlib.Z_FULL_FLUSH) * 10_000


@pytest.mark.parametrize(
    ("head", "piece"),
    [(b"X-Body: plain", b" " * 50_000), (GZIPPED, gzip.compress(b"")[:10] + endless_gzip())],
    ids=["plain", "empty blocks"],
)
async def test_an_endless_body_is_cut(open_at: Open, head: bytes, piece: bytes) -> None:
    limits = Limits(body_bytes=2 * MEGABYTE)
    async with sending(head, piece) as url:
        error = await error_of(open_at(url, policy=ONCE, limits=limits))
    assert error.kind in (Kind.TOO_LARGE, Kind.TRUNCATED)


async def test_a_body_that_trickles_ends_by_the_time_to_stall(open_at: Open) -> None:
    async with sending(b"X-Body: plain", b" ", pause_s=0.01) as url:
        error = await error_of(open_at(url, policy=ONCE, limits=Limits(stall_s=0.3)))
    assert error.kind is Kind.UNREACHABLE
    assert "sent less than 10 kB in 0.3 s, after " in error.sentence


async def test_a_body_that_stops_tells_how_much_came(open_at: Open) -> None:
    async with sending(b"X-Body: plain", b" " * 1_200_000, pause_s=0.01, most=1) as url:
        error = await error_of(open_at(url, policy=ONCE, limits=Limits(stall_s=0.3)))
    host = url.removeprefix("http://")
    assert error.sentence == f"No data: {host} stopped sending for 0.3 s after 1.2 MB."


async def test_an_answer_that_never_begins(server: Server, open_at: Open) -> None:
    server.will(Reply(hang=True))
    error = await error_of(open_at(server.url, policy=ONCE, limits=Limits(first_byte_s=0.05)))
    assert error.sentence == f"No data: {server.url.removeprefix('http://')} sent nothing for 0.05 s."


async def test_large_answers_wait_for_one_another_and_all_arrive(server: Server) -> None:
    server.will(ok({"status": "OK", "filler": "x" * 300_000}))
    limits = Limits(small_bytes=1000, large_at_once=1)
    http = HttpClient(server.url, ApiKey(CANARY), limiter=RateLimiter(1000, 1.0), policy=ONCE, limits=limits)
    answers = await asyncio.gather(*(http.get("x") for _ in range(12)))
    assert {len(answer.body) for answer in answers} == {300_027}
    await http.aclose()


MEASURING = """
import asyncio, json, resource, sys
from datetime import date
from pathlib import Path
from deskview.credentials.key import ApiKey
from deskview.providers import connect
from deskview.providers.errors import ProviderError
from deskview.market.sessions import Calendar

def peak():
    status = Path("/proc/self/status")
    if status.exists():  # what `resource` tells may be the peak of the process this one was started by
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6

async def main(url, quiet):
    idle = connect("massive", {"key": ApiKey("k" * 20)}, base_url=quiet)
    await idle.daily_bars(date(2026, 11, 20))
    await idle.aclose()
    provider = connect("massive", {"key": ApiKey("k" * 20)}, base_url=url)
    before, kinds = peak(), set()
    async def one():
        try:
            await provider.daily_bars(date(2026, 11, 20))
        except ProviderError as error:
            kinds.add(error.kind.value)
    await asyncio.gather(*(one() for _ in range(8)))
    await provider.aclose()
    print(json.dumps({"grown": peak() - before, "kinds": sorted(kinds)}))

asyncio.run(main(*sys.argv[1:]))
"""


def hostile(kind: str) -> tuple[bytes, bytes]:
    """Headers and the piece that is sent for ever."""
    if kind == "plain":
        return b"X-Body: plain", b'{"a":"' + b"x" * MEGABYTE
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    start = packer.compress(b"{" + bytes(200 * MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    if kind == "bomb":
        return GZIPPED, start
    return b"Content-Encoding: gzip, gzip", gzip.compress(start)


def whole(kind: str) -> tuple[bytes, bytes]:
    """Headers and a body just within the bound."""
    rows = {
        "rows": b'{"T":"A","o":1.5,"h":1.5,"l":1.5,"c":1.5,"v":1000,"t":1795219200000,"x":"' + b"y" * 130 + b'"},',
        "nothing": b"{},",
        "lists": b"[],",
    }[kind]
    count = min(23 * MEGABYTE // len(rows), MOST_VALUES // rows.count(b",") - 10, MOST_OBJECTS - 10)
    body = b'{"status":"OK","results":[' + (rows * count)[:-1] + b"]}"
    return b"Content-Length: %d" % len(body), body


@pytest.mark.parametrize("kind", ["plain", "bomb", "nested", "rows", "nothing", "lists"])
async def test_no_body_takes_more_than_300_mb(kind: str, server: Server) -> None:
    """Eight at once: as many as are in flight."""
    ends = kind in ("rows", "nothing", "lists")
    head, piece = whole(kind) if ends else hostile(kind)
    server.will(ok({"status": "OK"}))
    async with sending(head, piece, pause_s=0.001, most=int(ends)) as url:
        command = [sys.executable, "-c", MEASURING, url, server.url]
        done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    measured = json.loads(done.stdout)
    assert measured["grown"] < 300, measured


async def test_a_body_of_another_form_is_asked_for_and_checked_by_it(server: Server) -> None:
    def check(body: bytes, path: str, capability: Capability | None) -> None:
        if not body.startswith(b"PAR1"):
            raise ProviderError(Kind.MALFORMED, "no such form.", capability=capability, path=path)

    server.will(Reply(body=b"PAR1..."), Reply(body=b"{}"))
    form = Form("application/x-form", check)
    http = HttpClient(server.url, ApiKey(CANARY), limiter=RateLimiter(1000, 1.0), policy=ONCE, form=form)
    assert (await http.get("x")).body == b"PAR1..."
    assert server.seen[0].headers["accept"] == "application/x-form"
    with pytest.raises(ProviderError, match="no such form"):
        await http.get("x")
    await http.aclose()


async def test_a_panic_of_what_reads_an_answer_is_the_answers() -> None:
    def read() -> None:
        raise PanicException("range end index out of range")

    with pytest.raises(ProviderError) as caught:
        await aside(read, Capability.DAILY_BARS, "/x", small=False)
    assert caught.value.kind is Kind.MALFORMED
