"""The registry of funds joined with what is known of each: one row a fund, one row an underlying."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from deskview.analytics.leverage.formula import Floats, why_refused
from deskview.analytics.leverage.readings import LeftOut

Texts = npt.NDArray[np.object_]


def floats(frame: pl.DataFrame, column: str) -> Floats:
    """A column as float64, NaN for null."""
    return np.asarray(frame.get_column(column).cast(pl.Float64).fill_null(np.nan).to_numpy(), dtype=np.float64)


def listed(items: Sequence[str], shown: int = 12) -> str:
    """How many there are, and the first of them."""
    more = f" and {len(items) - shown} more" if len(items) > shown else ""
    return f"{len(items)} ({', '.join(items[:shown])}{more})"


def texts(frame: pl.DataFrame, column: str) -> Texts:
    """A column as an array of Python strings and None."""
    return np.array(frame.get_column(column).to_list(), dtype=np.object_)


EQUITY_KINDS = ("index", "sector", "stock")
OTHER_KINDS = ("commodity", "bond", "crypto", "currency", "volatility")
KINDS = EQUITY_KINDS + OTHER_KINDS


@dataclass(frozen=True)
class Book:
    """Funds that can be computed, their underlyings, and who was left out.

    `funds`: ticker, name, leverage, underlying, kind, shares, as_of, close (the last of HISTORY, may be null),
    position (of its underlying). `underlyings`: underlying, name, kind, proxy (ticker, may be null), in the order
    `position` counts. A fund without an underlying is one of its own, called `fund:TICKER`.
    """

    funds: pl.DataFrame
    underlyings: pl.DataFrame
    left_out: tuple[LeftOut, ...]


def build_book(
    funds: pl.DataFrame,
    underlyings: pl.DataFrame,
    details: pl.DataFrame,
    history: pl.DataFrame,
    *,
    splits: pl.DataFrame | None = None,
    session: date | None = None,
    resets: Sequence[str] = ("daily", "weekly"),
) -> Book:
    """Join the registry (FUNDS, UNDERLYINGS) with DETAILS and the last close of HISTORY.

    Shares counted before a split are put on the basis of `session` (default: the last of HISTORY) with SPLITS:
    serial reverse splits are usual among these funds.
    """
    basis = session or history.get_column("session").max()
    shares = _shares(details, splits, basis) if isinstance(basis, date) else _shares(details, None, date.max)
    closes = (
        history.filter(pl.col("ticker").is_in(funds.get_column("ticker").implode()))
        .sort("ticker", "session")
        .group_by("ticker", maintain_order=True)
        .agg(pl.col("close").last())
    )
    rows = (
        funds.with_columns(
            pl.col("underlying").replace("", None),
            pl.col("kind").str.to_lowercase(),
            again=pl.col("ticker").is_first_distinct().not_(),
        )
        .join(shares, on="ticker", how="left", maintain_order="left")
        .join(closes, on="ticker", how="left", maintain_order="left")
    )
    reasons = [_reason(row, resets) for row in rows.iter_rows(named=True)]
    rows = rows.with_columns(reason=pl.Series(reasons, dtype=pl.String))
    kept = rows.filter(pl.col("reason").is_null()).with_columns(
        underlying=pl.coalesce("underlying", pl.format("fund:{}", "ticker"))
    )
    table = _underlyings(kept, underlyings)
    position = table.select("underlying", "kind").with_row_index("position")
    return Book(
        kept.join(position, on=["underlying", "kind"], how="left", maintain_order="left"),
        table,
        tuple(_left_out(rows.filter(pl.col("reason").is_not_null()).iter_rows(named=True))),
    )


def _shares(details: pl.DataFrame, splits: pl.DataFrame | None, basis: date) -> pl.DataFrame:
    """Newest share count per ticker, on the share basis of `basis`: ticker, shares, as_of."""
    counts = (
        details.filter(pl.col("shares_outstanding").is_not_null())
        .sort("ticker", "as_of")
        .unique("ticker", keep="last", maintain_order=True)
        .select("ticker", "as_of", shares="shares_outstanding")
    )
    if splits is None or splits.is_empty():
        return counts
    ratio = (
        counts.join(splits, on="ticker")
        .filter((pl.col("execution_date") > pl.col("as_of")) & (pl.col("execution_date") <= basis))
        .group_by("ticker")
        .agg(ratio=(pl.col("split_to") / pl.col("split_from")).product())
    )
    return counts.join(ratio, on="ticker", how="left", maintain_order="left").select(
        "ticker", "as_of", shares=pl.col("shares") * pl.col("ratio").fill_null(1.0)
    )


def _reason(row: dict[str, object], resets: Sequence[str]) -> str | None:
    """Why a fund of the registry is left out, in words."""
    leverage, shares, close = row["leverage"], row["shares"], row["close"]
    reset = str(row.get("reset") or "daily").lower()
    if row["again"]:
        return "listed twice: the first row counts"
    if row["kind"] not in KINDS:
        return f"its kind {row['kind']!r} is not one of {', '.join(KINDS)}"
    if reset not in resets:
        return f"it resets {reset}: it does not trade every day"
    if shares is None:
        return why_refused(_number(leverage), 1.0) or "its shares outstanding are not known, so neither is its AUM"
    price = 1.0 if close is None else _number(close)
    return why_refused(_number(leverage), _number(shares) * price)


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")


def _left_out(rows: Iterable[dict[str, object]]) -> Iterable[LeftOut]:
    for row in rows:
        kind = None if row["kind"] is None else str(row["kind"])
        yield LeftOut(str(row["ticker"]), str(row["name"] or row["ticker"]), kind, "all", str(row["reason"]))


def _underlyings(funds: pl.DataFrame, registry: pl.DataFrame) -> pl.DataFrame:
    """The underlyings in use: those of the registry with its facts, the rest from the funds themselves.

    A stock is its own proxy. The same text may be a stock's ticker and a key of the registry: the kind decides,
    and each kind is a row of its own.
    """
    facts = registry.unique("underlying", keep="first", maintain_order=True).select(
        pl.col("underlying").alias("key"), pl.col("name").alias("known_name"), pl.col("proxy").replace("", None)
    )
    alone = pl.col("underlying").str.starts_with("fund:")
    stock_proxy = pl.when((pl.col("kind") == "stock") & ~alone).then("underlying")
    used = funds.group_by("underlying", "kind", maintain_order=True).agg(pl.col("name").first())
    key = pl.when(pl.col("kind") != "stock").then("underlying")
    return (
        used.with_columns(key=key)
        .join(facts, on="key", how="left", maintain_order="left")
        .select(
            "underlying",
            name=pl.when(alone)
            .then(pl.format("{} (underlying not known)", pl.col("name").fill_null("fund")))
            .otherwise(pl.coalesce("known_name", "underlying")),
            kind="kind",
            proxy=pl.coalesce("proxy", stock_proxy),
        )
    )
