"""Prints: exact prices and times, fractional shares, what marks an off-exchange print."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from deskview.market.schema import TRADES, UTC_NS, require
from deskview.providers.base import Table
from deskview.providers.massive.provider import Massive
from tests.providers.massive.answers import Absent, Json, answering, results, trade
from tests.providers.scripted import Server, ok

SINCE = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
UNTIL = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)


async def table_of(*rows: object) -> Table:
    return await answering(results(*rows)).trades("SOXL", SINCE, UNTIL)


async def only(**changes: object) -> dict[str, Any]:
    table = await table_of(trade(**changes))
    assert table.left_out == 0
    return require(table.frame, TRADES, "trades").row(0, named=True)


async def test_every_field() -> None:
    frame = (await table_of(trade())).frame.with_columns(pl.col("time", "sip_time").to_physical())
    assert frame.row(0, named=True) == {
        "ticker": "SOXL",
        "time": 1795208398775000000,
        "sip_time": 1795208399123456789,
        "sequence": 3535213,
        "id": "52983525033523",
        "price": 153.4649,
        "price_e4": 1534649,
        "size": 0.25,
        "exchange": 4,
        "off_exchange": True,
        "conditions": [12, 37],
        "correction": 1,
    }


async def test_defaults_of_what_is_absent() -> None:
    row = await only(
        conditions=Absent,
        correction=Absent,
        participant_timestamp=Absent,
        trf_id=Absent,
        id=Absent,
        exchange=12,
        size=300,
        decimal_size=Absent,
    )
    assert (row["conditions"], row["correction"], row["id"], row["size"]) == ([], 0, None, 300.0)
    assert row["time"] == row["sip_time"]
    assert row["off_exchange"] is False


@pytest.mark.parametrize(("name", "value"), [("participant_timestamp", 0), ("participant_timestamp", None)])
async def test_time_falls_back_to_the_sip(name: str, value: object) -> None:
    row = await only(**{name: value})
    assert row["time"] == row["sip_time"]


@pytest.mark.parametrize(
    ("exchange", "trf_id", "off_exchange"),
    [(4, 202, True), (4, Absent, True), (11, 201, True), (11, Absent, False), (11, 0, False)],
)
async def test_off_exchange(exchange: int, trf_id: object, off_exchange: bool) -> None:
    assert (await only(exchange=exchange, trf_id=trf_id))["off_exchange"] is off_exchange


@pytest.mark.parametrize(
    ("decimal_size", "size", "shares"),
    [
        ("0.250000", 0, 0.25),
        ("100.500000", 100, 100.5),
        (Absent, 7, 7.0),
        (None, 7, 7.0),
        ("", 7, 7.0),
        ("x", 7, 7.0),
        ("NaN", 7, 7.0),
    ],
)
async def test_fractional_shares(decimal_size: object, size: int, shares: float) -> None:
    assert (await only(decimal_size=decimal_size, size=size))["size"] == shares


def raw_trades(*prices: str) -> bytes:
    """A body whose prices stand exactly as written."""
    template = json.dumps(trade(price="@"))
    rows = ",".join(template.replace('"@"', price) for price in prices)
    return f'{{"status":"OK","results":[{rows}]}}'.encode()


async def test_price_in_ten_thousandths_comes_from_the_text(data: Path) -> None:
    vector = json.loads((data / "test_vectors.json").read_text())["5.1_bjzz"]
    prices = [f"{price:.4f}" for price in vector["inputs"]["prices"]]
    frame = (await answering(raw_trades(*prices)).trades("X", SINCE, UNTIL)).frame
    assert (frame["price_e4"] % 100).to_list() == vector["expected"]["z_hundredths"]
    assert frame["price"].to_list() == vector["inputs"]["prices"]


@pytest.mark.parametrize(
    ("text", "price_e4"),
    [
        ("10.00", 100000),
        ("1.0029", 10029),
        ("10.0040", 100040),
        ("1e1", 100000),
        ("10.00401", 100040),
        ("10.00999", 100099),
        ("0.0001", 1),
        ("699999.9999", 6999999999),
    ],
)
async def test_digits_beyond_the_fourth_are_cut(text: str, price_e4: int) -> None:
    frame = (await answering(raw_trades(text)).trades("X", SINCE, UNTIL)).frame
    assert frame["price_e4"].to_list() == [price_e4]


async def test_prices_of_any_size_and_length_are_cut_as_their_text_is() -> None:
    luck = np.random.default_rng(5)
    texts = [f"{number / 1e4:.4f}" for number in (10 ** luck.uniform(0, 10, 5000)).astype(int)]
    near = [f"{Decimal(text) + way * Decimal(10) ** -int(luck.integers(5, 9))}" for text in texts for way in (-1, 1)]
    near = [text for text in near if Decimal(text) >= Decimal("0.0001")]
    frame = (await answering(raw_trades(*texts, *near)).trades("X", SINCE, UNTIL)).frame
    assert frame["price_e4"].to_list() == [int(Decimal(text) * 10_000) for text in [*texts, *near]]


@pytest.mark.parametrize(
    "price", ["0", "-1.5", "1e999999", '"NaN"', '"-Infinity"', '"sNaN"', "null", "true", '"x"', "10000000"]
)
async def test_impossible_prices_are_left_out(price: str) -> None:
    table = await answering(raw_trades("9.99", price)).trades("X", SINCE, UNTIL)
    assert table.frame["price_e4"].to_list() == [99900]
    assert table.left_out == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sip_timestamp": 0}, "no time"),
        ({"sip_timestamp": 1795208399123456789.0}, "sip_timestamp: expected int, got float"),
        ({"sip_timestamp": 1795208399123456789 - 10**15}, "outside the time asked for"),
        ({"size": -1, "decimal_size": Absent}, "missing or negative"),
        ({"size": Absent, "decimal_size": Absent}, "missing or negative"),
        ({"conditions": [12, "I"]}, "conditions[1]: expected int, got str"),
        ({"exchange": 2**40}, "exchange: expected int <= 2147483647"),
    ],
)
async def test_unfit_row_is_left_out_and_named(changes: Json, reason: str) -> None:
    table = await table_of(trade(), trade(**changes))
    assert (table.frame.height, table.left_out) == (1, 1)
    assert reason in table.reasons[0]


async def test_pages_asked_for_and_joined_oldest_first(server: Server, massive: Massive) -> None:
    early, late = 1795190399123456789, 1795190399123456790
    server.will(
        ok({**results(trade(sip_timestamp=late, sequence_number=9)), "next_url": "/v3/trades/BRK.B?cursor=2"}),
        ok(results(trade(sip_timestamp=late, sequence_number=4), trade(sip_timestamp=early))),
    )
    frame = (await massive.trades("BRK.B", SINCE, UNTIL)).frame
    assert frame["sequence"].to_list() == [3535213, 4, 9]
    assert server.seen[0].target == (
        "/v3/trades/BRK.B?timestamp.gte=1795185000000000000&timestamp.lt=1795208400000000000"
        "&order=asc&sort=timestamp&limit=50000"
    )


async def test_a_window_is_one_call(server: Server, massive: Massive) -> None:
    server.will(ok({**results(trade()), "next_url": "/v3/trades/SOXL?cursor=2"}))
    assert massive.prints_of([await massive.trades_window("SOXL", SINCE, 300)]).frame.height == 1
    assert [seen.target for seen in server.seen] == [
        "/v3/trades/SOXL?timestamp.gte=1795185000000000000&order=asc&sort=timestamp&limit=300"
    ]


async def test_no_prints() -> None:
    table = await answering({"status": "OK"}).trades("X", SINCE, UNTIL)
    assert dict(table.frame.schema) == dict(TRADES)


async def test_a_time_without_zone_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="zone"):
        await answering({}).trades("X", SINCE.replace(tzinfo=None), UNTIL)


async def test_windows_become_one_table_with_what_each_left_out(server: Server, massive: Massive) -> None:
    early = trade(sip_timestamp=1795190399123456788, sequence_number=1)
    first, last = results(trade(), early, trade(price="x")), results(trade(), trade(price=0))
    server.will(ok(first), ok({"status": "OK"}), ok(last))
    later = SINCE + timedelta(hours=1)
    asked = [("SOXL", SINCE), ("AAPL", SINCE), ("SOXL", later)]
    windows = [await massive.trades_window(ticker, since, 300) for ticker, since in asked]
    table = massive.prints_of(windows)
    rows = table.frame.select("ticker", "since", "sequence").rows()
    assert rows == [("SOXL", SINCE, 1), ("SOXL", SINCE, 3535213), ("SOXL", later, 3535213)]
    assert dict(table.frame.schema) == {**TRADES, "since": UTC_NS}
    assert table.left_out == 2
    assert massive.prints_of([]).frame.is_empty()
