"""Access to market-data vendors: the list of them, and the one door by which they are opened.

A provider is a folder here with a `Vendor` in its `__init__`, and one line in `PROVIDERS`; nothing else in the program
names one. Importing this package loads neither httpx nor polars.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from deskview.providers.massive import MASSIVE
from deskview.providers.vendor import Vendor

if TYPE_CHECKING:
    import httpx

    from deskview.providers.base import Provider
    from deskview.text import Secret

__all__ = ["PROVIDERS", "Vendor", "connect"]

PROVIDERS: Mapping[str, Vendor] = {vendor.name: vendor for vendor in (MASSIVE,)}
"""Every provider by its name."""


def connect(
    name: str,
    secrets: "Mapping[str, Secret]",
    *,
    base_url: str | None = None,
    transport: "httpx.AsyncBaseTransport | None" = None,
    calls_per_minute: int | None = None,
) -> "Provider":
    """A provider by name; nothing is sent before the first question.

    `base_url` replaces the vendor's (plain http only to this machine); the rest is that of `Opening`. Raises ValueError
    for an unknown name or an unfit address, ProviderError for an unfit secret.
    """
    if name not in PROVIDERS:
        raise ValueError(f"No provider is called {name!r}; known: {', '.join(PROVIDERS)}.")
    vendor = PROVIDERS[name]
    return vendor.open(secrets, base_url or vendor.base_url, transport=transport, calls_per_minute=calls_per_minute)
