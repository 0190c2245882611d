"""A folder of Parquet files as a market: a provider in small, as CONTRIBUTING's recipe has it.

It would lie in `deskview/providers/parquet/`; that it can lie here shows what a provider needs of the program: one line
in `PROVIDERS`.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from deskview.providers.capabilities import Capability
from deskview.providers.vendor import Vendor

if TYPE_CHECKING:
    import httpx

    from deskview.providers.base import Provider
    from deskview.text import Secret

SMALL, LARGE = "Small Folder", "Large Folder"
PLANS: Mapping[Capability, str] = {
    **dict.fromkeys((Capability.CLOCK, Capability.NAMES, Capability.TYPES, Capability.CONDITIONS), SMALL),
    **dict.fromkeys((Capability.DAILY_BARS, Capability.SPLITS, Capability.DIVIDENDS, Capability.YIELDS), SMALL),
    **dict.fromkeys((Capability.SHARES, Capability.CAPS, Capability.INDUSTRIES, Capability.SNAPSHOT), LARGE),
    **dict.fromkeys((Capability.TRADES, Capability.OFF_EXCHANGE, Capability.PARTICIPANT_TIME), LARGE),
    Capability.CHAINS: "Options Folder",
    **dict.fromkeys((Capability.SHORT_INTEREST, Capability.FLOAT, Capability.FILINGS, Capability.NEWS), LARGE),
    Capability.EARNINGS: "Earnings Folder",
}


def _open(
    secrets: "Mapping[str, Secret]",
    base_url: str,
    *,
    transport: "httpx.AsyncBaseTransport | None",
    calls_per_minute: int | None,
) -> "Provider":
    from tests.providers.parquet.provider import open_folder  # noqa: PLC0415 - httpx and polars load late

    return open_folder(PARQUET, base_url, transport=transport, calls_per_minute=calls_per_minute)


PARQUET = Vendor(
    name="parquet",
    title="Folder of Parquet files",
    base_url="https://folder.example",
    needs="the Large Folder; the Small Folder has history alone",
    plans=PLANS,
    open=_open,
    secrets=(),
    calls_per_second=200,
)
