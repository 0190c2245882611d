"""One request on its way, over a proxy or not: whom it speaks with, what it waits for, and what a fault of it means."""

import asyncio
import errno
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import httpx

from deskview.clock import LATE_S
from deskview.providers.capabilities import Capability
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.network import FORM, Certificate, Names, Proxy, Trust, certificate_of

FAULTS = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, TimeoutError, OSError)
PROGRESS_BYTES = 10_000
"""What must come within `Limits.stall_s`: at less than 1 kB/s even a page of a listing would take minutes."""
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Limits:
    """Bounds of one request.

    `body_bytes` holds on the wire and unpacked alike: half as much again as the largest answer there is (50,000 trades,
    15 MB; the whole market, 10 MB). Of those larger than `small_bytes` only `large_at_once` are read at the same time,
    so that all in flight take at most 64 MB, and the one that is put together another 24. The times are seconds: for
    each of the name, TCP and TLS, to the first byte of the answer, without progress in its body, and for the whole;
    a connection that idled for `idle_s` is not used again, as a firewall may have forgotten it.
    """

    body_bytes: int = 24 * MEGABYTE
    small_bytes: int = 2 * MEGABYTE
    large_at_once: int = 2
    in_flight: int = 8
    connect_s: float = 5.0
    first_byte_s: float = 10.0
    stall_s: float = 10.0
    call_s: float = 120.0
    idle_s: float = 5.0


@dataclass(frozen=True)
class Route:
    """The host (with a port that is not the scheme's own), the proxy before it, and whose certificates are believed.

    `names` looks up the one of the two that is connected to.
    """

    host: str
    proxy: Proxy | None = None
    trust: Trust | None = None
    names: Names = field(default_factory=Names, compare=False)

    def client(self, context: ssl.SSLContext | None = None, **options: Any) -> httpx.AsyncClient:  # noqa: ANN401
        """A client that goes this way and no other, whatever else the environment says.

        `context` stands in for the trusted one towards the host; the proxy itself is always held to that.
        """
        trusted = self.trust.context if self.trust else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        proxy = None if self.proxy is None else _as_httpx(self.proxy, trusted)
        verify = context or trusted
        # The times are those of an Exchange.
        return httpx.AsyncClient(verify=verify, proxy=proxy, trust_env=False, timeout=None, **options)  # noqa: S113


def _as_httpx(proxy: Proxy, trusted: ssl.SSLContext) -> httpx.Proxy:
    address = httpx.URL(scheme=proxy.scheme, host=proxy.host, port=proxy.port)
    return httpx.Proxy(address, auth=proxy.credentials, ssl_context=trusted if proxy.scheme == "https" else None)


class Step(StrEnum):
    """What a request waits for."""

    NAME = "name"
    CONNECTION = "connection"
    TLS = "TLS"
    ANSWER = "answer"
    BODY = "body"


