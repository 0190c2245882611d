"""Cards of what the market's prices say: momentum, breadth, rotation."""

from typing import TYPE_CHECKING

from deskview.screens.cards.card import Card, Line, pct, plain_number, ratio, reasons, rests_on, signed
from deskview.screens.format import MISSING, basis_points, share
from deskview.screens.gaps import gaps

if TYPE_CHECKING:
    from deskview.analytics.breadth import BreadthReading
    from deskview.analytics.momentum import HorizonReading, MomentumReading
    from deskview.analytics.momentum.structs import BasketReading
    from deskview.analytics.rotation import Group, RotationReading
    from deskview.board import Board


def momentum_card(board: "Board", reading: "MomentumReading", key: str | None) -> Card:
    """Spread, σ and legs of the raw deciles; the contribution of the name `key` where it is in a leg."""
    definition = (
        "The best tenth of names by prior return against the worst tenth, last price against previous close. σ is the"
        " move over the standard deviation of its own daily moves to yesterday; no mean is taken off."
    )
    return _basket_card(board, reading, reading, key, ("Momentum", definition))


def neutral_card(board: "Board", reading: "MomentumReading", key: str | None) -> Card:
    """The same of the sector-neutral basket."""
    definition = (
        "The best tenth of each sector's names by prior return against the worst tenth of the same sector, last price"
        " against previous close: no sector is bet on. σ is the move over the standard deviation of its own daily"
        " moves to yesterday; no mean is taken off."
    )
    return _basket_card(board, reading, reading.sector_neutral, key, ("Momentum, neutral to sectors", definition))


def _basket_card(
    board: "Board", reading: "MomentumReading", basket: "BasketReading", key: str | None, words: tuple[str, str]
) -> Card:
    """One basket's arithmetic; what both share is the reading's."""
    r = basket
    spread = (
        f"{pct(r.long_return)} − {plain_number(r.hedge_ratio)} × ({pct(r.short_return)}) = {pct(r.return_)}"
        if r.return_ is not None
        else MISSING
    )
    lines = [
        *contribution(r, key),
        Line("long/short = L − k·S", spread),
        Line("σ = move / daily sd", f"{ratio(r.return_, r.sigma_252_return, r.sigma, 'σ')}  ({r.sigma_days} sessions)"),
        Line("σ, newest days weigh", ratio(r.return_, r.sigma_ewma_return, r.sigma_ewma, "σ") + "  (decay 0.94)"),
        Line("from longs (L−M)/(L−S)", _long_share(r, reading.market_return)),
        Line("hedge k = β(L) / β(S)", f"{plain_number(r.hedge_ratio)}  {r.hedge_note or ''}".rstrip()),
        Line(
            "legs", f"{len(r.long)} long, {len(r.short)} short of {reading.universe} names by {reading.universe_size}"
        ),
        Line("raw 12-7, older winners", _half(reading.horizons.intermediate)),
        Line("raw 6-2, recent winners", _half(reading.horizons.recent)),
        Line("formed for", f"{reading.formed or MISSING}; {reading.survivorship}"),
        Line("left out", ", ".join(f"{count} {why}" for why, count in reading.left_out.items()) or "none"),
        *(Line(subject, rule) for subject, rule in reading.rules.items()),
    ]
    traded = f"{share(r.coverage)} of the weight traded within five minutes ({r.sigma_basis})"
    missing = reasons(gaps("momentum", reading.missing))
    title, definition = words
    return Card(title, definition, tuple(lines), rests_on(board, board.momentum, coverage=traded), missing)


def _half(half: "HorizonReading") -> str:
    """The deciles of one half of the prior year: the spread, its σ and legs, and what they share with those of 12-1."""
    if half.return_ is None:
        return MISSING
    legs = f"long {pct(half.long_return)}, short basket {pct(half.short_return)}"
    return f"{pct(half.return_)} {signed(half.sigma)}σ  {legs}; {share(half.shared)} of the 12-1 legs are in these"


def _long_share(r: "BasketReading", market_return: float | None) -> str:
    if r.long_share is None:
        return MISSING
    market, long, short = pct(market_return), pct(r.long_return), pct(r.short_return)
    return f"({long} − {market}) / ({long} − {short}) = {share(r.long_share)}  {r.verdict or ''}".replace("+", "")


def contribution(r: "BasketReading", key: str | None) -> list[Line]:
    """How much the name `key` adds, where it is in a leg of the basket."""
    for leg, names, sign in (("long", r.long, ""), ("short", r.short, f"−{plain_number(r.hedge_ratio)} × ")):
        for name in names:
            if name.ticker == key:
                made = f"{sign}{name.weight:.2%} × {pct(name.return_)} = {basis_points(name.contribution)}"
                return [Line(f"{key} in the {leg} leg", made)]
    return []


def breadth_card(board: "Board", reading: "BreadthReading", _: str | None) -> Card:
    """How many beat the index, and by what the two means differ."""
    r = reading
    days = r.days.get("beat_share", 0)
    lines = (
        Line("beat the index", f"{share(r.beat_share)} of {r.members} members above {pct(r.index_return)} ({r.index})"),
        Line("percentile", f"{plain_number(r.percentile.get('beat_share'), 0)} of {days} sessions"),
        Line("up", share(r.up_share)),
        Line(
            "gap = equal − cap weight",
            f"{pct(r.equal_weight_return)} − ({pct(r.cap_weight_return)}) = {pct(r.gap)}",
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
    return Card("Breadth", definition, lines, foot, reasons(gaps("breadth", r.missing)))


def rotation_card(board: "Board", reading: "RotationReading", key: str | None) -> Card:
    """The group under the cursor over its horizons, or the strongest and weakest now."""
    group = next((group for group in reading.groups if group.name == key), None)
    definition = (
        "The equal-weighted mean of the members' returns: 'now' is the last price against the previous close, the other"
        f" horizons end at the last close. Relative is less {reading.benchmark}'s; rank 1 is the best of"
        f" {len(reading.groups)} groups."
    )
    told = {path: why for path, why in reading.missing.items() if group is None or group.name in path}
    missing = reasons(gaps("rotation", told))
    if group is None:
        return Card("Rotation", definition, (), rests_on(board, board.rotation), missing)
    lines = tuple(Line(horizon, _horizon(reading, group, horizon)) for horizon in reading.horizons)
    unpriced = f", no price today: {', '.join(group.unpriced[:5])}" if group.unpriced else ""
    coverage = f"{group.with_data.get('now', 0)} of {group.members} members{unpriced}"
    return Card(group.name, definition, lines, rests_on(board, board.rotation, coverage=coverage), missing)


def _horizon(reading: "RotationReading", group: "Group", horizon: str) -> str:
    own, relative = group.returns[horizon], group.relative[horizon]
    benchmark = reading.benchmark_returns[horizon]
    counted = group.with_data.get(horizon, 0)
    return (
        f"mean of {counted}: {pct(own)};  − ({pct(benchmark)}) = {pct(relative)} vs {reading.benchmark}"
        f";  rank {group.rank[horizon] or MISSING}"
    )
