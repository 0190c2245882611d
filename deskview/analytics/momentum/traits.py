"""What NAMES knows of each column of a panel, aligned with it."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from deskview.analytics.panel import Bools, Floats, Ints, Panel

UNKNOWN_SECTOR = "unknown"
"""Names without a sector form a group of their own."""
_TEXT = ("name", "type", "sector")


@dataclass(frozen=True)
class Traits:
    """One entry per column of the panel; `sector` indexes `sectors`, `market_cap_usd` is NaN where unknown."""

    name: list[str | None]
    listed: Bools
    type: list[str | None]
    sectors: tuple[str, ...]
    sector: Ints
    market_cap_usd: Floats

    def of_type(self, types: tuple[str, ...]) -> Bools:
        """Listed names of one of the types, or of unknown type."""
        fits: Bools = self.listed & np.array([kind is None or kind in types for kind in self.type], dtype=bool)
        return fits

    def sector_of(self, column: int) -> str | None:
        """The sector of a column, None where it is unknown."""
        label = self.sectors[self.sector[column]]
        return None if label == UNKNOWN_SECTOR else label


def traits_of(panel: Panel, names: pl.DataFrame) -> Traits:
    """NAMES aligned with the panel's tickers. Only the column `ticker` is required; others may be absent."""
    known = names.unique("ticker", keep="first", maintain_order=True).with_columns(
        *(pl.lit(None, pl.String).alias(column) for column in _TEXT if column not in names.columns),
        *([] if "market_cap_usd" in names.columns else [pl.lit(None, pl.Float64).alias("market_cap_usd")]),
    )
    rows = pl.DataFrame({"ticker": panel.tickers}, schema={"ticker": pl.String}).join(
        known.select("ticker", *_TEXT, "market_cap_usd", listed=True), on="ticker", how="left", maintain_order="left"
    )
    sector = rows["sector"].cast(pl.String).fill_null(UNKNOWN_SECTOR)
    labels = sector.unique().sort()
    caps = rows["market_cap_usd"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    return Traits(
        name=rows["name"].to_list(),
        listed=rows["listed"].fill_null(value=False).to_numpy(),
        type=rows["type"].to_list(),
        sectors=tuple(labels),
        sector=np.asarray(labels.search_sorted(sector), dtype=np.int64),
        market_cap_usd=np.where(caps > 0, caps, np.nan),
    )
