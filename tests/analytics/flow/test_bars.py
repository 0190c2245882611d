"""Half-hour sums page by page: whatever the pages, and whatever is taken back, the sums of one pass."""

from datetime import timedelta
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from deskview.analytics.flow import add_bars, advance, day_totals, half_hours, left_out, retail_half_hours
from deskview.analytics.flow.bars import BEHIND, OVERLAP, TAKEN_BACK, FlowState
from deskview.analytics.flow.schema import FLOW_BARS, FLOW_DAYS
from tests.analytics.flow.market import SESSION, clock, hours, labelled, lit, one, prints, start


def test_sums_of_a_half_hour() -> None:
    rows = [
        one(100_001, 100),
        one(100_099, 50),
        lit(100_000, 10),
        lit(100_100, 10),
        lit(100_000, 20, conditions=[14]),
        lit(100_000, 7, conditions=[19]),
        lit(100_000, 7, conditions=[2]),
    ]
    bars = half_hours(labelled(rows), SESSION)
    assert bars.schema == dict(FLOW_BARS)
    row = bars.row(0, named=True)
    assert row | {"retail_sell_usd": None, "retail_buy_usd": None} == {
        "ticker": "ABC",
        "session": SESSION,
        "half_hour": 1,
        "retail_buy_usd": None,
        "retail_sell_usd": None,
        "other_buy_usd": 100.1,
        "other_sell_usd": 200.0,
        "core_buy_usd": 0.0,
        "core_sell_usd": 200.0,
        "unsigned_usd": 100.0,
        "auction_usd": 70.0,
        "retail_prints": 2,
        "prints": 5,
    } | {"other_buy_usd": round(100.1 * 2**20) / 2**20}
    assert abs(row["retail_sell_usd"] - 1000.01) < 1e-6
    assert abs(row["retail_buy_usd"] - 500.495) < 1e-6


def test_days_sum_over_names() -> None:
    rows = [lit(p, ticker=t) for t in ("A", "B") for p in (100_000, 100_100)] + [one(100_001, ticker="C")]
    days = day_totals(half_hours(labelled(rows), SESSION))
    assert days.schema == dict(FLOW_DAYS)
    assert days.select("prints", "names").row(0) == (5, 3)


def test_an_empty_day_has_no_row() -> None:
    assert day_totals(half_hours(labelled([]), SESSION)).is_empty()


