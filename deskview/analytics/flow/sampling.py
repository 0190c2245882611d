"""A year of flow from small samples: where to look, and how to put the windows together.

A plan has `windows_per_day` windows for every name and session. The windows of one session, over all names, start
at equal distances through the day from a seeded random offset, so every half-hour is covered evenly; which name
gets which start moves on from session to session, so in the long run every name is seen at every time of day. A
plan for more sessions contains the plan for fewer: dates and seed decide, not the list.

A window is the first N prints from its start. How a name's windows stand for its day depends on what is known of it:

* With the day's dollar volume (the daily bars have it) the windows are pooled and each side gets its share of their
  dollars, times the day's: the combined ratio estimator (Cochran 1977, Sampling Techniques, chapter 6). How fast a
  window happened to pass does not matter, so a burst weighs no more than its dollars; the estimate's error is about
  half of that of the rates below.
* Without it a window stands for its dollars per second (dollars by the seconds it took), times the part of the day
  it represents. In busy minutes N prints pass quickly, and a plain sum would weight a busy minute like a quiet one.

What remains: the noise of the sample widens the spread of the history, which pulls percentiles towards the middle.
More windows a day help more than longer ones: the prints of one window resemble each other.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from hashlib import blake2b
from math import gcd

import polars as pl

from deskview.analytics.flow.label import label
from deskview.analytics.flow.schema import FLOW_DAYS, FLOW_SAMPLES
from deskview.analytics.flow.subpenny import PENNY_E4
from deskview.market.schema import UTC_NS
from deskview.market.sessions import Calendar

DOLLARS = [column for column in FLOW_DAYS if column.endswith("_usd")]
#: What traded in a session, by its daily bar.
VOLUMES = {"session": pl.Date(), "ticker": pl.String(), "dollar_volume_usd": pl.Float64()}
#: Regular trading of a session, UTC.
HOURS = {"session": pl.Date(), "opens": UTC_NS, "closes": UTC_NS}
PLAN = {"session": pl.Date(), "ticker": pl.String(), "since": UTC_NS}


def sample_plan(
    sessions: Iterable[date], tickers: Iterable[str], seed: int, windows_per_day: int, calendar: Calendar | None = None
) -> pl.DataFrame:
    """Windows to fetch: (session, ticker, since in UTC), sorted by session and start.

    `windows_per_day` is the number per name and session; a plan costs sessions x names x windows_per_day calls.
    """
    if windows_per_day < 1:
        raise ValueError(f"windows_per_day must be at least 1, not {windows_per_day}")
    days = calendar or Calendar()
    order = sorted(set(tickers), key=lambda ticker: _hash(seed, ticker))
    wanted = (day for day in sorted(set(sessions)) if days.is_session(day))
    rows = [row for day in wanted for row in _day(day, order, seed, windows_per_day, days)]
    return pl.DataFrame(rows, schema=PLAN, orient="row")


def _day(
    day: date, order: Sequence[str], seed: int, windows: int, calendar: Calendar
) -> list[tuple[date, str, datetime]]:
    """One session's windows: equally spaced starts, handed to the names in turn."""
    opens, count = calendar.opens(day), len(order) * windows
    length = (calendar.closes(day) - opens).total_seconds()
    offset = _hash(seed, day.isoformat()) / 2**64
    turn = _weekday_number(day) * _stride(len(order))
    return [
        (day, order[(slot + turn) % len(order)], opens + timedelta(seconds=length * (slot + offset) / count))
        for slot in range(count)
    ]


def _hash(seed: int, text: str) -> int:
    return int.from_bytes(blake2b(f"{seed}:{text}".encode(), digest_size=8).digest())


def _weekday_number(day: date) -> int:
    weeks, weekday = divmod(day.toordinal() - 1, 7)
    return 5 * weeks + min(weekday, 4)


def _stride(names: int) -> int:
    """About 0.618 of the names and prime to their number: successive sessions fall far apart, all are visited."""
    start = max(1, round(0.618 * names))
    return next((step for step in range(start, 2 * names) if gcd(step, names) == 1), 1)