class Exchange:
    """How far one request is. `deadline` is the context in which it must run; it moves on with each step.

    `step` is None before anything is known of it. `party` is who is spoken with: the proxy, or None for the host.
    `reused` is whether it goes over a connection of an earlier request.
    """

    def __init__(self, route: Route, limits: Limits) -> None:
        self.route = route
        self.limits = limits
        self.deadline = asyncio.timeout(None)
        self.step: Step | None = None
        self.party: Proxy | None = None
        self.reused = True
        self.received = 0
        self.proxy_status = 0
        self.proxy_schemes: tuple[str, ...] = ()
        self._since_progress = 0
        self._given_up = False

    @property
    def interrupted(self) -> bool:
        """Whether its end says nothing of the other side: it was given up, or this process stood still meanwhile."""
        due = self.deadline.when() if self.deadline.expired() else None
        return self._given_up or (due is not None and asyncio.get_running_loop().time() - due > LATE_S)

    def give_up(self) -> None:
        """Ends it: its connection may lead nowhere."""
        if not self.deadline.expired():
            self._end_after(0.0)
            self._given_up = True

    @property
    def other(self) -> str:
        """Whom it speaks with, in words."""
        return self.route.host if self.party is None else str(self.party)

    async def follow(self, event: str, info: Mapping[str, Any]) -> None:
        """Called by httpx's transport with each step of the request."""
        layer, _, what = event.partition(".")
        match what:
            case "connect_tcp.started":
                self.reused = False
                self._go_on(Step.NAME, self.route.proxy)
                await self.route.names.find(info["host"])
                self._go_on(Step.CONNECTION, self.route.proxy)
            case "start_tls.started":
                self._go_on(Step.TLS, self.route.proxy if layer == "connection" else None)
            case "setup_socks5_connection.started" | "send_request_headers.started":
                self._go_on(Step.ANSWER, self.party)
            case "receive_response_headers.complete" if self.party is not None:
                _, self.proxy_status, _, headers, *_ = info["return_value"]
                self.proxy_schemes = _schemes(headers)

    def expect_body(self) -> None:
        """The body is read from now on."""
        self._go_on(Step.BODY, None)
        self._since_progress = 0

    def receive(self, size: int) -> None:
        """Counts bytes of the body; with enough of them the time to stall begins anew."""
        self.received += size
        self._since_progress += size
        if self._since_progress >= PROGRESS_BYTES:
            self.expect_body()

    def hold(self) -> None:
        """Nothing is read for now, and that is not the other side's doing."""
        self._end_after(None)

    def _go_on(self, step: Step, party: Proxy | None) -> None:
        self.step, self.party = step, party
        self._end_after(self._patience_s(step))

    def _end_after(self, wait_s: float | None) -> None:
        if not self._given_up:
            self.deadline.reschedule(None if wait_s is None else asyncio.get_running_loop().time() + wait_s)

    def _patience_s(self, step: Step) -> float:
        limits = self.limits
        return {Step.ANSWER: limits.first_byte_s, Step.BODY: limits.stall_s}.get(step, limits.connect_s)

    def overdue(self) -> str:
        """What took too long, as a clause."""
        if not self.deadline.expired() or self.step is None:
            read = f" ({_megabytes(self.received)} were read)" if self.received else ""
            return f"{self.route.host} was not done within {self.limits.call_s:g} s{read}"
        patience = f"{self._patience_s(self.step):g} s"
        late = {
            Step.NAME: f"the name of {self.other} was not found within {patience}; check the network",
            Step.CONNECTION: f"{self.other} did not accept a connection within {patience}",
            Step.TLS: f"{self.other} did not complete the TLS handshake within {patience}",
            Step.ANSWER: f"{self.other} sent nothing for {patience}",
        }
        if self.step in late:
            return late[self.step]
        if self._since_progress:
            return f"{self.other} sent less than 10 kB in {patience}, after {_megabytes(self.received)}"
        return f"{self.other} stopped sending for {patience} after {_megabytes(self.received)}"


def transport_error(
    fault: BaseException, exchange: Exchange, issuer: str, path: str, capability: Capability | None
) -> ProviderError:
    """The error for a fault of the transport, read by its type and number: its own text may quote headers.

    `issuer` is who issued a certificate that was not trusted, empty where that is not known.
    """
    if isinstance(fault, httpx.LocalProtocolError | httpx.UnsupportedProtocol | httpx.InvalidURL):
        return ProviderError(Kind.REFUSED, "The request could not be formed.", capability=capability, path=path)
    if isinstance(fault, httpx.RemoteProtocolError) and exchange.step in (None, Step.BODY):
        return cut_off(path, capability)
    reason = _reason(fault, exchange, issuer)
    return ProviderError(Kind.UNREACHABLE, f"No data: {reason}.", capability=capability, path=path)


def cut_off(path: str, capability: Capability | None) -> ProviderError:
    """The error for a body that did not arrive whole."""
    sentence = "The provider's answer broke off before its end."
    return ProviderError(Kind.TRUNCATED, sentence, capability=capability, path=path)


def distrusted(fault: BaseException) -> ssl.SSLCertVerificationError | None:
    """The refusal of a certificate, where the fault is one."""
    return next((cause for cause in _causes(fault) if isinstance(cause, ssl.SSLCertVerificationError)), None)


