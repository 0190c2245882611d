"""What the index of a fund is made of: the hidden weights of the simulated market, by the rules of real indices.

No answer tells them. They differ from the market values a vendor shows as real ones do: part of a company is in firm
hands, large names are capped, foreign ones limited, some indices weigh equally or by price.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np

from deskview.market.members import INDEXES, index_members, load_members
from deskview.simulator.world.roster import FOREVER, Roster, themes
from deskview.simulator.world.seeded import Flags, Floats, Integers, stream

#: Share of the companies that trade whole, and the least share of the others that does.
_WHOLE, _LEAST_FLOAT = 0.15, 0.6
#: The most a company may weigh; companies above the second that together exceed the third are cut to the fourth.
_NDX, _SELECT_SECTOR = (0.24, 0.045, 0.48, 0.40), (0.24, 0.048, 0.50, 0.50)
#: Semiconductors: how many may weigh up to the first, the others up to the second.
_LEADERS, _LEADER, _FOLLOWER = 5, 0.08, 0.04
#: Foreign listings among the semiconductors; what they may weigh together in the NYSE's index, and each in that part.
_FOREIGN = ("ARM", "ASML", "ASX", "HIMX", "NVMI", "STM", "TSM", "UMC")
_FOREIGN_SUM, _FOREIGN_EACH = 0.10, 0.40


class Basket:
    """Weights over the roster's stocks, by the words of proxies.csv."""

    def __init__(self, roster: Roster, drift: Floats, seed: int) -> None:
        self._roster = roster
        self._prices = roster.column("price")[: roster.stocks]
        self._caps = roster.column("size_usd")[: roster.stocks]
        self._free = self._caps * free_float(roster, seed)
        self._drift = drift
        living = roster.spans()[1][: roster.stocks] == FOREVER
        self._outside = living.copy()
        self._outside[roster.positions(index_members("SPX"))] = False
        self._inside = living & ~self._outside
        self._sector = dict(zip(load_members()["ticker"], load_members()["sector"], strict=True))

    def weights(self, kind: str, argument: str) -> Floats:
        """One row of weights, summing to 1; all 0 where no member of such a basket is listed."""
        rules: dict[str, Callable[[str], Floats]] = {
            "index": self._index,
            "equal": lambda name: (self._index(name) > 0).astype(float),
            "price": lambda name: np.where(self._index(name) > 0, self._prices, 0.0),
            "capped": lambda name: eight_four(self._index(name)),
            "nyse": lambda name: self._foreign_limited(self._index(name)),
            "sector": lambda name: modified_cap(self._of_sector(name), self._companies, _SELECT_SECTOR),
            "equalsector": lambda name: (self._of_sector(name) > 0).astype(float),
            "theme": lambda name: np.sqrt(self._members(themes().get(name, []))),
            "equaltheme": lambda name: (self._members(themes().get(name, [])) > 0).astype(float),
            "small": lambda _: np.where(self._outside & (self._caps < 8e9) & (self._caps > 2e8), self._free, 0.0),
            "mid": lambda _: np.where(self._outside & (self._caps >= 5e9) & (self._caps < 4e10), self._free, 0.0),
            "momentum": lambda _: np.where(self._inside & (self._drift > 0.25), self._free, 0.0),
        }
        return _summed_to_one(rules[kind](argument))

    def _members(self, tickers: list[str]) -> Floats:
        made = np.zeros(self._roster.stocks)
        chosen = self._roster.positions(tickers)
        made[chosen] = self._free[chosen]
        return _summed_to_one(made)

    def _index(self, name: str) -> Floats:
        made = self._members(index_members(name) if name in INDEXES else [])
        return modified_cap(made, self._companies, _NDX) if name == "NDX" else made

    @cached_property
    def _companies(self) -> Integers:
        """(stocks) the number of the company each line is of."""
        issuers = [entry.issuer for entry in self._roster.entries[: self._roster.stocks]]
        return np.unique(issuers, return_inverse=True)[1]

    def _of_sector(self, name: str) -> Floats:
        return self._members([ticker for ticker in index_members("SPX") if self._sector[ticker] == name])

    def _foreign_limited(self, weights: Floats) -> Floats:
        foreign = np.zeros(len(weights), dtype=bool)
        foreign[self._roster.positions(list(_FOREIGN))] = True
        return foreign_limited(weights, foreign)


def free_float(roster: Roster, seed: int) -> Floats:
    """(stocks) share of each company that is in no firm hands."""
    luck = stream(seed, "free float")
    whole = luck.random(roster.stocks) < _WHOLE
    return np.where(whole, 1.0, luck.uniform(_LEAST_FLOAT, 1.0, roster.stocks))


def capped(weights: Floats, most: Floats | float) -> Floats:
    """Weights held within `most`; what is cut goes to the others in proportion."""
    most = np.broadcast_to(np.asarray(most, dtype=np.float64), weights.shape)
    held = np.zeros(len(weights), dtype=bool)
    for _ in range(len(weights)):
        over = weights > most + 1e-12
        if not over.any():
            break
        held |= over
        weights = np.where(held, most, weights)
        others = weights[~held].sum()
        if not others:
            break
        weights = np.where(held, weights, weights * (1 - weights[held].sum()) / others)
    return _summed_to_one(weights)


def modified_cap(weights: Floats, companies: Integers, rule: tuple[float, float, float, float]) -> Floats:
    """The rule of the Nasdaq-100 and of the Select Sectors, by company: each capped, then the large ones together."""
    most, large_from, large_most, large_cut = rule
    before: Floats = np.bincount(companies, weights).astype(np.float64)
    after = capped(before, most)
    large = after > large_from
    total = after[large].sum()
    if large_most < total < 1:
        after = np.where(large, after * large_cut / total, after * (1 - large_cut) / (1 - total))
    scale = np.divide(after, before, out=np.zeros(len(after)), where=before > 0)
    return np.asarray(weights * scale[companies])


def eight_four(weights: Floats) -> Floats:
    """The semiconductor indices' rule: the five largest up to 8 %, the others up to 4 %."""
    return capped(weights, _limits(weights, 1.0))


def foreign_limited(weights: Floats, foreign: Flags) -> Floats:
    """The NYSE's semiconductor index: the foreign listings together up to 10 %, the home ones by `eight_four`."""
    share = min(float(weights[foreign].sum()), _FOREIGN_SUM)
    if not share:
        return eight_four(weights)
    home = _summed_to_one(np.where(foreign, 0.0, weights))
    abroad = _summed_to_one(np.where(foreign, weights, 0.0))
    return (1 - share) * capped(home, _limits(home, 1 - share)) + share * capped(abroad, _FOREIGN_EACH)


def _limits(weights: Floats, share: float) -> Floats:
    """Of a part that is that share of the whole index."""
    most = np.full(len(weights), _FOLLOWER / share)
    most[np.argsort(-weights, kind="stable")[:_LEADERS]] = _LEADER / share
    return most


def _summed_to_one(weights: Floats) -> Floats:
    total = weights.sum()
    return np.asarray(weights / total) if total > 0 else weights
