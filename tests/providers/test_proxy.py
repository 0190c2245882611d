"""The way to the provider over proxies and TLS on loopback: what reaches whom, and in which words it fails.

A proxy never stands between the desk and this machine, where plain http would show it the key.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from deskview.credentials.key import ApiKey
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.http import HttpClient
from deskview.providers.retry import RateLimiter, RetryPolicy
from deskview.providers.transport import Limits
from tests.providers.conftest import CANARY
from tests.providers.proxies import LOGIN, PASSWORD, ConnectProxy, Loopback, Socks5, passing_on, signing
from tests.providers.scripted import Reply, Server, ok

NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
VARIABLES = (*NAMES, "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")
ONCE = RetryPolicy(attempts=1)
VENDOR = "market.test"
TRADER = ":".join(LOGIN)
LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that says nothing of the network."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return monkeypatch


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    """Servers on loopback."""
    with Loopback() as servers:
        yield servers


@pytest.fixture
def bank() -> trustme.CA:
    """The authority of the bank's network."""
    return trustme.CA(organization_name="Bank plc", organization_unit_name="TLS Inspection")


@pytest.fixture
def trusted(bank: trustme.CA, environment: pytest.MonkeyPatch, tmp_path: Path) -> trustme.CA:
    """The same, in SSL_CERT_FILE."""
    bank.cert_pem.write_to_path(str(tmp_path / "bank.pem"))
    environment.setenv("SSL_CERT_FILE", str(tmp_path / "bank.pem"))
    return bank


async def ask(url: str, limits: Limits | None = None) -> bytes:
    """One request, tried once."""
    http = HttpClient(url, ApiKey(CANARY), limiter=RateLimiter(1000, 1.0), policy=ONCE, limits=limits)
    try:
        return (await http.get("x")).body
    finally:
        await http.aclose()


async def failure(url: str = f"https://{VENDOR}", limits: Limits | None = None) -> str:
    """The sentence of a request that could not be made; no secret is in it."""
    with pytest.raises(ProviderError) as caught:
        await ask(url, limits)
    error = caught.value
    assert error.kind is Kind.UNREACHABLE
    assert not [secret for secret in (CANARY, PASSWORD, *LOGIN) if secret in f"{error!r} {error.__context__!r}"]
    return error.sentence


