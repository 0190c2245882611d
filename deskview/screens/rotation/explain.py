"""What the figures of rotation are called and how they come about: help, labels and card."""

from typing import TYPE_CHECKING

from deskview.screens.frame.card import Card, Line, Topic, difference, reasons, rests_on
from deskview.screens.frame.gaps import Gaps

if TYPE_CHECKING:
    from deskview.analytics.rotation import Group, RotationReading
    from deskview.board import Board

TOPIC = Topic(
    "Rotation",
    "Equal-weighted returns of the sectors and themes in percent: 'now' is the price against the last close less a"
    " dividend that goes ex today, the others are total returns, dividends reinvested, to the last close. The"
    " strongest stand on top, the weakest at the bottom. Colour repeats what the number says. n/N is how many of"
    " the members have a price: with fewer than 5, or under half, a group is not ranked; it is dim and comes last,"
    " whatever its return. So it is over each horizon, by how many of the members reach back that far. A theme's"
    " members are today's: over 6 and 12 months that is hindsight. The page shows the groups absolute or less the"
    " index, with each group's rank now and the places it has climbed (▲) or fallen (▼) since the rank of the last"
    " session. Its chart: across, relative strength (the group over the index, 100 is its own mean of 12 weeks);"
    " up, the same measure of that strength. Groups turn clockwise: improving, leading, weakening, lagging. The"
    " group under the cursor shows the way it came, a digit telling how many weeks back. Weeks end at the last"
    " close, so today is not in the chart.",
)

GAPS = Gaps("rotation")


def card(board: "Board", reading: "RotationReading", key: str | None, _variant: str) -> Card:
    """The group under the cursor over its horizons, or the strongest and weakest now."""
    group = next((group for group in reading.groups if group.name == key), None)
    definition = (
        "The equal-weighted mean of the members' returns: 'now' is the price against the last close less a dividend"
        " that goes ex today, the other horizons are total returns, dividends reinvested, to the last close. Relative"
        f" is less {reading.benchmark}'s; rank 1 is the best of the groups that are ranked, on at least 5 of their"
        " members and half of them. A theme's members are today's: over 6 and 12 months that is hindsight."
    )
    own = {path: why for path, why in reading.missing.items() if group is None or group.name in path}
    missing = reasons(GAPS.missing(own))
    if group is None:
        return Card("Rotation", definition, (), rests_on(board, board.rotation), missing)
    lines = tuple(Line(horizon, _horizon(reading, group, horizon)) for horizon in reading.horizons)
    unpriced = f", no price today: {', '.join(group.unpriced[:5])}" if group.unpriced else ""
    coverage = f"{group.with_data.get('now', 0)} of {group.members} members{unpriced}"
    return Card(group.name, definition, lines, rests_on(board, board.rotation, coverage=coverage), missing)


def _horizon(reading: "RotationReading", group: "Group", horizon: str) -> str:
    own, relative = group.returns[horizon], group.relative[horizon]
    benchmark = reading.benchmark_returns[horizon]
    rank = group.rank[horizon]
    return (
        f"mean of {group.with_data[horizon]}: {difference(own, benchmark, relative)} vs {reading.benchmark}"
        f";  {'not ranked' if rank is None else f'rank {rank}'}"
    )
