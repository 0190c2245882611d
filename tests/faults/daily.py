"""Faults of what is asked less often than the snapshot: daily bars, listings, splits, details, prints, closures."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import polars as pl

from deskview.board import Status
from deskview.store import Store
from tests.faults.kind import (
    COUNTED,
    HARMLESS,
    ONE_NAME,
    QUIET,
    Answer,
    Change,
    Expected,
    Family,
    Figures,
    Row,
    Told,
    instead,
    of_body,
    of_bytes,
    of_list,
    of_rows,
)

TODAY, BEFORE = "2026-02-04", "2026-02-03"
NAME = "NVDA"
GROUPED = f"/v2/aggs/grouped/locale/us/market/stocks/{BEFORE}"
TABLE = Expected(Figures.UNDISTURBED, Told.PARTS, frozenset({Status.PARTIAL, Status.STALE, Status.DOUBT}))
"""The stored table stays, and the parts that rest on it say so."""
NOT_WHOLE = replace(TABLE, figures=Figures.ADMITTED)
"""There is none stored: figures rest on the rest, and say so."""
FUNDS = replace(TABLE, parts=("leverage",))
PRINTS = Expected(Figures.ADMITTED, Told.SOMEWHERE, frozenset(Status), parts=("flow",))
"""Wrong prints are left out and counted, or the flow is not live."""
BARS, LISTING = Family("daily bars", (GROUPED,)), Family("listing", ("/v3/reference/tickers?active=true",))
SPLITS, DIVIDENDS = Family("splits", ("/stocks/v1/splits",)), Family("dividends", ("/stocks/v1/dividends",))
DETAILS, TRADES = Family("details", ("/v3/reference/tickers/",)), Family("trades", ("/v3/trades/",))
OTHER = Family("other tables", ())


def untouched(_: Store) -> None:
    """Nothing: but the desk is one that has asked for nothing yet, neither prints nor closures."""


def aged_details(store: Store) -> None:
    """Details of a session earlier: they are asked for again, and there are some to hold the new ones against."""
    details = store.table("details")
    assert details is not None
    store.put_table("details", details.with_columns(pl.col("as_of") - pl.duration(days=1)))


def old_conditions(store: Store) -> None:
    """Conditions stored so long ago that they are asked for again."""
    then = time.time() - timedelta(days=30).total_seconds()
    os.utime(store.folder / "conditions.parquet", (then, then))


def no_conditions(store: Store) -> None:
    """None stored."""
    (store.folder / "conditions.parquet").unlink()


def no_short_volume(store: Store) -> None:
    """None stored."""
    (store.folder / "off-exchange.parquet").unlink()


def no_bars(store: Store) -> None:
    """None stored of the session before."""
    for file in (store.folder / "bars").glob(f"{BEFORE}*"):
        file.unlink()


def bars_scaled(factor: float, ticker: str | None = None) -> Change:
    """Prices of daily bars times a factor."""

    def change(row: Row) -> None:
        for name in ("o", "h", "l", "c", "vw"):
            row[name] *= factor

    return of_rows(change, ticker=ticker)


def undecodable(name: bytes, mark: bytes) -> Change:
    """The name's first appearance as bytes that are no UTF-8."""
    return of_bytes(lambda body: body.replace(b'"' + name + b'"', b'"' + mark + b'"', 1))


