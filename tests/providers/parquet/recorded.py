"""The simulated market of a session's end as a folder of files, and the board that is made of it."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from deskview.board import Board
from deskview.feed import Feed
from deskview.market.schema import (
    CHAIN,
    DELISTED,
    EARNINGS,
    FILINGS,
    FLOATS,
    INTRADAY,
    NEWS,
    SHORT_INTEREST,
    SHORT_VOLUME,
    TRADES,
    YIELDS,
    Schema,
    empty,
)
from deskview.providers import connect
from deskview.store import Store
from tests.feed.markets import QUICK, Made, simulated
from tests.providers.contract.market import Market
from tests.providers.contract.server import Server, listening
from tests.providers.parquet import PARQUET
from tests.providers.parquet.folder import files_of, in_folder, save, static

WITHHELD = "trades"
"""What the plan at hand does not include."""
FAST = 600_000
"""Calls a minute: as good as no limit."""


async def market_of(made: Made) -> Market:
    """The market a board was made of, from the history it has left and the snapshot it saw."""
    store = Store(made.cache / made.board.source.namespace)

    def table(name: str, schema: Schema | None = None) -> pl.DataFrame:
        frame = store.table(name, schema)
        assert frame is not None, f"{name} is not stored"
        return frame

    names = ("tickers", "details", "splits", "dividends", "conditions")
    lacking = {"delisted": DELISTED, "intraday": INTRADAY, "short_volume": SHORT_VOLUME, "trades": TRADES}
    lacking |= {"chain": CHAIN, "yields": YIELDS, "short_interest": SHORT_INTEREST, "floats": FLOATS}
    lacking |= {"earnings": EARNINGS, "filings": FILINGS, "news": NEWS}
    provider = simulated()
    try:
        status, snapshot = await provider.market_status(), (await provider.snapshot()).frame
    finally:
        await provider.aclose()
    return Market(
        now=status.now,
        phase=status.phase,
        closures={},
        bars=store.bars(store.sessions()),
        snapshot=snapshot,
        index_days=table("index-days"),
        **{name: table(name) for name in names},
        **{name: empty(schema) for name, schema in lacking.items()},
    )


async def board_of_files(made: Made) -> Board:
    """One complete refresh from the files, over a socket, with no history held before.

    But for the details of two thousand names, which are held as from a refresh a moment ago: a file each takes long.
    """
    market = await market_of(made)
    with TemporaryDirectory() as folder:
        files, cache = Path(folder) / "files", Path(folder) / "cache"
        save(files, files_of(replace(market, details=market.details.head(50))))
        async with listening(Server(static(in_folder(files), {WITHHELD}))) as server:
            provider = connect(PARQUET.name, {}, base_url=server.url, calls_per_minute=FAST)
            try:
                await provider.market_status()
                Store(cache / provider.source.namespace).put_table("details", market.details)
                return await Feed(provider, cache, QUICK).once()
            finally:
                await provider.aclose()
