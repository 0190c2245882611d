"""Every print labelled: left out with a reason, or counted as retail, other or auction, with its side.

Order is the tape's: SIP time, then sequence. That is the order in which the prints could be seen, and it does not
change when later pages arrive; a late report keeps its place on the tape but counts in the half-hour of its
participant time, unless it is more than LATEST late: then nobody trades at that price any more.

A print is held against the last good price of its name, the median of the five prints before it: one or two false
prices do not move it, and a price that three of five prints bear out is where the market is, however fast it got
there. So a false print costs itself, and a true leap beyond NEAR_PERCENT its first three prints. Auctions are where the
market clears and count wherever that is. Where a series begins there is nothing before it: a session goes on from the
close before where that is known, a window is held against the median of its own first five.

The tick rule compares with the last different price among counted prints that stand on the tick grid, on and off
exchange. Prints between ticks (price improvement, midpoint crosses) are signed against that price but do not
become it: they are priced off the quote, and letting them in would make an exchange print at an unchanged price
look like a price change. Retail prints that stand on the grid cannot be told from others and do move it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import polars as pl

from deskview.analytics.flow import conditions, subpenny
from deskview.analytics.flow.schema import KIND, LABELS, PRINT_KEY
from deskview.market.schema import TRADES, UTC_NS

HALF_HOUR_NS: Final = 1_800_000_000_000
#: Closing crosses are reported after the bell; they count in the last half-hour's auction until then.
AUCTION_GRACE: Final = timedelta(minutes=30)
#: Institutional core: at least so many shares or so many dollars in one print.
BLOCK_SHARES: Final = 10_000
BLOCK_USD: Final = 200_000
#: Dollars are rounded to 1/USD_GRID so that sums do not depend on order.
USD_GRID: Final = 2**20
LATEST: Final = timedelta(minutes=10)
NEAR_PERCENT: Final = 5
#: Prints whose median is the last good price.
RECENT: Final = 5
#: Three steps from print to print, none above this, never add up to NEAR_PERCENT.
SHORT_STEP_BP: Final = 160

DUPLICATE: Final = "duplicate"
NO_PRICE_OR_SIZE: Final = "no price or size"
OUTSIDE_HOURS: Final = "outside regular hours"
TOO_LATE: Final = "reported more than 10 minutes after the trade"
FAR_OFF: Final = f"further than {NEAR_PERCENT} % from the last good price"


@dataclass(frozen=True)
class Carry:
    """Where the prints of one name stood: what the next of them are compared with.

    `reference_e4` is the last price on the grid, `direction` that of its last change (0: none so far), `recent` the
    latest RECENT prices, the last of them first; empty where none is known.
    """

    reference_e4: int = 0
    direction: int = 0
    recent: tuple[int, ...] = ()


def label(
    trades: pl.DataFrame,
    *,
    session_open: datetime | pl.Expr,
    session_close: datetime | pl.Expr,
    tick_e4: int | Mapping[str, int] = subpenny.PENNY_E4,
    carry: Carry | None = None,
    within: Sequence[str] = ("ticker",),
) -> pl.DataFrame:
    """TRADES to TRADES with LABELS, one row per print, sorted by `within` and tape order.

    Retail is signed by the sub-penny price, the rest by the tick rule. `within` names the columns whose values
    separate independent series of prints; each is whole in itself. With a `carry` (`carried` of the prints before)
    the prints are one series that goes on. Prints of several sessions are labelled at once where the hours are
    columns of the trades.
    """
    require_columns(trades, [*TRADES, *within])
    tape, repeated = in_tape_order(trades, within)
    opens, closes = _moment(session_open), _moment(session_close)
    begins = pl.any_horizontal(pl.col(column) != pl.col(column).shift(1) for column in within)
    tape = tape.with_columns(rank=conditions.rank(), usd=dollars(), begins=begins.fill_null(True))
    tape = tape.with_columns(reason=_reason(opens, closes, repeated))
    tape = tape.with_columns(reason=pl.when(_far_off(tape, carry)).then(pl.lit(FAR_OFF)).otherwise("reason"))
    counted = pl.col("reason").is_null()
    tape = tape.with_columns(
        half_hour=pl.when(counted).then(_half_hour_of_session(opens, closes)),
        retail_side=_retail_side(counted, tick_e4),
        grid=counted & subpenny.on_grid(pl.col("price_e4"), subpenny.tick(tick_e4)),
    )
    tape = tape.with_columns(kind=pl.when(counted).then(_kind()))
    tape = _with_ticks(tape, carry or Carry()).with_columns(
        core=_core(), sign=pl.when(pl.col("kind") != "auction").then(_sign())
    )
    columns = [*TRADES, *(column for column in within if column not in TRADES), *LABELS, "reference_e4", "direction"]
    return tape.select(columns)


def require_columns(frame: pl.DataFrame, columns: Sequence[str]) -> None:
    """Raises ValueError naming the columns that are missing."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise ValueError(f"prints: columns missing: {', '.join(missing)}")


