"""A proxy named in the environment: never between the desk and this machine, where plain http would show it the key."""

import pytest

from deskview.credentials.key import ApiKey
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.http import HttpClient
from deskview.providers.retry import RateLimiter, RetryPolicy
from tests.providers.conftest import CANARY
from tests.providers.scripted import Reply, Server, ok

NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
ONCE = RetryPolicy(attempts=1)


@pytest.fixture
def proxy(other: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A proxy the whole environment points to, with no exception made for any host."""
    for name in (*NAMES, "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in NAMES:
        monkeypatch.setenv(name, other.url)
    other.will(Reply(403, b""))
    return other


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_request_to_this_machine_passes_by_the_proxy(server: Server, proxy: Server, host: str) -> None:
    server.will(ok({"status": "OK"}))
    http = HttpClient(f"http://{host}:{server.port}", ApiKey(CANARY), limiter=RateLimiter(1000, 1.0), policy=ONCE)
    assert (await http.get("x")).body
    await http.aclose()
    assert len(server.seen) == 1
    assert proxy.seen == []


async def test_a_request_to_a_vendor_goes_through_the_proxy_as_a_tunnel_without_the_key(proxy: Server) -> None:
    http = HttpClient("https://vendor.example", ApiKey(CANARY), limiter=RateLimiter(1000, 1.0), policy=ONCE)
    with pytest.raises(ProviderError) as caught:
        await http.get("x")
    await http.aclose()
    assert caught.value.kind is Kind.UNREACHABLE
    (seen,) = proxy.seen
    assert seen.raw.startswith(b"CONNECT vendor.example:443 ")
    assert CANARY.encode() not in seen.raw
