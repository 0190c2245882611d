"""Which market answers: the real one, or a simulated one that says so in a header."""

import hashlib
import re

import httpx

from deskview.market.source import Source
from deskview.providers.errors import Kind, ProviderError

HEADER = "X-Simulated-Market"
MARK = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9_-]{0,39}); *seed=(?P<seed>-?\d{1,20}); *digest=(?P<digest>[0-9A-Fa-f]{1,64})"
    r"(?:; *speed=(?P<speed>\d{1,20}(?:\.\d{1,6})?))?"
)
REAL = Source("massive", namespace="massive")


def source_of(headers: httpx.Headers) -> Source:
    """The source an answer names. A mark that can't be read still makes the market a simulated one."""
    text = headers.get(HEADER)
    if text is None:
        return REAL
    mark = MARK.fullmatch(text.strip())
    if mark is None:
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        return Source("massive", simulated=True, scenario="unknown", namespace=f"simulated-unknown-{digest}")
    name, seed, digest = mark["name"], mark["seed"], mark["digest"].lower()
    speed = float(mark["speed"] or 1)
    return Source("massive", simulated=True, scenario=name, namespace=f"simulated-{name}-{seed}-{digest}", speed=speed)


def changed(known: Source, now: Source) -> ProviderError:
    """The error for a server that turns into another market while the desk is open."""
    return ProviderError(
        Kind.MALFORMED,
        f"The market behind this address changed from {_name(known)} to {_name(now)}; its figures are not mixed in. "
        "Restart deskview to follow the new one.",
    )


def _name(source: Source) -> str:
    return f"the simulated {source.scenario} ({source.namespace})" if source.simulated else "the real one"
