"""Which names the desk knows by heart: their GICS sector, industry and index membership, and sectors from SIC codes."""

from functools import cache

import polars as pl

from deskview.market.errors import ReferenceDataError, nearest, shown
from deskview.market.reference import Row, csv_rows, unique
from deskview.market.schema import Schema

SECTORS = (
    "Communication Services",
    "Consumer Discretionary",
    "Consumer Staples",
    "Energy",
    "Financials",
    "Health Care",
    "Industrials",
    "Information Technology",
    "Materials",
    "Real Estate",
    "Utilities",
)
#: SOX is PHLX Semiconductor, NYSE_SEMIS the NYSE's index of the same size, US_SEMIS Dow Jones US Semiconductors: of it
#: the 30 largest, of SOX the five smallest by market value. All lists are of summer 2026 (S&P 500: August).
INDEXES = (
    "SPX",
    "NDX",
    "NDX_MEGA",
    "DJI",
    "SOX",
    "NYSE_SEMIS",
    "US_SEMIS",
    "FANG_PLUS",
    "FANG_INNOVATION",
    "MAGNIFICENT_7",
)

#: One row per name. `sector` is one of the 11 GICS sectors, `industry` the GICS sub-industry, `indexes` those of
#: INDEXES it belongs to (empty list: none). The file's `note` says why a row is as it is, for its readers.
MEMBERS: Schema = {
    "ticker": pl.String(),
    "name": pl.String(),
    "sector": pl.String(),
    "industry": pl.String(),
    "indexes": pl.List(pl.String()),
}


@cache
def load_members() -> pl.DataFrame:
    """MEMBERS, sorted by ticker."""
    rows = unique(list(csv_rows("members.csv")), "ticker")
    return pl.DataFrame([_checked(row) for row in rows], schema=dict(MEMBERS)).sort("ticker")


def index_members(index: str) -> list[str]:
    """The tickers of an index of INDEXES, sorted; raises ReferenceDataError for another index."""
    if index not in INDEXES:
        raise ReferenceDataError("members.csv", "", "indexes", f"{shown(index)} is unknown{nearest(index, INDEXES)}")
    return load_members().filter(pl.col("indexes").list.contains(index))["ticker"].to_list()


def with_sic_sector(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with a column `sector`: the GICS sector nearest to its `sic_code` (text of digits).

    Null where the code is null, no number, or in no range of sic.csv. SIC and GICS divide the economy
    differently: the sector is an approximation, for names outside the shipped list.
    """
    code = pl.col("sic_code").cast(pl.Int32, strict=False)
    return frame.with_columns(sector=code.replace_strict(_sic_sectors(), default=None, return_dtype=pl.String()))


@cache
def _sic_sectors() -> dict[int, str]:
    sectors: dict[int, str] = {}
    for row in csv_rows("sic.csv"):
        sector = row.one_of("sector", SECTORS)
        codes = range(int(row.text("sic_from")), int(row.text("sic_to")) + 1)
        if not codes or not sectors.keys().isdisjoint(codes):
            row.fail("sic_from", "the range is empty or overlaps an earlier one")
        sectors |= dict.fromkeys(codes, sector)
    return sectors


def _checked(row: Row) -> dict[str, object]:
    row.ticker()
    row.one_of("sector", SECTORS)
    indexes = [index for index in row.text("indexes").split("|") if index]
    for index in indexes:
        if index not in INDEXES:
            row.fail("indexes", f"{shown(index)} is unknown{nearest(index, INDEXES)}")
    return row.fields | {"indexes": indexes}
