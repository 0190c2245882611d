"""What the figures of breadth are called and how they come about: help, labels and card."""

from math import sqrt
from typing import TYPE_CHECKING

from deskview.format import MISSING, percentile, share
from deskview.screens.frame.card import Card, Line, Topic, difference, pct, plain_number, reasons, rests_on
from deskview.screens.frame.gaps import Gaps

if TYPE_CHECKING:
    from deskview.analytics.breadth import BreadthReading
    from deskview.board import Board

TOPIC = Topic(
    "Breadth",
    "How many of the index's members beat the index, how many are up, and how far their returns lie apart"
    " (dispersion). An index mildly down while three of four members beat it is a few large names falling: the"
    " inside of the index moves, not the market. Percentiles are against the same hour of the last 252 sessions: their"
    " closing figures, computed with today's members, times √v, variances times v; v is the part of a day's variance"
    " that is usually behind one by then, 1 from the close on. Shares are compared as they are; correlations are of"
    " whole sessions, until the close without today."
    " Before 10:00 New York, and until the close where the index's five-minute bars are missing, figures of the hour"
    " have none. 'days' tells on how many they rest, and the outermost twentieths stand out. By weight, each share"
    " class carries its part of its company's market cap, so a company counts once. The figure under the cursor is"
    " charted below; names left out stand beside it, each with why.",
)

GAPS = Gaps("breadth", untold=frozenset({"hour.variance_share"}))


def compared_with(reading: "BreadthReading") -> tuple[str, ...]:
    """What the percentiles are against, in parts; where there are none, why."""
    behind, days = reading.hour.variance_share, max(reading.days.values(), default=0)
    if behind is None:
        return (f"none of the hour: {reading.missing['hour.variance_share']}",)
    if behind == 1:
        return (f"against {days} days at their close",)
    scaled = f"returns and dispersions × √v = {sqrt(behind):.2f}, shares as they are"
    return f"against the same hour of {days} days", scaled


def _rank(rank: float | None, sessions: int) -> str:
    return MISSING if rank is None else f"{percentile(rank)} percentile, {sessions} sessions"


def card(board: "Board", reading: "BreadthReading", _key: str | None, _variant: str) -> Card:
    """How many beat the index, and by what the two means differ."""
    r = reading
    days = r.days.get("beat_share", 0)
    lines = (
        Line("beat the index", f"{share(r.beat_share)} of {r.members} members above {pct(r.index_return)} ({r.index})"),
        Line("percentile", _rank(r.percentile.get("beat_share"), days)),
        Line("percentiles", ", ".join(compared_with(r))),
        Line("up", share(r.up_share)),
        Line(
            "gap = equal − cap weight",
            difference(r.equal_weight_return, r.cap_weight_return, r.gap),
        ),
        Line("dispersion", f"{pct(r.dispersion)}: standard deviation of the members' returns".replace("+", "")),
        Line("10 largest companies add", pct(r.top_10_contribution)),
        Line("average correlation", f"21 d {plain_number(r.average_correlation_21d)}"),
    )
    definition = (
        "The share of the index's members whose return since the previous close is above the index's own. Above a"
        " half on a falling day: a few large names fall, most do not."
    )
    coverage = f"{share(r.coverage)} of the members, {r.left_out} left out. {r.coverage_note or ''}".rstrip()
    foot = rests_on(board, board.breadth, coverage=coverage)
    return Card("Breadth", definition, lines, foot, reasons(GAPS.missing(r.missing)))
