"""The long past of every name as one panel, and the last year bar by bar: the models of a session are made of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import polars as pl

from deskview.analytics.adjust import adjusted_history, supported_splits
from deskview.analytics.continuity import BREAKS, CONTRADICTORY, after_breaks, breaks_of, continuous, reused
from deskview.analytics.panel import Panel, adjusted_grid

NARROW = ("ticker", "session", "close", "volume", "vwap")
"""All the long past needs of a bar."""


@dataclass(frozen=True)
class Past:
    """`panel` holds the sessions before the live one, each name's from its last break on (`breaks`, BREAKS).

    `splits` are the SPLITS that prices support, `splits_left_out` how many they do not; `sessions` how many there are.
    `history` is HISTORY of the last year and a month, cut at the same breaks.
    """

    history: pl.DataFrame
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
    year: Callable[[], pl.DataFrame],
    splits: pl.DataFrame,
    dividends: pl.DataFrame,
    *,
    tickers: pl.DataFrame,
    delisted: pl.DataFrame,
    wanted: set[str] | None = None,
    session: date,
) -> Past:
    """The past of the session from NARROW bars, SPLITS, DIVIDENDS, TICKERS and DELISTED.

    `breaks` are of all names, the panel of those `wanted` (None: all). `year` gives the BARS of the last year and a
    month; it is asked once the long past is laid out and its bars are let go: both together would be most of
    the memory.
    """
    laid_out = _laid_out(closes, splits, dividends, tickers=tickers, delisted=delisted, wanted=wanted, session=session)
    del closes
    panel, breaks, supported, left_out = laid_out
    history = adjusted_history(year(), supported, dividends, basis=session)
    return Past(after_breaks(history, breaks), panel, breaks, supported, left_out)


def _laid_out(
    closes: pl.DataFrame,
    splits: pl.DataFrame,
    dividends: pl.DataFrame,
    *,
    tickers: pl.DataFrame,
    delisted: pl.DataFrame,
    wanted: set[str] | None,
    session: date,
) -> tuple[Panel, pl.DataFrame, pl.DataFrame, int]:
    """The panel, BREAKS, the SPLITS that prices support and the number of those they do not."""
    closes = closes.filter(pl.col("session") < session)
    splits, unsupported, left_out = supported_splits(splits, closes)
    known = pl.concat([reused(delisted, tickers), unsupported.select("ticker", "session", why=pl.lit(CONTRADICTORY))])
    grid = adjusted_grid(closes, splits, dividends, basis=session)
    breaks = breaks_of(grid, known.match_to_schema(BREAKS))
    chosen = grid if wanted is None else grid.of(wanted)
    own = breaks.filter(pl.col("ticker").is_in(list(chosen.tickers)))
    return continuous(chosen, own).panel(), breaks, splits, left_out
