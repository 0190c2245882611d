"""The market live: which trade is a price, from when on the close is official, what a return is measured against.

The rules are expressions over SNAPSHOT, without state: whoever checks a snapshot asks the same ones.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from deskview.analytics.continuity import JUMP, OPEN_GAP
from deskview.market.schema import SNAPSHOT, UTC_NS

CLOSES_AGREE = 0.02
"""The stored close and the vendor's previous close may differ by this share: corrections and rounding do."""
OLD_TABLE, OLD_TABLE_LEAST = 0.05, 20
"""Where more names contradict than this share and number, the vendor's previous closes are of another day."""
OPENS_AFTER = timedelta(hours=5, minutes=30)
"""Regular trading begins so long after the session's first trade."""
AHEAD = timedelta(minutes=5)
"""No trade lies so far ahead of the provider's clock: its servers' clocks agree to the second, and a fast simulated
market runs on between the two questions."""
QUIET = timedelta(minutes=5)
"""Where nothing has traded for so long while the market does, trading may be halted."""
MOVING = timedelta(minutes=1)
"""The market trades while its newest price is no older."""
CLOSES = {
    "ticker": pl.String(),
    "stored_close": pl.Float64(),
    "unsplit_close": pl.Float64(),
    "cash_usd": pl.Float64(),
}


@dataclass(frozen=True)
class PriceBasis:
    """What a session's prices are read by.

    `begins` is 04:00 of the session's day, `bell` the end of regular trading (UTC). `closes` are CLOSES: the close of
    the session before on today's share basis (null where that session has no bar) and before today's splits, `cash_usd`
    what goes ex today (0 where nothing does). `no_price` are the condition codes of trades that set no last price.
    """

    begins: datetime
    bell: datetime
    closes: pl.DataFrame
    no_price: tuple[int, ...] = ()

    @property
    def opens(self) -> datetime:
        """Start of regular trading: the clock of New York is not changed between 04:00 and 09:30."""
        return self.begins + OPENS_AFTER


def no_last_price(conditions: pl.DataFrame) -> tuple[int, ...]:
    """Codes of CONDITIONS whose trades the consolidated tape takes for no last price (odd lots, contingent trades)."""
    return tuple(conditions.filter(~pl.col("updates_open_close")).get_column("id").sort().to_list())


def sets_price(no_price: Collection[int], begins: datetime, at: datetime) -> pl.Expr:
    """Whether the last trade of a SNAPSHOT row sets a price of the session.

    None of its conditions is among `no_price`, and it is of the session's day: a vendor shows yesterday's all night. A
    trade that lies ahead of the moment `at` sets none either.
    """
    codes = pl.col("trade_conditions")
    none_of_them = codes.list.set_intersection(pl.lit(pl.Series([list(no_price)], dtype=pl.List(pl.Int32)))).list.len()
    of_today = _of_session("trade_time", begins, at).fill_null(value=True)
    return pl.col("trade_price").is_not_null() & of_today & (none_of_them.fill_null(0) == 0)


def _of_session(time: str, begins: datetime, at: datetime) -> pl.Expr:
    """Whether a time is of the session and not ahead of the moment; null where there is none."""
    return pl.col(time).is_between(pl.lit(begins).cast(UTC_NS), pl.lit(at + AHEAD).cast(UTC_NS))


def regular_price(basis: PriceBasis, at: datetime) -> tuple[pl.Expr, pl.Expr]:
    """Price and its time before the close: the last trade that sets one, else the last minute's, else the day's.

    What lies ahead of the moment `at` is no price; a time that does is none.
    """
    trade = pl.when(sets_price(basis.no_price, basis.begins, at)).then("trade_price")
    minute = pl.when(_of_session("minute_time", basis.begins, at).fill_null(value=True)).then("minute_close")
    price = pl.coalesce(trade, minute, "day_close")
    time = (
        pl.when(trade.is_not_null())
        .then("trade_time")
        .when(minute.is_not_null())
        .then("minute_time")
        .when(pl.col("day_close").is_not_null())
        .then("updated")
    )
    return price, pl.when(time <= pl.lit(at + AHEAD).cast(UTC_NS)).then(time)


def official_close(bell: datetime) -> tuple[pl.Expr, pl.Expr]:
    """Price and its time from the close on: the day's regular close, which no trade of the evening moves.

    A name that traded in the evening is taken to have traded up to the close: the wire no longer tells.
    """
    end = pl.lit(bell).cast(UTC_NS)
    traded = pl.coalesce("trade_time", "minute_time", "updated")
    return pl.col("day_close"), pl.when(pl.col("day_close").is_not_null()).then(pl.min_horizontal(traded, end))


def after_hours(bell: datetime) -> pl.Expr:
    """Return of the last minute that ended after the close against the official close, null where there is none."""
    since = pl.col("minute_time") > pl.lit(bell).cast(UTC_NS)
    return pl.when(since).then(pl.col("minute_close") / pl.col("day_close") - 1)


def contradicted() -> pl.Expr:
    """Whether the vendor's previous close contradicts the stored one: a split one does not know of, or a fault."""
    return (pl.col("prev_close") / pl.col("stored_close") - 1).abs() > CLOSES_AGREE


def previous_close() -> pl.Expr:
    """The close before: the stored one, the vendor's where there is none.

    Where they contradict each other, the one nearer today's open (else the price): a split multiplies one of them.
    """
    today = pl.coalesce("open", "price")
    away = [(today / pl.col(close)).log().abs() for close in ("prev_close", "stored_close")]
    vendors = contradicted() & (away[0] < away[1])
    return pl.when(vendors.fill_null(value=False)).then("prev_close").otherwise(_STORED)


