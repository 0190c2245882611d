"""The momentum page's figures: the spread, the legs, what σ rests on, the state of the market."""

from typing import TYPE_CHECKING

from deskview.screens.format import MISSING, arrow, number, percent, share, sigma, tone
from deskview.screens.pages.figures import flowed
from deskview.widgets.facts import Fact, fact

if TYPE_CHECKING:
    from deskview.analytics.momentum import MomentumReading
    from deskview.analytics.momentum.structs import BasketReading

INDENT = 10


def figures(
    reading: "MomentumReading", basket: "BasketReading", width: int, *, short: bool = False
) -> list[list[Fact]]:
    """The lines above the legs in `width` cells; each subject goes on below where a line is full, and the halves
    of the prior year are there, unless `short`."""
    subjects = {
        "long/short": _spread(basket),
        "legs": _legs(basket),
        "from longs": _sides(reading, basket),
        "σ": _risk(basket),
        "basket": _basket(reading, basket),
        "state": _state(reading),
        **({} if short else {"halves": _halves(reading)}),
        "crowding": _crowding(basket),
        "left out": _left_out(reading),
    }
    lines = [flowed(subject, facts, INDENT, width) for subject, facts in subjects.items()]
    return [line for group in lines for line in (group[:1] if short else group)]


def _spread(basket: "BasketReading") -> list[Fact]:
    spread = f"{arrow(basket.return_)}{percent(basket.return_)}  {sigma(basket.sigma)}"
    return [
        fact("", spread, f"{tone(basket.return_)} strong"),
        fact("EWMA", sigma(basket.sigma_ewma)),
        fact("", basket.verdict or "no verdict near zero", "accent" if basket.verdict else "dim"),
    ]


def _legs(basket: "BasketReading") -> list[Fact]:
    return [
        fact("long", percent(basket.long_return), tone(basket.long_return)),
        fact("short basket", percent(basket.short_return), tone(basket.short_return)),
        fact("hedge", number(basket.hedge_ratio).lstrip("+")),
        fact("", basket.hedge_note or "spread = long − hedge × short", "dim"),
    ]


def _sides(reading: "MomentumReading", basket: "BasketReading") -> list[Fact]:
    return [
        fact("against the market", share(basket.long_share)),
        fact("raw", share(basket.long_share_raw)),
        fact("market, equal-weighted", percent(reading.market_return), tone(reading.market_return)),
    ]


def _risk(basket: "BasketReading") -> list[Fact]:
    return [
        fact(f"1σ of {basket.sigma_days} d", _size(basket.sigma_252_return)),
        fact("EWMA 0.94", _size(basket.sigma_ewma_return)),
        fact("from", basket.sigma_basis, "dim"),
    ]


def _size(value: float | None) -> str:
    return percent(value, 2).lstrip("+")


def _basket(reading: "MomentumReading", basket: "BasketReading") -> list[Fact]:
    formed = f"{reading.formed:%-d %b}" if reading.formed else MISSING
    return [
        fact("", f"{len(basket.long)}+{len(basket.short)} of {reading.universe}"),
        fact("traded long", share(basket.coverage_long)),
        fact("short", share(basket.coverage_short)),
        fact("formed", formed),
        fact("size by", reading.universe_size or MISSING, "dim"),
    ]


def _left_out(reading: "MomentumReading") -> list[Fact]:
    reasons = sorted(reading.left_out.items(), key=lambda item: -item[1])
    total = sum(reading.left_out.values())
    return [fact("", f"{total} names"), *(fact("", f"{count} {reason}", "dim") for reason, count in reasons)]


def _state(reading: "MomentumReading") -> list[Fact]:
    state = reading.state
    panic = {True: "panic", False: "no panic", None: f"panic {MISSING}"}[state.panic]
    volatility = f"{_annual(state.market_vol_126d)} (median {_annual(state.market_vol_median)})"
    return [
        fact("", panic, "warning" if state.panic else ""),
        fact("index 24m", percent(state.market_return_24m)),
        fact("vol 126 d", volatility),
    ]


def _halves(reading: "MomentumReading") -> list[Fact]:
    """Momentum of what: the spreads of the deciles of the older and the recent half of the prior year."""
    halves = (("by 12-7 (raw)", reading.horizons.intermediate), ("by 6-2 (raw)", reading.horizons.recent))
    return [
        *(fact(label, f"{percent(half.return_)}  {sigma(half.sigma)}", tone(half.return_)) for label, half in halves),
        fact("", "spreads of raw deciles by the older and the recent part of 12-1", "dim"),
    ]


def _crowding(basket: "BasketReading") -> list[Fact]:
    return [
        fact("comomentum long", number(basket.crowding.long).lstrip("+")),
        fact("short", number(basket.crowding.short).lstrip("+")),
        fact("", "weekly correlation of the leg's names after the market", "dim"),
    ]


def _annual(value: float | None) -> str:
    return MISSING if value is None else f"{value:.1%}"