def _reason(fault: BaseException, exchange: Exchange, issuer: str) -> str:
    if isinstance(fault, TimeoutError | httpx.TimeoutException):
        return exchange.overdue()
    if exchange.proxy_status >= 300 and exchange.party is not None:
        return _refused_by_http_proxy(exchange.party, exchange)
    if exchange.party is not None and exchange.party.scheme.startswith("socks") and exchange.step is Step.ANSWER:
        return _refused_by_socks(fault, exchange.party, exchange.route.host)
    if (refusal := distrusted(fault)) is not None:
        return _certificate_clause(refusal.verify_code, exchange, issuer)
    if any(isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError) for cause in _causes(fault)):
        return f"{exchange.other} does not speak TLS as it should; check the port, and what stands between"
    return _by_number(fault, exchange)


def _by_number(fault: BaseException, exchange: Exchange) -> str:
    numbers = {cause.errno for cause in _causes(fault) if isinstance(cause, OSError)}
    check = f"; check {exchange.party.variable}" if exchange.party else ""
    if any(isinstance(cause, socket.gaierror) for cause in _causes(fault)):
        hint = check or "; check the network, and whether HTTPS_PROXY must be set"
        return f"the name of {exchange.other} was not found{hint}"
    for known, clause in _BY_NUMBER.items():
        if numbers & known:
            return clause.format(other=exchange.other) + check
    broken = _BY_STEP.get(exchange.step, "the connection to {other} could not be made")
    return broken.format(other=exchange.other, read=_megabytes(exchange.received)) + check


_BY_NUMBER = {
    frozenset({errno.ECONNREFUSED}): "{other} refused the connection",
    frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL}): (
        "the network has no way to {other}"
    ),
    frozenset({errno.EACCES, errno.EPERM}): "this machine forbids a connection to {other}, as a firewall does",
    frozenset({errno.EMFILE, errno.ENFILE}): "this machine allows no more open files, so no connection to {other}",
}
_BY_STEP: dict[Step | None, str] = {
    Step.TLS: "{other} broke off in the TLS handshake, as behind a firewall",
    Step.ANSWER: "{other} closed the connection without an answer that can be read",
    Step.BODY: "the connection to {other} broke after {read}",
}


def _refused_by_http_proxy(proxy: Proxy, exchange: Exchange) -> str:
    status, host = exchange.proxy_status, exchange.route.host
    if status == 407 and exchange.proxy_schemes and "basic" not in exchange.proxy_schemes:
        known = " or ".join(scheme.upper() for scheme in exchange.proxy_schemes)
        return (
            f"{proxy} asks for {known} (407), which deskview does not speak. A helper on this machine that does can "
            f"stand between: set {proxy.variable} to its address"
        )
    if status == 407 and proxy.credentials is None:
        return f"{proxy} asks for a user and a password (407): put them into {proxy.variable}, as {FORM}"
    if status == 407:
        return (
            f"{proxy} does not take the user and the password of {proxy.variable} (407): correct them; a % in them is "
            "written %25"
        )
    if status == 403:
        return f"{proxy} does not allow connections to {host} (403): ask its keepers for that host"
    if status in (502, 503, 504):
        return f"{proxy} could not reach {host} ({status})"
    return f"{proxy} refused the connection to {host} ({status})"


def _refused_by_socks(fault: BaseException, proxy: Proxy, host: str) -> str:
    """The library tells these apart in its texts alone, which are its own and are not shown."""
    text = str(fault)
    if not isinstance(fault, httpx.ProxyError):
        return f"{proxy} does not speak SOCKS 5 as it should; check {proxy.variable}"
    if text.startswith("Invalid"):
        return f"{proxy} does not take the user and the password of {proxy.variable}: correct them"
    if "but got USERNAME/PASSWORD" in text or (text.startswith("Requested") and proxy.credentials is None):
        form = FORM.replace("http", proxy.scheme, 1)
        return f"{proxy} asks for a user and a password: put them into {proxy.variable}, as {form}"
    if text.startswith("Requested"):
        return f"{proxy} takes no user and password: leave them out of {proxy.variable}"
    if "ruleset" in text:
        return f"{proxy} does not allow connections to {host}: ask its keepers for that host"
    return f"{proxy} could not reach {host}"


