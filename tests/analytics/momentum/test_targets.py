"""Takeover targets, told from prices alone."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskview.analytics.momentum import DEFAULT_RULES, MomentumRules
from deskview.analytics.momentum.universe import targets_at
from tests.analytics.markets import Market, market, weekdays
from tests.analytics.momentum.test_reading import RULES, reading_of

ROWS = 273
RULE_OUT = "pinned since a takeover bid"


def path(*, before: float, jump: float, since: int, after: float, rows: int = ROWS) -> np.ndarray:
    """Returns of one name that moves by +-`before` a day, jumps, and then moves by +-`after` a day."""
    sign = np.where(np.arange(rows) % 2 == 0, 1.0, -1.0)
    day = rows - 1 - since
    returns = sign * np.where(np.arange(rows) < day, before, after)
    returns[day] = jump
    returns[0] = np.nan
    return returns[:, None]


def pinned(returns: np.ndarray, rules: MomentumRules = DEFAULT_RULES) -> bool:
    return bool(targets_at(returns, len(returns), np.array([0]), rules)[0])


@pytest.mark.parametrize(
    ("before", "jump", "since", "after", "told"),
    [
        (0.02, 0.30, 20, 0.002, True),
        (0.02, 0.30, 10, 0.002, True),
        (0.02, 0.30, 9, 0.002, False),  # too early to tell
        (0.02, 0.30, 200, 0.002, True),  # a deal that takes most of a year
        (0.02, 0.30, 260, 0.002, False),  # more than a year ago
        (0.02, 0.10, 20, 0.002, True),
        (0.02, 0.099, 20, 0.002, False),  # no bid
        (0.02, -0.30, 20, 0.002, False),  # a fall
        (0.02, 0.30, 20, 0.0055, False),  # it moves on
        (0.04, 0.30, 20, 0.0055, False),  # calmer by far, and still no pinned price
        (0.007, 0.12, 20, 0.002, False),  # a quiet name after good figures, quiet as ever
        (0.007, 0.0, 20, 0.002, False),
        (0.002, 0.0, 20, 0.002, False),  # hardly moves, and never has
    ],
)
def test_a_jump_and_then_stillness_is_a_bid(
    before: float, jump: float, since: int, after: float, *, told: bool
) -> None:
    assert pinned(path(before=before, jump=jump, since=since, after=after)) is told


def test_the_last_jump_counts() -> None:
    returns = path(before=0.02, jump=0.30, since=40, after=0.002)
    returns[-20] = 0.12  # a higher bid
    assert pinned(returns)
    returns[-5] = 0.12  # another, too fresh to tell
    assert not pinned(returns)


def test_one_bad_day_long_ago_does_not_hide_a_bid() -> None:
    returns = path(before=0.02, jump=0.30, since=150, after=0.002)
    returns[-100] = -0.05
    assert pinned(returns)
    returns[-30] = -0.05
    assert not pinned(returns)


def test_only_what_was_known_is_read() -> None:
    returns = path(before=0.02, jump=0.30, since=20, after=0.002)
    told = [bool(targets_at(returns, t, np.array([0]), DEFAULT_RULES)[0]) for t in range(ROWS - 20, ROWS + 1)]
    assert told == [False] * 10 + [True] * 11


def test_gaps_and_short_histories_are_no_bids() -> None:
    assert not pinned(np.full((ROWS, 1), np.nan))
    assert not pinned(path(before=0.02, jump=0.30, since=20, after=0.002, rows=35))
    assert targets_at(np.empty((1, 3)), 1, np.arange(3), DEFAULT_RULES).tolist() == [False] * 3


@settings(max_examples=50, deadline=None)
@given(
    seed=st.integers(0, 10_000), volatility=st.floats(0.01, 0.04), jump=st.floats(0.1, 0.5), since=st.integers(0, 260)
)
def test_an_ordinary_name_that_jumps_is_no_target(seed: int, volatility: float, jump: float, since: int) -> None:
    returns = np.random.default_rng(seed).normal(0, volatility, (ROWS, 5))
    returns[-1 - since, 0] = jump
    assert not targets_at(returns, ROWS, np.arange(5), DEFAULT_RULES).any()


@settings(max_examples=50, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    volatility=st.floats(0.012, 0.04),
    jump=st.floats(0.15, 0.6),
    since=st.integers(15, 250),
)
def test_a_target_is_told_among_others(seed: int, volatility: float, jump: float, since: int) -> None:
    rng = np.random.default_rng(seed)
    returns = rng.normal(0, volatility, (ROWS, 5))
    returns[-1 - since, 3] = jump
    returns[ROWS - since :, 3] = rng.normal(0.0002, 0.001, since)
    told = targets_at(returns, ROWS, np.array([4, 3, 0]), DEFAULT_RULES)
    assert told.tolist() == [False, True, False]


def with_bid(given_: Market, ticker: str, since: int = 40) -> Market:
    """The market in which a name was bid for at twice its price, `since` sessions before the last."""
    days = weekdays(273)
    day, close = days[-1 - since], pl.col("close")
    frozen = given_.bars.filter(pl.col("ticker") == ticker, pl.col("session") == day)["close"].item()
    moved = pl.when((pl.col("ticker") == ticker) & (pl.col("session") >= day))
    wiggle = 2 * frozen * (1 + 0.001 * (pl.col("session").dt.ordinal_day() % 2))
    return Market(given_.bars.with_columns(close=moved.then(wiggle).otherwise(close)), given_.names, given_.live)


def test_a_target_is_left_out_and_counted_when_a_basket_is_formed() -> None:
    rules = replace(RULES, rebalance="daily")
    bid = reading_of(market(), rules=rules).long[0].ticker
    given_ = with_bid(market(), bid)
    without, with_it = reading_of(given_, rules=rules), reading_of(given_, rules=replace(rules, exclude_targets=False))
    assert without.left_out == {RULE_OUT: 1}
    assert (without.universe, with_it.universe) == (59, 60)
    assert bid in {name.ticker for name in with_it.long}
    assert bid not in {name.ticker for name in (*without.long, *without.short)}


def test_a_name_already_held_stays_until_the_next_basket() -> None:
    bid = reading_of(market()).long[0].ticker
    given_ = with_bid(market(), bid, since=11)
    assert bid in {name.ticker for name in reading_of(given_).long}
    assert RULE_OUT in reading_of(given_, rules=replace(RULES, rebalance="daily")).left_out
