"""The panel adjusted as matrices is the panel of the adjusted history."""

from datetime import date, timedelta

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from deskview.analytics.adjust import adjusted_history
from deskview.analytics.panel import Panel, adjusted_panel, panel_of
from deskview.market.schema import DIVIDENDS, SPLITS, empty
from tests.analytics.markets import TODAY, market, weekdays

DAYS = weekdays(20)
BARS = market(names=5, sessions=20).bars
TICKERS = st.sampled_from(["N001", "N002", "N003", "SPY", "UNKNOWN"])
DATES = st.sampled_from([*DAYS, TODAY, TODAY + timedelta(days=1), DAYS[0] - timedelta(days=3)])
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
    gone=st.sets(st.tuples(TICKERS, st.sampled_from(DAYS)), max_size=25),
    basis=st.sampled_from([TODAY, DAYS[-1], DAYS[-4]]),
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