def _certificate_clause(code: int, exchange: Exchange, issuer: str) -> str:
    """In words what is wrong with the certificate of the other side; the codes are OpenSSL's."""
    of, trust = f"the certificate of {exchange.other}", exchange.route.trust
    match code:
        case 10:
            return f"{of} has expired, or this machine's clock is wrong"
        case 9:
            return f"{of} is not valid yet, or this machine's clock is wrong"
        case 62 | 63 | 64:
            return f"{of} is for another host; check the address, and what stands between"
    whose = f": {issuer} issued it, which is not in" if issuer else ": its issuer is not in"
    return (
        f"{of} is not trusted{whose} {trust.name if trust else 'any list'}. If that authority is your firm's, get "
        "its certificate as a PEM file and set SSL_CERT_FILE to the file"
    )


def _causes(fault: BaseException | None) -> Iterator[BaseException]:
    """The fault, what it came from, and what that came from."""
    while fault is not None:
        yield fault
        if isinstance(fault, BaseExceptionGroup):
            for one in fault.exceptions:
                yield from _causes(one)
        fault = fault.__cause__ or fault.__context__


def _schemes(headers: list[tuple[bytes, bytes]]) -> tuple[str, ...]:
    """The ways to log in that a proxy offers, of those there are."""
    offers = {value.split(b" ")[0].lower() for name, value in headers if name.lower() == b"proxy-authenticate"}
    return tuple(scheme for scheme in ("basic", "digest", "ntlm", "negotiate") if scheme.encode() in offers)


def _megabytes(size: int) -> str:
    return f"{size / MEGABYTE:.1f} MB" if size >= 100_000 else f"{size / 1000:.1f} kB"


@dataclass
class _SeenError(Exception):
    """Ends a connection before anything is asked on it."""

    certificate: bytes


def of_transport(fault: Exception, exchange: Exchange) -> bool:
    """Whether a fault is one of the way there; while a proxy speaks SOCKS, its library raises anything."""
    return isinstance(fault, FAULTS) or exchange.party is not None


async def explained(
    fault: Exception, exchange: Exchange, url: httpx.URL, capability: Capability | None
) -> ProviderError:
    """The error for a fault of the transport.

    For a certificate that is not trusted a second connection is made, to see who issued it.
    """
    certificate = None
    if distrusted(fault) is not None and exchange.party is None:
        certificate = await shown_certificate(url, exchange.route, exchange.limits)
    return transport_error(fault, exchange, certificate.issuer if certificate else "", url.path, capability)


async def greet(
    url: httpx.URL, route: Route, limits: Limits | None = None
) -> tuple[Certificate | None, ProviderError | None]:
    """Connects to the host of the address as a request would and asks nothing: its certificate, and what failed."""
    exchange = Exchange(route, limits or Limits())
    try:
        return certificate_of(await _handshake(url, exchange)), None
    except Exception as fault:
        if not of_transport(fault, exchange):
            raise
        error = await explained(fault, exchange, url, None)
        shown = await shown_certificate(url, route, exchange.limits) if distrusted(fault) else None
        return shown, error


async def shown_certificate(url: httpx.URL, route: Route, limits: Limits) -> Certificate | None:
    """The certificate the host of the address shows, trusted or not; None where none can be seen.

    A connection of its own over the same proxy, on which nothing is ever asked, so no key is sent.
    """
    unchecked = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    with suppress(*FAULTS):
        return certificate_of(await _handshake(url, Exchange(route, limits), unchecked))
    return None


async def _handshake(url: httpx.URL, exchange: Exchange, context: ssl.SSLContext | None = None) -> bytes:
    """The host's certificate (DER) of a connection that ends with the TLS handshake."""

    async def follow(event: str, info: Mapping[str, Any]) -> None:
        await exchange.follow(event, info)
        if event.endswith("start_tls.complete") and exchange.party is None:
            stream = info["return_value"]
            certificate = stream.get_extra_info("ssl_object").getpeercert(binary_form=True)
            await stream.aclose()
            raise _SeenError(certificate)

    try:
        async with exchange.deadline, exchange.route.client(context) as client:
            await client.get(url, extensions={"trace": follow})
    except _SeenError as seen:
        return seen.certificate
    raise httpx.RemoteProtocolError("no handshake")
