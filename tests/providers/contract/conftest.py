"""Fixtures of the suite: the subject in the list of providers, its server, and the provider opened as the program does.

Time stands still where a test asks for none: the pace and the tries of what was refused are on a clock that only moves
when somebody sleeps by it.
"""

from collections.abc import AsyncIterator
from typing import cast

import pytest

from deskview.credentials.key import ApiKey
from deskview.providers import PROVIDERS, Vendor, connect, retry
from deskview.providers.base import Provider
from deskview.providers.retry import RateLimiter, RetryPolicy
from tests.providers.contract.server import listening
from tests.providers.contract.subject import Line, Subject
from tests.providers.test_rate import Clock

TRIES = 2


def canary(name: str) -> str:
    """A secret by its name, to be found wherever it leaks."""
    return f"canary-{name}-7Qz-0042"


def secrets_of(vendor: Vendor) -> dict[str, ApiKey]:
    """A secret for each the vendor wants."""
    return {wanted.name: ApiKey(canary(wanted.name)) for wanted in vendor.secrets}


@pytest.fixture
def subject(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Subject:
    """The provider under test, in the list of providers."""
    chosen: Subject = request.param
    monkeypatch.setitem(cast("dict[str, Vendor]", PROVIDERS), chosen.vendor.name, chosen.vendor)
    return chosen


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the pace and of the tries; retries of a request wait for nothing."""
    clock = Clock()
    monkeypatch.setattr(RateLimiter.__init__, "__kwdefaults__", {"clock": clock, "sleep": clock.sleep})
    at_once = (TRIES, 2.0, 0.001, 0.002, 0.0, None, 15.0, 2.0)
    monkeypatch.setattr(RetryPolicy.__init__, "__defaults__", at_once)
    monkeypatch.setattr(retry, "BY_THE_MINUTE", RetryPolicy(*at_once))
    return clock


@pytest.fixture
async def line(subject: Subject) -> AsyncIterator[Line]:
    """The vendor's server."""
    async with listening(Line(subject)) as running:
        yield running


@pytest.fixture
async def elsewhere(subject: Subject) -> AsyncIterator[Line]:
    """A server of another origin that would answer as well, and must never be asked."""
    async with listening(Line(subject)) as running:
        yield running


@pytest.fixture
async def provider(subject: Subject, line: Line, clock: Clock) -> AsyncIterator[Provider]:
    """The provider that speaks to `line`."""
    opened = opened_at(subject.vendor, line.url)
    opened.capabilities.clock = clock
    yield opened
    await opened.aclose()


def opened_at(vendor: Vendor, url: str, *, calls_per_minute: int | None = None) -> Provider:
    """The provider as the program opens it, with a canary for every secret."""
    return connect(vendor.name, secrets_of(vendor), base_url=url, calls_per_minute=calls_per_minute)
