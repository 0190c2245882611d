"""What funds follow: the total return of what they hold or multiply, a reset at a time, less fees and closing noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from deskview.market.funds import RESETS, load_funds, load_underlyings
from deskview.simulator.world.baskets import Basket
from deskview.simulator.world.roster import STRAYS, AssetKind, Roster
from deskview.simulator.world.seeded import Flags, Floats, Integers, stream
from deskview.simulator.world.spec import Spec, rows

#: Sessions between the days on which a capped or equal-weighted index is weighed anew.
QUARTER = 63
#: Sessions of which one at least begins a quarter of the calendar.
_TAIL = 70
#: Yearly fees of index funds and of leveraged ones.
_FEE, _LEVERAGED_FEE = 0.0010 / 252, 0.0095 / 252
#: Closing prices stray from the net asset value: by so much where a fund trades that many dollars a day or more (a
#: return strays by the square root of 2 of it), and by at most so many times that.
_STRAYS, _LIQUID_USD, _MOST = 1.4e-4, 5e8, 14.0
#: Baskets of the registry by the rule of an index that weighs all names alike.
_ALIKE = {"index": "equal", "sector": "equalsector", "theme": "equaltheme"}
#: Baskets whose shares are held from one year to the next: their weights follow the market.
_BY_MARKET_VALUE = ("index:SPX", "small", "mid", "momentum")
_DEFAULT = {"basket": "", "beta": "1", "volatility": "0.006"}


@dataclass(frozen=True)
class Proxies:
    """Indices. Return = that of the shares held + beta x market + factor + noise of `own` a day.

    `weights` is (indices, stocks) at the last close before the scenario's session, rows sum to 1 or 0; within a quarter
    the shares they buy are held, those of `by_value` all along. `factor` is a name of the specification or empty.
    The first `listed` indices are those of the roster's proxies, in its order; of each underlying without a proxy
    `bare` has the number.
    """

    weights: Floats
    beta: Floats
    own: Floats
    factor: list[str]
    by_value: Flags
    listed: int
    bare: dict[str, int]


@dataclass(frozen=True)
class Multiples:
    """Return of a leveraged fund = leverage x return of what stands at `underlying` since the last reset, less the fee.

    `underlying` counts stocks first, then indices; `reset` is a number of RESETS.
    """

    leverage: Floats
    underlying: Integers
    reset: Integers
    daily_fee: float = _LEVERAGED_FEE


def make_proxies(roster: Roster, drift: Floats, seed: int) -> Proxies:
    """What each proxy follows, and the baskets of the underlyings no fund stands for.

    A basket without members is none: what would hold it moves with the market.
    """
    table = {row["ticker"]: row for row in rows("proxies.csv")}
    listed = [entry.ticker for entry in roster.entries if entry.kind is AssetKind.PROXY]
    lines = [table.get(ticker, _DEFAULT) for ticker in listed]
    bare = {}
    for underlying in load_underlyings().iter_rows(named=True):
        if not underlying["proxy"] and underlying["basket"]:
            bare[underlying["underlying"]] = len(lines)
            kind, _, argument = underlying["basket"].partition(":")
            kind = kind if underlying["weights"] == "cap" else _ALIKE[kind]
            lines.append({"basket": f"{kind}:{argument}", "beta": "0", "volatility": "0"})
    basket, weights, factor = Basket(roster, drift, seed), [], []
    for place, row in enumerate(lines):
        kind, _, argument = row["basket"].partition(":")
        made = np.zeros(roster.stocks) if kind in {"", "factor"} else basket.weights(kind, argument)
        lines[place] = row if kind in {"", "factor"} or made.any() else _DEFAULT
        weights.append(made)
        factor.append(argument if kind == "factor" else "")
    return Proxies(
        weights=np.array(weights),
        beta=np.array([float(row["beta"]) for row in lines]),
        own=np.array([float(row["volatility"]) for row in lines]),
        factor=factor,
        by_value=np.array([row["basket"].rstrip(":") in _BY_MARKET_VALUE for row in lines]),
        listed=len(listed),
        bare=bare,
    )


def make_multiples(roster: Roster, proxies: Proxies) -> Multiples:
    """Leverage, underlying and reset of each leveraged fund; a fund of unknown underlying follows SPY."""
    stand_in = dict(load_underlyings().select("underlying", "proxy").iter_rows())
    market = roster.index["SPY"]
    made = []
    for fund in load_funds().iter_rows(named=True):
        name = fund["underlying"] or "SPX"
        ticker = name if fund["kind"] == "stock" else stand_in.get(name)
        followed = roster.index.get(ticker or "", market)
        if fund["kind"] != "stock" and name in proxies.bare:
            followed = roster.stocks + proxies.bare[name]
        made.append((fund["leverage"], followed, RESETS.index(fund["reset"])))
    made += [(stray.leverage, roster.index.get(stray.follows, market), 0) for stray in STRAYS]
    if len(made) != len(roster.entries) - roster.stocks - proxies.listed:
        raise RuntimeError("funds and roster do not match")
    leverage, underlying, reset = zip(*made, strict=True)
    return Multiples(np.array(leverage), np.array(underlying), np.array(reset))


def with_indices(stocks: Floats, market: Floats, *, proxies: Proxies, spec: Spec, seed: int, block: int) -> Floats:
    """(sessions, stocks and indices) log total returns of a block, from those of the stocks and the market's factor."""
    simple = basket_returns(stocks, proxies) + np.outer(market, proxies.beta)
    simple += _factor_moves(market, proxies, spec, seed, block)
    simple += stream(seed, "proxies", block).standard_normal(simple.shape) * proxies.own
    return np.hstack([stocks, np.log1p(simple)])


