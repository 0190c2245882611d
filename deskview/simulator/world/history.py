"""The simulated year: splits and dividends, and the daily bars of every instrument."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deskview.simulator.world.factors import Factors, Multiples, Proxies
from deskview.simulator.world.roster import Roster
from deskview.simulator.world.seeded import Floats, Integers, stream
from deskview.simulator.world.spec import Spec

_QUARTER = 63
_PAYERS = {
    "Utilities": 0.9,
    "Consumer Staples": 0.85,
    "Real Estate": 0.9,
    "Financials": 0.8,
    "Energy": 0.8,
    "Materials": 0.7,
    "Industrials": 0.6,
    "Health Care": 0.4,
    "Information Technology": 0.3,
}
#: Sessions before the scenario's, old shares, new shares: of invented companies from the 20th on.
_SPLITS = ((12, 1, 2), (80, 1, 3), (150, 1, 4), (200, 1, 10), (30, 20, 1), (100, 8, 1), (260, 4, 5), (50, 1, 2))
_SECOND = (180, 2, 3)


@dataclass(frozen=True)
class Split:
    """Executed before the open of session number `session`; `factor` is cumulative up to the scenario's session."""

    position: int
    session: int
    old: int
    new: int
    factor: float


@dataclass(frozen=True)
class Dividends:
    """Parallel arrays, one entry per payment: who, ex-date as session number, share of the price before."""

    position: Integers
    session: Integers
    share: Floats


def make_splits(roster: Roster, sessions: int) -> list[Split]:
    """The year's splits, oldest first."""
    start = next(i for i, entry in enumerate(roster.entries) if not entry.real) + 20
    raw = [(start + k, sessions - back, old, new) for k, (back, old, new) in enumerate(_SPLITS)]
    raw.append((raw[-1][0], sessions - _SECOND[0], _SECOND[1], _SECOND[2]))
    found = []
    for position, session, old, new in sorted(raw, key=lambda split: split[1]):
        later = [o / n for p, s, o, n in raw if p == position and s >= session]
        found.append(Split(position, session, old, new, float(np.prod(later))))
    return found


def split_factors(splits: list[Split], sessions: int, names: int) -> Floats:
    """(sessions, names): what a price of that session is multiplied by to stand on the scenario's share basis."""
    factors = np.ones((sessions, names))
    for split in splits:
        factors[: split.session, split.position] *= split.old / split.new
    return factors


def make_dividends(roster: Roster, sessions: int, seed: int) -> Dividends:
    """Quarterly dividends of part of the stocks over `sessions` sessions, the last one included."""
    luck = stream(seed, "dividends")
    positions, when, share = [], [], []
    for position, entry in enumerate(roster.entries[: roster.stocks]):
        pays = luck.random() < _PAYERS.get(entry.sector or "", 0.15) * (1.0 if entry.real else 0.4)
        offset, amount = int(luck.integers(_QUARTER)), float(luck.uniform(0.002, 0.009))
        if not pays or entry.type == "PFD":
            continue
        dates = range(max(offset, entry.first + 5), min(sessions, entry.last + 1), _QUARTER)
        positions += [position] * len(dates)
        when += list(dates)
        share += [amount] * len(dates)
    return Dividends(np.array(positions), np.array(when), np.array(share))


