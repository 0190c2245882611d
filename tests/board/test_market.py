"""What passes as live: the gate in the board, the age of the data, and no row that moves a headline unseen."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import httpx
import msgspec
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskview.board import Board, Built, Inputs, Notice, Part, Status, build, build_board
from deskview.board.export import board_to_builtins
from deskview.market.schema import SNAPSHOT
from deskview.providers.massive import tables, wire
from deskview.providers.massive.cleaning import Rejects
from tests.feed.altered import SNAPSHOT as PATH
from tests.feed.markets import transport

FIVE_TO_FOUR = datetime(2026, 2, 4, 20, 55, tzinfo=UTC)
BELL = FIVE_TO_FOUR + timedelta(minutes=5)
MARKET = ("momentum", "breadth", "rotation", "leverage")
ROW = msgspec.json.Decoder(wire.SnapshotRow)


@pytest.fixture
def inputs(earlier: Board) -> Inputs:
    """What the board of five to four is made of, but for the prints."""
    return Inputs(
        source=earlier.source,
        now=FIVE_TO_FOUR,
        phase="open",
        session=earlier.session,
        basis=earlier.basis,
        snapshot=earlier.snapshot,
        snapshot_at=FIVE_TO_FOUR,
    )


def later(inputs: Inputs, change: Callable[[pl.DataFrame], pl.DataFrame], seconds: float = 10) -> Inputs:
    """The next refresh, with a changed snapshot."""
    assert inputs.snapshot is not None
    at = FIVE_TO_FOUR + timedelta(seconds=seconds)
    return replace(inputs, snapshot=change(inputs.snapshot), snapshot_at=at, now=at, snapshot_received=seconds)


def moved(table: pl.DataFrame, seconds: float = 10) -> pl.DataFrame:
    """The same snapshot with all its times later."""
    times = [name for name, kind in SNAPSHOT.items() if kind == SNAPSHOT["updated"]]
    return table.with_columns(pl.col(name).dt.offset_by(f"{seconds:g}s") for name in times)


def half(table: pl.DataFrame) -> pl.DataFrame:
    return table.gather_every(2)


def test_an_ordinary_board_is_live_and_as_old_as_its_newest_price(inputs: Inputs) -> None:
    board = build_board(inputs)
    for name in MARKET:
        part = board.parts[name]
        assert (part.status, part.doubt) == (Status.LIVE, ""), name
        assert part.data_as_of is not None
        assert timedelta(0) <= FIVE_TO_FOUR - part.data_as_of < timedelta(minutes=1)
        assert part.age_at(part.received + 30, 1) == pytest.approx((part.age_s or 0) + 30)
        assert part.age_at(part.received + 3, 10) == pytest.approx((part.age_s or 0) + 30)


def test_half_a_snapshot_leaves_the_figures_and_says_so_on_every_part_that_rests_on_it(inputs: Inputs) -> None:
    good = build(inputs)
    board = build_board(later(inputs, half), good)
    names = inputs.snapshot.height if inputs.snapshot is not None else 0
    sentence = f"{(names + 1) // 2:,} of {names:,} names came; figures are of 15:54:59"
    for name in MARKET:
        part, before = board.parts[name], good.board.parts[name]
        assert (part.status, part.doubt) == (Status.DOUBT, sentence)
        assert part.value == before.value
        assert (part.as_of, part.received, part.data_as_of) == (before.as_of, before.received, before.data_as_of)
    plain = board_to_builtins(board)
    assert plain["momentum"]["status"] == "doubt"
    assert plain["momentum"]["doubt"] == sentence
    assert plain["flow"]["doubt"] is None
    assert plain["as_of"] == "2026-02-04T20:55:00Z"
    assert board.snapshot is inputs.snapshot


def test_when_the_market_is_whole_again_nothing_is_left_of_it(inputs: Inputs) -> None:
    doubted = build(later(inputs, half), build(inputs))
    whole = later(inputs, lambda table: moved(table, 20), 20)
    board, fresh = build_board(whole, doubted), build_board(whole)
    assert {name: board.parts[name].value for name in MARKET} == {name: fresh.parts[name].value for name in MARKET}
    assert all(board.parts[name].status is Status.LIVE for name in MARKET)


def test_a_doubt_on_a_cold_start_is_shown_beside_the_figures_there_are(inputs: Inputs) -> None:
    board = build_board(later(inputs, half))
    part = board.momentum
    assert part.status is Status.DOUBT
    assert part.value is not None
    assert "names of the last session came" in part.doubt


def test_kept_figures_are_made_anew_with_other_closes(inputs: Inputs) -> None:
    """A rebuilt basis may have found a split: what is kept is measured against its closes."""
    basis = inputs.basis
    assert basis is not None
    closes = basis.prices.closes.with_columns(pl.col("cash_usd") + 0.01)
    other = replace(basis, prices=replace(basis.prices, closes=closes))
    doubted = build(replace(later(inputs, half), basis=other), build(inputs))
    assert doubted.board.momentum.status is Status.DOUBT
    fresh = build_board(replace(inputs, basis=other))
    assert doubted.board.momentum.value == fresh.momentum.value


def test_a_frozen_snapshot_gets_old_though_it_comes_every_time(inputs: Inputs) -> None:
    before, statuses = build(inputs), []
    for seconds in (10, 40, 70, 130):
        before = build(later(inputs, lambda table: table.clone(), seconds), before)
        statuses.append(before.board.momentum.status)
    assert statuses[0] is Status.LIVE
    assert statuses[-2:] == [Status.STALE] * 2
    assert (before.board.momentum.age_s or 0) >= 130


def test_times_of_a_day_ago_are_no_live_market(inputs: Inputs) -> None:
    board = build_board(later(inputs, lambda table: moved(table, -86_400)))
    assert board.momentum.status is Status.DOUBT
    assert "last trades are of another day" in board.momentum.doubt
    assert board.momentum.data_as_of is not None
    assert FIVE_TO_FOUR - board.momentum.data_as_of > timedelta(hours=23)


def test_a_delayed_plan_is_not_stale_for_its_delay(inputs: Inputs) -> None:
    late = later(inputs, lambda table: moved(table, -890))
    assert build_board(late).momentum.status is Status.STALE
    at = FIVE_TO_FOUR - timedelta(seconds=890)
    part = build_board(replace(late, snapshot_at=at, delay_s=900)).momentum
    assert (part.status, part.delay_s, part.as_of) == (Status.LIVE, 900, at)
    assert part.age_s is not None
    assert part.age_s < 60


def test_from_the_close_on_the_figures_are_final(board: Board) -> None:
    closed = Inputs(
        source=board.source, now=BELL, phase="closed", session=board.session, basis=board.basis,
        snapshot=board.snapshot, snapshot_at=BELL + timedelta(hours=5),
    )  # fmt: skip
    part = build_board(closed).momentum
    assert (part.status, part.age_s) == (Status.LIVE, None)
    assert part.data_as_of == BELL


def test_when_hardly_anything_of_the_index_trades_in_the_open_market_all_is_stale(inputs: Inputs) -> None:
    assert inputs.basis is not None
    assert inputs.basis.momentum is not None
    legs = set(inputs.basis.momentum.ranked)

    def halted(table: pl.DataFrame) -> pl.DataFrame:
        old = pl.col("ticker").is_in(list(legs))
        times = ("trade_time", "minute_time", "updated")
        return table.with_columns(
            pl.when(old).then(pl.col(t).dt.offset_by("-10m")).otherwise(t).alias(t) for t in times
        )

    board = build_board(later(inputs, halted), build(inputs))
    for name in MARKET:
        assert board.parts[name].status is Status.STALE
        assert "names of the index traded within the last minutes." in board.parts[name].note


def test_an_index_fund_that_has_not_traded_for_minutes_makes_all_stale(inputs: Inputs) -> None:
    def halted(table: pl.DataFrame) -> pl.DataFrame:
        old, times = pl.col("ticker") == "SPY", ("trade_time", "minute_time", "updated")
        return table.with_columns(pl.when(old).then(pl.col(t).dt.offset_by("-1h")).otherwise(t).alias(t) for t in times)

    part = build_board(later(inputs, halted), build(inputs)).rotation
    assert (part.status, part.note) == (Status.STALE, "The newest price of SPY is of 14:54:58.")


def test_a_name_many_funds_follow_puts_their_flow_in_doubt_when_its_jump_is_borne_out(inputs: Inputs) -> None:
    odd = pl.col("ticker") == "NVDA"
    prices = ("trade_price", "minute_close", "day_close")
    jump = [pl.when(odd).then(pl.col(name) * 1.5).otherwise(name).alias(name) for name in prices]
    kept = build(later(inputs, lambda table: moved(table).with_columns(jump)), build(inputs))
    assert kept.board.leverage.status is Status.LIVE
    assert kept.board.wire.left_out["snapshot prices"] == 1
    board = build_board(later(inputs, lambda table: moved(table, 20).with_columns(jump), 20), kept)
    assert board.leverage.status is Status.DOUBT
    assert board.leverage.doubt.endswith("has a price that is kept or moved further than trading allows")
    assert board.breadth.status is Status.LIVE


def test_a_notice_of_doubt_is_the_parts_doubt(inputs: Inputs) -> None:
    notice = Notice("The listing came with 2,000 of 4,000 names.", doubt=True)
    part = build_board(replace(inputs, notices={"breadth": notice})).breadth
    assert (part.status, part.doubt, part.note) == (Status.DOUBT, notice.text, "")


def test_figures_that_are_kept_after_a_failure_are_said_to_stay_only_where_there_are_some(inputs: Inputs) -> None:
    failed = {"momentum": Notice("No data.", fault=True, keeps_figures=True, retry_at=7.0)}
    part = build_board(replace(inputs, notices=failed)).momentum
    assert (part.note, part.retry_at) == ("No data. The last good figures stay.", 7.0)
    awaited: Part[Any] = build_board(replace(inputs, notices=failed, basis=None)).momentum
    assert (awaited.note, awaited.retry_at) == ("No data.", 7.0)


@dataclass(frozen=True)
class Bytes:
    """The crash's snapshot at five to four as it comes over the wire, row by row."""

    rows: tuple[bytes, ...]

    @cached_property
    def decoded(self) -> list[wire.SnapshotRow]:
        """All rows, typed."""
        return [ROW.decode(row) for row in self.rows]

    def table(self, place: int, altered: dict[str, Any]) -> tuple[pl.DataFrame, int]:
        """SNAPSHOT with one row altered, and the rows left out."""
        rejects, rows = Rejects(), list(self.decoded)
        try:
            rows[place] = ROW.decode(msgspec.json.encode(altered))
        except msgspec.DecodeError:
            del rows[place]
            rejects.add("unfit")
        return tables.snapshot([rows], rejects), sum(rejects.reasons.values())