BARS.add("empty once", COUNTED, of_list(lambda _: []), answers=1)
BARS.add("empty once, none stored", NOT_WHOLE, of_list(lambda _: []), answers=1, prepare=no_bars)
BARS.add("null once, none stored", NOT_WHOLE, of_list(lambda _: None), answers=1, prepare=no_bars)
BARS.add("half of them", TABLE, of_list(lambda rows: rows[::2]))
BARS.add("prices x10", TABLE, bars_scaled(10))
BARS.add("prices x1000", TABLE, bars_scaled(1000))
BARS.add("prices x10, none stored", NOT_WHOLE, bars_scaled(10), prepare=no_bars)
BARS.add("of another date", TABLE, of_rows(lambda row: row.update(t=row["t"] - 5 * 86_400_000)))
BARS.add("one ticker of raw bytes", COUNTED, undecodable(b"AAPL", b"\xff\xfe\xc0"))
BARS.add("every bar twice", COUNTED, of_list(lambda rows: [row for each in rows for row in (each, each)]))
BARS.add("prices negative", TABLE, bars_scaled(-1))
BARS.add("one bar negative", ONE_NAME, bars_scaled(-1, ticker=NAME))
BARS.add("one bar x10", ONE_NAME, bars_scaled(10, ticker=NAME))

LISTING.add("half of it", TABLE, of_list(lambda rows: rows[::2]))
LISTING.add("its second page missing", TABLE, of_body(lambda body: body.pop("next_url", None)))
LISTING.add("empty", TABLE, of_body(lambda body: body.update(results=[], next_url=None)))
LISTING.add("null", TABLE, of_body(lambda body: body.update(results=None, next_url=None)))
LISTING.add("every row twice", COUNTED, of_list(lambda rows: [row for each in rows for row in (each, each)]))
LISTING.add("every row of wrong types", TABLE, of_rows(lambda row: row.update(type=5, name=None)))
LISTING.add("one row of wrong types", ONE_NAME, of_rows(lambda row: row.update(type=5), ticker=NAME))
LISTING.add("a name of raw bytes", ONE_NAME, undecodable(b"NVDA", b"\xff\xfe\xc0"))
LISTING.add("all are funds", TABLE, of_rows(lambda row: row.update(type="ETF")))


def more_rows(*extra: Row) -> Change:
    """These rows before the others."""
    return of_list(lambda rows: [*extra, *rows])


def split(old: float, new: float, on: str = TODAY, ticker: str = NAME) -> Row:
    """A row of the splits table."""
    return {"id": "Q", "ticker": ticker, "execution_date": on, "split_from": old, "split_to": new}


def cash(amount: float, on: str = TODAY, ticker: str = NAME) -> Row:
    """A row of the dividends table."""
    return {"id": "Q", "ticker": ticker, "ex_dividend_date": on, "cash_amount": amount, "currency": "USD"}


SPLITS.add("a bogus one of today", ONE_NAME, more_rows(split(1, 60)))
SPLITS.add("a bogus one of last week", ONE_NAME, more_rows(split(1, 60, "2026-01-28")))
SPLITS.add("1:1e9", ONE_NAME, more_rows(split(1, 1e9)))
SPLITS.add("1:0", ONE_NAME, more_rows(split(1, 0)))
SPLITS.add("today's missing", ONE_NAME, of_list(lambda rows: [row for row in rows if row["execution_date"] != TODAY]))
SPLITS.add("impossible date", ONE_NAME, more_rows(split(1, 2, "2026-02-31")))
SPLITS.add("empty", TABLE, of_list(lambda _: []))
DIVIDENDS.add("every one twice", COUNTED, of_list(lambda rows: [row for each in rows for row in (each, each)]))
DIVIDENDS.add("a huge one of today", ONE_NAME, more_rows(cash(1e6)))
DIVIDENDS.add("half the price, today", ONE_NAME, more_rows(cash(80.0)))
DIVIDENDS.add("one of the year 2999", HARMLESS, more_rows(cash(1.0, "2999-01-04")))
DIVIDENDS.add("negative", ONE_NAME, more_rows(cash(-5.0)))
DIVIDENDS.add("empty", TABLE, of_body(lambda body: body.update(results=[], next_url=None)))


def of_details(change: Callable[[Row], object]) -> Change:
    """What is done to the details of an instrument."""
    return of_body(lambda body: change(body["results"]))


