"""Access to market-data vendors: one `Provider` each, over one shared HTTP client."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

    from deskview.providers.base import Provider
    from deskview.text import Secret


@dataclass(frozen=True)
class Vendor:
    """A provider deskview knows: its name as shown, and where it answers."""

    title: str
    base_url: str


PROVIDERS: Mapping[str, Vendor] = {"massive": Vendor("Massive", "https://api.massive.com")}


def connect(
    name: str,
    key: "Secret | None",
    *,
    base_url: str | None = None,
    transport: "httpx.AsyncBaseTransport | None" = None,
    calls_per_minute: int | None = None,
) -> "Provider":
    """A provider by name; nothing is sent before the first question.

    `base_url` replaces the vendor's (plain http only to this machine); `transport` replaces the network
    (a server in this process); `calls_per_minute` is the plan's limit, None where it has none: 50 a
    second then. Raises ValueError for an unknown name or an unfit address, ProviderError for an unfit key.
    """
    if name not in PROVIDERS:
        raise ValueError(f"No provider is called {name!r}; known: {', '.join(PROVIDERS)}.")
    from deskview.providers.massive.opening import open_massive  # noqa: PLC0415 - httpx and polars load late

    return open_massive(
        key, base_url or PROVIDERS[name].base_url, transport=transport, calls_per_minute=calls_per_minute
    )
