"""The market both sides work on: 3,000 names by 273 sessions, 60 splits, a live table of 12,000 rows."""

from dataclasses import dataclass

import polars as pl

from deskview.market.schema import LIVE, SPLITS
from tests.analytics.markets import before_split, market, weekdays

NAMES, SESSIONS, LIVE_ROWS, SPLIT_NAMES = 3_000, 273, 12_000, 60


@dataclass(frozen=True)
class Tables:
    """What a session starts from, in polars."""

    bars: pl.DataFrame
    splits: pl.DataFrame
    names: pl.DataFrame
    live: pl.DataFrame


def tables(seed: int = 1) -> Tables:
    """The same tables for the same seed; bars session by session, as a store of daily files gives them."""
    base = market(names=NAMES - 1, sessions=SESSIONS, seed=seed)
    days, bars, splits = weekdays(SESSIONS), base.bars, []
    for number in range(SPLIT_NAMES):
        ticker, day = f"N{number * 7:03d}", days[40 + 3 * number]
        bars = before_split(bars, ticker, day, 4.0)
        splits.append((ticker, day, 1.0, 4.0, 1.0))
    return Tables(
        bars.sort("session", "ticker"),
        pl.DataFrame(splits, schema=dict(SPLITS), orient="row"),
        base.names,
        pl.concat([base.live, _others(base.live)]),
    )


def _others(live: pl.DataFrame) -> pl.DataFrame:
    """Rows of instruments outside the universe, to the size of the whole market."""
    count = LIVE_ROWS - len(live)
    rows = live.sample(count, with_replacement=True, seed=1)
    return rows.with_columns(ticker=pl.Series([f"X{number:05d}" for number in range(count)])).select(list(LIVE))