@pytest.fixture
async def bytes_() -> Bytes:
    async with httpx.AsyncClient(
        transport=transport(at=FIVE_TO_FOUR.time().replace(hour=15)), base_url="http://simulated.market"
    ) as client:
        answer = await client.get(PATH, headers={"Authorization": "Bearer demo"})
    return Bytes(tuple(msgspec.json.encode(row) for row in msgspec.json.decode(answer.content)["tickers"]))


FIELDS = [
    *(("day", name) for name in "ohlcv"), *(("prevDay", name) for name in "ohlcv"), ("min", "c"), ("min", "t"),
    ("lastTrade", "p"), ("lastTrade", "t"), ("lastTrade", "c"), ("updated",), ("ticker",), ("day",), ("prevDay",),
    ("min",), ("lastTrade",),
]  # fmt: skip
SHIFTS_NS = [-86_400 * 10**9, -3_600 * 10**9, 3_600 * 10**9, 86_400 * 10**9, 365 * 86_400 * 10**9]


def alter(row: dict[str, Any], path: tuple[str, ...], how: str, by: int) -> dict[str, Any]:
    """The row with one field dropped, of another type, scaled by a power of ten, or shifted in time."""
    changed: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(row))
    *parents, name = path
    owner = changed
    for parent in parents:
        owner = owner.get(parent) or {}
    if name not in owner:
        return row
    value = owner[name]
    is_time = name == "updated" or path in {("min", "t"), ("lastTrade", "t")}
    if how == "dropped":
        del owner[name]
    elif how == "typed":
        owner[name] = [None, "x", [], {}, True, -1][by % 6]
    elif is_time:
        owner[name] = value + SHIFTS_NS[by % 5] // (10**6 if path == ("min", "t") else 1)
    elif isinstance(value, int | float):
        owner[name] = value * 10.0 ** [-3, -2, -1, 1, 2, 3, 300][by % 7]
    return changed


