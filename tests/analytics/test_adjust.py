"""Prices on today's share basis."""

from datetime import date

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from deskview.analytics.adjust import adjusted_history, closing_snapshot, has_prices, last_closes, live_market
from deskview.market.schema import HISTORY, SNAPSHOT, SPLITS, empty
from tests.analytics.markets import CLOSES, TODAY, before_split, market, split, weekdays

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


def snapshot(rows: list[dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict(SNAPSHOT))


def test_live_returns_stand_on_the_adjusted_close_not_on_the_vendors(bars: pl.DataFrame) -> None:
    history = adjusted_history(bars, split("N001", TODAY, 1.0, 4.0), basis=TODAY)
    last = closes(bars, "N001")[-1]
    live = live_market(
        snapshot([{"ticker": "N001", "price": last / 4 * 1.01, "prev_close": last}]), last_closes(history)
    )
    assert live["ret"].to_list() == pytest.approx([0.01])


def test_a_name_without_yesterdays_bar_takes_the_vendors_close(bars: pl.DataFrame) -> None:
    short = bars.filter((pl.col("ticker") != "N001") | (pl.col("session") < DAYS[-1]))
    history = adjusted_history(short, empty(SPLITS), basis=TODAY)
    rows: list[dict[str, object]] = [
        {"ticker": "N001", "price": 11.0, "prev_close": 10.0},
        {"ticker": "NEW", "price": 11.0},
        {"ticker": "N002"},
    ]
    live = live_market(snapshot(rows), last_closes(history))
    assert live["ticker"].to_list() == ["N001", "NEW", "N002"]
    assert live["ret"].to_list() == [pytest.approx(0.1), None, None]


def test_bars_stand_for_the_snapshot_of_their_close(bars: pl.DataFrame) -> None:
    day = bars.filter(pl.col("session") == DAYS[-1])
    found = closing_snapshot(day, CLOSES)
    assert dict(found.schema) == dict(SNAPSHOT)
    assert has_prices(found)
    assert not has_prices(found.clear())
    assert found.get_column("price").to_list() == day.get_column("close").to_list()
    assert set(found.get_column("price_time")) == {CLOSES}
    assert found.select("prev_close", "bid", "ask").null_count().row(0) == (day.height,) * 3
    last = last_closes(adjusted_history(bars.filter(pl.col("session") < DAYS[-1]), empty(SPLITS), basis=DAYS[-1]))
    live = live_market(found, last).filter(pl.col("ticker") == "SPY")
    before, now = closes(bars.filter(pl.col("session") >= DAYS[-2]).sort("session"), "SPY")
    assert live["ret"].item() == pytest.approx(now / before - 1)
