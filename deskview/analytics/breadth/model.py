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
from deskview.analytics.panel import Floats, Ints, Panel

UNKNOWN_SECTOR = "unknown"


@dataclass(frozen=True)
class BreadthModel:
    """Members in ticker order; `returns` and `index_returns` are the sessions the live windows still need.

    `caps` are NaN where unknown. `past` holds each figure for up to 252 sessions, NaN where it is missing.
    """

    rules: BreadthRules
    closes: datetime | None
    tickers: pl.DataFrame
    caps: Floats
    sectors: Sectors
    returns: Floats
    index_returns: Floats
    past: Figures


def prepare(
    panel: Panel, names: pl.DataFrame, *, closes: datetime | None = None, rules: BreadthRules = DEFAULT_RULES
) -> BreadthModel:
    """The model from the sessions before the live one and NAMES (members are in_index).

    `closes` is the regular close of the live session (UTC). The past is that of today's members.
    """
    members = names.filter(pl.col("in_index")).unique("ticker").sort("ticker")
    columns = panel.columns(members["ticker"])
    returns = _picked(panel.returns, columns)
    benchmark = panel.column(rules.benchmark)
    index = panel.returns[:, benchmark] if benchmark is not None else np.full(len(panel.sessions), np.nan)
    caps = members["market_cap_usd"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    sectors = _sectors(members)
    past_caps = _past_caps(_picked(panel.close, columns), caps)
    window = rules.long_window - 1
    return BreadthModel(
        rules=rules,
        closes=closes,
        tickers=members.select("ticker"),
        caps=np.where(caps > 0, caps, np.nan),
        sectors=sectors,
        returns=returns[-window:],
        index_returns=index[-window:],
        past=_past(returns, index, past_caps, sectors, rules),
    )


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
    """Cap at the close before each row: today's shares times that price."""
    before = np.full_like(close, np.nan)
    if len(close) > 1:
        before[1:] = close[:-1] / close[-1] * np.where(caps > 0, caps, np.nan)
    return before


def _sectors(members: pl.DataFrame) -> Sectors:
    sector = members["sector"].cast(pl.String).fill_null(UNKNOWN_SECTOR)
    labels = sector.unique().sort()
    return Sectors(np.asarray(labels.search_sorted(sector), dtype=np.int64), max(1, len(labels)))
