"""What came back: a whole body, unpacked with a count, or the error that says why there is none; and the work on it."""

import asyncio
import logging
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import httpx
import numpy as np
from polars.exceptions import PanicException

from deskview.providers.capabilities import Capability
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.retry import capped, retry_after_s
from deskview.providers.transport import MEGABYTE, cut_off
from deskview.text import neutralise

Made = TypeVar("Made")
log = logging.getLogger(__name__)

CLOSING = {b"{": b"}", b"[": b"]"}
ACCEPTED = {"": False, "identity": False, "gzip": True, "x-gzip": True}
"""Whether a body is unpacked, by its Content-Encoding; nothing else was asked for and nothing else is taken."""
MOST_VALUES, MOST_OBJECTS = 2_000_000, 250_000
"""Values, and objects and lists, in one answer: more than twice those of 50,000 trades, which have most of both. Each
takes up to a hundred bytes once it is read, and an object that does not fit some time to be told of."""
_COUNTED = 100_000
"""Bytes counted at a time: few enough for the processor's cache, and for memory not to be asked of the system anew."""
KNOWN_ENCODINGS = frozenset({"br", "compress", "deflate", "gzip", "identity", "x-compress", "x-gzip", "zstd"})
"""Those that are named to a user: anything else in a header may be the key, sent back."""
_PIECE = 65_536
_EDGE = 4096


@dataclass(frozen=True)
class Answer:
    """A complete body as it came, not parsed."""

    body: bytes = field(repr=False)
    headers: httpx.Headers
    url: httpx.URL


@dataclass(frozen=True)
class Refusal:
    """An answer with a status other than 200; `body` is at most its first 64 kB."""

    status: int
    headers: httpx.Headers
    body: bytes = field(repr=False)
    path: str
    capability: Capability | None


Translate = Callable[[Refusal], ProviderError | None]


class Body:
    """A body as it comes in. What is unpacked is never more than a piece ahead of its count.

    Raises MALFORMED for a body packed in another way than asked for, before anything of it is unpacked.
    """

    def __init__(self, headers: httpx.Headers, limit: int, path: str, capability: Capability | None) -> None:
        encoding = headers.get("Content-Encoding", "").strip().lower()
        if encoding not in ACCEPTED:
            raise _packed_otherwise(encoding, path, capability)
        self.size = 0
        self._limit, self._path, self._capability = limit, path, capability
        self._unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS) if ACCEPTED[encoding] else None
        self._on_wire = 0
        self._pieces: list[bytes] = []
        announced = headers.get("Content-Length", "")
        if announced.isdecimal() and (len(announced) > 18 or int(announced) > limit):
            raise too_large(limit, path, capability)

    def add(self, chunk: bytes) -> Iterator[int]:
        """Unpacks a chunk piece by piece; gives the size so far after each. Raises TOO_LARGE, TRUNCATED."""
        self._on_wire += len(chunk)
        for piece in self._unpacked(chunk):
            self._pieces.append(piece)
            self.size += len(piece)
            if max(self.size, self._on_wire) > self._limit:
                raise too_large(self._limit, self._path, self._capability)
            yield self.size

    def whole(self) -> bytes:
        """The body, complete. Raises TRUNCATED."""
        if self._unpacker is not None and not self._unpacker.eof:
            raise cut_off(self._path, self._capability)
        return b"".join(self._pieces)

    def clear(self) -> None:
        """Lets go of what was read: an error on its way would keep it."""
        self._pieces.clear()

    def beginning(self) -> bytes:
        """As much of it as there is."""
        return b"".join(self._pieces)

    def _unpacked(self, chunk: bytes) -> Iterator[bytes]:
        if self._unpacker is None:
            yield chunk
            return
        while chunk and not self._unpacker.eof:
            try:
                yield self._unpacker.decompress(chunk, _PIECE)
            except zlib.error:
                raise cut_off(self._path, self._capability) from None
            chunk = self._unpacker.unconsumed_tail


def check_whole(body: bytes, path: str, capability: Capability | None) -> None:
    """Raises TRUNCATED for a body that breaks off, MALFORMED for one that is not JSON at all, TOO_LARGE for one of more
    values than any answer has."""
    opening, ending = body[:_EDGE].lstrip()[:1], body[-_EDGE:].rstrip()[-1:]
    if opening not in CLOSING and opening:
        raise ProviderError(
            Kind.MALFORMED,
            "The provider answered with something that is not data, such as a web page: a proxy or a log-in page may "
            "stand between.",
            capability=capability,
            status=200,
            path=path,
        )
    if ending != CLOSING.get(opening):
        raise cut_off(path, capability)
    if len(body) > 2 * MOST_OBJECTS and _has_too_many(body):  # one takes two bytes at least
        sentence = "The provider's answer holds more values or rows than any should and was not read."
        raise ProviderError(Kind.TOO_LARGE, sentence, capability=capability, path=path)


