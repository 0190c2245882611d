"""Massive's daily and intraday bars and its snapshot as tables of `deskview.market.schema`."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import partial
from operator import attrgetter
from typing import TypeVar

import polars as pl

from deskview.market.schema import BARS, INTRADAY, SNAPSHOT, require
from deskview.providers.massive.columns import (
    from_millis,
    from_nanos,
    new_york_date,
    positive,
    repeated,
    unfit_bar,
    unfit_ticker,
)
from deskview.providers.massive.tally import Tally
from deskview.providers.massive.wire import (
    CustomBar,
    Day,
    GroupedBar,
    LastQuote,
    LastTrade,
    Minute,
    PreviousDay,
    SnapshotRow,
)

Row = TypeVar("Row")
NO_DAY, NO_MINUTE, NO_TRADE, NO_QUOTE, NONE_BEFORE = Day(), Minute(), LastTrade(), LastQuote(), PreviousDay()
MINUTE_MS = 60_000
WIRE_NAMES = {
    "T": "ticker",
    "o": "open",
    "h": "high",
    "l": "low",
    "c": "close",
    "v": "volume",
    "vw": "vwap",
    "n": "trades",
}


def columns(rows: Sequence[object], fields: dict[str, pl.DataType]) -> pl.DataFrame:
    """Rows to a frame with one column per field."""
    return pl.DataFrame(column_series(rows, fields))


def column_series(rows: Sequence[object], fields: dict[str, pl.DataType]) -> dict[str, pl.Series]:
    """Rows to one series per field."""
    return {name: pl.Series(list(map(attrgetter(name), rows)), dtype=dtype) for name, dtype in fields.items()}


def daily_bars(session: date, batches: Iterable[list[GroupedBar]], tally: Tally) -> pl.DataFrame:
    """BARS of one session; the session is the requested one and each row's `t` must agree with it."""
    prices = dict.fromkeys(("o", "h", "l", "c", "v", "vw"), pl.Float64())
    fields = {"T": pl.String(), **prices, "t": pl.Int64(), "n": pl.Int64(), "otc": pl.Boolean()}
    wire = _in_one(partial(columns, fields=fields), batches)
    frame = wire.rename(WIRE_NAMES).with_columns(day=new_york_date(from_millis("t")))
    fit = tally.drop(
        frame,
        {
            "traded over the counter": pl.col("otc"),
            "the bar is of another date": pl.col("day").ne_missing(session),
            **unfit_ticker(),
            **unfit_bar(),
            **repeated("ticker"),
        },
    )
    return require(
        fit.with_columns(session=pl.lit(session), vwap=positive("vwap"), trades=positive("trades")), BARS, "daily bars"
    )


def intraday(rows: list[CustomBar], ticker: str, session: date, tally: Tally) -> pl.DataFrame:
    """INTRADAY bars of one name; `t` is the start of each window."""
    wire = columns(rows, {**dict.fromkeys(("o", "h", "l", "c", "v"), pl.Float64()), "t": pl.Int64()})
    names = {short: name for short, name in WIRE_NAMES.items() if short in wire.columns}
    frame = wire.rename(names).with_columns(ticker=pl.lit(ticker), start=from_millis("t"))
    fit = tally.drop(
        frame,
        {
            "the bar is of another date": new_york_date(pl.col("start")).ne_missing(session),
            **unfit_bar(),
            **repeated("start"),
        },
    )
    return require(fit.sort("start"), INTRADAY, "intraday bars")


def snapshot(batches: Iterable[list[SnapshotRow]], tally: Tally) -> pl.DataFrame:
    """SNAPSHOT of the market.

    The price is lastTrade.p, else min.c, else day.c, whichever first is above zero; prevDay is not
    today's price. A last trade of an earlier day is kept (its vendor shows it all night): `price_time`
    tells. The time of a minute's close is the minute's end or `updated`, whichever is earlier.
    """
    fit = tally.drop(_in_one(_snapshot_columns, batches), {**unfit_ticker(), **_unfit_snapshot(), **repeated("ticker")})
    trade, minute, day = positive("trade_price"), positive("minute_close"), positive("day_close")
    source = pl.coalesce(
        pl.when(found.is_not_null()).then(pl.lit(name))
        for name, found in (("trade", trade), ("minute", minute), ("day", day))
    )
    updated = from_nanos("updated_ns")
    minute_end = pl.min_horizontal(from_millis(positive("minute_ms") + MINUTE_MS), updated)
    begun = day.is_not_null()
    frame = fit.with_columns(
        price=pl.coalesce(trade, minute, day),
        price_source=source,
        prev_close=positive("prev_close"),
        volume=pl.when(begun).then("volume"),
        updated=updated,
        **{name: pl.when(begun).then(positive(name)) for name in ("open", "high", "low", "vwap")},
        **{name: positive(name) for name in ("bid", "ask")},
    ).with_columns(
        price_time=pl.when(pl.col("price_source") == "trade")
        .then(from_nanos("trade_ns"))
        .when(pl.col("price_source") == "minute")
        .then(minute_end)
        .when(pl.col("price_source") == "day")
        .then("updated")
    )
    return require(frame, SNAPSHOT, "snapshot")


def _in_one(made: Callable[[list[Row]], pl.DataFrame], batches: Iterable[list[Row]]) -> pl.DataFrame:
    """The batches' rows in one frame, which has its columns where there are none."""
    return pl.concat([made([]), *(made(batch) for batch in batches)], rechunk=True)


def _snapshot_columns(rows: list[SnapshotRow]) -> pl.DataFrame:
    """The rows as columns, attribute by attribute: a getter made from its name takes twice the time.

    Each column is finished before the next is begun, while its values are in the cache.
    """
    number, count = partial(pl.Series, dtype=pl.Float64()), partial(pl.Series, dtype=pl.Int64())
    days, before = [row.day or NO_DAY for row in rows], [row.prev_day or NONE_BEFORE for row in rows]
    minutes, trades = [row.min or NO_MINUTE for row in rows], [row.last_trade or NO_TRADE for row in rows]
    quotes = [row.last_quote or NO_QUOTE for row in rows]
    return pl.DataFrame(
        {
            "ticker": pl.Series([row.ticker for row in rows], dtype=pl.String()),
            "open": number(values=[day.o for day in days]),
            "high": number(values=[day.h for day in days]),
            "low": number(values=[day.l for day in days]),
            "day_close": number(values=[day.c for day in days]),
            "volume": number(values=[day.v for day in days]),
            "vwap": number(values=[day.vw for day in days]),
            "minute_close": number(values=[minute.c for minute in minutes]),
            "minute_ms": count(values=[minute.t for minute in minutes]),
            "prev_close": number(values=[day.c for day in before]),
            "trade_price": number(values=[trade.p for trade in trades]),
            "trade_ns": count(values=[trade.t for trade in trades]),
            "bid": number(values=[quote.p for quote in quotes]),
            "ask": number(values=[quote.P for quote in quotes]),
            "updated_ns": count(values=[row.updated for row in rows]),
        }
    )


def _unfit_snapshot() -> dict[str, pl.Expr]:
    prices = ("open", "high", "low", "day_close", "vwap", "minute_close", "trade_price", "bid", "ask", "prev_close")
    return {
        "a price is negative": pl.any_horizontal(pl.col(name) < 0 for name in prices),
        "the high is below the low": pl.col("high") < pl.col("low"),
        "the volume is negative": pl.col("volume") < 0,
    }
