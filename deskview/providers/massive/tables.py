"""Massive's daily and intraday bars, its snapshot and its trades as tables of `deskview.market.schema`."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from operator import attrgetter
from typing import TypeVar, cast

import numpy as np
import polars as pl

from deskview.market.schema import BARS, INDEX_DAYS, INTRADAY, SNAPSHOT, TRADES, UTC_NS, require
from deskview.providers.base import Window
from deskview.providers.capabilities import Capability
from deskview.providers.massive.cleaning import (
    HIGHEST_PRICE,
    MOST_SHARES,
    Rejects,
    code,
    from_millis,
    from_nanos,
    new_york_date,
    positive,
    repeated,
    too_high,
    unfit_bar,
    unfit_ticker,
    unfit_volume,
)
from deskview.providers.massive.wire import (
    CustomBar,
    Day,
    GroupedBar,
    LastTrade,
    Minute,
    PreviousDay,
    SnapshotRow,
    Trade,
)

Row = TypeVar("Row")
Codes = tuple[int, ...] | None
NO_DAY, NO_MINUTE, NO_TRADE, NONE_BEFORE = Day(), Minute(), LastTrade(), PreviousDay()
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

FINRA = 4
TEN_THOUSANDTHS = 10_000
PRICES = 0.0001, HIGHEST_PRICE
"""The lowest there can be, and what is above all of them, USD."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OFF_EXCHANGE = (pl.col("exchange") == FINRA) | pl.col("trf_id").fill_null(0).ne(0)


def columns(rows: Sequence[object], fields: dict[str, pl.DataType]) -> pl.DataFrame:
    """Rows to a frame with one column per field."""
    return pl.DataFrame(column_series(rows, fields))


def column_series(rows: Sequence[object], fields: dict[str, pl.DataType]) -> dict[str, pl.Series]:
    """Rows to one series per field."""
    return {name: pl.Series(list(map(attrgetter(name), rows)), dtype=dtype) for name, dtype in fields.items()}


