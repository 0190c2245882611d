"""What a spread return says: which leg made it, and what to call it."""

from typing import NamedTuple

from deskview.analytics.measures import Number
from deskview.analytics.momentum.rules import DEFAULT_RULES, MomentumRules


class Shares(NamedTuple):
    """Share of the spread that came from the long leg: of the raw returns, and relative to the market."""

    raw: Number
    relative: Number


def leg_shares(
    long: float, short: float, *, market: Number = None, hedge_ratio: float = 1.0, near_zero: float = 0.001
) -> Shares:
    """R_L / (R_L - k R_S) and (R_L - R_M) / ((R_L - R_M) - (R_S - R_M)).

    `short` is the return of the basket sold. None where the denominator is smaller than `near_zero`, and
    the relative one where the market's return is missing.
    """
    raw = _share(long, long - hedge_ratio * short, near_zero)
    return Shares(raw, None if market is None else _share(long - market, long - short, near_zero))


def _share(part: float, whole: float, near_zero: float) -> Number:
    return None if abs(whole) < near_zero else part / whole


def verdict(spread: float, share: Number, sigma: Number, rules: MomentumRules = DEFAULT_RULES) -> str | None:
    """The day in words from the market-relative share of the long leg; None near zero.

    Down: "longs cut, shorts not covered", "squeeze" (the shorts rose), "both legs". Up: "longs bid",
    "shorts sold", "both legs up". Below calm_sigma sigma: "calm".
    """
    if sigma is not None and abs(sigma) < rules.calm_sigma:
        return "calm"
    if share is None:
        return None
    long_led, short_led = share >= rules.one_sided, share <= 1 - rules.one_sided
    if spread < 0:
        return "longs cut, shorts not covered" if long_led else "squeeze" if short_led else "both legs"
    return "longs bid" if long_led else "shorts sold" if short_led else "both legs up"
