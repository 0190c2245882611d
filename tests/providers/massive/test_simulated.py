"""Every table against the simulated market, which speaks the vendor's wire."""

from datetime import UTC, date, datetime, time, timedelta

import httpx
import pytest
from starlette.types import ASGIApp

from deskview.credentials.key import ApiKey
from deskview.market.sessions import NEW_YORK
from deskview.providers import connect
from deskview.simulator import create_app


@pytest.fixture(scope="module")
def app() -> ASGIApp:
    return create_app("momentum-crash", at=time(15, 30), speed=0)


async def test_every_table_comes_whole(app: ASGIApp) -> None:
    provider = connect(
        "massive", {"key": ApiKey("demo")}, base_url="http://simulated", transport=httpx.ASGITransport(app)
    )
    now = (await provider.market_status()).now
    assert provider.source.simulated
    assert provider.source.scenario == "momentum-crash"
    session = now.astimezone(NEW_YORK).date()
    tables = {
        "tickers": await provider.tickers(),
        "details": await provider.details("NVDA", session),
        "daily bars": await provider.daily_bars(session - timedelta(days=1)),
        "splits": await provider.splits(date(2025, 1, 1)),
        "dividends": await provider.dividends(date(2025, 1, 1)),
        "snapshot": await provider.snapshot(),
        "trades": await provider.trades("NVDA", now - timedelta(minutes=5), now),
        "sample": provider.prints_of([await provider.trades_window("NVDA", datetime(2026, 2, 4, 15, tzinfo=UTC), 50)]),
        "intraday": await provider.intraday("NVDA", session, 5),
        "short volume": await provider.short_volume(session - timedelta(days=1)),
        "conditions": await provider.conditions(),
        "chain of an index": await provider.chain("SPX", (session, session + timedelta(days=30)), (6_000, 7_500)),
        "chain of a stock": await provider.chain("NVDA", (session, session + timedelta(days=60)), (0, 1_000)),
        "yields": await provider.yields(),
        "filings": await provider.filings(date(2025, 2, 1), date(2025, 3, 31)),
        "news": await provider.news(None, now - timedelta(days=3)),
        "news of a stock": await provider.news("NVDA", now - timedelta(days=9)),
    }
    contradicting = {
        "short interest": await provider.short_interest(session - timedelta(days=40)),
        "floats": await provider.floats(),
        "earnings": await provider.earnings(session - timedelta(days=10), session + timedelta(days=90)),
    }
    await provider.aclose()
    for name, table in contradicting.items():
        assert 0 < table.left_out < 0.05 * table.frame.height, name
        assert table.frame["ticker"].is_unique().all() or name == "earnings"
    left_out = {name: table.left_out for name, table in tables.items()}
    doubled = left_out.pop("dividends")
    assert 0 < doubled < 0.01 * tables["dividends"].frame.height
    assert set(left_out.values()) == {0}
    assert not [name for name, table in tables.items() if table.frame.is_empty()]
    assert tables["sample"].frame.height == 50


async def test_what_the_whole_markets_columns_cost_a_day_is_a_handful_of_calls(app: ASGIApp) -> None:
    """Of short interest, floats, results of the weeks around and last year's reports."""
    provider = connect(
        "massive", {"key": ApiKey("demo")}, base_url="http://simulated", transport=httpx.ASGITransport(app)
    )
    day = date(2026, 2, 4)
    for table in (
        await provider.short_interest(day - timedelta(days=40)),
        await provider.floats(),
        await provider.earnings(day - timedelta(days=10), day + timedelta(days=90)),
        await provider.filings(day - timedelta(days=380), day - timedelta(days=290)),
    ):
        assert table.frame.height > 1_000
    assert provider.traffic.calls <= 6
    await provider.aclose()


async def test_news_over_more_than_a_page_are_whole(app: ASGIApp) -> None:
    """Their next page's address names the port, which is the same server."""
    provider = connect(
        "massive", {"key": ApiKey("demo")}, base_url="http://simulated", transport=httpx.ASGITransport(app)
    )
    table = await provider.news(None, datetime(2026, 1, 20, tzinfo=UTC))
    await provider.aclose()
    assert (provider.traffic.calls, table.left_out) == (2, 0)
    assert table.frame.height > 1_000
    assert table.frame["published"].is_sorted(descending=True)
