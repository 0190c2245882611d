"""The feed's kinds of work: how far each is, what is said of its failures, and many small requests at once."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from deskview.clock import monotonic
from deskview.market.errors import ReferenceDataError
from deskview.providers.errors import TRANSIENT, Kind, ProviderError
from deskview.text import neutralise

Item = TypeVar("Item")
IN_FLIGHT = 12
KEY_AGAIN_S = 60.0
"""A refused key is tried again, and the keyring read again, after so long: soon enough for who has just put a new one
in, and no hammering with a key that is none."""
KEYRING_READ = "The keyring is read again every minute, so that another terminal will do."
MEND_FILE = "What rests on this file waits until it is mended, then r (refresh) reads it again."
KEEPS_FIGURES = TRANSIENT | {Kind.MALFORMED, Kind.TOO_LARGE, Kind.NOT_ENTITLED}
"""Failures after which the last figures are still good ones, only older."""

OF_ONE_ANSWER = frozenset({Kind.TRUNCATED, Kind.MALFORMED, Kind.NOT_FOUND, Kind.REFUSED, Kind.TOO_LARGE})
"""Failures that say nothing of what else is asked for."""


class Task(StrEnum):
    """The feed's kinds of work; a fault or progress belongs to one of them."""

    SNAPSHOT = "market snapshot"
    DAILY = "daily history"
    DETAILS = "details"
    PRINTS = "prints"
    FLOW_YEAR = "year of flow"
    CROWDING = "retail favourites"
    CHAINS = "option chains"
    OFF_EXCHANGE = "off-exchange volume"
    COMPANIES = "short interest and earnings"
    OPENED = "prints of the opened name"
    OPENED_YEAR = "year of the opened name"
    NEWS = "headlines of the opened name"
    SIMULATION = "simulated week"
    SCORE = "forecast score"
    HISTORY = "past events"
    RECORD = "long record"


UNITS: Mapping[Task, str] = {
    Task.DAILY: "sessions",
    Task.DETAILS: "instruments",
    Task.PRINTS: "names",
    Task.FLOW_YEAR: "sessions",
    Task.CROWDING: "sessions",
    Task.CHAINS: "underlyings",
    Task.OPENED_YEAR: "sessions",
    Task.RECORD: "files",
}


@dataclass(frozen=True)
class Progress:
    """How far a task is and about how long it still takes."""

    done: int
    total: int
    seconds_left: float

    @property
    def share(self) -> float:
        """Share done, 0..1."""
        return self.done / self.total if self.total else 1.0


MINUTES_FROM_S = 120
"""What takes longer is told in minutes."""


def progress_message(task: Task, progress: Progress) -> str:
    """Such as "daily history: 120 of 273 sessions, about 20 s left"."""
    if progress.done >= progress.total:
        return f"{task}: all {progress.total} {UNITS.get(task, 'calls')} are in, being computed"
    seconds = max(1, round(progress.seconds_left))
    left = f"{seconds} s" if seconds < MINUTES_FROM_S else f"{round(seconds / 60):,} minutes"
    return f"{task}: {progress.done} of {progress.total} {UNITS.get(task, 'calls')}, about {left} left"


@dataclass(frozen=True)
class Failure:
    """What a board says of work that failed: the sentence, whether the figures before it are still good ones, and the
    monotonic clock of the next try, where it is known."""

    sentence: str
    keeps_figures: bool = True
    retry_at: float | None = None


def failure_of(task: Task, error: Exception) -> Failure:
    """The failure an error is, without its next try. Our own is only what can't have come from outside."""
    match error:
        case ProviderError():
            return Failure(error.sentence, error.kind in KEEPS_FIGURES)
        case ReferenceDataError():
            place = str(error).rstrip(".")
            return Failure(neutralise(f"{place}{'' if place.endswith('?') else '.'} {MEND_FILE}"))
        case OSError(filename=name, strerror=reason) if name is not None and reason:
            return Failure(neutralise(f"{task}: {os.fsdecode(name)}: {reason}."))
        case OSError(strerror=reason) if reason:
            return Failure(neutralise(f"{task}: {reason}."))
    return Failure(f"{task}: a fault of deskview's own, see the log.")


@dataclass
class Timing:
    """How a task has kept its times since the start, in seconds of our clock.

    `turns` are tries begun, `failed` those that failed, `missed` turns that were due while the one before still ran,
    the first one aside; `next_at` is the clock of the next turn while it is waited for.
    """

    turns: int = 0
    failed: int = 0
    missed: int = 0
    last_s: float = 0.0
    longest_s: float = 0.0
    next_at: float | None = None


class ProgressMeter:
    """Reports how far a task is, and from its pace so far how long it still takes."""

    def __init__(self, total: int, report: Callable[[Progress], None] | None) -> None:
        self._total = total
        self._report = report
        self._done = 0
        self._started = monotonic()

    def advance(self, count: int = 1) -> None:
        """So many more are done."""
        self._done += count
        if self._report:
            each = (monotonic() - self._started) / self._done
            self._report(Progress(self._done, self._total, each * (self._total - self._done)))


async def for_each(
    items: Sequence[Item],
    work: Callable[[Item], Awaitable[None]],
    *,
    progress: Callable[[Progress], None] | None = None,
    limit: int = IN_FLIGHT,
) -> None:
    """Runs `work` over the items in order, at most `limit` at once, reporting progress after each.

    The first exception stops the rest and is raised; what was done stays done.
    """
    waiting = iter(items)
    meter = ProgressMeter(len(items), progress)

    async def worker() -> None:
        for item in waiting:
            await work(item)
            meter.advance()

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(limit, len(items))):
                group.create_task(worker())
    except BaseExceptionGroup as failures:
        raise _first(failures) from None


async def each_by_itself(items: Sequence[Item], work: Callable[[Item], Awaitable[None]], *, limit: int) -> None:
    """The same where one answer may be bad and the next good: the others go on, and the first error is raised then."""
    failed: list[ProviderError] = []

    async def tolerant(item: Item) -> None:
        try:
            await work(item)
        except ProviderError as error:
            if error.kind not in OF_ONE_ANSWER:
                raise
            failed.append(error)

    await for_each(items, tolerant, limit=limit)
    if failed:
        raise failed[0]


def _first(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    first = failures.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
