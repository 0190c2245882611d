"""What a failure is called, and when what failed is tried again: said of every failure, and true."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
import stamina

from deskview.credentials import ApiKey
from deskview.feed.scheduler import TURN_AGAIN_S, Scheduler
from deskview.feed.state import FeedState
from deskview.feed.tasks import KEY_AGAIN_S, KEYRING_READ, Failure, Progress, Task, failure_of, progress_message
from deskview.market.groups import load_groups
from deskview.market.sessions import Calendar
from deskview.providers.answers import Refusal, refused
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.http import HttpClient
from deskview.providers.retry import RateLimiter, report_answer, report_setback

Work = Callable[[], Awaitable[None]]
NOW = 1_000.0
CADENCE = 15.0


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_is_ill_leaves_the_figures_good(status: int) -> None:
    fault = refused(Refusal(status, httpx.Headers({"retry-after": "7"}), b"", "/v3/x", None))
    failure = failure_of(Task.SNAPSHOT, fault)
    assert "figures" not in failure.sentence, "the board says so where there are some"
    assert "try" not in failure.sentence, "the screen counts it down"
    assert failure.keeps_figures


def test_an_unreachable_provider_is_told_the_same_way() -> None:
    fault = ProviderError(Kind.UNREACHABLE, "api.example refused the connection.")
    failure = failure_of(Task.SNAPSHOT, fault)
    assert (failure.sentence, failure.keeps_figures) == (fault.sentence, True)


@pytest.mark.parametrize("kind", [Kind.KEY_REFUSED, Kind.REFUSED])
def test_a_refusal_says_nothing_of_figures(kind: Kind) -> None:
    assert not failure_of(Task.SNAPSHOT, ProviderError(kind, "No.")).keeps_figures


def raising(error: Exception) -> Work:
    async def work() -> None:
        raise error

    return work


async def done() -> None:
    """Work that succeeds."""


def scheduler(now: Callable[[], float] = lambda: NOW) -> tuple[Scheduler, dict[Task, Failure]]:
    state = FeedState(Calendar())
    return Scheduler(state, now), state.faults


async def one_turn(schedule: Scheduler, task: Task, work: Work) -> None:
    """The task's loop until its first attempt is over."""
    over = asyncio.Event()

    async def first() -> None:
        try:
            await work()
        finally:
            over.set()

    loop = asyncio.create_task(schedule.every(task, CADENCE, first))
    await over.wait()
    for _ in range(3):
        await asyncio.sleep(0)
    loop.cancel()


async def test_a_bad_file_of_the_users_is_told_by_name_and_row(tmp_path: Path) -> None:
    file = tmp_path / "groups.toml"
    file.write_text('[[theme]]\nname = "AI"\nmembers = 7\n')
    schedule, faults = scheduler()

    async def work() -> None:
        load_groups(file)

    await one_turn(schedule, Task.DAILY, work)
    told = faults[Task.DAILY].sentence
    assert "groups.toml" in told
    assert "[[theme]] 1" in told
    assert "r (refresh) reads it again" in told
    assert "fault of deskview's own" not in told


async def test_a_disk_that_fails_is_told_with_the_place(tmp_path: Path) -> None:
    schedule, faults = scheduler()
    await one_turn(schedule, Task.DAILY, raising(OSError(28, "No space left on device", str(tmp_path / "bars"))))
    assert faults[Task.DAILY].sentence == f"daily history: {tmp_path / 'bars'}: No space left on device."


@pytest.mark.parametrize(
    ("error", "wait_s"),
    [
        (ProviderError(Kind.MALFORMED, "No."), CADENCE),
        (ProviderError(Kind.RATE_LIMITED, "No.", retry_after_s=90), 90),
        (ProviderError(Kind.NOT_ENTITLED, "No.", retry_after_s=120), 120),
        (OSError(28, "full"), CADENCE),
        (ZeroDivisionError(), CADENCE),
    ],
)
async def test_the_moment_of_the_next_try_is_told_of_every_failure(error: Exception, wait_s: float) -> None:
    schedule, faults = scheduler()
    await one_turn(schedule, Task.SNAPSHOT, raising(error))
    assert faults[Task.SNAPSHOT].retry_at == NOW + wait_s


async def test_where_nothing_tries_again_no_next_try_is_told() -> None:
    schedule, faults = scheduler()
    await schedule.attempt(Task.SNAPSHOT, raising(ProviderError(Kind.SERVER, "No.", retry_after_s=15)))
    assert faults[Task.SNAPSHOT].retry_at is None


async def test_the_next_try_of_a_request_is_told_while_it_waits() -> None:
    schedule, faults = scheduler()
    seen: list[float | None] = []

    async def work() -> None:
        report_setback(ProviderError(Kind.RATE_LIMITED, "No."), 12.0)
        seen.append(faults[Task.PRINTS].retry_at)

    await schedule.attempt(Task.PRINTS, work)
    assert seen == [NOW + 12.0]
    assert faults == {}


