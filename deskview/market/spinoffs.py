"""Spin-offs the user knows of: no vendor's table of splits has them, and a drop that is none can't be told from one."""

from datetime import date
from pathlib import Path

import polars as pl

from deskview.market.reference import Row, user_tables
from deskview.market.schema import DIVIDENDS, empty


def load_spinoffs(path: Path | None = None) -> pl.DataFrame:
    """DIVIDENDS, sorted by ticker and ex-date: what a share of the parent gave away, as if it had been paid in cash.

    `path` is a user's TOML of `[[spinoff]]` tables: `ticker` of the parent, `ex_date` and `value_usd`, what was handed
    out per share of the parent, on the share basis of that date; 0 says that a low open was news and no spin-off. No
    rows without a file. Raises ReferenceDataError on a row it cannot use.
    """
    if path is None:
        return empty(DIVIDENDS)
    rows: dict[tuple[str, date], float] = {}
    for row in user_tables(path, "spinoff"):
        row.only(("ticker", "ex_date", "value_usd"))
        key = (row.ticker(), row.day("ex_date"))
        if key in rows:
            row.fail("ex_date", f"{key[0]} has a spin-off on {key[1]} already; give the sum of both")
        rows[key] = _value(row)
    table = [(*key, value) for key, value in rows.items()]
    return pl.DataFrame(table, schema=dict(DIVIDENDS), orient="row").sort("ticker", "ex_date")


def _value(row: Row) -> float:
    value = row.number("value_usd")
    if value < 0:
        row.fail("value_usd", f"{value:g} is below 0")
    return value
