"""Faults of the snapshot: rows, prices, times, closes of the session before, and the shape of the table."""

from collections.abc import Callable
from typing import Any

from msgspec import Raw

from tests.faults.clock import moved
from tests.faults.kind import (
    CLOCK,
    COUNTED,
    DOUBTED,
    EVENING,
    HARMLESS,
    ONE_NAME,
    OTHERWISE,
    QUIET,
    SET_ASIDE,
    SNAPSHOT,
    Change,
    Family,
    Row,
    of_body,
    of_list,
    of_rows,
)

HALF = 2
NAME, INDEX = "NVDA", "SPY"
DAY_NS, YEAR_NS = 86_400 * 10**9, 365 * 86_400 * 10**9
PRICES = {"day": "o h l c vw", "min": "o h l c vw", "lastTrade": "p", "lastQuote": "P p"}
MISSING = Family("rows missing", (SNAPSHOT,))
TIMES = Family("times", (SNAPSHOT,))
PRICED = Family("prices", (SNAPSHOT,))
BEFORE = Family("previous close", (SNAPSHOT,))
SHAPE = Family("shape", (SNAPSHOT,))


def put(row: Row, places: dict[str, str], value: Callable[[Any], Any]) -> None:
    """Another value in place of each that stands there."""
    for part, fields in places.items():
        for name in fields.split():
            if isinstance(row.get(part), dict) and name in row[part]:
                row[part][name] = value(row[part][name])


def priced(value: Callable[[Any], Any], *, every: int = 1, ticker: str | None = None) -> Change:
    """Every price of today another one."""
    return of_rows(lambda row: put(row, PRICES, value), every=every, ticker=ticker)


def scaled(factor: float, *, every: int = 1, ticker: str | None = None) -> Change:
    """Every price of today times the factor."""
    return priced(lambda price: price * factor, every=every, ticker=ticker)


