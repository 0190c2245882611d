"""Prints: every trade of one name in some minutes of a session, generated when asked for.

A print depends on the seed, the name, the session and its minute alone: one minute made by itself has the same prints
as in a whole day. There are fewer and larger ones than in a real market; their dollars are to scale.
Fractions of a share are printed in every session the way the tapes have printed them since February 2026.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cache, cached_property, lru_cache

import numpy as np

from deskview.simulator.world.flows import STRETCH, STRETCHES
from deskview.simulator.world.minutes import E4, OPEN, Plan
from deskview.simulator.world.seeded import NORMAL_BITS, Flags, Floats, Integers, Words, keys, normal_table, normals

MINUTE_NS = 60_000_000_000
DAWN_NS = 240 * MINUTE_NS
"""From midnight to the first minute."""
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
_FACILITY_SHARES = np.cumsum([0.62, 0.28, 0.10])
#: Share of the prints of non-retail that are off the exchanges, and of those the share in the middle of the spread.
_OFF_SHARE, _MIDDLE_SHARE = 0.28, 0.22

#: Spread of the logarithm of sizes, and retail's mean size as a fraction of the others'.
SIZE_SD, _RETAIL_SIZE = 1.5, (3, 5)
#: Of every second off-exchange print: so many have part of a share, and so many no more than that.
_PARTS, _LESS_THAN_A_SHARE = 0.45, 0.04
#: How alike two neighbouring signs of non-retail are, about their level, and the widest blocks of signs: 2 to the 12th.
CLUSTERING, _SCALES = 0.2, 12
_BLOCK_SHARES = 2.0 ** (-np.arange(1, _SCALES + 1) / 2)
_BLOCK_SHARES /= _BLOCK_SHARES.sum()
#: Share of prints reported late, and by how much; share of prints far off the price, and how far below and above it.
LATE_SHARE, _LATE_NS = 0.01, (10 * MINUTE_NS, 60 * MINUTE_NS)
#: So many of those that can be late are; none can in the ten minutes after the open.
_LATE_CHANCE = LATE_SHARE / 0.92
FAR_SHARE, FAR_BELOW, FAR_ABOVE = 0.001, (0.06, 0.95), (0.06, 1.0)

#: What a print's sixteen 16-bit random words decide; its time and its kind take two each.
_TIME, _KIND, _SIGN, _SIZE, _CODES, _VENUE, _LAG, _BETTER, _ODDITY, _AMOUNT, _PART, _HAS_PART = 0, 1, *range(4, 14)
_WORD = float(1 << 16)
#: Numbers kept free in a minute's sequence for crosses and the like.
_EXTRA = 8


@dataclass(frozen=True)
class Prints:
    """Parallel arrays in order of time. `size` is in millionths of a share, `conditions` points into CONDITIONS.

    What no answer tells: whether a print is `retail`'s, its `sign` (1 bought, -1 sold, 0 an auction or its like), and
    whether its price is `far` off.
    """

    sip_ns: Integers
    lag_ns: Integers
    price_e4: Integers
    size: Integers
    exchange: Integers
    facility: Integers
    conditions: Integers
    correction: Integers
    sequence: Integers
    retail: Flags
    sign: Integers
    far: Flags

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
    """What decides the signs: expected imbalances by stretch, retail's share of the dollars; and where it is listed."""

    retail: Floats
    other: Floats
    retail_share: float
    venue: int

    @cached_property
    def limits(self) -> Floats:
        """(2, stretches) of the others and of retail, the standard normal number below which a print is a buy."""
        bought = (1 + np.stack([self.other, self.retail])) / 2
        return normal_table()[(bought * (1 << NORMAL_BITS)).astype(np.int64)]

    @property
    def retail_prints(self) -> float:
        """Retail's share of the prints, which are smaller than the others'."""
        size = _RETAIL_SIZE[0] / _RETAIL_SIZE[1]
        return self.retail_share / (self.retail_share + size * (1 - self.retail_share))


@dataclass(frozen=True)
class _Draft:
    """Ordinary prints in the making: the random words, the minute and the place in it, where each minute begins."""

    words: Integers
    minute: Integers
    when_ns: Integers
    counts: Integers
    starts: Integers
    index: Integers

    def whole(self, column: int) -> Integers:
        """(prints) from 0 to 65,535."""
        return self.words[:, column].astype(np.int64)

    def share(self, column: int) -> Floats:
        """(prints) uniform in [0, 1)."""
        return np.asarray(self.words[:, column] * (1 / _WORD))

    def chance(self, column: int, share: float) -> Flags:
        """(prints) whether something happens that happens to such a share of them."""
        return np.asarray(self.words[:, column] < round(share * _WORD))

    def before(self, running: Integers) -> Integers:
        """(prints) of a running total, what it was before the first print of the same minute."""
        first = np.where(self.starts > 0, running[np.maximum(self.starts, 1) - 1], 0)
        return np.repeat(first, self.counts)


