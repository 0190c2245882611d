"""What the figures of breadth are called and how they come about: help, labels and card."""

from typing import TYPE_CHECKING

from deskview.screens.format import share
from deskview.screens.frame.card import Card, Line, difference, pct, plain_number, reasons, rests_on

if TYPE_CHECKING:
    from deskview.analytics.breadth import BreadthReading
    from deskview.board import Board


from deskview.screens.frame.card import Topic
from deskview.screens.frame.labels import Labels

TOPIC = Topic(
    "Breadth",
    "How many of the index's members beat the index, how many are up, and how far their returns lie apart"
    " (dispersion). An index mildly down while three of four members beat it is a few large names falling: the"
    " inside of the index moves, not the market. Percentiles are against the same figures of the last 252"
    " sessions, computed with today's members; 'days' tells on how many they rest, and the outermost twentieths"
    " stand out. The figure under the cursor is charted below; names left out stand beside it, each with why.",
)

LABELS = Labels("breadth", "breadth", places={"percentile": "breadth: percentile of"})


def card(board: "Board", reading: "BreadthReading", _key: str | None, _variant: str) -> Card:
    """How many beat the index, and by what the two means differ."""
    r = reading
    days = r.days.get("beat_share", 0)
    lines = (
        Line("beat the index", f"{share(r.beat_share)} of {r.members} members above {pct(r.index_return)} ({r.index})"),
        Line("percentile", f"{plain_number(r.percentile.get('beat_share'), 0)} of {days} sessions"),
        Line("up", share(r.up_share)),
        Line(
            "gap = equal − cap weight",
            difference(r.equal_weight_return, r.cap_weight_return, r.gap),
        ),
        Line("dispersion", f"{pct(r.dispersion)}: standard deviation of the members' returns".replace("+", "")),
        Line("ten largest add", pct(r.top_10_contribution)),
        Line("average correlation", f"21 d {plain_number(r.average_correlation_21d)}"),
    )
    definition = (
        "The share of the index's members whose return since the previous close is above the index's own. Above a"
        " half on a falling day: a few large names fall, most do not."
    )
    coverage = f"{share(r.coverage)} of the members, {r.left_out} left out. {r.coverage_note or ''}".rstrip()
    foot = rests_on(board, board.breadth, coverage=coverage)
    return Card("Breadth", definition, lines, foot, reasons(LABELS.missing(r.missing)))
