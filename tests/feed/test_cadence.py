"""When turns come: at start + k * cadence however long each takes, as woken, and as failures ask."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from math import inf

import pytest

from deskview.feed.scheduler import Scheduler
from deskview.feed.state import FeedState
from deskview.feed.tasks import Task
from deskview.market.sessions import Calendar
from deskview.providers.errors import Kind, ProviderError
from tests.feed.hours import HOUR_S, run_ahead

Work = Callable[[], Awaitable[None]]
CADENCE = 10.0


class Turns:
    """A task's loop on a clock that runs ahead; `starts` are the clock's times of its turns."""

    def __init__(self, work: Work, cadence: float = CADENCE) -> None:
        self._work = work
        self._cadence = cadence
        self._loop = asyncio.get_running_loop()
        self.slept = 0.0
        self.state = FeedState(Calendar())
        self.scheduler = Scheduler(self.state, self.now)
        self.starts: list[float] = []
        self.at_once = self.most_at_once = 0

    def now(self) -> float:
        """The clock, with what the machine slept."""
        return self._loop.time() + self.slept

    async def for_s(self, seconds: float) -> None:
        """Runs the loop for so long."""
        loop = asyncio.create_task(self.scheduler.every(Task.SNAPSHOT, self._cadence, self._turn))
        await asyncio.sleep(seconds)
        loop.cancel()

    async def _turn(self) -> None:
        self.starts.append(self.now())
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self._work()
        finally:
            self.at_once -= 1


async def soon() -> None:
    await asyncio.sleep(1)


def on_time(starts: list[float]) -> bool:
    return all(abs(start - round(start / CADENCE) * CADENCE) < 1e-6 for start in starts)


def test_a_slow_provider_keeps_its_cadence() -> None:
    takes = itertools.cycle([3.0, 8.0, 4.5, 7.2, 6.1])

    async def hour() -> None:
        turns = Turns(lambda: asyncio.sleep(next(takes)))
        await turns.for_s(HOUR_S - 1)
        assert len(turns.starts) == HOUR_S / CADENCE
        assert on_time(turns.starts)
        timing = turns.scheduler.timings[Task.SNAPSHOT]
        assert (timing.turns, timing.failed, timing.missed) == (HOUR_S / CADENCE, 0, 0)
        assert (round(timing.last_s, 6), round(timing.longest_s, 6)) == (6.1, 8.0)

    run_ahead(hour())


def test_turns_that_are_due_while_the_last_one_runs_are_counted_and_left_out() -> None:
    takes = iter([1.0, 27.0, 1.0, 10.0, 1.0])

    async def minutes() -> None:
        turns = Turns(lambda: asyncio.sleep(next(takes)))
        await turns.for_s(75)
        assert [round(start) for start in turns.starts] == [0, 10, 40, 50, 70]
        assert turns.most_at_once == 1
        assert turns.scheduler.timings[Task.SNAPSHOT].missed == 3  # at 20, 30 and 60
        assert turns.scheduler.timings[Task.SNAPSHOT].longest_s == 27.0

    run_ahead(minutes())


def test_the_first_turn_may_take_long_as_it_fetches_what_later_ones_add_to() -> None:
    takes = iter([47.0, 12.0, 1.0])

    async def minutes() -> None:
        turns = Turns(lambda: asyncio.sleep(next(takes)))
        await turns.for_s(75)
        assert [round(start) for start in turns.starts] == [0, 50, 70]
        assert turns.scheduler.timings[Task.SNAPSHOT].missed == 1  # at 60

    run_ahead(minutes())


def test_a_woken_turn_comes_at_once_and_the_next_one_a_cadence_later() -> None:
    async def minute() -> None:
        turns = Turns(soon)
        asyncio.get_running_loop().call_later(14, turns.scheduler.wake, Task.SNAPSHOT)
        await turns.for_s(40)
        assert [round(start) for start in turns.starts] == [0, 10, 14, 24, 34]

    run_ahead(minute())


def test_a_turn_woken_while_it_runs_is_done_once_more() -> None:
    async def minute() -> None:
        turns = Turns(lambda: asyncio.sleep(4))
        for second in (11, 12, 13):
            asyncio.get_running_loop().call_later(second, turns.scheduler.wake)
        await turns.for_s(30)
        assert [round(start) for start in turns.starts] == [0, 10, 14, 24]
        assert turns.most_at_once == 1

    run_ahead(minute())


def test_what_failed_is_tried_when_it_asked_to_be_else_in_its_turn() -> None:
    errors = iter([ProviderError(Kind.SERVER, "No.", retry_after_s=15), ProviderError(Kind.MALFORMED, "No.")])

    async def minute() -> None:
        async def fail() -> None:
            await asyncio.sleep(1)
            for error in errors:
                raise error

        turns = Turns(fail)
        told: list[float | None] = []
        for second in (2, 18):
            asyncio.get_running_loop().call_later(
                second, lambda: told.append(turns.state.faults[Task.SNAPSHOT].retry_at)
            )
        await turns.for_s(40)
        assert [round(start) for start in turns.starts] == [0, 16, 26, 36]
        assert told == [16, 26]
        assert turns.scheduler.timings[Task.SNAPSHOT].failed == 2

    run_ahead(minute())


@pytest.mark.parametrize(("kind", "again"), [(Kind.MALFORMED, 300), (Kind.REDIRECTED, 300), (Kind.REFUSED, 3_600)])
def test_what_a_login_page_may_have_answered_is_not_left_for_an_hour(kind: Kind, again: int) -> None:
    async def fail() -> None:
        raise ProviderError(kind, "No.")

    async def hours() -> None:
        turns = Turns(fail, HOUR_S)
        await turns.for_s(HOUR_S + 1)
        assert [round(start) for start in turns.starts[:2]] == [0, again]

    run_ahead(hours())


def test_the_next_turn_is_known_while_it_is_waited_for() -> None:
    async def minute() -> None:
        turns = Turns(soon)
        told: list[float | None] = []
        for second in (5, 10.5, 15):
            asyncio.get_running_loop().call_later(
                second, lambda: told.append(turns.scheduler.timings[Task.SNAPSHOT].next_at)
            )
        await turns.for_s(19)
        assert told == [10, None, 20]

    run_ahead(minute())


def test_turns_that_were_slept_through_are_not_missed_ones() -> None:
    async def night() -> None:
        turns = Turns(soon)

        def sleep() -> None:
            turns.slept += 8 * HOUR_S

        asyncio.get_running_loop().call_later(14, sleep)
        await turns.for_s(35)
        assert [round(start % HOUR_S) for start in turns.starts] == [0, 10, 20, 30]
        assert turns.scheduler.timings[Task.SNAPSHOT].missed == 0

    run_ahead(night())


def test_after_a_pause_only_what_began_before_it_is_woken() -> None:
    async def minute() -> None:
        turns = Turns(soon)
        loop = asyncio.get_running_loop()
        loop.call_later(14, turns.scheduler.wake_begun_before, 10.0, Task.SNAPSHOT)
        loop.call_later(15, turns.scheduler.wake_begun_before, 10.5)
        loop.call_later(16, turns.scheduler.wake_begun_before, 10.5, Task.SNAPSHOT)
        await turns.for_s(25)
        assert [round(start) for start in turns.starts] == [0, 10, 16]

    run_ahead(minute())


def test_what_a_vendor_does_not_have_is_told_without_a_next_try_and_is_no_failed_turn() -> None:
    async def unsold() -> None:
        raise ProviderError(Kind.NOT_ENTITLED, "They do not have it.", retry_after_s=inf)

    async def minute() -> None:
        turns = Turns(unsold)
        await turns.for_s(6 * CADENCE - 1)
        fault, timing = turns.state.faults[Task.SNAPSHOT], turns.scheduler.timings[Task.SNAPSHOT]
        assert (fault.sentence, fault.retry_at) == ("They do not have it.", None)
        assert (timing.turns, timing.failed) == (6, 0)

    run_ahead(minute())
