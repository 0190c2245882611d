"""One client for all requests to one provider: paced, bounded, retried, careful with the key, page after page."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, TypeVar
from urllib.parse import quote, urlencode

import httpx

from deskview import __version__
from deskview.providers.answers import Answer, Refusal, Translate, check_whole, refused, too_large, unreachable
from deskview.providers.base import Capability
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.origin import BearerAuth, base_address, is_loopback, next_page, origin_of
from deskview.providers.retry import RateLimiter, RetryPolicy, report_setback, with_retries
from deskview.text import Secret

Params = Mapping[str, str | int]
ERROR_BODY_BYTES = 65_536


@dataclass(frozen=True)
class Limits:
    """Bounds of one request. `body_bytes` holds on the wire and unpacked alike; `call_s` for the whole."""

    body_bytes: int = 256_000_000
    in_flight: int = 8
    connect_s: float = 5.0
    read_s: float = 30.0
    call_s: float = 120.0


@dataclass
class Traffic:
    """What went over the wire so far, for the status line."""

    calls: int = 0
    failures: int = 0
    bytes_received: int = 0
    recent: deque[float] = field(default_factory=lambda: deque(maxlen=10_000), repr=False)

    def calls_last_minute(self) -> int:
        """Requests sent within the last 60 s."""
        since = time.monotonic() - 60
        while self.recent and self.recent[0] < since:
            self.recent.popleft()
        return len(self.recent)


class HttpClient:
    """GET requests below `base_url`; every failure is a ProviderError.

    `translate` gives the provider's own reading of a refusal, or None to leave it to the status. With no
    `key` every request raises KEY_MISSING. `transport` replaces the network (an in-process server).
    """

    def __init__(
        self,
        base_url: str,
        key: Secret | None,
        *,
        translate: Translate = lambda _: None,
        limiter: RateLimiter,
        transport: httpx.AsyncBaseTransport | None = None,
        policy: RetryPolicy | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.base = base_address(base_url, in_process=transport is not None)
        self.traffic = Traffic()
        self._translate = translate
        self._limiter = limiter
        self._policy = policy or RetryPolicy()
        self._limits = limits or Limits()
        self._in_flight = asyncio.Semaphore(self._limits.in_flight)
        self._has_key = key is not None
        self._client = httpx.AsyncClient(
            auth=BearerAuth(key, origin_of(self.base)) if key else None,
            headers={"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": f"deskview/{__version__}"},
            timeout=httpx.Timeout(self._limits.connect_s, read=self._limits.read_s, pool=self._limits.call_s),
            limits=httpx.Limits(max_connections=self._limits.in_flight),
            follow_redirects=False,
            transport=transport,
            # A proxy of the environment would get plain http to this machine, key and all.
            trust_env=not is_loopback(self.base.host),
        )

    async def get(self, path: str, params: Params | None = None, *, capability: Capability | None = None) -> Answer:
        """The answer for a path below the base address (already quoted, no leading slash)."""
        query = f"?{urlencode(params, quote_via=quote)}" if params else ""
        return await self.fetch(self.base.join(path + query), capability=capability)

    async def fetch(self, url: httpx.URL, *, capability: Capability | None = None) -> Answer:
        """The answer for an address of the base origin; tried again while that makes sense."""
        if not self._has_key:
            sentence = "No key is stored for the provider. Log in, or open the demo."
            raise ProviderError(Kind.KEY_MISSING, sentence, capability=capability, path=url.path)
        if origin_of(url) != origin_of(self.base):
            raise ProviderError(Kind.FOREIGN_PAGE, "The address is on another server; not fetched.", path=url.path)
        turn = partial(self._turn, url, capability)
        # Queueing for the first turn may take minutes on a small plan and is no part of the time for retries.
        await turn()
        return await with_retries(self._policy, partial(self._attempt, url, capability), before_retry=turn)

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def _attempt(self, url: httpx.URL, capability: Capability | None) -> Answer:
        async with self._in_flight:
            self.traffic.calls += 1
            self.traffic.recent.append(time.monotonic())
            result = await self._send(url, capability)
        if isinstance(result, Answer):
            return result
        self.traffic.failures += 1
        if result.kind is Kind.RATE_LIMITED:
            self._limiter.pause(result.retry_after_s or self._policy.limited_s or 0.0)
        raise result

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

    async def _send(self, url: httpx.URL, capability: Capability | None) -> Answer | ProviderError:
        """The answer or the error, returned and not raised: a chained exception would hold the key."""
        try:
            async with asyncio.timeout(self._limits.call_s), self._client.stream("GET", url) as response:
                if response.status_code != httpx.codes.OK:
                    return self._refusal(response, await _beginning(response), capability)
                body = await self._read(response, capability)
            check_whole(body, url.path, capability)
        except ProviderError as error:
            return error.with_traceback(None)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, TimeoutError, OSError) as fault:
            return unreachable(fault, url.path, capability)
        return Answer(body, response.headers, url)

    async def _read(self, response: httpx.Response, capability: Capability | None) -> bytes:
        limit = self._limits.body_bytes
        announced = response.headers.get("Content-Length", "")
        chunks, size = [], 0
        if announced.isdigit() and int(announced) > limit:
            raise too_large(limit, response.url.path, capability)
        async for chunk in response.aiter_bytes():
            chunks.append(chunk)
            size += len(chunk)
            if max(size, response.num_bytes_downloaded) > limit:
                raise too_large(limit, response.url.path, capability)
        self.traffic.bytes_received += response.num_bytes_downloaded
        return b"".join(chunks)

    def _refusal(self, response: httpx.Response, body: bytes, capability: Capability | None) -> ProviderError:
        refusal = Refusal(response.status_code, response.headers, body, response.url.path, capability)
        return self._translate(refusal) or refused(refusal)


async def _beginning(response: httpx.Response) -> bytes:
    """The start of an error's body; empty where it can't be read, for the status counts more."""
    body = bytearray()
    try:
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) >= ERROR_BODY_BYTES:
                break
    except (httpx.HTTPError, httpx.StreamError, OSError):
        return b""
    return bytes(body[:ERROR_BODY_BYTES])


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
) -> AsyncIterator[Page]:
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
