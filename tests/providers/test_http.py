"""The HTTP client over a real socket: retries, bounds, bodies that are none."""

import asyncio
import gzip
from datetime import date

import httpx
import pytest

from deskview.credentials.key import ApiKey
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.http import HttpClient
from deskview.providers.massive.provider import Massive
from deskview.providers.retry import RateLimiter, RetryPolicy
from deskview.providers.transport import Limits
from tests.providers.conftest import CANARY, Open
from tests.providers.scripted import Reply, Server, failed, ok, zipped

DAY = date(2026, 11, 20)
EMPTY = {"status": "OK", "resultsCount": 0}


async def error_of(massive: Massive) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await massive.daily_bars(DAY)
    assert CANARY not in str(caught.value) + repr(caught.value)
    assert not isinstance(caught.value.__context__, httpx.HTTPError)
    return caught.value


async def test_sends_key_in_header_only_and_accepts_gzip(server: Server, massive: Massive) -> None:
    server.will(ok(EMPTY))
    await massive.daily_bars(DAY)
    (seen,) = server.seen
    assert seen.headers["authorization"] == f"Bearer {CANARY}"
    assert seen.headers["accept-encoding"] == "gzip"
    assert seen.raw.decode().count(CANARY) == 1
    assert seen.target == "/v2/aggs/grouped/locale/us/market/stocks/2026-11-20?adjusted=false&include_otc=false"


async def test_reads_gzip(server: Server, massive: Massive) -> None:
    server.will(zipped(b'{"status":"OK","results":[]}'))
    assert (await massive.daily_bars(DAY)).frame.is_empty()
    assert massive.traffic.bytes_received > 0


@pytest.mark.parametrize(
    "fault",
    [
        Reply(500, b"oops"),
        Reply(502, b"<html>Bad Gateway</html>", {"Content-Type": "text/html"}),
        failed(429, {"status": "ERROR", "error": "exceeded the maximum requests per minute"}),
        failed(503, {"status": "ERROR"}, Retry_After="0"),
        Reply(body=b'{"status":"OK","results":[', claim=500),
        Reply(body=b'{"status":"OK","results":[{"T":"A"},'),
        Reply(body=b""),
        Reply(body=b"this is no gzip", headers={"Content-Encoding": "gzip"}),
        Reply(body=gzip.compress(b'{"status":"OK","results":[]}' * 99)[:-40], headers={"Content-Encoding": "gzip"}),
    ],
    ids=["500", "502 html", "429", "503", "short body", "half json", "empty", "no gzip", "cut gzip"],
)
async def test_transient_fault_is_tried_again(server: Server, massive: Massive, fault: Reply) -> None:
    server.will(fault, ok(EMPTY))
    assert (await massive.daily_bars(DAY)).frame.is_empty()
    assert len(server.seen) == 2


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Reply(500, b""), Kind.SERVER),
        (Reply(body=b'{"a":', claim=500), Kind.TRUNCATED),
        (Reply(body=b"{", headers={"Content-Encoding": "gzip"}), Kind.TRUNCATED),
    ],
)
async def test_lasting_fault_ends_typed_and_names_the_next_try(
    server: Server, massive: Massive, fault: Reply, kind: Kind
) -> None:
    server.will(fault)
    error = await error_of(massive)
    assert error.kind is kind
    assert error.transient
    assert "Next try in 15 s" in str(error)
    assert len(server.seen) == 3


async def test_storm_of_429_ends_in_a_typed_error(server: Server, massive: Massive) -> None:
    server.will(failed(429, {"status": "ERROR", "error": "exceeded the maximum requests per minute"}))
    error = await error_of(massive)
    assert (error.kind, error.status, len(server.seen)) == (Kind.RATE_LIMITED, 429, 3)
    assert str(error).endswith("Next try in 15 s.")


async def test_retry_after_beyond_patience_ends_at_once_and_spares_further_calls(
    server: Server, massive: Massive
) -> None:
    server.will(failed(429, {"status": "ERROR"}, Retry_After="90"))
    assert (await error_of(massive)).retry_after_s == 90
    again = await error_of(massive)
    assert again.kind is Kind.RATE_LIMITED
    assert again.retry_after_s is not None
    assert 80 < again.retry_after_s <= 90
    assert len(server.seen) == 1


