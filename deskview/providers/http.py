"""One client for all requests to one provider: paced, bounded, retried, careful with the key, page after page."""

import asyncio
import os
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Protocol, TypeVar, cast
from urllib.parse import quote, urlencode

import httpx

from deskview import __version__
from deskview.clock import monotonic
from deskview.providers.answers import JSON, Answer, Body, Form, Refusal, Translate, refused
from deskview.providers.base import Failed
from deskview.providers.capabilities import Capability
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.network import check_named_certificates, proxy_for, trust_of
from deskview.providers.origin import BearerAuth, HeaderAuth, Origin, base_address, is_loopback, next_page, origin_of
from deskview.providers.retry import RateLimiter, RetryPolicy, report_answer, report_setback, with_retries
from deskview.providers.transport import Exchange, Limits, Route, explained, of_transport
from deskview.text import Secret

Params = Mapping[str, str | int]
ERROR_BODY_BYTES = 65_536


@dataclass
class Traffic:
    """What went over the wire so far: for the status line, and of what requests failed for diagnostics."""

    calls: int = 0
    failures: int = 0
    bytes_received: int = 0
    failed: dict[str, Failed] = field(default_factory=dict)
    recent: deque[float] = field(default_factory=lambda: deque(maxlen=10_000), repr=False)

    def count_failure(self, error: ProviderError) -> None:
        """One more request has failed."""
        self.failures += 1
        before = self.failed.get(error.kind)
        self.failed[error.kind] = Failed((before.count if before else 0) + 1, error.sentence, datetime.now(UTC))

    def calls_last_minute(self) -> int:
        """Requests sent within the last 60 s."""
        since = monotonic() - 60
        while self.recent and self.recent[0] < since:
            self.recent.popleft()
        return len(self.recent)


