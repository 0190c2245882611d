"""Daily bars of the simulated year: closes, opens, highs, lows and volumes of every instrument."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deskview.simulator.world.actions import Dividends
from deskview.simulator.world.baskets import Multiples, Proxies
from deskview.simulator.world.chance import Floats, Integers, stream
from deskview.simulator.world.factors import Factors
from deskview.simulator.world.roster import Roster
from deskview.simulator.world.spec import Spec


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
