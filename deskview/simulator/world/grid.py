"""The minutes of a trading day, 04:00 to 20:00 New York, and how its volume falls on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deskview.simulator.world.chance import Floats, Integers, Words, uniforms

MINUTES = 960
OPEN = 330
FULL_CLOSE = 720
HALF_CLOSE = 540

#: Shares of a session's volume outside continuous regular trading.
_BEFORE, _AFTER, _OPENING, _CLOSING = 0.012, 0.013, 0.009, 0.085
#: Names handled at once: their minutes fit the processor's cache.
_CHUNK = 128


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
