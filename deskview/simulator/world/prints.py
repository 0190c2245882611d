"""Prints: every trade of one name in part of a session, generated when asked for.

There are fewer and larger prints than in a real market (8,000 a session at most); their dollars are to scale.
Fractions of a share are printed in every session the way the tapes have printed them since February 2026.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from deskview.simulator.scenario import HALF_HOURS, SessionFlow
from deskview.simulator.world.minutes import E4, MINUTES, OPEN, Plan
from deskview.simulator.world.seeded import Flags, Floats, Integers, stream
from deskview.simulator.world.spec import FlowYear

#: A mild shape of the ordinary day, added to every session of the history.
_RETAIL_SHAPE = np.linspace(0.015, -0.015, HALF_HOURS)
_NONRETAIL_SHAPE = np.linspace(-0.008, 0.008, HALF_HOURS)

MINUTE_NS = 60_000_000_000
#: When the opening cross prints; the closing one does at the bell: the day's bar is the official one from then on.
OPENING_CROSS_NS = 120_000_000
MICRO = 1_000_000
FINRA = 4
#: Lists of condition codes, by the number a print carries.
CONDITIONS: tuple[tuple[int, ...], ...] = (
    (), (14,), (37,), (14, 37), (12,), (12, 37), (2,), (10,), (17,), (8,), (16,), (15,), (2, 37), (10, 37),
    (14, 41), (7,), (22,), (52,), (53,),
)  # fmt: skip
_REGULAR, _ISO, _ODD, _FORM_T, _AVERAGE, _DERIVED = 0, 1, 2, 4, 6, 7
#: Those that set no last price.
UNPRICED = (6, 7, 15, 16, 17, 18)
_OPENING, _CLOSING, _OFFICIAL_OPEN, _OFFICIAL_CLOSE = 8, 9, 10, 11
_VENUES = np.array([12, 11, 10, 19, 8, 21, 20, 15, 7, 18, 17])
_VENUE_SHARES = np.cumsum([0.26, 0.17, 0.15, 0.12, 0.11, 0.07, 0.04, 0.04, 0.02, 0.01, 0.01])
_FACILITIES = np.array([202, 201, 203])
_GOLDEN = 0.6180339887498949
#: The pieces of a day: before the open, half-hours, after the close.
PIECES = [(0, OPEN), *((start, start + 30) for start in range(OPEN, MINUTES, 30))]


@dataclass(frozen=True)
class FlowHistory:
    """Market-wide daily levels of the sessions from number `first` on, and the half-hours of the scenario's session."""

    first: int
    retail: Floats
    nonretail: Floats
    today: SessionFlow
    name_sd: float
    seed: int

    def imbalances(self, ticker: str, session: int) -> tuple[Floats, Floats]:
        """(half-hours) of retail and of non-retail: (bought - sold) / (bought + sold), within +-0.9."""
        own = stream(self.seed, "imbalance", ticker, session).standard_normal(2) * self.name_sd
        place = session - self.first
        if place >= len(self.retail):
            retail, other, own = np.array(self.today.retail), np.array(self.today.nonretail), own * self.today.stray
        else:
            level, others = (self.retail[place], self.nonretail[place]) if place >= 0 else (0.0, 0.0)
            retail, other = level + _RETAIL_SHAPE, others + _NONRETAIL_SHAPE
        return (retail + own[0]).clip(-0.9, 0.9), (other + 0.6 * own[1]).clip(-0.9, 0.9)


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


@dataclass(frozen=True)
class Prints:
    """Parallel arrays in order of time. `size` is in millionths of a share, `conditions` points into CONDITIONS."""

    sip_ns: Integers
    lag_ns: Integers
    price_e4: Integers
    size: Integers
    exchange: Integers
    facility: Integers
    conditions: Integers
    correction: Integers
    sequence: Integers

    def take(self, chosen: Integers | slice) -> Prints:
        """Some of them, in the order asked for."""
        return Prints(*(getattr(self, field.name)[chosen] for field in fields(self)))

    @staticmethod
    def joined(parts: Sequence[Prints]) -> Prints:
        """One after the other; at least one part."""
        if len(parts) == 1:
            return parts[0]
        return Prints(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Prints)))

    def __len__(self) -> int:
        return len(self.sip_ns)


