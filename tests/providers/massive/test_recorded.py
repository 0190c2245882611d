"""Answers the vendor itself has published parse as they are."""

from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import polars as pl

from tests.providers.massive.answers import answering


def recorded(folder: Path, name: str) -> bytes:
    return (folder / "recorded" / f"massive_{name}.json").read_bytes()


async def test_grouped_daily(data: Path) -> None:
    table = await answering(recorded(data, "grouped_daily")).daily_bars(date(2020, 10, 14))
    assert table.frame.row(0) == ("GIK", date(2020, 10, 14), 9.99, 10.02, 9.9, 10.02, 895345.0, 9.9979, 96)


async def test_day_bars_start_at_midnight(data: Path) -> None:
    table = await answering(recorded(data, "aggs_day_AAPL")).intraday("AAPL", date(2005, 4, 1), 5)
    assert table.frame["start"].to_list() == [datetime(2005, 4, 1, 5, tzinfo=UTC)]
    assert table.left_out == 1


async def test_snapshot(data: Path) -> None:
    table = await answering(recorded(data, "snapshot_gainers")).snapshot()
    assert table.frame.select("ticker", "trade_price", "trade_conditions", "prev_close").rows() == [
        ("NVCN", 6.42, [14, 41], 0.29),
        ("BIOL", 4.2116, [], 0.1953),
    ]


async def test_single_snapshot_with_null_conditions(data: Path) -> None:
    row = msgspec.json.decode(recorded(data, "snapshot_single_AAPL"))["ticker"]
    frame = (await answering({"tickers": [row]}).snapshot()).frame
    assert frame.select("trade_price", "trade_conditions").row(0) == (159.99, [])


async def test_trades(data: Path) -> None:
    since = datetime(2022, 4, 28, tzinfo=UTC)
    table = await answering(recorded(data, "trades_AAPL")).trades("AAPL", since, datetime(2022, 4, 29, tzinfo=UTC))
    assert table.frame.select("price_e4", "size", "off_exchange", "correction").rows() == [
        (1564300, 10.0, True, 1),
        (1574300, 10.0, True, 1),
    ]


async def test_listing_and_details(data: Path) -> None:
    # the recorded page names a next one; without it the listing ends here
    page = msgspec.json.decode(recorded(data, "tickers_page1")) | {"next_url": None}
    assert (await answering(page).tickers()).frame["ticker"].to_list() == ["A", "AA"]
    frame = (await answering(recorded(data, "ticker_overview_AAPL")).details("AAPL", date(2022, 5, 2))).frame
    assert frame.select("shares_outstanding", "market_cap_usd", "sic_code", "list_date").row(0) == (
        16319440000.0,
        2488795282370.0,
        "3571",
        date(1980, 12, 12),
    )


async def test_status_and_closures(data: Path) -> None:
    status = await answering(recorded(data, "marketstatus_now")).market_status()
    assert (status.now, status.phase) == (datetime(2022, 4, 28, 20, 48, 8, tzinfo=UTC), "extended-hours")
    closures = await answering(recorded(data, "marketstatus_upcoming")).closures()
    assert closures[date(2022, 11, 25)] == "early-close"
    assert len(closures) == 7


async def test_conditions(data: Path) -> None:
    conditions = (await answering(recorded(data, "conditions_stocks")).conditions()).frame
    assert conditions.filter(pl.col("id") == 2).row(0) == (2, "Average Price Trade", True, False, False)
