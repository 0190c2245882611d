"""Dealers' gamma in words: what several of its places say alike."""

from math import copysign, trunc
from typing import TYPE_CHECKING

from deskview.format import MISSING, figure, percent, price, share, tone, usd

if TYPE_CHECKING:
    from deskview.analytics.gamma import Gamma, Shock, UnderlyingGamma

WHOLE = "index"
"""The key of the index's row, beside those that go by their tickers."""
TOLD_MOVE = -0.02
"""The move of the index whose trades stand in the lines."""
BALANCED = "balanced"
NAIVE, UNSIGNED = "naive", "unsigned"
SIDES = {
    "naive": "naive convention: dealers long calls, short puts",
    "customers long": "convention customers long: dealers short calls and puts",
    "unsigned": "unsigned: nothing is told of who holds what",
}
"""Who is taken to hold what, by convention."""
_ROUNDING = 1e-9
HANGS = "balanced: the sign hangs on the choice of volatilities"


def level(value: float | None) -> str:
    """A price of an underlying: whole points from a thousand on, else with cents."""
    return f"{value:,.0f}" if value is not None and value >= 1000 else price(value)


def strike(value: float | None) -> str:
    """A strike as it is listed, such as 6,900 or 137.5."""
    return MISSING if value is None else f"{value:,.10g}"


def away(move: float | None) -> str:
    """How far a price lies from that of now, such as 1.1% below."""
    if move is None:
        return MISSING
    return f"{figure(abs(move), '%', 2)} {'below' if move < 0 else 'above'}"


def of_all(one: "UnderlyingGamma") -> str:
    """The net in percent of all gamma without signs, never more than there is: what is balanced is under 5 %."""
    return MISSING if one.net_of_mass is None else whole(abs(one.net_of_mass))


def whole(part: float) -> str:
    """A part in whole percent towards zero, with a sign where it is negative."""
    return _minus(share(trunc(part * 100 + copysign(_ROUNDING, part)) / 100))


def _minus(text: str) -> str:
    return text.replace("-", "−") if text != "-0%" else "0%"


def side(one: "UnderlyingGamma") -> str:
    """Which way dealers stand by the convention; empty where that is not told."""
    if one.net_usd_per_1pct is None or one.verdict is None:
        return ""
    if one.verdict == BALANCED:
        return BALANCED
    return "long gamma" if one.net_usd_per_1pct > 0 else "short gamma"


def tone_of(one: "UnderlyingGamma") -> str:
    """The tone of the net; none where its sign hangs on a choice."""
    return "" if one.verdict == BALANCED else tone(one.net_usd_per_1pct)


def flip_label(one: "UnderlyingGamma") -> str:
    """What happens at the flip."""
    if one.verdict == BALANCED or one.net_usd_per_1pct is None:
        return "changes sign at"
    return "flips to short at" if one.net_usd_per_1pct > 0 else "flips to long at"


def flip(one: "UnderlyingGamma") -> str:
    """The flip and the way to it, or why there is none."""
    if one.flip is None:
        return f"{MISSING} {one.missing.get('flip', '')}".rstrip()
    return f"{level(one.flip)}, {away(one.flip_move)}"


def chosen(reading: "Gamma", key: str) -> "UnderlyingGamma | None":
    """The underlying that goes by the key, the index's options together where there is none."""
    found = next((one for one in reading.by_underlying if one.underlying == key), None)
    return found or reading.index or next(iter(reading.by_underlying), None)


def key_of(reading: "Gamma", one: "UnderlyingGamma") -> str:
    """The key it is chosen by."""
    return WHOLE if one is reading.index else one.underlying


def told_shock(reading: "Gamma") -> "Shock | None":
    """What dealers and funds trade over the move that lines tell; None where neither part is known."""
    return next((row for row in reading.by_shock if row.move == TOLD_MOVE and row.net_usd is not None), None)


def moved(move: float) -> str:
    """A move of a shock, such as −2%."""
    return percent(move, 0)


def does(reading: "Gamma", one: "UnderlyingGamma") -> str:
    """What it does to a move; else the convention, by which nothing is told of that; and of what it is no whole."""
    start, _, half = one.title.rpartition(": ")
    told = one.verdict or ("" if reading.convention == NAIVE else reading.convention)
    return ", ".join(filter(None, (told, half if start and half.endswith(" alone") else "")))


def together(shock: "Shock") -> str:
    """Both and their sum, such as dealers −$359M, leveraged ETFs −$11.8B: together −$12.1B, amplify."""
    both = f"dealers {usd(shock.dealers_usd)}, leveraged ETFs {usd(shock.funds_usd)}"
    return f"{both}: together {usd(shock.net_usd)}, {shock.effect or MISSING}"
