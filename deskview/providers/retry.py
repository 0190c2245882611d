"""When requests go out, and when again: how many at most, which failures are tried anew, after how long.

stamina runs the loop (attempts, total time, its log line per retry); its `on` hook decides over the waits: what the
server says, else exponential backoff with jitter.
"""

import asyncio
import logging
import math
import random
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import httpx
import stamina

from deskview.clock import monotonic
from deskview.providers.errors import Kind, ProviderError

Answer = TypeVar("Answer")
log = logging.getLogger(__name__)
LONGEST_PAUSE_S = 300.0
"""A server that asks for longer is asked again all the same: a desk that waits for hours, or for ever on a slip of the
server's, shows old figures meanwhile, and a call in five minutes is no load."""
Listener = Callable[[str, ProviderError | None], None]
_LISTENER: ContextVar[Listener | None] = ContextVar("setback", default=None)


class RateLimiter:
    """At most `calls` requests in any window of `seconds`, first come first served.

    A sliding window and not a bucket that refills: a bucket of five lets ten calls through in the first
    minute, which a plan of five per minute answers with 429. `pause` holds everyone back together.
    """

    def __init__(
        self,
        calls: int,
        seconds: float,
        *,
        clock: Callable[[], float] = monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        if calls < 1 or seconds <= 0:
            raise ValueError("a rate limit needs at least one call and a window above zero seconds")
        self._sent: deque[float] = deque(maxlen=calls)
        self._calls = calls
        self._seconds = seconds
        self._paused_until = float("-inf")
        self._clock = clock
        self._sleep = sleep
        self._queue = asyncio.Lock()

    async def turn(self) -> None:
        """Returns when the next request may go out."""
        async with self._queue:
            while (wait := self._wait()) > 0:
                await self._sleep(wait)
            self._sent.append(self._clock())

    def pause(self, seconds: float) -> None:
        """Nobody's turn comes before `seconds` from now, at most five minutes. Only time ends it: the user can't."""
        self._paused_until = max(self._paused_until, self._clock() + min(seconds, LONGEST_PAUSE_S))

    def resume(self) -> None:
        """Ends a pause: whoever asks now wants to know whether it still holds."""
        self._paused_until = float("-inf")

    def paused_s(self) -> float:
        """Seconds left of a pause; 0 when there is none."""
        return max(0.0, self._paused_until - self._clock())

    def _wait(self) -> float:
        full = self._sent[0] + self._seconds if len(self._sent) == self._calls else float("-inf")
        return max(full, self._paused_until) - self._clock()


@contextmanager
def listening_to_setbacks(listener: Listener) -> Iterator[None]:
    """Within the block and the tasks it starts, `listener` gets the path of each request that failed and is going to be
    tried again with the failure, and of each that was answered with None.

    Its `retry_after_s` says when. A single failure that came soon is passed over, unless it is a refused rate: the next
    try, half a second later, mostly succeeds.
    """
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)


def report_setback(error: ProviderError, wait_s: float) -> None:
    """Tells whoever listens that the request waits so long before its next try."""
    listener = _LISTENER.get()
    if listener is not None:
        listener(
            error.path,
            ProviderError(
                error.kind,
                error.sentence,
                capability=error.capability,
                status=error.status,
                retry_after_s=wait_s,
                path=error.path,
            ),
        )


def report_answer(path: str) -> None:
    """Tells whoever listens that a request was answered: what was told of its setbacks is over."""
    listener = _LISTENER.get()
    if listener is not None:
        listener(path, None)


@dataclass(frozen=True)
class RetryPolicy:
    """How long one request is tried: `attempts` in all, `total_s` from the first to the last wait.

    `limited_s` is the wait after a 429 that names none; where it is None the backoff applies.
    `rest_s` is what an exhausted request advises before a new one. A first failure is told where it took longer than
    `quiet_s`.
    """

    attempts: int = 5
    total_s: float = 45.0
    first_wait_s: float = 0.5
    longest_wait_s: float = 8.0
    jitter_s: float = 0.5
    limited_s: float | None = None
    rest_s: float = 15.0
    quiet_s: float = 2.0


