"""The state of the market, from the index's own closes, and the crowding of the legs among the rule's formations."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from deskview.analytics.measures import average_correlation
from deskview.analytics.momentum.panic import MarketState, market_state
from deskview.analytics.momentum.rules import DEFAULT_RULES
from tests.analytics.markets import TODAY, Market, market, weekdays
from tests.analytics.momentum.test_reading import reading_of
from tests.analytics.momentum.test_sigma import ByHand


def index(days: int, *, drift: float = 0.0, calm: float = 0.001, late: float = 0.02, lately: int = 40) -> pl.DataFrame:
    """An index of that many days that swings by `calm` a day, the last forty days by `late`."""
    step = np.where(np.arange(days) >= days - lately, late, calm) * np.where(np.arange(days) % 2, 1.0, -1.0)
    return pl.DataFrame({"session": weekdays(days), "close": 100 * np.cumprod(1 + drift + step)})


def state_of(closes: pl.DataFrame | None) -> tuple[MarketState, dict[str, str]]:
    return market_state(closes, TODAY, DEFAULT_RULES)


@pytest.mark.parametrize(
    ("drift", "late", "bear", "high"),
    [(-0.001, 0.02, True, True), (0.002, 0.02, False, True), (-0.001, 0.0, True, False)],
)
def test_panic_is_a_bear_market_with_high_volatility(drift: float, late: float, bear: bool, high: bool) -> None:
    state, missing = state_of(index(1260, drift=drift, late=late))
    assert (state.bear, state.high_vol, state.panic, state.days) == (bear, high, bear and high, 1260)
    assert missing == {}


def test_the_median_is_that_of_all_volatilities_up_to_now() -> None:
    rng = np.random.default_rng(4)
    close = 100 * np.cumprod(1 + rng.normal(0, 0.01, 900) * np.linspace(0.5, 2, 900))
    state, _ = state_of(
        pl.DataFrame({"session": weekdays(900), "close": close}).sample(fraction=1, shuffle=True, seed=1)
    )
    returns = close[1:] / close[:-1] - 1
    vols = [np.std(returns[end - 126 : end], ddof=1) * 252**0.5 for end in range(126, len(returns) + 1)]
    assert state.market_vol_126d == pytest.approx(vols[-1], rel=1e-9)
    assert state.market_vol_median == pytest.approx(np.median(vols), rel=1e-9)
    assert state.market_return_24m == pytest.approx(close[-1] / close[-505] - 1, rel=1e-9)


def test_with_fewer_than_756_days_a_panic_cannot_be_told() -> None:
    for days in (755, 756):
        state, missing = state_of(index(days, drift=0.002))
        told = days >= 756
        assert state.days == days
        assert (state.panic is not None, state.high_vol is not None, "panic" not in missing) == (told, told, told)
        assert state.bear is False
    assert state_of(index(755))[1]["panic"] == ("cannot be told: needs 756 closes of the index itself, 755 are held")


def test_the_panels_own_benchmark_is_no_substitute() -> None:
    reading = reading_of(market(names=40, sessions=800))
    assert (reading.state.panic, reading.state.bear, reading.state.days) == (None, None, 0)
    assert "none are held" in reading.missing["state.panic"]


def test_the_session_itself_is_not_among_the_closes() -> None:
    today = pl.DataFrame({"session": [TODAY], "close": [1.0]})
    assert state_of(pl.concat([index(800), today])) == state_of(index(800))


@pytest.mark.parametrize("column", ["session", "close"])
def test_a_missing_column_of_the_index_is_refused_by_name(column: str) -> None:
    with pytest.raises(ValueError, match=f"index_days: column '{column}' is missing"):
        state_of(index(800).drop(column))


def comomentum_by_hand(hand: ByHand, leg: np.ndarray, t: int) -> float:
    """From its definition: 52 weeks before t, each name's residual on the index, the mean of the pairs."""
    ends = list(range(t - 1, -1, -5))[:53][::-1]
    weeks = hand.close[ends][:, leg]
    own, common = weeks[1:] / weeks[:-1] - 1, hand.index[ends][1:] / hand.index[ends][:-1] - 1
    left = np.column_stack([name - np.polyval(np.polyfit(common, name, 1), common) for name in own.T])
    pairs = np.corrcoef(left.T)[np.triu_indices(len(leg), 1)]
    return float(pairs.mean())


def test_comomentum_stands_among_the_formations_before() -> None:
    given = market(names=40, sessions=530)
    hand, crowding = ByHand(given), reading_of(given).crowding
    formations = hand.formations()
    for place, (value, rank) in enumerate(
        ((crowding.long, crowding.percentile_long), (crowding.short, crowding.percentile_short))
    ):
        past = [comomentum_by_hand(hand, hand.legs(t)[place], t) for t in formations]
        assert value == pytest.approx(past[-1], rel=1e-9)
        assert rank == pytest.approx(100 * np.mean(np.array(past[:-1]) < past[-1]))
    assert crowding.n == len(formations) - 1 >= 12


def test_with_fewer_than_twelve_formations_it_has_no_percentile() -> None:
    reading = reading_of(market(names=40, sessions=400))
    crowding = reading.crowding
    assert crowding.n == len(ByHand(market(names=40, sessions=400)).formations()) - 1
    assert 0 < crowding.n < 12
    assert (crowding.percentile_long, crowding.percentile_short) == (None, None)
    for leg in ("long", "short"):
        why = f"needs 12 formations before this one, {crowding.n} are held"
        assert reading.missing[f"crowding.percentile_{leg}"] == why


def test_the_mean_correlation_is_that_of_the_pairs() -> None:
    returns: Any = np.random.default_rng(2).normal(size=(40, 6))
    pairs = np.corrcoef(returns.T)[np.triu_indices(6, 1)]
    assert average_correlation(returns) == pytest.approx(pairs.mean(), rel=1e-9)


def test_without_the_benchmark_there_is_no_comomentum() -> None:
    given = market()
    reading = reading_of(Market(given.bars.filter(pl.col("ticker") != "SPY"), given.names, given.live))
    assert (reading.crowding.long, reading.crowding.percentile_long) == (None, None)