async def test_an_answer_does_not_make_up_for_the_try_that_failed_before() -> None:
    schedule, faults = scheduler()
    await schedule.attempt(Task.DAILY, raising(ProviderError(Kind.KEY_REFUSED, "The key is refused.")))
    before = faults[Task.DAILY]
    seen: list[Failure] = []

    async def work() -> None:
        report_setback(ProviderError(Kind.UNREACHABLE, "No data."), 12.0)
        seen.append(faults[Task.DAILY])
        report_answer("")
        seen.append(faults[Task.DAILY])

    await schedule.attempt(Task.DAILY, work)
    assert [fault.sentence for fault in seen] == ["No data.", before.sentence]
    assert not seen[-1].keeps_figures
    assert faults == {}


async def test_a_setback_that_is_over_is_no_longer_told_while_the_work_goes_on() -> None:
    """Work of thousands of calls would show one time-out of half an hour ago."""
    schedule, faults = scheduler()
    answers = iter([httpx.Response(429, headers={"Retry-After": "0"}), httpx.Response(200, content=b"{}")])
    network = httpx.MockTransport(lambda _: next(answers))
    http = HttpClient("http://127.0.0.1", ApiKey("demo"), limiter=RateLimiter(100, 1.0), transport=network)
    told: list[str] = []

    async def work() -> None:
        with stamina.set_testing(False):
            asking = asyncio.create_task(http.get("x"))
            while not asking.done():
                told.extend(fault.sentence for fault in faults.values())
                await asyncio.sleep(0.01)
        await asking
        assert faults == {}

    await schedule.attempt(Task.FLOW_YEAR, work)
    assert "allows no more calls" in told[0]
    assert faults == {}


async def test_a_try_under_way_is_no_longer_announced() -> None:
    schedule, faults = scheduler()
    await one_turn(schedule, Task.SNAPSHOT, raising(ProviderError(Kind.SERVER, "No.", retry_after_s=15)))
    seen: list[float | None] = []

    async def work() -> None:
        seen.append(faults[Task.SNAPSHOT].retry_at)

    await schedule.attempt(Task.SNAPSHOT, work)
    assert seen == [NOW]


async def test_work_in_anothers_turn_brings_that_turn_forward_but_not_too_far() -> None:
    schedule, faults = scheduler()
    over = asyncio.Event()

    async def daily() -> None:
        await schedule.attempt(Task.DETAILS, raising(ProviderError(Kind.SERVER, "No.", retry_after_s=15)))
        over.set()

    loop = asyncio.create_task(schedule.every(Task.DAILY, 3_600.0, daily))
    await over.wait()
    loop.cancel()
    assert faults[Task.DETAILS].retry_at == NOW + TURN_AGAIN_S


async def test_a_turn_brought_forward_comes_after_minutes_at_the_soonest_and_at_its_cadence_at_the_latest() -> None:
    schedule, _ = scheduler()
    waits: list[float] = []

    async def daily() -> None:
        waits.extend(schedule.bring_forward(Task.DAILY, asked_s) for asked_s in (7_200.0, 600.0, 900.0, 1.0))

    loop = asyncio.create_task(schedule.every(Task.DAILY, 3_600.0, daily))
    for _ in range(3):
        await asyncio.sleep(0)
    loop.cancel()
    assert waits == [3_600.0, 600.0, 600.0, TURN_AGAIN_S]


async def test_a_refused_key_is_heard_by_whoever_has_the_keyring() -> None:
    schedule, faults = scheduler()
    heard: list[bool] = []
    schedule.key_refused = lambda: heard.append(True)
    await one_turn(schedule, Task.SNAPSHOT, raising(ProviderError(Kind.KEY_REFUSED, "No.")))
    assert heard == [True]
    assert faults[Task.SNAPSHOT] == Failure(f"No. {KEYRING_READ}", keeps_figures=False, retry_at=NOW + KEY_AGAIN_S)
    await one_turn(schedule, Task.SNAPSHOT, done)
    assert faults == {}


async def test_where_nobody_has_the_keyring_nothing_is_said_of_it() -> None:
    schedule, faults = scheduler()
    await one_turn(schedule, Task.SNAPSHOT, raising(ProviderError(Kind.KEY_REFUSED, "No.")))
    assert faults[Task.SNAPSHOT].sentence == "No."


def test_a_long_way_is_told_in_minutes() -> None:
    left = [progress_message(Task.FLOW_YEAR, Progress(1, 60, seconds)) for seconds in (0.2, 90.0, 363.0)]
    assert [words.rpartition("about ")[2] for words in left] == ["1 s left", "90 s left", "6 minutes left"]
