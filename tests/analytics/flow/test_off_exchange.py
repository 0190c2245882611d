"""Off-exchange shares: of every name, and of the market."""

from datetime import date

import polars as pl
import pytest

from deskview.analytics.flow import OFF_EXCHANGE, market_share, off_exchange_shares
from deskview.market.schema import BARS, SHORT_VOLUME

SESSION = date(2026, 2, 4)


def test_names_without_a_volume_have_no_share() -> None:
    reported = pl.DataFrame(
        {
            "ticker": ["A", "B", "C"],
            "session": [SESSION] * 3,
            "total_volume": [40.0, 10.0, 5.0],
            "short_volume": [1.0] * 3,
        },
        schema=dict(SHORT_VOLUME),
    )
    bars = pl.DataFrame({"ticker": ["A", "B"], "session": [SESSION] * 2, "volume": [100.0, 0.0]})
    whole = bars.select(
        *(column if column in bars.columns else pl.lit(None, kind).alias(column) for column, kind in BARS.items())
    )
    assert off_exchange_shares(reported, whole).select("ticker", "share").rows() == [("A", 0.4)]


def test_the_markets_share_is_weighted_by_volume() -> None:
    table = pl.DataFrame(
        [("A", SESSION, 0.5, 300.0), ("B", SESSION, 0.1, 100.0)], schema=dict(OFF_EXCHANGE), orient="row"
    )
    assert market_share(table) == pytest.approx(0.4)
    assert market_share(table.clear()) is None
