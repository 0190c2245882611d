"""Where requests and secrets may go: the base address, pages of the same origin, and the headers for them."""

import re
from collections.abc import Generator, Mapping
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import quote

import httpx

from deskview.providers.errors import Kind, ProviderError
from deskview.providers.network import is_host
from deskview.text import MASK, Secret, neutralise, without_keys

KEY_PARAMETER = "apiKey"
TICKER = r"[A-Za-z0-9][A-Za-z0-9.:/+\-]{0,31}"
"""What a ticker may be made of: it is shown, and becomes part of addresses and file names."""
DEFAULT_PORTS = {"http": 80, "https": 443}
_SHOWN = 60
"""Characters of a host that are shown."""


class Origin(NamedTuple):
    """Scheme, host and port; a default port and the same port written out are one origin."""

    scheme: str
    host: str
    port: int | None


def origin_of(url: httpx.URL) -> Origin:
    """The origin of an absolute address, its host as it is sent: to read it for people can fail."""
    port = DEFAULT_PORTS.get(url.scheme) if url.port is None else url.port
    return Origin(url.scheme, url.raw_host.decode("ascii").lower(), port)


def is_loopback(host: str) -> bool:
    """Whether the host is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def base_address(text: str, *, in_process: bool = False) -> httpx.URL:
    """The base address, checked: https anywhere, plain http only to this machine or `in_process`.

    Raises ValueError with a sentence that names the host and does not repeat user names or queries.
    """
    try:
        url = httpx.URL(text)
        host = url.host  # fails where a name in Punycode stands for none
    except (httpx.InvalidURL, ValueError):
        raise _unfit(text, "can't be read as a host and port") from None
    if url.scheme not in DEFAULT_PORTS or not host:
        raise ValueError("The base address must start with https:// and name a host.")
    if url.userinfo or url.query or url.fragment:
        raise ValueError("The base address may hold a host, a port and a path, nothing else.")
    if not is_host(url.raw_host.decode("ascii")):
        raise _unfit(text, "is no name or address of a host")
    if url.port is not None and not 0 < url.port < 65536:
        raise _unfit(text, "has a port that is not between 1 and 65535")
    if url.scheme == "http" and not (in_process or is_loopback(url.host)):
        raise ValueError("Plain http would send the key unencrypted: use https (http only to this machine).")
    return url.copy_with(path=url.path.rstrip("/") + "/")


def _unfit(text: str, why: str) -> ValueError:
    """The fault of an address; where an @ stands in it nothing of it is repeated: a password may hold any sign."""
    host = "" if "@" in text else re.split(r"[/?#\\]", text.partition("://")[2] or text, maxsplit=1)[0]
    shown = without_keys(neutralise(host, limit=_SHOWN))
    return ValueError(f"The base address is not a URL: {shown or 'it'} {why}.")


def next_page(base: httpx.URL, current: httpx.URL, next_url: str) -> httpx.URL:
    """The address of the next page, resolved against the current one and otherwise verbatim; a key in it is taken out.

    Raises ProviderError FOREIGN_PAGE when it leaves the origin of `base`: the key would go along.
    """
    try:
        url = current.join(next_url)
    except (httpx.InvalidURL, ValueError):  # the latter for what no UTF-8 can hold
        url = None
    if url is None or origin_of(url) != origin_of(base) or url.userinfo:
        raise ProviderError(
            Kind.FOREIGN_PAGE,
            "The provider named a next page on another server. It was not fetched, so that the key does not go there; "
            "the table stays incomplete and is not used.",
            path=current.path,
        )
    return url.copy_remove_param(KEY_PARAMETER) if KEY_PARAMETER in url.params else url


def in_path(ticker: str) -> str:
    """The ticker quoted for a path, its case kept; raises ProviderError for a text no ticker can be."""
    if not re.fullmatch(TICKER, ticker):
        raise ProviderError(Kind.REFUSED, f"{ticker!r} is not a ticker; nothing was asked.")
    return quote(ticker, safe="")


class HeaderAuth(httpx.Auth):
    """Puts secrets into the headers they are given for, on requests to one origin; requests to any other go without.

    `before` stands before each. Raises KEY_MISSING for an empty secret, KEY_REFUSED for one no header can carry.
    """

    def __init__(self, headers: Mapping[str, Secret], origin: Origin, *, before: str = "") -> None:
        for secret in headers.values():
            text = secret.reveal()
            if not text:
                raise ProviderError(Kind.KEY_MISSING, "The stored key is empty. Log in again.")
            if not (text.isascii() and text.isprintable()) or " " in text:
                raise ProviderError(
                    Kind.KEY_REFUSED, "The key holds characters no key has; was it pasted whole? Log in again."
                )
        self._headers = dict(headers)
        self._before = before
        self._origin = origin

    def __repr__(self) -> str:
        return f"{type(self).__name__}({MASK})"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Called by httpx for each request."""
        if origin_of(request.url) == self._origin:
            for name, secret in self._headers.items():
                request.headers[name] = f"{self._before}{secret.reveal()}"
        yield request


class BearerAuth(HeaderAuth):
    """Puts `Authorization: Bearer KEY` on requests to one origin; requests to any other go without."""

    def __init__(self, key: Secret, origin: Origin) -> None:
        super().__init__({"Authorization": key}, origin, before="Bearer ")
