"""A session while it is on: one price path per instrument, minute by minute, from which everything else is read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deskview.market.members import SECTORS
from deskview.simulator.scenario import Scenario
from deskview.simulator.world.factors import Loadings
from deskview.simulator.world.held import Multiples, Proxies
from deskview.simulator.world.history import Daily
from deskview.simulator.world.minutes import MINUTES, OPEN, Volumes, bids_e4
from deskview.simulator.world.roster import Roster
from deskview.simulator.world.seeded import Flags, Floats, Integers, stream
from deskview.simulator.world.spec import Spec

#: Daily volatility of the bridges against that of the factors.
_WOBBLE = 0.45
#: Volatility of the evening against the day's; share of the stocks that have news after the bell.
_EVENING, _NEWS = 0.15, 0.012
_HALF_HOUR = 30


@dataclass(frozen=True)
class Day:
    """A session of all names; `close` is the minute of the grid at which regular trading ends.

    `previous` (names) are the closes before, on the session's share basis, `mids` (names, MINUTES + 1) prices, `ticks`
    and `spreads` (names) 1/10000 dollar. `final` are the bars the history has of it; None of the scenario's own.
    """

    number: int
    close: int
    previous: Floats
    mids: Floats
    volumes: Volumes
    ticks: Integers
    spreads: Integers
    final: Daily | None = None

    def bids(self, mids: Floats) -> Integers:
        """(names) bids around mids."""
        return bids_e4(mids, self.spreads, self.ticks)


@dataclass(frozen=True)
class Session:
    """What moves in the scenario's session: the factor paths are (minutes + 1) log returns since the last close."""

    scenario: Scenario
    spec: Spec
    seed: int
    close: int

    @property
    def steps(self) -> int:
        """Minutes of regular trading."""
        return self.close - OPEN

    def done(self) -> Floats:
        """Share of the move done at each minute from the open to the close; a half day takes its half-hours' share."""
        knots = np.array(self.scenario.shock.profile[: self.steps // _HALF_HOUR + 1])
        minutes = np.arange(self.steps + 1)
        return np.asarray(np.interp(minutes, np.arange(len(knots)) * _HALF_HOUR, knots / knots[-1]))

    def bridges(self, volatilities: Floats, *labels: str) -> Floats:
        """(paths, steps + 1) random paths that start and end at zero."""
        luck = stream(self.seed, "bridge", *labels)
        steps = luck.standard_normal((len(volatilities), self.steps), dtype=np.float32)
        paths = np.zeros((len(volatilities), self.steps + 1))
        np.cumsum(steps, axis=1, out=paths[:, 1:])
        paths -= paths[:, -1:] * np.linspace(0, 1, self.steps + 1)
        return np.asarray(paths * (volatilities * _WOBBLE / np.sqrt(self.steps))[:, None])


def momentum_scores(raw: Floats, usable: Flags) -> Floats:
    """(stocks) 12-1 log momentum in standard deviations, held within 2.5; 0 where the history is too short."""
    scores = (raw - raw[usable].mean()) / raw[usable].std()
    return np.where(usable, np.clip(scores, -2.5, 2.5), 0.0)


def stock_targets(session: Session, roster: Roster, loadings: Loadings, scores: Floats) -> Floats:
    """(stocks) log total return of the session, close to close."""
    shock = session.scenario.shock
    sector = np.array([shock.sectors.get(name, 0.0) for name in SECTORS])
    theme = np.array([shock.themes.get(name, 0.0) for name in loadings.theme_names])
    noise = stream(session.seed, "today").standard_normal(len(scores)).clip(-2.5, 2.5)
    simple = loadings.beta * shock.market + sector[loadings.sector] + loadings.themes @ theme
    simple += shock.others * np.array([not entry.real for entry in roster.entries[: roster.stocks]])
    simple += shock.momentum * scores + shock.idiosyncratic * loadings.own * noise
    for ticker, wanted in shock.names.items():
        if roster.index.get(ticker, roster.stocks) < roster.stocks:
            simple[roster.index[ticker]] = wanted
    return np.asarray(np.log1p(np.maximum(simple, -0.9)))


def stock_paths(session: Session, loadings: Loadings, targets: Floats) -> Floats:
    """(stocks, steps + 1) log returns since the last close."""
    spec = session.spec
    market = session.bridges(np.array([spec.market.volatility]), "market")
    crowd = session.bridges(np.array([spec.crowd.volatility]), "crowd")
    sectors = session.bridges(np.array([spec.sectors[name].volatility for name in SECTORS]), "sectors")
    volatility = [spec.themes[name].volatility if name in spec.themes else 0.0 for name in loadings.theme_names]
    themes = session.bridges(np.array(volatility), "themes")
    paths = session.bridges(loadings.own, "own")
    paths += np.outer(loadings.beta, market[0]) + np.outer(loadings.crowd, crowd[0])
    paths += sectors[loadings.sector] + loadings.themes @ themes
    return paths + targets[:, None] * session.done()


def held_paths(session: Session, stocks: Floats, proxies: Proxies, multiples: Multiples, noise: Floats) -> Floats:
    """(proxies and funds, steps + 1) log total returns, following the stocks and the scenario's factors.

    `noise` (2, proxies and funds) is that of the closes before and at the end.
    """
    shock = session.scenario.shock
    market = session.bridges(np.array([session.spec.market.volatility]), "market")[0]
    market = market + shock.market * session.done()
    moves = np.outer(proxies.beta, market)
    for name, factor in session.spec.factors.items():
        path = session.bridges(np.array([factor.volatility]), "factor", name)[0]
        path = path + shock.factors.get(name, 0.0) * session.done() + factor.beta * market
        moves += np.outer([of == name for of in proxies.factor], path)
    moves += session.bridges(proxies.own, "proxies")
    done = np.linspace(0, 1, session.steps + 1)
    paths: Floats = _followed(stocks, moves, proxies, multiples) + np.outer(noise[1], done) - noise[0][:, None]
    return paths


def _followed(stocks: Floats, moves: Floats, proxies: Proxies, multiples: Multiples) -> Floats:
    """(proxies and funds, minutes) log returns of what holds the stocks, with what moves an index beside them."""
    simple = np.expm1(stocks)
    moves += proxies.weights @ simple
    funds = multiples.leverage[:, None] * np.vstack([simple, moves])[multiples.underlying] - multiples.daily_fee
    return np.asarray(np.log1p(np.maximum(np.vstack([moves[: proxies.listed], funds]), -0.95)))


def evening(session: Session, loadings: Loadings, proxies: Proxies, multiples: Multiples, halted: int) -> Floats:
    """(names, minutes after the close) log returns since it: noise that calms down, and jumps of those with news."""
    luck = stream(session.seed, "evening")
    minutes = MINUTES - session.close
    calm = np.exp(-np.arange(minutes) / (minutes / 3))
    steps = luck.standard_normal((len(loadings.own) + 1, minutes), dtype=np.float32) * calm
    paths = np.cumsum(steps, axis=1, dtype=np.float64) * (_EVENING / np.sqrt((calm**2).sum()))
    market, stocks = paths[-1] * session.spec.market.volatility, paths[:-1] * loadings.own[:, None]
    news = np.where(luck.random(len(stocks)) < _NEWS, luck.uniform(0.02, 0.08, len(stocks)), 0.0)
    news *= np.where(luck.random(len(stocks)) < 0.5, -1.0, 1.0)
    comes = luck.integers(2, _HALF_HOUR, len(stocks))
    stocks += np.outer(loadings.beta, market) + news[:, None] * (np.arange(minutes) >= comes[:, None])
    stocks[halted] = 0.0
    held = _followed(stocks, np.outer(proxies.beta, market), proxies, multiples)
    return np.vstack([stocks, held])


def whole_day(previous: Floats, paths: Floats, later: Floats) -> Floats:
    """(names, MINUTES + 1) prices: the way to the opening gap before 09:30, the path, what follows the close."""
    prices = np.empty((len(previous), MINUTES + 1))
    close = MINUTES - later.shape[1]
    early = 0.5 + 0.5 * np.arange(OPEN) / OPEN
    prices[:, :OPEN] = paths[:, :1] * early
    prices[:, OPEN : close + 1] = paths
    prices[:, close + 1 :] = paths[:, -1:] + later
    np.exp(prices, out=prices)
    return prices * previous[:, None]
