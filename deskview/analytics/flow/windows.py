"""Windows: the first prints of a name from a time on. Where to look, and what was in them.

A name's starts in a session follow from the seed, the name and the date alone, so that more windows contain the fewer,
and a longer history the shorter. They are van der Corput's points (every second halves the widest gap), all moved on
by one number of the name's and session's own, and laid out so that the same part of a day's dollars is expected between
each two neighbours: denser after the open and before the close. So every window stands for the same dollars.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from hashlib import blake2b
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from deskview.analytics.flow.label import DUPLICATE, label
from deskview.analytics.flow.schema import FLOW_WINDOWS
from deskview.analytics.flow.subpenny import PENNY_E4
from deskview.market.schema import UTC_NS
from deskview.market.sessions import Calendar

PLAN = {"session": pl.Date(), "ticker": pl.String(), "since": UTC_NS}

PROFILE: Final = (13.5, 9.0, 7.6, 6.7, 6.0, 5.4, 5.1, 5.2, 5.5, 5.9, 6.5, 7.8, 15.8)
"""Percent of a session's dollars expected in each of its thirteen equal parts, auctions left out: the U of US stocks,
rounded. A half day has the same shape in less time."""

HOURS = {"session": pl.Date(), "opens": UTC_NS, "closes": UTC_NS}

Floats = NDArray[np.float64]


def window_plan(
    sessions: Iterable[date], sample: pl.DataFrame, seed: int, calendar: Calendar | None = None
) -> pl.DataFrame:
    """The windows of SAMPLE's names in the sessions: PLAN, sorted by session, ticker and start."""
    days = calendar or Calendar()
    dates = [day for day in sorted(set(sessions)) if days.is_session(day)]
    tickers, counts = sample.get_column("ticker").to_list(), sample.get_column("windows").to_numpy()
    points = _van_der_corput(int(counts.max())) if tickers else np.empty(0)
    name = np.repeat(np.arange(len(tickers)), counts)
    point = np.concatenate([points[:count] for count in (0, *counts)])
    offsets = [_offset(seed, ticker, day) for day in dates for ticker in tickers]
    moved = np.array(offsets).reshape(len(dates), len(tickers))
    part = _part_of_day((moved[:, name] + point) % 1).ravel()
    hours = _hours(dates, days)
    opens, closes = (hours.get_column(column).dt.timestamp("ms").to_numpy() for column in ("opens", "closes"))
    day = np.repeat(np.arange(len(dates)), len(name))
    since = opens[day] + np.floor(part * (closes - opens)[day] / 1000).astype(np.int64) * 1000
    return pl.DataFrame(
        {
            "session": hours.get_column("session").gather(day),
            "ticker": pl.Series(tickers, dtype=pl.String).gather(np.tile(name, len(dates))),
            "since": pl.Series(since).cast(pl.Datetime("ms", "UTC")).cast(UTC_NS),
        },
        schema=PLAN,
    ).sort("session", "ticker", "since")


def window_sums(
    prints: pl.DataFrame,
    asked: pl.DataFrame,
    *,
    count: int,
    calendar: Calendar | None = None,
    tick_e4: int | Mapping[str, int] = PENNY_E4,
) -> pl.DataFrame:
    """TRADES of windows (with `since`) and the PLAN that was asked for to FLOW_WINDOWS, a row for each asked.

    `count` is the number of prints asked for: a window with fewer reaches to its session's close. So a window of a
    session still trading is to be summed once it is full. Prints of windows that were not asked for are not read.
    `asked` may say in `came` how many rows a window had, those among them that are no prints.
    """
    plan = asked.select(*PLAN, *(["came"] if "came" in asked.columns else [])).unique(list(PLAN), maintain_order=True)
    plan = plan.join(_hours(plan.get_column("session").unique().to_list(), calendar or Calendar()), "session", "left")
    placed = prints.join(plan, on=["ticker", "since"], how="inner", maintain_order="left")
    labelled = label(
        placed,
        session_open=pl.col("opens"),
        session_close=pl.col("closes"),
        tick_e4=tick_e4,
        within=("ticker", "since"),
    )
    sums = labelled.group_by("ticker", "since").agg(
        _sums(), rows=pl.col("reason").ne_missing(DUPLICATE).sum(), last=pl.col("sip_time").max()
    )
    full = pl.col("came" if "came" in asked.columns else "rows") >= count
    zeros = [pl.col(column).fill_null(0) for column, dtype in FLOW_WINDOWS.items() if dtype.is_numeric()]
    return (
        plan.join(sums, on=["ticker", "since"], how="left", maintain_order="left")
        .with_columns(zeros)
        .with_columns(last=pl.when(full).then(pl.min_horizontal("last", "closes")).otherwise("closes"))
        .select(list(FLOW_WINDOWS))
        .sort("session", "ticker", "since")
    )


def names_in_turn(universe: Sequence[str], session: date, calls: int, seed: int) -> list[str]:
    """The names whose turn it is in the session, about `calls` of them: every name has its place in the round for good.

    A round goes through the whole universe once; a name that leaves or joins moves no other.
    """
    length = -(-len(universe) // calls)
    weeks, weekday = divmod(session.toordinal() - 1, 7)
    turn = (5 * weeks + min(weekday, 4)) % length
    return [ticker for ticker in universe if _hash(f"{seed}:{ticker}") % length == turn]


def _sums() -> list[pl.Expr]:
    """Signed dollars, all counted dollars and the counted prints of one window."""
    sides = {"buy": 1, "sell": -1}
    traded = pl.col("kind").is_not_null() & (pl.col("kind") != "auction")
    return [
        *(
            pl.col("usd").filter((pl.col("kind") == kind) & (pl.col("sign") == sign)).sum().alias(f"{kind}_{way}_usd")
            for kind in ("retail", "other")
            for way, sign in sides.items()
        ),
        pl.col("usd").filter(traded).sum().alias("counted_usd"),
        traded.sum().cast(pl.Int64).alias("prints"),
    ]


def _hours(dates: Iterable[date], calendar: Calendar) -> pl.DataFrame:
    """Regular trading of the sessions."""
    rows = [(day, calendar.opens(day), calendar.closes(day)) for day in sorted(dates)]
    return pl.DataFrame(rows, schema=HOURS, orient="row")


def _offset(seed: int, ticker: str, day: date) -> float:
    return _hash(f"{seed}:{ticker}:{day}") / 2**64


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest())


def _van_der_corput(count: int) -> Floats:
    """The first `count` points of the sequence in base 2: 0, 1/2, 1/4, 3/4, 1/8, ..."""
    numbers, points, bit = np.arange(count), np.zeros(count), 0.5
    while numbers.any():
        points += bit * (numbers & 1)
        numbers, bit = numbers >> 1, bit / 2
    return points


def _part_of_day(dollars: Floats) -> Floats:
    """How much of the session has passed when such a part of its dollars is expected to have traded (both 0 to 1)."""
    done = np.append(0, np.cumsum(PROFILE)) / sum(PROFILE)
    passed: Floats = np.interp(dollars, done, np.linspace(0, 1, len(done)))
    return passed