@dataclass(frozen=True)
class Sides:
    """What decides the signs: imbalances by half-hour, retail's share of off-exchange prints, where it is listed."""

    retail: Floats
    other: Floats
    retail_share: float
    venue: int


def make_prints(plan: Plan, sides: Sides, piece: int, seed: int) -> Prints:
    """The prints of one piece of the session."""
    start, stop = PIECES[piece]
    luck = stream(seed, "prints", plan.ticker, plan.number, piece)
    minute = np.repeat(np.arange(start, stop), plan.prints[start:stop])
    place = luck.random(len(minute)) * 0.999
    place = place[np.argsort(minute + place)]
    mid = np.where(place < plan.step[minute], plan.mid[minute], plan.mid[minute + 1])
    made = _mixed(plan, sides, luck, minute=minute, place=place, bid=plan.bid_e4(mid))
    extra = _crosses(plan, sides.venue, start, stop)
    return _numbered(made, extra, plan, start)


def _mixed(
    plan: Plan, sides: Sides, luck: np.random.Generator, *, minute: Integers, place: Floats, bid: Integers
) -> Prints:
    count = len(minute)
    regular = (minute >= OPEN) & (minute < plan.close)
    half = np.minimum(np.maximum((minute - OPEN) // 30, 0), len(sides.retail) - 1)
    kind = luck.random(count)
    off = kind < 0.4
    retail = off & (kind < 0.4 * sides.retail_share) & (plan.tick_e4 == 100)
    rest = (kind - 0.4 * sides.retail_share) / (0.4 * (1 - sides.retail_share))
    middle = off & ~retail & (rest < 0.22)
    buys = np.where(retail, _signs(sides.retail[half], retail, luck), _signs(sides.other[half], ~retail, luck))
    price = bid + np.where(buys, plan.spread_e4, 0)
    price = np.where(middle, bid + plan.spread_e4 // 2, price)
    better = luck.integers(1, 40, count)
    price = np.where(retail, np.where(buys, price - better, price + better), price)
    size = _sizes(plan, luck, minute, retail, off)
    conditions = _conditions(luck, off & ~retail & (rest > 0.22), ~off, size < 100 * MICRO, regular)
    exchange = np.where(off, FINRA, _VENUES[np.searchsorted(_VENUE_SHARES, luck.random(count) * 0.999)])
    facility = np.where(off, _FACILITIES[np.searchsorted([0.62, 0.9], luck.random(count))], 0)
    lag = np.where(off, luck.exponential(2.5e8, count) + 3e6, luck.uniform(1.5e5, 9e5, count)).astype(np.int64)
    when = plan.midnight_ns + 14_400 * 10**9 + minute * MINUTE_NS + (place * MINUTE_NS).astype(np.int64)
    return Prints(when, lag, price, size, exchange, facility, conditions, np.zeros(count, np.int64), minute)


def _signs(imbalance: Floats, chosen: Flags, luck: np.random.Generator) -> Flags:
    """Buys among the chosen, spread evenly so that any stretch of prints shows nearly its imbalance."""
    place = np.cumsum(chosen) * _GOLDEN + luck.random()
    return np.asarray(place - np.floor(place) < (1 + imbalance) / 2)


def _sizes(plan: Plan, luck: np.random.Generator, minute: Integers, retail: Flags, off: Flags) -> Integers:
    """Millionths of a share; the prints of a minute sum to its volume."""
    if not len(minute):
        return minute
    volume, prints = plan.shares[minute], plan.prints[minute]
    odd = luck.random(len(minute)) < np.where(retail, 0.12, 0.33)
    least = np.where(odd, 1 + (99 * luck.random(len(minute)) ** 3).astype(np.int64), 1)
    opens = np.append(True, minute[1:] != minute[:-1])
    starts, rank = np.flatnonzero(opens), np.cumsum(opens) - 1
    least = np.where(np.add.reduceat(least, starts)[rank] <= volume, least, 1)
    odd &= prints > 1
    odd[starts] = False
    spread = np.where(retail, 0.25, 0.5) * luck.standard_normal(len(minute))
    weight = np.where(odd, 0.0, np.exp(spread) * np.where(retail, 0.6, 1.0))
    left = volume - np.add.reduceat(least, starts)[rank]
    size = least + np.floor(left * weight / np.add.reduceat(weight, starts)[rank]).astype(np.int64)
    size[starts] += plan.shares[minute[starts]] - np.add.reduceat(size, starts)
    return _fractional(size * MICRO, minute, off, luck)


def _fractional(size: Integers, minute: Integers, off: Flags, luck: np.random.Generator) -> Integers:
    """Moves part of a share from one off-exchange print to the next of its minute: the sum stays."""
    where = np.flatnonzero(off)
    giver, taker = where[: len(where) // 2 * 2 : 2], where[1::2]
    part = luck.integers(1, 1000, len(giver)) * 1000
    part = np.where((minute[giver] == minute[taker]) & (luck.random(len(giver)) < 0.45), part, 0)
    size[giver] -= part
    size[taker] += part
    return size


def _conditions(luck: np.random.Generator, plain: Flags, lit: Flags, odd: Flags, regular: Flags) -> Integers:
    draw = luck.random(len(odd))
    codes = np.where(lit & (draw < 0.3), _ISO, _REGULAR) + np.where(odd, _ODD, 0)
    codes = np.where(plain & (draw < 0.03), np.where(odd, 12, _AVERAGE), codes)
    codes = np.where(plain & (draw > 0.985), np.where(odd, 13, _DERIVED), codes)
    return np.where(regular, codes, np.where(odd, _FORM_T + 1, _FORM_T))


def _crosses(plan: Plan, venue: int, start: int, stop: int) -> list[tuple[int, ...]]:
    """(sip, price, size, exchange, conditions, correction) of auctions, official prices and one cancelled print."""
    day = plan.midnight_ns + 14_400 * 10**9
    made: list[tuple[int, ...]] = []
    for minute, after, size, cross, official in (
        (OPEN, OPENING_CROSS_NS, plan.opening, _OPENING, _OFFICIAL_OPEN),
        (plan.close, 0, plan.closing, _CLOSING, _OFFICIAL_CLOSE),
    ):
        if start <= minute < stop and size > 0:
            when, price = day + minute * MINUTE_NS, plan.price_e4(minute)
            made.append((when + after, price, size * MICRO, venue, cross, 0))
            made.append((when + 350_000_000, price, size * MICRO, venue, official, 0))
    busy = 390 + plan.number % 200
    if start <= busy < stop and plan.prints[busy] > 2:
        when = day + busy * MINUTE_NS + 30_000_000_000
        made.append((when, plan.price_e4(busy) + 2 * plan.tick_e4, 100 * MICRO, venue, _REGULAR, 8))
    return made


def _numbered(made: Prints, extra: list[tuple[int, ...]], plan: Plan, start: int) -> Prints:
    """All prints in order of a strictly rising time, with sequence numbers that rise through the day."""
    added = np.array(extra, dtype=np.int64).reshape(-1, 6).T
    blank = np.zeros(len(extra), np.int64)
    parts = (added[0], blank + 400_000, added[1], added[2], added[3], blank, added[4], added[5], blank)
    joined = [
        np.concatenate([getattr(made, field.name), part]) for field, part in zip(fields(made), parts, strict=True)
    ]
    order = np.argsort(joined[0], kind="stable")
    joined = [column[order] for column in joined]
    joined[0] = joined[0] + np.arange(len(order))
    before = int(plan.prints[:start].sum()) + 16 * (start // 30)
    joined[-1] = (before + np.arange(len(order)) + 1) * 7
    return Prints(*joined)


def dollars(prints: Prints) -> Floats:
    """Price times size."""
    return prints.price_e4 / E4 * prints.size / MICRO
