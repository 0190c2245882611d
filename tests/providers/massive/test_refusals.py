"""Every shape of refusal Massive has been seen to use, over a real socket."""

from datetime import UTC, date, datetime

import pytest

from deskview.providers.base import Capability
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.massive.provider import Massive
from tests.providers.scripted import Reply, Server, failed, ok

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
    assert massive.capabilities.denied == {}


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


async def test_what_was_refused_is_not_asked_again(server: Server, massive: Massive) -> None:
    server.will(OLD_403)
    for _ in range(2):
        with pytest.raises(ProviderError, match="Stocks Starter"):
            await massive.snapshot()
    assert len(server.seen) == 1


async def test_date_outside_the_window_costs_that_date_alone(server: Server, massive: Massive) -> None:
    server.will(WINDOW_403, ok({"status": "OK", "resultsCount": 0}))
    error = await refusal(massive)
    assert (error.kind, error.capability) == (Kind.OUTSIDE_WINDOW, Capability.DAILY_BARS)
    assert massive.capabilities.allows(Capability.DAILY_BARS)
    assert (await massive.daily_bars(DAY)).frame.is_empty()


async def test_refusal_on_a_later_page_counts_too(server: Server, massive: Massive) -> None:
    server.will(ok({"status": "OK", "next_url": "/v3/trades/SOXL?cursor=2"}), OLD_403)
    with pytest.raises(ProviderError):
        await massive.trades("SOXL", NOON, NOON)
    assert not massive.capabilities.allows(Capability.TRADES)


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("body", [b"", b"<html>Access denied</html>", b"[]", b"\xff\xfe"])
async def test_refusal_not_in_the_vendors_form_is_a_proxys(
    server: Server, massive: Massive, status: int, body: bytes
) -> None:
    server.will(Reply(status, body, {"Content-Type": "text/html"}))
    error = await refusal(massive)
    assert error.kind is Kind.REFUSED
    assert "proxy" in error.sentence
    assert massive.capabilities.denied == {}


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


async def test_failure_inside_a_success(server: Server, massive: Massive) -> None:
    server.will(ok({"status": "ERROR", "error": "try \x1b]0;again\x07 later"}))
    error = await refusal(massive)
    assert error.kind is Kind.SERVER
    assert "later" in error.sentence
    assert error.sentence.isprintable()


async def test_long_words_are_cut(server: Server, massive: Massive) -> None:
    server.will(failed(400, {"status": "ERROR", "error": "x" * 5000}))
    assert len(str(await refusal(massive))) < 320
