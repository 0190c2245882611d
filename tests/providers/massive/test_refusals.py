"""Every shape of refusal Massive has been seen to use, over a real socket."""

import asyncio
from datetime import UTC, date, datetime

import pytest

from deskview.providers.capabilities import RETRY_FIRST_S, RETRY_LONGEST_S, RETRY_SOON_S, Capability
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.massive.provider import Massive
from tests.providers.scripted import Reply, Server, failed, ok
from tests.providers.test_rate import Clock

DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
UPGRADE = "Please upgrade your plan at https://massive.com/pricing"
NOT_ENTITLED = f"You are not entitled to this data. {UPGRADE}"
OLD_403 = failed(403, {"status": "NOT_AUTHORIZED", "request_id": "d49f", "message": NOT_ENTITLED})
NEW_403 = failed(403, {"status": "ERROR", "request_id": 7, "error": NOT_ENTITLED})
WINDOW_403 = failed(
    403, {"status": "NOT_AUTHORIZED", "message": f"Your plan doesn't include this data timeframe. {UPGRADE}"}
)


async def refusal(massive: Massive) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await massive.daily_bars(DAY)
    return caught.value


@pytest.mark.parametrize("words", ["Unknown API Key", "API Key was not provided"])
@pytest.mark.parametrize("status", [401, 403])
async def test_key_refused_says_nothing_of_the_plan(server: Server, massive: Massive, words: str, status: int) -> None:
    server.will(failed(status, {"status": "ERROR", "request_id": "r", "error": words}))
    error = await refusal(massive)
    assert (error.kind, error.status, len(server.seen)) == (Kind.KEY_REFUSED, status, 1)
    assert words in error.sentence
    assert massive.capabilities.denied.keys() == {Capability.HALTS}


@pytest.mark.parametrize(
    "reply", [OLD_403, NEW_403, failed(401, {"status": "NOT_AUTHORIZED", "message": NOT_ENTITLED})]
)
async def test_missing_entitlement_turns_one_capability_off(server: Server, massive: Massive, reply: Reply) -> None:
    server.will(reply)
    with pytest.raises(ProviderError) as caught:
        await massive.trades("SOXL", NOON, NOON)
    error = caught.value
    assert (error.kind, error.capability) == (Kind.NOT_ENTITLED, Capability.TRADES)
    denial = massive.capabilities.denied[Capability.TRADES]
    assert denial.plan == "Stocks Developer"
    assert denial.sentence == error.sentence
    assert massive.capabilities.allows(Capability.SNAPSHOT)


async def snapshots_refused(massive: Massive, times: int = 1) -> ProviderError:
    for _ in range(times):
        with pytest.raises(ProviderError, match="Stocks Starter") as caught:
            await massive.snapshot()
    return caught.value


