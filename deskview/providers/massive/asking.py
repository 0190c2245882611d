"""Asking Massive: what every table has in common, from the request to the typed rows."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TypeVar
from urllib.parse import quote

import httpx
import polars as pl

from deskview.market.source import Source
from deskview.providers.answers import Answer
from deskview.providers.base import Capabilities, Capability, Table
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.http import HttpClient, Params
from deskview.providers.massive.decode import Reader, Rows
from deskview.providers.massive.identity import changed, source_of
from deskview.providers.massive.refusals import Translator, denial
from deskview.providers.massive.tally import Tally
from deskview.providers.pages import follow

Row = TypeVar("Row")
Made = TypeVar("Made")

SMALL_BODY = 200_000
"""Bytes that are worked on within milliseconds: handing them to a thread would take as long."""
TICKER = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:/+\-]{0,31}")


class Asking:
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
        self, path: str, capability: Capability, reader: Reader[Row], tally: Tally, params: Params | None = None
    ) -> list[Row]:
        """The rows of the first page alone."""
        with self._learning(capability):
            return (await self._read(await self.one(path, capability, params), capability, reader, tally)).rows

    async def table(
        self,
        path: str,
        capability: Capability,
        reader: Reader[Row],
        make: Callable[[Iterable[list[Row]], Tally], pl.DataFrame],
        params: Params | None = None,
    ) -> Table:
        """What `make` makes of the first page's rows, batch by batch, on the thread that reads them."""
        tally = Tally()
        with self._learning(capability):
            answer = await self.one(path, capability, params)
            batches = reader.batches(answer, capability, self._translate, tally)
            return tally.table(await self._aside(answer, partial(make, batches, tally)))

    async def pages(
        self, path: str, capability: Capability, reader: Reader[Row], tally: Tally, params: Params | None = None
    ) -> AsyncIterator[list[Row]]:
        """The rows page by page, to the end."""

        async def read(answer: Answer) -> Rows[Row]:
            return await self._read(answer, capability, reader, tally)

        with self._learning(capability):
            first = await self.one(path, capability, params)
            async for page in follow(self.http, first, read, capability=capability):
                yield page.rows

    async def rows(
        self, path: str, capability: Capability, reader: Reader[Row], tally: Tally, params: Params | None = None
    ) -> list[Row]:
        """The rows of every page."""
        return [row async for rows in self.pages(path, capability, reader, tally, params) for row in rows]

    async def _read(self, answer: Answer, capability: Capability, reader: Reader[Row], tally: Tally) -> Rows[Row]:
        self._recognise(answer.headers)
        return await self._aside(answer, partial(reader.read, answer, capability, self._translate, tally))

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
    if not TICKER.fullmatch(ticker):
        raise ProviderError(Kind.REFUSED, f"{ticker!r} is not a ticker; nothing was asked.")
    return quote(ticker, safe="")
