"""What a price chart draws beside the price: VWAP, opening range, means of sessions, return less another's."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import polars as pl

from deskview.analytics.hours import SLOT, VolumeClock

OPENING = timedelta(minutes=30)
"""The opening range is the high and the low of so long from the open on."""
USUAL_SESSIONS = 20


def placed(bars: pl.DataFrame, begins: datetime, ends: datetime) -> pl.DataFrame:
    """The INTRADAY bars from `begins` to before `ends` (UTC) in order, each with its `slot` of five minutes from 0 on.

    A bar without a price, and a second one of a slot, is left out.
    """
    inside = bars.filter(pl.col("start") >= begins, pl.col("start") < ends).drop_nulls(["open", "high", "low", "close"])
    slot = ((pl.col("start") - begins).dt.total_seconds() // int(SLOT.total_seconds())).cast(pl.Int64)
    return inside.with_columns(slot=slot).sort("start").unique("slot", keep="last", maintain_order=True)


def vwap(bars: pl.DataFrame) -> list[float | None]:
    """The average price by volume from the first of the bars to each: an estimate, as a bar's price is the mean of its
    high, low and close. None until something traded."""
    volume = pl.col("volume").fill_null(0.0).clip(0.0)
    typical = pl.sum_horizontal("high", "low", "close") / 3
    traded = volume.cum_sum()
    average = pl.when(traded > 0).then((typical * volume).cum_sum() / traded)
    return bars.select(average).to_series().to_list()


def opening_range(bars: pl.DataFrame) -> tuple[float, float] | None:
    """Low and high of the `placed` bars of the first 30 minutes; None without any."""
    first = bars.filter(pl.col("slot") < OPENING // SLOT)
    low, high = first.select(pl.col("low").min(), pl.col("high").max()).row(0)
    return None if low is None or high is None else (low, high)


def mean_closes(closes: Sequence[float], sessions: int) -> list[float | None]:
    """At each close the mean of so many up to it; None before there are."""
    means: list[float | None] = pl.Series(closes, dtype=pl.Float64).rolling_mean(sessions).to_list()
    return means


def usual_day(days: pl.DataFrame) -> tuple[float | None, int]:
    """The mean volume of the last 20 sessions of HISTORY of one name, None with fewer, and how many there are."""
    recent = days.sort("session").get_column("volume").drop_nulls().tail(USUAL_SESSIONS)
    mean = recent.mean() if recent.len() == USUAL_SESSIONS else None
    return (mean if isinstance(mean, float) else None), recent.len()


def usual_volume(days: pl.DataFrame, clock: VolumeClock | None) -> list[float]:
    """Shares usually traded in each five minutes of a session: the mean day of the last 20 of HISTORY of one name, by
    the hours of the index's fund. Empty without a clock, as on half days, or with fewer sessions."""
    day, _ = usual_day(days)
    if clock is None or day is None:
        return []
    return [float(after - before) * day for before, after in zip(clock.behind[:-1], clock.behind[1:], strict=True)]


def total_returns(
    history: pl.DataFrame, live: pl.DataFrame | None, tickers: Sequence[str], sessions: Sequence[date]
) -> list[float | None]:
    """The total return since the close of the first of the sessions at each of them and, last, now: of HISTORY and
    LIVE, the mean over the names there was a close of then.

    A name that did not trade in a session has its last return. None where there is no name.
    """
    if not sessions:
        return [None]
    rows = history.filter(
        pl.col("ticker").is_in(list(tickers)), pl.col("session").is_between(sessions[0], sessions[-1])
    )
    base = rows.filter(pl.col("session") == sessions[0]).select("ticker", base="total_close")
    table = (
        pl.DataFrame({"session": list(sessions)}, schema={"session": pl.Date()})
        .join(base, how="cross")
        .join(rows.select("ticker", "session", "total_close"), on=["ticker", "session"], how="left")
        .sort("session")
        .with_columns(path=pl.col("total_close").forward_fill().over("ticker", order_by="session") / pl.col("base") - 1)
    )
    means = dict(table.group_by("session").agg(pl.col("path").mean()).iter_rows())
    last = table.filter(pl.col("session") == sessions[-1]).select("ticker", "path")
    return [*(means.get(day) for day in sessions), _now(last, live)]


def _now(last: pl.DataFrame, live: pl.DataFrame | None) -> float | None:
    """The mean of the paths carried on to the price now; a name without a price has none."""
    if live is None:
        return None
    both = last.join(live.select("ticker", "ret").drop_nulls(), on="ticker")
    value = both.select(((1 + pl.col("path")) * (1 + pl.col("ret")) - 1).mean()).item()
    return value if isinstance(value, float) else None


def less(own: Sequence[float | None], other: Sequence[float | None]) -> list[float | None]:
    """The difference, None where one of the two is missing."""
    pairs = zip(own, other, strict=True)
    return [None if mine is None or theirs is None else mine - theirs for mine, theirs in pairs]


def day_returns(bars: pl.DataFrame, before: float | None, slots: Sequence[int]) -> list[float | None]:
    """The return since the close before at the end of each slot from `placed` bars; a slot without a bar has that of
    the last one. None before the first bar, all None without a close before."""
    if not before:
        return [None] * len(slots)
    at = pl.DataFrame({"slot": list(slots)}, schema={"slot": pl.Int64()})
    joined = at.sort("slot").join_asof(bars.select("slot", "close").sort("slot"), on="slot")
    returns: list[float | None] = joined.select(pl.col("close") / before - 1).to_series().to_list()
    return returns
