"""Trade classification rules: who took the initiative, buyer (1) or seller (-1), null where a rule cannot tell.

Prices are integers of 1/10000 USD and every comparison is exact. With `exact=False` they are floating-point
dollars compared the way floating-point implementations do (at the quote within 1e-4 plus 1e-5 of it), which is
how the rules are held against other software.

A quote that is crossed (bid above ask) or lacks a side has no midpoint; a locked one (bid equals ask) has.

`signed_by_quotes` applies them to labelled prints, `retail_half_hours` is a quick look at retail alone.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from math import erfc, sqrt
from typing import Final

import polars as pl

from deskview.analytics.flow import subpenny
from deskview.analytics.flow.label import dollars, half_hour, require_columns
from deskview.analytics.flow.subpenny import PENNY_E4
from deskview.market.schema import UTC_NS, Schema

#: Chakrabarty et al.: the upper and lower three tenths of the spread belong to the quote.
OUTER_TENTHS: Final = 3

#: Best bid and offer, one row per change, prices in integer 1/10000 USD; null where a side is empty.
QUOTES: Schema = {
    "ticker": pl.String(),
    "time": UTC_NS,
    "bid_e4": pl.Int64(),
    "ask_e4": pl.Int64(),
}


class Rule(StrEnum):
    """The classification rules by their usual names."""

    TICK = "tick"
    QUOTE = "quote"
    LEE_READY = "Lee-Ready"
    EMO = "EMO"
    CLNV = "CLNV"


def last_different(price: pl.Expr) -> pl.Expr:
    """The closest earlier price that differs, null before the first change; rows in trade order, one name.

    Use with `.over("ticker")` where a table holds several names.
    """
    before = price.shift(1)
    return pl.when(before != price).then(before).forward_fill()


def quote(price: pl.Expr, bid: pl.Expr, ask: pl.Expr, *, exact: bool = True) -> pl.Expr:
    """Quote rule: above the midpoint is a purchase, below it a sale, at it neither."""
    valid = ask >= bid
    if exact:
        distance = 2 * price - (ask + bid)
        return pl.when(valid & (distance > 0)).then(1).when(valid & (distance < 0)).then(-1).cast(pl.Int8)
    middle = 0.5 * (ask + bid)
    return pl.when(valid & (price > middle)).then(1).when(valid & (price < middle)).then(-1).cast(pl.Int8)


def lee_ready(price: pl.Expr, bid: pl.Expr, ask: pl.Expr, tick: pl.Expr, *, exact: bool = True) -> pl.Expr:
    """Lee and Ready (1991): the quote rule, the tick rule at the midpoint and where there is no quote."""
    return pl.coalesce(quote(price, bid, ask, exact=exact), tick)


def emo(price: pl.Expr, bid: pl.Expr, ask: pl.Expr, tick: pl.Expr, *, exact: bool = True) -> pl.Expr:
    """Ellis, Michaely and O'Hara (2000): the quote rule at the bid or the ask, the tick rule elsewhere."""
    at_one = _at(price, ask, exact=exact) ^ _at(price, bid, exact=exact)
    return pl.when(at_one).then(quote(price, bid, ask, exact=exact)).otherwise(tick)


def clnv(price: pl.Expr, bid: pl.Expr, ask: pl.Expr, tick: pl.Expr, *, exact: bool = True) -> pl.Expr:
    """Chakrabarty, Li, Nguyen and Van Ness (2007): the quote rule in the outer three tenths of the spread at
    either side, the tick rule in the middle and outside the quotes."""
    outer = _in_upper(price, bid, ask, exact=exact) ^ _in_lower(price, bid, ask, exact=exact)
    return pl.when(outer).then(quote(price, bid, ask, exact=exact)).otherwise(tick)


def _at(price: pl.Expr, side: pl.Expr, *, exact: bool) -> pl.Expr:
    same = price == side if exact else (price - side).abs() <= 1e-4 + 1e-5 * side.abs()
    return same.fill_null(False)


def _in_upper(price: pl.Expr, bid: pl.Expr, ask: pl.Expr, *, exact: bool) -> pl.Expr:
    share = OUTER_TENTHS / 10
    edge = (10 - OUTER_TENTHS) * ask + OUTER_TENTHS * bid <= 10 * price
    if not exact:
        edge = (1.0 - share) * ask + share * bid <= price
    return (edge & (price <= ask)).fill_null(False)


def _in_lower(price: pl.Expr, bid: pl.Expr, ask: pl.Expr, *, exact: bool) -> pl.Expr:
    share = OUTER_TENTHS / 10
    edge = 10 * price <= OUTER_TENTHS * ask + (10 - OUTER_TENTHS) * bid
    if not exact:
        edge = price <= share * ask + (1.0 - share) * bid
    return ((bid <= price) & edge).fill_null(False)


