"""Massive (formerly Polygon): US equities over REST."""

from typing import TYPE_CHECKING

from deskview.providers.vendor import Vendor

if TYPE_CHECKING:
    import httpx

    from deskview.providers.base import Provider
    from deskview.text import Secret


def _open(
    key: "Secret | None",
    base_url: str,
    *,
    transport: "httpx.AsyncBaseTransport | None",
    calls_per_minute: int | None,
) -> "Provider":
    from deskview.providers.massive.provider import open_massive  # noqa: PLC0415 - httpx and polars load late

    return open_massive(key, base_url, transport=transport, calls_per_minute=calls_per_minute)


MASSIVE = Vendor(
    name="massive",
    title="Massive",
    base_url="https://api.massive.com",
    plans="plan Stocks Starter or higher; Stocks Developer or higher has the prints the flow pane needs",
    open=_open,
)
