"""What is known of single stocks beside their prices: shares free to trade and sold short, and when they report.

All of it is drawn by name, so a name's figures do not hang on who else is listed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from deskview.market.sessions import Calendar
from deskview.simulator.world.seeded import Floats, Integers, Words, keys, normals, uniforms
from deskview.simulator.world.world import World

LAG = 10
"""Sessions from a settlement to the day on which its counts are told."""
MID_MONTH = 15
WINDOW = 10
"""Sessions before a settlement whose volume its counts are held against."""
_SHORT, _SPREAD, _DRIFT = 0.03, 0.9, 0.15
"""What is sold short of the float, in the middle, and how far names and settlements stray from it (log)."""
CROWDED_EVERY = 250
"""One name in so many has more sold short than is free to trade."""
_LEAST_FREE, _MOST_FREE = 0.35, 0.99
_QUARTERS_BACK, _QUARTERS_AHEAD = 9, 2
_FIRST_DAY, _DAYS = 16, 38
"""Reports come so many days after a quarter's end, and over so many."""
_EVENING, _NOON = 0.42, 0.02
"""So many of all report after the close, and so many while the market is open."""
CONFIRMED_DAYS = 14
"""So long before it a day is no longer a projected one."""


@dataclass(frozen=True)
class Settlement:
    """A count of what is sold short: the session it is of, and the one on which it is told."""

    number: int
    told: int


@dataclass(frozen=True)
class Report:
    """Results of one quarter: the day, the one expected before it was known, and the clock of New York, "" where nobody
    says."""

    position: int
    year: int
    quarter: int
    day: date
    projected: date
    clock: str


def luck_of(world: World, label: str) -> Words:
    """A number for each stock."""
    return keys(world.seed, world.roster.tickers[: world.roster.stocks], label)


def drawn(luck: Words, counter: int) -> Floats:
    """A uniform number for each key."""
    return uniforms(luck, np.full(len(luck), counter, np.uint64))


def shares(world: World, number: int) -> Floats:
    """(stocks) shares outstanding on the basis of a session."""
    count = world.roster.stocks
    price = world.closes_before(world.sessions)[:count]
    held = world.roster.column("size_usd")[:count] / np.where(price > 0, price, np.nan)
    return np.asarray(held * world.split_factors(number, world.sessions)[:count])


def free_share(world: World) -> Floats:
    """(stocks) of the shares outstanding those that are free to trade."""
    return np.asarray(_LEAST_FREE + (_MOST_FREE - _LEAST_FREE) * drawn(luck_of(world, "float"), 0))


def settlements(world: World) -> list[Settlement]:
    """Those of the newest history, the oldest first: the middle and the end of each month."""
    days, first = world.days, world.past.newest.first + WINDOW
    return [
        Settlement(number, number + LAG)
        for number in range(first, world.sessions)
        if days[number].day <= MID_MONTH < days[number + 1].day or days[number].month != days[number + 1].month
    ]


def sold_short(world: World, number: int) -> tuple[Integers, Integers]:
    """(stocks) shares sold short at the end of a session and the volume of an average day before it, on its basis."""
    luck, count = luck_of(world, "sold short"), world.roster.stocks
    level = np.log(_SHORT) + _SPREAD * normals(luck, np.zeros(count, np.uint64))
    level += _DRIFT * normals(luck, np.full(count, number, np.uint64))
    crowded = np.flatnonzero(luck % np.uint64(CROWDED_EVERY) == 0)
    level[crowded] = np.log(0.9 + 0.5 * drawn(luck, 1)[crowded])
    newest = world.past.newest
    recent = newest.bars.volume[number - WINDOW - newest.first : number - newest.first, :count]
    short = np.nan_to_num(shares(world, number) * free_share(world) * np.exp(level))
    return np.rint(short).astype(np.int64), np.median(recent, axis=0).astype(np.int64)


@lru_cache(2)
def reports(world: World) -> list[Report]:
    """Those about the scenario's session, quarter by quarter, of stocks that are listed in it."""
    last = world.days[world.sessions]
    quarter = last.year * 4 + (last.month - 1) // 3
    luck = luck_of(world, "reports")
    evening, noon = drawn(luck, 0) < _EVENING, drawn(luck, 0) > 1 - _NOON
    listed = world.roster.spans()[1][: world.roster.stocks] >= world.sessions
    calendar, found = Calendar(), list[Report]()
    for each in range(quarter - _QUARTERS_BACK, quarter + _QUARTERS_AHEAD):
        year, place = divmod(each, 4)
        end = date(year + place // 3, place * 3 + 4 if place < 3 else 1, 1) - timedelta(days=1)
        after = _FIRST_DAY + (_DAYS * drawn(luck, 1)).astype(np.int64) + (3 * drawn(luck, each)).astype(np.int64)
        drift = (11 * drawn(luck, each + 1)).astype(np.int64) - 4
        for position in np.flatnonzero(listed).tolist():
            day = _session(end + timedelta(days=int(after[position])), calendar)
            projected = _session(day + timedelta(days=int(drift[position])), calendar)
            clock = "16:05:00" if evening[position] else "12:30:00" if noon[position] else "07:30:00"
            found.append(Report(position, year, place + 1, day, projected, clock))
    return found


def _session(day: date, calendar: Calendar) -> date:
    """The day, or the first session after it."""
    return next(each for ahead in range(9) if calendar.is_session(each := day + timedelta(days=ahead)))
