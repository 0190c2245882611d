"""Requests to Massive, from path to table: which market answers, what the plan lacks and when that is tried again.

Whatever an answer holds ends in a table or in a ProviderError.
"""

import hashlib
import re
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import TypeVar

import httpx
import polars as pl

from deskview.market.source import Source
from deskview.providers.answers import Answer, aside
from deskview.providers.base import Table
from deskview.providers.capabilities import Capability
from deskview.providers.entitlements import Entitlements
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.http import HttpClient, Params, follow
from deskview.providers.massive.cleaning import Rejects
from deskview.providers.massive.decode import Reader, Rows
from deskview.providers.massive.refusals import Translator
from deskview.providers.vendor import Vendor

Row = TypeVar("Row")

HEADER = "X-Simulated-Market"
MARK = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9_-]{0,39}); *seed=(?P<seed>-?\d{1,20}); *digest=(?P<digest>[0-9A-Fa-f]{1,64})"
    r"(?:; *speed=(?P<speed>\d{1,20}(?:\.\d{1,6})?))?"
)
REAL = Source("massive", namespace="massive")
SMALL_BODY = 400_000
"""Bytes that are worked on within milliseconds, a window of 1,000 prints among them: a thread would take as long."""
SMALL_TABLE = 1_000
"""The same in rows."""
TOGETHER = {
    Capability.NAMES: (Capability.TYPES,),
    Capability.SHARES: (Capability.CAPS, Capability.INDUSTRIES),
    Capability.TRADES: (Capability.OFF_EXCHANGE, Capability.TRF_ID, Capability.PARTICIPANT_TIME),
}
"""What comes with one answer and is refused with it."""


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

    def __init__(self, vendor: Vendor, http: HttpClient, translate: Translator) -> None:
        self.http = http
        self.entitlements = Entitlements(vendor, TOGETHER)
        self.source: Source = Source("massive")
        self._translate = translate

    async def one(self, path: str, capability: Capability, params: Params | None = None) -> Answer:
        """One answer. Raises NOT_ENTITLED without asking while the capability is denied and its next try is not due."""

        async def send() -> Answer:
            answer = await self.http.get(path, params, capability=capability)
            self._recognise(answer.headers)
            return answer

        return await self.entitlements.ask(capability, send)

    async def page(
        self,
        path: str,
        capability: Capability,
        reader: Reader[Row],
        rejects: Rejects,
        params: Params | None = None,
    ) -> list[Row]:
        """The rows of the first page alone."""
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
        answer = await self.one(path, capability, params)

        def made() -> Table:
            rejects = Rejects()
            page = reader.pieces(answer, capability, self._translate)
            table = rejects.table(make(reader.batches(page.rows, rejects), rejects))
            return replace(table, delayed=page.delayed)

        return await aside(made, capability, path, small=len(answer.body) < SMALL_BODY)

    async def whole_table(
        self,
        path: str,
        capability: Capability,
        reader: Reader[Row],
        make: Callable[[list[Row], Rejects], pl.DataFrame],
        params: Params | None = None,
        *,
        most: int | None = None,
    ) -> Table:
        """What `make` makes of the rows of every page, or of so many pages at most."""
        rejects, rows = Rejects(), list[Row]()
        async with aclosing(self.pages(path, capability, reader, rejects, params)) as pages:
            number = 0
            async for page in pages:
                rows += page
                number += 1
                if number == most:
                    break

        def made() -> Table:
            return rejects.table(make(rows, rejects))

        return await aside(made, capability, path, small=len(rows) < SMALL_TABLE)

    async def pages(
        self,
        path: str,
        capability: Capability,
        reader: Reader[Row],
        rejects: Rejects,
        params: Params | None = None,
    ) -> AsyncGenerator[list[Row], None]:
        """The rows page by page, to the end."""

        async def read(answer: Answer) -> Rows[Row]:
            return await self._read(answer, capability, reader, rejects)

        first = await self.one(path, capability, params)
        with self.entitlements.learning(capability):
            async for page in follow(self.http, first, read, capability=capability):
                yield page.rows

    async def _read(self, answer: Answer, capability: Capability, reader: Reader[Row], rejects: Rejects) -> Rows[Row]:
        self._recognise(answer.headers)
        work = partial(reader.read, answer, capability, self._translate, rejects)
        return await aside(work, capability, answer.url.path, small=len(answer.body) < SMALL_BODY)

    def _recognise(self, headers: httpx.Headers) -> None:
        now = source_of(headers)
        if self.source.namespace and self.source != now:
            raise changed(self.source, now)
        self.source = now
