"""Half-hour sums of labelled prints, and a state that takes prints page by page.

`advance` gives the same sums as one pass over all prints, however they are cut into pages and however far a page
reaches back over prints already counted: the tick rule is carried, and prints of the last OVERLAP are remembered
by their key.

Prints may be taken back after they were counted, and the wire tells in two ways. A record of its own follows later,
with the id of the print it cancels or corrects: the print's dollars are taken out again as soon as that record comes.
Or the print is flagged in its old place on the tape, which no later page shows: only reading the session again finds
it. What a taken-back print did to the tick rule of the prints after it is not undone before then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final

import polars as pl

from deskview.analytics.flow import label as labels
from deskview.analytics.flow import subpenny
from deskview.analytics.flow.conditions import CANCELLED
from deskview.analytics.flow.rules import Rule
from deskview.analytics.flow.schema import FLOW_BARS, FLOW_DAYS, KIND, PRINT_KEY
from deskview.analytics.flow.subpenny import PENNY_E4
from deskview.market.schema import TRADES, UTC_NS, empty

#: How far back of a name's last print pages may overlap; older prints are taken to have been counted.
OVERLAP: Final = timedelta(seconds=10)
BEHIND: Final = "behind the prints already counted"

SUMS: Final = [column for column in FLOW_BARS if column not in ("ticker", "session", "half_hour")]
_TAIL = {**{column: TRADES[column] for column in PRINT_KEY}, "sip_time": UTC_NS}

TAKEN_BACK = "cancelled or corrected after it was counted"
CORRECTED = 1
#: What identifies a print across the records that speak of it; a null id identifies none.
NAMED = ("ticker", "id", "exchange")
#: What is remembered of every counted print, a few bytes each.
COUNTED = {
    "print": pl.UInt64(),
    "ticker": pl.Categorical(),
    "half_hour": pl.Int8(),
    "kind": KIND,
    "core": pl.Boolean(),
    "sign": pl.Int8(),
    "usd": pl.Float64(),
}


def half_hours(labelled: pl.DataFrame, session: date) -> pl.DataFrame:
    """Labelled prints to FLOW_BARS, sorted by name and half-hour; half-hours without prints have no row."""
    usd, buy, sell = pl.col("usd"), pl.col("sign") == 1, pl.col("sign") == -1
    retail, other, auction = (pl.col("kind") == kind for kind in ("retail", "other", "auction"))
    return (
        labelled.lazy()
        .filter(pl.col("reason").is_null())
        .group_by("ticker", "half_hour")
        .agg(
            retail_buy_usd=usd.filter(retail & buy).sum(),
            retail_sell_usd=usd.filter(retail & sell).sum(),
            other_buy_usd=usd.filter(other & buy).sum(),
            other_sell_usd=usd.filter(other & sell).sum(),
            core_buy_usd=usd.filter(pl.col("core") & buy).sum(),
            core_sell_usd=usd.filter(pl.col("core") & sell).sum(),
            unsigned_usd=usd.filter(pl.col("sign").is_null() & ~auction).sum(),
            auction_usd=usd.filter(auction).sum(),
            retail_prints=retail.sum().cast(pl.Int64),
            prints=(~auction).sum().cast(pl.Int64),
        )
        .with_columns(session=pl.lit(session))
        .select(list(FLOW_BARS))
        .sort("ticker", "half_hour")
        .collect()
    )


def retail_half_hours(
    trades: pl.DataFrame,
    *,
    session_open: datetime,
    session_close: datetime,
    tick_e4: int | Mapping[str, int] = PENNY_E4,
) -> pl.DataFrame:
    """Retail alone, straight from TRADES: (ticker, half_hour, retail_buy_usd, retail_sell_usd, retail_prints).

    The quick look at a table already cleaned: no duplicates, no cancelled prints, only conditions that count.
    """
    price, bought, usd = pl.col("price_e4"), pl.col("side") == 1, pl.col("usd")
    return (
        trades.lazy()
        .filter(pl.col("off_exchange") & pl.col("time").is_between(session_open, session_close, closed="left"))
        .select(
            "ticker",
            half_hour=labels.half_hour(session_open),
            side=subpenny.side(price, subpenny.tick(tick_e4)),
            usd=labels.dollars(),
        )
        .filter(pl.col("side") != 0)
        .select(
            "ticker",
            "half_hour",
            retail_buy_usd=pl.when(bought).then(usd).otherwise(0.0),
            retail_sell_usd=pl.when(bought).then(0.0).otherwise(usd),
        )
        .group_by("ticker", "half_hour")
        .agg(pl.col("retail_buy_usd", "retail_sell_usd").sum(), retail_prints=pl.len().cast(pl.Int64))
        .sort("ticker", "half_hour")
        .collect(engine="streaming")
    )


def left_out(labelled: pl.DataFrame) -> dict[str, int]:
    """Number of prints left out, by reason, most frequent first."""
    counts = (
        labelled.get_column("reason").drop_nulls().value_counts().sort(["count", "reason"], descending=[True, False])
    )
    return dict(counts.iter_rows())


def add_bars(first: pl.DataFrame, second: pl.DataFrame) -> pl.DataFrame:
    """The sum of two FLOW_BARS tables, row by row; exact."""
    if first.is_empty() or second.is_empty():
        return second if first.is_empty() else first
    both = pl.concat([first, second]).group_by("ticker", "session", "half_hour").agg(pl.col(SUMS).sum())
    return both.select(list(FLOW_BARS)).sort("ticker", "session", "half_hour")


def day_totals(bars: pl.DataFrame) -> pl.DataFrame:
    """FLOW_BARS to FLOW_DAYS: one row per session over all names."""
    dollars = ["retail_buy_usd", "retail_sell_usd", "other_buy_usd", "other_sell_usd"]
    names = pl.col("ticker").filter(pl.col("prints") > 0).n_unique().cast(pl.Int64).alias("names")
    days = bars.group_by("session").agg(pl.col(*dollars, "prints").sum(), names)
    return days.select(list(FLOW_DAYS)).sort("session")


@dataclass(frozen=True, eq=False)
class FlowState:
    """The prints of one session counted so far.

    `bars`: FLOW_BARS. `left_out`: prints left out by reason. `last_time`: per name the SIP time of the last print
    taken, from where to fetch on (inclusive: what comes twice is recognised).
    """

    session: date
    session_open: datetime
    session_close: datetime
    tick_e4: int | Mapping[str, int] = PENNY_E4
    rule: Rule = Rule.LEE_READY
    bars: pl.DataFrame = field(default_factory=lambda: empty(FLOW_BARS), repr=False)
    carry: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=labels.CARRY), repr=False)
    tail: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_TAIL), repr=False)
    counted: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=COUNTED), repr=False)
    left_out: Mapping[str, int] = field(default_factory=dict)
    last_time: Mapping[str, datetime] = field(default_factory=dict)


def of_names(state: FlowState, tickers: Sequence[str]) -> FlowState:
    """The state with the sums of these names alone."""
    return replace(state, bars=state.bars.filter(pl.col("ticker").is_in(list(tickers))))


def advance(state: FlowState, trades: pl.DataFrame, quotes: pl.DataFrame | None = None) -> FlowState:
    """The state with a page of TRADES counted too; names and rows in any order, overlap with earlier pages allowed."""
    fresh, skipped = _unseen(state, trades)
    state = _without(state, taken_back(state.counted, trades, fresh))
    state = replace(state, left_out=_add_counts(state.left_out, skipped))
    return state if fresh.is_empty() else _count(state, fresh, quotes)


def _without(state: FlowState, back: pl.DataFrame) -> FlowState:
    """The state without prints that were counted and are taken back."""
    if back.is_empty():
        return state
    labelled = back.with_columns(pl.col("ticker").cast(pl.String), reason=pl.lit(None, pl.String))
    less = half_hours(labelled, state.session).with_columns(-pl.col(SUMS))
    bars = add_bars(state.bars, less).filter((pl.col("prints") > 0) | (pl.col("auction_usd") > 0))
    return replace(
        state,
        bars=bars,
        counted=state.counted.filter(~pl.col("print").is_in(back.get_column("print").implode())),
        left_out=_add_counts(state.left_out, {TAKEN_BACK: back.height}),
    )


def _count(state: FlowState, fresh: pl.DataFrame, quotes: pl.DataFrame | None) -> FlowState:
    standing, back = without_taken_back(fresh)
    labelled = labels.label(
        standing,
        session_open=state.session_open,
        session_close=state.session_close,
        tick_e4=state.tick_e4,
        quotes=quotes,
        rule=state.rule,
        carry=state.carry,
    )
    moved = labels.last_references(labelled)
    carry = pl.concat([state.carry.join(moved, on="ticker", how="anti"), moved])
    tail = _trim(pl.concat([state.tail, fresh.select(list(_TAIL))]))
    latest = tail.group_by("ticker").agg(pl.col("sip_time").max()).sort("ticker")
    return replace(
        state,
        bars=add_bars(state.bars, half_hours(labelled, state.session)),
        carry=carry.sort("ticker"),
        tail=tail,
        counted=pl.concat([state.counted, counted(labelled)], rechunk=False),
        left_out=_add_counts(_add_counts(state.left_out, left_out(labelled)), {TAKEN_BACK: back}),
        last_time=dict(latest.iter_rows()),
    )


def _unseen(state: FlowState, trades: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """The prints not counted yet, and how many were left aside by reason."""
    labels.require_columns(trades, list(TRADES))
    if state.tail.is_empty():
        return trades, {}
    floor = state.tail.group_by("ticker").agg(floor=pl.col("sip_time").max() - OVERLAP)
    placed = trades.join(floor, on="ticker", how="left", maintain_order="left")
    current = placed.filter((pl.col("sip_time") >= pl.col("floor")).fill_null(True)).drop("floor")
    fresh = current.join(state.tail, on=list(PRINT_KEY), how="anti", nulls_equal=True, maintain_order="left")
    return fresh, {BEHIND: trades.height - current.height, labels.DUPLICATE: current.height - fresh.height}


def _trim(tail: pl.DataFrame) -> pl.DataFrame:
    """The keys of the prints that a later page may still repeat."""
    return tail.filter(pl.col("sip_time") >= pl.col("sip_time").max().over("ticker") - OVERLAP)


def _add_counts(first: Mapping[str, int], second: Mapping[str, int]) -> dict[str, int]:
    both = {reason: first.get(reason, 0) + second.get(reason, 0) for reason in (*first, *second)}
    return {reason: count for reason, count in both.items() if count}


def counted(labelled: pl.DataFrame) -> pl.DataFrame:
    """COUNTED of the labelled prints that count and have an id."""
    held = labelled.filter(pl.col("reason").is_null() & pl.col("id").is_not_null())
    return held.select(
        _name().alias("print"), *(pl.col(column).cast(kind) for column, kind in COUNTED.items() if column != "print")
    )


def without_taken_back(fresh: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """A page without the prints another record of the same page takes back, and their number."""
    code = pl.col("correction").fill_null(0)
    later = fresh.filter(code.is_in([CORRECTED, *CANCELLED]) & pl.col("id").is_not_null())
    if later.is_empty():
        return fresh, 0
    rows = fresh.with_row_index("row")
    back = rows.filter(code == 0).join(later.select(NAMED), on=list(NAMED), how="semi")
    return rows.join(back.select("row"), on="row", how="anti", maintain_order="left").select(list(TRADES)), back.height


def taken_back(held: pl.DataFrame, page: pl.DataFrame, fresh: pl.DataFrame) -> pl.DataFrame:
    """Of the remembered prints those a page takes back.

    A cancel counts wherever it stands in the page, a correction only where it was not seen before.
    """
    code = pl.col("correction").fill_null(0)
    records = pl.concat(
        [
            page.filter(code.is_in(CANCELLED) & pl.col("id").is_not_null()).select(NAMED),
            fresh.filter((code == CORRECTED) & pl.col("id").is_not_null()).select(NAMED),
        ]
    )
    if records.is_empty():
        return held.clear()
    return held.filter(pl.col("print").is_in(records.select(_name()).to_series().implode()))


def _name() -> pl.Expr:
    return pl.struct(pl.col(column).cast(TRADES[column]) for column in NAMED).hash(seed=7)