async def test_retry_after_is_waited_for(server: Server, open_at: Open) -> None:
    policy = RetryPolicy(attempts=2, total_s=5.0, first_wait_s=60.0, longest_wait_s=60.0, jitter_s=0.0)
    server.will(failed(429, {"status": "ERROR"}, Retry_After="0.05"), ok(EMPTY))
    assert (await open_at(server.url, policy=policy).daily_bars(DAY)).frame.is_empty()


async def test_refusal_is_not_repeated(server: Server, massive: Massive) -> None:
    server.will(failed(400, {"status": "ERROR", "error": "bad \x1b[31mfilter"}))
    error = await error_of(massive)
    assert (error.kind, len(server.seen)) == (Kind.REFUSED, 1)
    assert "filter" in str(error)
    assert str(error).isprintable()


async def test_web_page_instead_of_data(server: Server, massive: Massive) -> None:
    server.will(Reply(body=b"<!doctype html><title>Log in</title>", headers={"Content-Type": "text/html"}))
    error = await error_of(massive)
    assert (error.kind, len(server.seen)) == (Kind.MALFORMED, 1)
    assert "proxy" in error.sentence


@pytest.mark.parametrize("body", [b'{"results":5}', b'{"results":[}]}', b"[]", b'{"next_url":7}'])
async def test_json_of_another_form(server: Server, massive: Massive, body: bytes) -> None:
    server.will(Reply(body=body))
    assert (await error_of(massive)).kind is Kind.MALFORMED


async def test_body_announced_too_large_is_not_read(server: Server, open_at: Open) -> None:
    server.will(Reply(body=b"{}", claim=10_000, stall=True))
    massive = open_at(server.url, limits=Limits(body_bytes=9_999))
    assert (await error_of(massive)).kind is Kind.TOO_LARGE


async def test_body_unpacked_too_large_is_not_read(server: Server, open_at: Open) -> None:
    server.will(zipped(b"{" + b" " * 5_000_000 + b"}"))
    massive = open_at(server.url, limits=Limits(body_bytes=1_000_000))
    assert (await error_of(massive)).kind is Kind.TOO_LARGE
    assert len(server.seen) == 1


@pytest.mark.parametrize("slow", [Reply(hang=True), Reply(body=b"{", claim=10, stall=True)], ids=["mute", "stalled"])
async def test_slow_server(server: Server, open_at: Open, slow: Reply) -> None:
    server.will(slow)
    massive = open_at(server.url, policy=RetryPolicy(attempts=1), limits=Limits(call_s=0.05))
    error = await error_of(massive)
    assert error.kind is Kind.UNREACHABLE
    assert f"{server.url.removeprefix('http://')} was not done within 0.05 s" in error.sentence


async def test_nobody_there(server: Server, open_at: Open) -> None:
    massive = open_at("http://127.0.0.1:1")
    error = await error_of(massive)
    assert (error.kind, error.path) == (Kind.UNREACHABLE, "/v2/aggs/grouped/locale/us/market/stocks/2026-11-20")


async def test_no_more_requests_in_flight_than_allowed(server: Server, open_at: Open) -> None:
    server.will(ok(EMPTY))
    massive = open_at(server.url, limits=Limits(in_flight=3))
    await asyncio.gather(*(massive.daily_bars(DAY) for _ in range(20)))
    assert len(server.seen) == 20
    assert server.most_at_once <= 3


async def test_queueing_for_the_first_turn_does_not_use_up_the_patience(server: Server) -> None:
    server.will(Reply(500, b""), ok(EMPTY))
    limiter = RateLimiter(1, 0.2)
    await limiter.turn()
    policy = RetryPolicy(attempts=2, total_s=0.1, first_wait_s=0.001, longest_wait_s=0.001, jitter_s=0.0)
    http = HttpClient(server.url, ApiKey(CANARY), limiter=limiter, policy=policy)
    assert (await http.get("x")).body
    assert len(server.seen) == 2
    await http.aclose()


async def test_without_a_key_nothing_is_sent(server: Server) -> None:
    http = HttpClient(server.url, None, limiter=RateLimiter(1000, 1.0))
    with pytest.raises(ProviderError) as caught:
        await http.get("v1/marketstatus/now")
    assert caught.value.kind is Kind.KEY_MISSING
    assert server.seen == []
    await http.aclose()
