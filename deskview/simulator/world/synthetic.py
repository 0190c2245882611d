"""Invented companies: they fill the market around the real names, and their names say what they are."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np

from deskview.market.members import SECTORS
from deskview.simulator.world.chance import stream

#: What each of the first invented companies is there to show; see `invent`.
NEW_LISTINGS = range(6)
DEAD, HALTED, PENNY, CLASS_A, CLASS_B, PREFERRED = range(6, 12)
#: Session number of the last bar of the dead name, minute after 09:30 at which the halted one stops.
DEAD_AFTER = 262
HALT_MINUTE = 77

_SHARES = (0.05, 0.11, 0.05, 0.05, 0.18, 0.19, 0.15, 0.12, 0.05, 0.03, 0.02)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def invent(count: int, sessions: int, taken: set[str], seed: int) -> Iterator[dict[str, Any]]:
    """Fields of `count` invented stocks; tickers avoid those taken."""
    luck = stream(seed, "invented")
    names = list(islice(_tickers(taken, seed), count))
    caps = np.exp(luck.normal(21.1, 1.25, count)).clip(4e7, 4e10)
    prices = np.exp(luck.normal(3.2, 0.8, count)).clip(1.5, 900.0)
    turnovers = np.exp(luck.normal(-4.75, 0.55, count)).clip(0.002, 0.06)
    sectors = luck.choice(len(SECTORS), count, p=_SHARES)
    adrs = luck.random(count) < 0.08
    nasdaq = luck.random(count) < 0.55
    counters = dict.fromkeys(SECTORS, 0)
    for k in range(count):
        sector = SECTORS[sectors[k]]
        counters[sector] += 1
        fields: dict[str, Any] = {
            "ticker": names[k],
            "name": f"Simulated {sector} {counters[sector]:04d}",
            "price": float(prices[k]),
            "size_usd": float(caps[k]),
            "adv_usd": float(caps[k] * turnovers[k]),
            "type": "ADRC" if adrs[k] else "CS",
            "exchange": "XNAS" if nasdaq[k] else "XNYS",
            "sector": sector,
        }
        yield fields | _quirk(k, names, sessions)


def _quirk(k: int, names: list[str], sessions: int) -> dict[str, object]:
    if k in NEW_LISTINGS:
        return {"first": sessions - 40 * (k + 1), "adv_usd": 9e7}
    special: dict[int, dict[str, object]] = {
        DEAD: {"last": DEAD_AFTER, "adv_usd": 6e7},
        HALTED: {"adv_usd": 8e7, "name": "Simulated Halted Company"},
        PENNY: {"price": 0.62, "adv_usd": 9e6},
        CLASS_A: {"ticker": f"{names[CLASS_A]}.A", "name": "Simulated Dual Class Company Class A", "adv_usd": 4e7},
        CLASS_B: {"ticker": f"{names[CLASS_A]}.B", "name": "Simulated Dual Class Company Class B", "adv_usd": 7e7},
        PREFERRED: {"ticker": f"{names[PREFERRED]}pA", "name": "Simulated Preferred Series A", "type": "PFD"},
    }
    return special.get(k, {})


def _tickers(taken: set[str], seed: int) -> Iterator[str]:
    luck = stream(seed, "tickers")
    seen = set(taken)
    while True:
        ticker = "QXZ"[luck.integers(3)] + "".join(_LETTERS[i] for i in luck.integers(26, size=3))
        if ticker not in seen:
            seen.add(ticker)
            yield ticker
