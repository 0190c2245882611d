"""Dealers' gamma in lines of facts, and its profile as a chart."""

from typing import TYPE_CHECKING

from deskview.analytics.assumptions import NAIVE, TOLD_FALL
from deskview.format import MISSING, tone, usd
from deskview.screens.frame.age import marked
from deskview.screens.gamma.words import (
    BALANCED,
    HANGS,
    SIDES,
    by,
    does,
    flip,
    flip_label,
    left_out,
    level,
    moved,
    of_all,
    side,
    strike,
    told_shock,
    tone_of,
)
from deskview.widgets.chartspec import ChartSpec, Level, Mark, Series
from deskview.widgets.facts import GAP, Fact, fact, flowed
from deskview.widgets.records import Piece
from deskview.widgets.text import wrap

if TYPE_CHECKING:
    from deskview.analytics.gamma import Gamma, UnderlyingGamma
    from deskview.board import Board

INDENT = 7
LARGEST = 3
"""Strikes told of a name."""


def facts_of(reading: "Gamma", one: "UnderlyingGamma", width: int, most: int) -> list[list[Fact]]:
    """What dealers hold in the underlying, what they do with leveraged funds, and what it rests on, in at most so many
    lines."""
    room = width - INDENT - len(GAP)
    basis = basis_of(reading, one)
    rests = [fact("", line, "dim") for words in basis for line in wrap(words, room)]
    lines = [
        *flowed("dealers", headline_facts(reading, one), INDENT, width),
        *flowed(f"S&P {moved(TOLD_FALL)}", shock_facts(reading), INDENT, width),
        *flowed("from", rests, INDENT, width),
    ]
    if len(lines) <= most:
        return lines
    told, more = lines[: most - 1], "… i: what it rests on"
    counted = counted_of(one)
    is_told = any(piece.text == counted for line in told for one_fact in line for piece in one_fact)
    return [*told, [fact("", f"{'':<{INDENT}}{GAP}{more if is_told else f'{counted}{GAP}{more}'}", "dim")]]


def headline_facts(reading: "Gamma", one: "UnderlyingGamma") -> list[Fact]:
    """The net with its convention, what it does to a move, flip, walls, and what is left without the expiries that go
    first."""
    if one.net_usd_per_1pct is None:
        return [fact("", f"{MISSING} {one.missing.get('net_usd_per_1pct', '')}".rstrip())]
    stands, net = side(one), one.net_usd_per_1pct
    verdict = HANGS if stands == BALANCED else one.verdict or one.missing.get("verdict", "no verdict")
    label = "gamma " if stands in ("", BALANCED) else f"{stands} "
    parts = (("without today's expiry", one.without_today_usd), ("without the next monthly", one.without_month_usd))
    return [
        (
            Piece(label, "strong"),
            Piece(usd(net), f"{tone_of(one)} strong".strip()),
            Piece(f" per 1% ({reading.convention})", "dim"),
        ),
        (Piece(f"{of_all(one)} of all gamma: ", "dim"), Piece(verdict, "" if stands == BALANCED else "strong")),
        fact(flip_label(one), flip(one)),
        (Piece("walls ", "dim"), Piece(strike(one.walls.call)), Piece(" calls, ", "dim"), *_put(one)),
        *(fact(label, usd(value), tone(value)) for label, value in parts),
        *_other_flips(one),
    ]


def _put(one: "UnderlyingGamma") -> Fact:
    return (Piece(strike(one.walls.put)), Piece(" puts", "dim"))


def _other_flips(one: "UnderlyingGamma") -> list[Fact]:
    others = ", ".join(level(price) for price in one.flips[1:4])
    return [fact("also changes sign at", others)] if others else []


def shock_facts(reading: "Gamma") -> list[Fact]:
    """What dealers and leveraged funds trade together over one move of the index, and the morning's figure."""
    shock, facts = told_shock(reading), []
    if shock is None:
        facts.append(fact("", f"{MISSING} {reading.missing.get('by_shock', 'not known')}", "dim"))
    else:
        facts.append(_traded("dealers", shock.dealers_usd))
        facts.append(_traded("leveraged ETFs", shock.funds_usd))
        both = (Piece(usd(shock.net_usd), f"{tone(shock.net_usd)} strong"), Piece(f": {shock.effect}", "strong"))
        facts.append((Piece("together ", "dim"), *both))
    return facts + _morning_facts(reading)


def _morning_facts(reading: "Gamma") -> list[Fact]:
    """The morning's figure and the mean of those before; mornings are recorded by one convention whatever is shown."""
    facts, only = [], "" if reading.convention == NAIVE else f" ({NAIVE})"
    if (morning := reading.this_morning_usd) is not None:
        facts.append(fact(f"S&P this morning{only}", usd(morning), tone(morning)))
    if (mean := reading.mean_before_usd) is not None:
        facts.append(fact(f"mean of 5 before{only}", usd(mean), tone(mean)))
    return facts


