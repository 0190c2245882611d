"""What breaks a series of prices: splits, dividends, a spin-off and a reused ticker no table tells of, delistings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from deskview.simulator.world.roster import REUSED, REUSED_BACK, SPLITTING, SPUN_OFF, Fate, Roster
from deskview.simulator.world.seeded import Floats, Integers, keys, stream, uniforms
from deskview.simulator.world.spec import rows

_QUARTER = 63
#: Index funds go ex on the first session from that day of March, June, September, December on, and pay so much and up
#: to so much more of their price.
_EX_FROM, _PAID, _PAID_MORE = 20, 0.0010, 0.0025
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
#: The invented company that splits first; the others follow it.
_FIRST = 20
#: Sessions before the scenario's, old shares, new shares: of one company each.
SPLITS = (
    (12, 1, 2), (80, 1, 3), (150, 1, 4), (200, 1, 10), (30, 20, 1), (100, 8, 1), (260, 4, 5), (50, 1, 2),
    (310, 1, 5), (390, 10, 1), (470, 1, 2), (540, 2, 3),
)  # fmt: skip
_SECOND = (180, 2, 3)
#: Funds that split: their count of shares stands on another basis before.
_FUND_SPLITS = (("TQQQ", 49, 1, 2), ("SOXS", 120, 20, 1))
#: The split of which the table also has a wrong row, and what that row says.
_MISTOLD, _WRONG = 80, (1, 60)
_SPIN_OFF_BACK, _SPIN_OFF = 130, 0.75
#: What the former owner's price level was against the new one's.
_FORMER_LEVEL = 1 / 11
#: Sessions over which a company goes under, what is left of its price before the last day, and after it.
_DECLINE, _LEFT, _LAST_DAY = 80, 0.1, 0.55
#: Sessions for which the price of a company that is taken over stands at the offer, and the premium.
_PINNED, _PREMIUM = 45, 1.32


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


@dataclass(frozen=True)
class Break:
    """Prices before session number `session` stood at `level` times what the later ones say; no table has it."""

    position: int
    session: int
    level: float


def make_splits(roster: Roster, sessions: int) -> list[Split]:
    """The splits of the history and that of the scenario's session, oldest first."""
    start = roster.invented + _FIRST
    raw = [(start + k, sessions - back, old, new) for k, (back, old, new) in enumerate(SPLITS)]
    raw.append((start + 7, sessions - _SECOND[0], _SECOND[1], _SECOND[2]))
    raw.append((roster.invented + SPLITTING, sessions, 1, 10))
    raw += [
        (roster.index[ticker], sessions - back, old, new)
        for ticker, back, old, new in _FUND_SPLITS
        if ticker in roster.index
    ]
    found = []
    for position, session, old, new in sorted(raw, key=lambda split: split[1]):
        later = [o / n for p, s, o, n in raw if p == position and s >= session]
        found.append(Split(position, session, old, new, float(np.prod(later))))
    return found


def mistold(split: Split, sessions: int) -> Split | None:
    """The wrong row the table has before the right one, where it has one."""
    if split.session != sessions - _MISTOLD:
        return None
    old, new = _WRONG
    return Split(split.position, split.session, old, new, old / new)


def make_breaks(roster: Roster, sessions: int) -> list[Break]:
    """What no table tells."""
    return [
        Break(roster.invented + REUSED, sessions - REUSED_BACK, _FORMER_LEVEL),
        Break(roster.invented + SPUN_OFF, sessions - _SPIN_OFF_BACK, 1 / _SPIN_OFF),
    ]


def split_factors(splits: list[Split], number: int, names: int) -> Floats:
    """(names): what a price of that session is multiplied by to stand on the share basis after these splits."""
    factors = np.ones(names)
    for split in splits:
        if number < split.session:
            factors[split.position] *= split.old / split.new
    return factors


