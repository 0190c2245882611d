"""All that is known of every instrument, joined into one table."""

import polars as pl

from deskview.market.members import with_sic_sector
from deskview.market.schema import NAMES


def join_names(tickers: pl.DataFrame, members: pl.DataFrame, details: pl.DataFrame, *, index: str) -> pl.DataFrame:
    """TICKERS, the shipped members and DETAILS to NAMES, sorted by ticker.

    The sector is the shipped one, else that of the vendor's SIC code, else null. Market cap is the
    vendor's, else shares outstanding times nothing: null. A member the vendor does not list is kept,
    so that its absence from the market can be counted.
    """
    shipped = members.select(
        "ticker",
        member_name="name",
        sector="sector",
        industry="industry",
        in_index=pl.col("indexes").list.contains(index),
    )
    known = with_sic_sector(details.select("ticker", "market_cap_usd", "sic_code").rename({}))
    return (
        tickers.select("ticker", "name", "type", "cik")
        .join(shipped, on="ticker", how="full", coalesce=True)
        .join(known.select("ticker", "market_cap_usd", sic_sector="sector"), on="ticker", how="left")
        .with_columns(
            name=pl.coalesce("name", "member_name"),
            sector=pl.coalesce("sector", "sic_sector"),
            in_index=pl.col("in_index").fill_null(False),
        )
        .select(list(NAMES))
        .sort("ticker")
    )
