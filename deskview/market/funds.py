"""Leveraged and inverse funds, and the underlyings whose move they multiply.

The shipped list holds the US-listed funds quoted in February or June 2026 that target a fixed multiple
of a day's (week's, month's, quarter's) return. Left out: funds of no fixed leverage, option income,
pay-outs at maturity, several exposures stacked in one fund, and what is not listed in the US.
"""

from collections.abc import Collection
from functools import cache
from pathlib import Path

import polars as pl

from deskview.market.errors import shown
from deskview.market.reference import Row, csv_rows, unique, user_tables
from deskview.market.schema import Schema

KINDS = ("index", "sector", "stock", "commodity", "bond", "crypto", "currency", "volatility")
RESETS = ("daily", "weekly", "monthly", "quarterly")

#: One row per fund. `leverage` is signed (-2.0: twice short) and never in [0, 1]. `underlying` is a stock's
#: ticker where `kind` is stock, else a key of UNDERLYINGS; null where none is known: such a fund's need
#: follows from its own return, (L-1) A R. The same text may be a ticker and a key (TECH): `kind` decides.
FUNDS: Schema = {
    "ticker": pl.String(),
    "name": pl.String(),
    "leverage": pl.Float64(),
    "underlying": pl.String(),
    "kind": pl.String(),
    "reset": pl.String(),
    "issuer": pl.String(),
}

#: One row per underlying that is not a stock. `proxy` is the unleveraged US fund whose return stands for it.
#: `basket` says where constituents come from: `index:SPX`, `sector:Energy` or `theme:Gold miners` (a
#: theme only approximates the index), null when none are known. Weights are not shipped.
UNDERLYINGS: Schema = {
    "underlying": pl.String(),
    "name": pl.String(),
    "kind": pl.String(),
    "proxy": pl.String(),
    "basket": pl.String(),
}

_DEFAULTS: dict[str, object] = {"underlying": "", "reset": "daily", "issuer": ""}


def load_funds(extra: Path | None = None) -> pl.DataFrame:
    """FUNDS, sorted by ticker: the shipped list, with the user's rows added or put over it by ticker.

    `extra` is a TOML of `[[fund]]` tables with the columns of FUNDS; a row for a shipped ticker may give only
    what changes, a new one needs ticker, leverage and kind. Raises ReferenceDataError on a row it cannot use.
    """
    shipped = _shipped()
    if extra is None:
        return _frame(shipped)
    changed = {row.ticker(): _merged(row, shipped) for row in unique(user_tables(extra, "fund"), "ticker")}
    return _frame(shipped | changed)


@cache
def load_underlyings() -> pl.DataFrame:
    """UNDERLYINGS, in the order of the file."""
    rows = unique(list(csv_rows("underlyings.csv")), "underlying")
    kinds = [kind for kind in KINDS if kind != "stock"]
    for row in rows:
        row.one_of("kind", kinds)
        row.ticker("proxy")
    return _null_for_blank(pl.DataFrame([row.fields for row in rows], schema=dict(UNDERLYINGS)))


@cache
def _shipped() -> dict[str, dict[str, object]]:
    rows = unique(list(csv_rows("funds.csv")), "ticker")
    return {row.ticker(): _checked(Row(row.file, row.place, _numbered(row))) for row in rows}


def _numbered(row: Row) -> dict[str, object]:
    try:
        return row.fields | {"leverage": float(row.text("leverage"))}
    except ValueError:
        row.fail("leverage", f"{shown(row.fields['leverage'])} is not a number")


def _merged(row: Row, shipped: dict[str, dict[str, object]]) -> dict[str, object]:
    row.only(FUNDS)
    ticker = row.ticker()
    base = shipped.get(ticker, _DEFAULTS | {"name": ticker})
    return _checked(Row(row.file, row.place, base | row.fields))


def _checked(row: Row) -> dict[str, object]:
    ticker, name, issuer = row.ticker(), row.text("name"), row.text("issuer")
    kind = row.one_of("kind", KINDS)
    return {
        "ticker": ticker,
        "name": name,
        "leverage": _leverage(row),
        "underlying": _underlying(row, kind, _keys()),
        "kind": kind,
        "reset": row.one_of("reset", RESETS),
        "issuer": issuer,
    }


def _leverage(row: Row) -> float:
    value = row.number("leverage")
    if 0 <= value <= 1:
        row.fail("leverage", f"{value:g} is not leveraged: it must be below 0 (inverse) or above 1")
    return value


def _underlying(row: Row, kind: str, keys: Collection[str]) -> str:
    value = row.text("underlying")
    if value and kind == "stock":
        row.check_ticker(value, "underlying")
    elif value:
        row.one_of("underlying", keys)
    return value


def _keys() -> list[str]:
    return load_underlyings()["underlying"].to_list()


def _frame(funds: dict[str, dict[str, object]]) -> pl.DataFrame:
    return _null_for_blank(pl.DataFrame(list(funds.values()), schema=dict(FUNDS))).sort("ticker")


def _null_for_blank(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col(pl.String).replace("", None))
