"""Cash dividends in the total close, beside splits."""

from datetime import date
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskview.analytics.adjust import adjusted_history
from deskview.analytics.panel import panel_of
from deskview.market.schema import DIVIDENDS, SPLITS, empty
from tests.analytics.markets import TODAY, before_split, market, split, weekdays

DAYS = weekdays(12)


@pytest.fixture
def bars() -> pl.DataFrame:
    return market(names=3, sessions=12).bars


def dividend(ticker: str, ex_date: date, cash_usd: float) -> pl.DataFrame:
    return pl.DataFrame([(ticker, ex_date, cash_usd)], schema=dict(DIVIDENDS), orient="row")


def column(history: pl.DataFrame, ticker: str, name: str) -> list[float]:
    return history.filter(pl.col("ticker") == ticker)[name].to_list()


def test_the_return_over_the_ex_date_is_the_total_return(bars: pl.DataFrame) -> None:
    history = adjusted_history(bars, empty(SPLITS), dividend("N001", DAYS[6], 1.5), basis=TODAY)
    close, total = column(history, "N001", "close"), column(history, "N001", "total_close")
    # Reinvested at the close before: the holder's return is C6 / (C5 - D) - 1.
    assert total[6] / total[5] == pytest.approx(close[6] / (close[5] - 1.5), rel=1e-12)
    assert total[6:] == close[6:]
    assert [b / a for a, b in pairwise(total[:6])] == pytest.approx([b / a for a, b in pairwise(close[:6])], rel=1e-12)


def test_other_names_and_prices_stay(bars: pl.DataFrame) -> None:
    plain = adjusted_history(bars, empty(SPLITS), basis=TODAY)
    history = adjusted_history(bars, empty(SPLITS), dividend("N001", DAYS[6], 1.5), basis=TODAY)
    assert history.drop("total_close").equals(plain.drop("total_close"))
    assert column(history, "N000", "total_close") == column(plain, "N000", "close")


def test_a_dividend_before_a_split_is_put_on_todays_basis(bars: pl.DataFrame) -> None:
    whole = adjusted_history(bars, empty(SPLITS), dividend("N001", DAYS[4], 1.0), basis=TODAY)
    traded = before_split(bars, "N001", DAYS[8], 2.0)
    cut = adjusted_history(traded, split("N001", DAYS[8], 1.0, 2.0), dividend("N001", DAYS[4], 2.0), basis=TODAY)
    assert column(cut, "N001", "total_close") == pytest.approx(column(whole, "N001", "total_close"), rel=1e-12)


def test_one_after_the_basis_or_without_a_close_before_or_above_it_changes_nothing(bars: pl.DataFrame) -> None:
    plain = adjusted_history(bars, empty(SPLITS), basis=TODAY)
    for odd in (
        dividend("N001", date(2027, 1, 4), 1.0),
        dividend("N001", DAYS[0], 1.0),
        dividend("N001", DAYS[5], 1e9),
        dividend("NONE", DAYS[5], 1.0),
        dividend("N001", DAYS[5], 0.0),
    ):
        assert adjusted_history(bars, empty(SPLITS), odd, basis=TODAY).equals(plain)


@given(st.lists(st.tuples(st.integers(1, 11), st.floats(0.01, 3.0)), min_size=1, max_size=6))
def test_the_panel_compounds_to_the_total_return(paid: list[tuple[int, float]]) -> None:
    bars = market(names=3, sessions=12).bars
    dividends = pl.concat([dividend("N001", DAYS[day], cash) for day, cash in paid])
    panel = panel_of(adjusted_history(bars, empty(SPLITS), dividends, basis=TODAY))
    close = column(adjusted_history(bars, empty(SPLITS), basis=TODAY), "N001", "close")
    cash = {day: sum(amount for other, amount in paid if other == day) for day, _ in paid}
    wealth = 1.0
    for day in range(1, 12):
        wealth *= close[day] / (close[day - 1] - cash.get(day, 0.0))
    place = panel.column("N001")
    assert place is not None
    assert panel.close[-1, place] / panel.close[0, place] == pytest.approx(wealth, rel=1e-9)
