"""Many small requests at once, a bounded number in flight."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import TypeVar

from deskview.feed.state import Progress

Item = TypeVar("Item")
IN_FLIGHT = 12


class Pace:
    """Tells how far a task is, and from its pace so far how long it still takes."""

    def __init__(self, total: int, tell: Callable[[Progress], None] | None) -> None:
        self._total = total
        self._tell = tell
        self._done = 0
        self._started = monotonic()

    def advance(self, count: int = 1) -> None:
        """So many more are done."""
        self._done += count
        if self._tell:
            each = (monotonic() - self._started) / self._done
            self._tell(Progress(self._done, self._total, each * (self._total - self._done)))


async def for_each(
    items: Sequence[Item],
    work: Callable[[Item], Awaitable[None]],
    *,
    progress: Callable[[Progress], None] | None = None,
    limit: int = IN_FLIGHT,
) -> None:
    """Runs `work` over the items in order, at most `limit` at once, telling progress after each.

    The first exception stops the rest and is raised; what was done stays done.
    """
    waiting = iter(items)
    pace = Pace(len(items), progress)

    async def worker() -> None:
        for item in waiting:
            await work(item)
            pace.advance()

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(limit, len(items))):
                group.create_task(worker())
    except BaseExceptionGroup as failures:
        raise _first(failures) from None


def _first(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    first = failures.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
