"""What index funds, commodity funds and leveraged funds follow: weights over stocks, betas, factors, multiples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from deskview.market.funds import load_funds, load_underlyings
from deskview.market.members import index_members, load_members
from deskview.simulator.world.chance import Floats, Integers
from deskview.simulator.world.roster import Roster, themes
from deskview.simulator.world.spec import rows

_CAP = 0.08


@dataclass(frozen=True)
class Proxies:
    """Return = weights over stocks + beta x market + factor + noise of `own` a day.

    `weights` is (proxies, stocks), rows sum to 1 or 0; `factor` is a name of the specification or empty.
    """

    weights: Floats
    beta: Floats
    own: Floats
    factor: list[str]


@dataclass(frozen=True)
class Multiples:
    """Return of a leveraged fund = leverage x return of the instrument at `underlying`, less the fee."""

    leverage: Floats
    underlying: Integers
    daily_fee: float = 0.0095 / 252


def make_proxies(roster: Roster, drift: Floats) -> Proxies:
    """What each proxy follows, in the roster's order."""
    table = {row["ticker"]: row for row in rows("proxies.csv")}
    weights, beta, own, factor = [], [], [], []
    count = len([entry for entry in roster.entries if entry.ticker in table])
    tickers = roster.tickers[roster.stocks :]
    basket = Basket(roster, drift)
    for ticker in tickers[: max(count, len(set(load_underlyings()["proxy"]) | set(table)))]:
        row = table.get(ticker, {"basket": "", "beta": "1", "volatility": "0.006"})
        kind, _, argument = row["basket"].partition(":")
        weights.append(np.zeros(roster.stocks) if kind in {"", "factor"} else basket.weights(kind, argument))
        beta.append(float(row["beta"]))
        own.append(float(row["volatility"]))
        factor.append(argument if kind == "factor" else "")
    return Proxies(np.array(weights), np.array(beta), np.array(own), factor)


def make_multiples(roster: Roster, proxies: int) -> Multiples:
    """Leverage and underlying of each leveraged fund; a fund of unknown underlying follows SPY."""
    stand_in = dict(zip(load_underlyings()["underlying"], load_underlyings()["proxy"], strict=True))
    leverage, underlying = [], []
    for fund in load_funds().iter_rows(named=True):
        name = fund["underlying"] or "SPX"
        ticker = name if fund["kind"] == "stock" else stand_in.get(name, "SPY")
        leverage.append(fund["leverage"])
        underlying.append(roster.index.get(ticker, roster.index["SPY"]))
    if len(leverage) != len(roster.entries) - roster.stocks - proxies:
        raise RuntimeError("funds and roster do not match")
    return Multiples(np.array(leverage), np.array(underlying))


class Basket:
    """Weights over the roster's stocks, by the words of proxies.csv."""

    def __init__(self, roster: Roster, drift: Floats) -> None:
        self._roster = roster
        self._caps = roster.column("size_usd")[: roster.stocks]
        self._prices = roster.column("price")[: roster.stocks]
        self._drift = drift
        self._outside = np.ones(roster.stocks, dtype=bool)
        self._outside[roster.positions(index_members("SPX"))] = False
        self._sector = dict(zip(load_members()["ticker"], load_members()["sector"], strict=True))

    def weights(self, kind: str, argument: str) -> Floats:
        """One row of weights, summing to 1."""
        rules: dict[str, Callable[[str], Floats]] = {
            "index": self._index,
            "equal": lambda name: (self._index(name) > 0).astype(float),
            "price": lambda name: np.where(self._index(name) > 0, self._prices, 0.0),
            "capped": lambda name: _capped(self._index(name)),
            "sector": self._of_sector,
            "theme": lambda name: np.sqrt(self._of_theme(name)),
            "equaltheme": lambda name: (self._of_theme(name) > 0).astype(float),
            "small": lambda _: np.where(self._outside & (self._caps < 8e9) & (self._caps > 2e8), self._caps, 0.0),
            "mid": lambda _: np.where(self._outside & (self._caps >= 5e9) & (self._caps < 4e10), self._caps, 0.0),
            "momentum": lambda _: np.where(~self._outside & (self._drift > 0.25), self._caps, 0.0),
        }
        made = rules[kind](argument)
        total: Floats = made / made.sum()
        return total

    def _members(self, tickers: list[str]) -> Floats:
        made = np.zeros(self._roster.stocks)
        chosen = self._roster.positions(tickers)
        made[chosen] = self._caps[chosen]
        return made

    def _index(self, name: str) -> Floats:
        made = self._members(index_members(name))
        return np.asarray(made / made.sum())

    def _of_theme(self, name: str) -> Floats:
        return self._members(themes()[name])

    def _of_sector(self, name: str) -> Floats:
        return self._members([ticker for ticker in index_members("SPX") if self._sector[ticker] == name])


def _capped(weights: Floats) -> Floats:
    for _ in range(20):
        weights = np.minimum(weights / weights.sum(), _CAP)
    return weights
