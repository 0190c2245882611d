"""The lines of figures above the legs of the momentum page."""

from typing import TYPE_CHECKING

from deskview.analytics.assumptions import RULE, TODAYS_NAMES
from deskview.format import MISSING, arrow, percent, share, sigma, sigma_sign, tone
from deskview.screens.frame.card import plain_number
from deskview.screens.frame.history import standing
from deskview.screens.momentum.explain import doubts, long_share, no_comomentum, ranked, thinly_traded, verdict
from deskview.widgets.facts import Fact, fact, flowed

if TYPE_CHECKING:
    from deskview.analytics.momentum import MomentumReading
    from deskview.analytics.momentum.structs import BasketReading


INDENT = 10


def figures(
    reading: "MomentumReading", basket: "BasketReading", width: int, *, short: bool = False
) -> list[list[Fact]]:
    """The lines above the legs in `width` cells; each subject goes on below where a line is full, unless `short`:
    then there are neither the halves of the prior year nor crowding."""
    subjects = {
        "long/short": _spread(reading, basket),
        **({"rank": _rank(reading)} if basket is reading else {}),
        "legs": _legs(basket),
        "β-neutral": _beta_neutral(basket),
        "from longs": _sides(reading, basket),
        sigma_sign(basket.sigma_basis): _risk(basket),
        "basket": _basket(reading, basket),
        **({"in doubt": _doubt(basket)} if basket.in_doubt else {}),
        "state": _state(reading),
        **({} if short else {"halves": _halves(reading), "crowding": _crowding(reading, basket)}),
        "left out": _left_out(reading),
    }
    lines = [flowed(subject, facts, INDENT, width) for subject, facts in subjects.items()]
    return [line for group in lines for line in (group[:1] if short else group)]


def _spread(reading: "MomentumReading", basket: "BasketReading") -> list[Fact]:
    spread = f"{arrow(basket.return_)}{percent(basket.return_)}  {sigma(basket.sigma, basket.sigma_basis)}"
    said, colour = verdict(basket)
    of_hour = [fact("of the hour", sigma(reading.sigma_of_hour, basket.sigma_basis))] if basket is reading else []
    return [
        fact("", spread, f"{tone(basket.return_)} strong"),
        fact("", said or "no verdict", colour),
        *of_hour,
        fact("EWMA", sigma(basket.sigma_ewma, basket.sigma_basis)),
    ]


def _rank(reading: "MomentumReading") -> list[Fact]:
    """Where the day stands among past days, or why it does not."""
    if reading.rank is None:
        return [fact("", reading.missing.get("rank", MISSING), "dim")]
    return [fact("", standing(reading.return_, reading.rank))]


def _legs(basket: "BasketReading") -> list[Fact]:
    return [
        fact("long", percent(basket.long_return), tone(basket.long_return)),
        fact("short basket", percent(basket.short_return), tone(basket.short_return)),
        fact("", "spread = long − short, dollar for dollar", "dim"),
    ]


def _beta_neutral(basket: "BasketReading") -> list[Fact]:
    hedged = basket.beta_neutral
    made = f"{percent(hedged.return_)}  {sigma(hedged.sigma, hedged.sigma_basis)}"
    betas = f"= β long {plain_number(hedged.beta_long)} / β short {plain_number(hedged.beta_short)}"
    return [
        fact("", made, tone(hedged.return_)),
        fact("k", plain_number(hedged.hedge_ratio)),
        fact("", betas, "dim"),
        fact("", hedged.hedge_note or "spread = long − k × short", "dim"),
    ]


def _doubt(basket: "BasketReading") -> list[Fact]:
    total = len(basket.long) + len(basket.short)
    return [
        fact("", f"{len(basket.in_doubt)} of {total} names", "warning"),
        *(fact(", ".join(tickers), why, "dim") for why, tickers in doubts(basket).items()),
    ]


def _sides(reading: "MomentumReading", basket: "BasketReading") -> list[Fact]:
    return [
        fact("against the market", long_share(basket)),
        fact("raw", share(basket.long_share_raw)),
        fact("market, equal-weighted", percent(reading.market_return), tone(reading.market_return)),
    ]


SIGMA_FROM = {RULE: "the rule's own history", TODAYS_NAMES: "today's names held back", None: MISSING}


def _risk(basket: "BasketReading") -> list[Fact]:
    sign = sigma_sign(basket.sigma_basis)
    return [
        fact(f"1{sign} of {basket.sigma_n} d", _size(basket.sigma_252_return)),
        fact("EWMA 0.94", _size(basket.sigma_ewma_return)),
        fact("from", SIGMA_FROM[basket.sigma_basis], "dim"),
    ]


def _size(value: float | None) -> str:
    return percent(value, 2).lstrip("+")


def _basket(reading: "MomentumReading", basket: "BasketReading") -> list[Fact]:
    formed = f"{reading.formed:%-d %b}" if reading.formed else MISSING
    thin = "warning" if thinly_traded(basket) else ""
    traded = [
        fact("traded long", share(basket.coverage_long), thin),
        fact("short", share(basket.coverage_short), thin),
    ]
    names = fact("", f"{len(basket.long)}+{len(basket.short)} of {reading.universe}")
    return [
        *([*traded, names] if thin else [names, *traded]),
        fact("formed", formed),
        fact("size by", reading.universe_size or MISSING, "dim"),
    ]


def _left_out(reading: "MomentumReading") -> list[Fact]:
    reasons = sorted(reading.left_out.items(), key=lambda item: -item[1])
    total = sum(reading.left_out.values())
    without = [fact("without a sector", f"{reading.without_sector}, in the raw basket only")]
    return [
        fact("", f"{total} names"),
        *(without if reading.without_sector else []),
        *(fact("", f"{count} {reason}", "dim") for reason, count in reasons),
    ]


def _state(reading: "MomentumReading") -> list[Fact]:
    state = reading.state
    panic = {True: "panic", False: "no panic", None: "panic cannot be told"}[state.panic]
    volatility = f"{_annual(state.market_vol_126d)} (median {_annual(state.market_vol_median)})"
    return [
        fact("", f"{panic} ({state.days:,} days)", "warning" if state.panic else ""),
        fact("index 24m", percent(state.market_return_24m)),
        fact("vol 126 d", volatility),
    ]


def _halves(reading: "MomentumReading") -> list[Fact]:
    """Momentum of what: the spreads of the deciles of the older and the recent half of the prior year."""
    halves = (("by 12-7 (raw)", reading.horizons.intermediate), ("by 6-2 (raw)", reading.horizons.recent))
    return [
        *(
            fact(label, f"{percent(half.return_)}  {sigma(half.sigma, half.sigma_basis)}", tone(half.return_))
            for label, half in halves
        ),
        fact("", "spreads of raw deciles by the older and the recent part of 12-1", "dim"),
    ]


def _crowding(reading: "MomentumReading", basket: "BasketReading") -> list[Fact]:
    """Only with a percentile: what correlation is high can't be told without the rule's own past."""
    if why := no_comomentum(reading, basket):
        return [fact("comomentum", why, "dim")]
    crowding = basket.crowding
    return [
        fact("comomentum long", ranked(crowding.long, crowding.percentile_long, crowding.n)),
        fact("short", ranked(crowding.short, crowding.percentile_short, crowding.n)),
        fact("", "of the formations before: weekly correlation of the leg's names after the market", "dim"),
    ]


def _annual(value: float | None) -> str:
    return MISSING if value is None else f"{value:.1%}"
