"""What the server says about waiting."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from deskview.providers.answers import Refusal, refused
from deskview.providers.retry import LONGEST_PAUSE_S, retry_after_s

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7", 7.0), ("0", 0.0), (" 2.5 ", 2.5), ("-3", 0.0), ("", None), ("soon", None), ("inf", None)],
)
def test_seconds(text: str, seconds: float | None) -> None:
    assert retry_after_s(httpx.Headers({"Retry-After": text})) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "99999999999",
        "9" * 300,
        format_datetime(NOW + timedelta(days=9_000), usegmt=True),
        "Fri, 31 Dec 9999 23:59:59 GMT",
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_wait_without_end_is_kept_for_minutes_and_told(status: int, text: str) -> None:
    headers = httpx.Headers({"Retry-After": text, "Date": format_datetime(NOW, usegmt=True)})
    error = refused(Refusal(status, headers, b"", "/x", None))
    assert error.retry_after_s == LONGEST_PAUSE_S
    assert "It asked to wait" in error.sentence
    assert "deskview waits 300 s at most" in error.sentence
    assert len(error.sentence) < 200


@pytest.mark.parametrize("text", ["Fri, 31 Dec 99999 23:59:59 GMT", "Fri, 99999999999999999999 Dec 2024 00:00:00 GMT"])
def test_a_date_that_is_none_is_no_wait(text: str) -> None:
    assert retry_after_s(httpx.Headers({"Retry-After": text})) is None


@pytest.mark.parametrize(("ahead", "seconds"), [(30, 30.0), (-30, 0.0)])
def test_date_against_the_servers_own_clock(ahead: int, seconds: float) -> None:
    until = format_datetime(NOW + timedelta(seconds=ahead), usegmt=True)
    headers = httpx.Headers({"Retry-After": until, "Date": format_datetime(NOW, usegmt=True)})
    assert retry_after_s(headers) == seconds


def test_absent() -> None:
    assert retry_after_s(httpx.Headers()) is None
