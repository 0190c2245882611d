"""Which plan includes what, by the vendor's price list, and what the desk loses without it."""

from dataclasses import dataclass

from deskview.providers.base import Capability


@dataclass(frozen=True)
class Entitlement:
    """A capability in words, the lowest plan that has it, and what stays empty without it."""

    what: str
    plan: str
    loss: str


ENTITLEMENTS = {
    Capability.SNAPSHOT: Entitlement(
        "live snapshots of the market", "Stocks Starter", "live prices stay empty; history still works"
    ),
    Capability.DAILY_BARS: Entitlement("daily bars", "Stocks Basic", "history and everything ranked by it stays empty"),
    Capability.INTRADAY_BARS: Entitlement("intraday bars", "Stocks Basic", "price charts within a session stay empty"),
    Capability.TRADES: Entitlement(
        "trades", "Stocks Developer", "retail and institutional flow stays empty; the other panes go on"
    ),
    Capability.REFERENCE: Entitlement("reference data", "Stocks Basic", "names, sectors and fund sizes stay unknown"),
    Capability.SPLITS: Entitlement("splits", "Stocks Basic", "history can't be put on today's share basis"),
    Capability.DIVIDENDS: Entitlement("dividends", "Stocks Basic", "returns leave dividends out"),
    # The vendor prints no plan for it; a Stocks Advanced key is known to get it.
    Capability.SHORT_VOLUME: Entitlement(
        "short volume", "Stocks Advanced", "off-exchange shares of volume stay empty; the other panes go on"
    ),
}