def classify(rule: Rule, price: pl.Expr, bid: pl.Expr, ask: pl.Expr, tick: pl.Expr, *, exact: bool = True) -> pl.Expr:
    """The sign by the named rule; `tick` is the tick rule's sign of the same prints."""
    match rule:
        case Rule.TICK:
            return tick
        case Rule.QUOTE:
            return quote(price, bid, ask, exact=exact)
        case Rule.LEE_READY:
            return lee_ready(price, bid, ask, tick, exact=exact)
        case Rule.EMO:
            return emo(price, bid, ask, tick, exact=exact)
        case Rule.CLNV:
            return clnv(price, bid, ask, tick, exact=exact)


def bulk_buy_volume(volume: pl.Expr, price_change: pl.Expr, sigma: pl.Expr) -> pl.Expr:
    """Bought part of a bar's volume, volume * Phi(price_change / sigma): Easley, Lopez de Prado and O'Hara (2012).

    For bars alone, where there are no prints; `sigma` is the standard deviation of the bars' price changes.
    Null where the deviation is null or not positive.
    """
    deviations = pl.when(sigma > 0).then(price_change / sigma)
    return volume * _normal_cdf(deviations)


def _normal_cdf(z: pl.Expr) -> pl.Expr:
    """Standard normal distribution function; polars has none, and bars are few."""
    return z.map_batches(_cdf_of_batch, return_dtype=pl.Float64, is_elementwise=True)


def _cdf_of_batch(z: pl.Series) -> pl.Series:
    values = z.unique()
    cdf = [None if v is None else 0.5 * erfc(-v / sqrt(2)) for v in values.to_list()]
    return z.replace_strict(values, pl.Series(cdf, dtype=pl.Float64), return_dtype=pl.Float64)


def signed_by_quotes(labelled: pl.DataFrame, quotes: pl.DataFrame, rule: Rule = Rule.LEE_READY) -> pl.DataFrame:
    """Labelled prints with `sign` by the QUOTES at their participant time in place of sub-penny price and tick rule.

    Retail is bought above six tenths of the spread, sold below four and unsigned between (Barber et al. 2024); the rest
    follows `rule`. A quote that is locked, crossed or one-sided tells nothing.
    """
    require_columns(quotes, list(QUOTES))
    usable = (pl.col("ask_e4") > pl.col("bid_e4")) & (pl.col("bid_e4") > 0)
    book = quotes.select(list(QUOTES)).sort("ticker", "time", maintain_order=True)
    book = book.with_columns(pl.when(usable).then(pl.col("bid_e4", "ask_e4")))
    price, bid, ask = pl.col("price_e4"), pl.col("bid_e4"), pl.col("ask_e4")
    place, spread = 10 * (price - bid), ask - bid
    midpoint = pl.when(place > 6 * spread).then(1).when(place < 4 * spread).then(-1).cast(pl.Int8)
    other = classify(rule, price, bid, ask, pl.col("sign"))
    sign = pl.when(pl.col("kind") == "retail").then(midpoint).when(pl.col("kind") == "other").then(other)
    return (
        labelled.with_row_index("row")
        .sort("ticker", "time", "row")
        .join_asof(book, on="time", by="ticker", strategy="backward", check_sortedness=False)
        .sort("row")
        .with_columns(sign=sign)
        .select(labelled.columns)
    )


def retail_half_hours(
    trades: pl.DataFrame,
    *,
    session_open: datetime,
    session_close: datetime,
    tick_e4: int | Mapping[str, int] = PENNY_E4,
) -> pl.DataFrame:
    """Retail alone, straight from TRADES: (ticker, half_hour, retail_buy_usd, retail_sell_usd, retail_prints).

    The quick look at a table already cleaned: no duplicates, no cancelled, late or far-off prints, only conditions that
    count.
    """
    price, bought, usd = pl.col("price_e4"), pl.col("side") == 1, pl.col("usd")
    return (
        trades.lazy()
        .filter(pl.col("off_exchange") & pl.col("time").is_between(session_open, session_close, closed="left"))
        .select(
            "ticker",
            half_hour=half_hour(session_open),
            side=subpenny.side(price, subpenny.tick(tick_e4)),
            usd=dollars(),
        )
        .filter(pl.col("side") != 0)
        .select(
            "ticker",
            "half_hour",
            retail_buy_usd=pl.when(bought).then(usd).otherwise(0.0),
            retail_sell_usd=pl.when(bought).then(0.0).otherwise(usd),
        )
        .group_by("ticker", "half_hour")
        .agg(pl.col("retail_buy_usd", "retail_sell_usd").sum(), retail_prints=pl.len().cast(pl.Int64))
        .sort("ticker", "half_hour")
        .collect(engine="streaming")
    )
