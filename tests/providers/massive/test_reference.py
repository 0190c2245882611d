"""Reference data: the listing, one name's details, corporate actions, the calendar, codes."""

from datetime import UTC, date, datetime

import pytest

from deskview.market.schema import (
    CONDITIONS,
    DELISTED,
    DETAILS,
    DIVIDENDS,
    SHORT_VOLUME,
    SPLITS,
    TICKERS,
    require,
)
from deskview.market.sessions import Closure
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.massive.provider import Massive
from tests.providers.massive.answers import answering, results
from tests.providers.scripted import Server, ok

DAY = date(2026, 11, 20)


def listed(ticker: str, kind: str = "CS", **more: object) -> dict[str, object]:
    return {
        "ticker": ticker,
        "name": f"{ticker} Inc.",
        "type": kind,
        "primary_exchange": "XNYS",
        "active": True,
        **more,
    }


async def test_listing_keeps_stocks_adrs_and_funds(server: Server, massive: Massive) -> None:
    rows = [
        listed("A", cik="0000000007", composite_figi="BBG000000001"),
        listed("BABA", "ADRC"),
        listed("SOXL", "ETF"),
        listed("NEW", ""),
        listed("KIMpL", "PFD"),
        listed("X.WS", "WARRANT"),
    ]
    server.will(ok(results(*rows)))
    table = await massive.tickers()
    assert require(table.frame, TICKERS, "tickers").row(0) == (
        "A",
        "A Inc.",
        "CS",
        "XNYS",
        "0000000007",
        "BBG000000001",
    )
    assert table.frame["ticker"].to_list() == ["A", "BABA", "SOXL", "NEW"]
    assert table.frame["type"].to_list() == ["CS", "ADRC", "ETF", None], "a type that is not told is null"
    assert table.left_out == 0
    assert server.seen[0].target == "/v3/reference/tickers?market=stocks&active=true&limit=1000&sort=ticker&order=asc"


async def test_listing_counts_what_does_not_fit_and_cleans_names() -> None:
    rows = [
        listed("A", name="Evil\x1b[31m\u202e\u202fCorp\n"),
        listed("A"),
        {"ticker": "B", "name": "no type"},
        listed("C", active=False),
        listed("D", name="\x07", primary_exchange=""),
    ]
    table = await answering(results(*rows)).tickers()
    assert table.frame.rows() == [
        ("A", "Evil[31m Corp", "CS", "XNYS", None, None),
        ("B", "no type", *[None] * 4),
        ("D", None, "CS", *[None] * 3),
    ]
    assert table.left_out == 1


async def test_the_delisted_from_a_date_on(server: Server, massive: Massive) -> None:
    def dead(ticker: str, day: object, **more: object) -> dict[str, object]:
        return listed(ticker) | {"active": False, "delisted_utc": day, "composite_figi": f"F{ticker}"} | more

    rows = [
        dead("OLD", "2020-01-02T00:00:00Z"),
        dead("B", "2026-03-05T05:00:00Z"),
        dead("A", "2026-03-04T00:00:00Z", cik="0000000007"),
        dead("A", "2025-12-04"),
        dead("W", "2026-03-04T00:00:00Z", type="WARRANT"),
        dead("C", "soon"),
        dead("D", None),
    ]
    server.will(ok(results(*rows)))
    table = await massive.delisted(date(2025, 6, 1))
    assert require(table.frame, DELISTED, "delisted").rows() == [
        ("A", "A Inc.", "CS", None, "FA", date(2025, 12, 4)),
        ("A", "A Inc.", "CS", "0000000007", "FA", date(2026, 3, 4)),
        ("B", "B Inc.", "CS", None, "FB", date(2026, 3, 5)),
    ]
    assert table.left_out == 2
    assert "active=false" in server.seen[0].target


async def test_details_of_a_stock_and_of_a_fund() -> None:
    stock = {"ticker": "A", "name": "A", "type": "CS", "share_class_shares_outstanding": 1e9, "market_cap": 2e11}
    stock |= {"sic_code": "3571", "list_date": "1980-12-12", "round_lot": 100}
    frame = (await answering({"status": "OK", "results": stock}).details("A", DAY)).frame
    assert require(frame, DETAILS, "details").row(0) == ("A", DAY, "A", "CS", 1e9, 2e11, "3571", date(1980, 12, 12))
    fund = {"ticker": "SOXL", "name": "Bull 3X", "type": "ETF", "share_class_shares_outstanding": 175700060}
    frame = (await answering({"results": fund}).details("SOXL", DAY)).frame
    assert frame.row(0) == ("SOXL", DAY, "Bull 3X", "ETF", 175700060.0, None, None, None)


async def test_details_quote_the_ticker_and_keep_its_case(server: Server, massive: Massive) -> None:
    server.will(ok({"results": {"ticker": "BRK/A", "list_date": "soon"}}))
    table = await massive.details("BRK/A", DAY)
    assert server.seen[0].target == "/v3/reference/tickers/BRK%2FA?date=2026-11-20"
    assert table.frame["list_date"].to_list() == [None]


async def test_details_of_another_ticker_are_left_out() -> None:
    table = await answering({"results": {"ticker": "kimpl"}}).details("KIMpL", DAY)
    assert (table.frame.height, table.left_out) == (0, 1)


async def test_details_without_a_date_take_the_vendors_clock(server: Server, massive: Massive) -> None:
    server.will(ok({"market": "closed", "serverTime": "2026-11-20T23:30:00-05:00"}), ok({"results": {"ticker": "A"}}))
    assert (await massive.details("A")).frame["as_of"].to_list() == [DAY]
    assert server.seen[1].target == "/v3/reference/tickers/A"


