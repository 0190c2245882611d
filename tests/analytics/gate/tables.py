"""Snapshots of a made-up market for the gate: as many names as one likes, at any moment of a session."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from deskview.analytics.live import CLOSES, PriceBasis, live_market
from deskview.market.schema import SNAPSHOT, UTC_NS

BEGINS = datetime(2026, 2, 4, 9, tzinfo=UTC)
OPENS = BEGINS + timedelta(hours=5, minutes=30)
BELL = datetime(2026, 2, 4, 21, tzinfo=UTC)
NOON = datetime(2026, 2, 4, 17, tzinfo=UTC)
NAMES = 1_000
RNG = np.random.default_rng(7)
LAST = RNG.uniform(5, 500, NAMES)
TICKERS = [f"N{number:04d}" for number in range(NAMES)]


def prices_of(closes: np.ndarray = LAST, *, no_price: tuple[int, ...] = ()) -> PriceBasis:
    """What the session's prices are read by."""
    table = {"ticker": TICKERS[: len(closes)], "stored_close": closes, "unsplit_close": closes, "cash_usd": 0.0}
    return PriceBasis(BEGINS, BELL, pl.DataFrame(table, schema=CLOSES), no_price)


def snapshot(ret: np.ndarray | float, at: datetime, *, traded: np.ndarray | None = None) -> pl.DataFrame:
    """SNAPSHOT in which every name stands at its return since the close before; NaN has not traded yet.

    `traded` are the seconds since each name's last trade.
    """
    moves = np.broadcast_to(np.asarray(ret, dtype=float), NAMES)
    ago = np.zeros(NAMES) if traded is None else traded
    moment = pl.lit(at).cast(UTC_NS) - pl.duration(seconds="ago")
    last = pl.when(pl.col("price").is_not_null()).then(moment)
    given = pl.DataFrame({"ticker": TICKERS, "price": LAST * (1 + moves), "prev_close": LAST, "ago": ago})
    known = {
        "ticker": pl.col("ticker"),
        "trade_time": last,
        "minute_time": last,
        "prev_close": pl.col("prev_close"),
        "high": pl.col("price") * 1.01,
        "low": pl.col("price") * 0.99,
        "volume": pl.lit(1e6),
        "updated": moment,
        **dict.fromkeys(("trade_price", "minute_close", "day_close", "open"), pl.col("price")),
    }
    return given.with_columns(pl.col("price").fill_nan(None)).select(
        known.get(name, pl.lit(None)).cast(kind).alias(name) for name, kind in SNAPSHOT.items()
    )


def live(ret: np.ndarray | float, at: datetime) -> pl.DataFrame:
    """LIVE of such a snapshot."""
    return live_market(snapshot(ret, at), prices_of(), at)
