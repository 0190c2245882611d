"""The long past of every name as one panel: what ranks and weighs is taken from it, once a session."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from deskview.analytics.adjust import supported_splits
from deskview.analytics.continuity import BREAKS, CONTRADICTORY, breaks_of, continuous, reused
from deskview.analytics.panel import Panel, adjusted_grid

NARROW = ("ticker", "session", "close", "volume", "vwap")
"""All the long past needs of a bar."""


@dataclass(frozen=True)
class Past:
    """`panel` holds the sessions before the live one, each name's from its last break on (`breaks`, BREAKS).

    `splits` are the SPLITS that prices support, `splits_left_out` how many they do not; `sessions` how many there are.
    """

    panel: Panel
    breaks: pl.DataFrame
    splits: pl.DataFrame
    splits_left_out: int

    @property
    def sessions(self) -> int:
        """How many sessions it holds."""
        return len(self.panel.sessions)


def past_of(
    closes: pl.DataFrame,
    splits: pl.DataFrame,
    dividends: pl.DataFrame,
    *,
    tickers: pl.DataFrame,
    delisted: pl.DataFrame,
    wanted: set[str] | None = None,
    session: date,
) -> Past:
    """The past of the session from NARROW bars, SPLITS, DIVIDENDS, TICKERS and DELISTED.

    `breaks` are of all names, the panel of those `wanted` (None: all).
    """
    closes = closes.filter(pl.col("session") < session)
    splits, unsupported, left_out = supported_splits(splits, closes)
    known = pl.concat([reused(delisted, tickers), unsupported.select("ticker", "session", why=pl.lit(CONTRADICTORY))])
    grid = adjusted_grid(closes, splits, dividends, basis=session)
    breaks = breaks_of(grid, known.match_to_schema(BREAKS))
    chosen = grid if wanted is None else grid.of(wanted)
    own = breaks.filter(pl.col("ticker").is_in(list(chosen.tickers)))
    return Past(continuous(chosen, own).panel(), breaks, splits, left_out)
