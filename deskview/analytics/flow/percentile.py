"""Like with like: today's windows up to now against those of earlier sessions up to the same clock.

The same names, the same estimator, the same time of day. A name's windows are pooled: what part of the dollars counted
in them was bought and sold, times the dollars it traded (by its daily bar; today by what it traded so far), times its
weight, times its windows by the clock over its usual number of them (so each window stands for about the same
dollars). The intensity is the sum of the nets over the sum of bought and sold.

How sure the percentile is comes from the windows themselves. They are split into halves by chance, a name that was
drawn as a whole, since another might have been drawn; one that was certain by its windows. The correlation r of the
halves' intensities over the sessions gives the reliability 2r / (1 + r) (Spearman 1910, Brown 1910): the part of the
spread between sessions that is none of the sample's own noise. With it a normal reading tells where the true one lies.

An earlier session counts if it traded up to the clock (a half day has no 15:00) and has at least half as many windows
by it as the middle session. A name that nearly always has windows by the clock but has none today takes no part, on
neither side; one that by plan has none yet stays in the earlier sessions. So takes none a name of which the windows of
most earlier sessions are not known: it is new, or its year is still to come.

Of a name's windows of a session that overlap the first counts alone: prints that come twice would weigh twice, and make
the halves agree.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from statistics import NormalDist
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from deskview.analytics.assumptions import YEAR
from deskview.analytics.flow.panel import (
    ENOUGH,
    FEWEST_DAYS,
    USUAL,
    Flags,
    Floats,
    Integers,
    Panel,
    begins,
    panel_of,
    ratio_of,
)
from deskview.analytics.flow.schema import FLOW_WINDOWS, SAMPLE
from deskview.analytics.flow.structs import DayMark
from deskview.analytics.measures import percentile
from deskview.market.schema import UTC_NS, require
from deskview.market.sessions import HALF_DAY_CLOSE, NEW_YORK, Calendar

EARLIEST: Final = time(10, 30)
"""Before this a part of the day says too little of it: no percentile (New York)."""
RECENT: Final = 5
SPLITS: Final = 64
NAMED: Final = {"retail": "retail", "other": "non-retail"}
NORMAL: Final = NormalDist()
Z90: Final = NORMAL.inv_cdf(0.9)
"""Between minus and plus so many standard deviations lie 80 % of a normal variable."""


class Accuracy(NamedTuple):
    """How the percentiles of retail and non-retail did at a clock: the intensities' correlation with the truth, and the
    mean error of the percentile in points."""

    clock: str
    correlation: tuple[float, float]
    error: tuple[float, float]


ACCURACY_AT: Final = (
    Accuracy("10:30", (0.87, 0.83), (12, 13)),
    Accuracy("12:00", (0.89, 0.87), (10, 12)),
    Accuracy("16:00", (0.94, 0.93), (8, 9)),
)
"""Of 50 names and 200 windows of 1,000 prints over 500 sessions of the simulated market, whose prints come in runs; the
truth is what was drawn for all its stocks (tests/benchmarks/flow_truth.py)."""


@dataclass(frozen=True)
class Ranked:
    """One side. `intensity` is today's of the windows, `median` the earlier sessions' middle; percentiles 0 to 100,
    `low` and `high` its 80 % limits; `reliability` is the part of the spread between sessions that is none of the
    sample's noise (0 to 1). `reason` says why there is no percentile."""

    intensity: float | None = None
    percentile: float | None = None
    low: float | None = None
    high: float | None = None
    days: int = 0
    median: float | None = None
    reliability: float | None = None
    recent: tuple[DayMark, ...] = ()
    reason: str = "the windows of earlier sessions are still to come"


@dataclass(frozen=True)
class Comparison:
    """Both sides at one `clock` ("10:30", New York; empty where there is none) over `names` names.

    `usual`: (ticker, retail, other), the medians of each name's own intensities by this hour.
    """

    clock: str = ""
    names: int = 0
    retail: Ranked = Ranked()
    other: Ranked = Ranked()
    usual: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=USUAL))


