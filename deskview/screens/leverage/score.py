"""The score of past forecasts: how often the band of a week held, and on how many weeks that rests."""

from typing import TYPE_CHECKING

from deskview.format import share
from deskview.widgets.facts import Fact, fact
from deskview.widgets.records import Piece

if TYPE_CHECKING:
    from deskview.analytics.leverage import Leverage, Score


BIN = 5
"""Cells a bar of the histogram takes where there is room."""
HISTOGRAM = (
    "Where each week's flow fell in its forecast, in tenths from the lowest (left): level bars mean the forecast was"
    " right, high ends that its band was too narrow."
)

APART = (
    "A week begins at every session, so they share days: the sample is no better than the weeks that lie apart. A shock"
    " is a session beyond 2.5 of the σ of the day before."
)


def score_facts(score: "Score | None") -> list[list[Fact]]:
    """How often the 90 % band held, and on how many weeks that rests."""
    if score is None or score.hit_rate is None:
        pending = score.pending if score else 0
        return [[fact("stored forecasts still running", str(pending))]]
    return [
        [
            fact(f"{share(score.band)} band held", f"{score.hits} of {score.weeks} weeks", "strong"),
            fact("", share(score.hit_rate), "strong"),
            fact("95% interval", f"{share(score.hit_low)} to {share(score.hit_high)}"),
        ],
        [
            fact("not overlapping", str(score.apart)),
            *([fact("after a shock", f"{score.shock_hits} of {score.after_shocks}")] if score.after_shocks else []),
            fact("pending", str(score.pending)),
        ],
        *([[_place(score.mean_pit)]] if score.mean_pit is not None else []),
    ]


def _place(mean: float) -> Fact:
    """Where the weeks' flows lay in their forecasts on average."""
    return (*fact("mean place in the forecast", f"{mean:.2f}"), Piece(" (0.50 if right)", "dim"))


def score_text(reading: "Leverage") -> str:
    """How to read the histogram, and what the score rests on."""
    score, rest = reading.score, reading.notes.get("score", "")
    if score is None or not score.weeks:
        return f"{reading.missing.get('score.hit_rate', '')}\n{rest}".strip()
    counts = "".join(f"{count:<{BIN}}" for count in score.pit_histogram)
    return f"{counts}\n{HISTOGRAM}\n{APART}\n{rest}".rstrip()
