"""The rotation reading: the JSON part `rotation`, field for field."""

import msgspec

from deskview.analytics.assumptions import MONTH, WEEK, YEAR
from deskview.analytics.measures import Number

HORIZONS: tuple[str, ...] = ("now", "1d", "5d", "1m", "3m", "6m", "12m")
SPANS: tuple[int, ...] = (1, WEEK, MONTH, 3 * MONTH, YEAR // 2, YEAR)
"""Sessions of each horizon after `now`; they end at the last close."""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Equal-weighted mean return of a group per horizon, as a fraction.

    `relative` is less the benchmark's. `rank` runs over all groups, 1 the best, equal returns sharing the
    better rank. `rank_change` is the rank over 1d less the rank now: positive has climbed. `members` is the
    size of the group, `with_data` how many of them the mean rests on. `unpriced` are the members without a
    price today, `dead` those without a close in the last sessions either.
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
    """The path of a group, oldest first, and the quadrant of its newest point; empty with a reason in `missing`."""

    name: str
    kind: str
    quadrant: str | None
    points: list[TrailPoint]
    missing: str | None
