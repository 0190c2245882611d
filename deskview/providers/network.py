"""The way from this machine to a host: the proxy the environment names for it, whose certificates are believed, and
whether its name is known.
"""

import asyncio
import os
import re
import socket
import ssl
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from urllib.parse import unquote

from deskview.clock import monotonic
from deskview.text import neutralise

DEFAULT_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
SYSTEM_SETTINGS = "the system's network settings"
FORM = "http://USER:PASSWORD@HOST:PORT"
LATE_LOOKUP_S, MOST_LOOKUPS = 5.0, 8
"""A name that is still not found after so long is asked for again beside it, in so many threads at most."""
_NAME = 80
"""Characters of a name out of a certificate that are shown."""
_LABEL = re.compile(r"[A-Za-z0-9_-]{1,63}")
_LONGEST_NAME = 253
_ADDRESS = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>\d{1,5}))?")


@dataclass(frozen=True)
class Proxy:
    """A proxy and where it is named: a variable of the environment or the system's settings.

    `credentials` are the user and the password, shown nowhere; None where there are none.
    """

    scheme: str
    host: str
    port: int
    variable: str
    credentials: tuple[str, str] | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        """Host and port."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def __str__(self) -> str:
        return f"the proxy of {self.variable} ({self.address})"


def proxy_for(host: str, port: int, environment: Mapping[str, str]) -> Proxy | None:
    """The proxy a request over TLS to the host goes through; None for none.

    The variables are those of curl: `https_proxy` before `all_proxy`, lower case before upper, and an empty one in
    lower case unsets the other. On macOS the system's settings count where the environment names none. Raises
    ValueError with a sentence that names the variable and quotes nothing of it, for it may hold a password.
    """
    named = _named("https_proxy", environment) or _named("all_proxy", environment)
    if named is None:
        text = _of_system(host)
        return None if text is None else proxy_of(SYSTEM_SETTINGS, text)
    _, exceptions = _named("no_proxy", environment) or ("", "")
    return None if is_excepted(host, port, exceptions) else proxy_of(*named)


def proxy_of(variable: str, text: str) -> Proxy:
    """The proxy a variable names; without a scheme it is one of plain http. Raises ValueError."""
    scheme, separator, rest = text.partition("://")
    scheme, rest = (scheme.lower(), rest) if separator else ("http", text)
    if scheme not in DEFAULT_PORTS:
        raise ValueError(f"{variable} must begin with http://, https://, socks5:// or socks5h:// to be used.")
    # The last @ ends the password, which may hold whatever else splits an address.
    credentials, _, address = rest.removesuffix("/").rpartition("@")
    found = _ADDRESS.fullmatch(address)
    port = int(found["port"] or DEFAULT_PORTS[scheme]) if found else 0
    if found is None or not is_host(found["host"]) or not 0 < port < 65536 or not credentials.isprintable():
        raise ValueError(f"{variable} holds no address of a proxy; it must be like {FORM} or http://HOST:PORT.")
    user, _, password = credentials.partition(":")
    login = (unquote(user), unquote(password)) if credentials else None
    return Proxy(scheme, found["host"].strip("[]"), port, variable, login)


def is_host(text: str) -> bool:
    """Whether the text is an address, IPv6 with or without brackets, or a name that DNS can hold (RFC 1035, 2.3.4).

    Python raises UnicodeError instead of asking for any other, and a zone (`%eth0`) means nothing in a URL.
    """
    if ":" in text:
        return "%" not in text and _ip(text) is not None
    name = text.removesuffix(".")
    return len(name) <= _LONGEST_NAME and all(_LABEL.fullmatch(label) for label in name.split("."))


def is_excepted(host: str, port: int, exceptions: str) -> bool:
    """Whether a list like that of NO_PROXY holds the host.

    An entry is a name (of the host or of a domain it is in), an address, a network such as `10.0.0.0/8`, each with or
    without a port and an IPv6 address with or without brackets; `*` is every host. What is none of these meets none.
    """
    return any(_meets(entry, host.lower().rstrip("."), port) for entry in re.split(r"[\s,]+", exceptions) if entry)


def _meets(entry: str, host: str, port: int) -> bool:
    if entry == "*":
        return True
    entry = entry.lower().rpartition("://")[2]
    found = re.fullmatch(r"\[(?P<address>[^]]*)\](?P<network>/\d+)?(?::(?P<port>\d{1,5}))?", entry)
    if found is None and entry.count(":") == 1:
        found = re.fullmatch(r"(?P<address>[^:]*)(?P<network>)(?::(?P<port>\d{1,5}))?", entry)
    if found is not None:
        if found["port"] and int(found["port"]) != port:
            return False
        entry = found["address"] + (found["network"] or "")
    address = _ip(host)
    if address is not None:
        return _within(address, entry)
    name = entry.removeprefix("*").strip(".")
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _ip(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text.strip("[]"))
    except ValueError:
        return None


def _within(address: IPv4Address | IPv6Address, network: str) -> bool:
    try:
        return address in ip_network(network, strict=False)
    except ValueError:
        return False


def _named(name: str, environment: Mapping[str, str]) -> tuple[str, str] | None:
    """The variable and its text, in lower case if it is set so; None where it is unset or empty."""
    variable = name if name in environment else name.upper()
    text = environment.get(variable, "").strip()
    return (variable, text) if text else None


def _of_system(host: str) -> str | None:
    if sys.platform != "darwin":
        return None
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415 - asks the system, on macOS alone

    return None if proxy_bypass(host) else getproxies().get("https")


@dataclass(frozen=True)
class Trust:
    """Whose certificates are believed: `name` says in words which list it is."""

    name: str
    context: ssl.SSLContext = field(repr=False)


def check_named_certificates(environment: Mapping[str, str]) -> None:
    """Raises ValueError with a sentence for an SSL_CERT_FILE or SSL_CERT_DIR that names nothing to read."""
    for variable, place in _named_certificates(environment):
        readable = Path(place).is_file() if variable == "SSL_CERT_FILE" else Path(place).is_dir()
        if not readable or not os.access(place, os.R_OK):
            what = "file" if variable == "SSL_CERT_FILE" else "folder"
            raise ValueError(f"{variable} names {place}, which is no {what} that can be read; correct or unset it.")


def trust_of(environment: Mapping[str, str]) -> Trust:
    """The certificates that SSL_CERT_FILE and SSL_CERT_DIR name, else the system's, else the list of certifi.

    Takes some 20 ms, so it belongs on a thread. Raises ValueError with a sentence where what is named can't be read.
    """
    named = list(_named_certificates(environment))
    if named:
        check_named_certificates(environment)
        return Trust(" and ".join(f"{variable} ({place})" for variable, place in named), _context(named))
    import truststore  # noqa: PLC0415 - loads late, with the first request

    system = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if sys.platform == "darwin":
        return Trust("the Keychain", system)
    # It reads the system's list anew with each connection; what it has made ready for a first one has it already.
    context = system.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="localhost").context
    paths = ssl.get_default_verify_paths()
    if context.cert_store_stats()["x509_ca"] or (paths.capath and any(Path(paths.capath).glob("*.0"))):
        place = paths.cafile or paths.capath
        return Trust("the system's trust store" + (f" ({place})" if place else ""), context)
    import certifi  # noqa: PLC0415

    return Trust("the list of certifi, as this system has none", _context([("the list of certifi", certifi.where())]))


def _named_certificates(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each variable that is set, with its file or one of its folders."""
    if file := environment.get("SSL_CERT_FILE"):
        yield "SSL_CERT_FILE", file
    for folder in filter(None, environment.get("SSL_CERT_DIR", "").split(os.pathsep)):
        yield "SSL_CERT_DIR", folder


