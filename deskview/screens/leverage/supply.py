"""The systematic-supply ladder, with what it rests on."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from deskview.analytics.assumptions import WEEK
from deskview.format import MISSING, percent, share, tone, usd
from deskview.screens.frame.card import Line, flow_usd
from deskview.widgets.records import Cell, Column, Row

if TYPE_CHECKING:
    from deskview.analytics.leverage import Leverage
    from deskview.analytics.leverage.forecast import Published, SupplyRow


SUPPLY_KEYS = ("move", "life-", "var", "trend", "total")
"""Columns of the ladder; one `life-` a half-life, `life-23.0` for instance."""


def supply_columns(rows: "Sequence[SupplyRow]") -> tuple[Column, ...]:
    """One column a half-life of the volatility estimate, then the other rules and what all trade the next session.

    None without rows.
    """
    if not rows:
        return ()
    lives = rows[0].half_lives
    return (
        Column("move", "after", width=6, align="right"),
        *(Column(f"life-{life.days}", f"vol {life.days:.0f}d", width=8, align="right") for life in lives),
        Column("var", "VaR", width=7, align="right"),
        Column("trend", "trend", width=7, align="right"),
        Column("total", "next day", width=8, align="right"),
    )


def supply_rows(rows: "Sequence[SupplyRow]") -> list[Row]:
    """One row an index move in one session, with what is traded in the session after."""
    return [
        Row(
            f"move:{row.move}",
            (
                Cell(percent(row.move)),
                *(_flow(life.vol_target_usd) for life in row.half_lives),
                _flow(row.by["var"]),
                _flow(row.by["trend"]),
                Cell(usd(row.usd), f"{tone(row.usd)} strong"),
            ),
        )
        for row in rows
    ]


def supply_text(reading: "Leverage") -> str:
    """That it is a model, how far from what was published, and the assumptions it is made of."""
    basis = reading.supply_basis
    if basis is None:
        return ""
    a, amount = basis.assumptions, partial(usd, sign=False)
    lookbacks = "/".join(str(sessions) for sessions in a.trend_sessions)
    headline = next(
        (life.days for row in reading.supply for life in row.half_lives if life.decay == a.lambda_headline), 0
    )
    return (
        "A model, not an observation ([supply] in the settings): what is traded in the session after a move of"
        f" {basis.market} from here, {share(a.stage_share)} of the need; {usd(sum(basis.pending.values()))} is still to"
        f" come from past moves.{_beside(basis.published)}{_after_a_rise(reading.supply)}"
        f" {amount(a.vol_aum_usd)} targets {share(a.vol_target)} volatility, at most"
        f" {a.vol_cap:g}x, now {basis.leverage:.2f}x; {amount(a.var_gross_usd)} under {share(a.var_confidence)} VaR"
        f" limits, {share(a.var_utilisation)} used at the usual {share(basis.usual_vol)}; {amount(a.trend_aum_usd)}"
        f" follows trends of {lookbacks} sessions. Volatility is {share(basis.vol)}; 'vol 23d': its half-life, a choice"
        f" worth a multiple; 'next day' takes {f'{headline:.0f}d' if headline else f'decay {a.lambda_headline:g}'}."
    )


def _beside(published: "Sequence[Published]") -> str:
    """How many times what a desk published the model gives, over all rungs."""
    if not published:
        return ""
    pairs = [pair for ladder in published for pair in zip(ladder.week_usd, ladder.published_usd, strict=True)]
    multiples = [model / desk for model, desk in pairs]
    days = len({ladder.day for ladder in published})
    ladders = {1: "the ladder", 2: "the two ladders"}.get(days, f"the {days} ladders")
    low, high = min(multiples), max(multiples)
    return f" Beside {ladders} a desk published it is {low:.1f} to {high:.1f} times as much (i has them)."


def _after_a_rise(rows: "Sequence[SupplyRow]") -> str:
    sells = "sells" if any(row.usd < 0.0 < row.move for row in rows) else "may sell"
    return f" It {sells} after a rise too, as volatility counts either way."


CARD_MOVES = (-0.01, -0.03)
"""The rungs the card gives."""


def supply_lines(reading: "Leverage") -> list[Line]:
    """The ladder on the card: the next session, the whole need, what past moves left, and what a desk published."""
    basis = reading.supply_basis
    if basis is None:
        return [Line("systematic supply", reading.missing.get("supply", MISSING))]
    stage, parts = basis.assumptions.stage_share, basis.pending
    rungs = [
        f"{flow_usd(row.usd)} in the session after {percent(row.move)}, {share(stage)} of {flow_usd(row.usd / stage)},"
        f" {flow_usd(basis.within(WEEK, row.usd))} within {WEEK} sessions"
        for row in reading.supply
        if row.move in CARD_MOVES
    ]
    to_come = f"volatility targets {usd(parts['vol_target'])}, VaR {usd(parts['var'])}, trend {usd(parts['trend'])}"
    return [
        Line("systematic supply", f"a model on assumed sizes, all of it as {basis.market}: {'; '.join(rungs)}"),
        Line("still to come", f"{flow_usd(sum(parts.values()))} from moves that have happened: {to_come}"),
        *(Line(f"published {ladder.day}", published_text(ladder)) for ladder in basis.published),
    ]


def published_text(ladder: "Published") -> str:
    """A desk's ladder beside the model's in a like state, a pair a move, with the multiple of the desk's figure."""
    rungs = zip(ladder.moves, ladder.published_usd, ladder.week_usd, ladder.session_usd, strict=True)
    pairs = [
        f"{_after(move)}: desk {usd(desk)}, model {usd(model)} ({model / desk:.1f}x), its next session {usd(session)}"
        for move, desk, model, session in rungs
    ]
    return (
        f"{'; '.join(pairs)}. The desk's are volatility targets, risk parity and trend followers in {ladder.market},"
        f" {ladder.span}; the model's the first and the last of these, as shipped, in a state like that day's:"
        f" {ladder.state}. Its next session has VaR-bound books too."
    )


def _after(move: float) -> str:
    return f"after {percent(move)}" if move else "without a further move"


def _flow(value: float | None) -> Cell:
    return Cell(usd(value), tone(value))
