"""One name in one session: its price path, the volume of its minutes, its spread. Bars and prints are read from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from deskview.simulator.world.chance import Floats, Integers, uniforms
from deskview.simulator.world.grid import MINUTES, OPEN

E4 = 10_000


@dataclass(frozen=True)
class Plan:
    """`mid` is (MINUTES + 1) at the minutes' starts; inside minute m it steps once, at the share `step[m]` of it.

    `shares` and `prints` are (MINUTES), without the crosses `opening` and `closing`, which trade at `mid[OPEN]`
    and `mid[close]`. `spread_e4` and `tick_e4` are in 1/10000 dollar.
    """

    ticker: str
    number: int
    day: date
    midnight_ns: int
    close: int
    mid: Floats
    shares: Integers
    prints: Integers
    opening: int
    closing: int
    spread_e4: int
    tick_e4: int

    @property
    def step(self) -> Floats:
        """(MINUTES) where in each minute the price steps."""
        return steps(self.number)

    def bid_e4(self, mid: Floats) -> Integers:
        """The bid around a mid, on the grid."""
        return bids_e4(mid, self.spread_e4, self.tick_e4)

    def price_e4(self, minute: int) -> int:
        """The price on the grid at the start of a minute."""
        return int(np.rint(self.mid[minute] * E4 / self.tick_e4)) * self.tick_e4


@lru_cache(512)
def steps(number: int) -> Floats:
    """(MINUTES) the share of each minute after which the mid moves on, the same for every name of a session."""
    key = np.uint64(0xA5A5_0000 + number)
    luck = uniforms(np.array([key])[:, None], np.arange(MINUTES, dtype=np.uint64)[None, :])
    return np.asarray(0.1 + 0.8 * luck[0])


def bids_e4(mid: Floats, spread_e4: Integers | int, tick_e4: Integers | int) -> Integers:
    """The bids around mids, on the grid, never below one tick."""
    wanted = np.rint((mid * E4 - np.asarray(spread_e4) / 2) / tick_e4).astype(np.int64)
    return np.asarray(np.maximum(wanted, 1) * tick_e4)


def spreads_e4(price: Floats, adv_usd: Floats, tick_e4: Integers) -> Integers:
    """The spread by liquidity: a tick in busy names, up to half a percent in idle ones."""
    relative = np.clip(1.2e-4 * np.sqrt(1e9 / adv_usd), 2e-5, 5e-3)
    return np.asarray(np.maximum(np.rint(price * relative * E4 / tick_e4), 1).astype(np.int64) * tick_e4)


def bridge(luck: np.random.Generator, bar: tuple[float, ...], close: int, spread: float) -> Floats:
    """(MINUTES + 1) mids through a session's open, high, low and close; `bar` is (before, o, h, l, c)."""
    before, opening, high, low, last = bar
    count = close - OPEN
    walk = np.concatenate([[0.0], np.cumsum(luck.standard_normal(count))])
    walk -= walk[-1] * np.linspace(0, 1, count + 1)
    top, bottom = high - spread / 2, low + spread / 2
    scale = (top - bottom) / max(float(np.ptp(walk)), 1e-9)
    path = np.linspace(opening, last, count + 1) + walk * scale * 0.8
    path = np.clip(path, min(bottom, top), max(bottom, top))
    path[1 + int(np.argmax(path[1:-1]))] = top
    path[1 + int(np.argmin(path[1:-1]))] = bottom
    path[0], path[-1] = opening, last
    mids = np.full(MINUTES + 1, last)
    mids[:OPEN] = before + (opening - before) * (0.5 + 0.5 * np.arange(OPEN) / OPEN)
    mids[OPEN : close + 1] = path
    return mids
