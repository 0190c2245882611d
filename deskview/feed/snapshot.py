"""The market at the close, in the form of a live snapshot."""

from datetime import datetime

import polars as pl

from deskview.market.schema import SNAPSHOT, UTC_NS


def has_prices(snapshot: pl.DataFrame) -> bool:
    """Whether anything has traded today."""
    return snapshot.get_column("price").count() > 0


def closing_snapshot(bars: pl.DataFrame, closes: datetime) -> pl.DataFrame:
    """BARS of one session as SNAPSHOT at its close; previous closes and quotes are null."""
    moment = pl.lit(closes).cast(UTC_NS)
    return bars.select(
        "ticker",
        price="close",
        price_source=pl.lit("day"),
        price_time=moment,
        prev_close=pl.lit(None, pl.Float64),
        open="open",
        high="high",
        low="low",
        volume="volume",
        vwap="vwap",
        bid=pl.lit(None, pl.Float64),
        ask=pl.lit(None, pl.Float64),
        updated=moment,
    ).select(list(SNAPSHOT))
