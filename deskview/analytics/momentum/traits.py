"""What NAMES knows of each column of a panel, aligned with it."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from deskview.analytics.panel import Bools, Floats, Ints, Panel

UNKNOWN_SECTOR = "unknown"
"""What stands for no sector."""
_OPTIONAL = {
    "name": pl.String(),
    "type": pl.String(),
    "sector": pl.String(),
    "market_cap_usd": pl.Float64(),
    "cik": pl.String(),
    "delisted": pl.Date(),
    "rank_doubt": pl.String(),
}


@dataclass(frozen=True)
class Traits:
    """One entry per column of the panel; `sector` indexes `sectors`, `market_cap_usd` is NaN where unknown.

    `issuer` is the same number for the share classes of one issuer; a name of unknown issuer is its own. All of
    them have the issuer's market cap. `delisted` maps columns to the last day they were traded; a name whose bars go
    on after it is not among them. Where they are not `typed`, nobody said what is a share: all names are taken for one.
    """

    name: list[str | None]
    listed: Bools
    type: list[str | None]
    sectors: tuple[str, ...]
    sector: Ints
    market_cap_usd: Floats
    issuer: Ints
    delisted: dict[int, date]
    rank_doubt: list[str | None]
    typed: bool = True

    def of_type(self, types: tuple[str, ...]) -> Bools:
        """Listed names of one of the types; a name of unknown type is none of them."""
        if not self.typed:
            return self.listed
        fits: Bools = self.listed & np.array([kind in types for kind in self.type], dtype=bool)
        return fits

    def has_sector(self, columns: Ints) -> Bools:
        """Which of the columns stand in a known sector."""
        known: Bools = np.array([label != UNKNOWN_SECTOR for label in self.sectors])[self.sector[columns]]
        return known

    def sector_of(self, column: int) -> str | None:
        """The sector of a column, None where it is unknown."""
        label = self.sectors[self.sector[column]]
        return None if label == UNKNOWN_SECTOR else label


def traits_of(panel: Panel, names: pl.DataFrame) -> Traits:
    """NAMES aligned with the panel's tickers. Only the column `ticker` is required; others may be absent: without
    `type` all names are shares).

    Beyond NAMES, a column `delisted` (the last day a name was traded, null while it is) may be there, and `rank_doubt`
    (why its return of the year is in doubt). Of several rows of a ticker that of the living name counts, else of the
    last that died.
    """
    absent = [pl.lit(None, kind).alias(column) for column, kind in _OPTIONAL.items() if column not in names.columns]
    living_first = names.with_columns(absent).sort("delisted", descending=True, nulls_last=False, maintain_order=True)
    known = living_first.unique("ticker", keep="first", maintain_order=True)
    rows = pl.DataFrame({"ticker": panel.tickers}, schema={"ticker": pl.String}).join(
        known.select("ticker", *_OPTIONAL, listed=True), on="ticker", how="left", maintain_order="left"
    )
    sector = rows["sector"].cast(pl.String).fill_null(UNKNOWN_SECTOR)
    labels = sector.unique().sort()
    return Traits(
        name=rows["name"].to_list(),
        listed=rows["listed"].fill_null(value=False).to_numpy(),
        type=rows["type"].to_list(),
        sectors=tuple(labels),
        sector=np.asarray(labels.search_sorted(sector), dtype=np.int64),
        market_cap_usd=_issuer_caps(rows),
        issuer=_issuers(rows["cik"]),
        delisted=_delisted(panel, rows["delisted"].cast(pl.Date)),
        rank_doubt=rows["rank_doubt"].to_list(),
        typed="type" in names.columns,
    )


REUSED = timedelta(days=7)
"""A bar this long after the delisting is of another company under the same ticker."""


def _delisted(panel: Panel, told: pl.Series) -> dict[int, date]:
    """The last day each name was traded, where its bars stop with it."""
    days = {column: day for column, day in enumerate(told) if day} if told.count() else {}
    last = last_bars(panel, np.array(list(days), dtype=np.int64))
    return {
        column: day
        for (column, day), row in zip(days.items(), last, strict=True)
        if row >= 0 and panel.sessions[row] <= day + REUSED
    }


def last_bars(panel: Panel, columns: Ints) -> Ints:
    """Row of each column's last bar, -1 without one: the last with volume, else (no volumes) with a new close."""
    if not len(columns):
        return np.empty(0, dtype=np.int64)
    traded = panel.dollar_volume_usd[:, columns] > 0
    without = ~traded.any(axis=0)
    if without.any():
        traded[:, without] = np.nan_to_num(panel.returns[:, columns[without]]) != 0
    rows: Ints = np.where(traded.any(axis=0), len(traded) - 1 - traded[::-1].argmax(axis=0), -1)
    return rows


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
