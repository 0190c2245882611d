"""History as matrices, and the panel adjusted as matrices: that of the adjusted history."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskview.analytics.adjust import adjusted_history
from deskview.analytics.panel import FILL_SESSIONS, Panel, adjusted_panel, panel_of
from deskview.market.schema import DIVIDENDS, HISTORY, SPLITS, empty
from tests.analytics.markets import TODAY, market, weekdays

DAYS = weekdays(20)


@pytest.fixture
def history() -> pl.DataFrame:
    return adjusted_history(market(names=5, sessions=20).bars, empty(SPLITS), basis=TODAY)


def column(panel: Panel, ticker: str) -> list[float]:
    place = panel.column(ticker)
    assert place is not None
    return [float(value) for value in panel.close[:, place]]


def test_rows_and_columns_are_those_of_the_history(history: pl.DataFrame) -> None:
    panel = panel_of(history.sample(fraction=1.0, shuffle=True, seed=3))
    assert panel.sessions == tuple(DAYS)
    assert panel.tickers == ("N000", "N001", "N002", "N003", "N004", "SPY")
    assert column(panel, "N003") == history.filter(pl.col("ticker") == "N003")["close"].to_list()
    assert panel.column("GONE") is None
    assert panel.columns(["SPY", "GONE"]).tolist() == [5, -1]


def test_the_live_session_and_later_ones_stay_out(history: pl.DataFrame) -> None:
    assert panel_of(history, before=DAYS[-2]).sessions == tuple(DAYS[:-2])


def test_a_missing_day_keeps_the_last_close_and_has_no_volume(history: pl.DataFrame) -> None:
    panel = panel_of(history.filter((pl.col("ticker") != "N001") | (pl.col("session") != DAYS[7])))
    place = panel.column("N001")
    assert panel.close[7, place] == panel.close[6, place]
    assert panel.returns[7, place] == 0
    assert panel.dollar_volume_usd[7, place] == 0


def test_a_dead_name_is_gone_after_the_carried_sessions(history: pl.DataFrame) -> None:
    closes = column(panel_of(history.filter((pl.col("ticker") != "N001") | (pl.col("session") < DAYS[8]))), "N001")
    assert closes[8 : 8 + FILL_SESSIONS] == [closes[7]] * FILL_SESSIONS
    assert np.isnan(closes[8 + FILL_SESSIONS :]).all()


def test_nothing_stands_before_a_listing(history: pl.DataFrame) -> None:
    closes = column(panel_of(history.filter((pl.col("ticker") != "N001") | (pl.col("session") >= DAYS[8]))), "N001")
    assert np.isnan(closes[:8]).all()
    assert not np.isnan(closes[8:]).any()


def test_a_date_with_hardly_a_bar_is_no_session_and_is_named(history: pl.DataFrame) -> None:
    thin = history.filter((pl.col("ticker") == "N001") | (pl.col("session") != DAYS[7]))
    panel = panel_of(thin)
    assert panel.thin_sessions == (DAYS[7],)
    assert DAYS[7] not in panel.sessions


def test_an_empty_history_is_an_empty_panel() -> None:
    panel = panel_of(empty(HISTORY))
    assert panel.sessions == ()
    assert panel.close.shape == (0, 0)
    assert panel.returns.shape == (0, 0)


SESSIONS = weekdays(20)
BARS = market(names=5, sessions=20).bars
TICKERS = st.sampled_from(["N001", "N002", "N003", "SPY", "UNKNOWN"])
DATES = st.sampled_from([*SESSIONS, TODAY, TODAY + timedelta(days=1), SESSIONS[0] - timedelta(days=3)])
RATIOS = st.sampled_from([(1.0, 2.0), (1.0, 10.0), (20.0, 1.0), (0.0, 1.0)])


def splits_of(rows: list[tuple[str, date, tuple[float, float]]]) -> pl.DataFrame:
    return pl.DataFrame([(ticker, day, *ratio, None) for ticker, day, ratio in rows], dict(SPLITS), orient="row")


def dividends_of(rows: list[tuple[str, date, float]]) -> pl.DataFrame:
    table = pl.DataFrame(rows, {"ticker": pl.String, "ex_date": pl.Date, "cash_usd": pl.Float64}, orient="row")
    return table.with_columns(pl.lit(None).alias(name) for name in DIVIDENDS if name not in table.columns)


def same(ours: Panel, other: Panel) -> None:
    assert (ours.sessions, ours.tickers, ours.thin_sessions) == (other.sessions, other.tickers, other.thin_sessions)
    np.testing.assert_allclose(ours.close, other.close, rtol=1e-12)
    np.testing.assert_array_equal(ours.dollar_volume_usd, other.dollar_volume_usd)


@given(
    splits=st.lists(st.tuples(TICKERS, DATES, RATIOS), max_size=6).map(splits_of),
    dividends=st.lists(st.tuples(TICKERS, DATES, st.sampled_from([0.0, 0.5, 3.0, 1e4])), max_size=8).map(dividends_of),
    gone=st.sets(st.tuples(TICKERS, st.sampled_from(SESSIONS)), max_size=25),
    basis=st.sampled_from([TODAY, SESSIONS[-1], SESSIONS[-4]]),
)
@settings(max_examples=150, deadline=None)
def test_both_ways_give_the_same_panel(
    splits: pl.DataFrame, dividends: pl.DataFrame, gone: set[tuple[str, date]], basis: date
) -> None:
    kept = [(ticker, day) not in gone for ticker, day in BARS.select("ticker", "session").iter_rows()]
    bars = BARS.filter(pl.Series(kept)).sample(fraction=1.0, shuffle=True, seed=1)
    history = adjusted_history(bars, splits, dividends, basis=basis)
    same(adjusted_panel(bars, splits, dividends, basis=basis), panel_of(history))


def test_without_bars_there_is_an_empty_panel() -> None:
    panel = adjusted_panel(BARS.clear(), empty(SPLITS), basis=TODAY)
    assert panel.close.shape == (0, 0)