def headlines(board: Board) -> dict[str, float | None]:
    momentum, breadth, leverage = board.momentum.value, board.breadth.value, board.leverage.value
    assert momentum is not None
    assert breadth is not None
    assert leverage is not None
    return {
        "momentum": momentum.return_,
        "index": breadth.index_return,
        "beat": breadth.beat_share,
        "leverage": leverage.today_usd,
    }


def weights(board: Board, ticker: str) -> dict[str, float]:
    """By how much of its own return the name moves each headline."""
    momentum, leverage, basis = board.momentum.value, board.leverage.value, board.basis
    assert momentum is not None
    assert leverage is not None
    assert basis is not None
    legs = {name.ticker: name.weight for name in (*momentum.long, *momentum.short)}
    followed = {ticker, *basis.reference.underlyings.filter(pl.col("proxy") == ticker)["underlying"]}
    followed |= set(basis.reference.funds.filter(pl.col("ticker") == ticker)["underlying"])
    flow = sum(100 * abs(row.per_1pct_usd) for row in leverage.by_underlying if row.underlying in followed)
    index = 1.0 if ticker == "SPY" else 0.0
    members = board.breadth.value.members if board.breadth.value else 1
    return {"momentum": legs.get(ticker, 0.0), "index": index, "beat": 1.01 / 0.3 / members + index, "leverage": flow}


