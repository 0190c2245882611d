"""Who buys and who sells: signed imbalances of retail and of everybody else, by session and half-hour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deskview.simulator.scenario import HALF_HOURS, Flow
from deskview.simulator.world.chance import Floats, stream
from deskview.simulator.world.spec import FlowYear

#: A mild shape of the ordinary day, added to every session of the history.
_RETAIL_SHAPE = np.linspace(0.015, -0.015, HALF_HOURS)
_NONRETAIL_SHAPE = np.linspace(-0.008, 0.008, HALF_HOURS)


@dataclass(frozen=True)
class FlowHistory:
    """Market-wide daily levels of the history and the half-hours of the scenario's session."""

    retail: Floats
    nonretail: Floats
    today: Flow
    name_sd: float
    seed: int

    def imbalances(self, ticker: str, session: int) -> tuple[Floats, Floats]:
        """(half-hours) of retail and of non-retail: (bought - sold) / (bought + sold), within +-0.9."""
        own = stream(self.seed, "imbalance", ticker, session).standard_normal(2) * self.name_sd
        if session >= len(self.retail):
            retail, other, own = np.array(self.today.retail), np.array(self.today.nonretail), own * self.today.stray
        else:
            retail = self.retail[session] + _RETAIL_SHAPE
            other = self.nonretail[session] + _NONRETAIL_SHAPE
        return (retail + own[0]).clip(-0.9, 0.9), (other + 0.6 * own[1]).clip(-0.9, 0.9)


def make_flows(year: FlowYear, today: Flow, sessions: int, seed: int) -> FlowHistory:
    """Levels that follow a first-order autoregression with exactly the specified mean and spread."""
    retail = year.retail_mean + year.retail_sd * _wander(year.persistence, sessions, seed, "retail")
    nonretail = year.nonretail_sd * _wander(year.persistence, sessions, seed, "nonretail")
    return FlowHistory(retail, nonretail, today, year.name_sd, seed)


def _wander(persistence: float, sessions: int, seed: int, label: str) -> Floats:
    steps = stream(seed, "flow", label).standard_normal(sessions)
    level = np.zeros(sessions)
    for day in range(1, sessions):
        level[day] = persistence * level[day - 1] + steps[day]
    last = level[-252:]
    result: Floats = (level - last.mean()) / last.std()
    return result