class HttpClient:
    """GET requests below `base_url`; every failure is a ProviderError.

    `key` goes as a bearer token; a mapping holds secrets by the header each goes in, none of them where the vendor
    wants none; with None every request raises KEY_MISSING. `translate` gives the provider's own reading of a refusal,
    or None to leave it to the status. `form` is what its bodies are. `transport` replaces the network (an in-process
    server).
    """

    def __init__(
        self,
        base_url: str,
        key: Secret | Mapping[str, Secret] | None,
        *,
        translate: Translate = lambda _: None,
        limiter: RateLimiter,
        transport: httpx.AsyncBaseTransport | None = None,
        policy: RetryPolicy | None = None,
        limits: Limits | None = None,
        form: Form = JSON,
    ) -> None:
        self.base = base_address(base_url, in_process=transport is not None)
        self.traffic = Traffic()
        self._translate = translate
        self._limiter = limiter
        self._policy = policy or RetryPolicy()
        self._limits = limits or Limits()
        self._in_flight = asyncio.Semaphore(self._limits.in_flight)
        self._large = asyncio.Semaphore(self._limits.large_at_once)
        self._auth = _auth_of(key, origin_of(self.base))
        self._form = form
        self._transport = transport
        self._route = Route(self.base.netloc.decode("ascii")) if transport else route_to(self.base)
        self._client: httpx.AsyncClient | None = None
        self._exchanges: dict[httpx.AsyncClient, set[Exchange]] = {}
        self._opening = asyncio.Lock()

    async def get(self, path: str, params: Params | None = None, *, capability: Capability | None = None) -> Answer:
        """The answer for a path below the base address (already quoted, no leading slash)."""
        query = f"?{urlencode(params, quote_via=quote)}" if params else ""
        return await self.fetch(self.base.join(path + query), capability=capability)

    async def fetch(self, url: httpx.URL, *, capability: Capability | None = None) -> Answer:
        """The answer for an address of the base origin; tried again while that makes sense."""
        if self._auth is None:
            sentence = "No key is stored for the provider. Log in, or open the demo."
            raise ProviderError(Kind.KEY_MISSING, sentence, capability=capability, path=url.path)
        if origin_of(url) != origin_of(self.base):
            raise ProviderError(Kind.FOREIGN_PAGE, "The address is on another server; not fetched.", path=url.path)
        turn = partial(self._turn, url, capability)
        # Queueing for the first turn may take minutes on a small plan and is no part of the time for retries.
        await turn()
        answer = await with_retries(self._policy, partial(self._attempt, url, capability), before_retry=turn)
        report_answer(url.path)
        return answer

    async def aclose(self) -> None:
        """Closes the connections."""
        if self._client is not None:
            await self._client.aclose()

    async def reconnect(self) -> None:
        """From now on requests go over new connections; those under way are sent once more."""
        for exchanges in self._exchanges.values():
            for exchange in exchanges:
                exchange.give_up()
        await self._leave_connections()

    async def _leave_connections(self) -> None:
        """The next request is sent on a new connection; those before are closed with the last request on them."""
        if self._transport is not None:
            return
        left, self._client = self._client, None
        if left is not None and not self._exchanges.get(left):
            await left.aclose()

    @asynccontextmanager
    async def _over(self, client: httpx.AsyncClient, exchange: Exchange) -> AsyncIterator[None]:
        """Counts an exchange among those of its client for the length of the block."""
        under_way = self._exchanges.setdefault(client, set())
        under_way.add(exchange)
        try:
            yield
        finally:
            under_way.discard(exchange)
            if not under_way:
                del self._exchanges[client]
                if client is not self._client:
                    await client.aclose()

    async def _attempt(self, url: httpx.URL, capability: Capability | None) -> Answer:
        """One try; made a second time where the first ended by no doing of the other side."""
        result, exchange = await self._ask(url, capability)
        if exchange.interrupted and isinstance(result, ProviderError):
            await self._limiter.turn()
            result, exchange = await self._ask(url, capability)
        if isinstance(result, Answer):
            return result
        self.traffic.count_failure(result)
        if result.kind is Kind.RATE_LIMITED:
            self._limiter.pause(result.retry_after_s or self._policy.limited_s or 0.0)
        if result.kind is Kind.UNREACHABLE and exchange.reused:
            await self._leave_connections()  # the others that idle are most likely as dead
        raise result

    async def _ask(self, url: httpx.URL, capability: Capability | None) -> tuple[Answer | ProviderError, Exchange]:
        """Sends a request; the answer or what became of it, and how it went."""
        async with self._in_flight:
            self.traffic.calls += 1
            self.traffic.recent.append(monotonic())
            try:
                client = await self._opened()
            except ValueError as fault:  # a sentence on SSL_CERT_FILE
                error = ProviderError(Kind.REFUSED, f"No data: {fault}", capability=capability, path=url.path)
                return error, Exchange(self._route, self._limits)
            exchange = Exchange(self._route, self._limits)
            return await self._send(client, exchange, url, capability), exchange

    async def _turn(self, url: httpx.URL, capability: Capability | None) -> None:
        """Waits for the turn; during a long pause the server asked for, requests fail at once instead."""
        left = self._limiter.paused_s()
        if left:
            error = refused(Refusal(429, httpx.Headers(), b"", url.path, capability))
            error.retry_after_s = left
            if left > self._policy.total_s:
                raise error
            report_setback(error, left)
        await self._limiter.turn()

    async def _opened(self) -> httpx.AsyncClient:
        """The client, made with the first request: reading the trusted certificates takes a thread 20 ms."""
        async with self._opening:
            if self._client is None:
                if self.base.scheme == "https" and self._transport is None and self._route.trust is None:
                    self._route = replace(self._route, trust=await asyncio.to_thread(trust_of, os.environ))
                self._client = self._route.client(
                    auth=self._auth,
                    headers={
                        "Accept": self._form.accept,
                        "Accept-Encoding": "gzip",
                        "User-Agent": f"deskview/{__version__}",
                    },
                    limits=httpx.Limits(max_connections=self._limits.in_flight, keepalive_expiry=self._limits.idle_s),
                    follow_redirects=False,
                    transport=self._transport,
                )
            return self._client

    async def _send(
        self, client: httpx.AsyncClient, exchange: Exchange, url: httpx.URL, capability: Capability | None
    ) -> Answer | ProviderError:
        """The answer or the error, returned and not raised: a chained exception would hold the key."""
        try:
            request = client.stream("GET", url, extensions={"trace": exchange.follow})
            whole = asyncio.timeout(self._limits.call_s)
            async with whole, exchange.deadline, self._over(client, exchange), request as response:
                if response.status_code != httpx.codes.OK:
                    return self._refusal(response, await self._beginning(response, exchange), capability)
                body = await self._read(response, exchange, capability)
            self._form.check(body, url.path, capability)
        except ProviderError as error:
            return error.with_traceback(None)
        except Exception as fault:
            if not of_transport(fault, exchange):
                raise
            return await explained(fault, exchange, url, capability)
        return Answer(body, response.headers, url)

    async def _read(self, response: httpx.Response, exchange: Exchange, capability: Capability | None) -> bytes:
        limits = self._limits
        body = Body(response.headers, limits.body_bytes, response.url.path, capability)
        async with AsyncExitStack() as held:
            held.callback(body.clear)
            waits = True
            exchange.expect_body()
            async for chunk in _on_wire(response):
                exchange.receive(len(chunk))
                for size in body.add(chunk):
                    if waits and size > limits.small_bytes:
                        exchange.hold()
                        await held.enter_async_context(self._large)
                        exchange.expect_body()
                        waits = False
            exchange.hold()
            self.traffic.bytes_received += exchange.received
            return body.whole()

    async def _beginning(self, response: httpx.Response, exchange: Exchange) -> bytes:
        """The start of an error's body; empty where it can't be read, for the status counts more."""
        try:
            body = Body(response.headers, self._limits.body_bytes, response.url.path, None)
            exchange.expect_body()
            async for chunk in _on_wire(response):
                exchange.receive(len(chunk))
                if any(size >= ERROR_BODY_BYTES for size in body.add(chunk)):
                    break
        except (ProviderError, httpx.HTTPError, httpx.StreamError, OSError):
            return b""
        return body.beginning()[:ERROR_BODY_BYTES]

    def _refusal(self, response: httpx.Response, body: bytes, capability: Capability | None) -> ProviderError:
        refusal = Refusal(response.status_code, response.headers, body, response.url.path, capability)
        return self._translate(refusal) or refused(refusal)