def bases(splits: list[Split], breaks: list[Break], sessions: range, names: int) -> Floats:
    """(sessions, names): what prices without splits and breaks are multiplied by to be those that were traded."""
    made = np.ones((len(sessions), names))
    for split in splits:
        made[: max(split.session - sessions.start, 0), split.position] *= split.new / split.old
    for one in breaks:
        made[: max(one.session - sessions.start, 0), one.position] *= one.level
    return made


def make_dividends(roster: Roster, sessions: range, days: Sequence[date], seed: int) -> Dividends:
    """Quarterly dividends of part of the living stocks and of index funds; the last session is the scenario's.

    `days` are the dates of all sessions from number 0 on.
    """
    stocks, funds = _of_stocks(roster, sessions, seed), _of_funds(roster, sessions, days, seed)
    return Dividends(*(np.concatenate(pair) for pair in zip(stocks, funds, strict=True)))


def _of_funds(roster: Roster, sessions: range, days: Sequence[date], seed: int) -> tuple[Integers, Integers, Floats]:
    """What index funds of stocks pay out of what they are paid, all on one day of the quarter's last month."""
    holding = {row["ticker"] for row in rows("proxies.csv") if row["basket"] and not row["basket"].startswith("factor")}
    funds = roster.positions(sorted(holding))
    share = _PAID + _PAID_MORE * stream(seed, "paid by funds").random(len(funds))
    late = [day.month % 3 == 0 and day.day >= _EX_FROM for day in days]
    ex = np.array([number for number in sessions if late[number] and not late[number - 1]], dtype=np.int64)
    return np.repeat(funds, len(ex)), np.tile(ex, len(funds)), np.repeat(share, len(ex))


def _of_stocks(roster: Roster, sessions: range, seed: int) -> tuple[Integers, Integers, Floats]:
    entries = roster.entries[: roster.stocks]
    luck = keys(seed, roster.tickers[: roster.stocks], "dividend")
    pays, when, amount = (uniforms(luck, np.full(len(entries), k, np.uint64)) for k in range(3))
    chance = np.array([_PAYERS.get(entry.sector or "", 0.5) * (0.9 if entry.real else 0.4) for entry in entries])
    plain = np.array([entry.type != "PFD" and not entry.fate and entry.former is None for entry in entries])
    offset, share = (when * _QUARTER).astype(np.int64), 0.002 + 0.007 * amount
    first, last = (span[: roster.stocks] for span in roster.spans())
    payers = np.flatnonzero((pays < chance) & plain)
    ex = sessions[-1] - offset[payers, None] - _QUARTER * np.arange(len(sessions) // _QUARTER + 1)
    counts = (ex >= np.maximum(first[payers, None] + 5, sessions[0])) & (ex <= last[payers, None])
    positions = np.broadcast_to(payers[:, None], ex.shape)[counts]
    return positions, ex[counts], share[positions]


def apply_dividends(returns: Floats, dividends: Dividends, first: int) -> None:
    """Takes each dividend out of the return of its ex-date, in place; `first` is the number of the first row."""
    inside = (dividends.session >= first) & (dividends.session < first + len(returns))
    where = (dividends.session[inside] - first, dividends.position[inside])
    returns[where] += np.log1p(-dividends.share[inside])


def apply_fates(returns: Floats, roster: Roster, first: int) -> None:
    """Lets delisted names end as they do, in place; after the last bar nothing moves."""
    for position, entry in enumerate(roster.entries[: returns.shape[1]]):
        end = entry.last + 1 - first
        if end >= len(returns) + _DECLINE:
            continue
        own = returns[:, position]
        own[max(end, 0) :] = 0.0
        if entry.fate is Fate.FAILED:
            own[max(end - 1 - _DECLINE, 0) : max(end - 1, 0)] += np.log(_LEFT) / _DECLINE
            own[max(end - 1, 0) : max(end, 0)] += np.log(_LAST_DAY)
        if entry.fate is Fate.TAKEN_OVER:
            own[max(end - _PINNED, 0) : max(end, 0)] *= 0.02
            own[max(end - 1 - _PINNED, 0) : max(end - _PINNED, 0)] += np.log(_PREMIUM)