@pytest.fixture
def clock(massive: Massive, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock by which the provider tries refusals again."""
    clock = Clock()
    monkeypatch.setattr(massive.capabilities, "clock", clock)
    return clock


async def test_what_was_refused_is_asked_again_after_minutes_then_longer_and_no_sooner(
    server: Server, massive: Massive, clock: Clock
) -> None:
    server.will(OLD_403)
    assert (await snapshots_refused(massive)).retry_after_s == RETRY_FIRST_S
    waits = []
    for calls in range(2, 9):
        wait = massive.capabilities.retry_in_s(Capability.SNAPSHOT)
        waits.append(wait)
        clock.now += wait - 1
        assert (await snapshots_refused(massive, times=3)).retry_after_s == 1
        assert len(server.seen) == calls - 1
        clock.now += 1
        await snapshots_refused(massive, times=3)
        assert len(server.seen) == calls
    assert waits == [120, 240, 480, 960, 1920, RETRY_LONGEST_S, RETRY_LONGEST_S]


async def test_a_refusal_that_was_a_slip_heals_and_is_forgotten(server: Server, massive: Massive, clock: Clock) -> None:
    server.will(OLD_403, OLD_403, ok({"status": "OK", "tickers": []}), OLD_403)
    await snapshots_refused(massive)
    clock.now += RETRY_FIRST_S
    await snapshots_refused(massive)
    clock.now += 2 * RETRY_FIRST_S
    assert (await massive.snapshot()).frame.is_empty()
    assert massive.capabilities.allows(Capability.SNAPSHOT)
    assert (await snapshots_refused(massive)).retry_after_s == RETRY_FIRST_S, "a new refusal begins anew"


async def test_on_request_it_is_asked_again_at_once(server: Server, massive: Massive, clock: Clock) -> None:
    server.will(OLD_403, OLD_403, ok({"status": "OK", "tickers": []}))
    await snapshots_refused(massive)
    massive.capabilities.retry_now()
    assert massive.capabilities.retry_at(Capability.SNAPSHOT) is None
    assert (await snapshots_refused(massive, times=2)).retry_after_s == RETRY_FIRST_S
    massive.capabilities.retry_now()
    assert (await massive.snapshot()).frame.is_empty()


async def test_one_request_tries_and_the_others_wait_for_what_comes_of_it(
    server: Server, massive: Massive, clock: Clock
) -> None:
    server.will(OLD_403)
    with pytest.raises(ProviderError):
        await massive.trades_window("SOXL", NOON, 5)
    clock.now += RETRY_FIRST_S
    windows = [massive.trades_window("SOXL", NOON, 5) for _ in range(12)]
    kinds = {error.kind for error in await asyncio.gather(*windows, return_exceptions=True)}  # type: ignore[union-attr]
    assert kinds == {Kind.NOT_ENTITLED}
    assert len(server.seen) == 2
    server.will(ok({"status": "OK"}))
    clock.now += 2 * RETRY_FIRST_S
    await asyncio.gather(*(massive.trades_window("SOXL", NOON, 5) for _ in range(12)))
    assert len(server.seen) == 14


async def test_a_try_that_gets_no_answer_says_nothing_of_the_plan_and_is_not_repeated_at_once(
    server: Server, massive: Massive, clock: Clock
) -> None:
    server.will(OLD_403, Reply(400, b"{}"))
    await snapshots_refused(massive)
    clock.now += RETRY_FIRST_S
    with pytest.raises(ProviderError) as caught:
        await massive.snapshot()
    assert caught.value.kind is Kind.REFUSED
    assert (await snapshots_refused(massive, times=2)).retry_after_s == RETRY_SOON_S
    assert len(server.seen) == 2


async def test_date_outside_the_window_costs_that_date_alone(server: Server, massive: Massive) -> None:
    server.will(WINDOW_403, ok({"status": "OK", "resultsCount": 0}))
    error = await refusal(massive)
    assert (error.kind, error.capability) == (Kind.OUTSIDE_WINDOW, Capability.DAILY_BARS)
    assert massive.capabilities.allows(Capability.DAILY_BARS)
    assert (await massive.daily_bars(DAY)).frame.is_empty()


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("body", [b"", b"<html>Access denied</html>", b"[]", b"\xff\xfe"])
async def test_refusal_not_in_the_vendors_form_is_a_proxys(
    server: Server, massive: Massive, status: int, body: bytes
) -> None:
    server.will(Reply(status, body, {"Content-Type": "text/html"}))
    error = await refusal(massive)
    assert error.kind is Kind.REFUSED
    assert "proxy" in error.sentence
    assert massive.capabilities.denied.keys() == {Capability.HALTS}


@pytest.mark.parametrize(
    "reply",
    [
        Reply(404, b"404 page not found", {"Content-Type": "text/plain"}),
        failed(404, {"status": "ERROR", "message": "Deprecated: use /v3/trades"}),
        Reply(404, b""),
        Reply(410, b"gone"),
        Reply(414, b"<html>too long</html>"),
        failed(400, {"status": "ERROR", "request_id": "r", "count": 0}),
    ],
)
async def test_refused_for_good(server: Server, massive: Massive, reply: Reply) -> None:
    server.will(reply)
    error = await refusal(massive)
    assert (error.kind, error.status, len(server.seen)) == (Kind.REFUSED, reply.status, 1)


@pytest.mark.parametrize(
    "body",
    [
        {"status": "NOT_FOUND", "request_id": "r", "message": "Ticker not found."},
        {"status": "NotFound"},
        {"status": "ERROR", "error": "Data not found."},
    ],
)
async def test_unknown_ticker_is_no_row_and_no_error(server: Server, massive: Massive, body: object) -> None:
    server.will(failed(404, body))
    table = await massive.details("ZZZZ", DAY)
    assert table.frame.is_empty()
    assert table.left_out == 0


async def test_unknown_route_of_details_is_an_error(server: Server, massive: Massive) -> None:
    server.will(Reply(404, b"404 page not found", {"Content-Type": "text/plain"}))
    with pytest.raises(ProviderError) as caught:
        await massive.details("AAPL", DAY)
    assert caught.value.kind is Kind.REFUSED


@pytest.mark.parametrize("status", [{"status": "ERROR"}, {"status": "OK"}, {}], ids=["error", "ok", "no status"])
async def test_failure_inside_a_success(server: Server, massive: Massive, status: dict[str, str]) -> None:
    server.will(ok({**status, "error": "try \x1b]0;again\x07 later"}))
    error = await refusal(massive)
    assert error.kind is Kind.SERVER
    assert "later" in error.sentence
    assert error.sentence.isprintable()


async def test_long_words_are_cut(server: Server, massive: Massive) -> None:
    server.will(failed(400, {"status": "ERROR", "error": "x" * 5000}))
    assert len(str(await refusal(massive))) < 320
