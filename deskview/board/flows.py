"""What the board has of flow beside today's prints: the favourites' reading and the off-exchange shares."""

from dataclasses import dataclass
from datetime import date

import msgspec
import polars as pl

from deskview.analytics.favourites import Crowding
from deskview.analytics.flow import Flow
from deskview.analytics.flow.structs import OffExchangeShare


@dataclass(frozen=True)
class CrowdingInputs:
    """The reading of the retail favourites, made once a session; None while its samples are still to come."""

    reading: Crowding | None = None
    received: float = 0.0


@dataclass(frozen=True)
class OffExchange:
    """Shares of volume traded off exchange in the session before, name by name, or the fault that kept them away.

    `table`: (ticker, session, share, volume), `share` from 0 to 1.
    """

    table: pl.DataFrame | None = None
    fault: str = ""

    @property
    def session(self) -> date | None:
        """The session they are of."""
        found: date | None = None if self.table is None else self.table.get_column("session").max()  # type: ignore[assignment]
        return found

    @property
    def market_share(self) -> float | None:
        """The share over all names, by volume."""
        if self.table is None or self.table.is_empty():
            return None
        return float(self.table.select((pl.col("share") * pl.col("volume")).sum() / pl.col("volume").sum()).item())

    def of(self, ticker: str) -> float | None:
        """The share of one name."""
        if self.table is None:
            return None
        found = self.table.filter(pl.col("ticker") == ticker).get_column("share")
        return float(found[0]) if found.len() else None

    @property
    def reason(self) -> str:
        """Why there are none."""
        return self.fault or ("waiting for last session's volumes" if self.table is None else "none reported yet")


def with_off_exchange(reading: Flow, off_exchange: OffExchange) -> Flow:
    """The flow reading with the market's off-exchange share, or why there is none."""
    share, session = off_exchange.market_share, off_exchange.session
    known = OffExchangeShare(share=share, session=session if share is not None else None)
    why = dict.fromkeys(("off_exchange.share", "off_exchange.session"), off_exchange.reason) if share is None else {}
    return msgspec.structs.replace(reading, off_exchange=known, missing={**reading.missing, **why})