def _context(named: list[tuple[str, str]]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # An authority in between may be all a bank hands out; and its own ones seldom keep to the letter of RFC 5280,
    # which Python 3.13 asks for and 3.11 does not.
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    for variable, place in named:
        try:
            if variable == "SSL_CERT_DIR":
                context.load_verify_locations(capath=place)
            else:
                context.load_verify_locations(cafile=place)
        except OSError:  # of which ssl.SSLError is one
            raise ValueError(
                f"{variable} names {place}, which holds no certificates in PEM form; correct or unset it."
            ) from None
    return context


class Names:
    """Looks names of hosts up, each in a thread of its own that does not outlive the process.

    Without a network a lookup hangs for half a minute. asyncio's own share a few threads with all other work of the
    process, which would wait behind them, and so would its end.
    """

    def __init__(self) -> None:
        self._lookups: list[_Lookup] = []

    async def find(self, host: str) -> None:
        """Returns when the name is known to have an address; raises OSError where it has none.

        Who asks meanwhile waits for the same answer, unless that is late: it may be asked of a network that is no more.
        """
        if _is_address(host):
            return
        self._lookups = [lookup for lookup in self._lookups if not lookup.answer.done()]
        same = [lookup for lookup in self._lookups if lookup.host == host]
        if not same or (same[-1].is_late() and len(same) < MOST_LOOKUPS):
            same.append(_Lookup(host))
            self._lookups.append(same[-1])
        error = await asyncio.shield(same[-1].answer)
        if error is not None:
            raise error


class _Lookup:
    """One question for the addresses of a host; `answer` is what went wrong, or None."""

    def __init__(self, host: str) -> None:
        self.host = host
        self._loop = asyncio.get_running_loop()
        self.answer: asyncio.Future[OSError | None] = self._loop.create_future()
        self._began = monotonic()
        threading.Thread(target=self._ask, name="lookup", daemon=True).start()

    def is_late(self) -> bool:
        """Whether a new question may be answered sooner."""
        return monotonic() - self._began > LATE_LOOKUP_S

    def _ask(self) -> None:
        failed: OSError | None = None
        try:
            socket.getaddrinfo(self.host, None, type=socket.SOCK_STREAM)
        except OSError as error:
            failed = error
        except UnicodeError:  # a label no name can have
            failed = socket.gaierror(socket.EAI_NONAME, "no such name")
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._set, failed)

    def _set(self, failed: OSError | None) -> None:
        if not self.answer.done():
            self.answer.set_result(failed)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class Certificate:
    """What a host shows of itself: who issued its certificate (a printable name), and how long it holds."""

    issuer: str
    valid_until: datetime


