"""Requests to Massive, from the path to typed rows: which market answers, what the plan lacks, what does not fit.

A page is decoded in one go, a long table a batch at a time; only when a row does not fit is each row looked at by
itself, so that one bad row costs that row and nothing else.
"""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import httpx
import msgspec
import polars as pl
from msgspec import Raw

from deskview.market.source import Source
from deskview.providers.answers import Answer
from deskview.providers.base import Capabilities, Capability, Table
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.http import HttpClient, Params, follow
from deskview.providers.massive.cleaning import TICKER, Rejects
from deskview.providers.massive.refusals import FAILED, ErrorBody, Translator, denial
from deskview.providers.massive.wire import Envelope, RowError

Row = TypeVar("Row")
One = TypeVar("One")

BATCH = 1_000
"""Rows of a long table that are worked on at a time."""
_ROW_ERROR = msgspec.json.Decoder(RowError)


HEADER = "X-Simulated-Market"
MARK = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9_-]{0,39}); *seed=(?P<seed>-?\d{1,20}); *digest=(?P<digest>[0-9A-Fa-f]{1,64})"
    r"(?:; *speed=(?P<speed>\d{1,20}(?:\.\d{1,6})?))?"
)
REAL = Source("massive", namespace="massive")
Made = TypeVar("Made")
SMALL_BODY = 200_000
"""Bytes that are worked on within milliseconds: handing them to a thread would take as long."""


@dataclass(frozen=True)
class Rows(Generic[Row]):
    """The rows of one page that fit, and the address of the next page."""

    rows: list[Row]
    next_url: str | None


class Reader(Generic[Row]):
    """Decodes pages of one kind of row."""

    def __init__(self, row: type[Row], envelope: type = Envelope) -> None:
        self._whole = msgspec.json.Decoder(envelope[row])  # type: ignore[index]
        self._raw = msgspec.json.Decoder(envelope[Raw])  # type: ignore[index]
        self._row = msgspec.json.Decoder(row)

    def read(self, answer: Answer, capability: Capability, translate: Translator, rejects: Rejects) -> Rows[Row]:
        """The page's rows; unfit ones go to the rejects. Raises MALFORMED when it is no page at all."""
        try:
            page = self._whole.decode(answer.body)
            rows = page.results or []
        except msgspec.DecodeError:
            page = _envelope(self._raw, answer, capability)
            rows = self._one_by_one(page.results or [], rejects)
        _refuse_failed(page, answer, capability, translate)
        return Rows(rows, page.next_url)

    def batches(
        self, answer: Answer, capability: Capability, translate: Translator, rejects: Rejects
    ) -> Iterator[list[Row]]:
        """The same rows a thousand at a time: worked on while they are in the processor's cache, and let go of.

        Of twelve thousand rows read at once half the time is spent on fetching them from memory again.
        """
        page = _envelope(self._raw, answer, capability)
        _refuse_failed(page, answer, capability, translate)
        pieces = page.results or []
        for first in range(0, len(pieces), BATCH):
            batch = pieces[first : first + BATCH]
            try:
                yield [self._row.decode(piece) for piece in batch]
            except msgspec.DecodeError:
                yield self._one_by_one(batch, rejects)

    def _one_by_one(self, raw: list[Raw], rejects: Rejects) -> list[Row]:
        rows = []
        for piece in raw:
            try:
                rows.append(self._row.decode(piece))
            except msgspec.DecodeError as fault:
                rejects.add(_own_error(piece) or _explained(fault))
        return rows


def _refuse_failed(page: Envelope[Any], answer: Answer, capability: Capability, translate: Translator) -> None:
    """Raises what an answer means that says of itself that it failed."""
    if page.status in FAILED:
        raise translate.failed_success(ErrorBody(page.status, page.error, page.message), answer.url.path, capability)


def read_one(decoder: msgspec.json.Decoder[One], answer: Answer, capability: Capability) -> One:
    """A body that is one object or a bare array; raises MALFORMED when it does not fit."""
    try:
        return decoder.decode(answer.body)
    except msgspec.DecodeError:
        raise malformed(answer, capability) from None


def _envelope(decoder: msgspec.json.Decoder[Envelope[Raw]], answer: Answer, capability: Capability) -> Envelope[Raw]:
    return read_one(decoder, answer, capability)


def _own_error(piece: Raw) -> str:
    try:
        row = _ROW_ERROR.decode(piece)
    except msgspec.DecodeError:
        return ""
    return f"the provider's own error: {row.error}"


def _explained(fault: msgspec.DecodeError) -> str:
    """The decoder's message, field first: "day.c: expected float | null, got str"."""
    what, _, where = str(fault).replace("`", "").partition(" - at $")
    what = what.partition(" matching regex")[0].replace("Expected", "expected").replace("Object missing", "missing")
    return f"{where.lstrip('.') or 'row'}: {what}"


def malformed(answer: Answer, capability: Capability) -> ProviderError:
    """The error for an answer in a form nothing can be read from."""
    return ProviderError(
        Kind.MALFORMED,
        "The provider's answer is not in the form it should have. The table is not updated.",
        capability=capability,
        status=200,
        path=answer.url.path,
    )