def make_prints(plan: Plan, sides: Sides, minutes: range, seed: int) -> Prints:
    """The prints of some consecutive minutes, crosses and the like among them."""
    key = keys(seed, [plan.ticker], "prints", plan.number)
    draft = _drafted(plan, minutes, int(key[0]))
    made = _mixed(plan, sides, draft, key)
    return _numbered(made, _extras(plan, sides.venue, minutes), plan.before)


def _drafted(plan: Plan, minutes: range, key: int) -> _Draft:
    first, last = int(plan.before[minutes.start]), int(plan.before[minutes.stop])
    words = np.random.Philox(key=key, counter=first).random_raw(4 * (last - first)).view("<u2").reshape(-1, 16)
    found = np.arange(minutes.start, minutes.stop)[plan.prints[minutes.start : minutes.stop] > 0]
    counts = plan.prints[found]
    minute, starts = np.repeat(found, counts), plan.before[found] - first
    place = words.view("<u4")[:, _TIME].astype(np.int64)
    place = np.sort(minute << 32 | place) & 0xFFFF_FFFF
    inside = (place * (0.999 * MINUTE_NS / 2**32)).astype(np.int64)
    rank = np.arange(last - first) - np.repeat(starts, counts)
    when = minute * MINUTE_NS + (inside | 1) + 2 * rank  # odd, so that no cross has the same time
    return _Draft(words, minute, when, counts, starts, np.arange(first, last))


def _mixed(plan: Plan, sides: Sides, draft: _Draft, key: Words) -> Prints:
    share = sides.retail_prints if plan.tick_e4 == 100 else 0.0
    kind = draft.words.view("<u4")[:, _KIND] / 2.0**32
    retail = kind < share
    rest = (kind - share) / (1 - share)
    off = rest < _OFF_SHARE
    middle = ~retail & (rest < _OFF_SHARE * _MIDDLE_SHARE)
    regular = (draft.minute >= OPEN) & (draft.minute < plan.close)
    buys = _buys(sides, draft, retail, _clusters(key, draft.index), share)
    late_ns = np.where(regular & draft.chance(_ODDITY, _LATE_CHANCE), _lateness(draft), 0)
    price = _prices(plan, draft, draft.when_ns - late_ns, retail=retail, middle=middle, buys=buys)
    far = regular & off & (draft.words[:, _ODDITY] >= _WORD * (1 - FAR_SHARE / (share + _OFF_SHARE * (1 - share))))
    price = np.where(far, _far_off(price, draft), price)
    size = _sizes(plan, draft, retail, off)
    conditions = _conditions(draft, off & ~retail & ~middle, ~off, size < 100 * MICRO, regular)
    venue = draft.share(_VENUE)
    exchange = np.where(off, FINRA, _VENUES[np.searchsorted(_VENUE_SHARES[:-1], venue, side="right")])
    facility = np.where(off, _FACILITIES[np.searchsorted(_FACILITY_SHARES[:-1], venue, side="right")], 0)
    lag = np.where(off, 3_000_000 + _exponentials()[draft.whole(_LAG)], 150_000 + 11 * draft.whole(_LAG))
    sip_ns = plan.midnight_ns + DAWN_NS + draft.when_ns
    blank = np.zeros(len(retail), np.int64)
    return Prints(
        sip_ns, lag + late_ns, price, size, exchange, facility, conditions, blank, draft.minute,
        retail, np.where(buys, 1, -1), far,
    )  # fmt: skip


def _clusters(key: Words, index: Integers) -> Floats:
    """(prints) standard normal numbers that neighbours share: sums over the blocks of 2, 4 ... prints each is in."""
    if not len(index):
        return np.zeros(0)
    first, last = int(index[0]), int(index[-1])
    scales = range(_SCALES, 0, -1)
    blocks = [np.arange(first >> scale, (last >> scale) + 1) for scale in scales]
    counters = np.concatenate([block + (scale << 40) for scale, block in zip(scales, blocks, strict=True)])
    draws = normals(key ^ np.uint64(1 << 63), counters.astype(np.uint64))
    level, done = np.zeros(1), 0
    for scale, block in zip(scales, blocks, strict=True):
        wider = level[(block >> 1) - (block[0] >> 1)] if scale < _SCALES else 0.0
        level = wider + _BLOCK_SHARES[scale - 1] ** 0.5 * draws[done : done + len(block)]
        done += len(block)
    return np.asarray(level[(index >> 1) - (first >> 1)])


