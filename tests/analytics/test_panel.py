"""History as matrices."""

import numpy as np
import polars as pl
import pytest

from deskview.analytics.adjust import adjusted_history
from deskview.analytics.panel import FILL_SESSIONS, Panel, panel_of
from deskview.market.schema import HISTORY, SPLITS, empty
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
