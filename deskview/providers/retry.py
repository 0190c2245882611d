"""Second tries: which failures, after how long, and when to give up.

stamina runs the loop (attempts, total time, its log line per retry); its `on` hook decides over the waits: what the
server says, else exponential backoff with jitter.
"""

import logging
import math
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import httpx
import stamina

from deskview.providers.errors import Kind, ProviderError

Answer = TypeVar("Answer")
log = logging.getLogger(__name__)

_LISTENER: ContextVar[Callable[[ProviderError], None] | None] = ContextVar("setback", default=None)


@contextmanager
def setbacks_told(listener: Callable[[ProviderError], None]) -> Iterator[None]:
    """Within the block and the tasks it starts, `listener` gets each failure that is going to be tried again.

    Its `retry_after_s` says when. A single failure other than a refused rate is passed over: the next try, half a
    second later, mostly succeeds.
    """
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)


def tell_setback(error: ProviderError, wait_s: float) -> None:
    """Tells whoever listens that the request waits so long before its next try."""
    listener = _LISTENER.get()
    if listener is not None:
        listener(
            ProviderError(
                error.kind,
                error.sentence,
                capability=error.capability,
                status=error.status,
                retry_after_s=wait_s,
                path=error.path,
            )
        )


@dataclass(frozen=True)
class Patience:
    """How long one request is tried: `attempts` in all, `total_s` from the first to the last wait.

    `limited_s` is the wait after a 429 that names none; where it is None the backoff applies.
    `rest_s` is what an exhausted request advises before a new one.
    """

    attempts: int = 5
    total_s: float = 45.0
    first_wait_s: float = 0.5
    longest_wait_s: float = 8.0
    jitter_s: float = 0.5
    limited_s: float | None = None
    rest_s: float = 15.0


async def persistently(
    patience: Patience, call: Callable[[], Awaitable[Answer]], *, before_retry: Callable[[], Awaitable[None]]
) -> Answer:
    """The answer of `call`, tried again while its ProviderError is transient; raises the last one.

    A wait the server asks for is kept exactly (plus jitter); one that would pass `total_s` ends the
    tries at once, and the error says after how many seconds to come back.
    """
    attempts = stamina.retry_context(
        _decision(patience),
        attempts=patience.attempts,
        timeout=patience.total_s,
    )
    try:
        async for attempt in attempts:
            with attempt:
                if attempt.num > 1:
                    await before_retry()
                return await call()
    except ProviderError as error:
        if error.transient and error.retry_after_s is None:
            error.retry_after_s = patience.limited_s or patience.rest_s
        raise
    raise AssertionError("stamina ends with an answer or an exception")


def _decision(patience: Patience) -> Callable[[Exception], bool | float]:
    """Whether to try again: False, or the seconds to wait."""
    began, tries = time.monotonic(), 0

    def decide(error: Exception) -> bool | float:
        nonlocal tries
        if not isinstance(error, ProviderError) or not error.transient:
            return False
        log.info("%s: %s", error.path, error.kind)
        wait = error.retry_after_s
        if wait is None and error.kind is Kind.RATE_LIMITED:
            wait = patience.limited_s
        if wait is None:
            wait = min(patience.first_wait_s * 2**tries, patience.longest_wait_s)
        tries += 1
        if time.monotonic() - began + wait > patience.total_s:
            return False
        if error.kind is Kind.RATE_LIMITED or tries > 1:
            tell_setback(error, wait)
        return wait + random.uniform(0, patience.jitter_s)  # noqa: S311 - spreads load, guards nothing

    return decide


def retry_after_s(headers: httpx.Headers) -> float | None:
    """Seconds the server asks to wait: `Retry-After` as seconds or as an HTTP date; None when absent or no such thing.

    A date is read against the answer's own `Date`, so that a wrong clock here does not matter.
    """
    text = headers.get("Retry-After", "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        until = _http_date(text)
        if until is None:
            return None
        seconds = (until - (_http_date(headers.get("Date", "")) or datetime.now(UTC))).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