def free_port() -> int:
    """A port of this machine at which nothing listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture
def everywhere(other: Server, environment: pytest.MonkeyPatch) -> Server:
    """A proxy the whole environment points to, with no exception made for any host."""
    for name in NAMES:
        environment.setenv(name, other.url)
    other.will(Reply(403, b""))
    return other


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_request_to_this_machine_passes_by_the_proxy(server: Server, everywhere: Server, host: str) -> None:
    server.will(ok({"status": "OK"}))
    assert await ask(f"http://{host}:{server.port}")
    assert len(server.seen) == 1
    assert everywhere.seen == []


async def test_a_request_to_a_vendor_goes_through_the_proxy_as_a_tunnel_without_the_key(everywhere: Server) -> None:
    sentence = await failure("https://vendor.example")
    (seen,) = everywhere.seen
    assert seen.raw.startswith(b"CONNECT vendor.example:443 ")
    assert CANARY.encode() not in seen.raw
    assert sentence == (
        f"No data: the proxy of HTTPS_PROXY (127.0.0.1:{everywhere.port}) does not allow connections to "
        "vendor.example (403): ask its keepers for that host."
    )


async def test_through_a_proxy_with_a_password_to_a_host_of_a_trusted_authority(
    server: Server, loopback: Loopback, trusted: trustme.CA, environment: pytest.MonkeyPatch
) -> None:
    server.will(ok({"status": "OK"}))
    proxy = ConnectProxy({VENDOR: loopback.serve(passing_on(server.port), signing(trusted))}, login=LOGIN)
    port = loopback.serve(proxy.handle)
    environment.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
    assert await failure() == (
        f"No data: the proxy of HTTPS_PROXY (127.0.0.1:{port}) asks for a user and a password (407): put them into "
        "HTTPS_PROXY, as http://USER:PASSWORD@HOST:PORT."
    )
    environment.setenv("HTTPS_PROXY", f"http://trader:wrong@127.0.0.1:{port}")
    assert "does not take the user and the password of HTTPS_PROXY (407): correct them" in await failure()
    environment.setenv("HTTPS_PROXY", f"http://{TRADER}@127.0.0.1:{port}")
    assert await ask(f"https://{VENDOR}")
    (seen,) = server.seen
    assert seen.headers["authorization"] == f"Bearer {CANARY}"
    assert b"proxy-authorization" not in seen.raw.lower()


async def test_through_socks(
    server: Server, loopback: Loopback, trusted: trustme.CA, environment: pytest.MonkeyPatch
) -> None:
    server.will(ok({"status": "OK"}))
    proxy = Socks5({VENDOR: loopback.serve(passing_on(server.port), signing(trusted))}, login=LOGIN)
    port = loopback.serve(proxy.handle)
    named = f"the proxy of ALL_PROXY (127.0.0.1:{port})"
    environment.setenv("ALL_PROXY", f"socks5://127.0.0.1:{port}")
    wanted = f"{named} asks for a user and a password: put them into ALL_PROXY, as socks5://USER:PASSWORD@HOST:PORT."
    assert await failure() == f"No data: {wanted}"
    environment.setenv("ALL_PROXY", f"socks5://trader:wrong@127.0.0.1:{port}")
    assert f"{named} does not take the user and the password of ALL_PROXY" in await failure()
    environment.setenv("ALL_PROXY", f"socks5h://{TRADER}@127.0.0.1:{port}")
    assert await ask(f"https://{VENDOR}")
    assert proxy.wishes == [VENDOR]
    assert await failure("https://other.test") == f"No data: {named} could not reach other.test."


async def test_a_list_of_exceptions_that_httpx_can_not_read(
    server: Server, everywhere: Server, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("NO_PROXY", "[::1],fe80::/10")
    assert "does not allow connections to vendor.example" in await failure("https://vendor.example")
    environment.setenv("NO_PROXY", "[::1],fe80::/10,vendor.example")
    assert "vendor.example" in await failure("https://vendor.example")
    assert len(everywhere.seen) == 1


@pytest.mark.parametrize("text", [f"http://{TRADER}@proxy:port", f"ftp://{TRADER}@proxy"])
async def test_a_variable_that_holds_no_proxy_is_refused_at_once(text: str, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("HTTPS_PROXY", text)
    with pytest.raises(ValueError, match=r"^HTTPS_PROXY ") as caught:
        await ask(f"https://{VENDOR}")
    assert PASSWORD not in str(caught.value)


def answering(status: int, *schemes: str) -> ConnectProxy:
    return ConnectProxy(status=status, schemes=schemes)


@pytest.mark.parametrize(
    ("proxy", "words"),
    [
        (answering(407, "Negotiate", "NTLM"), "asks for NTLM or NEGOTIATE (407), which deskview does not speak"),
        (answering(407, "NTLM", "Basic realm=x"), "asks for a user and a password (407)"),
        (answering(502), "could not reach market.test (502)"),
        (answering(418), "refused the connection to market.test (418)"),
        (Socks5(answer=2), "does not allow connections to market.test: ask its keepers"),
        (Socks5(answer=5), "could not reach market.test"),
        (Socks5(answer=4), "could not reach market.test"),
    ],
)
async def test_what_a_proxy_answers(
    proxy: ConnectProxy | Socks5, words: str, loopback: Loopback, environment: pytest.MonkeyPatch
) -> None:
    scheme = "http" if isinstance(proxy, ConnectProxy) else "socks5"
    port = loopback.serve(proxy.handle)
    environment.setenv("https_proxy", f"{scheme}://127.0.0.1:{port}")
    assert (await failure()).startswith(f"No data: the proxy of https_proxy (127.0.0.1:{port}) {words}")


NONSENSE = b"SSH-2.0-OpenSSH_9.6\r\n\r\n"


async def babbling(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(NONSENSE)
    await writer.drain()
    await reader.read()


async def lying(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers in the form of SOCKS with a number it does not have."""
    await reader.read(100)
    writer.write(b"\x05\x02")
    await reader.read(100)
    writer.write(b"\x01\x00")
    await reader.read(100)
    writer.write(b"\x05\x4d\x00\x01\x00\x00\x00\x00\x00\x00")
    await writer.drain()
    await reader.read()


async def closing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


@pytest.mark.parametrize(
    ("scheme", "handler", "words"),
    [
        ("http", babbling, "closed the connection without an answer that can be read; check HTTPS_PROXY"),
        ("http", closing, "closed the connection without an answer that can be read; check HTTPS_PROXY"),
        ("http", silent, "sent nothing for 0.2 s"),
        ("socks5", lying, "does not speak SOCKS 5 as it should; check HTTPS_PROXY"),
        ("socks5", babbling, "does not speak SOCKS 5 as it should; check HTTPS_PROXY"),
        ("socks5", closing, "does not speak SOCKS 5 as it should; check HTTPS_PROXY"),
        ("socks5", silent, "sent nothing for 0.2 s"),
        ("https", babbling, "does not speak TLS as it should"),
        ("https", closing, "broke off in the TLS handshake, as behind a firewall; check HTTPS_PROXY"),
        ("https", silent, "did not complete the TLS handshake within 0.2 s"),
    ],
)
async def test_a_proxy_that_is_none(
    scheme: str,
    handler: Callable[[asyncio.StreamReader, asyncio.StreamWriter], object],
    words: str,
    loopback: Loopback,
    environment: pytest.MonkeyPatch,
) -> None:
    port = loopback.serve(handler)  # type: ignore[arg-type]
    environment.setenv("HTTPS_PROXY", f"{scheme}://{TRADER}@127.0.0.1:{port}")
    limits = Limits(connect_s=0.2 if scheme == "https" else 5.0, first_byte_s=0.2)
    assert (await failure(limits=limits)).startswith(f"No data: the proxy of HTTPS_PROXY (127.0.0.1:{port}) {words}")


