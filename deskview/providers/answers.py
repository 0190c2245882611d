"""What came back: a whole JSON body, or the error that says why there is none."""

from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from deskview.providers.base import Capability
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.retry import retry_after_s

CLOSING = {b"{": b"}", b"[": b"]"}


@dataclass(frozen=True)
class Answer:
    """A complete body as it came, not parsed."""

    body: bytes = field(repr=False)
    headers: httpx.Headers
    url: httpx.URL


@dataclass(frozen=True)
class Refusal:
    """An answer with a status other than 200; `body` is at most its first 64 kB."""

    status: int
    headers: httpx.Headers
    body: bytes = field(repr=False)
    path: str
    capability: Capability | None


Translate = Callable[[Refusal], ProviderError | None]


def check_whole(body: bytes, path: str, capability: Capability | None) -> None:
    """Raises TRUNCATED for a body that breaks off, MALFORMED for one that is not JSON at all."""
    opening, ending = body.lstrip()[:1], body.rstrip()[-1:]
    if opening not in CLOSING and opening:
        raise ProviderError(
            Kind.MALFORMED,
            "The provider answered with something that is not data, such as a web page: a proxy or a log-in page may "
            "stand between.",
            capability=capability,
            status=200,
            path=path,
        )
    if ending != CLOSING.get(opening):
        raise cut_off(path, capability)


def cut_off(path: str, capability: Capability | None) -> ProviderError:
    """The error for a body that did not arrive whole."""
    return ProviderError(
        Kind.TRUNCATED,
        "The provider's answer broke off before its end.",
        capability=capability,
        path=path,
    )


def too_large(limit: int, path: str, capability: Capability | None) -> ProviderError:
    """The error for a body beyond the bound."""
    return ProviderError(
        Kind.TOO_LARGE,
        f"The provider's answer is larger than {limit // 1_000_000} MB and was not read on.",
        capability=capability,
        path=path,
    )


def unreachable(fault: Exception, path: str, capability: Capability | None) -> ProviderError:
    """The error for a fault of the transport. The fault's own text is left out: it may quote headers."""
    if isinstance(fault, httpx.DecodingError | httpx.RemoteProtocolError):
        return cut_off(path, capability)
    if isinstance(fault, httpx.LocalProtocolError | httpx.UnsupportedProtocol | httpx.InvalidURL):
        return ProviderError(Kind.REFUSED, "The request could not be formed.", capability=capability, path=path)
    reason = (
        "the provider did not answer in time"
        if isinstance(fault, httpx.TimeoutException | TimeoutError)
        else (
            "the connection could not be made"
            if isinstance(fault, httpx.ConnectError | httpx.ProxyError)
            else "the connection broke"
        )
    )
    return ProviderError(
        Kind.UNREACHABLE,
        f"No data: {reason}.",
        capability=capability,
        path=path,
    )


def refused(refusal: Refusal) -> ProviderError:
    """The error for a status, as far as HTTP alone tells."""
    kind, sentence = _by_status(refusal.status)
    wait = retry_after_s(refusal.headers) if kind in (Kind.RATE_LIMITED, Kind.SERVER) else None
    return ProviderError(
        kind,
        sentence,
        capability=refusal.capability,
        status=refusal.status,
        retry_after_s=wait,
        path=refusal.path,
    )


def _by_status(status: int) -> tuple[Kind, str]:
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return Kind.RATE_LIMITED, "The provider allows no more calls for the moment."
    if status >= 500 or status in (408, 425, 499):
        return Kind.SERVER, f"The provider has a fault of its own (HTTP {status})."
    if 300 <= status < 400:
        return Kind.REDIRECTED, (
            f"The provider sent us to another address (HTTP {status}). It was not followed, so that the key does not "
            "go there; check the base address."
        )
    if status == httpx.codes.NOT_FOUND:
        return Kind.REFUSED, "The provider has nothing at this address (HTTP 404); check the base address."
    if status in (401, 407):
        return Kind.KEY_REFUSED, f"The provider or a proxy before it asks for another key (HTTP {status})."
    return Kind.REFUSED, f"The provider refused the request (HTTP {status}). It is not repeated."
