"""What counts, in which half-hour, and in words why the rest does not."""

from collections import Counter
from datetime import date, timedelta
from statistics import median
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskview.analytics.flow import conditions, label
from deskview.analytics.flow.bars import half_hours, left_out
from deskview.analytics.flow.conditions import CONDITIONS, Use
from deskview.analytics.flow.label import FAR_OFF, TOO_LATE, Carry, carried
from deskview.analytics.flow.schema import LABELS
from deskview.market.schema import TRADES
from tests.analytics.flow.market import SESSION, clock, hours, labelled, lit, one, prints

HALF_DAY = date(2026, 11, 27)


def reasons(*rows: dict[str, object]) -> list[str | None]:
    return labelled(rows).get_column("reason").to_list()


def test_columns_and_types() -> None:
    table = labelled([one(100_001)])
    assert {name: table.schema[name] for name in (*TRADES, *LABELS)} == dict(TRADES) | dict(LABELS)


def test_no_prints_at_all() -> None:
    table = labelled([])
    assert table.is_empty()
    assert left_out(table) == {}
    assert half_hours(table, SESSION).is_empty()


@pytest.mark.parametrize(
    ("at", "half_hour"),
    [("09:30", 0), ("09:59:59.999999", 0), ("10:00", 1), ("11:59:59.999999", 4), ("12:00", 5), ("15:59:59.999999", 12)],
)
def test_half_hours_start_at_the_open(at: str, half_hour: int) -> None:
    assert labelled([one(100_001, at=at)]).item(0, "half_hour") == half_hour


@pytest.mark.parametrize("at", ["04:00", "09:29:59.999999", "16:00", "19:59"])
def test_prints_outside_regular_hours_are_named(at: str) -> None:
    table = labelled([one(100_001, at=at)])
    assert table.item(0, "reason") == "outside regular hours"
    assert table.item(0, "half_hour") is None


@pytest.mark.parametrize("session", [date(2026, 3, 6), date(2026, 3, 9), date(2026, 10, 30), date(2026, 11, 2)])
def test_new_york_time_rules_on_both_sides_of_a_clock_change(session: date) -> None:
    rows = [one(100_001, at=at, session=session) for at in ("09:29:59", "09:30", "12:00", "15:59:59")]
    assert labelled(rows, session).get_column("half_hour").to_list() == [None, 0, 5, 12]


def test_half_day_ends_at_one() -> None:
    rows = [one(100_001, at=at, session=HALF_DAY) for at in ("12:59:59", "13:00")]
    assert labelled(rows, HALF_DAY).get_column("half_hour").to_list() == [6, None]


def test_a_late_report_counts_where_it_was_made() -> None:
    late = one(100_001, at="10:29:59")
    late["sip_time"] = late["time"] + timedelta(minutes=10)
    assert labelled([late]).item(0, "half_hour") == 1


def test_a_closing_cross_reported_after_the_bell_belongs_to_the_last_half_hour() -> None:
    rows = [lit(100_000, at="16:00:04", conditions=[8]), lit(100_000, at="16:31", conditions=[8])]
    table = labelled(rows)
    assert table.get_column("kind").to_list() == ["auction", None]
    assert table.get_column("half_hour").to_list() == [12, None]
    assert half_hours(table, SESSION).item(0, "auction_usd") == 1000


def test_duplicates_count_once() -> None:
    first = one(100_001)
    other_venue = first | {"exchange": 11, "off_exchange": False}
    assert Counter(reasons(first, dict(first), other_venue)) == {None: 2, "duplicate": 1}


def test_a_missing_id_does_not_make_different_prints_equal() -> None:
    assert reasons(one(100_001, id=None), one(100_001, id=None)) == [None, None]


@pytest.mark.parametrize("correction", [7, 8, 10, 11, 12])
def test_cancelled_prints(correction: int) -> None:
    assert reasons(one(100_001, correction=correction)) == ["cancelled or in error"]


def test_corrected_prints_count_and_unknown_corrections_do_not() -> None:
    assert reasons(one(100_001, correction=1), one(100_001, correction=None), one(100_001, correction=77)) == [
        None,
        None,
        "correction code not known",
    ]


def test_fractional_sizes_count_in_full_and_no_size_not_at_all() -> None:
    table = labelled([one(100_001, size=0.25), one(100_001, size=0), one(100_001, size=None), one(0)])  # type: ignore[arg-type]
    assert table.get_column("reason").to_list() == [None, *["no price or size"] * 3]
    assert table.item(0, "usd") == pytest.approx(2.500025, abs=1e-6)


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda c: c.reason)
def test_every_condition_code_is_used_as_its_row_says(condition: conditions.Condition) -> None:
    for code in condition.codes:
        table = labelled([one(100_001, conditions=[code])])
        expected = condition.reason if condition.use is Use.LEFT_OUT else None
        assert table.item(0, "reason") == expected
        assert (table.item(0, "kind") == "auction") == (condition.use is Use.AUCTION)