async def test_a_proxy_that_is_not_there(environment: pytest.MonkeyPatch) -> None:
    port = free_port()
    environment.setenv("HTTPS_PROXY", f"http://{TRADER}@127.0.0.1:{port}")
    named = f"the proxy of HTTPS_PROXY (127.0.0.1:{port})"
    assert await failure() == f"No data: {named} refused the connection; check HTTPS_PROXY."
    environment.setenv("HTTPS_PROXY", f"http://{TRADER}@nosuchproxy.invalid:8080")
    named = "the proxy of HTTPS_PROXY (nosuchproxy.invalid:8080)"
    assert await failure() == f"No data: the name of {named} was not found; check HTTPS_PROXY."


async def test_a_host_that_is_not_there() -> None:
    port = free_port()
    assert await failure(f"http://127.0.0.1:{port}") == f"No data: 127.0.0.1:{port} refused the connection."
    assert await failure("https://nosuchhost.invalid") == (
        "No data: the name of nosuchhost.invalid was not found; check the network, and whether HTTPS_PROXY must be set."
    )


async def test_a_network_that_leads_nowhere() -> None:
    """The documentation's own addresses (RFC 5737) lead nowhere; here that is told at once, or not at all."""
    sentence = await failure("https://192.0.2.1", Limits(connect_s=0.2))
    assert sentence.startswith("No data: ")
    assert "192.0.2.1" in sentence


async def test_a_certificate_of_an_unknown_authority_names_its_issuer_and_what_to_set(
    server: Server, loopback: Loopback, bank: trustme.CA
) -> None:
    port = loopback.serve(passing_on(server.port), signing(bank, "localhost"))
    sentence = await failure(f"https://localhost:{port}")
    assert sentence.startswith(
        f"No data: the certificate of localhost:{port} is not trusted: Bank plc issued it, which is not in the"
    )
    assert sentence.endswith(
        "If that authority is your firm's, get its certificate as a PEM file and set SSL_CERT_FILE to the file."
    )
    assert server.seen == [], "nothing is sent to look at a certificate"


async def test_a_proxy_that_signs_anew(
    server: Server, loopback: Loopback, bank: trustme.CA, environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server.will(ok({"status": "OK"}))
    proxy = ConnectProxy({VENDOR: loopback.serve(passing_on(server.port), signing(bank))}, login=LOGIN)
    environment.setenv("HTTPS_PROXY", f"http://{TRADER}@127.0.0.1:{loopback.serve(proxy.handle)}")
    assert "the certificate of market.test is not trusted: Bank plc issued it" in await failure()
    bank.cert_pem.write_to_path(str(tmp_path / "bank.pem"))
    environment.setenv("SSL_CERT_FILE", str(tmp_path / "bank.pem"))
    assert await ask(f"https://{VENDOR}")
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("host", "expired", "words"),
    [
        ("elsewhere.test", False, "is for another host; check the address, and what stands between"),
        (VENDOR, True, "has expired, or this machine's clock is wrong"),
    ],
)
async def test_a_certificate_that_does_not_fit(
    *,
    host: str,
    expired: bool,
    words: str,
    server: Server,
    loopback: Loopback,
    trusted: trustme.CA,
    environment: pytest.MonkeyPatch,
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ends = {"not_before": LONG_AGO, "not_after": LONG_AGO.replace(year=2002)} if expired else {}
    trusted.issue_cert(host, **ends).configure_cert(context)  # type: ignore[arg-type]
    proxy = ConnectProxy({VENDOR: loopback.serve(passing_on(server.port), context)})
    environment.setenv("HTTPS_PROXY", f"http://127.0.0.1:{loopback.serve(proxy.handle)}")
    assert await failure() == f"No data: the certificate of {VENDOR} {words}."


async def test_no_key_is_sent_before_the_certificate_is_trusted(
    server: Server, loopback: Loopback, bank: trustme.CA
) -> None:
    received = bytearray()

    async def listening(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.extend(await reader.read())

    port = loopback.serve(listening, signing(bank, "localhost"))
    await failure(f"https://localhost:{port}")
    assert bytes(received) == b""
