"""Name by name: whose price of a snapshot can't be, and the last good one in its place."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import polars as pl

from deskview.analytics.live import PriceBasis
from deskview.market.schema import LIVE, UTC_NS
from deskview.market.sessions import NEW_YORK

MOVE = 0.30
"""No name trades so far away within five minutes of its last trade; below 0.75 USD some may, and bear it out."""
LATELY = timedelta(minutes=5)
"""A name whose last price was older than this may have been halted."""
LONGEST = timedelta(minutes=10)
"""After so long a price that is gone is let go of, and one that came alone counts."""
LASTING = timedelta(minutes=30)
"""So long a move further than trading allows is told of."""
SUSPECTS = {
    "ticker": pl.String(),
    "suspect_price": pl.Float64(),
    "suspect_time": UTC_NS,
    "since": UTC_NS,
    "jumped": pl.Boolean(),
}
"""Names whose price was gone or too far away since a moment; `jumped`: later trades bore it out, so it counts."""


def no_suspects() -> pl.DataFrame:
    """SUSPECTS without a name."""
    return pl.DataFrame(schema=SUSPECTS)


@dataclass(frozen=True)
class Kept:
    """LIVE with the last good price of the names in `kept`, and SUSPECTS."""

    live: pl.DataFrame
    suspects: pl.DataFrame = field(default_factory=no_suspects)
    kept: tuple[str, ...] = ()


def keep(
    arrived: pl.DataFrame, both: pl.DataFrame, at: datetime, prices: PriceBasis, good: pl.DataFrame, *, same_phase: bool
) -> Kept:
    """LIVE that arrived with the `good` price of the few names whose own is gone or can't be.

    `both` are the good rows with what came of them: (ticker, good, good_time, price, price_time, here) and SUSPECTS.
    """
    few = _doubtful(both, at, prices, same_phase=same_phase)
    if few.is_empty():
        return Kept(arrived)
    kept = few.filter("keep").get_column("ticker")
    return Kept(_replaced(arrived, few, good), few.select(_SUSPECT), tuple(kept))


_SUSPECT = (
    "ticker",
    pl.coalesce(pl.when("jumped").then("suspect_price"), "price").alias("suspect_price"),
    pl.coalesce(pl.when("again").then("suspect_time"), "price_time").alias("suspect_time"),
    "since",
    "jumped",
)


def _doubtful(both: pl.DataFrame, at: datetime, prices: PriceBasis, *, same_phase: bool) -> pl.DataFrame:
    """Of the rows those whose price is gone or was elsewhere: `keep` the good one or not, and `doubt`.

    A price that later trades bear out counts from then on, and stays in doubt for a while: it moved further than
    trading allows. Prices of before the open are none to hold others against.
    """
    now = pl.lit(at).cast(UTC_NS)
    lately = pl.col("good_time") >= pl.lit(max(at - LATELY, prices.opens)).cast(UTC_NS)
    compared = lately | pl.lit(at >= prices.bell and same_phase) | pl.col("suspect_price").is_not_null()
    away = ((pl.col("price") / pl.col("good") - 1).abs() > MOVE) & compared
    gone = pl.col("good").is_not_null() & pl.col("price").is_null() & pl.lit(same_phase)
    again = (pl.col("price") / pl.col("suspect_price") - 1).abs() <= MOVE
    since = pl.coalesce("since", now)
    jumped = pl.col("jumped").fill_null(value=False) & (now - since <= LASTING)
    rows = both.with_columns(
        gone=gone & (now - since <= LONGEST),
        away=(away & ~jumped).fill_null(value=False),
        again=again.fill_null(value=False),
        jumped=jumped,
        since=since,
    ).filter(pl.col("gone") | pl.col("away") | pl.col("jumped"))
    if rows.is_empty():
        return rows
    later = pl.col("price_time") > pl.col("suspect_time")
    borne_out = pl.col("again") & (later | (now - pl.col("since") > LONGEST))
    return rows.with_columns(
        jumped=pl.col("jumped") | (pl.col("away") & borne_out).fill_null(value=False)
    ).with_columns(keep=pl.col("gone") | (pl.col("away") & ~pl.col("jumped")), doubt=_why_kept())


def _why_kept() -> pl.Expr:
    then = pl.col("good_time").dt.convert_time_zone(str(NEW_YORK)).dt.strftime("%H:%M:%S").fill_null("before")
    good, price = (pl.col(name).round(2).cast(pl.String) for name in ("good", "price"))
    return (
        pl.when("jumped")
        .then(pl.format(f"moved more than {MOVE:.0%} within five minutes without a halt, which trading does not allow"))
        .when("gone")
        .then(pl.format("no price came: that of {} is kept", then))
        .otherwise(pl.format("came at {}, after {} at {}: kept until later trades bear it out", price, good, then))
    )


def _replaced(arrived: pl.DataFrame, few: pl.DataFrame, good: pl.DataFrame) -> pl.DataFrame:
    """LIVE in which names to `keep` have their good price, those gone their good row, and all of them their doubt."""
    gone = few.filter(pl.col("here").is_null()).select("ticker", why="doubt")
    rows_gone = good.join(gone, on="ticker").with_columns(doubt="why").select(list(LIVE))
    changes = few.select("ticker", "good", "good_time", "keep", why="doubt")
    rows = arrived.join(changes, on="ticker", how="left", maintain_order="left")
    keep = pl.col("keep").fill_null(value=False)
    price = pl.when(keep).then("good").otherwise("price")
    ret = pl.when(keep).then(pl.col("good") / pl.col("prev_close") - 1).otherwise("ret")
    replaced = rows.with_columns(
        price=price,
        ret=ret,
        price_time=pl.when(keep).then("good_time").otherwise("price_time"),
        doubt=pl.coalesce("why", "doubt"),
    ).select(list(LIVE))
    return pl.concat([replaced, rows_gone])
