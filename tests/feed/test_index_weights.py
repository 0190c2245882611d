"""How index flows reach names when caps, the index's fund or its returns can't be relied on: told, never silently."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from deskview.analytics.leverage import Leverage
from deskview.analytics.leverage.readings import IndexWeights
from deskview.market.members import index_members
from deskview.store import Store
from tests.feed.markets import refreshed, simulated

WINDOW = 140
"""More sessions than implied weights rest on."""


def stored(cache: Path) -> Store:
    return Store(next(path.parent for path in cache.rglob("bars") if path.is_dir()))


async def reading_of(cache: Path) -> Leverage:
    reading = (await refreshed(simulated(), cache)).leverage.value
    assert reading is not None
    return reading


def row_of(reading: Leverage, index: str = "NDX") -> IndexWeights:
    return next(row for row in reading.index_weights if row.index == index)


def with_qqq(store: Store, change: pl.Expr | None) -> None:
    """The stored closes of QQQ changed, in the newest sessions; None: gone from them."""
    for number, day in enumerate(sorted(store.sessions())[-WINDOW:]):
        bars, own = store.bars([day]), pl.col("ticker") == "QQQ"
        if change is None:
            store.put_bars(day, bars.filter(~own))
        else:
            scale = pl.when(own & (number % 2 == 0)).then(change).otherwise(1.0)
            store.put_bars(day, bars.with_columns(pl.col("close") * scale, pl.col("vwap") * scale))


async def test_as_a_rule_the_weights_are_implied_and_near_what_the_fund_holds(warm: Path) -> None:
    reading = await reading_of(warm)
    for index, fund in (("NDX", "QQQ"), ("NYSE_SEMIS", "SOXX"), ("TECH", "XLK"), ("SPX", "SPY"), ("FIN", "XLF")):
        row = row_of(reading, index)
        assert (row.basis, row.fund, row.reason, row.start) == ("implied", fund, None, "market values")
        assert row.r2 is not None and row.residual_bp is not None
        assert row.r2 > 0.99 and row.residual_bp < 6.0


async def test_a_name_without_a_market_value_keeps_its_flow(warm: Path) -> None:
    """The part of AVGO's flow that indices with implied weights bring; the rest goes by its dollar volume."""
    store, well = stored(warm), await reading_of(warm)
    details = store.table("details")
    assert details is not None
    known = pl.when(pl.col("ticker") != "AVGO").then("market_cap_usd")
    store.put_table("details", details.with_columns(market_cap_usd=known))
    reading = await reading_of(warm)
    for index in ("NDX", "NYSE_SEMIS"):
        row, before = row_of(reading, index), row_of(well, index)
        assert (row.basis, row.known, row.members) == ("implied", before.known - 1, before.members)
        assert row.reason == "AVGO: no market value, taken from its dollar volume"
    avgo, before_avgo = (next(row for row in r.by_name if row.ticker == "AVGO") for r in (reading, well))
    assert avgo.today_usd == pytest.approx(before_avgo.today_usd, rel=0.25)


async def test_a_basket_of_which_one_cap_is_known_takes_no_flow_to_names(warm: Path) -> None:
    store, well = stored(warm), await reading_of(warm)
    details = store.table("details")
    assert details is not None
    others = pl.col("ticker").is_in([ticker for ticker in index_members("NDX") if ticker != "NVDA"])
    known = pl.when(~others).then("market_cap_usd")
    store.put_table("details", details.with_columns(market_cap_usd=known))
    reading = await reading_of(warm)
    row = row_of(reading)
    assert (row.basis, row.known) == ("none", 1)
    assert row.reason == "market values known of 1 of 101 constituents: its flow goes to no name"
    assert reading.notes["by_name.NDX"] == row.reason
    nasdaq_usd = next(each.today_usd for each in reading.by_underlying if each.underlying == "NDX")
    assert nasdaq_usd is not None and reading.unallocated_usd is not None and well.unallocated_usd is not None
    assert reading.unallocated_usd <= nasdaq_usd + 0.5 * well.unallocated_usd
    assert reading.today_usd == pytest.approx(well.today_usd, rel=1e-9)
    parts = sum(each.today_usd or 0.0 for each in reading.by_name)
    assert parts + reading.unallocated_usd == pytest.approx(reading.today_usd, rel=1e-9)


@pytest.mark.parametrize(("noise", "words"), [(None, "QQQ"), (1.004, "R² 0.")])
async def test_without_the_funds_returns_or_with_returns_of_something_else_market_values_stay_and_it_is_told(
    warm: Path, noise: float | None, words: str
) -> None:
    with_qqq(stored(warm), None if noise is None else pl.lit(noise))
    reading = await reading_of(warm)
    row = row_of(reading)
    assert row.basis == "prior"
    assert row.reason is not None and words in row.reason and "market values are kept" in row.reason
    assert row.r2 is None or row.r2 < 0.99
    assert np.isfinite(reading.unallocated_usd or np.nan)
    assert "NDX" in reading.notes["by_name.index_usd"]
