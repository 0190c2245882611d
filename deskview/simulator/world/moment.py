"""The whole market at one moment of a session, read off the price paths and the minutes' volumes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from deskview.simulator.world.history import Daily, print_counts
from deskview.simulator.world.minutes import E4, MINUTES, OPEN, steps
from deskview.simulator.world.prints import MINUTE_NS, OPENING_CROSS_NS, UNPRICED
from deskview.simulator.world.seeded import Flags, Floats, Integers, keys, uniforms
from deskview.simulator.world.world import World

#: Conditions of a last trade in regular hours, by the last digits of its time: of round lots and of odd ones.
_ROUND = np.array([0, 1, 0, 0, 0, 14, 0, 0])
_ODD = np.array([2, 3, 2, 3, 2, 2, 2, 2])
_ODD_SHARE = 0.35
_EXTENDED, _EXTENDED_ODD, _CLOSING = 4, 5, 9
#: Share of the names whose last trade sets no price, and how far off it may be.
_STRANGE, _OFF = 0.004, (0.03, 0.08)


@dataclass(frozen=True)
class Bars:
    """One bar per name; `volume` 0 and prices 0 where there is none."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Integers
    vwap: Floats
    prints: Integers


@dataclass(frozen=True)
class Moment:
    """`day` covers regular hours (its volume also what traded before), `minute` the last minute with a trade.

    `volume` is all shares since 04:00. `last_ns` is 0 for a name that has not traded; so are its `last_e4`, `price_e4`,
    `bid_e4` and `ask_e4` (1/10000 dollar). `last_e4` is the last trade, `price_e4` the last one that set a price;
    `last_conditions` points into `prints.CONDITIONS`.
    """

    now_ns: int
    day: Bars
    minute: Bars
    minute_ms: Integers
    volume: Integers
    last_e4: Integers
    last_ns: Integers
    last_size: Integers
    last_conditions: Integers
    price_e4: Integers
    bid_e4: Integers
    ask_e4: Integers


def at_moment(world: World, number: int, now_ns: int) -> Moment:
    """The market at a moment of a session; before 04:00 nothing has traded, from 20:00 on nothing trades any more."""
    return _Reader(world, number, now_ns).read()


