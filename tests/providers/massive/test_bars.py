"""Daily and intraday bars: whose time is the end of the window and whose the start, and what is no bar."""

from datetime import UTC, date, datetime, timedelta

import pytest

from deskview.market.schema import BARS, INDEX_DAYS, INTRADAY, require
from deskview.providers.massive.provider import Massive
from tests.providers.massive.answers import Absent, Json, answering, grouped_bar, results
from tests.providers.scripted import Server, ok

DAY = date(2026, 8, 7)


async def test_session_is_the_one_asked_for() -> None:
    table = await answering(results(grouped_bar())).daily_bars(DAY)
    frame = require(table.frame, BARS, "bars")
    assert frame.row(0) == ("XLRE", DAY, 44.83, 45.255, 44.71, 44.98, 3863635.4, 44.9929, 26295)
    assert (table.left_out, table.reasons) == (0, ())


@pytest.mark.parametrize("empty", [{}, {"results": None}, {"results": []}])
async def test_holiday_has_no_rows_and_no_error(empty: Json) -> None:
    table = await answering({"status": "OK", "queryCount": 0, "resultsCount": 0, **empty}).daily_bars(DAY)
    assert table.frame.is_empty()
    assert dict(table.frame.schema) == dict(BARS)


@pytest.mark.parametrize("request_id", [17, {"id": 1}, None, "x"])
async def test_delayed_is_a_success_and_request_id_may_be_anything(request_id: object) -> None:
    body = {**results(grouped_bar()), "status": "DELAYED", "request_id": request_id}
    assert (await answering(body).daily_bars(DAY)).frame.height == 1


async def test_average_price_and_count_may_be_missing_or_zero() -> None:
    rows = [grouped_bar(T="A", vw=Absent, n=Absent), grouped_bar(T="B", vw=0, n=0)]
    frame = (await answering(results(*rows)).daily_bars(DAY)).frame
    assert frame["vwap"].to_list() == frame["trades"].to_list() == [None, None]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"t": 1786132800000 - 86_400_000}, "another date"),
        ({"t": 0}, "another date"),
        ({"c": 0}, "not above zero"),
        ({"o": -1.5}, "not above zero"),
        ({"h": 44.0, "l": 44.5}, "high is below the low"),
        ({"v": -1}, "volume is negative"),
        ({"otc": True}, "over the counter"),
        ({"T": "XLF"}, "second time"),
        ({"T": "bad\x1b[31m"}, "the ticker is none"),
        ({"c": "44.98"}, "c: expected float, got str"),
        ({"t": 1786132800000.5}, "t: expected int, got float"),
        ({"l": Absent}, "row: missing required field l"),
        ({"l": None}, "l: expected float, got null"),
    ],
)
async def test_unfit_row_is_left_out_and_named(changes: Json, reason: str) -> None:
    table = await answering(results(grouped_bar(T="XLF"), grouped_bar(**changes))).daily_bars(DAY)
    assert table.frame["ticker"].to_list() == ["XLF"]
    assert table.left_out == 1
    assert reason in table.reasons[0]
    assert table.reasons[0].isprintable()


async def test_ticker_case_is_kept() -> None:
    frame = (await answering(results(grouped_bar(T="KIMpL"), grouped_bar(T="BRK.B"))).daily_bars(DAY)).frame
    assert frame["ticker"].to_list() == ["KIMpL", "BRK.B"]


async def test_reasons_are_counted_and_at_most_five() -> None:
    rows: list[object] = [grouped_bar(T=f"T{number}", c=0) for number in range(7)]
    rows += [{"T": "X"}, 5, [], None, "x", {}, {"T": 1}]
    table = await answering(results(*rows)).daily_bars(DAY)
    assert table.left_out == 14
    assert table.reasons[0] == "a price is not above zero (7)"
    assert len(table.reasons) == 5


async def test_row_that_is_an_error_of_its_own() -> None:
    rows = [grouped_bar(), {"ticker": "X", "error": "NOT_FOUND", "message": "Ticker not found."}]
    table = await answering(results(*rows)).daily_bars(DAY)
    assert table.reasons == ("the provider's own error: NOT_FOUND (1)",)


def custom_bar(t: int, **changes: object) -> Json:
    return {"v": 10.5, "vw": 1.0, "o": 10.0, "c": 10.5, "h": 11.0, "l": 9.5, "t": t, "n": 3, **changes}


async def test_intraday_time_is_the_start_of_the_window() -> None:
    start = datetime(2026, 8, 7, 13, 30, tzinfo=UTC)
    ms = int(start.timestamp() * 1000)
    rows = [custom_bar(ms + 300_000), custom_bar(ms), custom_bar(ms - 86_400_000), custom_bar(ms, h=1.0)]
    table = await answering(results(*rows)).intraday("SOXL", DAY, 5)
    frame = require(table.frame, INTRADAY, "intraday")
    assert frame.row(0) == ("SOXL", start, 10.0, 11.0, 9.5, 10.5, 10.5)
    assert frame.height == 2
    assert table.left_out == 2


async def test_intraday_of_many_sessions_is_asked_for_at_once(server: Server, massive: Massive) -> None:
    start = datetime(2026, 8, 6, 13, 30, tzinfo=UTC)
    ms = int(start.timestamp() * 1000)
    server.will(ok(results(custom_bar(ms), custom_bar(ms + 86_400_000), custom_bar(ms - 86_400_000))))
    table = await massive.intraday("SPY", DAY, 5, since=date(2026, 8, 6))
    assert table.frame["start"].to_list() == [start, start + timedelta(days=1)]
    assert table.left_out == 1
    assert server.seen[0].target.startswith("/v2/aggs/ticker/SPY/range/5/minute/2026-08-06/2026-08-07?")


async def test_the_indexs_own_days_are_adjusted_and_dated_by_their_start(server: Server, massive: Massive) -> None:
    midnight = int(datetime(2026, 8, 6, 4, tzinfo=UTC).timestamp() * 1000)
    rows = [custom_bar(midnight + 86_400_000), custom_bar(midnight), custom_bar(midnight), custom_bar(midnight, c=0)]
    server.will(ok(results(*rows)))
    table = await massive.index_days("SPY", date(2020, 8, 1), DAY)
    assert require(table.frame, INDEX_DAYS, "days").rows() == [(date(2026, 8, 6), 10.5), (date(2026, 8, 7), 10.5)]
    assert table.left_out == 2
    assert "/range/1/day/2020-08-01/2026-08-07?adjusted=true" in server.seen[0].target


async def test_one_of_the_indexs_days_far_from_those_beside_it_is_left_out() -> None:
    midnight = int(datetime(2026, 7, 1, 4, tzinfo=UTC).timestamp() * 1000)
    prices = [600.0, 595.0, 590.0, 595_000.0, 470.0, 480.0, 460.0, 4.7, 470.0]
    rows = [
        custom_bar(midnight + number * 86_400_000, o=price, h=price, l=price, c=price)
        for number, price in enumerate(prices)
    ]
    table = await answering(results(*rows)).index_days("SPY", date(2020, 8, 1), DAY)
    assert table.frame["close"].to_list() == [price for price in prices if 400 < price < 1_000]
    assert table.reasons == ("the close is far from those beside it (2)",)
