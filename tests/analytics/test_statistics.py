"""Key statistics against figures worked out by hand."""

import math
from datetime import date, timedelta

import polars as pl
import pytest

from deskview.analytics.statistics import KeyStatistics, key_statistics


def history(ticker: str, closes: list[float]) -> pl.DataFrame:
    """A close a day from the first of 2025, traded at a million dollars a day."""
    return pl.DataFrame(
        {
            "ticker": ticker,
            "session": [date(2025, 1, 1) + timedelta(days=number) for number in range(len(closes))],
            "low": [close * 0.9 for close in closes],
            "high": [close * 1.1 for close in closes],
            "total_close": closes,
            "dollar_volume_usd": [1e6 + number for number in range(len(closes))],
        }
    )


def zigzag(count: int, up: float) -> list[float]:
    """Closes that go up and down by the same factor in turn, from 100."""
    return [100.0 * (up if number % 2 else 1.0) for number in range(count)]


def test_a_name_that_goes_twice_as_far_as_the_market() -> None:
    own = key_statistics(pl.concat([history("A", zigzag(252, 1.02)), history("SPY", zigzag(252, 1.01))]), "A")
    assert own.low == pytest.approx(90)
    assert own.high == pytest.approx(112.2)
    assert own.adv_usd == pytest.approx(1e6 + sum(range(232, 252)) / 20)
    step = math.log(1.02)
    assert own.vol_1m == pytest.approx(math.sqrt(252) * step * math.sqrt((21 - 1 / 21) / 20))
    assert own.beta == pytest.approx((0.02 + 0.02 / 1.02) / (0.01 + 0.01 / 1.01), rel=1e-3)
    assert own.sessions == 252


def test_a_short_history_states_only_what_it_can() -> None:
    short = key_statistics(pl.concat([history("A", zigzag(15, 1.02)), history("SPY", zigzag(252, 1.01))]), "A")
    assert short.sessions == 15
    assert short.low is not None
    assert (short.adv_usd, short.vol_1m, short.vol_1y, short.beta) == (None, None, None, None)


def test_a_name_without_history_has_nothing() -> None:
    assert key_statistics(history("A", [1.0]), "B") == KeyStatistics(None, None, None, None, None, None, 0)
