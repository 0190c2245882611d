"""When each kind of work is done: at its own cadence, never overlapping itself, sooner when woken.

What fails is kept as the task's fault, which the board shows: from the first refused request on, not only when the
last try has failed.
"""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from deskview.feed.state import FeedState
from deskview.feed.tasks import KEY_AGAIN_S, KEYRING_READ, Failure, Progress, Task, failure_of, progress_message
from deskview.market.errors import ReferenceDataError
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.retry import listening_to_setbacks

Work = Callable[[], Awaitable[None]]
TURNS: Mapping[Task, Task] = {Task.DETAILS: Task.DAILY}
"""Work that has no loop of its own, and in whose turn it is done."""
TURN_AGAIN_S = 300.0
"""Another's turn is brought forward to this and no further: it costs many calls, and a plan may have five a minute."""

log = logging.getLogger(__name__)


class Scheduler:
    """The loops' turns. `changed` is set whenever there is something new to show; `report` gets progress in words.

    `key_refused` hears of each refused key, where somebody can read it anew. `clock` is monotonic, in seconds.
    """

    def __init__(self, state: FeedState, clock: Callable[[], float] = time.monotonic) -> None:
        self.changed = asyncio.Event()
        self.report: Callable[[str], None] | None = None
        self.key_refused: Callable[[], None] | None = None
        self._state = state
        self._clock = clock
        self._wake = {task: asyncio.Event() for task in Task}
        self._cadences: dict[Task, float] = {}
        self._sooner: dict[Task, float] = {}

    def wake(self, *tasks: Task) -> None:
        """These tasks (all, where none is named) are done without waiting for their turn."""
        for task in tasks or self._wake:
            self._wake[task].set()

    def bring_forward(self, task: Task, wait_s: float) -> float:
        """The turn after this one comes in so many seconds: minutes at the soonest, the cadence at the latest.

        Returns the wait it is.
        """
        latest = self._sooner.get(task, self._cadences.get(task, math.inf))
        self._sooner[task] = min(latest, max(wait_s, TURN_AGAIN_S))
        return self._sooner[task]

    async def every(self, task: Task, cadence: float, work: Work) -> None:
        """Does the work for ever, `cadence` seconds apart; ends by cancellation."""
        self._cadences[task] = cadence
        while True:
            self._wake[task].clear()
            self._sooner.pop(task, None)
            wait = await self.attempt(task, work) or self._sooner.get(task, cadence)
            self.changed.set()
            try:
                async with asyncio.timeout(wait):
                    await self._wake[task].wait()
            except TimeoutError:
                continue

    async def attempt(self, task: Task, work: Work) -> float | None:
        """Does the work; a failure becomes the task's fault. Returns the wait before the next try of what failed."""
        self._under_way(task)

        def record(error: ProviderError) -> None:
            self._fail(task, failure_of(task, error), error.retry_after_s)

        failed: Exception
        try:
            with listening_to_setbacks(record):
                await work()
        except (ProviderError, ReferenceDataError) as error:
            log.warning("%s: %s", task, error)
            failed = error
        except Exception as error:
            log.exception("%s failed", task)
            failed = error
        else:
            self._state.faults.pop(task, None)
            self._state.progress.pop(task, None)
            return None
        failure, asked_s = failure_of(task, failed), getattr(failed, "retry_after_s", None)
        if isinstance(failed, ProviderError) and failed.kind is Kind.KEY_REFUSED and self.key_refused is not None:
            self.key_refused()
            failure, asked_s = replace(failure, sentence=f"{failure.sentence} {KEYRING_READ}"), KEY_AGAIN_S
        return self._fail(task, failure, self._next(task, asked_s))

    def _under_way(self, task: Task) -> None:
        """The try that was announced is this one."""
        fault = self._state.faults.get(task)
        if fault is not None and fault.retry_at is not None:
            self._state.faults[task] = replace(fault, retry_at=min(fault.retry_at, self._clock()))
            self.changed.set()

    def _next(self, task: Task, asked_s: float | None) -> float | None:
        """After how long what failed is tried again: as asked, else at its cadence; None where there is no loop.

        Work that is part of another's turn brings that turn forward.
        """
        turn = TURNS.get(task, task)
        cadence = self._cadences.get(turn)
        if cadence is None:
            return None
        wait_s = asked_s or cadence
        return wait_s if turn is task else self.bring_forward(turn, wait_s)

    def _fail(self, task: Task, failure: Failure, wait_s: float | None) -> float | None:
        retry_at = None if wait_s is None else self._clock() + wait_s
        self._state.faults[task] = replace(failure, retry_at=retry_at)
        self.changed.set()
        return wait_s

    def progress(self, task: Task) -> Callable[[Progress], None]:
        """What takes the progress of a task and shows it."""

        def record(progress: Progress) -> None:
            self._state.progress[task] = progress
            self.changed.set()
            if self.report:
                self.report(progress_message(task, progress))

        return record
