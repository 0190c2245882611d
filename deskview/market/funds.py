"""Leveraged and inverse funds, and the underlyings whose move they multiply.

The shipped list holds the US-listed funds quoted in February or June 2026 that target a fixed multiple
of a day's (week's, month's, quarter's) return. Left out: funds of no fixed leverage, option income,
pay-outs at maturity, several exposures stacked in one fund, funds of other leveraged funds, and what is not listed
in the US. The column `note` of both files says what a row rests on or why it is as it is.
"""

from collections.abc import Collection
from functools import cache
from pathlib import Path

import polars as pl

from deskview.market.errors import shown
from deskview.market.reference import Row, csv_rows, unique, user_tables
from deskview.market.schema import FUND_TYPES, Schema

KINDS = ("index", "sector", "stock", "commodity", "bond", "crypto", "currency", "volatility")
RESETS = ("daily", "weekly", "monthly", "quarterly")
STRUCTURES = ("ETF", "ETN")
WEIGHTS = ("implied", "equal", "price", "cap")
RENAMED = {"SOX": "NYSE_SEMIS"}
"""Keys of underlyings that are called otherwise: SOX was two indices, and SOXL and SOXS follow NYSE's."""
FAMILIES = ("nasdaq", "semiconductors", "technology")

#: One row per fund. `leverage` is signed (-2.0: twice short) and never in [0, 1]. `underlying` is a stock's
#: ticker where `kind` is stock, else a key of UNDERLYINGS; null where none is known: such a fund's need
#: follows from its own return, (L-1) A R. The same text may be a ticker and a key (TECH): `kind` decides.
#: An ETN is its issuer's debt: the issuer, not a fund, hedges it.
FUNDS: Schema = {
    "ticker": pl.String(),
    "name": pl.String(),
    "leverage": pl.Float64(),
    "underlying": pl.String(),
    "kind": pl.String(),
    "reset": pl.String(),
    "issuer": pl.String(),
    "structure": pl.String(),
}

#: One row per underlying that is not a stock. `proxy` is the unleveraged US fund whose return stands for it; null where
#: none does: returns then follow from the leveraged funds' own. `basket` says where constituents come from:
#: `index:SPX`, `sector:Energy` or `theme:Gold miners` (a theme only approximates the index), null when none are known.
#: Weights are not shipped: `weights` says how they are found: `implied` by the returns of the proxy, which holds this
#: very index, by the rule of the index (`equal`, `price`), or by market value (`cap`); null without a basket.
#: `family` is one of FAMILIES, of index and sector underlyings only, or null. `note` says why the weights are found as
#: they are; null where blank.
UNDERLYINGS: Schema = {
    "underlying": pl.String(),
    "name": pl.String(),
    "kind": pl.String(),
    "proxy": pl.String(),
    "basket": pl.String(),
    "weights": pl.String(),
    "family": pl.String(),
    "note": pl.String(),
}

#: What names say in another sense is taken out before they are searched. All expressions are of lower case.
_OTHER_SENSES = (
    r"\bultra[ -]short|\blong\b[^/]*/ ?short|\bleveraged (?:loan|credit|finance|aaa)"
    r"|\bshort[ -](?:term|dated|duration|maturity|treasury|government|muni|corporate|bond|income)"
)
_STRUCTURED = r"\b(?:buffer\d*|capped accelerated|outcome|universe)\b"
_MULTIPLE = r"(?:^|[\s(])(?:[+-]?(?:1\.\d*[1-9]|[2-9](?:\.\d+)?)|-1) ?x(?:$|[\s),]|leveraged|monthly)"
_INVERSE = r"\b(?:bear|inverse|short)\b"
_WORDS = (
    rf"\b(?:1x|daily)\b.*{_INVERSE}|{_INVERSE}.*\b(?:1x|daily)\b|\bdaily\b.*\bbull\b"
    r"|\binverse\b|\bleveraged\b|\bdouble (?:long|short)\b|\bweekly ?pay"
)
#: ProShares calls its multiples Ultra, UltraPro, UltraShort and Short. In names that leave the house out Ultra counts
#: where nothing speaks of income or of a short term.
_PROSHARES = r"^proshares\b.*\b(?:ultra|ultrapro|ultrashort|short)\b"
_ULTRA = r"\bultra(?:pro|short)?\b"
_OTHER_ULTRA = r"\b(?:income|dividend|bonds?|treasury|duration|maturity|municipal|government|money|cash)\b"

_DEFAULTS: dict[str, object] = {"underlying": "", "reset": "daily", "issuer": "", "structure": "ETF"}


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
        if row.text("proxy"):
            row.ticker("proxy")
        row.one_of("weights", ("", *WEIGHTS))
        row.one_of("family", ("", *FAMILIES))
    return _null_for_blank(pl.DataFrame([row.fields for row in rows], schema=dict(UNDERLYINGS)))


def looks_leveraged(names: pl.Expr) -> pl.Expr:
    """Whether a fund's name says that it multiplies or inverts a return: "2X", "Bull 3X", "Daily Short", "Inverse".

    Boolean, null for a null name. Not meant are pay-outs at maturity, option income, funds of such funds, and what is
    short of term only ("Ultra-Short Bond"). A fund whose name says nothing of its multiple is not found.
    """
    text = names.str.to_lowercase().str.replace_all(_OTHER_SENSES, " ")
    words = text.str.contains(_WORDS) & ~text.str.contains(r"\bincome\b")
    ultra = text.str.contains(_PROSHARES) | (text.str.contains(_ULTRA) & ~text.str.contains(_OTHER_ULTRA))
    return (text.str.contains(_MULTIPLE) | words | ultra) & ~text.str.contains(_STRUCTURED)


def unregistered(tickers: pl.DataFrame, funds: pl.DataFrame) -> pl.DataFrame:
    """ticker, name of the listed funds (TICKERS) whose name looks leveraged and that FUNDS does not hold, by ticker.

    What is listed without a type may be one.
    """
    fund = pl.col("type").is_in(FUND_TYPES).fill_null(value=True)
    return (
        tickers.filter(fund, looks_leveraged(pl.col("name")))
        .join(funds, on="ticker", how="anti")
        .select("ticker", "name")
        .sort("ticker")
    )


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
        "structure": row.one_of("structure", STRUCTURES),
    }


def _leverage(row: Row) -> float:
    value = row.number("leverage")
    if 0 <= value <= 1:
        row.fail("leverage", f"{value:g} is not leveraged: it must be below 0 (inverse) or above 1")
    return value


def _underlying(row: Row, kind: str, keys: Collection[str]) -> str:
    value = row.text("underlying")
    if value in RENAMED and kind != "stock":
        row.fail("underlying", f"{shown(value)} is called {RENAMED[value]} now")
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
