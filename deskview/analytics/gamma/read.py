"""Dealers' gamma of one chain: the net by a convention, its profile over the price, flips, walls, parts by expiry."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

import msgspec
import numpy as np

from deskview.analytics.gamma.black_scholes import Terms, gamma
from deskview.analytics.gamma.chain import FROM_NEXT, SOURCES, OptionBook, Strikes
from deskview.analytics.gamma.structs import ExpiryGamma, ProfilePoint, StrikeGamma, UnderlyingGamma, Walls
from deskview.analytics.panel import Floats
from deskview.market.sessions import NEW_YORK, Calendar

NAIVE, CUSTOMERS_LONG, UNSIGNED = "naive", "customers long", "unsigned"
CONVENTIONS: Mapping[str, tuple[float, float]] = {
    NAIVE: (1.0, -1.0),
    CUSTOMERS_LONG: (-1.0, -1.0),
    UNSIGNED: (1.0, 1.0),
}
"""The dealers' sign of calls and of puts: naive has them long the calls customers wrote and short the puts these
bought, customers long has them short both; unsigned is none."""
REACH, STEP = 0.20, 0.0025
"""How far the profile reaches, and its step."""
DRAWN = 0.15
"""So far from the price the profile is drawn and walls are looked for."""
BALANCED = 0.05
"""Of its mass: a net smaller than this hangs on the choice of volatilities (SPX, 2022: threefold between two)."""
ONE_PERCENT = 0.01
MOVES: Floats = np.round(np.arange(-round(REACH / STEP), round(REACH / STEP) + 1) * STEP, 6)
TOLD_STRIKES = 40
"""The strikes with most gamma that are told one by one."""


@dataclass(frozen=True)
class Curve:
    """The profile as it was computed: the net in dollars per 1 % at each of MOVES from `spot`."""

    spot: float
    net: Floats

    @property
    def flips(self) -> list[float]:
        """Prices at which it changes its sign, by linear interpolation, the nearest to the spot first.

        Far from every strike gamma runs out to a plain zero: that is no other sign.
        """
        prices, found = self.spot * (1.0 + MOVES), []
        signed = np.flatnonzero(self.net)
        for low, high in pairwise(signed[np.isfinite(self.net[signed])].tolist()):
            below, above = self.net[low], self.net[high]
            if (below > 0) != (above > 0):
                found.append(float(prices[low] + (prices[high] - prices[low]) * below / (below - above)))
        return sorted(found, key=lambda price: abs(price - self.spot))


@dataclass(frozen=True)
class Position:
    """What dealers are taken to hold of each strike at a moment, in shares by a convention; of the settled none."""

    strikes: Strikes
    terms: Terms
    years: Floats
    calls: Floats
    puts: Floats

    def per_1pct(self, spot: float) -> Floats:
        """Dollars of gamma a share of open interest per 1 %, an entry a strike, were the underlying at `spot`."""
        one = gamma(replace(self.terms, spot=spot), self.strikes.strike, self.years, self.strikes.iv)
        return one * spot * spot * ONE_PERCENT

    def curve(self) -> Curve:
        """The profile; some tens of milliseconds, for a thread. What does not hang on the price is worked out once."""
        terms, strikes, years = self.terms, self.strikes, self.years
        root = strikes.iv * np.sqrt(years)
        drift = (terms.rate - terms.dividend + 0.5 * strikes.iv**2) * years
        middle, slope = (drift - np.log(strikes.strike)) / root, 1.0 / root
        weight = (self.calls + self.puts) * np.exp(-terms.dividend * years) * slope * (ONE_PERCENT / np.sqrt(2 * np.pi))
        spots = terms.spot * (1.0 + MOVES)
        net = [spot * float(weight @ np.exp(-0.5 * (middle + slope * np.log(spot)) ** 2)) for spot in spots.tolist()]
        return Curve(terms.spot, np.array(net))


def position_of(strikes: Strikes, terms: Terms, now: datetime, convention: str = NAIVE) -> Position:
    """The position at a moment. Raises KeyError for a convention there is not."""
    years, (call, put) = strikes.years(now), CONVENTIONS[convention]
    live = np.isfinite(years)
    calls, puts = np.where(live, call * strikes.calls, 0.0), np.where(live, put * strikes.puts, 0.0)
    return Position(strikes, terms, np.where(live, years, 1.0), calls, puts)


def read_underlying(
    book: OptionBook,
    price: float | None,
    now: datetime,
    calendar: Calendar,
    *,
    convention: str = NAIVE,
    curve: Curve | None = None,
) -> UnderlyingGamma:
    """The reading of a moment while the proxy is at `price`. `curve` is that of the last minute; without one it is
    computed: slow, for a thread."""
    if price is None or not price > 0:
        return _nothing(book, None, f"{book.proxy or book.underlying} has no price")
    terms = book.terms(price)
    held = position_of(book.strikes, terms, now, convention)
    here = held.per_1pct(terms.spot)
    calls, puts, mass = here * held.calls, here * held.puts, here * (np.abs(held.calls) + np.abs(held.puts))
    total, whole = float(calls.sum() + puts.sum()), float(mass.sum())
    bare = _nothing(book, terms.spot, "no contract has open interest, a volatility and time to settlement")
    if not whole > 0:
        return bare
    today = now.astimezone(NEW_YORK).date()
    expiries = _by_expiry(book.strikes, calls + puts, mass)
    profile = held.curve() if curve is None else curve
    flips = profile.flips if convention == NAIVE else []
    call, put = (_wall(book.strikes, np.abs(side), terms.spot) for side in (calls, puts))
    return msgspec.structs.replace(
        bare,
        net_usd_per_1pct=total,
        calls_usd=float(calls.sum()),
        puts_usd=float(puts.sum()),
        mass_usd_per_1pct=whole,
        net_of_mass=total / whole,
        verdict=_verdict(total / whole, convention),
        flip=flips[0] if flips else None,
        flip_move=flips[0] / terms.spot - 1 if flips else None,
        flips=flips,
        walls=Walls(call=call, put=put),
        without_today_usd=total - sum(row.net_usd for row in expiries if row.expiry == today),
        without_month_usd=total - sum(row.net_usd for row in expiries if row.expiry == next_monthly(today, calendar)),
        profile=_drawn(profile),
        by_expiry=expiries,
        by_strike=_by_strike(book.strikes, calls, puts, mass),
        approximate=int(((book.strikes.source == SOURCES.index(FROM_NEXT)) & (mass > 0)).sum()),
        missing=_missing(flips, Walls(call=call, put=put), convention),
    )


def _drawn(profile: Curve) -> list[ProfilePoint]:
    near = np.abs(MOVES) <= DRAWN + STEP / 2
    return [ProfilePoint(move, usd) for move, usd in zip(MOVES[near].tolist(), profile.net[near].tolist(), strict=True)]


def _missing(flips: list[float], walls: Walls, convention: str) -> dict[str, str]:
    """Why there is no flip, no wall or no verdict."""
    missing: dict[str, str] = {}
    if not flips:
        why = f"no change of sign within {REACH:.0%}" if convention == NAIVE else _ONE_SIGN
        missing |= {"flip": why, "flip_move": why}
    for side, wall in (("call", walls.call), ("put", walls.put)):
        if wall is None:
            missing[f"walls.{side}"] = f"no {side} with open interest within {DRAWN:.0%}"
    if convention != NAIVE:
        missing["verdict"] = _ONE_SIGN
    return missing


_ONE_SIGN = "both rights have one sign by this convention: nothing is told of direction"


def _verdict(share: float, convention: str) -> str | None:
    """What dealers' hedging does to a move; None where the convention takes both rights for one sign."""
    if convention != NAIVE:
        return None
    if abs(share) < BALANCED:
        return "balanced"
    return "dampen" if share > 0 else "amplify"


