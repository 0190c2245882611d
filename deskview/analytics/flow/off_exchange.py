"""Which share of every name's volume was traded off exchange: FINRA's facilities against the consolidated tape."""

import polars as pl

from deskview.market.schema import Schema

OFF_EXCHANGE: Schema = {
    "ticker": pl.String(),
    "session": pl.Date(),
    "share": pl.Float64(),
    "volume": pl.Float64(),
}
"""`share` of the consolidated `volume` (shares) that was reported to FINRA's facilities, 0 to 1."""


def off_exchange_shares(reported: pl.DataFrame, bars: pl.DataFrame) -> pl.DataFrame:
    """SHORT_VOLUME over BARS of the same session to OFF_EXCHANGE, by ticker.

    Names without volume in either table, and those with more reported than was traded, have no row.
    """
    share = pl.col("total_volume") / pl.col("volume")
    return (
        reported.join(bars.select("ticker", "session", "volume"), on=["ticker", "session"], how="inner")
        .with_columns(share=share)
        .filter(pl.col("share").is_finite() & pl.col("share").is_between(0, 1))
        .select(list(OFF_EXCHANGE))
        .sort("ticker")
    )


def market_share(shares: pl.DataFrame) -> float | None:
    """The share (0 to 1) over all names of OFF_EXCHANGE, weighted by volume; None without names."""
    if shares.is_empty():
        return None
    return float(shares.select((pl.col("share") * pl.col("volume")).sum() / pl.col("volume").sum()).item())
