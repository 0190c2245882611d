"""One bad row among good ones, in every table: it is left out and counted with its reason, the others stay."""

import json
from collections.abc import Iterator
from datetime import date

import pytest

from tests.providers.massive.answers import Json, answering
from tests.providers.massive.every_table import (
    BARS,
    CHAIN,
    CONDITIONS,
    DAY,
    DELISTED,
    DIVIDENDS,
    EARNINGS,
    EVERY_TABLE,
    FILINGS,
    FLOATS,
    INDEX_DAYS,
    INTRADAY,
    NEWS,
    SHORT_INTEREST,
    SHORT_VOLUME,
    SNAPSHOT,
    SPLITS,
    TICKERS,
    TRADES,
    YIELDS,
    OneTable,
    closure,
)

HALF_A_PAIR, NO_TEXT, NOTHING = '"\\ud800"', '"ab\xff\xfe"', "NaN"
"""As they stand in a body, whose characters are bytes."""
NUMBERS = {
    BARS: ("o", "h", "l", "c", "v"),
    TRADES: ("price", "size"),
    INTRADAY: ("o", "h", "l", "c", "v"),
    INDEX_DAYS: ("o", "h", "l", "c", "v"),
    SPLITS: ("split_from", "split_to"),
    DIVIDENDS: ("cash_amount",),
    SHORT_VOLUME: ("total_volume", "short_volume"),
    CHAIN: ("open_interest",),
    SHORT_INTEREST: ("short_interest", "avg_daily_volume", "days_to_cover"),
    FLOATS: ("free_float", "free_float_percent"),
}
DATES = {
    SPLITS: "execution_date",
    DIVIDENDS: "ex_dividend_date",
    DELISTED: "delisted_utc",
    SHORT_VOLUME: "date",
    YIELDS: "date",
    SHORT_INTEREST: "settlement_date",
    FLOATS: "effective_date",
    EARNINGS: "date",
    FILINGS: "filing_date",
    NEWS: "published_utc",
}
TIMES = {BARS: "t", TRADES: "sip_timestamp", INTRADAY: "t", INDEX_DAYS: "t"}
IMPOSSIBLE_NUMBERS = ("1e308", "1e999", "-1e308", "-1", "1" + "0" * 400, '"NaN"', '"1e999"', "NaN", "Infinity", "{}")
IMPOSSIBLE_DATES = ("0001-01-01", "9999-12-31", "2026-02-30", "2126-01-02", "+12026-01-02", "soon", "", "NaN")
IMPOSSIBLE_TIMES = ("9000000000001", "9223372036854775807", "1e300", "-1", "0", "NaN", '"2026-11-20"')


def body_of(table: OneTable, field: str, text: str) -> bytes:
    """Two good rows about one whose field holds the text as it stands."""
    bad = json.dumps({**table.good(1), field: "@@"}).replace('"@@"', text)
    rows = ",".join((json.dumps(table.good(0)), bad, json.dumps(table.good(2))))
    return f'{{"status":"OK","{table.rows}":[{rows}]}}'.encode("latin-1")


def kept_of(table: OneTable, field: str, text: str) -> tuple[set[object], int, tuple[str, ...]]:
    """By what the kept rows are known, how many were left out, and why."""
    made = table.read(answering(body_of(table, field, text)))
    return set(made.frame[table.key].to_list()), made.left_out, made.reasons


def good_of(table: OneTable) -> set[object]:
    """By what the two good rows are known."""
    rows = [table.good(0), table.good(2)]
    return set(table.read(answering({"status": "OK", table.rows: rows})).frame[table.key].to_list())


