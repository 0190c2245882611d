"""What is prepared once a session: groups, their returns over the horizons, and their trails in the quadrants.

Relative strength and its momentum run week by week: leading, weakening, lagging, improving.
Weeks are five sessions ending at the last close. A group's index compounds the equal-weighted mean weekly
return of its members; RS is that index over the benchmark's. strength = 100 * RS / mean of RS over the last
12 weeks; momentum = 100 * strength / mean of strength over the last 12 weeks. Both are 100 where nothing
changes. An open formula of our own, in the spirit of relative-rotation charts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from deskview.analytics.assumptions import WEEK
from deskview.analytics.measures import block_returns, span_returns
from deskview.analytics.panel import Floats, Ints, Panel
from deskview.analytics.rotation.structs import SPANS, Trail, TrailPoint, unranked


def group_means(values: Floats, belongs: Floats) -> tuple[Floats, Ints]:
    """Mean of each group's members per row (rows x groups), NaN without any, and how many it rests on.

    `belongs` (names x groups) is 1 where the name is a member, else 0. NaN values are left out.
    """
    known = ~np.isnan(values)
    counts = known.astype(np.float64) @ belongs
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(known, values, 0.0) @ belongs / counts
    return np.where(counts > 0, means, np.nan), counts.astype(np.int64)


WINDOW = 12
TRAIL = 8
WEEKS = 2 * (WINDOW - 1) + TRAIL - 1
"""Weekly returns needed for a whole trail; a trail of one point needs TRAIL - 1 fewer."""


def trails(close: Floats, names: Sequence[str], kinds: Sequence[str], belongs: Floats) -> tuple[Trail, ...]:
    """The trail of each group; the last column of `close` is the benchmark."""
    weekly = block_returns(close, block=WEEK, count=WEEKS)
    means, counts = group_means(weekly, belongs)
    members = belongs.sum(axis=0).astype(np.int64)
    counted = counts.min(axis=0) if len(counts) else np.zeros_like(members)
    relative = np.cumprod(1 + means, axis=0) / np.cumprod(1 + weekly[:, -1:], axis=0)
    strength = relative_strength(np.vstack([np.ones((1, len(names))), relative]))
    momentum = relative_strength(strength)
    strength = strength[len(strength) - len(momentum) :]
    return tuple(
        _trail(
            name,
            kind,
            int(members[place]),
            int(counted[place]),
            strength=strength[:, place],
            momentum=momentum[:, place],
        )
        for place, (name, kind) in enumerate(zip(names, kinds, strict=True))
    )


def relative_strength(series: Floats) -> Floats:
    """100 * value / mean of the last 12 values, from the twelfth row on (rows x groups)."""
    if len(series) < WINDOW:
        return np.empty((0, series.shape[1]))
    mean = np.lib.stride_tricks.sliding_window_view(series, WINDOW, axis=0).mean(axis=-1)
    strength: Floats = 100 * series[WINDOW - 1 :] / mean
    return strength


def quadrant(strength: float, momentum: float) -> str:
    """leading and weakening are strong (100 or more), leading and improving gain (momentum 100 or more)."""
    if strength >= 100:
        return "leading" if momentum >= 100 else "weakening"
    return "improving" if momentum >= 100 else "lagging"


def _trail(name: str, kind: str, members: int, counted: int, *, strength: Floats, momentum: Floats) -> Trail:
    known = np.isfinite(strength) & np.isfinite(momentum)
    count = len(strength)
    points = [
        TrailPoint(weeks_ago=count - 1 - week, strength=float(strength[week]), momentum=float(momentum[week]))
        for week in range(max(0, count - TRAIL), count)
        if known[week]
    ]
    newest = points[-1] if points and not points[-1].weeks_ago else None
    needed = (WEEKS - TRAIL + 1) * WEEK + 1
    return Trail(
        name=name,
        kind=kind,
        members=members,
        with_data=counted,
        unranked=unranked(counted, members, "in the thinnest week"),
        quadrant=quadrant(newest.strength, newest.momentum) if newest else None,
        points=points if newest else [],
        missing=None if newest else f"needs {needed} sessions of the benchmark and of members without a gap",
    )


BENCHMARK = "SPY"


@dataclass(frozen=True)
class Groups:
    """Groups in file order; `belongs` (names x groups) is 1 where the name is a member, else 0."""

    name: tuple[str, ...]
    kind: tuple[str, ...]
    belongs: Floats

    def members(self, place: int) -> Ints:
        """The rows of the names table that belong to the group."""
        return np.flatnonzero(self.belongs[:, place])


@dataclass(frozen=True)
class RotationModel:
    """`names` (ticker, name) and `tickers`: the distinct members, the benchmark last. `closed` is spans x names."""

    benchmark: str
    groups: Groups
    names: pl.DataFrame
    tickers: tuple[str, ...]
    closed: Floats
    trails: tuple[Trail, ...]


def prepare(panel: Panel, groups: pl.DataFrame, names: pl.DataFrame, *, benchmark: str = BENCHMARK) -> RotationModel:
    """The model from the sessions before the live one, GROUPS (group, kind, ticker) and NAMES.

    Returns are total returns, as the panel's closes have dividends reinvested, and end at the last close.
    """
    pairs = groups.unique(["group", "kind", "ticker"], keep="first", maintain_order=True)
    heads = pairs.unique(["group", "kind"], keep="first", maintain_order=True)
    members = pairs["ticker"].unique(maintain_order=True)
    tickers = pl.concat([members, pl.Series("ticker", [benchmark])])
    belongs = np.zeros((len(tickers), len(heads)))
    belongs[_rows_of(members.to_frame(), pairs), _rows_of(heads.select("group", "kind"), pairs)] = 1.0
    known = Groups(tuple(heads["group"]), tuple(heads["kind"]), belongs)
    columns = panel.columns(tickers)
    close = np.full((len(panel.sessions), len(columns)), np.nan)
    close[:, columns >= 0] = panel.close[:, columns[columns >= 0]]
    named = names.select("ticker", "name").unique("ticker", keep="first", maintain_order=True)
    return RotationModel(
        benchmark=benchmark,
        groups=known,
        names=tickers.to_frame().join(named, on="ticker", how="left", maintain_order="left"),
        tickers=tuple(tickers),
        closed=span_returns(close, SPANS),
        trails=trails(close, known.name, known.kind, known.belongs),
    )


def _rows_of(table: pl.DataFrame, pairs: pl.DataFrame) -> Ints:
    """The row of `table` each of the pairs refers to, by the columns of the table."""
    keys = table.columns
    found = pairs.select(keys).join(table.with_row_index("row"), on=keys, how="left", maintain_order="left")["row"]
    return found.to_numpy().astype(np.int64)