class _Reader:
    """The parts of a Moment; `shares` and `prints` are (names, minutes gone by), the last minute as far as it is."""

    def __init__(self, world: World, number: int, now_ns: int) -> None:
        self.world, self.now_ns = world, now_ns
        self.session = session = world.day(number)
        self.dawn = world.midnight_ns(number) + 14_400 * 10**9
        self.elapsed = min(max(now_ns - self.dawn, 0), MINUTES * MINUTE_NS)
        self.minute, inside = divmod(self.elapsed, MINUTE_NS)
        self.part = inside / MINUTE_NS
        self.shares = session.volumes.shares[:, : self.minute + 1].copy()
        self.prints = session.volumes.prints[:, : self.minute + 1].copy()
        if self.minute < MINUTES:
            self.shares[:, self.minute] = self.shares[:, self.minute] * self.part
            self.prints[:, self.minute] = np.ceil(self.prints[:, self.minute] * self.part)
        active = self.shares > 0
        self.traded: Flags = np.asarray(active.any(axis=1))
        self.latest: Integers = self.shares.shape[1] - 1 - np.argmax(active[:, ::-1], axis=1)
        self.opened = self.elapsed >= OPEN * MINUTE_NS + OPENING_CROSS_NS
        self.closed = self.elapsed >= session.close * MINUTE_NS

    def read(self) -> Moment:
        """All parts together."""
        volumes = self.session.volumes
        volume = self.shares.sum(axis=1, dtype=np.int64)
        volume += volumes.opening * self.opened + volumes.closing * self.closed
        price, when, size, codes = self._last_trade()
        last, codes = self._strange(price, codes)
        bid = np.where(self.traded, self.session.bids(self._mid()), 0)
        return Moment(
            now_ns=self.now_ns,
            day=self._day(volume),
            minute=self._minute(),
            minute_ms=np.where(self.traded, (self.dawn + self.latest * MINUTE_NS) // 10**6, 0),
            volume=volume,
            last_e4=np.where(self.traded, last, 0).astype(np.int64),
            last_ns=np.where(self.traded, when, 0),
            last_size=np.where(self.traded, size, 0),
            last_conditions=codes,
            price_e4=np.where(self.traded, price, 0).astype(np.int64),
            bid_e4=bid,
            ask_e4=np.where(self.traded, bid + self.session.spreads, 0),
        )

    def _now(self) -> Floats:
        """(names) mids at the moment."""
        if self.minute >= MINUTES:
            return np.asarray(self.session.mids[:, MINUTES])
        ahead = bool(self.part >= steps(self.session.number)[self.minute])
        return np.asarray(self.session.mids[:, self.minute + ahead])

    def _mid(self) -> Floats:
        """(names) mids at each name's last trade."""
        current = self.latest == self.minute
        return np.where(current, self._now(), self.session.mids[np.arange(len(current)), self.latest + 1])

    def _day(self, volume: Integers) -> Bars:
        session = self.session
        if not self.opened:
            nothing = np.zeros(len(volume))
            return Bars(nothing, nothing, nothing, nothing, np.zeros(len(volume), np.int64), nothing, volume * 0)
        stop = min(self.minute, session.close)
        regular = session.mids[:, OPEN : stop + 1]
        last = np.where(self.latest < OPEN, regular[:, 0], self._mid()) if stop < session.close else regular[:, -1]
        highest, lowest = np.maximum(regular.max(axis=1), last), np.minimum(regular.min(axis=1), last)
        shares = self.shares[:, OPEN : session.close]
        worth = np.einsum("nm,nm->n", shares, session.mids[:, OPEN : OPEN + shares.shape[1]])
        counted = shares.sum(axis=1, dtype=np.int64)
        bar = Bars(
            open=_on_grid(regular[:, 0], session.ticks),
            high=(session.bids(highest) + session.spreads) / E4,
            low=session.bids(lowest) / E4,
            close=_on_grid(last, session.ticks),
            volume=volume,
            vwap=np.round(np.divide(worth, counted, out=regular[:, 0].copy(), where=counted > 0), 4),
            prints=self.prints.sum(axis=1, dtype=np.int64) + 1 + self.closed,
        )
        bar = bar if session.final is None else _within(bar, session.final)
        return _only(bar, (session.volumes.opening > 0) | (counted > 0) | (self.closed & (session.volumes.closing > 0)))

    def _minute(self) -> Bars:
        session, rows = self.session, np.arange(len(self.latest))
        first, last = session.mids[rows, self.latest], self._mid()
        bar = Bars(
            open=_on_grid(first, session.ticks),
            high=(session.bids(np.maximum(first, last)) + session.spreads) / E4,
            low=session.bids(np.minimum(first, last)) / E4,
            close=_on_grid(last, session.ticks),
            volume=self.shares[rows, self.latest],
            vwap=np.round((first + last) / 2, 4),
            prints=self.prints[rows, self.latest],
        )
        return _only(bar, self.traded)

    def _last_trade(self) -> tuple[Integers, Integers, Integers, Integers]:
        """Price, time, size and conditions of the last print that sets a price.

        After the close of a name that has not traded since, that is the cross.
        """
        world, session, rows, latest = self.world, self.session, np.arange(len(self.latest)), self.latest
        luck = uniforms(keys(world.seed, world.roster.tickers, "last"), (latest + 1).astype(np.uint64))
        price = session.bids(self._mid()) + np.where(luck < 0.5, 0, session.spreads)
        ended = self.dawn + latest * MINUTE_NS + ((0.95 + 0.04 * luck) * MINUTE_NS).astype(np.int64)
        when = np.where(latest == self.minute, self.now_ns - (luck * 4e8).astype(np.int64) - 1, ended)
        size = np.maximum(self.shares[rows, latest] // np.maximum(self.prints[rows, latest], 1), 1)
        size = np.where(luck * 31 % 1 < _ODD_SHARE, np.minimum(size, 1 + (luck * 98).astype(np.int64)), size)
        close = session.close
        digits = when // 1000 % 8
        codes = np.where(size >= 100, _ROUND[digits], _ODD[digits])
        outside = (latest < OPEN) | (latest >= close)
        codes = np.where(outside, np.where(size < 100, _EXTENDED_ODD, _EXTENDED), codes)
        crossed = self.closed & (latest < close) & (session.volumes.closing > 0)
        price = np.where(crossed, _on_grid(session.mids[:, close], session.ticks) * E4 + 0.5, price)
        when = np.where(crossed, self.dawn + close * MINUTE_NS, when)
        return price, when, np.where(crossed, session.volumes.closing, size), np.where(crossed, _CLOSING, codes)

    def _strange(self, price: Integers, codes: Integers) -> tuple[Integers, Integers]:
        """Price and conditions of the last print of all: of a few names it is one that sets no price and is far off."""
        key = keys(self.world.seed, self.world.roster.tickers, "strange")
        counter = (self.latest + 1 + MINUTES * self.closed).astype(np.uint64)
        chance, way, kind = (uniforms(key + np.uint64(k), counter) for k in range(3))
        some, (least, most) = chance < _STRANGE, _OFF
        off = (least + (most - least) * np.abs(2 * way - 1)) * np.where(way < 0.5, -1, 1)
        away = np.maximum(np.rint(price * (1 + off) / self.session.ticks), 1) * self.session.ticks
        codes = np.where(some, np.array(UNPRICED)[(kind * len(UNPRICED)).astype(np.int64)], codes)
        return np.where(some, away, price).astype(np.int64), codes


def _on_grid(mids: Floats, ticks: Integers) -> Floats:
    return np.asarray(np.rint(mids * E4 / ticks) * ticks / E4)


def _within(bar: Bars, final: Daily) -> Bars:
    """The bar so far of a session the history has: it ends at what that says, and is worked out the same way."""
    high, low = np.minimum(bar.high, final.high), np.maximum(bar.low, final.low)
    prints = print_counts(bar.volume, np.asarray(bar.volume * bar.close))
    return replace(bar, high=high, low=low, vwap=np.round((high + low + 2 * bar.close) / 4, 4), prints=prints)


def _only(bar: Bars, some: Flags) -> Bars:
    return Bars(**{name: np.where(some, array, 0) for name, array in vars(bar).items()})
