"""Corporate actions of the simulated year: splits, reverse splits, cash dividends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deskview.simulator.world.chance import Floats, Integers, stream
from deskview.simulator.world.roster import Roster

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