def source_of(headers: httpx.Headers) -> Source:
    """The source an answer names. A mark that can't be read still makes the market a simulated one."""
    text = headers.get(HEADER)
    if text is None:
        return REAL
    mark = MARK.fullmatch(text.strip())
    if mark is None:
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        return Source("massive", simulated=True, scenario="unknown", namespace=f"simulated-unknown-{digest}")
    name, seed, digest = mark["name"], mark["seed"], mark["digest"].lower()
    speed = float(mark["speed"] or 1)
    return Source("massive", simulated=True, scenario=name, namespace=f"simulated-{name}-{seed}-{digest}", speed=speed)


def changed(known: Source, now: Source) -> ProviderError:
    """The error for a server that turns into another market while the desk is open."""
    return ProviderError(
        Kind.MALFORMED,
        f"The market behind this address changed from {_name(known)} to {_name(now)}; its figures are not mixed in. "
        "Restart deskview to follow the new one.",
    )


def _name(source: Source) -> str:
    return f"the simulated {source.scenario} ({source.namespace})" if source.simulated else "the real one"


class MassiveClient:
    """Requests to Massive; learns from the answers who speaks and what the plan lacks."""

    def __init__(self, http: HttpClient, translate: Translator) -> None:
        self.http = http
        self.capabilities = Capabilities()
        self.source: Source = Source("massive")
        self._translate = translate

    async def one(self, path: str, capability: Capability, params: Params | None = None) -> Answer:
        """One answer."""
        with self._learning(capability):
            answer = await self.http.get(path, params, capability=capability)
            self._recognise(answer.headers)
            return answer

    async def page(
        self,
        path: str,
        capability: Capability,
        reader: Reader[Row],
        rejects: Rejects,
        params: Params | None = None,
    ) -> list[Row]:
        """The rows of the first page alone."""
        with self._learning(capability):
            return (await self._read(await self.one(path, capability, params), capability, reader, rejects)).rows

    async def table(
        self,
        path: str,
        capability: Capability,
        reader: Reader[Row],
        make: Callable[[Iterable[list[Row]], Rejects], pl.DataFrame],
        params: Params | None = None,
    ) -> Table:
        """What `make` makes of the first page's rows, batch by batch, on the thread that reads them."""
        rejects = Rejects()
        with self._learning(capability):
            answer = await self.one(path, capability, params)
            batches = reader.batches(answer, capability, self._translate, rejects)
            return rejects.table(await self._aside(answer, partial(make, batches, rejects)))

    async def pages(
        self,
        path: str,
        capability: Capability,
        reader: Reader[Row],
        rejects: Rejects,
        params: Params | None = None,
    ) -> AsyncIterator[list[Row]]:
        """The rows page by page, to the end."""

        async def read(answer: Answer) -> Rows[Row]:
            return await self._read(answer, capability, reader, rejects)

        with self._learning(capability):
            first = await self.one(path, capability, params)
            async for page in follow(self.http, first, read, capability=capability):
                yield page.rows

    async def rows(
        self,
        path: str,
        capability: Capability,
        reader: Reader[Row],
        rejects: Rejects,
        params: Params | None = None,
    ) -> list[Row]:
        """The rows of every page."""
        return [row async for rows in self.pages(path, capability, reader, rejects, params) for row in rows]

    async def _read(self, answer: Answer, capability: Capability, reader: Reader[Row], rejects: Rejects) -> Rows[Row]:
        self._recognise(answer.headers)
        return await self._aside(answer, partial(reader.read, answer, capability, self._translate, rejects))

    async def _aside(self, answer: Answer, work: Callable[[], Made]) -> Made:
        """Does work on an answer, on a thread where that pays."""
        try:
            return work() if len(answer.body) < SMALL_BODY else await asyncio.to_thread(work)
        except ProviderError as error:
            # The reader's frames hold what the server sent, which may be the key.
            raise error.with_traceback(None) from None

    @contextmanager
    def _learning(self, capability: Capability) -> Iterator[None]:
        """Asks nothing that was refused for the plan before, and remembers when it is."""
        known = self.capabilities.denied.get(capability)
        if known is not None:
            raise ProviderError(Kind.NOT_ENTITLED, known.sentence, capability=capability)
        try:
            yield
        except ProviderError as error:
            if error.kind is Kind.NOT_ENTITLED:
                self.capabilities.denied[capability] = denial(capability)
            raise

    def _recognise(self, headers: httpx.Headers) -> None:
        now = source_of(headers)
        if self.source.namespace and self.source != now:
            raise changed(self.source, now)
        self.source = now


def in_path(ticker: str) -> str:
    """The ticker quoted for a path, its case kept; raises ProviderError for a text no ticker can be."""
    if not re.fullmatch(TICKER, ticker):
        raise ProviderError(Kind.REFUSED, f"{ticker!r} is not a ticker; nothing was asked.")
    return quote(ticker, safe="")
