"""A factor model of the daily returns of stocks.

A stock's return is the market's, its sectors', its themes' and the crowd's factor, and its own noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deskview.market.members import SECTORS, index_members
from deskview.simulator.world.roster import Roster, themes
from deskview.simulator.world.seeded import Floats, Integers, stream
from deskview.simulator.world.spec import Group, Spec

_YEAR = 252

#: How much of the index's own loading on the crowd is taken out.
_SOLD = 0.75


@dataclass(frozen=True)
class Loadings:
    """What every stock is exposed to. `themes` is (stocks, themes), rows sum to 1 or 0.

    `drift` is the log trend of the last year, `earlier` that of the year before.
    """

    beta: Floats
    sector: Integers
    themes: Floats
    theme_names: list[str]
    crowd: Floats
    own: Floats
    drift: Floats
    earlier: Floats
    retail: Floats

    def drift_of(self, block: int) -> Floats:
        """(stocks) log trend of a year in a block of the history: 0 is the newest; before the second nothing trends."""
        return (self.drift, self.earlier)[block] if block < 2 else self.drift * 0


@dataclass(frozen=True)
class Factors:
    """Daily log returns of the factors over one block of the history."""

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

    def trends(by_theme: list[float], by_sector: list[float], label: str) -> Floats:
        """Of the group, and of each name's own."""
        common = np.where(themed, members @ np.array(by_theme), np.array(by_sector)[sector])
        own: Floats = stream(seed, label).normal(0, 1, len(stocks)) * np.where(real, 0.13, 0.17)
        return np.asarray(common + own)

    count = len(stocks)
    heat = blend([group.heat for group in groups], 1.0)
    sectors = [spec.sectors[name] for name in SECTORS]
    own = np.where(real, 0.0115 + 0.0055 * (heat - 0.8), 0.019) * np.exp(luck.normal(0, 0.18, count))
    drift = trends([group.trend for group in groups], [group.trend for group in sectors], "drift")
    earlier = trends([group.earlier for group in groups], [group.earlier for group in sectors], "earlier")
    return Loadings(
        beta=blend([group.beta for group in groups], 1.0) * np.exp(luck.normal(0, 0.13, count)),
        sector=sector,
        themes=members,
        theme_names=names,
        crowd=_beside_the_index(roster, members @ np.array([group.crowd for group in groups])),
        own=own,
        drift=drift + np.array([entry.drift for entry in stocks]),
        earlier=earlier,
        retail=blend([group.retail for group in groups], 0.28) * np.exp(luck.normal(0, 0.08, count)),
    )


def _beside_the_index(roster: Roster, crowd: Floats) -> Floats:
    """The loadings less most of the index's own: what the crowd buys it sells elsewhere, and the index moves little."""
    inside = roster.positions(index_members("SPX"))
    own: Floats = crowd - _SOLD * np.average(crowd[inside], weights=roster.column("size_usd")[inside])
    return own


def _membership(roster: Roster) -> Floats:
    found = np.zeros((roster.stocks, len(themes())))
    for column, tickers in enumerate(themes().values()):
        found[roster.positions(tickers), column] = 1.0
    totals = found.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(found, totals, out=found, where=totals > 0))


def draw_factors(loadings: Loadings, spec: Spec, seed: int, block: int) -> Factors:
    """Factor returns of a block; their sums over a year are the trends of the specification."""
    days = spec.block
    regimes = _regimes(days, seed, block)
    market = stream(seed, "market", block).standard_normal(days) * spec.market.volatility * regimes
    groups = [spec.themes.get(name, Group(0.0, 0.005)) for name in loadings.theme_names]
    sectors = stream(seed, "sectors", block).standard_normal((days, len(SECTORS)))
    themed = stream(seed, "themes", block).standard_normal((days, len(groups)))
    crowd = stream(seed, "crowd", block).standard_normal(days) * spec.crowd.volatility
    return Factors(
        market=_settled(market) + spec.market.trend / _YEAR,
        sectors=_settled(sectors * [spec.sectors[name].volatility for name in SECTORS]),
        themes=_settled(themed * [group.volatility for group in groups]),
        crowd=_settled(crowd * np.sqrt(regimes)),
    )


def stock_returns(loadings: Loadings, factors: Factors, seed: int, block: int) -> Floats:
    """(sessions, stocks) daily log returns of a block."""
    days, count = len(factors.market), len(loadings.beta)
    noise = stream(seed, "own", block).standard_normal((days, count)) * loadings.own
    returns: Floats = _settled(noise) + loadings.drift_of(block) / _YEAR
    returns += np.outer(factors.market, loadings.beta) + np.outer(factors.crowd, loadings.crowd)
    returns += factors.sectors[:, loadings.sector] + factors.themes @ loadings.themes.T
    return returns


def _regimes(days: int, seed: int, block: int) -> Floats:
    """Multiples of the market's volatility: slow waves and one bad month, with a mean square of 1."""
    steps = stream(seed, "regimes", block).standard_normal(days)
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
