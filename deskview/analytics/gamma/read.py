"""Dealers' gamma of one chain: the net by a convention, its profile over the price, flips, walls, parts by expiry."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from deskview.analytics.gamma.black_scholes import Terms, gamma
from deskview.analytics.gamma.chain import FROM_NEXT, SOURCES, Strikes
from deskview.analytics.gamma.structs import ExpiryGamma, GammaReading, ProfilePoint, StrikeGamma
from deskview.analytics.panel import Bools, Floats
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
WINDOW = 0.15
"""Walls are looked for within so much of the price."""
BALANCED = 0.05
"""Of its mass: a net smaller than this hangs on the choice of volatilities (SPX, 2022: threefold between two)."""
ONE_PERCENT = 0.01
MOVES: Floats = np.round(np.arange(-round(REACH / STEP), round(REACH / STEP) + 1) * STEP, 6)


@dataclass(frozen=True)
class Book:
    """The strikes that are still to settle at a moment, with what dealers are taken to hold of each."""

    strikes: Strikes
    terms: Terms
    live: Bools
    years: Floats
    calls: Floats
    puts: Floats

    def per_1pct(self, spot: float) -> Floats:
        """Dollars of gamma a share of open interest per 1 %, an entry a strike, were the underlying at `spot`."""
        strikes, live = self.strikes, self.live
        one = gamma(replace(self.terms, spot=spot), strikes.strike[live], self.years, strikes.iv[live])
        return one * spot * spot * ONE_PERCENT

    def at(self, spot: float) -> float:
        """The net there."""
        return float(self.per_1pct(spot) @ (self.calls + self.puts))


def book_of(strikes: Strikes, terms: Terms, now: datetime, convention: str = NAIVE) -> Book:
    """The book at a moment. Raises KeyError for a convention there is not."""
    years, (call, put) = strikes.years(now), CONVENTIONS[convention]
    live = np.isfinite(years)
    return Book(strikes, terms, live, years[live], call * strikes.calls[live], put * strikes.puts[live])


def profile_of(book: Book) -> Floats:
    """The net at each of MOVES from the spot, in dollars per 1 %; some tens of milliseconds, for a thread."""
    return np.array([book.at(book.terms.spot * (1.0 + move)) for move in MOVES.tolist()])


def flips_of(spot: float, profile: Floats) -> list[float]:
    """Prices at which the profile changes its sign, by linear interpolation, the nearest to the spot first."""
    prices, found = spot * (1.0 + MOVES), []
    for place in np.flatnonzero(np.diff(np.sign(profile)) != 0).tolist():
        below, above = profile[place], profile[place + 1]
        if below == 0.0 and place > 0:
            continue  # counted as the end of the step before
        found.append(float(prices[place] + (prices[place + 1] - prices[place]) * below / (below - above)))
    return sorted(found, key=lambda price: abs(price - spot))


def read(
    underlying: str,
    strikes: Strikes,
    terms: Terms,
    now: datetime,
    calendar: Calendar,
    *,
    convention: str = NAIVE,
    profile: Floats | None = None,
) -> GammaReading:
    """The reading of a moment. `profile` is that of the last minute, without one it is computed: slow, for a thread."""
    book = book_of(strikes, terms, now, convention)
    here = book.per_1pct(terms.spot)
    calls, puts, mass = here * book.calls, here * book.puts, here * (np.abs(book.calls) + np.abs(book.puts))
    if not len(here) or not mass.sum() > 0:
        return _nothing(underlying, strikes, convention)
    net = calls + puts
    expiry, strike = strikes.expiry[book.live].astype("datetime64[D]"), strikes.strike[book.live]
    today = np.datetime64(now.astimezone(NEW_YORK).date())
    month = np.datetime64(next_monthly(now.astimezone(NEW_YORK).date(), calendar))
    total, whole = float(net.sum()), float(mass.sum())
    curve = profile_of(book) if profile is None else profile
    flips = [] if convention != NAIVE else flips_of(terms.spot, curve)
    call_wall, put_wall = (_wall(strike, np.abs(side), terms.spot) for side in (calls, puts))
    figures = {
        "flip": flips[0] if flips else None,
        "flip_move": flips[0] / terms.spot - 1 if flips else None,
        "call_wall": call_wall,
        "put_wall": put_wall,
    }
    reasons = {
        "flip": f"no change of sign within {REACH:.0%}" if convention == NAIVE else "both rights have one sign",
        "flip_move": "there is no flip",
        "call_wall": f"no call with open interest within {WINDOW:.0%}",
        "put_wall": f"no put with open interest within {WINDOW:.0%}",
    }
    return GammaReading(
        underlying=underlying,
        convention=convention,
        net_usd=total,
        calls_usd=float(calls.sum()),
        puts_usd=float(puts.sum()),
        mass_usd=whole,
        net_of_mass=total / whole,
        verdict=_verdict(total / whole, convention),
        **figures,
        flips=flips,
        without_today_usd=float(net[expiry != today].sum()),
        without_month_usd=float(net[expiry != month].sum()),
        profile=[ProfilePoint(move=move, usd=usd) for move, usd in zip(MOVES.tolist(), curve.tolist(), strict=True)],
        by_expiry=_by_expiry(expiry, net, mass),
        by_strike=_by_strike(strike, calls, puts),
        contracts=strikes.contracts,
        used=strikes.used,
        left_out=strikes.left_out,
        approximate=int((strikes.source[book.live] == SOURCES.index(FROM_NEXT)).sum()),
        missing={name: reasons[name] for name, value in figures.items() if value is None}
        | ({} if convention == NAIVE else {"verdict": "without both signs nothing is told of direction"}),
    )


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


def _wall(strike: Floats, side: Floats, spot: float) -> float | None:
    """The strike with most gamma of a side over all expiries; None where the window has none."""
    near = (np.abs(strike / spot - 1.0) <= WINDOW) & (side > 0)
    if not near.any():
        return None
    found, place = np.unique(strike[near], return_inverse=True)
    return float(found[np.argmax(np.bincount(place, weights=side[near]))])


def _by_expiry(
    expiry: "np.ndarray[tuple[int], np.dtype[np.datetime64]]", net: Floats, mass: Floats
) -> list[ExpiryGamma]:
    """The nearest first."""
    found, place = np.unique(expiry, return_inverse=True)
    nets, masses = np.bincount(place, weights=net), np.bincount(place, weights=mass)
    whole = masses.sum()
    return [
        ExpiryGamma(expiry=day, net_usd=one, mass_usd=all_of_it, share=all_of_it / whole)
        for day, one, all_of_it in zip(found.tolist(), nets.tolist(), masses.tolist(), strict=True)
    ]


def _by_strike(strike: Floats, calls: Floats, puts: Floats) -> list[StrikeGamma]:
    """From the lowest up."""
    found, place = np.unique(strike, return_inverse=True)
    up, down = np.bincount(place, weights=calls), np.bincount(place, weights=puts)
    return [
        StrikeGamma(strike=price, calls_usd=call, puts_usd=put, net_usd=call + put)
        for price, call, put in zip(found.tolist(), up.tolist(), down.tolist(), strict=True)
    ]


_FIGURES = (
    *("net_usd", "calls_usd", "puts_usd", "mass_usd", "net_of_mass", "verdict", "flip", "flip_move"),
    *("call_wall", "put_wall", "without_today_usd", "without_month_usd"),
)


def _nothing(underlying: str, strikes: Strikes, convention: str) -> GammaReading:
    """No contract counts: every figure says so."""
    why = "no contract has open interest, a volatility and time to settlement"
    return GammaReading(
        underlying=underlying,
        convention=convention,
        **dict.fromkeys(_FIGURES),
        flips=[],
        profile=[],
        by_expiry=[],
        by_strike=[],
        contracts=strikes.contracts,
        used=strikes.used,
        left_out=strikes.left_out,
        approximate=0,
        missing=dict.fromkeys(_FIGURES, why),
    )
