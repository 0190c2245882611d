"""Fixtures of the provider tests: servers on loopback and a provider that speaks to one."""

from collections.abc import AsyncIterator, Callable
from typing import Protocol

import pytest

from deskview.credentials.key import ApiKey
from deskview.providers.http import HttpClient
from deskview.providers.massive import MASSIVE
from deskview.providers.massive.provider import Massive
from deskview.providers.massive.refusals import Translator
from deskview.providers.retry import RateLimiter, RetryPolicy
from deskview.providers.transport import Limits
from tests.providers.scripted import Server, serving

CANARY = "canary7Qz-secret-0042"
QUICK = RetryPolicy(attempts=3, total_s=2.0, first_wait_s=0.001, longest_wait_s=0.002, jitter_s=0.0)


class Open(Protocol):
    """Opens a provider at an address."""

    def __call__(self, url: str, *, policy: RetryPolicy = ..., limits: Limits | None = ...) -> Massive: ...


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """The provider's stand-in."""
    async with serving() as running:
        yield running


@pytest.fixture
async def other() -> AsyncIterator[Server]:
    """A server of another origin, which must never see the key."""
    async with serving() as running:
        yield running


@pytest.fixture
async def open_at() -> AsyncIterator[Open]:
    """Makes providers with short waits, and closes them."""
    made: list[Massive] = []

    def make(url: str, *, policy: RetryPolicy = QUICK, limits: Limits | None = None) -> Massive:
        key = ApiKey(CANARY)
        translate = Translator(MASSIVE, key)
        http = HttpClient(url, key, translate=translate, limiter=RateLimiter(1000, 1.0), policy=policy, limits=limits)
        made.append(Massive(MASSIVE, http, translate))
        return made[-1]

    yield make
    for provider in made:
        await provider.aclose()


@pytest.fixture
def massive(server: Server, open_at: Callable[[str], Massive]) -> Massive:
    """A provider that speaks to `server`."""
    return open_at(server.url)
