"""The systematic-supply ladder and the score of past forecasts, with what each rests on."""

from functools import partial
from typing import TYPE_CHECKING

from deskview.screens.format import percent, share, tone, usd
from deskview.widgets.facts import Fact, fact
from deskview.widgets.records import Cell, Column, Row

if TYPE_CHECKING:
    from deskview.analytics.leverage import Leverage, Score, SupplyLadder


BIN = 5
"""Cells a bar of the histogram takes where there is room."""
HISTOGRAM = (
    "Where each week's flow fell in its forecast, in tenths from the lowest (left): level bars mean the forecast was"
    " right, high ends that its band was too narrow."
)


SUPPLY_KEYS = ("move", "life-", "var", "trend", "total")
"""Columns of the ladder; one `life-` a half-life, `life-23.0` for instance."""


def supply_columns(ladder: "SupplyLadder") -> tuple[Column, ...]:
    """One column a half-life of the volatility estimate, then the other rules and the sum."""
    lives = ladder.rows[0].half_lives if ladder.rows else []
    return (
        Column("move", "index", width=6, align="right"),
        *(Column(f"life-{life.days}", f"vol {life.days:.0f}d", width=8, align="right") for life in lives),
        Column("var", "VaR", width=7, align="right"),
        Column("trend", "trend", width=7, align="right"),
        Column("total", "sum", width=7, align="right"),
    )


def supply_rows(ladder: "SupplyLadder") -> list[Row]:
    """One row an index move in one session."""
    return [
        Row(
            f"move:{row.move}",
            (
                Cell(percent(row.move)),
                *(_flow(life.vol_target_usd) for life in row.half_lives),
                _flow(row.var_usd),
                _flow(row.trend_usd),
                Cell(usd(row.total_usd), f"{tone(row.total_usd)} strong"),
            ),
        )
        for row in ladder.rows
    ]


def supply_text(ladder: "SupplyLadder | None") -> str:
    """That it is a model, and the assumptions it is made of."""
    if ladder is None:
        return ""
    a, amount = ladder.assumptions, partial(usd, sign=False)
    lookbacks = "/".join(str(sessions) for sessions in a.trend_sessions)
    headline = next((life.days for row in ladder.rows for life in row.half_lives if life.decay == a.lambda_headline), 0)
    return (
        f"A model, not an observation ([supply] in the settings): {amount(a.vol_aum_usd)} targets {share(a.vol_target)}"
        f" volatility, at most {a.vol_cap:g}x; {amount(a.var_gross_usd)} under {share(a.var_confidence)} VaR limits,"
        f" {share(a.var_utilisation)} used; {amount(a.trend_aum_usd)} follows trends of {lookbacks} sessions;"
        f" {ladder.market}'s volatility is {share(ladder.vol)}. The whole need after one session, in life spread over"
        " days. 'vol 23d': volatility with a half-life of 23 sessions, a choice worth a multiple; the sum uses"
        f" {f'{headline:.0f}d' if headline else f'decay {a.lambda_headline:g}'}."
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
        [fact("not overlapping", str(score.apart)), fact("pending", str(score.pending))],
    ]


def score_text(reading: "Leverage") -> str:
    """How to read the histogram, and what the score rests on."""
    score, rest = reading.score, reading.notes.get("score", "")
    if score is None or not score.weeks:
        return f"{reading.missing.get('score.hit_rate', '')}\n{rest}".strip()
    counts = "".join(f"{count:<{BIN}}" for count in score.pit_histogram)
    return f"{counts}\n{HISTOGRAM}\n{rest}".rstrip()


def _flow(value: float | None) -> Cell:
    return Cell(usd(value), tone(value))
