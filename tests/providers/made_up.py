"""Two providers that are in no list: one wants two secrets and sends each in a header, one wants none.

`python -m tests.providers.made_up ARGUMENTS` is deskview with both in its list.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from deskview import cli
from deskview.credentials import ApiKey, Credentials
from deskview.providers import PROVIDERS
from deskview.providers.base import Provider
from deskview.providers.massive import MASSIVE
from deskview.providers.massive.provider import open_massive
from deskview.providers.vendor import Vendor, WantedSecret
from deskview.text import Secret

HEADER = "x-secret"
ID, SECRET = WantedSecret("id", "API key ID"), WantedSecret("secret", "Secret key")
BOTH = (ID, SECRET)
ID_TEXT, SECRET_TEXT = "PKcanary-31d0c9b7e2", "canary-SK-77aa0f14c6"
ANYBODY = "demo"
"""What the provider that wants nothing sends all the same: no secret."""


class SecondHeader(httpx.AsyncHTTPTransport):
    """The network, with the second secret in a header of its own beside the first."""

    def __init__(self, secret: Secret) -> None:
        super().__init__()
        self._secret = secret

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends both."""
        request.headers[HEADER] = self._secret.reveal()
        return await super().handle_async_request(request)


def open_pair(
    secrets: Mapping[str, Secret],
    base_url: str,
    *,
    transport: httpx.AsyncBaseTransport | None,
    calls_per_minute: int | None,
) -> Provider:
    """Massive's protocol with a second header."""
    through = transport or SecondHeader(secrets[SECRET.name])
    return open_massive(PAIR, secrets[ID.name], base_url, transport=through, calls_per_minute=calls_per_minute)


def open_free(
    secrets: Mapping[str, Secret],
    base_url: str,
    *,
    transport: httpx.AsyncBaseTransport | None,
    calls_per_minute: int | None,
) -> Provider:
    """Massive's protocol for anybody."""
    assert not secrets
    return open_massive(FREE, ApiKey(ANYBODY), base_url, transport=transport, calls_per_minute=calls_per_minute)


PAIR = Vendor("pair", "Pair", "http://127.0.0.1:9", "any plan", MASSIVE.plans, open_pair, secrets=BOTH)
FREE = Vendor("free", "Free", "http://127.0.0.1:9", "no plan", MASSIVE.plans, open_free, secrets=())


def pair_of(secret_id: str = ID_TEXT, secret: str = SECRET_TEXT) -> Credentials:
    """What the provider of two secrets is opened with."""
    return Credentials({ID.name: ApiKey(secret_id), SECRET.name: ApiKey(secret)})


def add() -> None:
    """Both are in this process's list from now on."""
    assert isinstance(PROVIDERS, dict)
    PROVIDERS.update({vendor.name: vendor for vendor in (PAIR, FREE)})


@dataclass
class Guarded:
    """A market that also wants the second header; `sent` has what came in both, request by request."""

    market: ASGIApp
    secret: str = SECRET_TEXT
    sent: list[tuple[str, str]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request, or refuses it as the market refuses a wrong key."""
        if scope["type"] == "http":
            headers = {name.decode(): text.decode() for name, text in scope["headers"]}
            self.sent.append((headers.get("authorization", "").removeprefix("Bearer "), headers.get(HEADER, "")))
            if headers.get(HEADER, "") != self.secret:
                kept = [(name, text) for name, text in scope["headers"] if name != b"authorization"]
                scope = {**scope, "headers": [*kept, (b"authorization", b"Bearer wrong")]}
        await self.market(scope, receive, send)


if __name__ == "__main__":
    add()
    sys.exit(cli.main(sys.argv[1:]))