def next_monthly(today: date, calendar: Calendar) -> date:
    """The next standard monthly expiry from today on: the third Friday, the session before it where that is none."""
    for ahead in range(2):
        month = today.month - 1 + ahead
        first = date(today.year + month // 12, month % 12 + 1, 1)
        friday = first + timedelta(days=(4 - first.weekday()) % 7 + 14)
        found = friday if calendar.is_session(friday) else calendar.previous(friday)
        if found >= today:
            return found
    raise AssertionError("of two months one third Friday is ahead")


def _wall(strikes: Strikes, side: Floats, spot: float) -> float | None:
    """The strike with most gamma of a side over all expiries; None where the window has none."""
    told, place = strikes.labels
    weights = np.where(np.abs(told / spot - 1.0) <= DRAWN, np.bincount(place, weights=side, minlength=len(told)), 0.0)
    best = int(np.argmax(weights))
    return float(told[best]) if weights[best] > 0 else None


def _by_expiry(strikes: Strikes, net: Floats, mass: Floats) -> list[ExpiryGamma]:
    """Those still to settle, the nearest first."""
    days, place = strikes.expiries
    nets, masses = np.bincount(place, weights=net), np.bincount(place, weights=mass)
    whole = float(masses.sum())
    return [
        ExpiryGamma(expiry=day, net_usd=one, mass_usd=all_of_it, share=all_of_it / whole)
        for day, one, all_of_it in zip(days.tolist(), nets.tolist(), masses.tolist(), strict=True)
        if all_of_it > 0
    ]


def _by_strike(strikes: Strikes, calls: Floats, puts: Floats, mass: Floats) -> list[StrikeGamma]:
    """The strikes with most gamma, from the lowest up."""
    told, place = strikes.labels
    weights = np.bincount(place, weights=mass)
    up, down = np.bincount(place, weights=calls), np.bincount(place, weights=puts)
    largest = np.sort(np.argsort(-weights, kind="stable")[:TOLD_STRIKES])
    largest = largest[weights[largest] > 0]
    return [
        StrikeGamma(strike=strike, calls_usd=call, puts_usd=put, net_usd=call + put)
        for strike, call, put in zip(told[largest].tolist(), up[largest].tolist(), down[largest].tolist(), strict=True)
    ]


_FIGURES = (
    *("net_usd_per_1pct", "calls_usd", "puts_usd", "mass_usd_per_1pct", "net_of_mass", "verdict", "flip", "flip_move"),
    *("walls.call", "walls.put", "without_today_usd", "without_month_usd"),
)


def _nothing(book: OptionBook, spot: float | None, why: str) -> UnderlyingGamma:
    """Every figure says why there is none."""
    return UnderlyingGamma(
        underlying=book.underlying,
        title=book.title,
        spot=spot,
        spot_source=book.spot_source,
        net_usd_per_1pct=None,
        calls_usd=None,
        puts_usd=None,
        mass_usd_per_1pct=None,
        net_of_mass=None,
        verdict=None,
        flip=None,
        flip_move=None,
        flips=[],
        walls=Walls(call=None, put=None),
        without_today_usd=None,
        without_month_usd=None,
        profile=[],
        by_expiry=[],
        by_strike=[],
        oi_as_of=book.oi_as_of,
        coverage=book.coverage,
        contracts=book.strikes.contracts,
        used=book.strikes.used,
        approximate=0,
        left_out=book.strikes.left_out,
        missing=dict.fromkeys(_FIGURES, why) | ({} if spot is not None else {"spot": why}),
    )
