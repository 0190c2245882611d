"""The vendor's own client reads every endpoint over a real socket."""

from datetime import UTC, datetime
from itertools import islice

import pytest
from massive import RESTClient  # type: ignore[import-untyped]
from massive.exceptions import BadResponse  # type: ignore[import-untyped]

DAY = "2026-02-04"


@pytest.fixture
def client(url: str) -> RESTClient:
    return RESTClient("demo", base=url, retries=0)


def test_status_and_reference(client: RESTClient) -> None:
    status = client.get_market_status()
    assert (status.market, status.exchanges.nyse) == ("open", "open")
    assert datetime.fromisoformat(status.server_time).astimezone(UTC) == datetime(2026, 2, 4, 17, tzinfo=UTC)
    holidays = client.get_market_holidays()
    assert {holiday.exchange for holiday in holidays} == {"NYSE", "NASDAQ"}
    assert {holiday.status for holiday in holidays} == {"closed", "early-close"}
    funds = list(client.list_tickers(market="stocks", type="ETF", active=True, limit=250))
    assert len(funds) > 400
    assert len({fund.ticker for fund in funds}) == len(funds)
    assert len(client.get_exchanges(asset_class="stocks")) == 27
    conditions = list(client.list_conditions(asset_class="stocks", data_type="trade", limit=1000))
    assert {2, 8, 10, 12, 14, 15, 16, 17, 37} <= {condition.id for condition in conditions}


def test_details(client: RESTClient) -> None:
    stock = client.get_ticker_details("NVDA")
    assert stock.sic_code == "3674"
    assert stock.market_cap > 1e12
    fund = client.get_ticker_details("TQQQ", date=DAY)
    assert fund.type == "ETF"
    assert fund.market_cap is None
    assert (
        fund.share_class_shares_outstanding
        > client.get_ticker_details("TQQQ", date="2025-06-02").share_class_shares_outstanding
    )


def test_bars(client: RESTClient) -> None:
    day = client.get_grouped_daily_aggs("2026-02-03", adjusted=False)
    assert len(day) > 3500
    bars = list(client.list_aggs("NVDA", 1, "day", "2026-01-05", DAY, limit=5))
    assert len(bars) == 22
    close = next(bar.close for bar in day if bar.ticker == "NVDA")
    assert bars[-2].close == close == client.get_previous_close_agg("NVDA")[0].close
    minutes = list(client.list_aggs("NVDA", 5, "minute", DAY, DAY, limit=50_000))
    assert all(bar.timestamp % 300_000 == 0 for bar in minutes)
    assert client.get_grouped_daily_aggs("2026-02-01") == []


def test_snapshots(client: RESTClient) -> None:
    rows = client.get_snapshot_all("stocks")
    assert len(rows) > 3500
    one = client.get_snapshot_ticker("stocks", "NVDA")
    assert one == next(row for row in rows if row.ticker == "NVDA")
    assert {row.ticker for row in client.get_snapshot_all("stocks", tickers=["NVDA", "AMD", "NOPE"])} == {"NVDA", "AMD"}


def test_trades_over_pages(client: RESTClient) -> None:
    first = list(islice(client.list_trades("NVDA", timestamp=DAY, order="asc", limit=100), 350))
    times = [trade.sip_timestamp for trade in first]
    assert times == sorted(set(times))
    latest = next(client.list_trades("NVDA", limit=1))
    assert latest.sip_timestamp <= int(datetime(2026, 2, 4, 17, tzinfo=UTC).timestamp()) * 10**9


def test_corporate_actions_and_shorts(client: RESTClient) -> None:
    splits = list(client.list_stocks_splits(limit=2))
    assert {split.adjustment_type for split in splits} == {"forward_split", "reverse_split"}
    dividends = list(client.list_stocks_dividends(ex_dividend_date_gte="2026-01-01", limit=50))
    assert dividends
    assert all(0 < dividend.historical_adjustment_factor < 1 for dividend in dividends)
    volumes = list(client.list_short_volume(date="2026-02-03", limit=50_000))
    assert len(volumes) > 3500
    assert all(row.short_volume <= row.total_volume for row in volumes)
    assert next(client.list_short_interest(ticker="NVDA")).ticker == "NVDA"


def test_a_wrong_key_is_refused(url: str) -> None:
    with pytest.raises(BadResponse, match="Unknown API Key"):
        RESTClient("wrong", base=url, retries=0).get_market_status()
