"""Where a price series is one company's, without a hole: what lies before a break counts in no rank and no weight.

A move no split explains, a long silence or another company under the ticker makes two series of one.
"""

import numpy as np
import polars as pl

from deskview.analytics.panel import Floats, Grid, Ints
from deskview.market.schema import Schema

JUMP = 3.0
"""Close to close, split and dividends out of it, no company moves by this factor in one session."""
OPEN_GAP = -0.12
"""A lower open than this, with no event in the tables, may be a spin-off or a split that is not told yet."""
SILENT_SESSIONS = 10
"""A longer silence is no halt."""
#: The first session of the part that counts, per name, and why.
BREAKS: Schema = {"ticker": pl.String(), "session": pl.Date(), "why": pl.String()}
#: The last open of a name that far below the close before, a fraction, dividends put back.
GAPS: Schema = {"ticker": pl.String(), "session": pl.Date(), "change": pl.Float64()}
_COLUMNS_AT_ONCE = 1000
NO_ROW = -1
JUMPED = f"it moved beyond {JUMP:g} times or a third in one session and no split explains it"
SILENT = f"it had no bar for more than {SILENT_SESSIONS} sessions before"
REUSED = "another company had the ticker before"
CONTRADICTORY = "the prices support none of the splits listed for the day"


def breaks_of(grid: Grid, known: pl.DataFrame) -> pl.DataFrame:
    """BREAKS of an adjusted grid, the last of each name, sorted by ticker.

    `known` are BREAKS known from elsewhere, such as the first session after another company's last.
    """
    count = len(grid.tickers)
    jump, silence = (np.full(count, NO_ROW, dtype=np.int64) for _ in range(2))
    for start in range(0, count, _COLUMNS_AT_ONCE):
        part = slice(start, start + _COLUMNS_AT_ONCE)
        jump[part], silence[part] = _last_breaks(grid.close[:, part])
    found = np.flatnonzero(np.maximum(jump, silence) >= 0)
    silent = silence[found] >= jump[found]
    seen = pl.DataFrame(
        {
            "ticker": [grid.tickers[column] for column in found],
            "session": [grid.sessions[row] for row in np.maximum(jump, silence)[found]],
            "why": np.where(silent, SILENT, JUMPED).tolist(),
        },
        schema=dict(BREAKS),
    )
    own = known.filter(pl.col("ticker").is_in(list(grid.tickers)))
    return pl.concat([seen, own]).sort("ticker", "session").unique("ticker", keep="last", maintain_order=True)


def _last_breaks(close: Floats) -> tuple[Ints, Ints]:
    """The last row of each column after a jump, and after a silence; NO_ROW where there is none."""
    known = ~np.isnan(close)
    row = np.where(known, np.arange(len(close))[:, None], NO_ROW)
    before = np.vstack([np.full((1, close.shape[1]), NO_ROW), np.maximum.accumulate(row, axis=0)[:-1]])
    later = known & (before >= 0)
    last = np.where(later, np.take_along_axis(close, np.maximum(before, 0), axis=0), np.nan)
    with np.errstate(invalid="ignore"):
        ratio = close / last
        jumped = later & ((ratio > JUMP) | (ratio < 1 / JUMP))
    silent = later & (row - before > SILENT_SESSIONS + 1)
    return _last_row(jumped), _last_row(silent)


def _last_row(flags: np.ndarray) -> Ints:
    rows = np.where(flags, np.arange(len(flags))[:, None], NO_ROW)
    last: Ints = rows.max(axis=0, initial=NO_ROW).astype(np.int64)
    return last


def continuous(grid: Grid, breaks: pl.DataFrame) -> Grid:
    """The grid without what lies before the breaks, in place."""
    column = {ticker: number for number, ticker in enumerate(grid.tickers)}
    sessions = pl.Series(grid.sessions, dtype=pl.Date)
    for ticker, session, _ in breaks.iter_rows():
        end = int(sessions.search_sorted(session))
        grid.close[:end, column[ticker]] = np.nan
        grid.dollar_volume_usd[:end, column[ticker]] = 0.0
        if grid.traded is not None:
            grid.traded[:end, column[ticker]] = np.nan
    return grid


def after_breaks(history: pl.DataFrame, breaks: pl.DataFrame) -> pl.DataFrame:
    """The rows of ticker and session that do not lie before a break of their name."""
    if breaks.is_empty():
        return history
    first = dict(breaks.select("ticker", "session").iter_rows())
    since = pl.col("ticker").replace_strict(first, default=None, return_dtype=pl.Date)
    return history.filter((pl.col("session") >= since).fill_null(value=True))


def reused(delisted: pl.DataFrame, tickers: pl.DataFrame) -> pl.DataFrame:
    """BREAKS of tickers that DELISTED gives to another company (another FIGI) than TICKERS: the day after its last.

    Where one of the FIGIs is not known nothing is said: a gap or a jump tells.
    """
    both = delisted.join(tickers.select("ticker", now="figi"), on="ticker").filter(pl.col("figi") != pl.col("now"))
    return both.select("ticker", session=pl.col("delisted").dt.offset_by("1d"), why=pl.lit(REUSED))


def open_gaps(history: pl.DataFrame, explained: pl.DataFrame) -> pl.DataFrame:
    """GAPS of HISTORY sorted by ticker and session: opens lower than OPEN_GAP that nothing explains.

    Splits and dividends are out of the prices; `explained` (ticker, ex_date) are those the user knows to be none.
    """
    opened = pl.col("open") * pl.col("total_close") / pl.col("close")
    before = pl.when(pl.col("ticker") == pl.col("ticker").shift()).then(pl.col("total_close").shift())
    low = history.select("ticker", "session", change=opened / before - 1).filter(pl.col("change") < OPEN_GAP)
    known = explained.select("ticker", session="ex_date")
    return low.join(known, on=["ticker", "session"], how="anti").unique("ticker", keep="last", maintain_order=True)