def times(field: str, factor: float) -> Change:
    """A figure of the details times a factor."""

    def change(row: Row) -> None:
        if field in row:
            row[field] = row[field] * factor

    return of_details(change)


SHARES = "share_class_shares_outstanding"
DETAILS.add("shares x10", FUNDS, times(SHARES, 10), prepare=aged_details)
DETAILS.add("shares zero", FUNDS, times(SHARES, 0), prepare=aged_details)
DETAILS.add("shares negative", FUNDS, times(SHARES, -1), prepare=aged_details)
DETAILS.add("market value x1000", QUIET, times("market_cap", 1000), prepare=aged_details)
DETAILS.add("another ticker's", FUNDS, of_details(lambda row: row.update(ticker="AAPL")), prepare=aged_details)
DETAILS.add("null", FUNDS, of_body(lambda body: body.update(results=None)), prepare=aged_details)

TRADES.add("times an hour ahead", PRINTS, of_rows(lambda row: later(row, 3600 * 10**9)), prepare=untouched)
TRADES.add("price 0", PRINTS, of_rows(lambda row: row.update(price=0)), prepare=untouched)
TRADES.add("price x100", PRINTS, of_rows(lambda row: row.update(price=row["price"] * 100)), prepare=untouched)
TRADES.add(
    "sizes 1e15",
    PRINTS,
    of_rows(lambda row: row.update(size=10**15, decimal_size="1000000000000000.0")),
    prepare=untouched,
)
TRADES.add("sizes negative", PRINTS, of_rows(lambda row: row.update(size=-1, decimal_size="-1.0")), prepare=untouched)
TRADES.add("empty", QUIET, of_list(lambda _: []))
TRADES.add("empty from the beginning", PRINTS, of_list(lambda _: []), prepare=untouched)


def later(row: Row, ns: int) -> None:
    """A print so much later."""
    for name in ("sip_timestamp", "participant_timestamp"):
        row[name] += ns


CONDITIONS, SHORT, CLOSURES = "/v3/reference/conditions", "/stocks/v1/short-volume", "/v1/marketstatus/upcoming"
OTHER.add("conditions empty", TABLE, of_list(lambda _: []), paths=(CONDITIONS,), prepare=old_conditions)
OTHER.add(
    "conditions empty, none stored",
    NOT_WHOLE,
    of_list(lambda _: []),
    paths=(CONDITIONS,),
    prepare=no_conditions,
)
OTHER.add("short volume empty", QUIET, of_list(lambda _: []), paths=(SHORT,), prepare=no_short_volume)
OTHER.add("short volume garbage", QUIET, instead(200, b'{"results": 7}'), paths=(SHORT,), prepare=no_short_volume)


def announced(answer: Answer) -> Answer:
    """Tomorrow is a day of mourning."""
    row = b'[{"date": "2026-02-05", "exchange": "NYSE", "name": "Mourning", "status": "closed"},'
    return replace(answer, body=answer.body.replace(b"[", row, 1))


OTHER.add("a closure announced", HARMLESS, announced, paths=(CLOSURES,), prepare=untouched)
OTHER.add(
    "today announced closed", QUIET, lambda answer: of_today(announced(answer)), paths=(CLOSURES,), prepare=untouched
)
OTHER.add("closures garbage", QUIET, instead(200, b'{"closed": "maybe"}'), paths=(CLOSURES,), prepare=untouched)
OTHER.add("closures of impossible dates", QUIET, instead(200, b'[{"date": "2026-13-45", "exchange": "NYSE", '
          b'"name": "x", "status": "closed"}]'), paths=(CLOSURES,), prepare=untouched)  # fmt: skip


def of_today(answer: Answer) -> Answer:
    """The same of today."""
    return replace(answer, body=answer.body.replace(b"2026-02-05", TODAY.encode(), 1))


KINDS = [kind for family in (BARS, LISTING, SPLITS, DIVIDENDS, DETAILS, TRADES, OTHER) for kind in family.kinds]
