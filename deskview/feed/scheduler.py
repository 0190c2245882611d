"""When each kind of work is done: at its own cadence, never overlapping itself, sooner when woken.

What fails is kept as the task's fault, which the board shows: from the first refused request on, not only when the
last try has failed.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from deskview.feed.state import FeedState
from deskview.feed.tasks import Progress, Task, failure_message, progress_message
from deskview.providers.errors import ProviderError
from deskview.providers.retry import listening_to_setbacks

Work = Callable[[], Awaitable[None]]

log = logging.getLogger(__name__)


class Scheduler:
    """The loops' turns. `changed` is set whenever there is something new to show; `report` gets progress in words."""

    def __init__(self, state: FeedState) -> None:
        self.changed = asyncio.Event()
        self.report: Callable[[str], None] | None = None
        self._state = state
        self._wake = {task: asyncio.Event() for task in Task}

    def wake(self, *tasks: Task) -> None:
        """These tasks (all, where none is named) are done without waiting for their turn."""
        for task in tasks or self._wake:
            self._wake[task].set()

    async def every(self, task: Task, cadence: float, work: Work) -> None:
        """Does the work for ever, `cadence` seconds apart; ends by cancellation."""
        while True:
            self._wake[task].clear()
            wait = await self.attempt(task, work) or cadence
            self.changed.set()
            try:
                async with asyncio.timeout(wait):
                    await self._wake[task].wait()
            except TimeoutError:
                continue

    async def attempt(self, task: Task, work: Work) -> float | None:
        """Does the work; a failure becomes the task's fault. Returns the wait the provider asked for, if any."""

        def record(error: ProviderError) -> None:
            self._state.faults[task] = failure_message(error)
            self.changed.set()

        try:
            with listening_to_setbacks(record):
                await work()
        except ProviderError as error:
            self._state.faults[task] = failure_message(error)
            log.warning("%s: %s", task, error)
            return error.retry_after_s
        except Exception:
            self._state.faults[task] = f"{task}: a fault of deskview's own, see the log; the last good figures stay."
            log.exception("%s failed", task)
            return None
        self._state.faults.pop(task, None)
        self._state.progress.pop(task, None)
        return None

    def progress(self, task: Task) -> Callable[[Progress], None]:
        """What takes the progress of a task and shows it."""

        def record(progress: Progress) -> None:
            self._state.progress[task] = progress
            self.changed.set()
            if self.report:
                self.report(progress_message(task, progress))

        return record