def in_tape_order(trades: pl.DataFrame, within: Sequence[str] = ("ticker",)) -> tuple[pl.DataFrame, pl.Series]:
    """The prints in tape order, and which of them repeat one before."""
    if _is_in_tape_order(trades, within):
        return trades, pl.repeat(False, trades.height, eager=True)
    tape = trades.sort([*within, "sip_time", "sequence", "exchange", "id"], nulls_last=True)
    key = pl.struct(*within, *(column for column in PRINT_KEY if column not in within))
    return tape, tape.select(repeated=~key.is_first_distinct()).to_series()


def half_hour(opens: datetime | pl.Expr) -> pl.Expr:
    """Number of the half-hour since the open, by the participant's time."""
    since_open_ns = pl.col("time").to_physical() - _moment(opens).to_physical()
    return (since_open_ns // HALF_HOUR_NS).cast(pl.Int8)


def dollars() -> pl.Expr:
    """Dollars of a print, rounded to 1/USD_GRID."""
    return (pl.col("price_e4") * pl.col("size") * (USD_GRID / 10_000)).round() / USD_GRID


def tick(price: pl.Expr, lag: pl.Expr) -> pl.Expr:
    """Tick rule: 1 above the last different price, -1 below it, null at it and without one."""
    return pl.when(price > lag).then(1).when(price < lag).then(-1).cast(pl.Int8)


def carried(labelled: pl.DataFrame, before: Carry) -> Carry:
    """Where labelled prints of one name leave it."""
    if labelled.is_empty():
        return before
    priced = pl.col("reason").is_null() | (pl.col("reason") == FAR_OFF)
    prices = labelled.get_column("price_e4").filter(labelled.select(priced).to_series())
    last = prices.tail(RECENT).reverse()
    earlier = before.recent or tuple(prices.head(1)) * RECENT
    reference, direction = labelled.select("reference_e4", "direction").row(-1)
    return Carry(reference, direction, (*last, *earlier)[:RECENT])


def _moment(time: datetime | pl.Expr) -> pl.Expr:
    return pl.lit(time, dtype=UTC_NS) if isinstance(time, datetime) else time


def _is_in_tape_order(trades: pl.DataFrame, within: Sequence[str]) -> bool:
    """Whether every print comes later in its series than the one before: then none is out of place, none repeated."""
    sip, sequence = pl.col("sip_time"), pl.col("sequence")
    follows = (sip >= sip.shift(1)) & (sequence > sequence.shift(1))
    for name in reversed(within):
        series = pl.col(name)
        follows = (series > series.shift(1)) | ((series == series.shift(1)) & follows)
    return bool(trades.select(follows.slice(1).fill_null(False).all()).item())


def _reason(opens: pl.Expr, closes: pl.Expr, repeated: pl.Series) -> pl.Expr:
    """Why a print does not count whatever its price; null where it may."""
    whole = (pl.col("price_e4") > 0) & (pl.col("size") > 0)
    late_auction = conditions.is_auction(pl.col("rank")) & (pl.col("time") < closes + AUCTION_GRACE)
    in_hours = (pl.col("time") >= opens) & ((pl.col("time") < closes) | late_auction)
    return pl.coalesce(
        pl.when(pl.lit(repeated)).then(pl.lit(DUPLICATE)),
        pl.when(~whole.fill_null(False)).then(pl.lit(NO_PRICE_OR_SIZE)),
        conditions.cancelled(),
        pl.when(~in_hours.fill_null(False)).then(pl.lit(OUTSIDE_HOURS)),
        conditions.left_out(pl.col("rank")),
        pl.when(pl.col("sip_time") - pl.col("time") > LATEST).then(pl.lit(TOO_LATE)),
    )


def _far_off(tape: pl.DataFrame, carry: Carry | None) -> pl.Series:
    """Whether a print that counts by all else is too far from the last good price.

    Few are near one that may be: the medians are worked out for those alone.
    """
    price, series, begins = pl.col("price_e4"), pl.col("series"), pl.col("begins")
    prints = (
        tape.select("rank", "reason", price, row=pl.int_range(pl.len(), dtype=pl.UInt32), series=begins.cum_sum())
        .filter(pl.col("reason").is_null())
        .with_columns(begins=(series != series.shift(1)).fill_null(True), first=_first_good(carry))
        .with_columns(doubtful=_is_doubtful())
        .filter(pl.any_horizontal(pl.col("doubtful").shift(-place) for place in range(RECENT + 1)))
    )
    recent = ["price_e4", *(f"before_{place}" for place in range(1, RECENT + 1))]
    for place, column in enumerate(recent[1:]):
        first = pl.lit(carry.recent[place], pl.Int64) if carry and carry.recent else pl.col("first")
        before = pl.when("begins").then(first).otherwise(pl.col(recent[place]).shift(1))
        prints = prints.with_columns(before.alias(column))
    good = _median_of_five(*(pl.col(column) for column in recent[1:]))
    far = (100 * (price - good).abs() > NEAR_PERCENT * good) & ~conditions.is_auction(pl.col("rank"))
    rows = prints.filter(far & pl.col("doubtful")).get_column("row")
    return pl.repeat(False, tape.height, eager=True).scatter(rows, True)


def _is_doubtful() -> pl.Expr:
    """Whether a print may be too far from the median of five before it, and so from one of the last three of them: one
    of three steps to it is long, or it is among the first of its series."""
    before = pl.col("price_e4").shift(1)
    step = 10_000 * (pl.col("price_e4") - before).abs() > SHORT_STEP_BP * before
    leap = (pl.col("begins") | step).fill_null(True)
    return pl.any_horizontal(leap.shift(place, fill_value=False) for place in range(RECENT // 2 + 1))


def _first_good(carry: Carry | None) -> pl.Expr:
    """What a series' first print is held against where nothing was before: of a series that is whole in itself the
    median of its first, of one that goes on later the print itself."""
    price = pl.col("price_e4")
    return price.head(RECENT).median().over("series").cast(pl.Int64) if carry is None else price


def _median_of_five(a: pl.Expr, b: pl.Expr, c: pl.Expr, d: pl.Expr, e: pl.Expr) -> pl.Expr:
    """The middle one: `rolling_median` takes ten times as long."""
    low, high = pl.min_horizontal, pl.max_horizontal
    first, second = high(low(a, b), low(c, d)), low(high(a, b), high(c, d))
    return high(low(first, second), low(high(first, second), e))


def _half_hour_of_session(opens: pl.Expr, closes: pl.Expr) -> pl.Expr:
    last = (closes.to_physical() - opens.to_physical()) // HALF_HOUR_NS - 1
    return pl.min_horizontal(half_hour(opens), last.cast(pl.Int8))


def _retail_side(counted: pl.Expr, tick_e4: int | Mapping[str, int]) -> pl.Expr:
    """The sub-penny side of off-exchange prints; 0: not retail."""
    side = subpenny.side(pl.col("price_e4"), subpenny.tick(tick_e4))
    retail = counted & pl.col("off_exchange") & ~conditions.is_auction(pl.col("rank"))
    return pl.when(retail).then(side).otherwise(0)


def _kind() -> pl.Expr:
    retail, other, auction = (pl.lit(kind, dtype=KIND) for kind in KIND.categories)
    return (
        pl.when(conditions.is_auction(pl.col("rank")))
        .then(auction)
        .when(pl.col("retail_side") != 0)
        .then(retail)
        .otherwise(other)
    )


def _core() -> pl.Expr:
    block = (pl.col("size") >= BLOCK_SHARES) | (pl.col("usd") >= BLOCK_USD)
    return (pl.col("kind") == "other") & (conditions.is_core(pl.col("rank")) | block)


def _with_ticks(tape: pl.DataFrame, carry: Carry) -> pl.DataFrame:
    """`tick_sign` of every print (0: none), and where the rule stands after it: `reference_e4` and `direction`.

    A series' first row holds what was before it, 0 for nothing, so that filling forward never leaves the series.
    """
    price, before, change = pl.col("price_e4"), pl.col("before"), pl.col("change")
    reference = pl.when("grid").then(price).when("begins").then(carry.reference_e4).forward_fill()
    turned = pl.when(pl.col("grid") & (change != 0)).then(change).when("begins").then(carry.direction).forward_fill()
    return (
        tape.with_columns(reference_e4=reference)
        .with_columns(before=pl.when("begins").then(carry.reference_e4).otherwise(pl.col("reference_e4").shift(1)))
        .with_columns(change=pl.when(before > 0).then(tick(price, before)).fill_null(0))
        .with_columns(direction=turned)
        .with_columns(tick_sign=pl.when(change != 0).then(change).otherwise("direction"))
    )


def _sign() -> pl.Expr:
    """1 for a buy, -1 for a sell, null where neither the price nor the tick rule tells."""
    sign = pl.when(pl.col("retail_side") != 0).then("retail_side").otherwise("tick_sign")
    return pl.when(sign != 0).then(sign)
