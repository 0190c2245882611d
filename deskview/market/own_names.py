"""What the user knows of single names and the provider may not: type, sector, shares, market cap, a fund's assets."""

from datetime import date
from pathlib import Path

import polars as pl

from deskview.market.errors import shown
from deskview.market.members import SECTORS
from deskview.market.reference import Row, unique, user_tables
from deskview.market.schema import TYPES, Schema, empty

#: One row per name, as far as the user's file goes; what it does not say is null. `type` is one of schema.TYPES,
#: `sector` one of the GICS sectors. `shares` are outstanding, on the share basis of `as_of`; `market_cap_usd` is the
#: issuer's, `assets_usd` a fund's. `as_of` is the day these three are of, null where there is none of them.
OWN_NAMES: Schema = {
    "ticker": pl.String(),
    "type": pl.String(),
    "sector": pl.String(),
    "shares": pl.Float64(),
    "market_cap_usd": pl.Float64(),
    "assets_usd": pl.Float64(),
    "as_of": pl.Date(),
}
AMOUNTS = ("shares", "market_cap_usd", "assets_usd")
"""What is of a day."""
LARGEST = 1e14
"""No company has so many shares, or is worth so many dollars: a slip of the hand."""


def load_own_names(path: Path | None = None) -> pl.DataFrame:
    """OWN_NAMES, sorted by ticker; no rows without a file.

    `path` is a user's TOML of `[[name]]` tables with the columns of OWN_NAMES: `ticker`, at least one of the others,
    and `as_of` with each of AMOUNTS. Raises ReferenceDataError on a row it cannot use.
    """
    if path is None:
        return empty(OWN_NAMES)
    rows = user_tables(path, "name")
    checked = [_checked(row) for row in rows]
    unique(rows, "ticker")
    return pl.DataFrame(checked, schema=dict(OWN_NAMES)).sort("ticker")


def _checked(row: Row) -> dict[str, object]:
    row.only(OWN_NAMES)
    found: dict[str, object] = dict.fromkeys(OWN_NAMES) | {"ticker": row.ticker()}
    given = set(row.fields) - {"ticker", "as_of"}
    if not given:
        row.fail(
            "ticker", f"nothing is said of {shown(row.text('ticker'))}; give one of type, sector, {', '.join(AMOUNTS)}"
        )
    if "type" in given:
        found["type"] = row.one_of("type", TYPES)
    if "sector" in given:
        found["sector"] = row.one_of("sector", SECTORS)
    amounts = [field for field in AMOUNTS if field in given]
    found |= {field: _amount(row, field) for field in amounts}
    return found | {"as_of": _as_of(row, amounts)}


def _amount(row: Row, field: str) -> float:
    value = row.number(field)
    if not 0 < value <= LARGEST:
        row.fail(field, f"{value:g} is {'not above 0' if value <= 0 else 'more than there can be'}")
    return value


def _as_of(row: Row, amounts: list[str]) -> date | None:
    """The day of the amounts, which they need and nothing else does."""
    if "as_of" not in row.fields and amounts:
        row.fail("as_of", f"is missing: the day {amounts[0]} is of, such as as_of = 2026-02-04")
    if "as_of" in row.fields and not amounts:
        row.fail("as_of", f"is the day of {', '.join(AMOUNTS)}, and none of them is given")
    return row.day("as_of") if amounts else None