def split(**changes: object) -> dict[str, object]:
    row = {"ticker": "SOXL", "execution_date": "2026-05-01", "split_from": 1, "split_to": 15, "id": "P1"}
    return {**row, "historical_adjustment_factor": 0.066667, "adjustment_type": "forward_split", **changes}


async def test_splits(server: Server, massive: Massive) -> None:
    rows = [split(), split(ticker="A", execution_date="2026-02-01", historical_adjustment_factor=None), split()]
    rows += [split(ticker="B", split_from=0), split(ticker="C", execution_date="2026-13-01")]
    server.will(ok(results(*rows)))
    table = await massive.splits(date(2025, 10, 1))
    assert require(table.frame, SPLITS, "splits").rows() == [
        ("A", date(2026, 2, 1), 1.0, 15.0, None),
        ("SOXL", date(2026, 5, 1), 1.0, 15.0, 0.066667),
    ]
    assert table.left_out == 3
    assert server.seen[0].target == (
        "/stocks/v1/splits?execution_date.gte=2025-10-01&sort=execution_date.asc&limit=5000"
    )


async def test_two_ratios_of_one_date_stay_two_rows() -> None:
    rows = [split(), split(split_from=60, split_to=1, id="P2"), split(id="P3")]
    table = await answering(results(*rows)).splits(date(2025, 10, 1))
    assert table.frame.select("split_from", "split_to").rows() == [(1.0, 15.0), (60.0, 1.0)]
    assert table.left_out == 1


async def test_one_dividend_told_twice_is_one_and_two_of_a_date_are_two() -> None:
    def paid(key: str | None, cash: float = 0.25) -> dict[str, object]:
        return {"id": key, "ticker": "A", "ex_dividend_date": "2026-03-02", "cash_amount": cash, "currency": "USD"}

    table = await answering(results(paid("E1"), paid("E1"), paid("E2"), paid(None), paid(None))).dividends(DAY)
    assert table.frame.height == 4
    assert table.left_out == 1


async def test_dividends(server: Server, massive: Massive) -> None:
    def paid(**changes: object) -> dict[str, object]:
        return {"ticker": "A", "ex_dividend_date": "2026-03-02", "cash_amount": 0.25, "currency": "USD", **changes}

    server.will(ok(results(paid(), paid(cash_amount=1.0), paid(currency="CAD"), paid(cash_amount=0), paid(ticker="B"))))
    table = await massive.dividends(DAY)
    assert require(table.frame, DIVIDENDS, "dividends")["cash_usd"].to_list() == [0.25, 1.0, 0.25]
    assert table.left_out == 2
    assert server.seen[0].target == (
        "/stocks/v1/dividends?ex_dividend_date.gte=2026-11-20&sort=ex_dividend_date.asc&limit=5000"
    )


async def test_short_volume(server: Server, massive: Massive) -> None:
    def row(**changes: object) -> dict[str, object]:
        return {"ticker": "A", "date": "2026-11-20", "total_volume": 1000, "short_volume": 400.5, **changes}

    rows = [
        row(),
        row(ticker="B", date="2026-11-19"),
        row(ticker="C", short_volume=1001),
        row(ticker="D", total_volume=-1),
    ]
    server.will(ok(results(*rows)))
    table = await massive.short_volume(DAY)
    assert require(table.frame, SHORT_VOLUME, "short volume").rows() == [("A", DAY, 1000.0, 400.5)]
    assert table.left_out == 3
    assert server.seen[0].target == "/stocks/v1/short-volume?date=2026-11-20&limit=50000"


async def test_market_status_is_utc() -> None:
    status = await answering({"market": "extended-hours", "serverTime": "2026-11-20T16:48:08-05:00"}).market_status()
    assert (status.now, status.phase) == (datetime(2026, 11, 20, 21, 48, 8, tzinfo=UTC), "extended-hours")
    assert status.now.tzinfo is UTC


@pytest.mark.parametrize(
    "body", [{"market": "open", "serverTime": "noon"}, {"market": "open", "serverTime": "2026-11-20T16:00:00"}, {}]
)
async def test_market_status_that_tells_no_time(body: object) -> None:
    with pytest.raises(ProviderError) as caught:
        await answering(body).market_status()
    assert caught.value.kind is Kind.MALFORMED


async def test_closures_are_those_of_nyse(caplog: pytest.LogCaptureFixture) -> None:
    rows = [
        {"exchange": "NASDAQ", "name": "x", "date": "2026-12-24", "status": "closed"},
        {"exchange": "NYSE", "name": "Thanksgiving", "date": "2026-11-26", "status": "closed"},
        {"exchange": "NYSE", "name": "Thanksgiving", "date": "2026-11-27", "status": "early-close", "close": "x"},
        {"exchange": "NYSE", "name": "odd", "date": "2026-11-28", "status": "moon\n"},
    ]
    closures = await answering(rows).closures()
    assert closures == {date(2026, 11, 26): Closure.CLOSED, date(2026, 11, 27): Closure.EARLY_CLOSE}
    assert "2026-11-28 moon" in caplog.text


async def test_conditions_are_those_of_trades() -> None:
    rules = {"consolidated": {"updates_volume": True, "updates_high_low": False, "updates_open_close": False}}
    rows = [
        {"id": 12, "name": "Form T", "data_types": ["trade"], "asset_class": "stocks", "update_rules": rules},
        {"id": 12, "name": "Manual Bid and Ask", "data_types": ["bbo", "nbbo"]},
        {"id": 60, "name": "No rules", "data_types": ["trade"]},
    ]
    table = await answering(results(*rows)).conditions()
    assert require(table.frame, CONDITIONS, "conditions").rows() == [
        (12, "Form T", True, False, False),
        (60, "No rules", None, None, None),
    ]
