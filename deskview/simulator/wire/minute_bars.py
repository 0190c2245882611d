"""Minute bars of one name, read off the same plan its prints come from."""

from __future__ import annotations

from typing import Any

import numpy as np

from deskview.simulator.wire.market import Market
from deskview.simulator.world.plan import E4

_MINUTE_MS = 60_000
_FIRST_MS = 4 * 3_600_000


def minute_bars(market: Market, position: int, number: int, adjusted: bool) -> list[dict[str, Any]]:
    """One session, 04:00 to 20:00: finished minutes only, without the crosses; minutes without a trade are absent."""
    world = market.ready()
    plan = world.plan(position, number)
    some = np.flatnonzero(plan.shares > 0)
    starts = plan.midnight_ns // 10**6 + _FIRST_MS + some * _MINUTE_MS
    some = some[starts + _MINUTE_MS <= market.clock.now_ns() // 10**6]
    first, last = plan.mid[some], plan.mid[some + 1]
    high = (plan.bid_e4(np.maximum(first, last)) + plan.spread_e4) / E4
    low = plan.bid_e4(np.minimum(first, last)) / E4
    opening, close = (np.rint(mid * E4 / plan.tick_e4) * plan.tick_e4 / E4 for mid in (first, last))
    factor = float(world.split_factors[number, position]) if adjusted and number < world.sessions else 1.0
    prices = [np.round(array * factor, 4).tolist() for array in ((first + last) / 2, opening, close, high, low)]
    volume, prints = np.round(plan.shares[some] / factor, 4).tolist(), plan.prints[some].tolist()
    return [
        {"v": v, "vw": vw, "o": o, "c": c, "h": h, "l": bottom, "t": t, "n": n}
        for v, vw, o, c, h, bottom, t, n in zip(volume, *prices, starts[: len(some)].tolist(), prints, strict=True)
    ]