MINUTE_S = 61.0
"""A second more than a vendor's minute: its clock sees the calls later than ours sends them."""
BY_THE_MINUTE = RetryPolicy(total_s=130.0, limited_s=12.0)
"""On a plan counted by the minute a full minute's wait is ordinary and no reason to give up."""


def paced(calls_per_second: int, calls_per_minute: int | None) -> tuple[RateLimiter, RetryPolicy]:
    """The pace of a vendor, by the minute where the plan is counted so, and how long a request is tried at that."""
    if calls_per_minute:
        return RateLimiter(calls_per_minute, MINUTE_S), BY_THE_MINUTE
    return RateLimiter(calls_per_second, 1.0), RetryPolicy()


async def with_retries(
    policy: RetryPolicy, call: Callable[[], Awaitable[Answer]], *, before_retry: Callable[[], Awaitable[None]]
) -> Answer:
    """The answer of `call`, tried again while its ProviderError is transient; raises the last one.

    A wait the server asks for is kept exactly (plus jitter); one that would pass `total_s` ends the
    tries at once, and the error says after how many seconds to come back.
    """
    tries = _Tries(policy)
    attempts = stamina.retry_context(
        tries.wait_after,
        attempts=policy.attempts,
        timeout=policy.total_s,
    )
    try:
        async for attempt in attempts:
            with attempt:
                if attempt.num > 1:
                    await before_retry()
                tries.begin()
                return await call()
    except ProviderError as error:
        if error.transient and error.retry_after_s is None:
            error.retry_after_s = policy.limited_s or policy.rest_s
        raise
    raise AssertionError("stamina ends with an answer or an exception")


class _Tries:
    """The tries of one request, the waits between them, and what is told of them."""

    def __init__(self, policy: RetryPolicy) -> None:
        self._policy = policy
        self._first = self._last = monotonic()
        self._count = 0

    def begin(self) -> None:
        """A try begins."""
        self._last = monotonic()

    def wait_after(self, error: Exception) -> bool | float:
        """Whether to try again after this failure: False, or the seconds to wait."""
        policy, now = self._policy, monotonic()
        if not isinstance(error, ProviderError) or not error.transient:
            return False
        log.info("%s: %s", error.path, error.kind)
        wait = error.retry_after_s
        if wait is None and error.kind is Kind.RATE_LIMITED:
            wait = policy.limited_s
        if wait is None:
            wait = min(policy.first_wait_s * 2**self._count, policy.longest_wait_s)
        self._count += 1
        if now - self._first + wait > policy.total_s:
            return False
        if error.kind is Kind.RATE_LIMITED or self._count > 1 or now - self._last > policy.quiet_s:
            report_setback(error, wait)
        return wait + random.uniform(0, policy.jitter_s)  # noqa: S311 - spreads load, guards nothing


def retry_after_s(headers: httpx.Headers) -> float | None:
    """Seconds the server asks to wait: `Retry-After` as seconds or as an HTTP date; None when absent or no such thing.

    A date is read against the answer's own `Date`, so that a wrong clock here does not matter. It may be any time
    ahead: `capped` makes a wait of it.
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


def capped(asked_s: float | None) -> tuple[float | None, str]:
    """The wait that is kept of what a server asks for, and what is to be said where it is less; else nothing."""
    if asked_s is None or asked_s <= LONGEST_PAUSE_S:
        return asked_s, ""
    return (
        LONGEST_PAUSE_S,
        f" It asked to wait {min(asked_s, 1e15):.0f} s; deskview waits {LONGEST_PAUSE_S:.0f} s at most.",
    )


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError, TypeError, IndexError):  # what the parser makes of dates that are none
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
