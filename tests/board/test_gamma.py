"""The profiles of dealers' gamma: made once a minute, and those of the morning as the closes before are there."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import cast

import polars as pl

from deskview.analytics.gamma import Kept, Strikes
from deskview.board import GammaInputs
from deskview.board.gamma import profiles_of
from deskview.board.inputs import Inputs
from deskview.board.market import Market
from tests.analytics.gamma.test_reading import KEPT, MODEL, NOON, SESSION, book, live


def inputs(kept: Kept) -> Inputs:
    return cast(Inputs, SimpleNamespace(gamma=GammaInputs(kept, SESSION), basis=SimpleNamespace(gamma=MODEL)))


def market(table: pl.DataFrame, minutes: float = 0.0) -> Market:
    return cast(Market, SimpleNamespace(live=table, at=NOON + timedelta(minutes=minutes)))


def test_profiles_last_a_minute_of_the_market_and_no_longer() -> None:
    kept = inputs(KEPT)
    first = profiles_of(kept, market(live(SPY=0.0)), None)
    assert profiles_of(kept, market(live(SPY=-0.01), 0.9), first) is first
    later = profiles_of(kept, market(live(SPY=-0.01), 1.1), first)
    assert later.curves.now["S&P 500"].spot < first.curves.now["S&P 500"].spot
    assert later.curves.morning["S&P 500"] is first.curves.morning["S&P 500"]
    other = inputs(Kept(KEPT.books, convention="customers long"))
    assert profiles_of(other, market(live(SPY=0.0)), first).curves.now["S&P 500"].net.max() < 0


def test_a_close_before_that_comes_later_makes_the_morning_s_profile_then() -> None:
    kept = inputs(Kept({**KEPT.books, "NVDA": book("NVDA", 100, "NVDA")}))
    without = live(SPY=0.0, NVDA=0.0).with_columns(prev_close=pl.Series([690.0, None]))
    first = profiles_of(kept, market(without), None)
    assert set(first.curves.morning) == {"S&P 500", "SPX", "SPY"}
    later = profiles_of(kept, market(live(SPY=0.0, NVDA=0.0), 1.1), first)
    assert set(later.curves.morning) == {"S&P 500", "SPX", "SPY", "NVDA"}


def test_a_book_that_can_t_be_marked_costs_no_other_part() -> None:
    broken = Kept({"SPY": replace(KEPT.books["SPY"], strikes=cast(Strikes, None))}, {"SPX": "not here"})
    assert profiles_of(inputs(broken), market(live(SPY=0.0)), None).curves.now == {}
