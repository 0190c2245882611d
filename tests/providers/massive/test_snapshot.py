"""The snapshot: zeros that mean nothing, objects that are missing by plan, and what may be a price."""

from datetime import UTC, datetime
from typing import Any

import pytest

from deskview.market.schema import SNAPSHOT, require
from deskview.providers.massive.decode import BATCH
from tests.providers.massive.answers import Absent, Json, answering, snapshot_row

ZERO_DAY = {"o": 0, "h": 0, "l": 0, "c": 0, "v": 0, "vw": 0}
NO_TRADE = {"c": None, "i": "", "p": 0, "s": 0, "t": 0, "x": 0}
NO_MINUTE = {**ZERO_DAY, "av": 0, "t": 0, "n": 0}


async def only(**changes: object) -> dict[str, Any]:
    table = await answering({"status": "OK", "tickers": [snapshot_row(**changes)]}).snapshot()
    assert table.left_out == 0
    return require(table.frame, SNAPSHOT, "snapshot").row(0, named=True)


async def test_the_wire_as_it_is() -> None:
    row = await only()
    assert row == {
        "ticker": "SOXL",
        "trade_price": 153.4649,
        "trade_time": row["updated"],
        "trade_conditions": [14, 37],
        "minute_close": 153.46,
        "minute_time": row["updated"],
        "day_close": 153.40,
        "prev_close": 151.25,
        "open": 150.10,
        "high": 153.90,
        "low": 149.02,
        "volume": 46512003.0,
        "updated": row["updated"],
    }


async def test_nanoseconds_survive() -> None:
    table = await answering({"tickers": [snapshot_row()]}).snapshot()
    assert table.frame["updated"].to_physical().to_list() == [1795208399123456789]
    assert table.frame["trade_time"].to_physical().to_list() == [1795208399123456789]


@pytest.mark.parametrize("codes", [None, Absent, []])
async def test_a_last_trade_without_conditions(codes: object) -> None:
    trade = {
        key: value for key, value in {"c": codes, "p": 9.5, "t": 1795208399123456789}.items() if value is not Absent
    }
    row = await only(lastTrade=trade)
    assert (row["trade_price"], row["trade_conditions"]) == (9.5, [])


@pytest.mark.parametrize("missing", [Absent, None, NO_TRADE])
async def test_no_trade_as_on_plans_without_trades(missing: object) -> None:
    row = await only(lastTrade=missing, lastQuote=Absent)
    assert row["trade_price"] is row["trade_time"] is None
    # the minute from 15:59:00 is not over: its close is no younger than the row
    assert (row["minute_close"], row["minute_time"]) == (153.46, row["updated"])


async def test_time_of_a_minute_long_over_is_its_end() -> None:
    row = await only(lastTrade=Absent, min={"c": 5.0, "t": 1795200000000})
    assert row["minute_time"] == datetime.fromtimestamp(1795200060, UTC)


async def test_a_day_alone() -> None:
    row = await only(lastTrade=Absent, min=NO_MINUTE)
    assert (row["trade_price"], row["minute_close"], row["day_close"]) == (None, None, 153.40)


@pytest.mark.parametrize("gone", [Absent, None, ZERO_DAY])
async def test_yesterdays_close_is_not_todays_price(gone: object) -> None:
    row = await only(
        lastTrade=NO_TRADE, lastQuote={"P": 0, "S": 0, "p": 0, "s": 0, "t": 0}, min=NO_MINUTE, day=gone, updated=0
    )
    assert row.pop("ticker") == "SOXL"
    assert row.pop("prev_close") == 151.25
    assert row.pop("trade_conditions") == []
    assert set(row.values()) == {None}


async def test_premarket_trade_with_a_day_of_zeros() -> None:
    row = await only(day=ZERO_DAY)
    assert row["trade_price"] == 153.4649
    assert [row[name] for name in ("open", "high", "low", "volume")] == [None] * 4


async def test_last_trade_of_an_earlier_day_is_kept_and_dated() -> None:
    old = {"c": None, "i": "1", "p": 9.5, "s": 200, "t": 1795122000000000000}
    row = await only(lastTrade=old, day=ZERO_DAY)
    assert row["trade_time"] == datetime.fromtimestamp(1795122000, UTC)
    assert row["trade_time"] < row["updated"]


@pytest.mark.parametrize("prev_day", [Absent, None, ZERO_DAY])
async def test_no_previous_close(prev_day: object) -> None:
    assert (await only(prevDay=prev_day))["prev_close"] is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ticker": Absent}, "missing required field ticker"),
        ({"ticker": ""}, "the ticker is none"),
        ({"ticker": "OK"}, "second time"),
        ({"day": {"h": 1.0, "l": 2.0, "c": 1.5}}, "high is below the low"),
        ({"day": {"c": 1.5, "v": -1}}, "volume is negative"),
        ({"lastTrade": {"p": -2}}, "price is negative"),
        ({"lastTrade": {"p": 9, "c": ["14"]}}, "lastTrade.c[0]: expected int"),
        ({"lastTrade": {"p": "9"}}, "lastTrade.p: expected float | null, got str"),
        ({"updated": 1.5e18}, "updated: expected int | null, got float"),
        ({"updated": 10**30}, "updated: expected int <= 9223372036854775807"),
    ],
)
async def test_unfit_row_is_left_out_and_named(changes: Json, reason: str) -> None:
    rows = [snapshot_row(ticker="OK"), snapshot_row(**changes)]
    table = await answering({"status": "OK", "tickers": rows}).snapshot()
    assert table.frame["ticker"].to_list() == ["OK"]
    assert table.left_out == 1
    assert reason in table.reasons[0]


@pytest.mark.parametrize("empty", [{}, {"tickers": None}, {"tickers": []}])
async def test_empty_market(empty: Json) -> None:
    table = await answering({"status": "OK", "count": 0, **empty}).snapshot()
    assert dict(table.frame.schema) == dict(SNAPSHOT)
    assert table.frame.is_empty()


async def test_a_long_table_loses_its_unfit_rows_only_and_keeps_its_order() -> None:
    names = [f"N{number:04d}" for number in range(2 * BATCH + 3)]
    unfit = {0, BATCH - 1, 2 * BATCH + 1}
    rows = [snapshot_row(ticker=name, updated="now" if place in unfit else 1) for place, name in enumerate(names)]
    table = await answering({"status": "OK", "tickers": rows}).snapshot()
    assert table.frame["ticker"].to_list() == [name for place, name in enumerate(names) if place not in unfit]
    assert table.left_out == len(unfit)
    assert table.frame["trade_price"].null_count() == 0


async def test_a_name_that_comes_twice_counts_once_however_far_apart() -> None:
    names = ["FAR", *(f"N{number:04d}" for number in range(BATCH)), "FAR"]
    table = await answering({"status": "OK", "tickers": [snapshot_row(ticker=name) for name in names]}).snapshot()
    assert table.frame["ticker"].to_list() == names[:-1]
    assert table.left_out == 1
