"""The market live: which trade is a price, which close is official, what returns are measured against."""

from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from deskview.analytics.adjust import adjusted_history, last_closes
from deskview.analytics.live import PriceBasis, closing_snapshot, has_prices, live_market, no_last_price
from deskview.market.schema import CONDITIONS, DIVIDENDS, LIVE, SNAPSHOT, SPLITS, empty
from tests.analytics.markets import CLOSES, LAST, NOW, TODAY, market, split

BEGINS = CLOSES - timedelta(hours=12)
EVENING = CLOSES + timedelta(hours=2)
ODD_LOT, SWEEP, CONTINGENT = 37, 14, 52
NO_PRICE = (ODD_LOT, CONTINGENT, 53)


@pytest.fixture
def bars() -> pl.DataFrame:
    return market(names=3, sessions=12).bars


def last_close(bars: pl.DataFrame, ticker: str = "N001") -> float:
    own = bars.filter((pl.col("ticker") == ticker) & (pl.col("session") == LAST))
    return float(own["close"].item())


def basis(bars: pl.DataFrame, splits: pl.DataFrame | None = None, dividends: pl.DataFrame | None = None) -> PriceBasis:
    splits = empty(SPLITS) if splits is None else splits
    dividends = empty(DIVIDENDS) if dividends is None else dividends
    history = adjusted_history(bars, splits, dividends, basis=TODAY)
    return PriceBasis(BEGINS, CLOSES, last_closes(history, splits, dividends, before=LAST, today=TODAY), NO_PRICE)


def live(found: PriceBasis, at: datetime = NOW, **row: object) -> dict[str, Any]:
    """LIVE of one row of SNAPSHOT, a name that trades at the moment."""
    known = {"ticker": "N001", "trade_time": at, "minute_time": at, "updated": at, **row}
    snapshot = pl.DataFrame([dict.fromkeys(SNAPSHOT, None) | known], schema=dict(SNAPSHOT))
    table = live_market(snapshot, found, at)
    assert dict(table.schema) == dict(LIVE)
    return table.row(0, named=True)


@pytest.mark.parametrize(
    ("codes", "price"),
    [(None, 99.0), ([], 99.0), ([SWEEP], 99.0), ([999], 99.0), ([ODD_LOT], 90.0), ([SWEEP, CONTINGENT], 90.0)],
)
def test_a_trade_whose_conditions_set_no_last_price_is_none(
    bars: pl.DataFrame, codes: list[int] | None, price: float
) -> None:
    row = live(basis(bars), trade_price=99.0, trade_conditions=codes, minute_close=90.0, day_close=91.0)
    assert row["price"] == price


def test_without_a_minute_the_days_close_stands_for_a_trade_that_sets_no_price(bars: pl.DataFrame) -> None:
    row = live(basis(bars), trade_price=99.0, trade_conditions=[53], day_close=91.0)
    assert (row["price"], row["price_time"]) == (91.0, NOW)


def test_the_price_is_as_old_as_what_it_was_taken_from(bars: pl.DataFrame) -> None:
    early = NOW - timedelta(minutes=20)
    row = live(basis(bars), trade_price=99.0, trade_conditions=[ODD_LOT], minute_close=90.0, minute_time=early)
    assert row["price_time"] == early


def test_the_vendors_rules_tell_which_conditions_set_no_price() -> None:
    table = pl.DataFrame(
        {"id": [14, 37, 10], "name": ["a", "b", "c"], "updates_volume": [True] * 3}
        | {"updates_high_low": [True, False, True], "updates_open_close": [True, False, False]},
        schema=dict(CONDITIONS),
    )
    assert no_last_price(table) == (10, 37)


def test_from_the_bell_on_the_official_close_stands_whatever_trades_after(bars: pl.DataFrame) -> None:
    found = basis(bars)
    bell = live(found, CLOSES, trade_price=100.0, minute_close=100.0, day_close=100.0)
    evening = live(found, EVENING, trade_price=92.0, minute_close=92.0, day_close=100.0)
    assert evening["price"] == bell["price"] == 100.0
    assert evening["ret"] == bell["ret"]
    assert evening["price_time"] == bell["price_time"] == CLOSES
    assert evening["after_hours"] == pytest.approx(-0.08)
    assert bell["after_hours"] is None


def test_a_name_halted_before_the_bell_stays_as_old_as_its_last_trade(bars: pl.DataFrame) -> None:
    halted = CLOSES - timedelta(hours=4)
    row = live(basis(bars), EVENING, trade_price=9.0, trade_time=halted, minute_time=halted, day_close=9.0)
    assert row["price_time"] == halted
    assert row["after_hours"] is None


def test_without_a_regular_trade_there_is_no_price_after_the_bell(bars: pl.DataFrame) -> None:
    row = live(basis(bars), EVENING, trade_price=92.0, minute_close=92.0)
    assert row["price"] is row["ret"] is None


def test_a_split_of_today_known_to_both_or_to_the_table_alone_is_no_contradiction(bars: pl.DataFrame) -> None:
    last, found = last_close(bars), basis(bars, split("N001", TODAY, 1.0, 4.0))
    for vendors in (last, last / 4):
        row = live(found, trade_price=last / 4 * 1.01, prev_close=vendors)
        assert row["ret"] == pytest.approx(0.01)
        assert row["doubt"] is None


def test_a_split_the_table_does_not_have_yet_shows_in_the_vendors_previous_close(bars: pl.DataFrame) -> None:
    last = last_close(bars)
    row = live(basis(bars), trade_price=last / 10 * 1.01, prev_close=last / 10)
    assert row["ret"] == pytest.approx(0.01)
    assert "10.0 times the vendor's" in row["doubt"]


