"""Many small requests at once, a bounded number in flight."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import TypeVar

from deskview.feed.state import Progress

Item = TypeVar("Item")
IN_FLIGHT = 12


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
    started, done = monotonic(), 0

    async def worker() -> None:
        nonlocal done
        for item in waiting:
            await work(item)
            done += 1
            if progress:
                pace = (monotonic() - started) / done
                progress(Progress(done, len(items), pace * (len(items) - done)))

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(limit, len(items))):
                group.create_task(worker())
    except BaseExceptionGroup as failures:
        raise _first(failures) from None


def _first(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    first = failures.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
