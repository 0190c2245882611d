"""Massive (formerly Polygon): US equities over REST."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from deskview.providers.capabilities import Capability
from deskview.providers.vendor import KEY, Vendor

if TYPE_CHECKING:
    import httpx

    from deskview.providers.base import Provider
    from deskview.text import Secret

BASIC, STARTER, DEVELOPER, ADVANCED = "Stocks Basic", "Stocks Starter", "Stocks Developer", "Stocks Advanced"
PLANS: Mapping[Capability, str] = {
    **dict.fromkeys((Capability.CLOCK, Capability.HOLIDAYS, Capability.NAMES, Capability.DELISTED), BASIC),
    **dict.fromkeys((Capability.TYPES, Capability.SHARES, Capability.CAPS, Capability.INDUSTRIES), BASIC),
    **dict.fromkeys((Capability.CONDITIONS, Capability.DAILY_BARS, Capability.INTRADAY_BARS), BASIC),
    **dict.fromkeys((Capability.SPLITS, Capability.DIVIDENDS, Capability.YIELDS, Capability.NEWS), BASIC),
    Capability.SNAPSHOT: STARTER,
    **dict.fromkeys((Capability.TRADES, Capability.OFF_EXCHANGE, Capability.TRF_ID), DEVELOPER),
    Capability.PARTICIPANT_TIME: DEVELOPER,
    # The vendor prints no plan for these three; a Stocks Advanced key is known to get them.
    **dict.fromkeys((Capability.SHORT_VOLUME, Capability.SHORT_INTEREST, Capability.FLOAT), ADVANCED),
    # Nor for these, of which no key is known that gets them.
    Capability.FILINGS: ADVANCED,
    # Options are sold apart from stocks.
    **dict.fromkeys((Capability.CHAINS, Capability.OPEN_INTEREST), "Options Starter"),
    # Sold apart from any plan.
    Capability.EARNINGS: "Benzinga Earnings",
}
"""Halts are not among its answers over HTTP."""


def _open(
    secrets: "Mapping[str, Secret]",
    base_url: str,
    *,
    transport: "httpx.AsyncBaseTransport | None",
    calls_per_minute: int | None,
) -> "Provider":
    from deskview.providers.massive.provider import open_massive  # noqa: PLC0415 - httpx and polars load late

    return open_massive(
        MASSIVE, secrets.get(KEY.name), base_url, transport=transport, calls_per_minute=calls_per_minute
    )


MASSIVE = Vendor(
    name="massive",
    title="Massive",
    base_url="https://api.massive.com",
    needs="plan Stocks Starter or higher; Stocks Developer or higher has the prints the flow pane needs",
    plans=PLANS,
    open=_open,
    calls_per_second=50,
)
