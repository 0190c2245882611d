"""Prices put on today's share basis: splits and cash dividends."""

from collections.abc import Callable
from datetime import date
from math import log
from typing import NamedTuple

import polars as pl

from deskview.market.schema import HISTORY

_DAYS = 10_000_000
"""More than any date's number of days since 1970."""
DOLLAR_VOLUME = pl.coalesce("vwap", "close") * pl.col("volume")
"""Of the day as it was: adjustments of price and volume cancel."""


def adjusted_history(
    bars: pl.DataFrame,
    splits: pl.DataFrame,
    dividends: pl.DataFrame | None = None,
    *,
    basis: date,
    in_order: bool = True,
) -> pl.DataFrame:
    """BARS, SPLITS and DIVIDENDS to HISTORY, sorted by ticker and session, on the share basis of the date `basis`.

    A bar of day D is multiplied by the product of split_from / split_to over the splits executed in
    (D, basis]; volume is divided by it. The vendor's own cumulative factor is not used: it is relative
    to the day of the request, which may lie after `basis` when a past day is replayed. `total_close` is
    also multiplied by 1 - dividend / close of the session before, over the ex-dates in (D, basis]; without
    dividends it is the close. Dollar volume is that of the day and needs no adjustment. Sorting is most of
    the work: without `in_order` the rows come in any order, which is enough for a Panel.
    """
    history = bars.filter(pl.col("close").is_finite() & (pl.col("close") > 0)).with_columns(
        dollar_volume_usd=DOLLAR_VOLUME
    )
    del bars  # each copy of a year of bars is let go before the next is made
    steps = _cumulated(split_ratios(splits, basis))
    history = _touched(history, steps, _split).with_columns(total_close=pl.col("close"))
    if dividends is not None:
        history = _touched(history, _dividend_steps(dividends, history, steps, basis), _reinvested)
    history = history.select(list(HISTORY))
    return _in_order(history) if in_order else history


def _touched(
    rows: pl.DataFrame, steps: pl.DataFrame, adjust: Callable[[pl.DataFrame, pl.DataFrame], pl.DataFrame]
) -> pl.DataFrame:
    """The rows with those adjusted whose name has steps; the others are left as they are."""
    if steps.is_empty():
        return rows
    touched = rows.get_column("ticker").is_in(steps.get_column("ticker").unique().to_list())
    return pl.concat([rows.filter(~touched), adjust(rows.filter(touched), steps)])


def _in_order(history: pl.DataFrame) -> pl.DataFrame:
    """Sorted by ticker and session through one integer key, about three times as fast as by text and date."""
    names = history.get_column("ticker").unique().sort()
    code = pl.col("ticker").cast(pl.Enum(names)).to_physical().cast(pl.Int64)
    key = history.select(code * _DAYS + pl.col("session").to_physical()).to_series()
    return history[key.to_numpy().argsort(kind="stable")]


def _with_factor(rows: pl.DataFrame, steps: pl.DataFrame) -> pl.DataFrame:
    """The rows with the factor of the first step dated after their session, 1 where there is none."""
    return (
        rows.sort("session")
        .join_asof(
            steps,
            left_on="session",
            right_on="date",
            by="ticker",
            strategy="forward",
            allow_exact_matches=False,
            check_sortedness=False,
        )
        .with_columns(pl.col("factor").fill_null(1.0))
    )


def _split(rows: pl.DataFrame, steps: pl.DataFrame) -> pl.DataFrame:
    """Prices times the factor, volume over it."""
    factor = pl.col("factor")
    prices = [pl.col(price) * factor for price in ("open", "high", "low", "close")]
    return _with_factor(rows, steps).with_columns(*prices, volume=pl.col("volume") / factor).select(rows.columns)


def _reinvested(rows: pl.DataFrame, steps: pl.DataFrame) -> pl.DataFrame:
    """The close times the factor as total_close."""
    factored = _with_factor(rows, steps)
    return factored.with_columns(total_close=pl.col("close") * pl.col("factor")).select(rows.columns)


def split_ratios(splits: pl.DataFrame, basis: date) -> pl.DataFrame:
    """SPLITS executed up to the basis as (ticker, date, ratio): what a price before the date is multiplied by."""
    usable = (pl.col("split_from") > 0) & (pl.col("split_to") > 0) & (pl.col("execution_date") <= basis)
    return splits.filter(usable).select(
        "ticker", date="execution_date", ratio=pl.col("split_from") / pl.col("split_to")
    )


SUPPORTED = 1.5
"""Prices support a split where the first close from its date on is within this factor of what it makes of the last."""


class SupportedSplits(NamedTuple):
    """SPLITS with at most one row a name and date; (ticker, session) of dates none of whose rows prices support; and
    how many rows do not count.
    """

    splits: pl.DataFrame
    unsupported: pl.DataFrame
    left_out: int


