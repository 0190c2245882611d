"""Dealers' gamma of the simulated crash by the wire: the mornings up to it, its close, and what the scenario says."""

import shutil
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from statistics import fmean

import httpx
import polars as pl

from deskview.analytics.gamma import NAIVE, OF_INDICES, OptionBook, Terms, read_underlying, strikes_of
from deskview.board import Board
from deskview.feed.chains import refresh_chains
from deskview.market.sessions import Calendar
from deskview.simulator import create_app
from deskview.simulator.scenario import read_scenario
from tests.feed.markets import Made, provider, refreshed, simulated
from tests.feed.test_chains import context_of

CALENDAR = Calendar()


async def a_morning(cache: Path, back: int) -> None:
    """What the desk keeps of the morning so many sessions before the crash."""
    app = create_app(at=time(10), speed=0, compress=False, sessions=back + 1)
    through = provider(httpx.ASGITransport(app))
    try:
        now = (await through.market_status()).now
        bars = (await through.daily_bars(CALENDAR.previous(now.date()))).frame
        closes = dict(bars.filter(pl.col("ticker") == "SPY").select("ticker", "close").iter_rows())
        folder = cache / through.source.namespace
        await refresh_chains(context_of(folder, through, at=now, wanted=OF_INDICES[:2], closes=closes))
    finally:
        await through.aclose()


async def test_dealers_are_long_gamma_less_than_before_and_with_funds_they_sell(crash: Made, tmp_path: Path) -> None:
    cache = shutil.copytree(crash.cache, tmp_path / "cache")
    for folder in (*cache.glob("*/chains-*"), *cache.glob("*/gamma-mornings*")):
        shutil.rmtree(folder) if folder.is_dir() else folder.unlink()
    for back in range(5, -1, -1):
        await a_morning(cache, back)
    board: Board = await refreshed(simulated(), cache)
    reading = board.gamma.value
    assert reading is not None
    assert reading.index is not None
    assert reading.index.title == "S&P 500: SPX + SPY"
    spx = next(row for row in reading.by_underlying if row.underlying == "SPX")
    assert spx.net_usd_per_1pct is not None
    assert spx.net_usd_per_1pct > 0
    assert [row.session for row in reading.mornings] == [*CALENDAR.before(date(2026, 2, 4), 5), date(2026, 2, 4)]
    earlier = [row.net_usd for row in reading.mornings[:-1]]
    assert reading.mean_before_usd == fmean(earlier)
    assert 0 < reading.mornings[-1].net_usd < reading.mean_before_usd
    assert 0 < (reading.index.net_usd_per_1pct or 0.0) < reading.mean_before_usd
    assert reading.today is not None
    assert reading.today.move < 0
    assert (reading.today.dealers_usd or 0.0) > 0, "long gamma buys what falls"
    assert (reading.today.net_usd or 0.0) < 0
    assert reading.today.effect == "amplify"


async def spx_net(scenario: str | Path) -> float:
    """SPX's gamma by the chain on the wire of the scenario at noon."""
    app = create_app(scenario, at=time(12), speed=0, compress=False)
    through = provider(httpx.ASGITransport(app))
    now, day = datetime(2026, 2, 4, 17, tzinfo=UTC), date(2026, 2, 4)
    try:
        chain = (await through.chain("SPX", (day, day + timedelta(days=30)), (5_800, 8_000))).frame
    finally:
        await through.aclose()
    spot = chain.get_column("spot").median()
    assert isinstance(spot, float)
    strikes = strikes_of(chain, Terms(spot), now, Calendar())
    book = OptionBook("SPX", "S&P 500", strikes, day, proxy="SPX")
    found = read_underlying(book, spot, now, Calendar(), convention=NAIVE).net_usd_per_1pct
    assert found is not None
    return found


async def test_other_positions_in_the_scenario_are_another_gamma(tmp_path: Path) -> None:
    _, text = read_scenario("momentum-crash")
    written = text if isinstance(text, str) else text.decode()
    assert "0.13]" in written
    turned = tmp_path / "turned.toml"
    turned.write_text(written.replace("0.13]", "-0.4]"))
    as_it_is, other = await spx_net("momentum-crash"), await spx_net(turned)
    assert as_it_is > 0 > other
