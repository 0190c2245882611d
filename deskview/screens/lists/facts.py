"""One of the user's lists in lines of facts: what is held, today, momentum, a −4σ day of it, and leveraged ETFs."""

from typing import TYPE_CHECKING

from deskview.format import MISSING, number, percent, share, short_sector, sigma_sign, tone, usd, usd_between
from deskview.screens.frame.age import marked
from deskview.widgets.facts import GAP, Fact, fact, flowed
from deskview.widgets.records import Piece
from deskview.widgets.text import shorten, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deskview.analytics.holdings import GroupRow, Holdings, ListReading, Position
    from deskview.board import Board, Part

INDENT = 9
SURE = 1.96
"""Standard errors either way that hold 95 %."""
WHOLE = 0.99
"""A sum over less of the gross than this says over how much."""
NAMED = 3
"""Tickers told by name."""
NAME_CELLS = 16
"""Of a list's name, where it stands among others."""


def answers(one: "ListReading", part: "Part[Holdings]", width: int, *, grouped: bool) -> list[list[Fact]]:
    """The list in lines of so many cells; with `grouped` its sectors and themes too, where no table has them."""
    lines = [
        *flowed("names", held(one, part), INDENT, width),
        *flowed("today", today(one, part), INDENT, width),
        *flowed("momentum", momentum(one, part, width), INDENT, width),
        *flowed("−4σ day", shock(one, part, width), INDENT, width),
        *flowed("LETFs", flow(one, part, width), INDENT, width),
    ]
    if grouped:
        lines += [
            [*flowed(label, [], INDENT, width)[0], *groups(rows)]
            for label, rows in (("sectors", one.by_sector), ("themes", one.by_theme))
            if rows
        ]
    return lines


def held(one: "ListReading", part: "Part[Holdings]") -> list[Fact]:
    """How many of its names count, and what they are worth; why the others don't."""
    facts: list[Fact] = [(Piece(f"{one.counted:,} of {one.rows:,}", "strong"), Piece(" counted", "dim"))]
    if one.has_quantities:
        net = f"{marked(usd(one.net_usd), part)} ({percent(one.net, 0)})"
        facts += [
            fact("gross", marked(usd(one.gross_usd, sign=False), part), "strong"),
            fact("net", net if one.net is not None else MISSING, tone(one.net_usd)),
            fact("long", usd(one.long_usd, sign=False)),
            fact("short", usd(one.short_usd)),
        ]
    else:
        facts.append(fact("", "equal weights: the list has no quantities", "dim"))
    facts += [fact("", f"{count:,} {reason}", "stale") for reason, count in one.left_out.items()]
    if one.split_since:
        facts.append(fact("split since it was written:", _named(one.split_since), "warning"))
    return facts


def today(one: "ListReading", part: "Part[Holdings]") -> list[Fact]:
    """Return and gain, what they rest on, and the gain since the list's prices."""
    if one.return_today is None:
        facts = [fact("", f"{MISSING} {one.missing.get('return_today', '')}".rstrip(), "dim")]
    else:
        facts = [fact("", marked(percent(one.return_today, 2), part), f"{tone(one.return_today)} strong")]
        if one.pnl_today_usd is not None:
            facts.append(fact("", marked(usd(one.pnl_today_usd), part), f"{tone(one.pnl_today_usd)} strong"))
        facts += _on(one.return_share)
    if one.at_previous_close:
        facts.append(fact("", f"{one.at_previous_close:,} without a trade today", "dim"))
    if one.in_doubt:
        facts.append(fact("in doubt", _named(one.in_doubt), "warning"))
    if one.pnl_since_usd is not None:
        of = "" if one.since_rows == one.counted else f" of {one.since_rows:,} names"
        since = (Piece("since the list's prices ", "dim"), Piece(usd(one.pnl_since_usd), tone(one.pnl_since_usd)))
        facts.append((*since, Piece(of, "dim")))
    return facts


def momentum(one: "ListReading", part: "Part[Holdings]", width: int) -> list[Fact]:
    """How the list moves with the momentum spread, and what of it is in its legs."""
    facts: list[Fact] = []
    if one.beta_spread is None:
        facts += _reason("beta", one.missing.get("beta_spread", ""), width)
    else:
        sure = "" if one.beta_error is None else f" ±{SURE * one.beta_error:.2f}"
        facts.append((Piece("beta ", "dim"), Piece(number(one.beta_spread), "strong"), Piece(sure)))
        if one.beta_usd is not None:
            facts.append(fact("in dollars", marked(usd(one.beta_usd), part), f"{tone(one.beta_usd)} strong"))
        facts += _on(one.beta_share)
    if one.legs is not None:
        dollars = "" if one.legs_usd is None else f"{usd(one.legs_usd)} "
        net = f"{dollars}{percent(one.legs, 0)}" if one.legs_usd is None else f"{dollars}({percent(one.legs, 0)})"
        facts.append((Piece("net in its legs ", "dim"), Piece(net, tone(one.legs)), _of_names(one.leg_rows)))
    if one.beta_market is not None:
        facts.append(fact("beta to SPY", number(one.beta_market)))
    return facts


