"""When each kind of work is done: at its own cadence, never overlapping itself, sooner when woken.

Turns are at start + k * cadence however long each takes; one that is due while the last still runs is counted and left
out. A turn out of turn (woken, or as a failure asked) starts the count anew.

What fails is kept as the task's fault, which the board shows: from the first refused request on, not only when the
last try has failed.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from deskview.clock import monotonic
from deskview.feed.state import FeedState
from deskview.feed.tasks import KEY_AGAIN_S, KEYRING_READ, Failure, Progress, Task, Timing, failure_of, progress_message
from deskview.market.errors import ReferenceDataError
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.retry import listening_to_setbacks

Work = Callable[[], Awaitable[None]]
TURNS: Mapping[Task, Task] = {Task.DETAILS: Task.DAILY}
"""Work that has no loop of its own, and in whose turn it is done."""
TURN_AGAIN_S = 300.0
"""Another's turn is brought forward to this and no further: it costs many calls, and a plan may have five a minute."""
PERHAPS_A_LOGIN_PAGE = frozenset({Kind.MALFORMED, Kind.REDIRECTED})
"""Failures that something in between may have answered, as where a VPN is down: no reason to wait for an hour."""

log = logging.getLogger(__name__)


class Beat:
    """When the turns of a task are due: at start + k * cadence. All in seconds of one clock; `began` is the last turn's
    beginning."""

    def __init__(self, cadence: float, now: float) -> None:
        self.cadence = cadence
        self.began = self._start = now
        self._turn = 0

    @property
    def due(self) -> float:
        """The turn that is under way, or the next one after `pass_over`."""
        return self._start + self._turn * self.cadence

    def begin(self, now: float, *, in_turn: bool) -> None:
        """A turn begins; one out of turn, or a whole cadence late as after a sleep, starts the count anew."""
        self.began = now
        if not in_turn or now >= self.due + self.cadence:
            self._start, self._turn = now, 0

    def next_after(self, now: float) -> float:
        """When the first turn after now and after the one under way is due."""
        return self._start + (self._passed(now) + 1) * self.cadence

    def pass_over(self, now: float) -> int:
        """The turn under way is over, and the next one is the first after now; returns how many were missed."""
        passed = self._passed(now)
        missed, self._turn = passed - self._turn, passed + 1
        return missed

    def _passed(self, now: float) -> int:
        return max(self._turn, math.floor((now - self._start) / self.cadence))