@dataclass(frozen=True)
class Form:
    """What a provider's bodies are: the media type that is asked for, and the check of a complete body before anything
    reads it.

    `check` gets the body, the path and the capability, and raises MALFORMED, TRUNCATED or TOO_LARGE.
    """

    accept: str
    check: Callable[[bytes, str, Capability | None], None]


JSON = Form("application/json", check_whole)


def _has_too_many(body: bytes) -> bool:
    """Whether it holds more values, or objects and lists, than any answer; those within texts count too.

    Twelve thousand rows take `bytes.count` 6 ms, and numpy less than 1 ms.
    """
    values = objects = 0
    for first in range(0, len(body), _COUNTED):
        piece = np.frombuffer(body, np.uint8, min(_COUNTED, len(body) - first), first)
        values += int(np.count_nonzero(piece == ord(",")))
        objects += int(np.count_nonzero((piece | 0x20) == ord("{")))  # one bit apart from [
    return values > MOST_VALUES or objects > MOST_OBJECTS


def _packed_otherwise(encoding: str, path: str, capability: Capability | None) -> ProviderError:
    known = all(part.strip() in KNOWN_ENCODINGS for part in encoding.split(","))
    name = f'as "{neutralise(encoding, limit=40)}"' if known else "in a way of its own"
    return ProviderError(
        Kind.MALFORMED,
        f"The provider's answer is packed {name}, which was not asked for; it was not unpacked.",
        capability=capability,
        status=200,
        path=path,
    )


def too_large(limit: int, path: str, capability: Capability | None) -> ProviderError:
    """The error for a body beyond the bound."""
    return ProviderError(
        Kind.TOO_LARGE,
        f"The provider's answer is larger than {limit / MEGABYTE:g} MB and was not read on.",
        capability=capability,
        path=path,
    )


def refused(refusal: Refusal) -> ProviderError:
    """The error for a status, as far as HTTP alone tells."""
    kind, sentence = _by_status(refusal.status)
    asked_s = retry_after_s(refusal.headers) if kind in (Kind.RATE_LIMITED, Kind.SERVER) else None
    wait_s, remark = capped(asked_s)
    return ProviderError(
        kind,
        sentence + remark,
        capability=refusal.capability,
        status=refusal.status,
        retry_after_s=wait_s,
        path=refusal.path,
    )


def _by_status(status: int) -> tuple[Kind, str]:
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return Kind.RATE_LIMITED, (
            "The provider allows no more calls for the moment; where this goes on, set calls_per_minute to the plan's "
            "limit."
        )
    if status >= 500 or status in (408, 425, 499):
        return Kind.SERVER, f"The provider has a fault of its own (HTTP {status})."
    if 300 <= status < 400:
        return Kind.REDIRECTED, (
            f"The provider sent us to another address (HTTP {status}). It was not followed, so that the key does not "
            "go there; check the base address."
        )
    if status == httpx.codes.NOT_FOUND:
        return Kind.REFUSED, "The provider has nothing at this address (HTTP 404); check the base address."
    if status in (401, 407):
        return Kind.KEY_REFUSED, f"The provider or a proxy before it asks for another key (HTTP {status})."
    return Kind.REFUSED, f"The provider refused the request (HTTP {status}). It is not repeated."


async def aside(work: Callable[[], Made], capability: Capability, path: str, *, small: bool) -> Made:
    """Does work on an answer, on a thread where that pays."""
    done = partial(worked, work, capability, path)
    return done() if small else await asyncio.to_thread(done)


def worked(work: Callable[[], Made], capability: Capability, path: str) -> Made:
    """Does work on an answer. An error nobody thought of is the answer's too, all there is to work on: MALFORMED.

    So is a panic of polars, which is no Exception.
    """
    try:
        return work()
    except ProviderError as error:
        failure = error.with_traceback(None)
    except (Exception, PanicException) as error:
        log.exception("%s: the answer could not be worked on", path)
        failure = _unexpected(error, path, capability)
    # Out here: the frames of the work hold what the server sent, which may be the key.
    raise failure


def _unexpected(error: BaseException, path: str, capability: Capability) -> ProviderError:
    """The error for an answer that could be read but not be worked on; the log has the details."""
    return ProviderError(
        Kind.MALFORMED,
        f"The provider's answer holds what deskview can't work on ({type(error).__name__}, see the log). "
        "The table is not updated.",
        capability=capability,
        status=200,
        path=path,
    )