@st.composite
def tape(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A few seconds of two names in tape order: off and on exchange, cancels, odd lots, equal SIP times."""
    rows = []
    for number in range(draw(st.integers(1, 60))):
        second = draw(st.integers(0, 8))
        row = (one if draw(st.booleans()) else lit)(
            100_000 + draw(st.sampled_from([0, 1, 20, 50, 99, 100, 200])),
            draw(st.sampled_from([0, 0.1, 0.333333, 100, 20_000])),
            f"09:59:5{second}",
            ticker=draw(st.sampled_from(["AAA", "BBB"])),
            conditions=draw(st.sampled_from([[], [37], [14], [2], [25]])),
            correction=draw(st.sampled_from([0, 0, 0, 8])),
        )
        row["sip_time"] = clock("10:00") + timedelta(milliseconds=100 * (number // 3))
        rows.append(row)
    return rows


@given(tape(), st.data())
@settings(max_examples=150, deadline=None)
def test_pages_of_any_size_with_any_overlap_give_the_sums_of_one_pass(
    rows: list[dict[str, Any]], data: st.DataObject
) -> None:
    whole = advance(start(), prints(rows))
    state, at = start(), 0
    while at < len(rows):
        begin = data.draw(st.integers(0, at))
        end = data.draw(st.integers(at + 1, len(rows)))
        page = data.draw(st.permutations(rows[begin:end]))
        state, at = advance(state, prints(page)), end
    assert_frame_equal(state.bars, whole.bars, check_exact=True)
    assert_frame_equal(state.carry, whole.carry)
    assert state.last_time == whole.last_time
    assert without_repeats(state) == without_repeats(whole)


def without_repeats(state: FlowState) -> dict[str, int]:
    return {reason: n for reason, n in state.left_out.items() if reason not in ("duplicate", BEHIND)}


@given(tape())
@settings(max_examples=50, deadline=None)
def test_a_page_sent_twice_changes_no_sum(rows: list[dict[str, Any]]) -> None:
    once = advance(start(), prints(rows))
    twice = advance(once, prints(rows))
    assert_frame_equal(once.bars, twice.bars)
    assert twice.left_out.get("duplicate", 0) == once.left_out.get("duplicate", 0) + len(rows)


@given(tape())
@settings(max_examples=50, deadline=None)
def test_every_print_is_counted_or_named_and_nothing_is_nan(rows: list[dict[str, Any]]) -> None:
    table = labelled(rows)
    bars = half_hours(table, SESSION)
    auctions = table.filter(pl.col("kind") == "auction").height
    assert bars.get_column("prints").sum() + auctions + sum(left_out(table).values()) == len(rows)
    assert not any(bars.select(pl.col(pl.Float64).is_nan().any()).row(0)) if bars.height else True


@given(tape(), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_rows_in_tape_order_and_rows_in_any_order_get_the_same_labels(
    rows: list[dict[str, Any]], random: Random
) -> None:
    in_order = sorted(rows, key=lambda row: (row["ticker"], row["sip_time"], row["sequence"]))
    shuffled = random.sample(rows, len(rows))
    assert_frame_equal(labelled(shuffled), labelled(in_order))


@given(tape())
@settings(max_examples=50, deadline=None)
def test_retail_alone_is_the_retail_part_of_the_whole(rows: list[dict[str, Any]]) -> None:
    clean = [row for row in rows if not row["correction"] and row["conditions"] in ([], [37], [14]) and row["size"]]
    columns = ["ticker", "half_hour", "retail_buy_usd", "retail_sell_usd", "retail_prints"]
    whole = half_hours(labelled(clean), SESSION).filter(pl.col("retail_prints") > 0).select(columns)
    when = hours()
    alone = retail_half_hours(prints(clean), session_open=when.opens, session_close=when.closes)
    assert_frame_equal(alone, whole)


def test_the_tick_rule_goes_on_across_pages() -> None:
    state = advance(start(), prints([lit(100_000), lit(100_100)]))
    state = advance(state, prints([lit(100_100, 1)]))
    assert state.bars.get_column("other_buy_usd").sum() > 1001


def test_prints_far_behind_are_not_counted_again() -> None:
    early = lit(100_000, at="10:00")
    state = advance(start(), prints([early, lit(100_100, at="10:00:30")]))
    again = advance(state, prints([early]))
    assert timedelta(seconds=30) > OVERLAP
    assert again.left_out == {BEHIND: 1}
    assert_frame_equal(again.bars, state.bars)


def test_fetching_goes_on_from_the_last_print_of_each_name() -> None:
    state = advance(start(), prints([lit(1_000_000, at="10:00", ticker="A"), lit(1_000_000, at="10:05", ticker="B")]))
    assert {name: moment.astimezone(hours().opens.tzinfo) for name, moment in state.last_time.items()} == {
        "A": clock("10:00") + timedelta(microseconds=1),
        "B": clock("10:05") + timedelta(microseconds=1),
    }


def test_adding_nothing_changes_nothing() -> None:
    bars = half_hours(labelled([one(100_001)]), SESSION)
    assert_frame_equal(add_bars(bars, half_hours(labelled([]), SESSION)), bars)
    assert advance(start(), prints([])).bars.is_empty()


CANCELS = [7, 8, 10, 11, 12]


def after(*pages: list[dict[str, Any]]) -> FlowState:
    state = start()
    for page in pages:
        state = advance(state, prints(page))
    return state


def record(row: dict[str, Any], correction: int, **changes: object) -> dict[str, Any]:
    """A later record on the same print, with a sequence number of its own."""
    later = one(row["price_e4"], row["size"], at="10:02", correction=correction)
    named = {column: row[column] for column in ("ticker", "id", "exchange", "off_exchange")}
    return later | named | changes


def day() -> list[dict[str, Any]]:
    return [one(100_001, 100), one(100_099, 50), lit(100_000, 10, at="10:01"), lit(100_100, 30, at="10:01")]


@pytest.mark.parametrize("code", CANCELS)
@pytest.mark.parametrize("place", range(4))
def test_a_print_cancelled_on_a_later_page_is_taken_out(code: int, place: int) -> None:
    rows = day()
    cancelled = after(rows, [record(rows[place], code)])
    never = after([row for row in rows if row is not rows[place]])
    retail = ["retail_buy_usd", "retail_sell_usd", "retail_prints", "prints", "auction_usd"]
    assert_frame_equal(cancelled.bars.select(retail), never.bars.select(retail), check_exact=True)
    assert cancelled.left_out[TAKEN_BACK] == 1


@pytest.mark.parametrize("code", CANCELS)
def test_on_the_same_page_it_never_counts(code: int) -> None:
    rows = day()
    assert_frame_equal(after([*rows, record(rows[3], code)]).bars, after(rows[:3]).bars, check_exact=True)


def test_a_cancel_sent_again_takes_nothing_more() -> None:
    rows = day()
    cancel = record(rows[0], 8)
    once, twice = after(rows, [cancel]), after(rows, [cancel], [cancel], [record(rows[0], 10)])
    assert_frame_equal(once.bars, twice.bars, check_exact=True)
    assert twice.left_out[TAKEN_BACK] == 1


def test_a_print_flagged_in_its_place_is_taken_out_when_the_page_is_sent_again() -> None:
    rows = day()
    flagged = [rows[0] | {"correction": 8}, *rows[1:]]
    retail = ["retail_buy_usd", "retail_sell_usd", "prints"]
    assert_frame_equal(after(rows, flagged).bars.select(retail), after(rows[1:]).bars.select(retail), check_exact=True)


def test_a_corrected_print_counts_once_as_corrected() -> None:
    rows = day()
    corrected = record(rows[0], 1, size=40.0)
    for pages in ([rows, [corrected]], [[*rows, corrected]], [rows, [corrected], [corrected]]):
        bars = after(*pages).bars
        assert bars.item(0, "retail_sell_usd") == pytest.approx(400.004)
        assert bars.item(0, "retail_prints") == 2


def test_a_half_hour_of_which_nothing_is_left_has_no_row() -> None:
    alone = one(100_001, at="15:10")
    assert after([*day(), alone], [record(alone, 8)]).bars.get_column("half_hour").to_list() == [1]


def test_another_venue_or_name_with_the_same_id_is_another_print() -> None:
    rows = day()
    state = after(rows, [record(rows[0], 8, exchange=11), record(rows[1], 8, ticker="XYZ")])
    assert_frame_equal(state.bars, after(rows).bars, check_exact=True)
    assert TAKEN_BACK not in state.left_out
    without_id = [row | {"id": None} for row in rows]
    assert_frame_equal(after(without_id, [record(without_id[0], 8)]).bars, after(rows).bars, check_exact=True)


def test_the_memory_holds_every_counted_print_once() -> None:
    rows = day()
    state = after(rows, rows, [record(rows[2], 10)])
    assert state.counted.height == 3
    assert state.counted.get_column("usd").sum() == pytest.approx(
        state.bars.select(pl.sum_horizontal("^(retail|other)_.*_usd$", "unsigned_usd")).item()
    )
