"""Every print labelled: left out with a reason, or counted as retail, other or auction, with its side.

Order is the tape's: SIP time, then sequence. That is the order in which the prints could be seen, and it does not
change when later pages arrive; a late report keeps its place on the tape but counts in the half-hour of its
participant time.

The tick rule compares with the last different price among counted prints that stand on the tick grid, on and off
exchange. Prints between ticks (price improvement, midpoint crosses) are signed against that price but do not
become it: they are priced off the quote, and letting them in would make an exchange print at an unchanged price
look like a price change. Retail prints that stand on the grid cannot be told from others and do move it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import polars as pl

from deskview.analytics.flow import conditions, rules, subpenny
from deskview.analytics.flow.rules import Rule
from deskview.analytics.flow.schema import KIND, LABELS, PRINT_KEY, QUOTES
from deskview.market.schema import TRADES, UTC_NS

HALF_HOUR_NS: Final = 1_800_000_000_000
#: Closing crosses are reported after the bell; they count in the last half-hour's auction until then.
AUCTION_GRACE: Final = timedelta(minutes=30)
#: Institutional core: at least so many shares or so many dollars in one print.
BLOCK_SHARES: Final = 10_000
BLOCK_USD: Final = 200_000
#: Dollars are rounded to 1/USD_GRID so that sums do not depend on order.
USD_GRID: Final = 2**20

DUPLICATE: Final = "duplicate"
NO_PRICE_OR_SIZE: Final = "no price or size"
OUTSIDE_HOURS: Final = "outside regular hours"

#: Columns that remember where the tick rule stood: last grid price and the direction of the last change.
CARRY = {"ticker": pl.String(), "reference_e4": pl.Int64(), "direction": pl.Int8()}


def label(
    trades: pl.DataFrame,
    *,
    session_open: datetime | pl.Expr,
    session_close: datetime | pl.Expr,
    tick_e4: int | Mapping[str, int] = subpenny.PENNY_E4,
    quotes: pl.DataFrame | None = None,
    rule: Rule = Rule.LEE_READY,
    carry: pl.DataFrame | None = None,
    within: Sequence[str] = ("ticker",),
) -> pl.DataFrame:
    """TRADES to TRADES with LABELS, one row per print, sorted by `within` and tape order.

    Without `quotes`, retail is signed by the sub-penny price and the rest by the tick rule. With QUOTES the best
    bid and offer at the print's participant time sign retail (bought above six tenths of the spread, sold below
    four, unsigned between and where the quote is locked, crossed or one-sided) and the rest by `rule`.
    `carry` (`last_references` of the prints before) continues the tick rule. `within` names the columns whose
    values separate independent series of prints. Prints of several sessions are labelled at once where the hours
    are columns of the trades.
    """
    require_columns(trades, [*TRADES, *within])
    ordered = _in_tape_order(trades, within)
    tape = trades if ordered else trades.sort([*within, "sip_time", "sequence", "exchange", "id"], nulls_last=True)
    key = pl.struct(*within, *(column for column in PRINT_KEY if column not in within))
    repeated = pl.lit(False) if ordered else ~key.is_first_distinct()
    opens, closes = _moment(session_open), _moment(session_close)
    tape = _with_reasons(tape, opens, closes, repeated)
    tape = _with_kinds(tape, opens, closes, tick_e4)
    tape = _with_ticks(tape, tick_e4, carry, within)
    if quotes is None:
        sign = pl.when(pl.col("retail_side") != 0).then("retail_side").otherwise("tick_sign")
    else:
        tape = _with_quotes(tape, quotes)
        sign = _quote_sign(rule)
    signed = pl.col("reason").is_null() & (pl.col("kind") != "auction")
    return tape.with_columns(sign=pl.when(signed).then(sign)).select(
        [*TRADES, *(column for column in within if column not in TRADES), *LABELS, "reference_e4", "direction"]
    )


def require_columns(frame: pl.DataFrame, columns: Sequence[str]) -> None:
    """Raises ValueError naming the columns that are missing."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise ValueError(f"prints: columns missing: {', '.join(missing)}")


def _moment(time: datetime | pl.Expr) -> pl.Expr:
    return pl.lit(time, dtype=UTC_NS) if isinstance(time, datetime) else time


