"""Prices on today's share basis."""

from datetime import date

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from deskview.analytics.adjust import adjusted_history, supported_splits
from deskview.market.schema import HISTORY, SPLITS, empty
from tests.analytics.markets import TODAY, before_split, market, split, weekdays

DAYS = weekdays(12)


@pytest.fixture
def bars() -> pl.DataFrame:
    return market(names=3, sessions=12).bars


def closes(history: pl.DataFrame, ticker: str) -> list[float]:
    return history.filter(pl.col("ticker") == ticker)["close"].to_list()


def test_without_splits_nothing_changes(bars: pl.DataFrame) -> None:
    history = adjusted_history(bars, empty(SPLITS), basis=TODAY)
    assert history.columns == list(HISTORY)
    expected = bars.sort("ticker", "session")
    assert_frame_equal(history.select("open", "close", "volume"), expected.select("open", "close", "volume"))
    assert history["dollar_volume_usd"].to_list() == pytest.approx((expected["vwap"] * expected["volume"]).to_list())


@pytest.mark.parametrize("ratio", [2.0, 10.0, 1 / 20])
def test_a_split_leaves_the_adjusted_series_as_if_it_had_not_been(bars: pl.DataFrame, ratio: float) -> None:
    plain = adjusted_history(bars, empty(SPLITS), basis=TODAY)
    traded = before_split(bars, "N001", DAYS[5], ratio)
    history = adjusted_history(traded, split("N001", DAYS[5], 1.0, ratio), basis=TODAY)
    assert_frame_equal(history, plain, rel_tol=1e-12)


def test_two_splits_multiply_whatever_the_order_of_the_rows(bars: pl.DataFrame) -> None:
    plain = adjusted_history(bars, empty(SPLITS), basis=TODAY)
    traded = before_split(before_split(bars, "N001", DAYS[5], 2.0), "N001", DAYS[9], 3.0)
    splits = pl.concat([split("N001", DAYS[9], 1.0, 3.0), split("N001", DAYS[5], 1.0, 2.0)])
    for table in (splits, splits.reverse()):
        history = adjusted_history(traded.sample(fraction=1.0, shuffle=True, seed=4), table, basis=TODAY)
        assert_frame_equal(history, plain, rel_tol=1e-12)


def test_a_split_of_the_live_session_counts_and_a_later_one_does_not(bars: pl.DataFrame) -> None:
    plain = closes(bars, "N001")
    today = adjusted_history(bars, split("N001", TODAY, 1.0, 4.0), basis=TODAY)
    assert closes(today, "N001") == pytest.approx([price / 4 for price in plain])
    later = adjusted_history(bars, split("N001", date(2026, 2, 5), 1.0, 4.0), basis=TODAY)
    assert closes(later, "N001") == plain


def test_the_bar_of_the_execution_day_is_already_on_the_new_basis(bars: pl.DataFrame) -> None:
    history = adjusted_history(bars, split("N001", DAYS[5], 1.0, 2.0), basis=TODAY)
    plain = closes(bars, "N001")
    assert closes(history, "N001") == pytest.approx([price / 2 for price in plain[:5]] + plain[5:])


def test_a_split_touches_its_own_name_only(bars: pl.DataFrame) -> None:
    history = adjusted_history(bars, split("N001", DAYS[5], 1.0, 2.0), basis=TODAY)
    assert closes(history, "N002") == closes(bars, "N002")


def test_rows_without_a_price_are_left_out(bars: pl.DataFrame) -> None:
    spoiled = bars.with_columns(
        close=pl.when(pl.col("session") == DAYS[3])
        .then(float("nan"))
        .when(pl.col("session") == DAYS[4])
        .then(0.0)
        .otherwise("close")
    )
    sessions = set(adjusted_history(spoiled, empty(SPLITS), basis=TODAY)["session"])
    assert sessions == set(DAYS) - {DAYS[3], DAYS[4]}


def test_two_splits_of_one_date_both_apply_where_prices_support_their_product(bars: pl.DataFrame) -> None:
    plain = adjusted_history(bars, empty(SPLITS), basis=TODAY)
    traded = before_split(bars, "N001", DAYS[5], 6.0)
    both = pl.concat([split("N001", DAYS[5], 1.0, 2.0), split("N001", DAYS[5], 1.0, 3.0)])
    kept, unsupported, left_out = supported_splits(both, traded)
    assert unsupported.is_empty()
    assert_frame_equal(adjusted_history(traded, kept, basis=TODAY), plain, rel_tol=1e-12)
    assert left_out == 0


@pytest.mark.parametrize("bogus_first", [True, False])
def test_of_two_splits_of_one_date_the_one_prices_support_stands(bars: pl.DataFrame, *, bogus_first: bool) -> None:
    plain = adjusted_history(bars, empty(SPLITS), basis=TODAY)
    traded = before_split(bars, "N001", DAYS[5], 4.0)
    rows = [split("N001", DAYS[5], 60.0, 1.0), split("N001", DAYS[5], 1.0, 4.0)]
    kept, unsupported, left_out = supported_splits(pl.concat(rows if bogus_first else rows[::-1]), traded)
    assert unsupported.is_empty()
    assert_frame_equal(adjusted_history(traded, kept, basis=TODAY), plain, rel_tol=1e-12)
    assert left_out == 1


def test_splits_of_one_date_that_prices_know_nothing_of_are_none(bars: pl.DataFrame) -> None:
    both = pl.concat([split("N001", DAYS[5], 1.0, 10.0), split("N001", DAYS[5], 20.0, 1.0)])
    kept, unsupported, left_out = supported_splits(both, bars)
    assert unsupported.is_empty()
    assert closes(adjusted_history(bars, kept, basis=TODAY), "N001") == closes(bars, "N001")
    assert left_out == 2


def test_prices_that_support_no_split_of_the_date_are_named(bars: pl.DataFrame) -> None:
    traded = before_split(bars, "N001", DAYS[5], 7.0)
    both = pl.concat([split("N001", DAYS[5], 1.0, 30.0), split("N001", DAYS[5], 20.0, 1.0)])
    kept, unsupported, left_out = supported_splits(both, traded)
    assert kept.is_empty()
    assert unsupported.rows() == [("N001", DAYS[5])]
    assert left_out == 2


def test_a_split_alone_on_its_date_is_left_as_it_is(bars: pl.DataFrame) -> None:
    alone = split("N001", DAYS[5], 1.0, 10.0)
    kept, unsupported, left_out = supported_splits(alone, bars)
    assert kept.equals(alone)
    assert unsupported.is_empty()
    assert left_out == 0
