"""Half-hour sums page by page: whatever the pages, and whatever is taken back, the sums of one pass."""

from datetime import timedelta
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from deskview.analytics.flow import add_bars, advance, half_hours, left_out
from deskview.analytics.flow.bars import BEHIND, OVERLAP, TAKEN_BACK, TAKEN_BACK_LATE, FlowState
from deskview.analytics.flow.label import FAR_OFF
from deskview.analytics.flow.schema import FLOW_BARS
from tests.analytics.flow.market import SESSION, clock, hours, labelled, lit, long_tape, one, prints, start, tape


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


def test_an_empty_day_has_no_row() -> None:
    assert half_hours(labelled([]), SESSION).is_empty()


@given(st.one_of(tape(), long_tape()), st.sampled_from([{}, {"AAA": 10.0, "BBB": 20.0, "ABC": 12.0}]), st.data())
@settings(max_examples=80, deadline=None)
def test_pages_of_any_size_with_any_overlap_give_the_sums_of_one_pass(
    rows: list[dict[str, Any]], closes: dict[str, float], data: st.DataObject
) -> None:
    whole = advance(start(closes=closes), prints(rows))
    state, at = start(closes=closes), 0
    while at < len(rows):
        begin = data.draw(st.integers(0, at))
        end = data.draw(st.integers(at + 1, len(rows)))
        page = data.draw(st.permutations(rows[begin:end]))
        state, at = advance(state, prints(page)), end
    assert_same(state, whole)
    last = [lit(100_100, at="15:00", ticker=ticker) for ticker in ("AAA", "BBB", "ABC")]
    assert_same(advance(state, prints(last)), advance(whole, prints(last)))


def assert_same(state: FlowState, whole: FlowState) -> None:
    assert_frame_equal(state.bars, whole.bars, check_exact=True)
    assert state.last_time == whole.last_time
    assert without_repeats(state) == without_repeats(whole)


@given(st.one_of(tape(), long_tape()), st.integers(1, 5))
@settings(max_examples=40, deadline=None)
def test_a_page_worked_through_in_slices_gives_the_same_sums(rows: list[dict[str, Any]], size: int) -> None:
    whole = advance(start(), prints(rows))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("deskview.analytics.flow.bars.SLICE", size)
        sliced = advance(start(), prints(rows))
    assert_same(sliced, whole)
    assert sliced.left_out == whole.left_out


def without_repeats(state: FlowState) -> dict[str, int]:
    return {reason: n for reason, n in state.left_out.items() if reason not in ("duplicate", BEHIND)}


@given(tape())
@settings(max_examples=50, deadline=None)
def test_a_page_sent_twice_changes_no_sum_and_no_count(rows: list[dict[str, Any]]) -> None:
    once = advance(start(), prints(rows))
    twice = advance(once, prints(rows))
    assert_frame_equal(once.bars, twice.bars)
    assert {**twice.left_out, BEHIND: 0} == {**once.left_out, BEHIND: 0}


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


def record(row: dict[str, Any], correction: int, at: str = "10:02", **changes: object) -> dict[str, Any]:
    """A later record on the same print, with a sequence number of its own."""
    later = one(row["price_e4"], row["size"], at=at, correction=correction)
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
    for pages in ([flagged], [flagged, flagged]):
        state = after(rows, *pages)
        assert_frame_equal(state.bars.select(retail), after(rows[1:]).bars.select(retail), check_exact=True)
        assert state.left_out[TAKEN_BACK] == 1


def test_a_corrected_print_counts_once_as_corrected() -> None:
    rows = day()
    corrected = record(rows[0], 1, size=40.0)
    for pages in ([rows, [corrected]], [[*rows, corrected]], [rows, [corrected], [corrected]]):
        bars = after(*pages).bars
        assert bars.item(0, "retail_sell_usd") == pytest.approx(400.004)
        assert bars.item(0, "retail_prints") == 2


def test_a_half_hour_of_which_nothing_is_left_has_no_row() -> None:
    alone = one(100_001, at="15:10")
    assert after([*day(), alone], [record(alone, 8, "15:11")]).bars.get_column("half_hour").to_list() == [1]