def certificate_of(der: bytes) -> Certificate | None:
    """Issuer and end of an X.509 certificate (RFC 5280, 4.1); None where it can't be read.

    Python reads a certificate only once it is trusted, and this one is wanted because it is not.
    """
    try:
        (_, whole), *_ = _elements(der)
        (_, inner), *_ = _elements(whole)
        fields = [content for tag, content in _elements(inner) if tag != 0xA0]  # without the version
        names = dict(_names(fields[2]))
        (_, _), (tag, ends) = _elements(fields[3])
        common, firm = (names.get(oid, "") for oid in (b"\x55\x04\x03", b"\x55\x04\x0a"))
        text = ends.decode("ascii")
        until = datetime.strptime(text if tag == 0x18 else _century(text) + text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
    except (IndexError, ValueError):
        return None
    name = f"{common} ({firm})" if common and firm and firm != common else common or firm
    return Certificate(neutralise(name, limit=_NAME) or "an authority without a name", until)


def _names(issuer: bytes) -> Iterator[tuple[bytes, str]]:
    for _, group in _elements(issuer):
        for _, pair in _elements(group):
            (_, oid), (tag, value) = _elements(pair)
            yield oid, value.decode("utf-16-be" if tag == 0x1E else "utf-8", "replace")


def _century(text: str) -> str:
    return "20" if int(text[:2]) < 50 else "19"


def _elements(der: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each element of a DER sequence."""
    at = 0
    while at < len(der):
        tag, length, at = der[at], der[at + 1], at + 2
        if length & 0x80:
            octets = length & 0x7F
            length, at = int.from_bytes(der[at : at + octets], "big"), at + octets
        yield tag, der[at : at + length]
        at += length
