"""What NAMES knows of each column of a panel, aligned with it."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from deskview.analytics.panel import Bools, Floats, Ints, Panel

UNKNOWN_SECTOR = "unknown"
"""Names without a sector form a group of their own."""
_OPTIONAL = {
    "name": pl.String(),
    "type": pl.String(),
    "sector": pl.String(),
    "market_cap_usd": pl.Float64(),
    "cik": pl.String(),
    "delisted": pl.Date(),
}


@dataclass(frozen=True)
class Traits:
    """One entry per column of the panel; `sector` indexes `sectors`, `market_cap_usd` is NaN where unknown.

    `issuer` is the same number for the share classes of one issuer; a name of unknown issuer is its own. All of
    them have the issuer's market cap. `delisted` maps columns to the last day they were traded.
    """

    name: list[str | None]
    listed: Bools
    type: list[str | None]
    sectors: tuple[str, ...]
    sector: Ints
    market_cap_usd: Floats
    issuer: Ints
    delisted: dict[int, date]

    def of_type(self, types: tuple[str, ...]) -> Bools:
        """Listed names of one of the types, or of unknown type."""
        fits: Bools = self.listed & np.array([kind is None or kind in types for kind in self.type], dtype=bool)
        return fits

    def sector_of(self, column: int) -> str | None:
        """The sector of a column, None where it is unknown."""
        label = self.sectors[self.sector[column]]
        return None if label == UNKNOWN_SECTOR else label


def traits_of(panel: Panel, names: pl.DataFrame) -> Traits:
    """NAMES aligned with the panel's tickers. Only the column `ticker` is required; others may be absent.

    Beyond NAMES, a column `delisted` (the last day a name was traded, null while it is) may be there.
    """
    absent = [pl.lit(None, kind).alias(column) for column, kind in _OPTIONAL.items() if column not in names.columns]
    known = names.unique("ticker", keep="first", maintain_order=True).with_columns(absent)
    rows = pl.DataFrame({"ticker": panel.tickers}, schema={"ticker": pl.String}).join(
        known.select("ticker", *_OPTIONAL, listed=True), on="ticker", how="left", maintain_order="left"
    )
    sector = rows["sector"].cast(pl.String).fill_null(UNKNOWN_SECTOR)
    labels = sector.unique().sort()
    delisted = rows["delisted"].cast(pl.Date)
    return Traits(
        name=rows["name"].to_list(),
        listed=rows["listed"].fill_null(value=False).to_numpy(),
        type=rows["type"].to_list(),
        sectors=tuple(labels),
        sector=np.asarray(labels.search_sorted(sector), dtype=np.int64),
        market_cap_usd=_issuer_caps(rows),
        issuer=_issuers(rows["cik"]),
        delisted={column: day for column, day in enumerate(delisted) if day} if delisted.count() else {},
    )


def _issuers(cik: pl.Series) -> Ints:
    """A number for each issuer; names without one are numbered on their own."""
    alone = -1 - np.arange(len(cik))
    if not cik.count():
        return alone
    code = cik.cast(pl.Categorical).to_physical().cast(pl.Int64).fill_null(-1).to_numpy()
    return np.where(code < 0, alone, code)


def _issuer_caps(rows: pl.DataFrame) -> Floats:
    """The largest cap known of an issuer's classes: each counts the others as converted, a sum would count twice."""
    caps = rows["market_cap_usd"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    caps = np.where(caps > 0, caps, np.nan)
    if rows["cik"].count():
        known = rows.select("cik", cap=pl.Series(caps).fill_nan(None))
        joint = known.select(pl.col("cap").max().over("cik")).to_series().fill_null(np.nan).to_numpy()
        caps = np.where(rows["cik"].is_null().to_numpy(), caps, joint)
    return caps