def supported_splits(splits: pl.DataFrame, bars: pl.DataFrame) -> SupportedSplits:
    """Of several SPLITS of a name on one date those that unadjusted closes (ticker, session, close) support.

    Both apply where the closes support their product, else the one they support, else none. Where there is no close on
    or after the date none does: a live price will tell.
    """
    several = pl.len().over("ticker", "execution_date") > 1
    doubtful = splits.filter(several)
    kept, unsupported, left_out = [splits.filter(~several)], [], 0
    closes = bars.filter(pl.col("ticker").is_in(doubtful.get_column("ticker").unique().to_list())).sort("session")
    for (ticker, day), rows in doubtful.group_by("ticker", "execution_date", maintain_order=True):
        own = closes.filter((pl.col("ticker") == ticker) & (pl.col("close") > 0))
        before, after = own.filter(pl.col("session") < day), own.filter(pl.col("session") >= day)
        moved = after["close"][0] / before["close"][-1] if before.height and after.height else None
        best, count = _best_supported(rows, moved)
        left_out += rows.height - count
        kept.append(best)
        if moved is not None and best.is_empty() and abs(log(moved)) > log(SUPPORTED):
            unsupported.append((ticker, day))
    places = pl.DataFrame(unsupported, schema={"ticker": pl.String, "session": pl.Date}, orient="row")
    return SupportedSplits(pl.concat(kept).sort("execution_date", "ticker"), places, left_out)


def _best_supported(rows: pl.DataFrame, moved: float | None) -> tuple[pl.DataFrame, int]:
    """The split the close moved by: of all the rows together, of one or of none; and how many of the rows are in it."""
    if moved is None:
        return rows.clear(), 0
    together = rows.head(1).with_columns(split_from=rows["split_from"].product(), split_to=rows["split_to"].product())
    none = rows.head(1).with_columns(split_from=pl.lit(1.0), split_to=pl.lit(1.0))
    ways = pl.concat([together, rows, none]).with_columns(
        count=pl.Series([rows.height, *[1] * rows.height, 0]),
        away=(pl.lit(moved) * pl.col("split_to") / pl.col("split_from")).log().abs(),
    )
    best = ways.sort("away", maintain_order=True).filter(pl.col("away") <= log(SUPPORTED)).head(1)
    count = int(best["count"][0]) if best.height else 0
    return (best if count else best.clear()).select(rows.columns), count


def dividends_paid(dividends: pl.DataFrame, basis: date) -> pl.DataFrame:
    """DIVIDENDS with an ex-date up to the basis as (ticker, date, cash), one row a name and date."""
    paid = dividends.filter((pl.col("cash_usd") > 0) & (pl.col("ex_date") <= basis))
    return paid.group_by("ticker", date="ex_date").agg(cash=pl.col("cash_usd").sum())


def _dividend_steps(
    dividends: pl.DataFrame, history: pl.DataFrame, split_steps: pl.DataFrame, basis: date
) -> pl.DataFrame:
    """Per ex-date: the product of 1 - dividend / close before over it and the ex-dates after it up to the basis.

    Dividends are put on today's share basis first. One that is not below the close before it is left out.
    """
    paid = dividends_paid(dividends, basis).rename({"date": "session"})
    cash = _with_factor(paid, split_steps).with_columns(cash=pl.col("cash") * pl.col("factor")).drop("factor")
    before = history.select("ticker", before="session", close_before="close").sort("before")
    ratios = (
        cash.sort("session")
        .join_asof(
            before,
            left_on="session",
            right_on="before",
            by="ticker",
            strategy="backward",
            allow_exact_matches=False,
            check_sortedness=False,
        )
        .filter(pl.col("cash") < pl.col("close_before"))
        .select("ticker", date="session", ratio=1 - pl.col("cash") / pl.col("close_before"))
    )
    return _cumulated(ratios)


def _cumulated(ratios: pl.DataFrame) -> pl.DataFrame:
    """(ticker, date, ratio) to (ticker, date, factor): each ratio times those of the later dates, sorted by date."""
    return (
        ratios.sort("ticker", "date")
        .select("ticker", "date", factor=pl.col("ratio").cum_prod(reverse=True).over("ticker"))
        .unique(["ticker", "date"], keep="first", maintain_order=True)
        .sort("date", "ticker")
    )


def last_closes(
    history: pl.DataFrame, splits: pl.DataFrame, dividends: pl.DataFrame, *, before: date, today: date
) -> pl.DataFrame:
    """CLOSES of analytics.live for the session `today`: closes of HISTORY on the session `before` it, and what goes ex.

    A name without a bar on that very session has no stored close, whatever older ones it has.
    """
    closes = history.filter(pl.col("session") == before).select("ticker", stored_close="close")
    cash = dividends_paid(dividends.filter(pl.col("ex_date") == today), today).select("ticker", cash_usd="cash")
    split = split_ratios(splits.filter(pl.col("execution_date") == today), today)
    ratio = split.group_by("ticker").agg(pl.col("ratio").product())
    return (
        closes.join(cash, on="ticker", how="full", coalesce=True)
        .join(ratio, on="ticker", how="left")
        .select(
            "ticker",
            "stored_close",
            unsplit_close=pl.col("stored_close") / pl.col("ratio").fill_null(1.0),
            cash_usd=pl.col("cash_usd").fill_null(0.0),
        )
    )