def test_the_strictest_code_decides() -> None:
    assert reasons(
        lit(100_000, conditions=[14, 37]), lit(100_000, conditions=[37, 53, 14]), lit(1, conditions=[99])
    ) == [
        None,
        "contingent on another trade",
        "condition code not known",
    ]


def test_each_code_stands_in_one_row() -> None:
    codes = [code for condition in CONDITIONS for code in condition.codes]
    assert len(codes) == len(set(codes))


def test_blocks_sweeps_and_crosses_are_the_institutional_core() -> None:
    rows = [
        lit(100_000, 10_000),
        lit(2_000_000, 1_000, ticker="DEAR"),
        lit(100_000, conditions=[14]),
        lit(100_000, conditions=[9]),
        lit(100_000, 9_999),
        one(100_001, 20_000),
    ]
    assert labelled(rows).get_column("core").to_list() == [True, True, True, False, False, True]


def test_tick_rule_signs_the_rest_by_the_last_different_price() -> None:
    prices = [100_000, 100_000, 100_100, 100_100, 100_000, 100_000]
    assert labelled([lit(p) for p in prices]).get_column("sign").to_list() == [None, None, 1, 1, -1, -1]


def test_prints_between_ticks_are_signed_but_do_not_move_the_tick_rule() -> None:
    rows = [lit(100_000), lit(100_100), one(100_050), one(100_099), lit(100_100)]
    table = labelled(rows)
    assert table.get_column("sign").to_list() == [None, 1, -1, 1, 1]
    assert table.get_column("kind").to_list() == ["other", "other", "other", "retail", "other"]


def test_prints_left_out_do_not_move_the_tick_rule() -> None:
    rows = [lit(100_000), lit(100_100), lit(90_000, conditions=[32]), lit(100_100)]
    assert labelled(rows).get_column("sign").to_list() == [None, 1, None, 1]


def test_an_auction_moves_the_tick_rule_and_has_no_side() -> None:
    rows = [lit(100_000, at="09:30", conditions=[25]), lit(100_100, at="09:30:01")]
    assert labelled(rows).get_column("sign").to_list() == [None, 1]


def test_names_do_not_disturb_each_other_and_order_of_rows_does_not_matter() -> None:
    rows = [
        row for i in range(6) for row in (lit(100_000 + 100 * i, ticker="UP"), lit(900_000 - 100 * i, ticker="DOWN"))
    ]
    table = labelled(rows[::-1])
    signs = table.group_by("ticker").agg(pl.col("sign")).sort("ticker")
    assert signs.get_column("sign").to_list() == [[None, -1, -1, -1, -1, -1], [None, 1, 1, 1, 1, 1]]


def test_missing_columns_are_named() -> None:
    with pytest.raises(ValueError, match="price_e4"):
        half_hours(_label_without("price_e4"), SESSION)


def _label_without(column: str) -> pl.DataFrame:
    when = hours()
    return label(prints([one(1)]).drop(column), session_open=when.opens, session_close=when.closes)


def test_reasons_that_are_as_frequent_stand_in_the_order_of_the_alphabet() -> None:
    reasons = [f"reason {number:02}" for number in np.random.default_rng(3).permutation(60)]
    table = pl.DataFrame({"reason": [*reasons, "the most frequent", None, "the most frequent"]})
    assert list(left_out(table)) == ["the most frequent", *sorted(reasons)]


def steady(count: int, price_e4: int = 160_000, at: str = "10:00") -> list[dict[str, Any]]:
    return [lit(price_e4 + 100 * (number % 2), at=at) for number in range(count)]


LATE_BY_HOURS = {"sip_time": clock("15:59"), "time": clock("09:59")}


@pytest.mark.parametrize("when", [LATE_BY_HOURS, {}])
@pytest.mark.parametrize("place", [0, 1, 3, 9])
def test_a_print_at_1_06_in_a_16_dollar_stock_hours_late_counts_by_neither_rule(
    when: dict[str, object], place: int
) -> None:
    """polygon-io/issues#267: counted, it is a retail sale of $106,120."""
    rows = steady(9)
    rows.insert(place, one(10_612, 100_000) | when)
    table = labelled(rows)
    assert left_out(table) == {TOO_LATE if when else FAR_OFF: 1}
    assert half_hours(table, SESSION).item(0, "retail_sell_usd") == 0


