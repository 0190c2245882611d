"""Half-hour sums of labelled prints, and a state that takes prints page by page.

`advance` gives the same sums as one pass over all prints, however they are cut into pages and however far a page
reaches back over prints already counted: what the next print is compared with is carried, and prints of the last
OVERLAP are remembered by their key.

Prints may be taken back after they were counted, and the wire tells in two ways. A record of its own follows later,
with the id of the print it cancels or corrects: the print's dollars are taken out again as soon as that record comes,
if it comes within REMEMBERED. Or the print is flagged in its old place on the tape, which no later page shows: only
reading the session again finds it. What a taken-back print did to the tick rule of the prints after it is not undone
before then.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

import polars as pl

from deskview.analytics.flow import label as labels
from deskview.analytics.flow.conditions import CANCELLED
from deskview.analytics.flow.label import Carry
from deskview.analytics.flow.schema import FLOW_BARS, KIND, PRINT_KEY
from deskview.analytics.flow.subpenny import PENNY_E4
from deskview.market.schema import TRADES, UTC_NS, empty

#: How far back of a name's last print pages may overlap; older prints are taken to have been counted.
OVERLAP: Final = timedelta(seconds=10)
BEHIND: Final = "behind the prints already counted"
#: How long what a print was counted as is remembered, by SIP time. Cancels come within minutes, and half an hour of the
#: busiest session is some two million prints; of older ones only that they were counted is known.
REMEMBERED: Final = timedelta(minutes=30)
TAKEN_BACK: Final = "cancelled or corrected after it was counted"
TAKEN_BACK_LATE: Final = (
    "cancelled or corrected more than half an hour after it was counted: taken out when the session is read again "
    "after its close"
)
CORRECTED: Final = 1
OVERLAP_NS, REMEMBERED_NS = (int(time.total_seconds()) * 1_000_000_000 for time in (OVERLAP, REMEMBERED))
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SHORT: Final = 2**32 - 1
#: Closes above it are none: no share costs that much.
HIGHEST_USD: Final = 1e9
#: Prints labelled at once: each takes some 300 bytes meanwhile.
SLICE: Final = 100_000

SUMS: Final = [column for column in FLOW_BARS if column not in ("ticker", "session", "half_hour")]
#: What a page may repeat.
_TAIL = {column: TRADES[column] for column in (*PRINT_KEY, "sip_time")}
#: What is remembered of a counted print.
_COUNTED = {
    "print": pl.UInt64(),
    "sequence": pl.Int64(),
    "sip_time": UTC_NS,
    "half_hour": pl.Int8(),
    "kind": KIND,
    "core": pl.Boolean(),
    "sign": pl.Int8(),
    "usd": pl.Float64(),
}
#: The same of prints just counted, with their place among the page's.
_FRESH = {**_COUNTED, "row": pl.UInt32()}


def half_hours(labelled: pl.DataFrame, session: date) -> pl.DataFrame:
    """Labelled prints to FLOW_BARS, sorted by name and half-hour; half-hours without prints have no row."""
    usd, buy, sell = pl.col("usd"), pl.col("sign") == 1, pl.col("sign") == -1
    retail, other, auction = (pl.col("kind") == kind for kind in ("retail", "other", "auction"))
    return (
        labelled.select("ticker", "half_hour", "kind", "core", "sign", "usd", "reason")
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


@dataclass(frozen=True, eq=False)
class _Name:
    """What is remembered of one name's prints, up to that at `last` (SIP time in ns): the `tail` of OVERLAP, those
    `counted` that may be taken back, marks of those `forgotten` since (four bytes each)."""

    last: int = 0
    carry: Carry = field(default_factory=Carry)
    tail: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_TAIL))
    counted: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_COUNTED))
    forgotten: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.UInt32))


@dataclass(frozen=True, eq=False)
class FlowState:
    """The prints of one session counted so far.

    `closes`: the names' closes before, USD on the session's share basis, what their first prints are held against; the
    first print of a name without one counts whatever its price. `bars`: FLOW_BARS. `left_out`: prints left out, by
    reason.
    """

    session: date
    session_open: datetime
    session_close: datetime
    tick_e4: int | Mapping[str, int] = PENNY_E4
    closes: Mapping[str, float] = field(default_factory=dict, repr=False)
    bars: pl.DataFrame = field(default_factory=lambda: empty(FLOW_BARS), repr=False)
    left_out: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, _Name] = field(default_factory=dict, repr=False)

    @property
    def last_time(self) -> Mapping[str, datetime]:
        """Per name the SIP time of the last print taken, from where to fetch on: what comes twice is recognised."""
        return {ticker: EPOCH + timedelta(microseconds=name.last // 1000) for ticker, name in self.names.items()}

    @property
    def remembered(self) -> int:
        """How many counted prints are remembered, as they may be taken back."""
        return sum(name.counted.height for name in self.names.values())


def of_names(state: FlowState, tickers: Sequence[str]) -> FlowState:
    """The state with the sums of these names alone."""
    return replace(state, bars=state.bars.filter(pl.col("ticker").is_in(list(tickers))))


def advance(state: FlowState, trades: pl.DataFrame) -> FlowState:
    """The state with a page of TRADES counted too; names and rows in any order, overlap with earlier pages allowed."""
    labels.require_columns(trades, list(TRADES))
    tickers = trades.get_column("ticker").unique().sort()
    for ticker in tickers:
        page = trades.filter(pl.col("ticker") == ticker) if tickers.len() > 1 else trades
        state = _advance_name(state, ticker, page)
    return state


def _advance_name(state: FlowState, ticker: str, page: pl.DataFrame) -> FlowState:
    name = state.names.get(ticker) or _Name(carry=_from_close(state.closes.get(ticker)))
    new, skipped = _unseen(name, page)
    tape, repeated = labels.in_tape_order(page.filter(new))
    skipped |= {labels.DUPLICATE: int(repeated.sum())}
    state = replace(state, left_out=_add_counts(state.left_out, skipped))
    state, name = _without_flagged(state, ticker, name, page.filter(~new))
    for part in tape.filter(~repeated).iter_slices(SLICE):
        state, name = _count(state, ticker, name, part)
    return state


def _from_close(close: float | None) -> Carry:
    """What the first prints of a session are held against."""
    if close is None or not 0 < close < HIGHEST_USD:
        return Carry()
    return Carry(recent=(round(close * 10_000),) * labels.RECENT)


def _unseen(name: _Name, page: pl.DataFrame) -> tuple[pl.Series, dict[str, int]]:
    """Which prints of the page were not counted yet, and how many are left aside by reason.

    Those that were counted are none of these: they come again because they are asked for again.
    """
    if not name.last:
        return pl.repeat(True, page.height, eager=True), {}
    current = page.select(_sip_ns() >= name.last - OVERLAP_NS).to_series()
    alike = pl.col("sequence").is_in(name.tail.get_column("sequence").implode()).fill_null(True)
    rows = page.select(*PRINT_KEY, row=pl.int_range(pl.len(), dtype=pl.UInt32)).filter(
        current & page.select(alike).to_series()
    )
    again = rows.join(name.tail, on=list(PRINT_KEY), how="semi", nulls_equal=True).get_column("row")
    skipped = {BEHIND: page.height - int(current.sum())}
    return current.scatter(again, False), skipped


def _without_flagged(state: FlowState, ticker: str, name: _Name, seen: pl.DataFrame) -> tuple[FlowState, _Name]:
    """Both without the prints that were counted and are cancelled in their place when they are sent again."""
    flagged = seen.filter(pl.col("correction").is_in(CANCELLED)).select(_mark(), "sequence")
    if flagged.is_empty():
        return state, name
    back = name.counted.join(flagged, on=["print", "sequence"], how="semi")
    rest = name.counted.join(flagged, on=["print", "sequence"], how="anti", maintain_order="left")
    state, name = _without(state, ticker, back), replace(name, counted=rest)
    counts = _add_counts(state.left_out, {TAKEN_BACK: back.height})
    return replace(state, left_out=counts, names={**state.names, ticker: name}), name


def _count(state: FlowState, ticker: str, name: _Name, part: pl.DataFrame) -> tuple[FlowState, _Name]:
    """The state and the name after new prints in tape order."""
    labelled = labels.label(
        part,
        session_open=state.session_open,
        session_close=state.session_close,
        tick_e4=state.tick_e4,
        carry=name.carry,
    )
    last = max(name.last, labelled.select(_sip_ns().max()).item())
    recent = _sip_ns() >= last - OVERLAP_NS
    tail = pl.concat([name.tail.filter(recent), _by_itself(labelled.filter(recent).select(list(_TAIL)))])
    name = replace(name, last=last, carry=labels.carried(labelled, name.carry), tail=tail)
    state = replace(
        state,
        bars=add_bars(state.bars, half_hours(labelled, state.session)),
        left_out=_add_counts(state.left_out, left_out(labelled)),
    )
    taking = pl.col("correction").is_in([CORRECTED, *CANCELLED]) & pl.col("id").is_not_null()
    rows = labelled.with_row_index("row")
    return _settle(state, ticker, name, _counted(rows), rows.filter(taking))


def _by_itself(tail: pl.DataFrame) -> pl.DataFrame:
    """The same in memory of its own: a part of a page is kept as a view, and holds the whole page with it."""
    return pl.DataFrame(tail.rows(), schema=_TAIL, orient="row")


def _counted(labelled: pl.DataFrame) -> pl.DataFrame:
    """Those of the labelled prints that count and have an id, as they are remembered, and their `row`."""
    held = labelled.filter(pl.col("reason").is_null() & pl.col("id").is_not_null())
    return held.with_columns(_mark()).select(list(_FRESH))


def _settle(
    state: FlowState, ticker: str, name: _Name, fresh: pl.DataFrame, records: pl.DataFrame
) -> tuple[FlowState, _Name]:
    """Both after the records: prints they take back are out of the sums, the rest is remembered.

    `fresh` are the prints just counted, `records` those that take prints back; both with their `row` on the page.
    """
    held, forgotten = pl.concat([name.counted, fresh.drop("row")], rechunk=False), name.forgotten
    if not records.is_empty():
        rows = pl.concat([pl.repeat(None, name.counted.height, dtype=pl.UInt32, eager=True), fresh.get_column("row")])
        asked = records.select("row", _mark(), "sip_time")
        remembered = held.select("print", "sip_time", row=rows).with_row_index("place")
        concerned = remembered.filter(pl.col("print").is_in(asked.get_column("print").implode()))
        verdict = _judge(
            pl.concat([concerned, asked], how="diagonal").sort("row", "place", nulls_last=False, maintain_order=True),
            set(forgotten.filter(forgotten.is_in(asked.select(_short()).to_series().implode()))),
        )
        state = _without(state, ticker, held[verdict.back + verdict.void])
        counts = {TAKEN_BACK: len(verdict.back), TAKEN_BACK_LATE: verdict.late}
        state = replace(state, left_out=_add_counts(state.left_out, counts))
        gone = pl.int_range(pl.len()).is_in(verdict.back + verdict.void + verdict.settled)
        held, forgotten = held.filter(~gone), forgotten.filter(~forgotten.is_in(verdict.found))
    old = _sip_ns() < name.last - OVERLAP_NS - REMEMBERED_NS
    forgotten = pl.concat([forgotten, held.filter(old).select(_short()).to_series()], rechunk=False)
    name = replace(name, counted=held.filter(~old), forgotten=forgotten)
    return replace(state, names={**state.names, ticker: name}), name


class _Verdict(NamedTuple):
    """What becomes of remembered prints, by their place: `back` are taken back, `settled` would be but for the `late`
    record, `void` are corrected prints whose first form still counts. `found` are marks of forgotten prints."""

    back: list[int]
    void: list[int]
    settled: list[int]
    found: list[int]
    late: int


def _judge(events: pl.DataFrame, forgotten: set[int]) -> _Verdict:
    """Remembered prints and records (without a place) in the order of the tape, by mark."""
    back, void, settled, found = list[int](), list[int](), list[int](), list[int]()
    counted, late = defaultdict[int, list[tuple[int, int]]](list), set[int]()
    columns = events.select("place", "row", "print", _sip_ns())
    for place, row, mark, sip in columns.iter_rows():
        if place is not None and row in late:
            void.append(place)
        elif place is not None:
            counted[mark].append((sip, place))
        else:
            before = counted.pop(mark, [])
            in_time = [place for then, place in before if sip - then <= REMEMBERED_NS]
            too_old = [place for then, place in before if sip - then > REMEMBERED_NS]
            back += in_time
            settled += too_old
            if too_old or mark & SHORT in forgotten:
                late.add(row)
                found.append(mark & SHORT)
                forgotten.discard(mark & SHORT)
    return _Verdict(back, void, settled, found, len(late))


def _without(state: FlowState, ticker: str, back: pl.DataFrame) -> FlowState:
    """The state without prints that were counted."""
    if back.is_empty():
        return state
    labelled = back.with_columns(ticker=pl.lit(ticker), reason=pl.lit(None, pl.String))
    less = half_hours(labelled, state.session).with_columns(-pl.col(SUMS))
    bars = add_bars(state.bars, less).filter((pl.col("prints") > 0) | (pl.col("auction_usd") > 0))
    return replace(state, bars=bars)


def _add_counts(first: Mapping[str, int], second: Mapping[str, int]) -> dict[str, int]:
    both = {reason: first.get(reason, 0) + second.get(reason, 0) for reason in (*first, *second)}
    return {reason: count for reason, count in both.items() if count}


def _sip_ns() -> pl.Expr:
    return pl.col("sip_time").to_physical()


def _mark() -> pl.Expr:
    """What identifies a print of a name across the records that speak of it; a null id identifies none."""
    return pl.struct(pl.col(column).cast(TRADES[column]) for column in ("id", "exchange")).hash(seed=7).alias("print")


def _short() -> pl.Expr:
    """The part of a mark that is kept of a forgotten print."""
    return (pl.col("print") & SHORT).cast(pl.UInt32)
