"""What is prepared once a session: the members, their sectors and caps, and the past of every figure."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from deskview.analytics.breadth.figures import (
    DEFAULT_RULES,
    BreadthRules,
    Figures,
    Sectors,
    comovement_history,
    cross_section,
)
from deskview.analytics.hours import VarianceClock
from deskview.analytics.names import with_line_caps
from deskview.analytics.panel import Floats, Ints, Panel

UNKNOWN_SECTOR = "unknown"
_CLOSES = {"ticker": pl.String(), "close": pl.Float64()}


@dataclass(frozen=True)
class BreadthModel:
    """Members in ticker order; `returns` and `index_returns` are the sessions the live windows still need.

    `caps` are the lines' parts of their issuers' caps (NaN where unknown), `issuer` the number of each member's
    issuer. `past` holds each figure at the close of up to 252 sessions, NaN where it is missing. `clock` brings them
    to an hour of the session; `clock_missing` says why there is none.
    """

    rules: BreadthRules
    closes: datetime | None
    clock: VarianceClock | None
    clock_missing: str
    tickers: pl.DataFrame
    caps: Floats
    issuer: Ints
    sectors: Sectors
    returns: Floats
    index_returns: Floats
    past: Figures


def prepare(
    panel: Panel,
    names: pl.DataFrame,
    *,
    closes: datetime | None = None,
    clock: VarianceClock | None = None,
    clock_missing: str = "",
    rules: BreadthRules = DEFAULT_RULES,
) -> BreadthModel:
    """The model from the sessions before the live one and NAMES (members are in_index).

    `closes` is the regular close of the live session (UTC), `clock` how its variance spreads over the hours, without
    which no figure of an hour has a percentile (`clock_missing` says why). The past is that of today's members.
    """
    last = pl.DataFrame({"ticker": panel.tickers, "close": panel.close[-1:].reshape(-1)}, schema=_CLOSES)
    members = line_caps(names, last)
    column = panel.columns(members["ticker"])
    returns = _picked(panel.returns, column)
    benchmark = panel.column(rules.benchmark)
    index = panel.returns[:, benchmark] if benchmark is not None else np.full(len(panel.sessions), np.nan)
    caps = members["cap_usd"].fill_null(np.nan).to_numpy()
    sectors = _sectors(members)
    past_caps = _past_caps(_picked(panel.close, column), caps)
    window = rules.long_window - 1
    return BreadthModel(
        rules=rules,
        closes=closes,
        clock=clock,
        clock_missing=clock_missing,
        tickers=members.select("ticker"),
        caps=caps,
        issuer=members["issuer"].rank("dense").cast(pl.Int64).to_numpy() - 1,
        sectors=sectors,
        returns=returns[-window:],
        index_returns=index[-window:],
        past=_past(returns, index, past_caps, sectors, rules),
    )


def line_caps(names: pl.DataFrame, closes: pl.DataFrame) -> pl.DataFrame:
    """The members of NAMES in ticker order, with `issuer` and `cap_usd` of `with_line_caps`; `closes` is ticker, close.

    An issuer of which the index holds one line stands in it with its whole cap, whatever other lines there are.
    """
    absent = [pl.lit(None, pl.Float64).alias(name) for name in ("shares_outstanding",) if name not in names.columns]
    members = names.unique("ticker", keep="first", maintain_order=True).with_columns(*absent).filter("in_index")
    return with_line_caps(members.join(closes, on="ticker", how="left")).sort("ticker")


def _past(returns: Floats, index: Floats, caps: Floats, sectors: Sectors, rules: BreadthRules) -> Figures:
    """Each figure for the last sessions that have a return (the first row of a panel has none)."""
    days = min(rules.percentile_sessions, max(0, len(returns) - 1))
    rows = slice(len(returns) - days, len(returns))
    figures = cross_section(returns[rows], index[rows], caps[rows], sectors)
    figures["index_return"] = index[rows]
    return figures | comovement_history(returns[1:], index[1:], caps[1:], days, rules)


def _picked(values: Floats, columns: Ints) -> Floats:
    """Columns of a matrix, NaN where the column is -1."""
    picked = np.full((len(values), len(columns)), np.nan)
    held = columns >= 0
    picked[:, held] = values[:, columns[held]]
    return picked


def _past_caps(close: Floats, caps: Floats) -> Floats:
    """Cap of each line at the close before each row: today's shares times that price."""
    before = np.full_like(close, np.nan)
    if len(close) > 1:
        before[1:] = close[:-1] / close[-1] * caps
    return before


def _sectors(members: pl.DataFrame) -> Sectors:
    sector = members["sector"].cast(pl.String).fill_null(UNKNOWN_SECTOR)
    labels = sector.unique().sort()
    return Sectors(np.asarray(labels.search_sorted(sector), dtype=np.int64), max(1, len(labels)))
