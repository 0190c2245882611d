"""The minutes of a trading day, 04:00 to 20:00 New York: how volume falls on them, and one name's path and spread.

Bars and prints of a name are read from its `Plan`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

import numpy as np

from deskview.simulator.world.seeded import Floats, Integers, Words, uniforms

MINUTES = 960
OPEN = 330
FULL_CLOSE = 720
HALF_CLOSE = 540

#: Shares of a session's volume outside continuous regular trading.
_BEFORE, _AFTER, _OPENING, _CLOSING = 0.012, 0.013, 0.009, 0.085
#: Share of it outside the crosses.
CONTINUOUS = 1 - _OPENING - _CLOSING
#: Volatility of an ordinary evening.
_EVENING = 0.003
#: Names handled at once: their minutes fit the processor's cache.
_CHUNK = 128

E4 = 10_000


@dataclass(frozen=True)
class Volumes:
    """(names, MINUTES) shares and prints of each minute, and the shares of both crosses (names)."""

    shares: Integers
    prints: Integers
    opening: Integers
    closing: Integers


@dataclass(frozen=True)
class Turnover:
    """What a session's minutes are made from, per name: noise key, shares, prints, the minute after which it halts."""

    keys: Words
    volume: Integers
    prints: Integers
    stop: Integers

    def part(self, rows: slice) -> Turnover:
        """Some of the names."""
        return Turnover(self.keys[rows], self.volume[rows], self.prints[rows], self.stop[rows])


def profile(close: int) -> Floats:
    """(MINUTES) expected share of the continuous volume: a smile from the open to the close."""
    shares = np.zeros(MINUTES)
    place = (np.arange(close - OPEN) + 0.5) / (close - OPEN)
    smile = 0.55 + 1.9 * np.exp(-place / 0.07) + 1.1 * np.exp((place - 1) / 0.06) + 0.5 * (place - 0.5) ** 2
    shares[OPEN:close] = smile / smile.sum() * (1 - _BEFORE - _AFTER)
    shares[:OPEN] = np.linspace(0.4, 1.6, OPEN) / OPEN * _BEFORE
    shares[close:] = np.linspace(1.8, 0.2, MINUTES - close) / (MINUTES - close) * _AFTER
    return shares


def spread_volume(turnover: Turnover, close: int) -> Volumes:
    """Splits each session's volume into minutes and crosses that sum to it exactly."""
    expected = profile(close)
    count = len(turnover.volume)
    parts = [_spread(turnover.part(slice(start, start + _CHUNK)), close, expected) for start in range(0, count, _CHUNK)]
    return Volumes(
        np.concatenate([part.shares for part in parts]),
        np.concatenate([part.prints for part in parts]),
        np.concatenate([part.opening for part in parts]),
        np.concatenate([part.closing for part in parts]),
    )


def _spread(turnover: Turnover, close: int, profiled: Floats) -> Volumes:
    """Where fewer than one print is expected in a minute, most have none; a halted name has no closing cross."""
    luck = uniforms(turnover.keys[:, None], np.arange(MINUTES, dtype=np.uint64)[None, :])
    expected = turnover.prints[:, None] * profiled
    active = (np.modf(luck * 4096.0)[0] < expected) & (np.arange(MINUTES) < turnover.stop[:, None])
    running = np.cumsum(np.where(active, np.maximum(expected, 1.0) * (0.4 + 1.2 * luck), 0.0), axis=1)
    total, some = running[:, -1], running[:, -1] > 0
    opening = (turnover.volume * _OPENING).astype(np.int64)
    closing = np.where(turnover.stop >= close, (turnover.volume * _CLOSING).astype(np.int64), 0)
    closing = np.where(some | (turnover.stop < close), closing, turnover.volume - opening)
    left = np.where(some, turnover.volume - closing - opening, 0)
    cumulative = np.floor(running * (left / np.maximum(total, 1e-12))[:, None] + 1e-6).astype(np.int32)
    cumulative[:, -1] = left
    shares = np.diff(cumulative, axis=1, prepend=np.int32(0))
    prints = np.minimum(np.where(shares > 0, np.maximum(np.rint(expected), 1), 0), shares).astype(np.int32)
    return Volumes(shares, prints, opening, closing)


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

    @cached_property
    def before(self) -> Integers:
        """(MINUTES + 1) how many prints there are before each minute, crosses and the like apart."""
        return np.concatenate([[0], np.cumsum(self.prints, dtype=np.int64)])

    @cached_property
    def bids(self) -> Integers:
        """(MINUTES + 1) the bids around the mids, 1/10000 dollar."""
        return self.bid_e4(self.mid)

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
    """(MINUTES + 1) mids through a session's open, high, low and close; `bar` is (before, o, h, l, c).

    After the close they go a way of their own.
    """
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
    evening = np.cumsum(luck.standard_normal(MINUTES - close)) / np.sqrt(MINUTES - close)
    mids[close + 1 :] = last * np.exp(_EVENING * evening)
    return mids