def timed(value: Callable[[int], int], *, every: int = 1, ticker: str | None = None) -> Change:
    """Every time of a row another one; that of the minute is in milliseconds."""

    def change(row: Row) -> None:
        put(row, {"lastTrade": "t", "lastQuote": "t"}, value)
        put(row, {"min": "t"}, lambda ms: value(ms * 10**6) // 10**6)
        row["updated"] = value(row["updated"])

    return of_rows(change, every=every, ticker=ticker)


def closes_before(value: Callable[[Any], Any], *, every: int = 1, ticker: str | None = None) -> Change:
    """Another close of the session before."""
    return of_rows(lambda row: put(row, {"prevDay": "o h l c vw"}, value), every=every, ticker=ticker)


def unpriced(row: Row) -> None:
    """No price of today."""
    for part in PRICES:
        row.pop(part, None)


def shifted(rows: list[Row]) -> list[Row]:
    """Every name with the figures of the next."""
    return [after | {"ticker": row["ticker"]} for row, after in zip(rows, [*rows[1:], rows[0]], strict=True)]


def aged(rows: list[Row]) -> list[Row]:
    """Closes that are off by up to a tenth either way, as those of some day before are."""
    for place, row in enumerate(rows):
        off = 0.9 + place % 7 / 30
        row["prevDay"] = {name: value * off for name, value in row["prevDay"].items()}
    return rows


def v3_shape(body: dict[str, Any]) -> None:
    """The newer endpoint's shape: `results` with a `session`."""
    rows = body.pop("tickers")
    body["results"] = [
        {"ticker": row["ticker"], "type": "stocks", "session": {"close": row["day"]["c"]}, "market_status": "open"}
        for row in rows
    ]


def texts(row: Row) -> None:
    """Words for numbers."""
    put(row, PRICES, str)


def doubled(rows: list[Row]) -> list[Row]:
    """Each row twice, the wrong one first."""
    found: list[Row] = []
    for row in rows:
        wrong: Row = {name: dict(part) if isinstance(part, dict) else part for name, part in row.items()}
        put(wrong, PRICES, lambda price: price * 10)
        found += [wrong, row]
    return found


def unmoved(row: Row) -> None:
    """The close of the session before for every price."""
    put(row, PRICES, lambda _: row["prevDay"]["c"])


def delayed(row: Row) -> None:
    """As on a plan without trades."""
    del row["lastTrade"], row["lastQuote"]


MISSING.add("every second row missing", DOUBTED, of_list(lambda rows: rows[::HALF]))
MISSING.add("every second ticker missing", DOUBTED, of_rows(lambda row: row.pop("ticker"), every=HALF))
MISSING.add("every second name without a price", DOUBTED, of_rows(unpriced, every=HALF))
MISSING.add("every tenth row missing", DOUBTED, of_list(lambda rows: [row for i, row in enumerate(rows) if i % 10]))
MISSING.add("only ten rows", SET_ASIDE, of_list(lambda rows: rows[:10]))
MISSING.add("no rows", SET_ASIDE, of_list(lambda _: []))
MISSING.add("null for rows", SET_ASIDE, of_list(lambda _: None))
MISSING.add("one name missing", ONE_NAME, of_list(lambda rows: [row for row in rows if row["ticker"] != NAME]))
MISSING.add("the index missing", DOUBTED, of_list(lambda rows: [row for row in rows if row["ticker"] != INDEX]))
MISSING.add("no bars of the day", QUIET, of_rows(lambda row: row.pop("day")))

TIMES.add("frozen for ten minutes", SET_ASIDE, moved(minutes=10), paths=(CLOCK,))
TIMES.add("trade times a day old", SET_ASIDE, timed(lambda ns: ns - DAY_NS))
TIMES.add("trade times a year ahead", SET_ASIDE, timed(lambda ns: ns + YEAR_NS))
TIMES.add("trade times zero", DOUBTED, timed(lambda _: 0))
TIMES.add("half the times a day old", DOUBTED, timed(lambda ns: ns - DAY_NS, every=HALF))
TIMES.add("`updated` zero", QUIET, of_rows(lambda row: row.update(updated=0)))

PRICED.add("prices x1000", SET_ASIDE, scaled(1000))
PRICED.add("prices x10 on half", SET_ASIDE, scaled(10, every=HALF))
PRICED.add("prices x2", SET_ASIDE, scaled(2))
PRICED.add("prices x0.5", SET_ASIDE, scaled(0.5))
PRICED.add("prices x1.2", SET_ASIDE, scaled(1.2))
PRICED.add("prices 1e308", SET_ASIDE, priced(lambda _: 1e308))
PRICED.add("prices 0", SET_ASIDE, priced(lambda _: 0))
PRICED.add("prices negative", SET_ASIDE, scaled(-1))
PRICED.add("prices 1e999", SET_ASIDE, priced(lambda _: Raw(b"1e999")))
PRICED.add("prices null", SET_ASIDE, priced(lambda _: None))
PRICED.add("prices of the next row", SET_ASIDE, of_list(shifted))
PRICED.add("prices of the session before", SET_ASIDE, of_rows(unmoved))
PRICED.add("one name x1.5", ONE_NAME, scaled(1.5, ticker=NAME))
PRICED.add("one name x100", ONE_NAME, scaled(100, ticker=NAME))
PRICED.add("one name 0.01", ONE_NAME, priced(lambda _: 0.01, ticker=NAME))
PRICED.add("the index x1.5", DOUBTED, scaled(1.5, ticker=INDEX))
PRICED.add("volume 1e18", QUIET, of_rows(lambda row: put(row, {"day": "v", "min": "v av"}, lambda _: 10**18)))
PRICED.add(
    "closes x1.1 after the close", SET_ASIDE, of_rows(lambda row: put(row, {"day": "c"}, lambda price: price * 1.1)),
    clock=EVENING,
)  # fmt: skip
PRICED.add("closes of half missing after the close", DOUBTED, of_rows(unpriced, every=HALF), clock=EVENING)

BEFORE.add("previous closes 0", QUIET, closes_before(lambda _: 0))
BEFORE.add("previous closes x10", QUIET, closes_before(lambda price: price * 10))
BEFORE.add("previous closes of another day", QUIET, of_list(aged))
BEFORE.add("previous close of one name x0.1", ONE_NAME, closes_before(lambda price: price * 0.1, ticker=NAME))


SHAPE.add("every row twice", COUNTED, of_list(lambda rows: [row for each in rows for row in (each, each)]))
SHAPE.add("every row twice, the first x10", SET_ASIDE, of_list(doubled))
SHAPE.add("the v3 shape", SET_ASIDE, of_body(v3_shape))
SHAPE.add("unknown fields", HARMLESS, of_rows(lambda row: row.update(fairValue=1, nested={"a": [1, {"b": None}]})))
SHAPE.add("every row of wrong types", SET_ASIDE, of_rows(texts))
SHAPE.add("every second row of wrong types", DOUBTED, of_rows(texts, every=HALF))
SHAPE.add("one row of wrong types", ONE_NAME, of_rows(texts, ticker=NAME))
SHAPE.add("one row is a word", ONE_NAME, of_list(lambda rows: ["row", *rows[1:]]))
SHAPE.add("last trades and quotes missing", OTHERWISE, of_rows(delayed))
SHAPE.add("tickers in lower case", SET_ASIDE, of_rows(lambda row: row.update(ticker=row["ticker"].lower())))


KINDS = [kind for family in (MISSING, TIMES, PRICED, BEFORE, SHAPE) for kind in family.kinds]