_STORED = pl.coalesce("stored_close", "prev_close")


def live_market(snapshot: pl.DataFrame, basis: PriceBasis, at: datetime) -> pl.DataFrame:
    """SNAPSHOT of the moment `at` (the market's time, UTC) as LIVE, one row per ticker of the snapshot."""
    closed = at >= basis.bell
    price, time = official_close(basis.bell) if closed else regular_price(basis, at)
    cash = pl.col("cash_usd").fill_null(0.0)
    rows = snapshot.join(basis.closes, on="ticker", how="left", maintain_order="left").with_columns(
        price=price, price_time=time, contradicted=contradicted()
    )
    old_table = _is_old(rows.get_column("contradicted"))
    before = _STORED if old_table or not rows.get_column("contradicted").any() else previous_close()
    rows = rows.with_columns(before=before).with_columns(
        close=pl.col("before") - pl.when(cash < pl.col("before")).then(cash).otherwise(0.0)
    )
    ret = pl.when((pl.col("close") > 0) & (pl.col("price") > 0)).then(pl.col("price") / pl.col("close") - 1)
    rows = rows.with_columns(ret=ret, implausible=(ret > JUMP - 1) | (ret < 1 / JUMP - 1))
    return rows.select(
        "ticker",
        "price",
        pl.col("close").alias("prev_close"),
        pl.when(~pl.col("implausible")).then("ret").alias("ret"),
        "price_time",
        "volume",
        (after_hours(basis.bell) if closed else pl.lit(None, pl.Float64)).alias("after_hours"),
        _doubts(rows, old_table=old_table),
    )


def _is_old(contradictions: pl.Series) -> bool:
    """Whether so many closes contradict that the vendor's are of another day."""
    count, known = int(contradictions.sum()), contradictions.len() - contradictions.null_count()
    return count >= OLD_TABLE_LEAST and count > OLD_TABLE * known


def _doubts(rows: pl.DataFrame, *, old_table: bool) -> pl.Series:
    """Why each return of today is in doubt; texts are made for the few rows that are."""
    gap = pl.col("open") / pl.col("close") - 1
    some = (pl.col("implausible") | pl.col("contradicted") | (gap < OPEN_GAP)).fill_null(value=False)
    places = rows.select(some.arg_true()).to_series()
    none = pl.repeat(None, rows.height, dtype=pl.String, eager=True).alias("doubt")
    return none.scatter(places, rows[places].select(_doubt(gap, old_table)).to_series()) if len(places) else none


def _doubt(gap: pl.Expr, old_table: bool) -> pl.Expr:
    """Why the return of today is in doubt, in words; null where nothing speaks against it."""
    percent = (gap * -100).round(0).cast(pl.Int64, strict=False).cast(pl.String)
    explained = ((pl.col("prev_close") / pl.col("unsplit_close") - 1).abs() <= CLOSES_AGREE) & (
        pl.col("before") == pl.col("stored_close")
    )
    ratio = (pl.col("stored_close") / pl.col("prev_close")).round(2).cast(pl.String)
    differ = "the stored close is {} times the vendor's, no split explains it: taken is the one nearer the price"
    return (
        pl.when("implausible")
        .then(pl.lit(f"moved beyond {JUMP:g} times or a third, which no split explains: no return is stated"))
        .when(pl.lit(old_table) & pl.col("contradicted"))
        .then(pl.lit("the vendor's previous closes are of another day: the stored ones are kept"))
        .when(pl.col("contradicted") & ~explained.fill_null(value=False))
        .then(pl.format(differ, ratio))
        .when(gap < OPEN_GAP)
        .then(pl.format("opened {}% lower: no split, dividend or spin-off in the tables explains it", percent))
    )


def old_trades(snapshot: pl.DataFrame, begins: datetime) -> int:
    """Names of SNAPSHOT that have traded in the session though their last trade is of a day before."""
    start = pl.lit(begins).cast(UTC_NS)
    today = (pl.col("minute_time") >= start) | pl.col("day_close").is_not_null()
    return snapshot.filter((pl.col("trade_time") < start) & today).height


def has_prices(snapshot: pl.DataFrame, *, closed: bool = False) -> bool:
    """Whether anything has traded in the session; once it is `closed`, whether there is any close of it."""
    columns = ("day_close",) if closed else ("trade_price", "minute_close", "day_close")
    return any(snapshot.get_column(name).count() > 0 for name in columns)


def closing_snapshot(bars: pl.DataFrame, closes: datetime) -> pl.DataFrame:
    """BARS of one session as SNAPSHOT at its close; previous closes and trades are null."""
    moment = pl.lit(closes).cast(UTC_NS)
    same = {name: pl.col(name) for name in ("ticker", "open", "high", "low", "volume")}
    known = {"day_close": pl.col("close"), "updated": moment, **same}
    return bars.select(known.get(name, pl.lit(None, kind)).alias(name) for name, kind in SNAPSHOT.items())


def quiet_names(live: pl.DataFrame, at: datetime) -> frozenset[str]:
    """Names of LIVE in which nothing has traded for QUIET at the moment `at`, while the market does; of those that
    hardly trade it says nothing. A halt is not told by any table: it is guessed by this."""
    newest = live.get_column("price_time").max()
    if not isinstance(newest, datetime) or at - newest > MOVING:
        return frozenset()
    return frozenset(live.filter(pl.col("price_time") <= pl.lit(at - QUIET).cast(UTC_NS)).get_column("ticker"))
