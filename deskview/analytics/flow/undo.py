"""Prints taken back after they were counted.

The wire tells in two ways. A record of its own follows later, with the id of the print it cancels or corrects: here
the print's dollars are taken out again as soon as that record comes. Or the print is flagged in its old place on the
tape, which no later page shows: only reading the session again finds it.

What a taken-back print did to the tick rule of the prints after it is not undone before the session is read again.
"""

import polars as pl

from deskview.analytics.flow.conditions import CANCELLED
from deskview.analytics.flow.schema import KIND
from deskview.market.schema import TRADES

TAKEN_BACK = "cancelled or corrected after it was counted"
CORRECTED = 1
#: What identifies a print across the records that speak of it; a null id identifies none.
NAMED = ("ticker", "id", "exchange")
#: What is remembered of every counted print, a few bytes each.
COUNTED = {
    "print": pl.UInt64(),
    "ticker": pl.Categorical(),
    "half_hour": pl.Int8(),
    "kind": KIND,
    "core": pl.Boolean(),
    "sign": pl.Int8(),
    "usd": pl.Float64(),
}


def counted(labelled: pl.DataFrame) -> pl.DataFrame:
    """COUNTED of the labelled prints that count and have an id."""
    held = labelled.filter(pl.col("reason").is_null() & pl.col("id").is_not_null())
    return held.select(
        _name().alias("print"), *(pl.col(column).cast(kind) for column, kind in COUNTED.items() if column != "print")
    )


def without_taken_back(fresh: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """A page without the prints another record of the same page takes back, and their number."""
    code = pl.col("correction").fill_null(0)
    later = fresh.filter(code.is_in([CORRECTED, *CANCELLED]) & pl.col("id").is_not_null())
    if later.is_empty():
        return fresh, 0
    rows = fresh.with_row_index("row")
    back = rows.filter(code == 0).join(later.select(NAMED), on=list(NAMED), how="semi")
    return rows.join(back.select("row"), on="row", how="anti", maintain_order="left").select(list(TRADES)), back.height


def taken_back(held: pl.DataFrame, page: pl.DataFrame, fresh: pl.DataFrame) -> pl.DataFrame:
    """Of the remembered prints those a page takes back.

    A cancel counts wherever it stands in the page, a correction only where it was not seen before.
    """
    code = pl.col("correction").fill_null(0)
    records = pl.concat(
        [
            page.filter(code.is_in(CANCELLED) & pl.col("id").is_not_null()).select(NAMED),
            fresh.filter((code == CORRECTED) & pl.col("id").is_not_null()).select(NAMED),
        ]
    )
    if records.is_empty():
        return held.clear()
    return held.filter(pl.col("print").is_in(records.select(_name()).to_series().implode()))


def _name() -> pl.Expr:
    return pl.struct(pl.col(column).cast(TRADES[column]) for column in NAMED).hash(seed=7)