def _likeness(lag: Integers) -> Floats:
    """How alike `_clusters` are that far apart: about as lag to the power of -1/2."""
    widths = 2.0 ** np.arange(1, _SCALES + 1)
    return np.asarray(np.maximum(1 - lag[:, None] / widths, 0) @ _BLOCK_SHARES)


@lru_cache(4096)
def _shared(retail_prints: float) -> float:
    """The share of the clusters in the variance of what decides a sign, so that neighbours are as alike as they should.

    Signs are thresholds of normal numbers: theirs is 2/pi arcsin of the numbers' likeness. Between two neighbours of
    non-retail lie as many retail prints as chance has it.
    """
    lag = np.arange(1, 60)
    apart = (1 - retail_prints) * retail_prints ** (lag - 1)
    return float(np.sin(CLUSTERING * np.pi / 2) / (apart @ _likeness(lag)))


def _buys(sides: Sides, draft: _Draft, retail: Flags, clusters: Floats, retail_prints: float) -> Flags:
    """Retail's signs are independent of one another given the level, the others' come in clusters about it."""
    place = np.clip((draft.minute - OPEN) // STRETCH, 0, STRETCHES - 1)
    limit = sides.limits[retail.astype(np.int64), place]
    own = normal_table()[draft.words[:, _SIGN] >> (16 - NORMAL_BITS)]
    shared = _shared(retail_prints)
    return np.asarray(np.where(retail, own, shared**0.5 * clusters + (1 - shared) ** 0.5 * own) < limit)


def _lateness(draft: _Draft) -> Integers:
    """How late a print is if it is late: its participant's time lies in regular hours."""
    least, most = _LATE_NS
    longest = np.minimum(draft.when_ns - OPEN * MINUTE_NS, most)
    late = least + (draft.share(_AMOUNT) * (longest - least)).astype(np.int64)
    return np.where(longest > least, late, 0)


def _prices(plan: Plan, draft: _Draft, agreed_ns: Integers, *, retail: Flags, middle: Flags, buys: Flags) -> Integers:
    """What was paid at the moment of agreement: bid or ask, the middle, for retail a little better."""
    minute, inside = np.divmod(agreed_ns, MINUTE_NS)
    moved = inside >= (plan.step * MINUTE_NS)[minute]
    bid = plan.bids[minute + moved]
    price = bid + np.where(middle, plan.spread_e4 // 2, np.where(buys, plan.spread_e4, 0))
    better = np.where(retail, 1 + draft.whole(_BETTER) % 39, 0)
    return np.asarray(np.where(buys, price - better, price + better))


def _far_off(price: Integers, draft: _Draft) -> Integers:
    way = 2 * draft.share(_AMOUNT)
    below = 1 - FAR_BELOW[0] - (FAR_BELOW[1] - FAR_BELOW[0]) * way
    above = 1 + FAR_ABOVE[0] + (FAR_ABOVE[1] - FAR_ABOVE[0]) * (way - 1)
    return np.maximum((price * np.where(way < 1, below, above)).astype(np.int64), 1)


@cache
def _weights() -> Integers:
    """Lognormal sizes by 16-bit word, mean 2**20."""
    spread = np.exp(SIZE_SD * normal_table() - SIZE_SD**2 / 2)
    return np.repeat(np.rint(spread * 2**20).astype(np.int64), 1 << (16 - NORMAL_BITS))


@cache
def _exponentials() -> Integers:
    """Nanoseconds with a mean of a quarter of a second, by 16-bit word."""
    return np.rint(-2.5e8 * np.log((np.arange(_WORD) + 0.5) / _WORD)).astype(np.int64)


def _sizes(plan: Plan, draft: _Draft, retail: Flags, off: Flags) -> Integers:
    """Millionths of a share; the prints of a minute sum to its volume.

    Each gets one share, and of the rest what lies between two steps of the running total of weights, in whole shares.
    """
    weight = _weights()[draft.words[:, _SIZE]] * np.where(retail, *_RETAIL_SIZE)
    running = np.cumsum(weight)
    inside = running - draft.before(running)
    found = draft.minute[draft.starts]
    total = np.repeat(inside[draft.starts + draft.counts - 1], draft.counts)
    left = np.repeat(plan.shares[found].astype(np.int64) - draft.counts, draft.counts)
    shares = np.floor(inside / total * left).astype(np.int64)
    size = 1 + np.diff(shares, prepend=0)
    size[draft.starts] = 1 + shares[draft.starts]
    return _fractional(size * MICRO, draft, off)


def _fractional(size: Integers, draft: _Draft, off: Flags) -> Integers:
    """Moves part of a share from one off-exchange print to the next of its minute, or all but that: the sum stays."""
    running = np.cumsum(off, dtype=np.int64)
    rank = running - draft.before(running)
    where = np.flatnonzero(off)
    giver, taker = where[:-1], where[1:]
    luck = draft.share(_HAS_PART)[giver]
    pairs = (rank[giver] % 2 == 1) & (rank[taker] == rank[giver] + 1) & (luck < _PARTS)
    giver, taker, nearly_all = giver[pairs], taker[pairs], luck[pairs] < _LESS_THAN_A_SHARE
    part = (1 + draft.whole(_PART)[giver] % 999) * 1000
    part = np.where(nearly_all, size[giver] - part, part)
    size[giver] -= part
    size[taker] += part
    return size


def _conditions(draft: _Draft, plain: Flags, lit: Flags, odd: Flags, regular: Flags) -> Integers:
    codes = np.where(lit & draft.chance(_CODES, 0.3), _ISO, _REGULAR) + np.where(odd, _ODD, 0)
    codes = np.where(plain & draft.chance(_CODES, 0.03), np.where(odd, 12, _AVERAGE), codes)
    codes = np.where(plain & ~draft.chance(_CODES, 0.985), np.where(odd, 13, _DERIVED), codes)
    return np.where(regular, codes, np.where(odd, _FORM_T + 1, _FORM_T))


def _extras(plan: Plan, venue: int, minutes: range) -> list[tuple[int, ...]]:
    """(sip, price, size, exchange, conditions, correction, minute) of auctions, official prices, a cancelled print."""
    day = plan.midnight_ns + DAWN_NS
    made: list[tuple[int, ...]] = []
    for minute, after, size, cross, official in (
        (OPEN, OPENING_CROSS_NS, plan.opening, _OPENING, _OFFICIAL_OPEN),
        (plan.close, 0, plan.closing, _CLOSING, _OFFICIAL_CLOSE),
    ):
        if minute in minutes and size > 0:
            when, price = day + minute * MINUTE_NS, plan.price_e4(minute)
            made.append((when + after, price, size * MICRO, venue, cross, 0, minute))
            made.append((when + 350_000_000, price, size * MICRO, venue, official, 0, minute))
    busy = 390 + plan.number % 200
    if busy in minutes and plan.prints[busy] > 2:
        when = day + busy * MINUTE_NS + 30_000_000_000
        made.append((when, plan.price_e4(busy) + 2 * plan.tick_e4, 100 * MICRO, venue, _REGULAR, 8, busy))
    return made


def _numbered(made: Prints, extra: list[tuple[int, ...]], before: Integers) -> Prints:
    """All prints in order of a strictly rising time, with sequence numbers that rise through the day."""
    if extra:
        sip, price, size, exchange, conditions, correction, minute = np.array(extra, dtype=np.int64).T
        blank = np.zeros(len(extra), np.int64)
        columns = (sip, blank + 400_000, price, size, exchange, blank, conditions, correction, minute)
        made = Prints.joined([made, Prints(*columns, retail=blank > 0, sign=blank, far=blank > 0)])
        made = made.take(np.argsort(made.sip_ns, kind="stable"))
    minute, place = made.sequence, np.arange(len(made))
    opens = np.diff(minute, prepend=-1) > 0
    rank = place - np.maximum.accumulate(np.where(opens, place, 0)) if len(made) else place
    return replace(made, sequence=(before[minute] + _EXTRA * minute + rank + 1) * 7)


def dollars(prints: Prints) -> Floats:
    """Price times size."""
    return prints.price_e4 / E4 * prints.size / MICRO


@dataclass(frozen=True)
class Drawn:
    """The truth of single prints: SIP time (Unix ns), whether retail's, 1 bought or -1 sold, dollars.

    Crosses, cancelled prints and those far off the price are not among them; late ones are.
    """

    ns: Integers
    retail: Flags
    sign: Integers
    usd: Floats


def drawn(prints: Prints) -> Drawn:
    """What was drawn for these prints."""
    kept = prints.take(np.flatnonzero((prints.sign != 0) & ~prints.far))
    return Drawn(kept.sip_ns, kept.retail, kept.sign, dollars(kept))
