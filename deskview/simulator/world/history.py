"""The simulated history: daily bars of every instrument, made a block of sessions at a time, the newest first."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from deskview.simulator.world.roster import Roster
from deskview.simulator.world.seeded import Flags, Floats, Integers, stream


@dataclass(frozen=True)
class Daily:
    """Daily bars, unadjusted. A name without one has volume 0 and prices NaN."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Integers

    def at(self, where: object) -> Daily:
        """Those at an index into the arrays."""
        return Daily(*(array[where] for array in vars(self).values()))


@dataclass(frozen=True)
class Block:
    """(sessions, names) bars of consecutive sessions from number `first` on, of the names from position `start` on.

    Per name: `before` is the close of the session before the first as it was traded, `level` the same without splits
    and breaks, not rounded; `momentum` is the sum of the log returns from 252 to 21 sessions before the end.
    """

    first: int
    start: int
    bars: Daily
    before: Floats
    level: Floats
    momentum: Floats


class Past:
    """The blocks of a history of `sessions` sessions, each made when it is first asked for.

    A block starts at the prices before the newer one, so it is made after that; it changes nothing in it.
    """

    def __init__(self, sessions: int, size: int, make: Callable[[int, Block | None], Block]) -> None:
        self._sessions, self._size, self._make = sessions, size, make
        self._blocks: list[Block] = []
        self._lock = threading.Lock()

    def block(self, number: int) -> Block:
        """The block of a session. Safe to call from any thread."""
        back = self._back(number)
        if back >= len(self._blocks):
            with self._lock:
                while back >= len(self._blocks):
                    self._blocks.append(self._make(len(self._blocks), self._blocks[-1] if self._blocks else None))
        return self._blocks[back]

    def has(self, number: int) -> bool:
        """Whether the block of a session is there already."""
        return self._back(number) < len(self._blocks)

    @property
    def newest(self) -> Block:
        """The block of the last sessions."""
        return self.block(self._sessions - 1)

    def session(self, number: int) -> Daily:
        """(names) one session's bars."""
        block = self.block(number)
        row = block.bars.at(number - block.first)
        before = _nothing(block.start)
        return Daily(**{field: np.concatenate([vars(before)[field], array]) for field, array in vars(row).items()})

    def name(self, position: int, numbers: Sequence[int]) -> Daily:
        """(numbers) one name's bars in those sessions, which rise; sessions before its history have none."""
        parts = [self._within(position, list(group)) for _, group in groupby(numbers, self._back)]
        if not parts:
            return _nothing(0)
        joined = {field: np.concatenate([vars(part)[field] for part in parts]) for field in vars(parts[0])}
        return Daily(**joined)

    def _within(self, position: int, numbers: list[int]) -> Daily:
        """Of one block."""
        block = self.block(numbers[0])
        if position < block.start:
            return _nothing(len(numbers))
        return block.bars.at((np.array(numbers) - block.first, position - block.start))

    def close_before(self, position: int, number: int) -> float:
        """The close of the session before that one, as it was traded; NaN where there was none."""
        block = self.block(number)
        if position < block.start:
            return float("nan")
        if number == block.first:
            return float(block.before[position - block.start])
        return float(block.bars.close[number - 1 - block.first, position - block.start])

    def _back(self, number: int) -> int:
        return (self._sessions - 1 - number) // self._size


def _nothing(count: int) -> Daily:
    """No bars."""
    gap = np.full(count, np.nan)
    return Daily(gap, gap, gap, gap, np.zeros(count, np.int64))


def build_block(roster: Roster, returns: Floats, basis: Floats, end: Floats, *, first: int, seed: int) -> Block:
    """Bars of the roster's last names, as many as there are columns, that lead to the prices `end`.

    `basis` is what `actions.bases` gives, with a row for the session before.
    """
    start = len(roster.entries) - returns.shape[1]
    price = end * np.exp(returns - np.cumsum(returns[::-1], axis=0)[::-1])
    level = price[0] * np.exp(-returns[0])
    traded = _traded(roster, np.arange(first - 1, first + len(returns)))[:, start:]
    before = np.where(traded[0], rounded(level * basis[0]), np.nan)
    close = rounded(price * basis[1:])
    opening, high, low = _ranges(close, np.vstack([level, price[:-1]]) * basis[1:], returns, (seed, first))
    volume = _volumes(roster.column("adv_usd")[start:], close, returns, (seed, first))
    for array in (opening, high, low, close):
        array[~traded[1:]] = np.nan
    bars = Daily(opening, high, low, close, np.where(traded[1:], volume, 0))
    return Block(first, start, bars, before, level, returns[-252:-21].sum(axis=0))


def _traded(roster: Roster, numbers: Integers) -> Flags:
    """(sessions, names) whether there is a bar; between two owners of a ticker there is none."""
    first, last = roster.spans()
    some = (numbers[:, None] >= first) & (numbers[:, None] <= last)
    for position, entry in enumerate(roster.entries):
        if entry.former is not None:
            some[:, position] |= numbers <= entry.former.last
    return np.asarray(some)


def rounded(price: Floats) -> Floats:
    """Prices on the grid they trade on: a cent, below a dollar a hundredth of a cent, never zero."""
    result: Floats = np.where(price >= 1, np.round(price, 2), np.round(np.maximum(price, 1e-4), 4))
    return result


def tick_e4(price: Floats) -> Integers:
    """The grid in 1/10000 dollar."""
    return np.where(price >= 1, 100, 1).astype(np.int64)


def _ranges(close: Floats, before: Floats, returns: Floats, key: tuple[int, int]) -> tuple[Floats, Floats, Floats]:
    luck = stream(key[0], "ranges", key[1])
    swing = np.maximum(np.abs(returns), 0.004)
    gap = 0.35 * returns + luck.standard_normal(returns.shape) * swing * 0.25
    opening = rounded(before * np.exp(gap))
    top, bottom = np.maximum(opening, close), np.minimum(opening, close)
    tick = tick_e4(bottom) / 1e4
    high = rounded(top * (1 + 0.6 * swing * luck.random(returns.shape)) + tick)
    low = rounded(bottom * (1 - 0.6 * swing * luck.random(returns.shape)) - tick)
    return opening, high, low


def _volumes(adv_usd: Floats, close: Floats, returns: Floats, key: tuple[int, int]) -> Integers:
    luck = stream(key[0], "volumes", key[1])
    common = luck.standard_normal((len(returns), 1)) * 0.12
    noise = luck.standard_normal(returns.shape) * 0.25
    dollars = adv_usd * np.exp(common + noise) * (0.8 + 9 * np.minimum(np.abs(returns), 0.15))
    return np.asarray(np.maximum(dollars / close, 1).astype(np.int64))


#: From so many dollars a session on a name has at least so many prints; how they grow from there; the most there are.
_BUSY_USD, _BUSY_PRINTS, _GROWTH, _MOST_PRINTS = 30e6, 206_000, 0.06, 300_000


def print_counts(volume: Integers, dollars: Floats) -> Integers:
    """How many prints a session of that turnover has, each of two shares at least.

    Below $30m they are proportional to it, but not fewer than 40; above they grow slowly, from 206,000 to 300,000.
    """
    turnover = dollars / _BUSY_USD
    wanted = _BUSY_PRINTS * np.where(turnover < 1, turnover, np.maximum(turnover, 1) ** _GROWTH)
    return np.asarray(np.minimum(np.clip(wanted, 40, _MOST_PRINTS).astype(np.int64), np.maximum(volume // 2, 1)))
