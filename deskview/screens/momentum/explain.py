"""What the figures of momentum are called and how they come about: help, labels and card."""

from typing import TYPE_CHECKING

from deskview.screens.format import MISSING, basis_points, percent_difference, share
from deskview.screens.frame.card import Card, Line, pct, plain_number, ratio, reasons, rests_on, signed

if TYPE_CHECKING:
    from deskview.analytics.momentum import HorizonReading, MomentumReading
    from deskview.analytics.momentum.structs import BasketReading
    from deskview.board import Board


from deskview.screens.frame.card import Topic
from deskview.screens.frame.labels import Labels

TOPIC = Topic(
    "Momentum",
    "Names are ranked by their 12-1 return (a year, the last month left out); the best tenth of the 1,000 most"
    " traded is the long leg, the worst tenth the short leg. long/short = long leg - hedge x short basket, live"
    " against the previous close. σ is that move over its own daily standard deviation of the last 252 sessions"
    " to yesterday. 'from longs' is the long leg's share of the move relative to the market: two thirds and more"
    " on a falling day means longs are cut and shorts not covered. The banks' basket rules are not public; this"
    " is a documented stand-in. The page adds the sector-neutral basket (tenths within each sector), the past year"
    " of the spread with lines at 1, 2 and 4 σ, and what each sector and name adds in basis points: the bp of both"
    " legs sum to the spread. A ticker in amber has not traded lately. 'basket as held' means σ is that of today's"
    " names over the past year, not of the names the rule held then. Comomentum is the weekly correlation of a"
    " leg's names after the market: high where the leg is crowded. Panic: the index below its level of 24 months"
    " ago and its volatility above its median (Daniel and Moskowitz 2016), when momentum crashes come.",
)

NEUTRAL = "neutral"
"""The variant of the other basket: deciles within each sector."""
LABELS = Labels(
    "momentum",
    "momentum",
    places={
        "sector_neutral": "sector-neutral momentum",
        "horizons.intermediate": "momentum 12-7",
        "horizons.recent": "momentum 6-2",
        "crowding": "momentum, mean correlation of the names",
        "sector_neutral.crowding": "sector-neutral momentum, mean correlation of the names",
        "state": "market",
    },
    rows={
        "long": "{row} in the long leg",
        "short": "{row} in the short leg",
        "sector_neutral.long": "{row} in the sector-neutral long leg",
        "sector_neutral.short": "{row} in the sector-neutral short leg",
    },
)


def card(board: "Board", reading: "MomentumReading", key: str | None, variant: str) -> Card:
    """The card of the basket that is shown; the contribution of the name `key` where it is in a leg."""
    return (neutral_card if variant == NEUTRAL else momentum_card)(board, reading, key)


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
    board: "Board",
    reading: "MomentumReading",
    basket: "BasketReading",
    key: str | None,
    title_and_definition: tuple[str, str],
) -> Card:
    """One basket's arithmetic; what both share is the reading's."""
    r = basket
    spread = _spread(r)
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
    missing = reasons(LABELS.missing(reading.missing))
    title, definition = title_and_definition
    return Card(title, definition, tuple(lines), rests_on(board, board.momentum, coverage=traded), missing)


def _spread(r: "BasketReading") -> str:
    """The spread with its arithmetic."""
    if r.return_ is None or r.long_return is None or r.short_return is None or r.hedge_ratio is None:
        return MISSING
    return percent_difference(r.long_return, r.short_return, r.return_, r.hedge_ratio)


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