def test_another_venue_or_name_with_the_same_id_is_another_print() -> None:
    rows = day()
    state = after(rows, [record(rows[0], 8, exchange=11), record(rows[1], 8, ticker="XYZ")])
    assert_frame_equal(state.bars, after(rows).bars, check_exact=True)
    assert TAKEN_BACK not in state.left_out
    without_id = [row | {"id": None} for row in rows]
    assert_frame_equal(after(without_id, [record(without_id[0], 8)]).bars, after(rows).bars, check_exact=True)


@pytest.mark.parametrize(("at", "reason"), [("10:29:59", TAKEN_BACK), ("10:30:01", TAKEN_BACK_LATE)])
@pytest.mark.parametrize("pages", [1, 2, 3])
def test_a_cancel_within_half_an_hour_takes_a_print_out_and_a_later_one_is_told(
    at: str, reason: str, pages: int
) -> None:
    early, between = one(100_001), [lit(100_000, at="10:20"), lit(100_000, at="10:29")]
    cancel, rows = record(early, 8, at), [early, *between]
    state = after(*{1: [[*rows, cancel]], 2: [rows, [cancel]], 3: [[early], between, [cancel]]}[pages])
    assert state.left_out == {reason: 1, "cancelled or in error": 1}
    assert state.bars.get_column("retail_prints").sum() == (reason == TAKEN_BACK_LATE)


def test_a_late_cancel_is_told_once_and_one_of_a_print_that_did_not_count_is_not() -> None:
    early, auction = one(100_001), one(100_001, conditions=[2])
    rows = [early, auction, lit(100_000, at="11:30")]
    state = after(rows, [record(early, 8, "11:31")], [record(early, 8, "11:32")], [record(auction, 8, "11:33")])
    assert state.left_out[TAKEN_BACK_LATE] == 1
    assert state.left_out["cancelled or in error"] == 3


def test_a_print_corrected_too_late_counts_once_as_it_was() -> None:
    early, later = one(100_001), lit(100_000, at="11:30")
    corrected = record(early, 1, "11:31", size=40.0)
    for pages in ([[early, later], [corrected]], [[early, later, corrected]], [[early], [later], [corrected, later]]):
        state = after(*pages)
        assert state.bars.get_column("retail_sell_usd").sum() == pytest.approx(1000.01)
        assert state.bars.get_column("retail_prints").sum() == 1
        assert state.left_out[TAKEN_BACK_LATE] == 1


def test_what_is_remembered_does_not_grow_with_the_session() -> None:
    minutes = [clock("10:00") + timedelta(minutes=minute) for minute in range(300)]
    rows = [one(100_001) | {"time": moment, "sip_time": moment} for moment in minutes for _ in range(3)]
    numbered = [row | {"sequence": place, "id": str(place)} for place, row in enumerate(rows)]
    state = after(*(numbered[place : place + 100] for place in range(0, len(numbered), 100)))
    held = state.names["ABC"].counted
    assert held.height <= 31 * 3
    assert held.get_column("sip_time").min() == minutes[-1] - timedelta(minutes=30)


def test_a_first_print_is_held_against_the_close_before() -> None:
    rows = [
        one(10_600, 100_113, ticker="A"),
        one(160_001, ticker="A"),
        one(10_600, ticker="B"),
        one(10_601, ticker="B"),
    ]
    state = advance(start(closes={"A": 16.0}), prints(rows))
    assert state.left_out == {FAR_OFF: 1}
    assert dict(state.bars.select("ticker", "prints").iter_rows()) == {"A": 1, "B": 2}
    assert state.bars.get_column("retail_sell_usd").sum() == pytest.approx(1600.01 + 106.01)


def test_a_name_that_opens_far_from_its_close_before_loses_three_prints() -> None:
    opened = [lit(216_000, at=f"09:30:{second:02}") for second in range(1, 21)]
    for pages in ([opened], [opened[:1], opened[1:2], opened[2:]]):
        state = start(closes={"ABC": 20.0})
        for page in pages:
            state = advance(state, prints(page))
        assert state.left_out == {FAR_OFF: 3}
        assert state.bars.item(0, "prints") == 17


@pytest.mark.parametrize("close", [0.0, -1.0, float("nan"), float("inf"), 1e300])
def test_a_close_that_is_none_is_as_one_that_is_not_known(close: float) -> None:
    page = prints([lit(160_000), lit(160_100)])
    found = advance(start(closes={"ABC": close}), page)
    assert found.bars.equals(advance(start(), page).bars)
    assert found.left_out == {}
