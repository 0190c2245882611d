"""Addresses: which may be called, and which are the same server."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskview.credentials.key import ApiKey
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.http import HttpClient
from deskview.providers.origin import BearerAuth, HeaderAuth, base_address, next_page, origin_of
from deskview.providers.retry import RateLimiter
from tests.providers.conftest import CANARY
from tests.providers.scripted import Reply, Server


@pytest.mark.parametrize(
    "text", ["https://api.massive.com", "http://127.0.0.1:8000/", "http://localhost", "http://[::1]:9"]
)
def test_fit_base_addresses(text: str) -> None:
    assert base_address(text).path == "/"


@pytest.mark.parametrize(
    "text",
    [
        "http://api.massive.com",
        "ftp://h",
        "api.massive.com",
        "https://u:p@h/",
        "https://h/?apiKey=x",
        "https://",
        "http://[",
    ],
)
def test_unfit_base_addresses(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$") as caught:
        base_address(text)
    assert "apiKey" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("https://xn--a", "xn--a"),
        ("https://xn--zzzzzzzz:1/p", "xn--zzzzzzzz:1"),
        ("https://xn--a/path?apiKey=x", "xn--a"),
        ("https://trader:hush@xn--a", "it"),
        ("https://trader:hu/sh@h:x", "it"),
        (f"https://{'a' * 64}.com", "a" * 59),
        (f"https://{'.'.join(['abc'] * 64)}", "abc.abc."),
        ("https://a..b", "a..b"),
        ("https://a b", "a b"),
        ("https://h:0", "h:0"),
        ("https://h:99999", "h:99999"),
        ("https://h:-1", "h:-1"),
        ("https://[fe80::1%25eth0]", "[fe80::1%25eth0]"),
        ("https://[fe80::1%eth0]", "[fe80::1%eth0]"),
        ("https://☃.de", "☃.de"),
        ("https://\udce9.de", ".de"),
        ("https://h/\ud800", "h"),
    ],
)
def test_an_address_that_can_never_be_asked_is_named(text: str, named: str) -> None:
    with pytest.raises(ValueError, match=r"\.$") as caught:
        base_address(text)
    assert str(caught.value).startswith(f"The base address is not a URL: {named}")
    assert not any(secret in str(caught.value) for secret in ("hu", "trader", "apiKey"))


@given(st.text())
def test_no_address_ends_in_anything_but_an_origin_or_a_sentence(text: str) -> None:
    for address in (text, f"https://{text}", f"https://xn--{text}", f"https://h/{text}"):
        try:
            base = base_address(address)
        except ValueError as fault:
            assert type(fault) is ValueError, address
            assert str(fault).endswith("."), address
        else:
            assert origin_of(next_page(base, base, "next")) == origin_of(base)


def test_a_name_in_another_script_is_called_by_its_punycode() -> None:
    assert origin_of(base_address("https://bücher.example")) == origin_of(base_address("https://XN--bcher-kva.example"))


def test_plain_http_in_process() -> None:
    assert base_address("http://simulator", in_process=True).host == "simulator"


def test_default_port_is_the_port_written_out() -> None:
    assert origin_of(httpx.URL("https://API.massive.com:443/a")) == origin_of(httpx.URL("https://api.massive.com/b"))
    assert origin_of(httpx.URL("https://api.massive.com")) != origin_of(httpx.URL("http://api.massive.com"))


def test_next_page_with_explicit_port_is_followed_verbatim() -> None:
    base = base_address("https://api.massive.com")
    url = "https://api.massive.com:443/v2/aggs/ticker/AAPL/range/1/day/17/2026-11-20?cursor=bGltaXQ9MiZzb3J0PWFzYw=="
    assert str(next_page(base, base, url)) == url.replace(":443", "")


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x",
        "https://h:8443/x",
        "https://h:0/x",
        "http://h/x",
        "https://u:p@h/x",
        "https://[",
        "https://xn--a/x",
        "https://h/\ud800",
    ],
)
def test_next_page_elsewhere_is_refused(url: str) -> None:
    base = base_address("https://h")
    with pytest.raises(ProviderError) as caught:
        next_page(base, base, url)
    assert caught.value.kind is Kind.FOREIGN_PAGE


@pytest.mark.parametrize(
    ("url", "sent"), [("https://h/x", True), ("https://h:443/x", True), ("https://other/x", False)]
)
def test_the_key_goes_to_its_origin_only(url: str, sent: bool) -> None:
    auth = BearerAuth(ApiKey("abc"), origin_of(base_address("https://h")))
    request = next(auth.auth_flow(httpx.Request("GET", url)))
    assert ("Authorization" in request.headers) is sent


async def test_the_client_itself_fetches_nothing_from_elsewhere(server: Server, other: Server) -> None:
    """Whoever asks: a page's address has been checked before, any other has not."""
    http = HttpClient(server.url, ApiKey(CANARY), limiter=RateLimiter(1000, 1.0))
    for url in (f"{other.url}/x", f"http://localhost:{server.port}/x", f"https://127.0.0.1:{server.port}/x"):
        with pytest.raises(ProviderError) as caught:
            await http.fetch(httpx.URL(url))
        assert caught.value.kind is Kind.FOREIGN_PAGE
    assert http.traffic.calls == 0
    assert server.seen == other.seen == []
    await http.aclose()


