"""What counts, in which half-hour, and in words why the rest does not."""

from collections import Counter
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from deskview.analytics.flow import conditions, label
from deskview.analytics.flow.bars import half_hours, left_out
from deskview.analytics.flow.conditions import CONDITIONS, Use
from deskview.analytics.flow.schema import LABELS
from deskview.market.schema import TRADES
from tests.analytics.flow.market import SESSION, hours, labelled, lit, one, prints

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
    late["sip_time"] = late["time"] + timedelta(minutes=20)
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
        lit(2_000_000, 1_000),
        lit(100_000, conditions=[14]),
        lit(100_000, conditions=[9]),
        lit(100_000, 9_999),
        one(100_001, 20_000),
    ]
    assert labelled(rows).get_column("core").to_list() == [True, True, True, True, False, False]


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