def test_a_corrected_close_of_a_percent_leaves_the_stored_one(bars: pl.DataFrame) -> None:
    last = last_close(bars)
    row = live(basis(bars), trade_price=last, prev_close=last * 1.01)
    assert (row["ret"], row["doubt"]) == (0.0, None)


def test_going_ex_today_lowers_the_close_before(bars: pl.DataFrame) -> None:
    last = last_close(bars)
    paid = pl.DataFrame([("N001", TODAY, 2.0)], schema=dict(DIVIDENDS), orient="row")
    for stored in (bars, bars.filter(pl.col("session") < LAST)):
        row = live(basis(stored, dividends=paid), trade_price=last - 2.0, prev_close=last)
        assert row["prev_close"] == pytest.approx(last - 2.0, rel=1e-12)
        assert row["ret"] == pytest.approx(0.0, abs=1e-12)


def test_without_bars_of_the_session_before_the_vendors_closes_stand(bars: pl.DataFrame) -> None:
    found = basis(bars.filter(pl.col("session") < LAST))
    assert live(found, trade_price=11.0, prev_close=10.0)["ret"] == pytest.approx(0.1)
    assert live(found, trade_price=11.0)["ret"] is None


def test_a_low_open_without_news_in_the_tables_is_in_doubt(bars: pl.DataFrame) -> None:
    last = last_close(bars)
    low = live(basis(bars), trade_price=last * 0.8, open=last * 0.75)
    assert "opened 25% lower" in low["doubt"]
    assert live(basis(bars), trade_price=last * 0.8, open=last * 0.89)["doubt"] is None
    paid = pl.DataFrame([("N001", TODAY, last * 0.25)], schema=dict(DIVIDENDS), orient="row")
    assert live(basis(bars, dividends=paid), trade_price=last * 0.8, open=last * 0.75)["doubt"] is None


def test_bars_stand_for_the_snapshot_of_their_close(bars: pl.DataFrame) -> None:
    day = bars.filter(pl.col("session") == LAST)
    found = closing_snapshot(day, CLOSES)
    assert dict(found.schema) == dict(SNAPSHOT)
    assert has_prices(found)
    assert not has_prices(found.clear())
    history = adjusted_history(bars.filter(pl.col("session") < LAST), empty(SPLITS), basis=LAST)
    before = history["session"].max()
    assert isinstance(before, date)
    closes = last_closes(history, empty(SPLITS), empty(DIVIDENDS), before=before, today=LAST)
    table = live_market(found, PriceBasis(BEGINS, CLOSES, closes), CLOSES)
    assert table["price"].to_list() == day["close"].to_list()
    assert set(table["price_time"]) == {CLOSES}
    spy = bars.filter(pl.col("ticker") == "SPY").sort("session")["close"].to_list()
    assert table.filter(pl.col("ticker") == "SPY")["ret"].item() == pytest.approx(spy[-1] / spy[-2] - 1)


def test_a_bad_previous_close_of_the_vendor_moves_nothing(bars: pl.DataFrame) -> None:
    last = last_close(bars)
    for bad in (0.01, last * 40):
        row = live(basis(bars), trade_price=last * 0.99, open=last, prev_close=bad)
        assert row["ret"] == pytest.approx(-0.01)
        assert "taken is the one nearer the price" in row["doubt"]


def test_a_split_listed_for_today_that_did_not_come_leaves_the_old_close(bars: pl.DataFrame) -> None:
    last = last_close(bars)
    row = live(basis(bars, split("N001", TODAY, 1.0, 10.0)), trade_price=last * 1.02, open=last, prev_close=last)
    assert row["ret"] == pytest.approx(0.02)
    assert row["doubt"] is not None


@pytest.mark.parametrize("factor", [10.0, 0.1])
def test_a_split_neither_table_knows_leaves_no_return(bars: pl.DataFrame, factor: float) -> None:
    last = last_close(bars)
    row = live(basis(bars), trade_price=last * factor, open=last * factor, prev_close=last)
    assert row["ret"] is None
    assert row["price"] == pytest.approx(last * factor)
    assert "no return is stated" in row["doubt"]


def test_where_many_names_contradict_the_vendors_table_is_old_and_the_stored_closes_stay() -> None:
    wide = market(names=60, sessions=12).bars
    last = wide.filter(pl.col("session") == LAST).select("ticker", last="close")
    snapshot = pl.DataFrame(
        [
            dict.fromkeys(SNAPSHOT, None)
            | {"ticker": ticker, "trade_price": close * 0.97, "trade_time": NOW, "prev_close": close * 0.96}
            for ticker, close in last.iter_rows()
        ],
        schema=dict(SNAPSHOT),
    )
    table = live_market(snapshot, basis(wide), NOW)
    assert table["ret"].to_list() == pytest.approx([-0.03] * table.height)
    assert set(table["doubt"]) == {"the vendor's previous closes are of another day: the stored ones are kept"}


def test_a_trade_of_an_earlier_day_is_no_price_of_today(bars: pl.DataFrame) -> None:
    old = BEGINS - timedelta(hours=8)
    row = live(basis(bars), trade_price=99.0, trade_time=old, minute_close=98.0, minute_time=old, prev_close=90.0)
    assert row["price"] is row["ret"] is None


def test_once_the_session_is_over_only_its_closes_are_prices() -> None:
    trade = dict.fromkeys(SNAPSHOT, None) | {"ticker": "N001", "trade_price": 9.0, "trade_time": NOW}
    cleared = pl.DataFrame([trade], schema=dict(SNAPSHOT))
    assert has_prices(cleared)
    assert not has_prices(cleared, closed=True)
