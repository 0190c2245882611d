"""The wire: how many requests at a time and in a time, over which connections, what is counted, and how a call ends."""

import asyncio

import pytest

from deskview.providers.base import Provider
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.transport import Limits
from tests.providers.contract.calls import BARS, CLOCK, Call
from tests.providers.contract.conftest import TRIES, opened_at
from tests.providers.contract.subject import Line, Subject
from tests.providers.contract.subjects import every_call, every_subject
from tests.providers.scripted import Reply
from tests.providers.test_rate import Clock

A_MINUTE = 5


async def times_of(line: Line, provider: Provider, clock: Clock, count: int) -> list[float]:
    """The clock of each of so many requests, one after the other, as they come in."""
    came: list[float] = []

    def note(_: object) -> None:
        came.append(clock.now)

    line.script = note
    for _ in range(count):
        await CLOCK.ask(provider)
    return came


def most_within(seconds: float, times: list[float]) -> int:
    """The most of the times that lie within so many seconds."""
    return max(sum(first <= time < first + seconds for time in times) for first in times)


@every_subject
async def test_no_second_has_more_calls_than_the_vendor_takes(
    subject: Subject, line: Line, provider: Provider, clock: Clock
) -> None:
    pace = subject.vendor.calls_per_second
    times = await times_of(line, provider, clock, 2 * pace + 1)
    assert len(times) == 2 * pace + 1
    assert most_within(1.0, times) <= pace
    assert times[-1] > times[0], "the pace was never reached"


@every_subject
async def test_no_minute_has_more_calls_than_the_plan_allows(subject: Subject, line: Line, clock: Clock) -> None:
    provider = opened_at(subject.vendor, line.url, calls_per_minute=A_MINUTE)
    times = await times_of(line, provider, clock, 2 * A_MINUTE + 1)
    assert most_within(60.0, times) <= A_MINUTE
    await provider.aclose()


@every_subject
async def test_tries_of_a_request_keep_the_pace_too(subject: Subject, line: Line, clock: Clock) -> None:
    provider = opened_at(subject.vendor, line.url, calls_per_minute=1)
    came: list[float] = []

    def fail(_: object) -> Reply:
        came.append(clock.now)
        return Reply(500, b"")

    line.script = fail
    with pytest.raises(ProviderError):
        await CLOCK.ask(provider)
    assert most_within(60.0, came) == 1
    await provider.aclose()


@every_subject
async def test_no_more_requests_in_flight_than_the_limits_allow(line: Line, provider: Provider) -> None:
    line.hold()
    calls = [asyncio.create_task(BARS.ask(provider)) for _ in range(3 * Limits().in_flight)]
    await line.settled(lambda: line.in_flight == Limits().in_flight)
    for _ in range(50):
        await asyncio.sleep(0)
    line.release()
    for table in await asyncio.gather(*calls):
        BARS.holds(table, line.truth)
    assert line.most_in_flight == Limits().in_flight
    assert line.connections <= Limits().in_flight


@every_subject
async def test_connections_are_used_again_and_closed_in_the_end(line: Line, provider: Provider) -> None:
    for _ in range(5):
        await BARS.ask(provider)
    assert (line.connections, line.open) == (1, 1)
    await asyncio.gather(*(BARS.ask(provider) for _ in range(5)))
    await provider.aclose()
    await line.settled(lambda: line.open == 0)


@every_subject
async def test_after_a_reconnect_new_connections_are_used(line: Line, provider: Provider) -> None:
    await BARS.ask(provider)
    await provider.reconnect()
    await line.settled(lambda: line.open == 0)
    BARS.holds(await BARS.ask(provider), line.truth)
    assert [request.connection for request in line.requests] == [1, 2]


@every_subject
async def test_a_request_under_way_on_a_reconnect_is_sent_once_more(line: Line, provider: Provider) -> None:
    line.hold()
    call = asyncio.create_task(BARS.ask(provider))
    await line.settled(lambda: line.in_flight == 1)
    await provider.reconnect()
    await line.settled(lambda: line.connections == 2)
    line.release()
    BARS.holds(await call, line.truth)


@every_call
async def test_a_call_that_is_cancelled_leaves_nothing_and_the_next_one_works(
    line: Line, provider: Provider, call: Call
) -> None:
    line.hold()
    before = asyncio.all_tasks()
    asked = asyncio.ensure_future(call.ask(provider))
    await line.settled(lambda: line.in_flight == 1)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    await line.settled(lambda: line.open == 0)
    await line.settled(lambda: asyncio.all_tasks() <= before)
    line.release()
    call.holds(await call.ask(provider), line.truth)


@every_subject
async def test_calls_cancelled_while_they_queue_leave_the_queue(line: Line, provider: Provider) -> None:
    line.hold()
    calls = [asyncio.create_task(BARS.ask(provider)) for _ in range(3 * Limits().in_flight)]
    await line.settled(lambda: line.in_flight == Limits().in_flight)
    for call in calls:
        call.cancel()
    ends = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(end, asyncio.CancelledError) for end in ends)
    await line.settled(lambda: line.open == 0)
    asked = len(line.requests)
    line.release()
    BARS.holds(await BARS.ask(provider), line.truth)
    assert len(line.requests) == asked + 1


@every_subject
async def test_what_goes_over_the_wire_is_counted(line: Line, provider: Provider) -> None:
    traffic = provider.traffic
    assert (traffic.calls, traffic.failures, traffic.bytes_received, traffic.failed) == (0, 0, 0, {})
    await BARS.ask(provider)
    await CLOCK.ask(provider)
    assert traffic.calls == len(line.requests) == traffic.calls_last_minute()
    sent = sum(len(line.honest(request).body) for request in line.requests)
    assert (traffic.bytes_received, traffic.failures) == (sent, 0)
    line.script = lambda _: Reply(500, b"")
    with pytest.raises(ProviderError) as caught:
        await BARS.ask(provider)
    assert caught.value.kind is Kind.SERVER
    assert caught.value.transient
    assert traffic.calls == len(line.requests)
    assert traffic.failures == TRIES
    assert (traffic.failed[Kind.SERVER].count, traffic.failed[Kind.SERVER].sentence) == (TRIES, caught.value.sentence)


@every_subject
async def test_a_fault_that_passes_is_tried_again(line: Line, provider: Provider) -> None:
    line.script = lambda _: Reply(503, b"") if len(line.requests) == 1 else None
    BARS.holds(await BARS.ask(provider), line.truth)
    assert len(line.requests) == 2
