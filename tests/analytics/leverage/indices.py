"""An index of a few names for the tests: its registry row, its members' market values, closes and dollar volume."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from deskview.analytics.leverage import Baskets, Capping, baskets_of
from deskview.analytics.leverage.readings import IndexWeights
from deskview.analytics.panel import Floats, Panel
from deskview.market.funds import UNDERLYINGS
from deskview.market.groups import GROUPS
from deskview.market.members import MEMBERS
from deskview.market.schema import NAMES
from tests.analytics.markets import weekdays

THIRTY = [f"N{k:02}" for k in range(30)]


def panel_of(closes: Mapping[str, Sequence[float] | Floats], dollars: Mapping[str, float] | None = None) -> Panel:
    """Closes per ticker up to the last session; a shorter series is of a younger name. 1e9 of volume a day."""
    sessions = max(map(len, closes.values()))
    tickers = tuple(sorted(closes))
    close = np.full((sessions, len(tickers)), np.nan)
    for column, ticker in enumerate(tickers):
        close[sessions - len(closes[ticker]) :, column] = closes[ticker]
    volume = np.array([(dollars or {}).get(ticker, 1e9) for ticker in tickers])
    return Panel(tuple(weekdays(sessions, date(2026, 2, 3))), tickers, close, np.tile(volume, (sessions, 1)))


def flat(tickers: Iterable[str], dollars: Mapping[str, float] | None = None) -> Panel:
    """One session in which everything closes at 10."""
    return panel_of({ticker: [10.0] for ticker in tickers}, dollars)


def registry(*rows: tuple[str, str, str | None, str | None, str | None], note: str | None = None) -> pl.DataFrame:
    """Rows of underlying, kind, proxy, basket, weights."""
    full = [(u, f"{u} index", kind, proxy, basket, rule, None, note) for u, kind, proxy, basket, rule in rows]
    return pl.DataFrame(full, schema=dict(UNDERLYINGS), orient="row")


def members_table(indexes: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    return pl.DataFrame([(t, t, "", None, list(of)) for t, of in indexes.items()], schema=dict(MEMBERS), orient="row")


def names_table(
    caps: Mapping[str, float | None],
    cik: Mapping[str, str] | None = None,
    shares: Mapping[str, float] | None = None,
    words: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    cik, shares, words = cik or {}, shares or {}, words or {}
    rows = [(t, words.get(t, t), "CS", None, None, cap, shares.get(t), True, cik.get(t)) for t, cap in caps.items()]
    return pl.DataFrame(rows, schema=dict(NAMES), orient="row")


def one_index(
    caps: Mapping[str, float | None],
    panel: Panel,
    *,
    rule: str = "cap",
    fund: str | None = None,
    capping: Mapping[str, Capping] | None = None,
    note: str | None = None,
    **facts: Mapping[str, Any],
) -> Baskets:
    """The index X of all the names."""
    table = registry(("X", "index", fund, "index:SPX", rule), note=note)
    members, groups = members_table({ticker: ["SPX"] for ticker in caps}), pl.DataFrame(schema=dict(GROUPS))
    return baskets_of(table, members, groups, names_table(caps, **facts), panel, capping=capping or {})


def weights(baskets: Baskets, underlying: str = "X") -> dict[str, float]:
    rows = baskets.weights.filter(pl.col("underlying") == underlying)
    return dict(zip(rows["ticker"], rows["weight"], strict=True))


def index(baskets: Baskets, underlying: str = "X") -> IndexWeights:
    (row,) = [row for row in baskets.indexes if row.index == underlying]
    return row