def _auth_of(key: Secret | Mapping[str, Secret] | None, origin: Origin) -> HeaderAuth | None:
    """What puts the secrets on requests; None where there are none and some are wanted."""
    if isinstance(key, Mapping):
        return HeaderAuth(key, origin)
    return BearerAuth(key, origin) if key else None


def route_to(base: httpx.URL) -> Route:
    """The way to a base address, as the environment has it; `trust` is still to be read. Raises ValueError.

    A proxy never stands before this machine: it would get plain http, key and all.
    """
    if base.scheme == "https":
        check_named_certificates(os.environ)
    here = is_loopback(base.host)
    proxy = None if here else proxy_for(base.host, origin_of(base).port or 0, os.environ)
    return Route(base.netloc.decode("ascii"), proxy)


def _on_wire(response: httpx.Response) -> httpx.AsyncByteStream:
    """The body as it is sent; httpx's own `aiter_raw` has none where a stand-in made the response in one piece."""
    return cast(httpx.AsyncByteStream, response.stream)


class Paged(Protocol):
    """What a page says of the next one; absent, null and empty all mean there is none."""

    @property
    def next_url(self) -> str | None: ...


Page = TypeVar("Page", bound=Paged)


async def follow(
    http: HttpClient,
    first: Answer,
    read: Callable[[Answer], Awaitable[Page]],
    *,
    capability: Capability | None = None,
    most: int = 500,
) -> AsyncGenerator[Page, None]:
    """The pages one after the other, from the first answer on.

    Raises FOREIGN_PAGE for a next page of another origin, MALFORMED for a page named a second time, and
    TOO_LARGE after `most` pages: a table that stops early would pass for a complete one.
    """
    answer, seen = first, {str(first.url)}
    while True:
        page = await read(answer)
        yield page
        if not page.next_url:
            return
        url = next_page(http.base, answer.url, page.next_url)
        if str(url) in seen:
            raise _endless(Kind.MALFORMED, "The provider names the same page twice", capability, url.path)
        if len(seen) >= most:
            raise _endless(Kind.TOO_LARGE, f"The table has more than {most} pages", capability, url.path)
        seen.add(str(url))
        answer = await http.fetch(url, capability=capability)


def _endless(kind: Kind, sentence: str, capability: Capability | None, path: str) -> ProviderError:
    return ProviderError(
        kind, f"{sentence}; reading stopped and the table is not updated.", capability=capability, path=path
    )
