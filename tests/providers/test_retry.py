"""What the server says about waiting."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from deskview.providers.retry import retry_after_s

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7", 7.0), ("0", 0.0), (" 2.5 ", 2.5), ("-3", 0.0), ("", None), ("soon", None), ("inf", None)],
)
def test_seconds(text: str, seconds: float | None) -> None:
    assert retry_after_s(httpx.Headers({"Retry-After": text})) == seconds


@pytest.mark.parametrize(("ahead", "seconds"), [(30, 30.0), (-30, 0.0)])
def test_date_against_the_servers_own_clock(ahead: int, seconds: float) -> None:
    until = format_datetime(NOW + timedelta(seconds=ahead), usegmt=True)
    headers = httpx.Headers({"Retry-After": until, "Date": format_datetime(NOW, usegmt=True)})
    assert retry_after_s(headers) == seconds


def test_absent() -> None:
    assert retry_after_s(httpx.Headers()) is None