def test_ten_minutes_late_counts_and_more_does_not() -> None:
    row = lit(160_000)
    seen = [
        row | {"sip_time": row["time"] + late}
        for late in (timedelta(minutes=10), timedelta(minutes=10, microseconds=1))
    ]
    assert reasons(*(one | {"sequence": number} for number, one in enumerate(seen))) == [None, TOO_LATE]


@pytest.mark.parametrize(("price_e4", "counts"), [(105_000, True), (105_001, False), (95_000, True), (94_999, False)])
def test_five_per_cent_is_exact(price_e4: int, counts: bool) -> None:
    assert reasons(*(lit(100_000) for _ in range(5)), lit(price_e4))[5] == (None if counts else FAR_OFF)


def test_a_fast_move_through_many_prints_is_followed() -> None:
    fall = [lit(160_000 - 256 * step // 2, at=f"10:00:{step // 2:02}") for step in range(100)]
    assert reasons(*fall) == [None] * 100


def test_a_leap_costs_three_prints_and_becomes_the_reference() -> None:
    assert reasons(*steady(9), *steady(9, 147_000)) == [*[None] * 9, *[FAR_OFF] * 3, *[None] * 6]


def test_far_off_prints_among_the_others_move_neither_the_reference_nor_the_tick_rule() -> None:
    false = lit(10_600)
    rows = [row for number, good in enumerate(steady(12)) for row in ([good, false] if number % 3 == 1 else [good])]
    table = labelled([row | {"sequence": place, "id": str(place)} for place, row in enumerate(rows)])
    assert left_out(table) == {FAR_OFF: 4}
    assert table.filter(pl.col("reason").is_null()).get_column("sign").to_list() == [None, *[1, -1] * 5, 1]


def test_an_auction_counts_wherever_the_market_clears() -> None:
    rows = [*steady(6), lit(190_000, conditions=[28]), lit(190_000)]
    assert reasons(*rows) == [*[None] * 7, FAR_OFF]


def test_two_prints_that_contradict_each_other_are_both_left_out() -> None:
    assert reasons(lit(10_600), lit(160_000)) == [FAR_OFF, FAR_OFF]


def plain(prices: list[int], recent: list[int]) -> list[bool]:
    """Which prices are too far from the median of the five before them, one after the other."""
    far = []
    for price in prices:
        good = median(recent)
        far.append(100 * abs(price - good) > 5 * good)
        recent = [*recent[1:], price]
    return far


@st.composite
def wandering(draw: st.DrawFn) -> list[int]:
    """Prices that drift or stand for a while, and leap between."""
    prices: list[int] = []
    for _ in range(draw(st.integers(1, 8))):
        begin = draw(st.sampled_from([100_000, 104_000, 106_000, 109_000, 10_600, 1_000_000]))
        step = draw(st.sampled_from([0, 15, -15, 18, -18])) * begin // 1_000
        prices += [begin + step * number for number in range(draw(st.integers(1, 10)))]
    return prices


@given(wandering(), st.data())
@settings(max_examples=100, deadline=None)
def test_the_last_good_price_is_the_median_of_five_whole_or_carried_on(prices: list[int], data: st.DataObject) -> None:
    first = int(median(prices[:5]))
    whole = [reason == FAR_OFF for reason in reasons(*(lit(price) for price in prices))]
    assert whole == plain(prices, [first] * 5)
    cut = data.draw(st.integers(0, len(prices)))
    carry, far = Carry(recent=(100_000,) * 5), list[bool]()
    when = hours()
    for part in (prices[:cut], prices[cut:]):
        table = label(
            prints([lit(price) for price in part]), session_open=when.opens, session_close=when.closes, carry=carry
        )
        carry = carried(table, carry)
        far += [reason == FAR_OFF for reason in table.get_column("reason")]
    assert far == plain(prices, [100_000] * 5)


def test_windows_are_held_against_their_own_prints_alone() -> None:
    morning, evening = steady(6), steady(6, 190_000, at="15:00")
    table = prints([*morning, *evening]).with_columns(since=pl.col("time"))
    when = hours()
    found = label(table, session_open=when.opens, session_close=when.closes, within=("ticker", "since"))
    assert found.get_column("reason").to_list() == [None] * 12
    assert found.get_column("sign").to_list() == [None, 1, -1, 1, -1, 1] * 2


def test_the_median_is_that_of_the_five_prints_right_before() -> None:
    falling = [round(120_000 * 0.985**step, -2) for step in range(13)]
    rising = [100_000, 101_500, 103_000, 104_500, 106_000]
    found = reasons(*(lit(int(price)) for price in [*falling, *rising, 100_500, 97_800]))
    assert found == [*[None] * 19, FAR_OFF]
