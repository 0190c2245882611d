"""A factor model of daily returns: market, sectors, themes, the crowd's factor, and each name's own noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deskview.market.members import SECTORS
from deskview.simulator.world.chance import Floats, Integers, stream
from deskview.simulator.world.roster import Roster, themes
from deskview.simulator.world.spec import Group, Spec

_YEAR = 252


@dataclass(frozen=True)
class Loadings:
    """What every stock is exposed to. `themes` is (stocks, themes), rows sum to 1 or 0."""

    beta: Floats
    sector: Integers
    themes: Floats
    theme_names: list[str]
    crowd: Floats
    own: Floats
    drift: Floats
    retail: Floats


@dataclass(frozen=True)
class Factors:
    """Daily log returns of the factors over the history."""

    market: Floats
    sectors: Floats
    themes: Floats
    crowd: Floats


def load(roster: Roster, spec: Spec, seed: int) -> Loadings:
    """Loadings of the roster's stocks."""
    stocks = roster.entries[: roster.stocks]
    members, names = _membership(roster), list(themes())
    groups = [spec.themes.get(name, Group(0.0, 0.005)) for name in names]
    real = np.array([entry.real for entry in stocks])
    sector = np.array([SECTORS.index(entry.sector) if entry.sector in SECTORS else 0 for entry in stocks])
    luck = stream(seed, "loadings")
    themed = members.sum(axis=1) > 0

    def blend(values: list[float], otherwise: float) -> Floats:
        mixed: Floats = np.where(themed, members @ np.array(values), otherwise)
        return mixed

    count = len(stocks)
    heat = blend([group.heat for group in groups], 1.0)
    sector_trend = np.array([spec.sectors[name].trend for name in SECTORS])[sector]
    trend = np.where(themed, members @ np.array([group.trend for group in groups]), sector_trend)
    own = np.where(real, 0.0115 + 0.0055 * (heat - 0.8), 0.019) * np.exp(luck.normal(0, 0.18, count))
    return Loadings(
        beta=blend([group.beta for group in groups], 1.0) * np.exp(luck.normal(0, 0.13, count)),
        sector=sector,
        themes=members,
        theme_names=names,
        crowd=np.asarray(members @ np.array([group.crowd for group in groups])),
        own=own,
        drift=trend + luck.normal(0, 1, count) * np.where(real, 0.13, 0.17),
        retail=blend([group.retail for group in groups], 0.28) * np.exp(luck.normal(0, 0.08, count)),
    )


def _membership(roster: Roster) -> Floats:
    found = np.zeros((roster.stocks, len(themes())))
    for column, tickers in enumerate(themes().values()):
        found[roster.positions(tickers), column] = 1.0
    totals = found.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(found, totals, out=found, where=totals > 0))


def draw_factors(loadings: Loadings, spec: Spec, seed: int) -> Factors:
    """Factor returns; their sums over the last year are the trends of the specification."""
    days = spec.sessions
    regimes = _regimes(days, seed)
    market = stream(seed, "market").standard_normal(days) * spec.market.volatility * regimes
    groups = [spec.themes.get(name, Group(0.0, 0.005)) for name in loadings.theme_names]
    sectors = stream(seed, "sectors").standard_normal((days, len(SECTORS)))
    themed = stream(seed, "themes").standard_normal((days, len(groups)))
    crowd = stream(seed, "crowd").standard_normal(days) * spec.crowd.volatility
    return Factors(
        market=_settled(market) + spec.market.trend / _YEAR,
        sectors=_settled(sectors * [spec.sectors[name].volatility for name in SECTORS]),
        themes=_settled(themed * [group.volatility for group in groups]),
        crowd=_settled(crowd * np.sqrt(regimes)),
    )


def stock_returns(loadings: Loadings, factors: Factors, seed: int) -> Floats:
    """(sessions, stocks) daily log returns."""
    days, count = len(factors.market), len(loadings.beta)
    noise = stream(seed, "own").standard_normal((days, count)) * loadings.own
    returns: Floats = _settled(noise) + loadings.drift / _YEAR
    returns += np.outer(factors.market, loadings.beta) + np.outer(factors.crowd, loadings.crowd)
    returns += factors.sectors[:, loadings.sector] + factors.themes @ loadings.themes.T
    return returns


def _regimes(days: int, seed: int) -> Floats:
    """Multiples of the market's volatility: slow waves and one bad month, with a mean square of 1."""
    steps = stream(seed, "regimes").standard_normal(days)
    level = np.zeros(days)
    for day in range(1, days):
        level[day] = 0.97 * level[day - 1] + 0.08 * steps[day]
    level[days // 4 : days // 4 + 15] += 0.7
    scale = np.exp(level)
    result: Floats = scale / np.sqrt(np.mean(scale**2))
    return result


def _settled(series: Floats) -> Floats:
    """The series without its mean over the last year and over its last month: trends are exact, noise stays.

    Without this a year of noise would move groups by more than their trends, and no scenario could
    rely on who the winners are.
    """
    result: Floats = series - series[-_YEAR:].mean(axis=0)
    result[-21:] -= result[-21:].mean(axis=0)
    result[-_YEAR:-21] -= result[-_YEAR:-21].mean(axis=0)
    return result