@dataclass(frozen=True)
class History:
    """(sessions, names) arrays, unadjusted. A name without a bar in a session has volume 0 and prices NaN."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Integers
    returns: Floats


def all_returns(
    stocks: Floats, factors: Factors, *, proxies: Proxies, multiples: Multiples, spec: Spec, seed: int
) -> Floats:
    """(sessions, names) log returns of stocks, proxies and leveraged funds."""
    simple = np.expm1(stocks) @ proxies.weights.T + np.outer(factors.market, proxies.beta)
    simple += factor_moves(factors.market, proxies, spec, seed)
    simple += stream(seed, "proxies").standard_normal(simple.shape) * proxies.own
    held = np.hstack([stocks, np.log1p(simple)])
    funds = multiples.leverage * np.expm1(held[:, multiples.underlying]) - multiples.daily_fee
    return np.hstack([held, np.log1p(np.maximum(funds, -0.95))])


def factor_moves(market: Floats, proxies: Proxies, spec: Spec, seed: int) -> Floats:
    """(sessions, proxies): the part commodity and crypto factors contribute."""
    moves = np.zeros((len(market), len(proxies.factor)))
    for name, factor in spec.factors.items():
        series = stream(seed, "factor", name).standard_normal(len(market)) * factor.volatility
        series += factor.trend / 252 - series.mean() + factor.beta * market
        moves[:, [position for position, of in enumerate(proxies.factor) if of == name]] = series[:, None]
    return moves


def apply_dividends(returns: Floats, dividends: Dividends) -> None:
    """Takes each dividend out of the return of its ex-date, in place; later ex-dates are left alone."""
    inside = dividends.session < len(returns)
    where = (dividends.session[inside], dividends.position[inside])
    returns[where] += np.log1p(-dividends.share[inside])


def build_history(roster: Roster, returns: Floats, factors: Floats, seed: int) -> History:
    """Bars that end at the roster's prices; `factors` are the split factors per session and name."""
    first, last = roster.spans()
    sessions = np.arange(len(returns))[:, None]
    traded = (sessions >= first) & (sessions <= last)
    later = np.cumsum(returns[::-1], axis=0)[::-1] - returns
    price = roster.column("price") * np.exp(-later)
    close = rounded(price / factors)
    opening, high, low = _ranges(close, price, returns, factors, seed)
    volume = _volumes(roster, close, returns, seed)
    for array in (opening, high, low, close):
        array[~traded] = np.nan
    return History(opening, high, low, close, np.where(traded, volume, 0), returns)


def rounded(price: Floats) -> Floats:
    """Prices on the grid they trade on: a cent, below a dollar a hundredth of a cent, never zero."""
    result: Floats = np.where(price >= 1, np.round(price, 2), np.round(np.maximum(price, 1e-4), 4))
    return result


def tick_e4(price: Floats) -> Integers:
    """The grid in 1/10000 dollar."""
    return np.where(price >= 1, 100, 1).astype(np.int64)


def _ranges(close: Floats, price: Floats, returns: Floats, factors: Floats, seed: int) -> tuple[Floats, Floats, Floats]:
    before = np.vstack([price[:1] * np.exp(-returns[:1]), price[:-1]]) / factors
    luck = stream(seed, "ranges")
    swing = np.maximum(np.abs(returns), 0.004)
    gap = 0.35 * returns + luck.standard_normal(returns.shape) * swing * 0.25
    opening = rounded(before * np.exp(gap))
    top, bottom = np.maximum(opening, close), np.minimum(opening, close)
    tick = tick_e4(bottom) / 1e4
    high = rounded(top * (1 + 0.6 * swing * luck.random(returns.shape)) + tick)
    low = rounded(bottom * (1 - 0.6 * swing * luck.random(returns.shape)) - tick)
    return opening, high, low


def _volumes(roster: Roster, close: Floats, returns: Floats, seed: int) -> Integers:
    luck = stream(seed, "volumes")
    common = luck.standard_normal((len(returns), 1)) * 0.12
    noise = luck.standard_normal(returns.shape) * 0.25
    dollars = roster.column("adv_usd") * np.exp(common + noise) * (0.8 + 9 * np.minimum(np.abs(returns), 0.15))
    return np.asarray(np.maximum(dollars / close, 1).astype(np.int64))


def print_counts(volume: Integers, dollars: Floats) -> Integers:
    """How many prints a session of that turnover has: growing with its square root, 40 to 8,000."""
    wanted = np.clip(60 * np.sqrt(dollars / 1e6), 40, 8000).astype(np.int64)
    return np.asarray(np.minimum(wanted, volume))
