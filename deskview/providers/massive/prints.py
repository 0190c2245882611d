"""Massive's trades as the table TRADES."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import chain

import numpy as np
import polars as pl

from deskview.market.schema import TRADES, UTC_NS, require
from deskview.providers.base import Window
from deskview.providers.massive.columns import from_nanos, one_line
from deskview.providers.massive.tables import column_series
from deskview.providers.massive.tally import Tally
from deskview.providers.massive.wire import Trade

FINRA = 4
TEN_THOUSANDTHS = Decimal(10_000)
HIGHEST_PRICE = Decimal(10_000_000)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WIRE = {
    "id": pl.String(),
    "size": pl.Float64(),
    "decimal_size": pl.String(),
    "exchange": pl.Int32(),
    "sip_timestamp": pl.Int64(),
    "participant_timestamp": pl.Int64(),
    "correction": pl.Int32(),
    "trf_id": pl.Int32(),
}


def nanos(moment: datetime) -> int:
    """Unix ns of an aware time, exact; raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone can't be asked for")
    return (moment - EPOCH) // timedelta(microseconds=1) * 1_000


def trades(rows: list[Trade], ticker: str, tally: Tally) -> pl.DataFrame:
    """TRADES of one name, in the order of the wire.

    `price_e4` comes from the decimal text; digits beyond the fourth are cut off, so that a price just
    off a whole cent never becomes one. `off_exchange` holds for exchange 4 or a facility named in `trf_id`.
    """
    priced = _priced(rows, tally)
    return require(_fit(_columns(priced), [pl.lit(ticker).alias("ticker")], list(TRADES), tally), TRADES, "trades")


def windows(windows: Sequence[Window], tally: Tally) -> pl.DataFrame:
    """TRADES with `since` of many windows, each in tape order; made as one table, for every table costs."""
    priced = [_priced(window.rows, tally) for window in windows]
    lengths = [len(rows) for rows in priced]
    place = pl.Series(np.repeat(np.arange(len(windows)), lengths))
    tickers = pl.Series([window.ticker for window in windows], dtype=pl.String())
    starts = pl.Series([window.since for window in windows], dtype=UTC_NS)
    for window in windows:
        tally.merge(window.left_out)
    labels = [tickers.gather(place).alias("ticker"), starts.gather(place).alias("since"), place.alias("place")]
    columns = [*TRADES, "since", "place"]
    frame = _fit(_columns(list(chain.from_iterable(priced))), labels, columns, tally)
    ordered = frame.sort("place", "sip_time", "sequence", maintain_order=True).drop("place")
    return ordered.with_columns(pl.col(column).cast(kind) for column, kind in TRADES.items())


def _priced(rows: Sequence[Trade], tally: Tally) -> list[Trade]:
    """The rows whose price can be one."""
    priced = [row for row in rows if row.price.is_finite() and 0 < row.price < HIGHEST_PRICE]
    tally.add("the price is not above zero or out of range", len(rows) - len(priced))
    return priced


def _fit(wire: pl.DataFrame, labels: Sequence[pl.Expr | pl.Series], columns: list[str], tally: Tally) -> pl.DataFrame:
    """The wire's columns as the table's, without the rows that can't be used."""
    frame = wire.with_columns(
        *labels,
        size=_size(),
        sip_time=from_nanos("sip_timestamp"),
        id=one_line("id"),
        correction=pl.col("correction").fill_null(0),
        off_exchange=(pl.col("exchange") == FINRA) | pl.col("trf_id").fill_null(0).ne(0),
        time=pl.coalesce(from_nanos("participant_timestamp"), from_nanos("sip_timestamp")),
    ).select(columns)
    return tally.drop(
        frame,
        {
            "the print has no time": pl.col("sip_time").is_null(),
            "the size is missing or negative": pl.col("size").is_null() | (pl.col("size") < 0),
        },
    )


def _columns(rows: list[Trade]) -> pl.DataFrame:
    """The wire's columns, the prices as numbers and in 1/10000 USD."""
    return pl.DataFrame(
        {
            **column_series(rows, WIRE),
            "sequence": pl.Series([row.sequence_number for row in rows], dtype=pl.Int64()),
            "conditions": _conditions(rows),
            "price": pl.Series([float(row.price) for row in rows], dtype=pl.Float64()),
            "price_e4": pl.Series([int(row.price * TEN_THOUSANDTHS) for row in rows], dtype=pl.Int64()),
        }
    )


def _conditions(rows: list[Trade]) -> pl.Series:
    """The lists of codes, each distinct list built once: there are few, and building is what costs."""
    distinct: dict[tuple[int, ...], int] = {}
    which = [distinct.setdefault(tuple(row.conditions or ()), len(distinct)) for row in rows]
    return pl.Series([list(codes) for codes in distinct], dtype=pl.List(pl.Int32())).gather(which)


def _size() -> pl.Expr:
    """The exact size where it is sent and a number, else the whole shares."""
    exact = pl.col("decimal_size").cast(pl.Float64(), strict=False)
    return pl.when(exact.is_finite()).then(exact).otherwise("size")