def windows_per_name(calls: int, names: int) -> int:
    """Windows each of the names gets of a session's calls; at least one."""
    return max(1, calls // max(1, names))


def names_in_turn(universe: Sequence[str], session: date, calls: int, seed: int) -> list[str]:
    """The names whose turn it is in the session, about `calls` of them: every name has its place in the round for good.

    A round goes through the whole universe once; a name that leaves or joins moves no other.
    """
    round_length = -(-len(universe) // calls)
    turn = _weekday_number(session) % round_length
    return [ticker for ticker in universe if _hash(seed, ticker) % round_length == turn]


def with_silent_names(read: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """FLOW_SAMPLES with a row for every (ticker, session) asked for: zeros and no names where there was no print."""
    return asked.join(read, on=["ticker", "session"], how="left", maintain_order="left").select(
        pl.col(column).fill_null(0) if dtype.is_numeric() else column for column, dtype in FLOW_SAMPLES.items()
    )


def name_readings(
    samples: pl.DataFrame,
    hours: pl.DataFrame,
    *,
    count: int | None = None,
    tick_e4: int = PENNY_E4,
    volumes: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Prints of windows (TRADES with `since`, the start of the window each came from) to FLOW_SAMPLES.

    One row per session and name with a counted print. Dollars are estimates for the name's whole session; `prints`
    counts the sampled prints. `hours`: HOURS of the sessions; windows that start in none of them are not read.
    `volumes`: VOLUMES; a name without one is read by its rates, where a window with fewer than `count` prints, the
    number asked for, reaches to the end of the day.
    """
    placed = samples.with_columns(session=new_york_date("since")).join(
        hours, on="session", how="inner", maintain_order="left"
    )
    labelled = label(
        placed,
        session_open=pl.col("opens"),
        session_close=pl.col("closes"),
        tick_e4=tick_e4,
        within=("ticker", "since"),
    )
    ends = hours.select("session", "closes", length=_seconds_between("opens", "closes"))
    known = pl.DataFrame(schema=VOLUMES) if volumes is None else volumes.select(list(VOLUMES))
    windows = (
        labelled.group_by("ticker", "since")
        .agg(_sums(), last=pl.col("time").max(), rows=pl.len())
        .filter(pl.col("prints") > 0)
        .with_columns(session=new_york_date("since"))
        .join(ends, on="session", how="left")
        .join(known.unique(["session", "ticker"]), on=["session", "ticker"], how="left")
        .with_columns(seconds=_seconds(count))
    )
    return (
        windows.with_columns(weight=_weight())
        .drop_nulls("weight")
        .sort("session", "ticker", "since")
        .group_by("session", "ticker", maintain_order=True)
        .agg((pl.col(DOLLARS) * pl.col("weight")).sum(), pl.col("prints").sum().cast(pl.Int64))
        .with_columns(names=pl.lit(1, pl.Int64))
        .select(list(FLOW_SAMPLES))
    )


def hours_of(sessions: Iterable[date], calendar: Calendar | None = None) -> pl.DataFrame:
    """HOURS of the sessions."""
    days = calendar or Calendar()
    rows = [(day, days.opens(day), days.closes(day)) for day in sorted(set(sessions))]
    return pl.DataFrame(rows, schema=HOURS, orient="row")


def new_york_date(column: str) -> pl.Expr:
    """The New York date of a UTC time."""
    return pl.col(column).dt.convert_time_zone("America/New_York").dt.date()


def days_of(readings: pl.DataFrame) -> pl.DataFrame:
    """FLOW_SAMPLES to FLOW_DAYS, sessions without a print left out."""
    sums = pl.col([column for column in FLOW_DAYS if column != "session"]).sum()
    ordered = readings.sort("session", "ticker")
    return (
        ordered.group_by("session", maintain_order=True)
        .agg(sums)
        .filter(pl.col("prints") > 0)
        .select(list(FLOW_DAYS))
        .sort("session")
    )


def _sums() -> list[pl.Expr]:
    """Signed dollars and the number of counted prints of one window."""
    sides = {"buy": 1, "sell": -1}
    sums = [
        pl.col("usd").filter((pl.col("kind") == kind) & (pl.col("sign") == sign)).sum().alias(f"{kind}_{way}_usd")
        for kind in ("retail", "other")
        for way, sign in sides.items()
    ]
    traded = pl.col("kind") != "auction"
    return [*sums, traded.sum().alias("prints"), pl.col("usd").filter(traded).sum().alias("counted_usd")]


def _weight() -> pl.Expr:
    """What a window's dollars are multiplied by to stand for its part of the name's session."""
    passed = pl.when(pl.col("seconds") > 0).then("seconds")
    by_rate = pl.col("length") / passed.count().over("session", "ticker") / passed
    whole = pl.col("dollar_volume_usd") / pl.col("counted_usd").sum().over("session", "ticker")
    return pl.coalesce(pl.when(whole.is_finite() & (whole > 0)).then(whole), by_rate)


def _seconds(count: int | None) -> pl.Expr:
    """How long the window took, never beyond the close."""
    last = pl.min_horizontal("last", "closes")
    if count is not None:
        last = pl.when(pl.col("rows") < count).then("closes").otherwise(last)
    return (last - pl.col("since")).dt.total_nanoseconds() / 1e9


def _seconds_between(first: str, second: str) -> pl.Expr:
    return (pl.col(second) - pl.col(first)).dt.total_nanoseconds() / 1e9