def daily_bars(session: date, batches: Iterable[list[GroupedBar]], rejects: Rejects) -> pl.DataFrame:
    """BARS of one session; the session is the requested one and each row's `t` must agree with it."""
    prices = dict.fromkeys(("o", "h", "l", "c", "v", "vw"), pl.Float64())
    fields = {"T": pl.String(), **prices, "t": pl.Int64(), "n": pl.Int64(), "otc": pl.Boolean()}
    wire = _in_one(partial(columns, fields=fields), batches)
    frame = wire.rename(WIRE_NAMES).with_columns(day=new_york_date(from_millis("t")))
    fit = rejects.drop(
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


def intraday(rows: list[CustomBar], ticker: str, since: date, session: date, rejects: Rejects) -> pl.DataFrame:
    """INTRADAY bars of one name from `since` to `session`; `t` is the start of each window."""
    frame = _custom(rows, ticker).with_columns(start=from_millis("t"))
    fit = rejects.drop(
        frame,
        {
            **_outside(new_york_date(pl.col("start")), since, session),
            **unfit_bar(),
            **repeated("start"),
        },
    )
    return require(fit.sort("start"), INTRADAY, "intraday bars")


def index_days(rows: list[CustomBar], ticker: str, since: date, until: date, rejects: Rejects) -> pl.DataFrame:
    """INDEX_DAYS of one name from `since` to `until`, oldest first; `t` is the start of each day."""
    frame = _custom(rows, ticker).with_columns(session=new_york_date(from_millis("t")))
    rules = {**_outside(pl.col("session"), since, until), **unfit_bar(), **repeated("session")}
    fit = rejects.drop(frame, rules).sort("session")
    beside = pl.col("close").rolling_median(5, center=True, min_samples=1)
    leaps = {"the close is far from those beside it": ~(pl.col("close") / beside).is_between(0.5, 2)}
    return require(rejects.drop(fit, leaps), INDEX_DAYS, "index days")


def _outside(day: pl.Expr, first: date, last: date) -> dict[str, pl.Expr]:
    """A rule for bars without a date, or of one that was not asked for."""
    return {"the bar is of another date": ~day.is_between(first, last).fill_null(value=False)}


def _custom(rows: list[CustomBar], ticker: str) -> pl.DataFrame:
    wire = columns(rows, {**dict.fromkeys(("o", "h", "l", "c", "v"), pl.Float64()), "t": pl.Int64()})
    names = {short: name for short, name in WIRE_NAMES.items() if short in wire.columns}
    return wire.rename(names).with_columns(ticker=pl.lit(ticker))


def snapshot(batches: Iterable[list[SnapshotRow]], rejects: Rejects) -> pl.DataFrame:
    """SNAPSHOT of the market, zeros as null. A last trade of an earlier day is kept (its vendor shows it all night)."""
    fit = rejects.drop(
        _in_one(_snapshot_columns, batches), {**unfit_ticker(), **_unfit_snapshot(), **repeated("ticker")}
    )
    day, updated = positive("day_close"), from_nanos("updated_ns")
    begun, ended = day.is_not_null(), from_millis(positive("minute_ms") + MINUTE_MS)
    frame = fit.with_columns(
        trade_time=from_nanos("trade_ns"),
        # Of a name without a minute `min_horizontal` alone would take the time of its row.
        minute_time=pl.when(ended.is_not_null()).then(pl.min_horizontal(ended, updated)),
        volume=pl.when(begun).then("volume"),
        updated=updated,
        **{name: pl.when(begun).then(positive(name)) for name in ("open", "high", "low")},
        **{name: positive(name) for name in ("trade_price", "minute_close", "day_close", "prev_close")},
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
    return pl.DataFrame(
        {
            "ticker": pl.Series([row.ticker for row in rows], dtype=pl.String()),
            "open": number(values=[day.o for day in days]),
            "high": number(values=[day.h for day in days]),
            "low": number(values=[day.l for day in days]),
            "day_close": number(values=[day.c for day in days]),
            "volume": number(values=[day.v for day in days]),
            "minute_close": number(values=[minute.c for minute in minutes]),
            "minute_ms": count(values=[minute.t for minute in minutes]),
            "prev_close": number(values=[day.c for day in before]),
            "trade_price": number(values=[trade.p for trade in trades]),
            "trade_ns": count(values=[trade.t for trade in trades]),
            "trade_conditions": _conditions([trade.c for trade in trades]),
            "updated_ns": count(values=[row.updated for row in rows]),
        }
    )


def _unfit_snapshot() -> dict[str, pl.Expr]:
    prices = ("open", "high", "low", "day_close", "minute_close", "trade_price", "prev_close")
    return {
        "a price is negative": pl.any_horizontal(pl.col(name) < 0 for name in prices),
        **too_high(*map(pl.col, prices)),
        "the high is below the low": pl.col("high") < pl.col("low"),
        **unfit_volume(),
    }


def nanos(moment: datetime) -> int:
    """Unix ns of an aware time, exact; raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone can't be asked for")
    return (moment - EPOCH) // timedelta(microseconds=1) * 1_000


Lacks = frozenset[Capability]
"""What none of the prints tells."""


def trades(rows: list[Trade], ticker: str, rejects: Rejects) -> tuple[pl.DataFrame, Lacks]:
    """TRADES of one name, in the order of the wire.

    Digits of a price beyond the fourth are cut off in `price_e4`, so that a price just off a whole cent never becomes
    one. `off_exchange` holds for exchange 4 or a facility named in `trf_id`.
    """
    wire = trade_columns(rows)
    frame = _fit(wire, [pl.lit(ticker).alias("ticker")], list(TRADES), rejects)
    return require(frame, TRADES, "trades"), _lacks(wire)


def windows(windows: Sequence[Window], rejects: Rejects) -> tuple[pl.DataFrame, Lacks]:
    """TRADES with `since` of many windows of `trade_columns`, in tape order; made at once: every table costs."""
    place = pl.Series(np.repeat(np.arange(len(windows)), [len(window.rows) for window in windows]))
    tickers = pl.Series([window.ticker for window in windows], dtype=pl.String())
    starts = pl.Series([window.since for window in windows], dtype=UTC_NS)
    for window in windows:
        rejects.merge(window.left_out)
    labels = [tickers.gather(place).alias("ticker"), starts.gather(place).alias("since"), place.alias("place")]
    columns = [*TRADES, "since", "place"]
    wire = pl.concat([trade_columns([]), *(cast("pl.DataFrame", window.rows) for window in windows)], rechunk=True)
    frame = _fit(wire, labels, columns, rejects)
    ordered = frame.sort("place", "sip_time", "sequence", maintain_order=True).drop("place")
    return ordered.with_columns(pl.col(column).cast(kind) for column, kind in TRADES.items()), _lacks(wire)


def _lacks(wire: pl.DataFrame) -> Lacks:
    """Of prints, what the rows don't tell; nothing is held against none."""
    told = wire.select(
        _OFF_EXCHANGE.any().alias(Capability.OFF_EXCHANGE),
        pl.col("trf_id").is_not_null().any().alias(Capability.TRF_ID),
        pl.col("participant_timestamp").is_not_null().any().alias(Capability.PARTICIPANT_TIME),
    )
    return frozenset(Capability(name) for name, tells in told.row(0, named=True).items() if wire.height and not tells)


def _fit(
    wire: pl.DataFrame, labels: Sequence[pl.Expr | pl.Series], columns: list[str], rejects: Rejects
) -> pl.DataFrame:
    """The wire's columns as the table's, without the rows that can't be used."""
    frame = wire.with_columns(*labels)
    priced = pl.col("price").is_between(*PRICES, closed="left") & pl.col("price").is_finite()
    frame = rejects.drop(frame, {"the price is not above zero or out of range": ~priced})
    frame = frame.with_columns(
        price_e4=_ten_thousandths(frame["price"]),
        size=_size(),
        sip_time=from_nanos("sip_timestamp"),
        correction=pl.col("correction").fill_null(0),
        off_exchange=_OFF_EXCHANGE,
        time=pl.coalesce(from_nanos("participant_timestamp"), from_nanos("sip_timestamp")),
    ).select(columns)
    return rejects.drop(
        frame,
        {
            "the print has no time": pl.col("sip_time").is_null(),
            "the size is missing or negative": pl.col("size").is_null() | (pl.col("size") < 0),
            f"the size is above {MOST_SHARES:.0e} shares": pl.col("size") > MOST_SHARES,
        },
    )


def _ids(ids: list[str | None]) -> pl.Series:
    """The ids; where all are letters and digits nothing is to be taken out, which is what costs."""
    series = pl.Series("id", ids, dtype=pl.String())
    return (
        series if "".join(filter(None, ids)).isalnum() and "" not in ids else series.to_frame().select(code("id"))["id"]
    )


def _ten_thousandths(prices: pl.Series) -> pl.Series:
    """Prices in 1/10000 USD, cut off: the most that, read from its own decimal text, is no more than the price.

    Reading keeps the order of texts, so this is exact but for texts of more digits than a double tells apart. Dividing
    is left to numpy, which rounds as reading does; polars multiplies by the inverse.
    """
    price = prices.to_numpy()
    nearest = np.rint(price * TEN_THOUSANDTHS)
    return pl.Series(nearest - (nearest / TEN_THOUSANDTHS > price)).cast(pl.Int64())


def trade_columns(rows: list[Trade]) -> pl.DataFrame:
    """The rows of the wire as its columns, attribute by attribute as in `_snapshot_columns`."""
    return pl.DataFrame(
        {
            "price": pl.Series([row.price for row in rows], dtype=pl.Float64()),
            "sip_timestamp": pl.Series([row.sip_timestamp for row in rows], dtype=pl.Int64()),
            "exchange": pl.Series([row.exchange for row in rows], dtype=pl.Int32()),
            "sequence": pl.Series([row.sequence_number for row in rows], dtype=pl.Int64()),
            "id": _ids([row.id for row in rows]),
            "size": pl.Series([row.size for row in rows], dtype=pl.Float64()),
            "decimal_size": pl.Series([row.decimal_size for row in rows], dtype=pl.String()),
            "participant_timestamp": pl.Series([row.participant_timestamp for row in rows], dtype=pl.Int64()),
            "conditions": _conditions([row.conditions for row in rows]),
            "correction": pl.Series([row.correction for row in rows], dtype=pl.Int32()),
            "trf_id": pl.Series([row.trf_id for row in rows], dtype=pl.Int32()),
        }
    )


class _Numbering(dict[Codes, int]):
    """A number for each distinct key, in the order they come."""

    def __missing__(self, key: Codes) -> int:
        self[key] = number = len(self)
        return number


def _conditions(codes: Sequence[Codes]) -> pl.Series:
    """The lists of codes, each distinct list built once: there are few, and building is what costs."""
    numbers = _Numbering()
    which = list(map(numbers.__getitem__, codes))
    return pl.Series([list(row or ()) for row in numbers], dtype=pl.List(pl.Int32())).gather(which)


def _size() -> pl.Expr:
    """The exact size where it is sent and a number, else the whole shares."""
    exact = pl.col("decimal_size").cast(pl.Float64(), strict=False)
    return pl.when(exact.is_finite()).then(exact).otherwise("size")
