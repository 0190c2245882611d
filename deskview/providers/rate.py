"""How often requests go out."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable


class Pace:
    """At most `calls` requests in any window of `seconds`, first come first served.

    A sliding window and not a bucket that refills: a bucket of five lets ten calls through in the first
    minute, which a plan of five per minute answers with 429. `pause` holds everyone back together.
    """

    def __init__(
        self,
        calls: int,
        seconds: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        if calls < 1 or seconds <= 0:
            raise ValueError("a pace needs at least one call and a window above zero seconds")
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
        """Nobody's turn comes before `seconds` from now."""
        self._paused_until = max(self._paused_until, self._clock() + seconds)

    def paused_s(self) -> float:
        """Seconds left of a pause; 0 when there is none."""
        return max(0.0, self._paused_until - self._clock())

    def _wait(self) -> float:
        full = self._sent[0] + self._seconds if len(self._sent) == self._calls else float("-inf")
        return max(full, self._paused_until) - self._clock()