@pytest.mark.parametrize("start", ["cold", "warm"])
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    place=st.integers(0, 10**6),
    change=st.tuples(st.sampled_from(FIELDS), st.sampled_from(["dropped", "typed", "scaled"]), st.integers(0, 41)),
)
def test_no_single_alteration_of_a_row_moves_a_headline_unseen(
    inputs: Inputs, bytes_: Bytes, start: str, place: int, change: tuple[tuple[str, ...], str, int]
) -> None:
    """Not by more than the name's weight times 30 %, the limit of what is plausible; else the name stands in doubt."""
    good = _good(inputs, bytes_)
    legs = [name.ticker for name in (good.board.momentum.value.long if good.board.momentum.value else ())]
    tickers = [row.ticker for row in bytes_.decoded]
    wanted = ["SPY", "QQQ", *legs] if place % 2 else tickers
    row = tickers.index(wanted[place % len(wanted)])
    altered = alter(msgspec.json.decode(bytes_.rows[row]), *change)
    table, left_out = bytes_.table(row, altered)
    changed = replace(good.inputs, snapshot=table, snapshot_left_out=left_out)
    board = build_board(changed, good if start == "warm" else None)
    before, after, limits = headlines(good.board), headlines(board), weights(good.board, tickers[row])
    assert board.live is not None
    in_doubt = board.live.filter((pl.col("ticker") == tickers[row]) & pl.col("doubt").is_not_null()).height > 0
    for name, limit in limits.items():
        was, now = before[name], after[name]
        moved_by = abs((now or 0.0) - (was or 0.0))
        assert in_doubt or (now is not None and moved_by <= 0.3 * limit + 1e-12), (name, was, now, tickers[row], change)


_GOOD: dict[int, Built] = {}


def _good(inputs: Inputs, bytes_: Bytes) -> Built:
    """The undisturbed board, made once for the examples."""
    if id(bytes_.rows) not in _GOOD:
        table = tables.snapshot([bytes_.decoded], Rejects())
        _GOOD.clear()
        _GOOD[id(bytes_.rows)] = build(replace(inputs, snapshot=table))
    return _GOOD[id(bytes_.rows)]
