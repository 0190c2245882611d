"""A loop whose clock runs ahead whenever nothing is left to be done: hours of waiting pass in milliseconds."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any

HOUR_S = 3_600.0


class _Waitless(selectors.DefaultSelector):
    """Adds up the time it would have waited."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready now; nothing else can become so in this process."""
        ready: list[tuple[selectors.SelectorKey, int]] = super().select(0)
        if not ready and timeout is not None:
            self.now += timeout
        return ready


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._clock = _Waitless()
        super().__init__(self._clock)

    def time(self) -> float:
        return self._clock.now


def run_ahead(work: Coroutine[Any, Any, None]) -> None:
    """Runs what needs no thread and no socket on such a loop; its clock is `asyncio.get_running_loop().time`."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        runner.run(work)