def half_hour(opens: datetime | pl.Expr) -> pl.Expr:
    """Number of the half-hour since the open, by the participant's time."""
    since_open_ns = pl.col("time").to_physical() - _moment(opens).to_physical()
    return (since_open_ns // HALF_HOUR_NS).cast(pl.Int8)


def dollars() -> pl.Expr:
    """Dollars of a print, rounded to 1/USD_GRID."""
    return (pl.col("price_e4") * pl.col("size") * (USD_GRID / 10_000)).round() / USD_GRID


def last_references(labelled: pl.DataFrame) -> pl.DataFrame:
    """Where the tick rule stands after these prints: CARRY, one row per name."""
    return labelled.group_by("ticker", maintain_order=True).agg(pl.col("reference_e4", "direction").last())


def _in_tape_order(trades: pl.DataFrame, within: Sequence[str]) -> bool:
    """Whether every print comes later in its series than the one before: then none is out of place, none repeated."""
    sip, sequence = pl.col("sip_time"), pl.col("sequence")
    follows = (sip >= sip.shift(1)) & (sequence > sequence.shift(1))
    for name in reversed(within):
        series = pl.col(name)
        follows = (series > series.shift(1)) | ((series == series.shift(1)) & follows)
    return bool(trades.select(follows.slice(1).fill_null(False).all()).item())


def _with_reasons(tape: pl.DataFrame, opens: pl.Expr, closes: pl.Expr, repeated: pl.Expr) -> pl.DataFrame:
    """The deciding condition's `rank` and the `reason`, null for prints that count."""
    whole = (pl.col("price_e4") > 0) & (pl.col("size") > 0)
    late_auction = conditions.is_auction(pl.col("rank")) & (pl.col("time") < closes + AUCTION_GRACE)
    in_hours = (pl.col("time") >= opens) & ((pl.col("time") < closes) | late_auction)
    return tape.with_columns(rank=conditions.rank()).with_columns(
        reason=pl.coalesce(
            pl.when(repeated).then(pl.lit(DUPLICATE)),
            pl.when(~whole.fill_null(False)).then(pl.lit(NO_PRICE_OR_SIZE)),
            conditions.cancelled(),
            pl.when(~in_hours.fill_null(False)).then(pl.lit(OUTSIDE_HOURS)),
            conditions.left_out(pl.col("rank")),
        )
    )


def _with_kinds(tape: pl.DataFrame, opens: pl.Expr, closes: pl.Expr, tick_e4: int | Mapping[str, int]) -> pl.DataFrame:
    """Half-hour, dollars, the sub-penny side of off-exchange prints (0: not retail), the kind and the core mark."""
    counted = pl.col("reason").is_null()
    last = (closes.to_physical() - opens.to_physical()) // HALF_HOUR_NS - 1
    auction = conditions.is_auction(pl.col("rank"))
    side = subpenny.side(pl.col("price_e4"), subpenny.tick(tick_e4))
    retail = counted & pl.col("off_exchange") & ~auction & (side != 0)
    block = (pl.col("size") >= BLOCK_SHARES) | (pl.col("usd") >= BLOCK_USD)
    kind = pl.when(auction).then(pl.lit("auction")).when(pl.col("retail_side") != 0).then(pl.lit("retail"))
    return (
        tape.with_columns(usd=dollars(), retail_side=pl.when(retail).then(side).otherwise(0))
        .with_columns(
            half_hour=pl.when(counted).then(pl.min_horizontal(half_hour(opens), last.cast(pl.Int8))),
            kind=pl.when(counted).then(kind.otherwise(pl.lit("other")).cast(KIND)),
        )
        .with_columns(core=(pl.col("kind") == "other") & (conditions.is_core(pl.col("rank")) | block))
    )


def _with_ticks(
    tape: pl.DataFrame, tick_e4: int | Mapping[str, int], carry: pl.DataFrame | None, within: Sequence[str]
) -> pl.DataFrame:
    """`tick_sign` of every print, and the carry after it: `reference_e4` and `direction`."""
    if carry is None or carry.is_empty():
        tape = tape.with_columns(
            pl.lit(None, dtype=dtype).alias(name) for name, dtype in CARRY.items() if name != "ticker"
        )
    else:
        tape = tape.join(carry, on="ticker", how="left", maintain_order="left")
    grid = pl.col("reason").is_null() & subpenny.on_grid(pl.col("price_e4"), subpenny.tick(tick_e4))
    price = pl.col("price_e4")
    seen = pl.when(grid).then(price).forward_fill().over(within)
    before = pl.coalesce(seen.shift(1).over(within), "reference_e4")
    tape = tape.with_columns(before=before, grid=grid)
    change = rules.tick(price, pl.col("before"))
    tape = tape.with_columns(change=change)
    turned = pl.coalesce(pl.when("grid").then("change").forward_fill().over(within), "direction")
    tape = tape.with_columns(turned=turned)
    return tape.with_columns(
        tick_sign=pl.coalesce("change", "turned"),
        reference_e4=pl.when("grid").then(price).otherwise("before"),
        direction=pl.col("turned"),
    )


def _with_quotes(tape: pl.DataFrame, quotes: pl.DataFrame) -> pl.DataFrame:
    """The quote at each print's participant time; null where it is locked, crossed or one-sided."""
    require_columns(quotes, list(QUOTES))
    usable = pl.col("ask_e4") > pl.col("bid_e4")
    book = quotes.select(list(QUOTES)).sort("ticker", "time", maintain_order=True)
    book = book.with_columns(pl.when(usable & (pl.col("bid_e4") > 0)).then(pl.col("bid_e4", "ask_e4")))
    return (
        tape.with_row_index("row")
        .sort("ticker", "time", "row")
        .join_asof(book, on="time", by="ticker", strategy="backward", check_sortedness=False)
        .sort("row")
        .drop("row")
    )


def _quote_sign(rule: Rule) -> pl.Expr:
    """Retail by its position between bid and ask (Barber et al. 2024), the rest by the rule."""
    price, bid, ask = pl.col("price_e4"), pl.col("bid_e4"), pl.col("ask_e4")
    place, spread = 10 * (price - bid), ask - bid
    midpoint = pl.when(place > 6 * spread).then(1).when(place < 4 * spread).then(-1).cast(pl.Int8)
    other = rules.classify(rule, price, bid, ask, pl.col("tick_sign"))
    return pl.when(pl.col("retail_side") != 0).then(midpoint).otherwise(other)