class Scheduler:
    """The loops' turns. `changed` is set whenever there is something new to show; `report` gets progress in words.

    `timings` is how each task has kept its times. `key_refused` hears of each refused key, where somebody can read it
    anew. `clock` is monotonic, in seconds.
    """

    def __init__(self, state: FeedState, clock: Callable[[], float] = monotonic) -> None:
        self.changed = asyncio.Event()
        self.report: Callable[[str], None] | None = None
        self.key_refused: Callable[[], None] | None = None
        self.timings: dict[Task, Timing] = {}
        self._state = state
        self._clock = clock
        self._wake = {task: asyncio.Event() for task in Task}
        self._beats: dict[Task, Beat] = {}
        self._sooner: dict[Task, float] = {}

    def wake(self, *tasks: Task) -> None:
        """These tasks (all, where none is named) are done without waiting for their turn."""
        for task in tasks or self._wake:
            self._wake[task].set()

    def wake_begun_before(self, moment: float, *always: Task) -> None:
        """The tasks whose last turn began before the moment of the clock are done without waiting for their turn: those
        named, and those whose next turn is over by now, as while the machine slept."""
        for task, beat in self._beats.items():
            if beat.began < moment and (task in always or beat.due <= self._clock()):
                self.wake(task)

    def bring_forward(self, task: Task, wait_s: float) -> float:
        """The turn after this one comes in so many seconds: minutes at the soonest, the cadence at the latest.

        Returns the wait it is.
        """
        latest = self._sooner.get(task, self._until_turn(task) or math.inf)
        self._sooner[task] = min(latest, max(wait_s, TURN_AGAIN_S))
        return self._sooner[task]

    async def every(self, task: Task, cadence: float, work: Work) -> None:
        """Does the work for ever, `cadence` seconds apart; ends by cancellation."""
        beat = self._beats[task] = Beat(cadence, self._clock())
        in_turn = True
        while True:
            beat.begin(self._clock(), in_turn=in_turn)
            self._wake[task].clear()
            self._sooner.pop(task, None)
            sooner_s = await self.attempt(task, work) or self._sooner.get(task)
            now = self._clock()
            timing = self._timing(task)
            missed = beat.pass_over(now)
            timing.missed += missed if timing.turns > 1 else 0  # the first turn fills what later ones add to
            wait_s = sooner_s or beat.due - now
            timing.next_at = now + wait_s
            self.changed.set()
            woken = await self._woken(task, wait_s)
            timing.next_at = None
            in_turn = not (woken or sooner_s)

    async def _woken(self, task: Task, wait_s: float) -> bool:
        """Waits so long; whether it was woken instead."""
        try:
            async with asyncio.timeout(wait_s):
                return await self._wake[task].wait()
        except TimeoutError:
            return False

    def _timing(self, task: Task) -> Timing:
        return self.timings.setdefault(task, Timing())

    async def attempt(self, task: Task, work: Work) -> float | None:
        """Does the work and times it; a failure becomes the task's fault.

        Returns the wait before the next try that a failure asks for; None where the next turn will do.
        """
        timing, began = self._timing(task), self._clock()
        timing.turns += 1
        asked_s = await self._attempt(task, work)
        timing.last_s = self._clock() - began
        timing.longest_s = max(timing.longest_s, timing.last_s)
        return asked_s

    async def _attempt(self, task: Task, work: Work) -> float | None:
        self._under_way(task)
        before, set_back = self._state.faults.get(task), set[str]()

        def record(path: str, error: ProviderError | None) -> None:
            if error is not None:
                set_back.add(path)
                self._fail(task, failure_of(task, error), error.retry_after_s)
            elif path in set_back:
                set_back.remove(path)
                if not set_back:
                    self._recover(task, before)

        failed: Exception
        try:
            with listening_to_setbacks(record):
                await work()
        except (ProviderError, ReferenceDataError) as error:
            stays = error.for_good if isinstance(error, ProviderError) else False
            log.log(logging.DEBUG if stays and before else logging.WARNING, "%s: %s", task, error)
            failed = error
        except Exception as error:
            log.exception("%s failed", task)
            failed = error
        else:
            self._state.faults.pop(task, None)
            self._state.progress.pop(task, None)
            return None
        return self._give_up(task, failed)

    def _give_up(self, task: Task, failed: Exception) -> float | None:
        """Keeps what the try failed of. Returns the wait that was asked for; None where the next turn will do."""
        if isinstance(failed, ProviderError) and failed.for_good:
            self._fail(task, failure_of(task, failed), None)
            return None
        self._timing(task).failed += 1
        failure, asked_s = failure_of(task, failed), getattr(failed, "retry_after_s", None)
        if isinstance(failed, ProviderError) and failed.kind is Kind.KEY_REFUSED and self.key_refused is not None:
            self.key_refused()
            failure, asked_s = replace(failure, sentence=f"{failure.sentence} {KEYRING_READ}"), KEY_AGAIN_S
        if isinstance(failed, ProviderError) and failed.kind in PERHAPS_A_LOGIN_PAGE:
            asked_s = asked_s or self._soon(task)
        return self._fail_until_next(task, failure, asked_s)

    def _recover(self, task: Task, before: Failure | None) -> None:
        """A setback is over; what the try before failed of still is what is known, until all of this one is done."""
        if before is None:
            self._state.faults.pop(task, None)
        else:
            self._state.faults[task] = before
        self.changed.set()

    def _under_way(self, task: Task) -> None:
        """The try that was announced is this one."""
        fault = self._state.faults.get(task)
        if fault is not None and fault.retry_at is not None:
            self._state.faults[task] = replace(fault, retry_at=min(fault.retry_at, self._clock()))
            self.changed.set()

    def _fail_until_next(self, task: Task, failure: Failure, asked_s: float | None) -> float | None:
        """Keeps the failure with its next try: as asked, else in its next turn; none is told where there is no loop.

        Work that is part of another's turn brings that turn forward. Returns the wait that was asked for.
        """
        turn = TURNS.get(task, task)
        wait_s = until_turn = self._until_turn(turn)
        if until_turn is not None:
            wait_s = (asked_s or until_turn) if turn is task else self.bring_forward(turn, asked_s or until_turn)
        self._fail(task, failure, wait_s)
        return asked_s if until_turn is not None else None

    def _soon(self, task: Task) -> float | None:
        """Minutes, where the task's turn comes later than that."""
        return TURN_AGAIN_S if (self._until_turn(TURNS.get(task, task)) or 0.0) > TURN_AGAIN_S else None

    def _until_turn(self, task: Task) -> float | None:
        """Seconds until a task's next turn; None where it has no loop."""
        beat, now = self._beats.get(task), self._clock()
        return None if beat is None else beat.next_after(now) - now

    def _fail(self, task: Task, failure: Failure, wait_s: float | None) -> None:
        retry_at = None if wait_s is None else self._clock() + wait_s
        self._state.faults[task] = replace(failure, retry_at=retry_at)
        self.changed.set()

    def progress(self, task: Task) -> Callable[[Progress], None]:
        """What takes the progress of a task and shows it."""

        def record(progress: Progress) -> None:
            self._state.progress[task] = progress
            self.changed.set()
            if self.report:
                self.report(progress_message(task, progress))

        return record
