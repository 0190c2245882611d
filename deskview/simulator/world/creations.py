"""How many shares a fund has: they are created and redeemed in whole units, mostly against the fund's own move."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deskview.market.funds import load_funds
from deskview.simulator.world.held import Multiples
from deskview.simulator.world.roster import STRAYS, Roster
from deskview.simulator.world.seeded import Flags, Floats, Integers, keys, stream, uniforms, word

#: Shares in a unit: of large funds, of the others.
_UNITS = (50_000, 10_000)
_LARGE_SHARES, _LARGE_USD = 3e6, 1e9
#: What is bought of a leveraged fund for each 1 % it falls, in % of it; of an inverse one less.
_DIPS, _DIPS_INVERSE = 0.12, 0.05
#: Correlation of purchases with the fund's return: of large long funds, of the others.
_CORRELATION, _LOOSE = 0.6, 0.3
#: Growth in a day, and purchases of a fund without leverage.
_GROWTH, _IDLE = 0.0004, 0.003


@dataclass(frozen=True)
class Creations:
    """`shares` (sessions, funds) are outstanding after the creations of each session of a block, on its share basis.

    `late` are funds whose issuer tells of a session's creations in the next one. `wanted` (on the scenario's basis) and
    `units` are what holders want and have in units before the block: the older block ends there.
    """

    shares: Integers
    late: Flags
    wanted: Floats
    units: Floats


def make(
    roster: Roster,
    multiples: Multiples,
    close: Floats,
    basis: Floats,
    end: Creations | Floats,
    *,
    seed: int,
    block: int,
) -> Creations:
    """Counts of proxies and leveraged funds in a block that lead to `end`: a newer block, or today's shares.

    `close` and `basis` (sessions + 1, funds) begin with the session before: prices without splits, NaN where there are
    none, and what they are multiplied by to be those of that session.
    """
    bought = _bought(roster, multiples, close, seed, block)
    size = _unit_sizes(roster, seed)
    wanted = end.wanted if isinstance(end, Creations) else end
    units = end.units if isinstance(end, Creations) else np.maximum(np.rint(end / size), 1.0)
    shares = np.zeros(bought.shape, dtype=np.int64)
    after = basis[-1]
    for session in reversed(range(len(bought))):
        now = basis[session + 1]
        target = wanted / now / size
        units = np.where(now == after, units + np.trunc(target - units), np.rint(target))
        units, after = np.maximum(units, 1.0), now
        shares[session] = units * size
        wanted = wanted * np.exp(-bought[session])
    return Creations(shares, _late(roster), wanted, units)


def _bought(roster: Roster, multiples: Multiples, close: Floats, seed: int, block: int) -> Floats:
    """(sessions, funds) net creations of each session, as a log of the fund: against its move, and at random."""
    returns = np.nan_to_num(close[1:] / close[:-1] - 1)
    proxies = returns.shape[1] - len(multiples.leverage)
    long = np.concatenate([np.zeros(proxies, dtype=bool), multiples.leverage > 0])
    dips = np.where(long, _DIPS, _DIPS_INVERSE)
    dips[:proxies] = 0.0
    large = long & (roster.column("size_usd")[roster.stocks :] >= _LARGE_USD)
    correlation = np.where(large, _CORRELATION, _LOOSE)
    own = dips * returns.std(axis=0) * np.sqrt(1 / correlation**2 - 1)
    own[:proxies] = _IDLE
    luck = stream(seed, "creations", block).standard_normal(returns.shape)
    return np.asarray(_GROWTH - dips * returns + own * luck)


def _unit_sizes(roster: Roster, seed: int) -> Floats:
    """(funds) shares in a creation unit."""
    funds = roster.entries[roster.stocks :]
    luck = uniforms(keys(seed, [fund.ticker for fund in funds], "unit"), np.zeros(len(funds), np.uint64))
    many = np.array([fund.size_usd / fund.price for fund in funds]) > _LARGE_SHARES
    return np.where(many & (luck < 0.7), float(_UNITS[0]), float(_UNITS[1]))


def _late(roster: Roster) -> Flags:
    """(funds) whether the issuer is one of the third that tells a session later."""
    issuers = [*load_funds()["issuer"].fill_null(""), *("" for _ in STRAYS)]
    late = [bool(issuer) and word(issuer) % 3 == 2 for issuer in issuers]
    return np.array([False] * (len(roster.entries) - roster.stocks - len(late)) + late)
