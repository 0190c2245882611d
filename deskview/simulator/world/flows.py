"""Who buys and who sells: the imbalances of retail and of non-retail, by name and stretch of five minutes.

What is drawn is drawn per name, session and stretch, whoever asks for it. The spreads are those of an unkind market, no
one's measure of a real one; they are not set so that an estimate comes out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deskview.simulator.scenario import HALF_HOURS, SessionFlow
from deskview.simulator.world.seeded import Floats, keys, normals, stream
from deskview.simulator.world.spec import FlowYear

#: Minutes of a stretch, stretches of a half-hour and of a full session.
STRETCH = 5
_IN_HALF_HOUR = 30 // STRETCH
STRETCHES = HALF_HOURS * _IN_HALF_HOUR
#: Spread of a half-hour about its day, half of its variance common to all names, and of a stretch about its half-hour.
HALF_HOUR_SD, STRETCH_SD = 0.10, 0.25
_HALF_SD = HALF_HOUR_SD * 0.5**0.5
#: How far non-retail's days of single names stray, as a multiple of what retail's do.
_OTHERS_STRAY = 0.6
_WIDEST = 0.95
#: Retail's least and largest share of a stock's continuous dollars, and its share of every fund's.
RETAIL_SHARES, FUNDS_RETAIL = (0.02, 0.25), 0.15

#: A mild shape of the ordinary day, added to every session of the history.
_RETAIL_SHAPE = np.linspace(0.015, -0.015, HALF_HOURS)
_NONRETAIL_SHAPE = np.linspace(-0.008, 0.008, HALF_HOURS)


@dataclass(frozen=True)
class FlowHistory:
    """Market-wide daily levels of the sessions from number `first` on, and the half-hours of the scenario's session."""

    first: int
    retail: Floats
    nonretail: Floats
    today: SessionFlow
    name_sd: float
    seed: int

    def levels(self, tickers: list[str], session: int) -> tuple[Floats, Floats]:
        """(names, STRETCHES) expected imbalance of retail and of non-retail: (bought - sold) / (bought + sold)."""
        luck = keys(self.seed, tickers, "imbalance", session)[:, None]
        draws = normals(luck, np.arange(2 * (1 + HALF_HOURS + STRETCHES), dtype=np.uint64)[None, :])
        retail, other = np.split(draws, 2, axis=1)
        common, others = self._common(session)
        own = 1.0 if session - self.first < len(self.retail) else self.today.stray
        retail = common + own * _strays(retail, self.name_sd)
        other = others + own * _strays(other, self.name_sd * _OTHERS_STRAY)
        return retail.clip(-_WIDEST, _WIDEST), other.clip(-_WIDEST, _WIDEST)

    def _common(self, session: int) -> tuple[Floats, Floats]:
        """(STRETCHES) what all names share of retail's and of non-retail's imbalance."""
        place = session - self.first
        if place >= len(self.retail):
            retail, other = np.array(self.today.retail), np.array(self.today.nonretail)
        else:
            level, others = (self.retail[place], self.nonretail[place]) if place >= 0 else (0.0, 0.0)
            moves = stream(self.seed, "half-hours", session).standard_normal((2, HALF_HOURS)) * _HALF_SD
            retail, other = level + _RETAIL_SHAPE + moves[0], others + _NONRETAIL_SHAPE + moves[1]
        return np.repeat(retail, _IN_HALF_HOUR), np.repeat(other, _IN_HALF_HOUR)


def _strays(draws: Floats, day_sd: float) -> Floats:
    """(names, STRETCHES) by how much each name strays from all: its day, its half-hours and its stretches."""
    half_hours = np.repeat(draws[:, 1 : 1 + HALF_HOURS] * _HALF_SD, _IN_HALF_HOUR, axis=1)
    return np.asarray(draws[:, :1] * day_sd + half_hours + draws[:, 1 + HALF_HOURS :] * STRETCH_SD)


def make_flows(year: FlowYear, today: SessionFlow, numbers: range, seed: int) -> FlowHistory:
    """Levels that follow a first-order autoregression with exactly the specified mean and spread."""
    retail = year.retail_mean + year.retail_sd * _wander(year.persistence, len(numbers), seed, "retail")
    nonretail = year.nonretail_sd * _wander(year.persistence, len(numbers), seed, "nonretail")
    return FlowHistory(numbers.start, retail, nonretail, today, year.name_sd, seed)


def _wander(persistence: float, sessions: int, seed: int, label: str) -> Floats:
    steps = stream(seed, "flow", label).standard_normal(sessions)
    level = np.zeros(sessions)
    for day in range(1, sessions):
        level[day] = persistence * level[day - 1] + steps[day]
    last = level[-252:]
    result: Floats = (level - last.mean()) / last.std()
    return result


def retail_shares(heat: Floats, funds: int) -> Floats:
    """(names) retail's share of the continuous dollars: stocks uniform, in the order of their heat; then funds."""
    least, most = RETAIL_SHARES
    rank = np.argsort(np.argsort(heat, kind="stable"), kind="stable")
    return np.concatenate([least + (most - least) * (rank + 0.5) / len(heat), np.full(funds, FUNDS_RETAIL)])


@dataclass(frozen=True)
class Levels:
    """The truth of a session before the luck of single prints: (names, stretches) of its regular hours.

    `retail` and `other` are expected imbalances, (bought - sold) / (bought + sold); `retail_usd` and `other_usd` the
    dollars expected to trade, bought and sold together, without auctions.
    """

    retail: Floats
    other: Floats
    retail_usd: Floats
    other_usd: Floats
