"""The rotation reading: the JSON part `rotation`, field for field."""

import msgspec
import numpy as np

from deskview.analytics.assumptions import MONTH, WEEK, YEAR
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


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Equal-weighted mean return of a group per horizon, as a fraction.

    `now` is the price against the last close less a dividend that goes ex today; the other horizons are total
    returns, dividends reinvested, to the last close. Members are today's: over 6 and 12 months a theme is one
    that was put together knowing who rose.

    `relative` is less the benchmark's. `rank` runs over the groups that are ranked, 1 the best, equal returns
    sharing the better rank; on fewer than 5 of its members, or under half, a group is not. `rank_change` is the
    rank over 1d less the rank now: positive has climbed. `members` is the size of the group, `with_data` how many
    of them the mean rests on. `unpriced` are the members without a price today, `dead` those without a close in
    the last sessions either.
    """

    name: str
    kind: str
    members: int
    with_data: dict[str, int]
    returns: dict[str, Number]
    relative: dict[str, Number]
    rank: dict[str, int | None]
    rank_change: int | None
    unpriced: list[str]
    dead: list[str]


class RotationReading(msgspec.Struct, frozen=True, kw_only=True):
    """Groups in the order given. `benchmark_returns` per horizon; `missing` maps the path of a null to its reason."""

    horizons: list[str]
    benchmark: str
    benchmark_returns: dict[str, Number]
    groups: list[Group]
    missing: dict[str, str]


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