def _traded(who: str, value: float | None) -> Fact:
    """Who buys or sells how much."""
    verb = "sell" if value is not None and value < 0 else "buy"
    return (Piece(f"{who} ", "dim"), Piece(f"{verb} {usd(value, sign=False)}", tone(value)))


def counted_of(one: "UnderlyingGamma") -> str:
    """The session whose close open interest was counted at."""
    return f"open interest of {one.oi_as_of:%-d %b}" if one.oi_as_of else f"open interest {MISSING}"


def basis_of(reading: "Gamma", one: "UnderlyingGamma") -> list[str]:
    """Convention, price, open interest, contracts and what is left out."""
    approximate = f"≈ {one.approximate:,} strikes with the next expiry's volatility"
    return [
        f"estimate by the {SIDES[reading.convention]}",
        counted_of(one),
        f"price {level(one.spot)}: {one.spot_source}",
        f"{one.used:,} of {one.contracts:,} contracts",
        *([approximate] if one.approximate else []),
        *([f"left out: {left_out(one)}"] if one.left_out else []),
        one.coverage,
    ]


def with_dealers(board: "Board") -> Fact:
    """What dealers and leveraged funds trade together over one move of the index; empty where that is not known."""
    part = board.gamma
    shock = told_shock(part.value) if part.value else None
    if shock is None:
        return ()
    both = marked(usd(shock.net_usd), part)
    words = f" with dealers' {usd(shock.dealers_usd)}: {shock.effect}"
    return (Piece(f"at {moved(shock.move)} ", "dim"), Piece(both, tone(shock.net_usd)), Piece(words, "dim"))


def name_facts(reading: "Gamma | None", note: str, ticker: str) -> tuple[list[list[Fact]], str]:
    """What dealers hold in a name's options, in lines of its page; else nothing and why."""
    if reading is None:
        return [], note
    one = next((one for one in reading.by_underlying if one.underlying == ticker), None)
    if one is None:
        unasked = "its options are not asked for: only those of the indices and of the 20 names that trade most"
        return [], reading.missing.get(f"by_underlying.{ticker}", unasked)
    if one.net_usd_per_1pct is None:
        return [], one.missing.get("net_usd_per_1pct", "not known")
    largest = sorted(one.by_strike, key=lambda row: -abs(row.calls_usd) - abs(row.puts_usd))[:LARGEST]
    told = [f"{strike(row.strike)} {usd(row.net_usd, digits=2)}" for row in largest]
    verdict = does(reading, one) or "no verdict"
    return [
        [fact("dealers' gamma", usd(one.net_usd_per_1pct), tone_of(one)), fact("per", f"1%{by(reading)}", "dim")],
        [fact("", f"{of_all(one)} of all: {verdict}", "strong"), _flip_in_short(one)],
        [fact("call wall", strike(one.walls.call)), fact("put wall", strike(one.walls.put))],
        *([[fact("largest", told[0]), *(fact("", each) for each in told[1:])]] if told else []),
    ], ""


def _flip_in_short(one: "UnderlyingGamma") -> Fact:
    """Within a line of a name's page."""
    return fact("flip", level(one.flip)) if one.flip is not None else fact("", "no flip", "dim")


def profile_chart(one: "UnderlyingGamma", version: str) -> ChartSpec:
    """Gamma were the price elsewhere, with the price of now, the nearest flip and both walls marked."""
    from deskview.widgets.drawing import nice_ticks  # noqa: PLC0415 - what draws loads late

    if not one.profile or one.spot is None or one.net_usd_per_1pct is None:
        return ChartSpec(version=f"{version} none", title=f"No profile: {one.missing.get('net_usd_per_1pct', '')}")
    prices = tuple(one.spot * (1 + point.move) for point in one.profile)
    ticks = nice_ticks(prices[0], prices[-1], 12)
    return ChartSpec(
        version=version,
        series=(Series(prices, tuple(point.usd for point in one.profile), "", "accent"),),
        levels=(Level(0.0),),
        marks=_marks(one, one.spot),
        boxed=(one.net_usd_per_1pct, "accent"),
        title=one.title if one.verdict is None else f"{one.title}: above 0 dealers dampen, below amplify",
        x_ticks=tuple((tick, strike(round(tick, 4))) for tick in ticks),
        write=lambda value: usd(value, digits=2),
    )


def _marks(one: "UnderlyingGamma", spot: float) -> tuple[Mark, ...]:
    call, put = one.walls.call, one.walls.put
    marks = [Mark(spot, f"now {level(spot)}", "strong")]
    if one.flip is not None:
        marks.append(Mark(one.flip, f"flip {level(one.flip)}", "accent"))
    if call is not None and call == put:
        return (*marks, Mark(call, f"walls {strike(call)}"))
    marks += [Mark(call, f"call wall {strike(call)}", "gain")] if call is not None else []
    return (*marks, *([Mark(put, f"put wall {strike(put)}", "loss")] if put is not None else []))
