"""The rotation reading: the JSON part `rotation`, field for field."""

from typing import Annotated

import msgspec
import numpy as np

from deskview.analytics.assumptions import MONTH, WEEK, YEAR
from deskview.analytics.figure import Missing, Ticker, Unit, figure, place, text
from deskview.analytics.measures import Number
from deskview.analytics.panel import Bools, Ints

HORIZONS: tuple[str, ...] = ("now", "1d", "5d", "1m", "3m", "6m", "12m")
SPANS: tuple[int, ...] = (1, WEEK, MONTH, 3 * MONTH, YEAR // 2, YEAR)
"""Sessions of each horizon after `now`; they end at the last close."""
LEAST_COUNTED = 5
LEAST_SHARE = 0.5
"""A group is ranked over a horizon on so many of its members and on this share of them, or not at all."""


def is_ranked(counted: Ints, members: Ints) -> Bools:
    """Whether groups are, by how many of their members have a return."""
    return (counted >= LEAST_COUNTED) & (counted >= LEAST_SHARE * members)


def unranked(counted: int, members: int, what: str) -> str:
    """Why a group is not ranked, "" where it is; `what` is what `counted` of its members have."""
    if is_ranked(np.array(counted), np.array(members)):
        return ""
    if members < LEAST_COUNTED:
        return f"{members} member{'' if members == 1 else 's'}: too few to rank"
    least = "under half, not ranked" if counted >= LEAST_COUNTED else "too few to rank"
    return f"{counted} of {members} members {what}: {least}"


RETURN = figure("return", Unit.FRACTION, "Mean return of the members, equally weighted.")
RELATIVE = figure("return above the index's", Unit.FRACTION, "Mean return of the members less the index's.")
RANK = figure("rank", Unit.NUMBER, "Place among the groups that are ranked, 1 the best.")
WITH_DATA = figure("members with a return", Unit.COUNT, "How many members the mean rests on.", watched=False)
INDEX_RETURN = figure("index return", Unit.FRACTION, "Return of the index fund.")


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Equal-weighted mean return of a group per horizon.

    `now` is the price against the last close less a dividend that goes ex today; the other horizons are total
    returns, dividends reinvested, to the last close. Members are today's: over 6 and 12 months a theme is one
    that was put together knowing who rose. Ranks run over the groups that are ranked, equal returns sharing the
    better one; on fewer than 5 of its members, or under half, a group is not.
    """

    name: Annotated[str, text("group")]
    kind: Annotated[str, text("kind", "Whether it is a sector or a theme.")]
    members: Annotated[int, figure("members", Unit.COUNT, "Size of the group.")]
    with_data: Annotated[dict[str, Annotated[int, WITH_DATA]], place("")]
    returns: Annotated[dict[str, Annotated[Number, RETURN]], place("")]
    relative: Annotated[dict[str, Annotated[Number, RELATIVE]], place("")]
    rank: Annotated[dict[str, Annotated[int | None, RANK]], place("")]
    rank_change: Annotated[
        int | None,
        figure("change of rank", Unit.NUMBER, "Rank over 1d less the rank now.", sign="has climbed"),
    ]
    unpriced: Annotated[list[Ticker], text("unpriced", "Members without a price today.")]
    dead: Annotated[list[Ticker], text("dead", "Members without a close in the last sessions either.")]


class RotationReading(msgspec.Struct, frozen=True, kw_only=True):
    """Groups in the order given."""

    horizons: Annotated[list[Annotated[str, text("horizon")]], text("horizons")]
    benchmark: Annotated[str, text("index", "The fund that stands for the index.")]
    benchmark_returns: Annotated[dict[str, Annotated[Number, INDEX_RETURN]], place("")]
    groups: Annotated[list[Group], place("groups", row="{row}")]
    missing: Missing


class TrailPoint(msgspec.Struct, frozen=True, kw_only=True):
    """One week of the quadrant plot; 100 is the group's own 12-week mean. `week_ago` 0 is the newest."""

    weeks_ago: int
    strength: float
    momentum: float


class Trail(msgspec.Struct, frozen=True, kw_only=True):
    """The path of a group, oldest first, and the quadrant of its newest point; empty with a reason in `missing`.

    `with_data` is how many of the `members` its thinnest week rests on, `unranked` why that is too few to stand
    among others, "" where it is not.
    """

    name: str
    kind: str
    members: int
    with_data: int
    unranked: str
    quadrant: str | None
    points: list[TrailPoint]
    missing: str | None