def cases() -> Iterator[tuple[OneTable, str, str]]:
    """(table, field, what stands there)."""
    for table in EVERY_TABLE:
        yield table, "name" if table is CONDITIONS else table.wire_key, "5.5" if table is TRADES else "{}"
    for table in EVERY_TABLE:
        if table not in (INTRADAY, INDEX_DAYS):
            field = "name" if table is CONDITIONS else table.wire_key
            yield from ((table, field, text) for text in (HALF_A_PAIR, NO_TEXT, NOTHING))
    for table, fields in NUMBERS.items():
        yield from ((table, field, text) for field in fields for text in IMPOSSIBLE_NUMBERS)
    for table, field in DATES.items():
        yield from ((table, field, f'"{text}"') for text in IMPOSSIBLE_DATES)
    for table, field in TIMES.items():
        yield from ((table, field, text) for text in IMPOSSIBLE_TIMES)
    for price in ("1e308", "-1", "1e999", "10000000", '"NaN"', "NaN"):
        yield SNAPSHOT, "day", f'{{"o": 150, "h": 151, "l": 149, "c": {price}, "v": 5}}'
        yield SNAPSHOT, "prevDay", f'{{"c": {price}}}'
        yield SNAPSHOT, "lastTrade", f'{{"p": {price}, "t": 1795208399123456789}}'
    yield from ((TICKERS, field, NO_TEXT) for field in ("name", "type", "cik", "composite_figi", "primary_exchange"))
    yield from ((SPLITS, "split_to", text) for text in ("0", "10001", "1e-5"))
    yield from ((BARS, "c", text) for text in ("0", "10000000", "1e13"))
    yield from ((BARS, "v", text) for text in ("1e14",))
    yield from ((DIVIDENDS, "cash_amount", text) for text in ("0", "10000000"))
    yield from ((YIELDS, "yield_3_month", text) for text in ("-5.01", "50.01", "1e308", "1e999", "NaN", '"4"', "{}"))
    for price in ("1e308", "1e999", "10000000", '"7"', "NaN"):
        yield CHAIN, "day", f'{{"close": {price}}}'
        yield CHAIN, "last_quote", f'{{"bid": 7.4, "ask": {price}}}'
        yield CHAIN, "underlying_asset", f'{{"price": {price}}}'


@pytest.mark.parametrize(
    ("table", "field", "text"), list(cases()), ids=lambda value: value.name if isinstance(value, OneTable) else None
)
def test_a_bad_row_costs_itself_and_is_counted_with_its_reason(table: OneTable, field: str, text: str) -> None:
    if (table, field) == (TRADES, "size"):
        table = OneTable("trades", table.ask, _without_exact_size, "id", "id")
    kept, left_out, reasons = kept_of(table, field, text)
    assert kept == good_of(table)
    assert left_out == 1
    assert len(reasons) == 1 and reasons[0].endswith(" (1)") and reasons[0].isprintable() and len(reasons[0]) < 130


def _without_exact_size(number: int) -> Json:
    row = TRADES.good(number)
    del row["decimal_size"]
    return row | {"size": 5}


@pytest.mark.parametrize("text", ["soon", "+12026-01-01"])
def test_dates_that_are_all_none_leave_no_rows(text: str) -> None:
    for table, field in DATES.items():
        rows = [{**table.good(number), field: text} for number in range(3)]
        made = table.read(answering({"status": "OK", table.rows: rows}))
        assert (made.frame.height, made.left_out) == (0, 3)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("share_class_shares_outstanding", 1e14, "more than 1e+13 shares"),
        ("share_class_shares_outstanding", -5, "a number is negative"),
        ("market_cap", 1e15, "worth more than $1e+14"),
        ("market_cap", 1e308, "worth more than $1e+14"),
    ],
)
async def test_details_that_cannot_be_are_left_out(field: str, value: float, reason: str) -> None:
    row = {"ticker": "A", "share_class_shares_outstanding": 1e9, "market_cap": 2e11}
    made = await answering({"status": "OK", "results": row | {field: value}}).details("A", DAY)
    assert (made.frame.height, made.left_out, made.reasons) == (0, 1, (f"{reason} (1)",))


@pytest.mark.parametrize("day", IMPOSSIBLE_DATES)
async def test_an_impossible_date_of_listing_is_none(day: str) -> None:
    if day == "2126-01-02":
        day = "2226-01-02"
    made = await answering({"status": "OK", "results": {"ticker": "A", "list_date": day}}).details("A", DAY)
    assert made.frame["list_date"].to_list() == [None]


@pytest.mark.parametrize("bad", ["5", "null", '{"exchange":"NYSE"}', '{"exchange":"\\ud800"}', '{"exchange":"\xff"}'])
async def test_a_coming_closure_that_is_none_costs_no_other(bad: str) -> None:
    body = f"[{json.dumps(closure('2026-11-26'))},{bad},{json.dumps(closure('2026-12-25'))}]".encode("latin-1")
    assert set(await answering(body).closures()) == {date(2026, 11, 26), date(2026, 12, 25)}


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Z" + "\u0301" * 5_000 + "algo", "Z\u0301\u0301algo"),
        ("\u0301\u20e3Zalgo", "Zalgo"),
        ("A\u200d\u200dB\ufe0f\ufe0f\ufe0f\ufe0fC", "ABC"),
        ("\u1112\u1161\u11ab\u11ab\u11ab", "\u1112\u1161\u11ab"),
        ("N" * 5_000, "N" * 119 + "…"),
        ("\u0301", None),
    ],
)
async def test_a_name_is_bounded_in_marks_and_length(name: str, kept: str | None) -> None:
    made = await answering({"status": "OK", "results": [TICKERS.good(0) | {"name": name}]}).tickers()
    assert made.frame["name"].to_list() == [kept]