async def test_a_path_that_is_an_address_elsewhere_is_not_fetched(server: Server, other: Server) -> None:
    http = HttpClient(server.url, ApiKey(CANARY), limiter=RateLimiter(1000, 1.0))
    with pytest.raises(ProviderError) as caught:
        await http.get(f"{other.url}/x")
    assert caught.value.kind is Kind.FOREIGN_PAGE
    assert other.seen == []
    await http.aclose()


async def test_each_secret_goes_in_the_header_it_is_given_for(server: Server) -> None:
    server.will(Reply())
    secrets = {"X-Key-Id": ApiKey("who"), "X-Key-Secret": ApiKey(CANARY)}
    http = HttpClient(server.url, secrets, limiter=RateLimiter(1000, 1.0))
    await http.get("x")
    await http.aclose()
    (seen,) = server.seen
    assert (seen.headers["x-key-id"], seen.headers["x-key-secret"]) == ("who", CANARY)
    assert "authorization" not in seen.headers
    assert CANARY not in repr(vars(http))


async def test_a_vendor_that_wants_no_secret_gets_none(server: Server) -> None:
    server.will(Reply())
    http = HttpClient(server.url, {}, limiter=RateLimiter(1000, 1.0))
    await http.get("x")
    await http.aclose()
    assert "authorization" not in server.seen[0].headers


@pytest.mark.parametrize("elsewhere", ["https://other/x", "http://h/x", "https://h:444/x"])
def test_each_of_several_secrets_goes_in_its_header_to_its_origin_only(elsewhere: str) -> None:
    auth = HeaderAuth({"X-Id": ApiKey("abc"), "X-Secret": ApiKey("xyz")}, origin_of(base_address("https://h")))
    home = next(auth.auth_flow(httpx.Request("GET", "https://h/x")))
    assert (home.headers["X-Id"], home.headers["X-Secret"]) == ("abc", "xyz")
    assert not {"x-id", "x-secret"} & set(next(auth.auth_flow(httpx.Request("GET", elsewhere))).headers)
    assert "abc" not in repr(auth) and "xyz" not in repr(auth)


async def test_several_secrets_go_to_the_server_and_no_next_page_or_redirect_takes_them_elsewhere(
    server: Server, other: Server
) -> None:
    secrets = {"X-Id": ApiKey(CANARY), "X-Secret": ApiKey("xyz")}
    http = HttpClient(server.url, secrets, limiter=RateLimiter(1000, 1.0))
    server.will(Reply(302, b"", {"Location": f"{other.url}/x"}))
    with pytest.raises(ProviderError):
        await http.get("x")
    assert [(request.headers["x-id"], request.headers["x-secret"]) for request in server.seen] == [(CANARY, "xyz")]
    with pytest.raises(ProviderError):
        await http.fetch(httpx.URL(f"{other.url}/x"))
    assert other.seen == []
    await http.aclose()


def test_an_empty_secret_among_several_is_missing() -> None:
    class Empty:
        def reveal(self) -> str:
            return ""

    with pytest.raises(ProviderError) as caught:
        HeaderAuth({"X-Id": ApiKey("abc"), "X-Secret": Empty()}, origin_of(base_address("https://h")))
    assert caught.value.kind is Kind.KEY_MISSING
