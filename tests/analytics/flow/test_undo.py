"""Prints taken back: later, on the same page, in their place, twice; and corrected ones, counted once as corrected."""

from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from deskview.analytics.flow import advance
from deskview.analytics.flow.bars import TAKEN_BACK, FlowState
from tests.analytics.flow.market import lit, one, prints, start

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