def compare(
    windows: pl.DataFrame,
    sample: pl.DataFrame,
    dollars: pl.DataFrame,
    *,
    session: date,
    at: datetime,
    calendar: Calendar | None = None,
) -> Comparison:
    """FLOW_WINDOWS of the session and of those before it, over the names of SAMPLE, at the moment `at` of the session.

    `dollars`: (session, ticker, dollar_volume_usd) of the earlier sessions, and what was traded so far today; a window
    counts where it had ended by the clock, and its name's dollars of the session are known.
    """
    days = calendar or Calendar()
    clock = _clock(session, at, days)
    if clock < EARLIEST:
        return _without(f"before {EARLIEST:%H:%M} New York too little of the day has traded to rank it")
    names = require(sample, SAMPLE, "SAMPLE")
    every = require(windows, FLOW_WINDOWS, "FLOW_WINDOWS")
    ended = _without_overlaps(_ended(every, session, clock, days))
    panel = panel_of(ended, every, names, dollars, session)
    hour = f"{clock:%H:%M}"
    if len(panel.sessions) == 1:
        return _without("the windows of earlier sessions are still to come", hour)
    panel = panel.of_sessions(panel.enough())
    usual, now = float(np.median(panel.found[:-1].sum(axis=1))), int(panel.found[-1].sum())
    if not now or now < ENOUGH * usual:
        return _without(f"windows of today in: {now}, about {usual:.0f} are usual by {hour}: too few to rank it", hour)
    panel = panel.of_names(panel.taking_part())
    if not panel.found[-1].any():
        return _without("today's windows are of other names than those of earlier sessions", hour)
    return Comparison(
        clock=hour,
        names=int((panel.found[-1] > 0).sum()),
        retail=_ranked(panel, "retail", hour),
        other=_ranked(panel, "other", hour),
        usual=panel.medians(),
    )


def _without(reason: str, clock: str = "") -> Comparison:
    return Comparison(clock=clock, retail=Ranked(reason=reason), other=Ranked(reason=reason))


def _clock(session: date, at: datetime, calendar: Calendar) -> time:
    """The whole minute of the session's day that has passed, at most its close."""
    local = at.astimezone(NEW_YORK)
    close = calendar.closes(session).astimezone(NEW_YORK).time()
    if local.date() != session:
        return close if local.date() > session else time()
    return min(local.time().replace(second=0, microsecond=0), close)


def _ended(windows: pl.DataFrame, session: date, clock: time, calendar: Calendar) -> pl.DataFrame:
    """The windows that had ended by the clock, of sessions up to this one that traded so long."""
    found = windows.get_column("session").unique().sort()
    dates = [day for day in found.filter(found <= session).tail(YEAR + 1) if _traded_until(day, clock, calendar)]
    cuts = [datetime.combine(day, clock, NEW_YORK) for day in dates]
    until = pl.DataFrame({"session": dates, "until": cuts}, schema={"session": pl.Date, "until": UTC_NS})
    joined = windows.lazy().join(until.lazy(), on="session", how="inner")
    return joined.filter(pl.col("last") <= pl.col("until")).collect()


def _without_overlaps(windows: pl.DataFrame) -> pl.DataFrame:
    """Of windows of a name and session that overlap the earlier ones; few names trade so little that there are any."""
    series = ["session", "ticker"]
    ordered = windows.sort(*series, "since", "last")
    same = pl.all_horizontal(pl.col(column) == pl.col(column).shift(1) for column in series)
    ordered = ordered.with_columns(concerned=(same & (pl.col("since") < pl.col("last").shift(1))).fill_null(False))
    if not ordered.get_column("concerned").any():
        return windows
    ordered = ordered.with_columns(pl.col("concerned").any().over(series))
    whole, concerned = (ordered.filter(pl.col("concerned") == told).drop("concerned") for told in (False, True))
    kept, ends, before = [], None, None
    for *name, since, last in concerned.select(*series, "since", "last").iter_rows():
        stays = name != before or ends is None or since >= ends
        before, ends = name, last if stays else ends
        kept.append(stays)
    return pl.concat([whole, concerned.filter(pl.Series(kept, dtype=pl.Boolean))])


def _traded_until(day: date, clock: time, calendar: Calendar) -> bool:
    return clock <= HALF_DAY_CLOSE or not calendar.is_half_day(day)


