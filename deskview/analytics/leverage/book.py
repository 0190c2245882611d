"""The registry of funds joined with what is known of each: one row a fund, one row an underlying."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from deskview.analytics.chain import OWN_COUNTS
from deskview.analytics.leverage.formula import Floats, why_refused
from deskview.analytics.leverage.readings import EQUITY_KINDS, OTHER_KINDS, LeftOut
from deskview.market.schema import SHARE_COUNTS, empty

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


KINDS = EQUITY_KINDS + OTHER_KINDS
UNLISTED = "no longer listed"
NO_SHARES = "no shares from the provider, none in names_file: its AUM is not known"
UNTRADED = 5
"""A fund without a bar in so many sessions has no price to speak of."""
IMPLAUSIBLE = 3.0
"""No fund of size is created or redeemed to so many times its shares in one session."""
SAME_SHARES = 1e-9
"""Counts that differ by less than this share are the same count, put on another basis by a split."""


@dataclass(frozen=True)
class Book:
    """Funds that can be computed, their underlyings, and who was left out.

    `funds`: ticker, name, leverage, underlying, kind, reset, structure, shares, as_of (since when the count stands),
    change (shares created, net, in the last session; null where its count or that of the one before is missing),
    compared (more than one count is held), doubt (the newest count is not believed yet), source (of OWN_COUNTS, null
    where the count is the provider's), close
    (the last of HISTORY, may be null), position (of its underlying). `underlyings`: underlying, name, kind, proxy
    (ticker, may be null), family, in the order `position` counts. A fund without an underlying is one of its own,
    called `fund:TICKER`. `lost_usd`: L(L-1)·A of the daily equity funds that left the listing though they traded of
    late: without them the rest is a part of the book.
    """

    funds: pl.DataFrame
    underlyings: pl.DataFrame
    left_out: tuple[LeftOut, ...]
    lost_usd: float = 0.0


def build_book(
    funds: pl.DataFrame,
    underlyings: pl.DataFrame,
    details: pl.DataFrame,
    history: pl.DataFrame,
    *,
    splits: pl.DataFrame | None = None,
    session: date | None = None,
    counts: pl.DataFrame | None = None,
    own: pl.DataFrame | None = None,
    tickers: pl.DataFrame | None = None,
) -> Book:
    """Join the registry (FUNDS, UNDERLYINGS) with DETAILS and the last close of HISTORY.

    Shares counted before a split are put on the basis of `session` (default: the last of HISTORY) with SPLITS:
    serial reverse splits are usual among these funds. `counts` (SHARE_COUNTS) are those of the sessions before, from
    which follows since when a count stands and how many shares were created last; `own` (OWN_COUNTS) are the user's, of
    funds that have no other. A fund that is not in
    `tickers` (TICKERS; None: not known) is left out, and one that had no bar for UNTRADED sessions.
    """
    sessions = history.get_column("session").unique().sort()
    basis = session or (sessions[-1] if len(sessions) else None)
    users = empty(OWN_COUNTS) if own is None else own
    both = pl.concat([empty(SHARE_COUNTS) if counts is None else counts, users.select(list(SHARE_COUNTS))])
    shares = share_counts(details, both, splits, basis, sessions.to_list())
    rows = _known_of(funds, shares, history).join(
        users.select("ticker", "source", "unused"), on="ticker", how="left", maintain_order="left"
    )
    listed = None if tickers is None else set(tickers.get_column("ticker"))
    oldest = sessions[-min(UNTRADED, len(sessions))] if len(sessions) else None
    reasons = [_reason(row, listed, oldest) for row in rows.iter_rows(named=True)]
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
        _lost_usd(rows.filter(reason=UNLISTED), oldest),
    )


def _known_of(funds: pl.DataFrame, shares: pl.DataFrame, history: pl.DataFrame) -> pl.DataFrame:
    """The registry with share counts, last close and its session; `again`: the ticker stands in a row before."""
    closes = (
        history.filter(pl.col("ticker").is_in(funds.get_column("ticker").implode()))
        .sort("ticker", "session")
        .group_by("ticker", maintain_order=True)
        .agg(pl.col("close").last(), traded=pl.col("session").last())
    )
    return (
        funds.with_columns(
            pl.col("underlying").replace("", None),
            pl.col("kind").str.to_lowercase(),
            again=pl.col("ticker").is_first_distinct().not_(),
        )
        .join(shares, on="ticker", how="left", maintain_order="left")
        .join(closes, on="ticker", how="left", maintain_order="left")
    )


def _lost_usd(gone: pl.DataFrame, oldest: date | None) -> float:
    """L(L-1)·A of equity funds that reset daily and traded since `oldest`."""
    if oldest is None:
        return 0.0
    daily = pl.col("kind").is_in(EQUITY_KINDS) & (pl.col("reset").fill_null("daily") == "daily")
    leverage = pl.col("leverage")
    dollars = leverage * (leverage - 1) * pl.col("shares") * pl.col("close")
    return float(gone.filter(daily, pl.col("traded") >= oldest).select(dollars.sum()).item())


def share_counts(
    details: pl.DataFrame,
    counts: pl.DataFrame | None,
    splits: pl.DataFrame | None,
    basis: date | None,
    sessions: Sequence[date] = (),
) -> pl.DataFrame:
    """The newest share count per ticker, on the share basis of `basis`: ticker, shares, as_of, change, compared, doubt.

    `as_of` is the first session of the counts at hand since which it did not change, `compared` whether there are two
    to tell. `change` is the count of the last of `sessions` less that of the one before, null where either is missing.
    A newest count of more than IMPLAUSIBLE times the one before, or less than that part of it, is in `doubt` (a slip,
    or a split told before or after its day): the one before stands until the next agrees.
    """
    newest = details.select("ticker", session="as_of", shares="shares_outstanding")
    known = newest if counts is None else pl.concat([counts, newest])
    known = known.filter(pl.col("shares").is_not_null(), pl.col("session") <= (basis or date.max))
    known = known.unique(["ticker", "session"], keep="last").sort("ticker", "session")
    if splits is not None and basis is not None:
        known = _on_basis(known, splits, basis)
    before, last = (sessions[-2], sessions[-1]) if len(sessions) > 1 else (date.min, date.min)
    previous = pl.col("shares").shift(1).over("ticker")
    newest_of_all = pl.col("session") == pl.col("session").max().over("ticker")
    ratio = pl.col("shares") / previous
    doubt = (newest_of_all & ~ratio.is_between(1 / IMPLAUSIBLE, IMPLAUSIBLE)).fill_null(value=False)
    known = known.with_columns(doubt=doubt).with_columns(shares=pl.when("doubt").then(previous).otherwise("shares"))
    step = pl.col("shares").diff().over("ticker")
    another = (step.abs() > SAME_SHARES * pl.col("shares")).fill_null(value=True)
    of_last = (pl.col("session") == last) & (pl.col("session").shift(1).over("ticker") == before) & ~pl.col("doubt")
    return (
        known.with_columns(another=another, change=pl.when(of_last).then(step))
        .group_by("ticker", maintain_order=True)
        .agg(
            pl.col("shares").last(),
            as_of=pl.col("session").filter(pl.col("another")).last(),
            change=pl.col("change").last(),
            compared=pl.len() > 1,
            doubt=pl.col("doubt").last(),
        )
    )


def _on_basis(counts: pl.DataFrame, splits: pl.DataFrame, basis: date) -> pl.DataFrame:
    """Counts multiplied by every split between their session and the basis."""
    later = (pl.col("execution_date") > pl.col("session")) & (pl.col("execution_date") <= basis)
    ratio = (
        counts.select("ticker", "session")
        .join(splits, on="ticker")
        .filter(later)
        .group_by("ticker", "session")
        .agg(ratio=(pl.col("split_to") / pl.col("split_from")).product())
    )
    return counts.join(ratio, on=["ticker", "session"], how="left", maintain_order="left").select(
        "ticker", "session", shares=pl.col("shares") * pl.col("ratio").fill_null(1.0)
    )


def _reason(row: dict[str, object], listed: Collection[str] | None, oldest: date | None) -> str | None:
    """Why a fund of the registry is left out, in words."""
    leverage, shares, close = row["leverage"], row["shares"], row["close"]
    if row["again"]:
        return "listed twice: the first row counts"
    if row["kind"] not in KINDS:
        return f"its kind {row['kind']!r} is not one of {', '.join(KINDS)}"
    if listed is not None and row["ticker"] not in listed:
        return UNLISTED
    if isinstance(row["traded"], date) and oldest is not None and row["traded"] < oldest:
        return f"not traded since {row['traded']}"
    if shares is None:
        return why_refused(_number(leverage), 1.0) or _no_shares(row)
    price = 1.0 if close is None else _number(close)
    return why_refused(_number(leverage), _number(shares) * price)


def _no_shares(row: dict[str, object]) -> str:
    """What nobody knows, or why what the user says of it can't be used."""
    if row["unused"] is None:
        return NO_SHARES
    return f"no shares from the provider, and the {row['source']} in names_file are not used: {row['unused']}"


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
        pl.col("underlying").alias("key"),
        pl.col("name").alias("known_name"),
        pl.col("proxy").replace("", None),
        "family",
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
            family="family",
        )
    )