def shock(one: "ListReading", part: "Part[Holdings]", width: int) -> list[Fact]:
    """What a day on which momentum falls four σ does to it, between which limits, and on how much of it that rests."""
    if one.shock is None:
        return _reason("", one.missing.get("shock", ""), width)
    facts = []
    if one.shock_usd is not None:
        dollars = usd_between(one.shock_usd, one.shock_low_usd, one.shock_high_usd)
        facts.append(fact("", marked(dollars, part), f"{tone(one.shock_usd)} strong"))
    limits = "" if one.shock_low is None else f" ({percent(one.shock_low)} to {percent(one.shock_high)})"
    facts.append(fact("", marked(f"{percent(one.shock)}{limits}", part), tone(one.shock)))
    facts.append(fact("on", f"{share(one.beta_share)} of gross, {one.beta_rows:,} names", _covered(one.beta_share)))
    if one.sigma is not None:
        facts.append(fact(f"momentum's 1{sigma_sign(one.sigma_basis)}", percent(one.sigma).lstrip("+"), "dim"))
    return facts


def flow(one: "ListReading", part: "Part[Holdings]", width: int) -> list[Fact]:
    """What leveraged funds trade in its names by the close, apart by which way they are held, and for 1 %."""
    if one.flow_today_usd is None and one.flow_per_1pct_usd is None:
        return _reason("", one.missing.get("flow_today_usd", ""), width)
    today_usd = fact("today", marked(usd(one.flow_today_usd), part), tone(one.flow_today_usd))
    facts: list[Fact] = [(*today_usd, Piece(" in its names", "dim"))]
    if one.has_quantities and one.short_usd:
        facts += [
            fact("held long", usd(one.flow_today_long_usd), tone(one.flow_today_long_usd)),
            fact("sold short", usd(one.flow_today_short_usd), tone(one.flow_today_short_usd)),
        ]
    facts.append(fact("per 1%", usd(one.flow_per_1pct_usd, sign=False)))
    facts.append(fact("reached", f"{one.flow_rows:,} names"))
    if one.flow_unknown:
        facts.append(fact("", f"{one.flow_unknown:,} not known", "stale"))
    return facts


def groups(rows: "Sequence[GroupRow]") -> list[Fact]:
    """Net weights by group, the largest share of the gross first."""
    return [fact(group_name(row), percent(row.weight, 0), tone(row.weight)) for row in rows]


def group_name(row: "GroupRow") -> str:
    """What a group is called in a narrow place."""
    return short_sector(row.group) if row.group else "no sector"


def lists_facts(board: "Board", ticker: str) -> list[list[Fact]]:
    """In which of the user's lists a name is, a line each: how much is held, and today's gain; without any nothing."""
    reading = board.lists.value
    if reading is None:
        return []
    found = [(one, row) for one in reading.lists for row in one.positions if row.ticker == ticker]
    return [
        [fact("in my lists" if place == 0 else "and", _in_list(one, row), "" if row.counted else "stale")]
        for place, (one, row) in enumerate(found)
    ]


def _in_list(one: "ListReading", row: "Position") -> str:
    """Such as core (1,200 sh, −$9.9k today)."""
    name, parts = shorten(one.name, NAME_CELLS), []
    if row.quantity is not None:
        parts.append(f"{shares(row.quantity)} sh")
    if row.pnl_today_usd is not None:
        parts.append(f"{usd(row.pnl_today_usd, digits=2)} today")
    elif not row.counted:
        parts.append(row.reason or "not counted")
    return f"{name} ({', '.join(parts)})" if parts else name


def shares(quantity: float) -> str:
    """Shares as they are held, fractions too."""
    return f"{quantity:,.10g}".replace("-", "−")


def _named(tickers: "Sequence[str]") -> str:
    more = len(tickers) - NAMED
    return ", ".join(tickers[:NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _of_names(count: int) -> Piece:
    return Piece(f" in {count:,} {'name' if count == 1 else 'names'}", "dim")


def _covered(part: float | None) -> str:
    return "stale" if part is not None and part < WHOLE else ""


def _on(part: float | None) -> list[Fact]:
    """Over how much of the gross a figure is, where that is not all."""
    return [fact("on", f"{share(part)} of gross", "stale")] if _covered(part) else []


def _reason(label: str, why: str, width: int) -> list[Fact]:
    """That a figure is missing, in lines of what room there is."""
    words = f"{label} {MISSING} {why or 'not known'}".strip()
    return [fact("", line, "dim") for line in wrap(words, width - INDENT - len(GAP))]
