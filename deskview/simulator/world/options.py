"""Option chains: who holds what at which strikes, drawn anew each session, and what volatility they are priced at.

Open interest is of the end of the session before. `tilt` of the scenario says by how much calls outweigh puts: dealers
who are long calls and short puts are long gamma by so much of all there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import pi, sqrt

import numpy as np

from deskview.market.sessions import Calendar
from deskview.simulator.world.roster import AssetKind
from deskview.simulator.world.seeded import Floats, Integers, keys, normals, uniforms
from deskview.simulator.world.world import World

NAMES = 30
"""The names that trade most have chains as well."""
REACH_DAYS, MONTHLY_DAYS = 60, 400
"""Weekly and daily expiries are listed so far ahead, monthly ones further."""
_STRIKES = 0.35
"""How far from the price strikes are listed at the first, as a fraction of it."""
_MONTHLY, _FRIDAY, _FADING_DAYS = 6.0, 2.0, 45.0
_CALLS_AT, _CALLS_WIDE, _PUTS_AT, _PUTS_WIDE = 0.02, 0.04, -0.03, 0.055
_NOISE = 0.6
_NONE_OPEN = 0.2
"""So much of what is listed nobody holds."""
_SKEW, _SMILE, _INDEX_SKEW = -0.012, 0.012, -0.035
_YEAR = 365.0


@dataclass(frozen=True)
class Underlying:
    """What options are on: it moves as the instrument `follows`, at `scale` times its price.

    `mass_usd` is the gamma of all open interest per 1 %, without signs; `daily`: an expiry each session. The roots of
    the morning are settled at the open of a third Friday, those of the evening at the close of the other days.
    """

    symbol: str
    follows: str
    scale: float
    step: float
    mass_usd: float
    sigma: float
    evening: str
    morning: str = ""
    daily: bool = False
    index: bool = False


INDICES = (
    Underlying("I:SPX", "SPY", 10.03, 5.0, 45e9, 0.13, "SPXW", "SPX", daily=True, index=True),
    Underlying("I:NDX", "QQQ", 41.1, 25.0, 3e9, 0.18, "NDXP", "NDX", daily=True, index=True),
    Underlying("SPY", "SPY", 1.0, 1.0, 14e9, 0.13, "SPY", daily=True),
    Underlying("QQQ", "QQQ", 1.0, 1.0, 8e9, 0.18, "QQQ", daily=True),
    Underlying("IWM", "IWM", 1.0, 1.0, 2e9, 0.21, "IWM", daily=True),
)
_STEPS = (0.5, 1.0, 2.5, 5.0, 10.0, 25.0)


@dataclass(frozen=True)
class Chain:
    """The contracts of an underlying in one session, an entry each, calls and puts of a strike side by side.

    `sigma` is what a contract is priced at; `days` to its expiry count calendar days from the session.
    """

    underlying: Underlying
    expiries: list[date]
    expiry: Integers
    strike: Floats
    call: np.ndarray[tuple[int], np.dtype[np.bool_]]
    oi: Integers
    days: Floats
    sigma: Floats


def underlyings(world: World) -> dict[str, Underlying]:
    """All there are options on, by the symbol their chain is asked for by."""
    entries = world.roster.entries[: world.roster.stocks]
    adv = np.array([entry.adv_usd if entry.real and entry.kind is AssetKind.STOCK else 0.0 for entry in entries])
    found = {each.symbol: each for each in INDICES if each.follows in world.roster.index}
    for place in np.argsort(-adv)[:NAMES].tolist():
        price = float(entries[place].price)
        step = next((step for step in _STEPS if step >= price * 0.012), _STEPS[-1])
        sigma = max(0.2, float(world.loadings.own[place]) * sqrt(252) * 1.2)
        ticker = world.roster.tickers[place]
        found[ticker] = Underlying(ticker, ticker, 1.0, step, float(adv[place]) * 0.06, sigma, ticker)
    return found


def expiries(underlying: Underlying, day: date, calendar: Calendar) -> list[tuple[date, bool]]:
    """Days on which contracts listed on `day` expire, and whether it is the month's standard one, the nearest first."""
    months = [(day.year + (day.month - 1 + n) // 12, (day.month - 1 + n) % 12 + 1) for n in range(14)]
    monthly = {calendar.third_friday(year, month) for year, month in months}
    last = day + timedelta(days=REACH_DAYS)
    days = [day + timedelta(days=n) for n in range(REACH_DAYS + 1)]
    near = {each for each in days if calendar.is_session(each) and (underlying.daily or _ends_week(each, calendar))}
    far = {each for each in monthly if day <= each <= day + timedelta(days=MONTHLY_DAYS)}
    return [(each, each in monthly) for each in sorted(near | far) if each <= last or each in monthly]


def _ends_week(day: date, calendar: Calendar) -> bool:
    """Whether it is the last session of its week."""
    return not any(calendar.is_session(day + timedelta(days=n)) for n in range(1, 5 - day.weekday()))


def make_chain(world: World, underlying: Underlying, number: int) -> Chain:
    """The chain of a session."""
    position, day = world.roster.index[underlying.follows], world.days[number]
    spot = float(world.closes_before(number)[position]) * underlying.scale
    listed = expiries(underlying, day, world.calendar)
    parts = [
        _of_expiry(world, underlying, spot, (place, each, is_monthly), day)
        for place, (each, is_monthly) in enumerate(listed)
    ]
    place, strike, days, weight = (np.concatenate([part[n] for part in parts]) for n in range(4))
    luck = keys(
        world.seed,
        [f"{underlying.symbol}{p}{k}" for p, k in zip(place.tolist(), strike.tolist(), strict=True)],
        "options",
        number,
    )
    call = np.tile([True, False], len(strike))
    both = np.repeat(luck, 2)
    counter = np.where(call, 1, 2).astype(np.uint64)
    moneyness = np.repeat(strike / spot - 1.0, 2)
    tilt = world.scenario.options.tilt_of(world.sessions - number)
    about = np.where(
        call, _bell(moneyness, _CALLS_AT, _CALLS_WIDE) * (1 + tilt), _bell(moneyness, _PUTS_AT, _PUTS_WIDE) * (1 - tilt)
    )
    wanted = np.repeat(weight, 2) * about * np.exp(_NOISE * normals(both, counter))
    wanted[uniforms(both, counter + np.uint64(7)) < _NONE_OPEN] = 0.0
    sigma = smile(underlying, spot, strike, days)
    held = _gamma(spot, strike, np.maximum(days, 0.5) / _YEAR, sigma) * spot * spot
    per_contract = np.repeat(held, 2)  # 100 shares, 1 %
    # Calls lie above the price and puts below: each side is brought to its part of the mass.
    scale = np.ones(len(call))
    for side, part in ((call, (1 + tilt) / 2), (~call, (1 - tilt) / 2)):
        there = float((wanted * per_contract)[side].sum())
        scale[side] = underlying.mass_usd * part / there if there else 0.0
    oi = np.rint(wanted * scale).astype(np.int64)
    return Chain(
        underlying,
        [each for each, _ in listed],
        np.repeat(place, 2),
        np.repeat(strike, 2),
        call,
        oi,
        np.repeat(days, 2),
        np.repeat(sigma, 2),
    )


def _of_expiry(
    world: World, underlying: Underlying, spot: float, listed: tuple[int, date, bool], day: date
) -> tuple[Integers, Floats, Floats, Floats]:
    """Places, strikes, days and weights of one expiry: the further off, the wider apart the strikes."""
    place, expiry, is_monthly = listed
    days = float((expiry - day).days)
    apart = underlying.step * (1 if days <= 7 else 2 if days <= 21 else 5 if days <= REACH_DAYS else 10)
    reach = spot * _STRIKES * min(1.0, 0.35 + sqrt(days / _YEAR) * 2)
    low, high = np.ceil((spot - reach) / apart), np.floor((spot + reach) / apart)
    strike = np.arange(low, high + 1) * apart
    kind = _MONTHLY if is_monthly else _FRIDAY if _ends_week(expiry, world.calendar) else 1.0
    round_ = np.select(
        [
            strike % (underlying.step * 20) == 0,
            strike % (underlying.step * 10) == 0,
            strike % (underlying.step * 5) == 0,
        ],
        [5.0, 3.0, 1.6],
        1.0,
    )
    weight = round_ * kind * np.exp(-days / _FADING_DAYS)
    return np.full(len(strike), place), strike, np.full(len(strike), days), weight


def smile(underlying: Underlying, spot: float, strike: Floats, days: Floats) -> Floats:
    """Yearly volatility by strike: higher below the price, the nearer the expiry the steeper."""
    years = np.maximum(days, 1.0) / _YEAR
    base = underlying.sigma * (1 + 0.15 * (1 - np.exp(-years * 4)))
    steps = np.clip(np.log(strike / spot) / (base * np.sqrt(years)), -4, 4)
    skew = _INDEX_SKEW if underlying.index or underlying.daily else _SKEW
    return np.asarray(
        np.maximum(
            base + skew * steps * (underlying.sigma / 0.16) + _SMILE * steps * steps * (underlying.sigma / 0.16), 0.04
        )
    )


def _bell(x: Floats, middle: float, wide: float) -> Floats:
    return np.asarray(np.exp(-0.5 * ((x - middle) / wide) ** 2))


def _gamma(spot: float, strike: Floats, years: Floats, sigma: Floats) -> Floats:
    root = sigma * np.sqrt(years)
    d1 = np.log(spot / strike) / root + 0.5 * root
    return np.asarray(np.exp(-0.5 * d1 * d1) / (sqrt(2 * pi) * spot * root))