def basket_returns(stocks: Floats, proxies: Proxies) -> Floats:
    """(sessions, indices) returns of the shares held, which stand in proportion to `weights` at the end of a quarter.

    Quarters are counted back from the end of the block; where weights follow the market the block is one.
    """
    days = len(stocks)
    made = np.zeros((days, len(proxies.weights)))
    for chosen, length in ((proxies.by_value, days), (~proxies.by_value, QUARTER)):
        some = np.flatnonzero(proxies.weights[chosen].any(axis=0))
        weights = proxies.weights[np.ix_(chosen, some)].T
        levels = np.vstack([np.zeros(len(some)), np.cumsum(stocks[:, some], axis=0)])
        for end in range(days, 0, -length):
            start = max(end - length, 0)
            value = np.exp(levels[start : end + 1] - levels[end]) @ weights
            held = value[:-1] > 0
            made[start:end, chosen] = np.divide(value[1:], value[:-1], out=np.ones(held.shape), where=held) - 1
    return made


def fund_returns(moves: Floats, leverages: Floats, proxies: Proxies, multiples: Multiples) -> Floats:
    """(sessions, stocks, proxies and leveraged funds) log total returns from those of stocks and indices."""
    stocks = moves.shape[1] - len(proxies.weights)
    funds = leverages * np.expm1(moves[:, multiples.underlying]) - multiples.daily_fee
    held = moves[:, stocks : stocks + proxies.listed] - _FEE
    return np.hstack([moves[:, :stocks], held, np.log1p(np.maximum(funds, -0.95))])


def closing_noise(roster: Roster, seed: int, block: int, sessions: int) -> Floats:
    """(sessions, proxies and leveraged funds) by how much closing prices stray from the net asset value, as a log."""
    adv = roster.column("adv_usd")[roster.stocks :]
    strays = _STRAYS * np.clip((_LIQUID_USD / adv) ** 0.25, 1.0, _MOST)
    return np.asarray(stream(seed, "closing noise", block).standard_normal((sessions, len(adv))) * strays)


def _factor_moves(market: Floats, proxies: Proxies, spec: Spec, seed: int, block: int) -> Floats:
    """(sessions, indices): the part commodity and crypto factors contribute; they trend in the newest block only."""
    moves = np.zeros((len(market), len(proxies.factor)))
    for name, factor in spec.factors.items():
        series = stream(seed, "factor", name, block).standard_normal(len(market)) * factor.volatility
        series += (0 if block else factor.trend / 252) - series.mean() + factor.beta * market
        moves[:, [position for position, of in enumerate(proxies.factor) if of == name]] = series[:, None]
    return moves


def leverages(multiples: Multiples, moves: Floats, older: Floats | None, days: Sequence[date]) -> Floats:
    """(sessions + 1, funds) multiple of the session's return that a fund has, in those of a block and in the next.

    L where it resets daily; else L x / (1 + L (x - 1)), x being the underlying since the last reset. `moves` are the
    log returns of stocks and indices in the block, `older` those before it (None: all reset with its first session).
    `days` are the dates of the block's sessions, with `_TAIL` before them where there are older ones, and the next.
    """
    made = np.tile(multiples.leverage, (len(moves) + 1, 1))
    slow = np.flatnonzero(multiples.reset)
    own = moves[:, multiples.underlying[slow]]
    if older is not None:
        own = np.vstack([older[-_TAIL:, multiples.underlying[slow]], own])
    begins = _begins(days)[:, multiples.reset[slow]]
    since = np.zeros((len(own) + 1, len(slow)))
    for session, move in enumerate(own):
        since[session] *= ~begins[session]
        since[session + 1] = since[session] + move
    since[-1] *= ~begins[-1]
    level, multiple = np.exp(since[-len(moves) - 1 :]), multiples.leverage[slow]
    made[:, slow] = multiple * level / np.maximum(1 + multiple * (level - 1), 0.05)
    return made


def tail_of(first: int) -> int:
    """How many sessions before a block `leverages` looks at."""
    return min(first, _TAIL)


def _begins(days: Sequence[date]) -> Flags:
    """(sessions, RESETS) whether a day, a week, a month, a quarter begins with the session; the first begins all."""
    weeks = [day.toordinal() - day.weekday() for day in days]
    months = np.array([day.year * 12 + day.month - 1 for day in days])
    numbers = np.column_stack([[day.toordinal() for day in days], weeks, months, months // 3])
    changes = numbers[1:] != numbers[:-1]
    return np.vstack([np.ones((1, len(RESETS)), dtype=bool), changes])
