"""Once a day: which share of every name's volume was traded off exchange in the last session."""

import asyncio
from datetime import date

import polars as pl

from deskview.market.schema import Schema
from deskview.providers.base import Provider
from deskview.store import Store

TABLE = "off-exchange"
OFF_EXCHANGE: Schema = {
    "ticker": pl.String(),
    "session": pl.Date(),
    "share": pl.Float64(),
    "volume": pl.Float64(),
}
"""`share` of the consolidated `volume` (shares) that was reported to FINRA's facilities, 0 to 1."""


async def fetch_off_exchange(provider: Provider, store: Store, session: date) -> pl.DataFrame:
    """OFF_EXCHANGE of the session, from the store where it is there; no rows while the vendor has none yet.

    Raises ProviderError.
    """
    stored = await asyncio.to_thread(store.table, TABLE, OFF_EXCHANGE)
    if stored is not None and stored.get_column("session").max() == session:
        return stored
    reported = (await provider.short_volume(session)).frame
    bars = await asyncio.to_thread(store.bars, [session])
    table = shares(reported, bars)
    if table.height:
        await asyncio.to_thread(store.put_table, TABLE, table, OFF_EXCHANGE)
    return table


def shares(reported: pl.DataFrame, bars: pl.DataFrame) -> pl.DataFrame:
    """SHORT_VOLUME over BARS of the same session to OFF_EXCHANGE; names without volume in either have no row."""
    share = pl.col("total_volume") / pl.col("volume")
    return (
        reported.join(bars.select("ticker", "session", "volume"), on=["ticker", "session"], how="inner")
        .with_columns(share=share)
        .filter(pl.col("share").is_finite() & pl.col("share").is_between(0, 1))
        .select(list(OFF_EXCHANGE))
        .sort("ticker")
    )