def _ranked(panel: Panel, side: str, hour: str) -> Ranked:
    """Today among the earlier sessions."""
    net, gross = panel.sums(side)
    values = ratio_of(net.sum(axis=1), gross.sum(axis=1))
    known = np.isfinite(values[:-1])
    past, now = values[:-1][known], float(values[-1])
    days, reason = len(past), ""
    reliability = _reliability(net[:-1][known], gross[:-1][known], _halves(panel))
    if not np.isfinite(now):
        reason = f"no {NAMED[side]} print in today's windows could be signed"
    elif days < FEWEST_DAYS:
        reason = f"{days} earlier sessions are too few to rank today among: it takes {FEWEST_DAYS}"
    elif reliability is None:
        reason = f"so few windows by {hour} cannot tell how sure a percentile would be"
    median = float(np.median(past)) if days >= FEWEST_DAYS else None
    marks = [day for day, keep in zip(panel.sessions[:-1], known, strict=True) if keep][-RECENT:]
    recent = tuple(
        DayMark(session=day, intensity=float(value), percentile=None if reason else percentile(past, value).rank)
        for day, value in zip(marks, past[-RECENT:], strict=True)
    )
    intensity = now if np.isfinite(now) else None
    if reason or reliability is None:
        return Ranked(intensity=intensity, days=days, median=median, recent=recent, reason=reason)
    rests_on = _concentration(gross[np.append(known, True)])
    low, high = _limits(past, now, reliability, float(rests_on[-1] / rests_on[:-1].mean()))
    rank = percentile(past, now).rank
    return Ranked(intensity, rank, low, high, days, median, reliability, recent, reason)


def _concentration(gross: Floats) -> Floats:
    """One over the number of equal windows that each session's dollars would be as sure with: the sum of the squares of
    their parts. It is higher with fewer windows, and where a name trades many times what it usually does."""
    concentration: Floats = (gross**2).sum(axis=1) / gross.sum(axis=1) ** 2
    return concentration


def _halves(panel: Panel) -> Floats:
    """(slots, splits): 1 where a slot is in the first half. Of each two neighbours one is in either half."""
    unit = np.cumsum(begins(panel.name) | ~panel.drawn[panel.name]) - 1
    coins = np.random.default_rng(0).integers(0, 2, (len(unit), SPLITS))
    first: Floats = (coins[unit // 2] ^ (unit % 2)[:, None]).astype(np.float64)
    return first


def _reliability(net: Floats, gross: Floats, halves: Floats) -> float | None:
    """2r / (1 + r) of the halves' intensities over the sessions, r averaged over the splits; 0 to 1.

    A session without a signed dollar in one half is left out; None where that is most of them or too few remain.
    """
    net_first, gross_first = net @ halves, gross @ halves
    first = ratio_of(net_first, gross_first)
    second = ratio_of(net.sum(axis=1, keepdims=True) - net_first, gross.sum(axis=1, keepdims=True) - gross_first)
    both = np.isfinite(first) & np.isfinite(second)
    days = both.sum(axis=0)
    first, second = (_centred(values, both, days) for values in (first, second))
    spread = np.sqrt((first**2).sum(axis=0) * (second**2).sum(axis=0))
    use = (days >= max(FEWEST_DAYS, len(net) / 2)) & (spread > 0)
    if not use.any():
        return None
    r = min(1.0, max(0.0, float(((first * second).sum(axis=0)[use] / spread[use]).mean())))
    return 2 * r / (1 + r)


def _centred(values: Floats, use: Flags, days: Integers) -> Floats:
    """Less their mean over the sessions used, 0 in the others."""
    used = np.where(use, values, 0.0)
    centred: Floats = np.where(use, used - used.sum(axis=0) / np.maximum(days, 1), 0.0)
    return centred


def _limits(past: Floats, now: float, reliability: float, noise: float) -> tuple[float, float]:
    """80 % limits of the true percentile (0 to 100), wide enough to hold the one read.

    `noise` is today's variance of sampling error over that of the earlier sessions. Percentiles go in steps of a
    session; the limits stand half a step further out (a continuity correction).
    """
    lower, same = int((past < now).sum()), int((past == now).sum())
    z = NORMAL.inv_cdf((lower + 0.5 * same + 0.5) / (len(past) + 1))
    error = noise * (1 - reliability)
    known = reliability + error
    centre, spread = z * reliability**0.5 / known, (error / known) ** 0.5
    read, step = 100 * lower / len(past), 50 / len(past)
    low, high = (100 * NORMAL.cdf(centre + way * Z90 * spread) + way * step for way in (-1, 1))
    return max(0.0, min(low, read)), min(100.0, max(high, read))
