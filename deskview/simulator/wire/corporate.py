"""Splits, dividends and short volume: newer endpoints, which ignore `order`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from deskview.simulator.wire.backend import Market
from deskview.simulator.wire.protocol import answer, may_match, query
from deskview.simulator.world.actions import Split, mistold
from deskview.simulator.world.seeded import keys, uniforms
from deskview.simulator.world.world import World

#: One dividend row in so many stands in the table twice.
_TWICE = 500
_SPLITS = {"ticker": str, "execution_date": str, "adjustment_type": str}
_DIVIDENDS = {"ticker": str, "ex_dividend_date": str, "frequency": int, "distribution_type": str}
_SHORT_VOLUME = {"ticker": str, "date": str, "short_volume_ratio": float}


def splits(request: Request, market: Market) -> Response:
    """GET /stocks/v1/splits. Of one split there is a wrong row before the right one."""
    world = market.ready()
    until = market.splits_until()
    rows = []
    for split in world.splits:
        if split.session <= until:
            wrong = mistold(split, world.sessions)
            rows += [_split_row(world, wrong, "W", wrong.factor)] if wrong is not None else []
            rows.append(_split_row(world, split, "S", world.split_factor(split.position, split.session - 1, until)))
    return answer(request, rows, _SPLITS, "execution_date.desc", default=100, largest=5000)


def _split_row(world: World, split: Split, mark: str, factor: float) -> dict[str, Any]:
    return {
        "id": f"{mark}{split.position:05d}{split.session:04d}",
        "ticker": world.roster.tickers[split.position],
        "execution_date": world.days[split.session].isoformat(),
        "split_from": split.old,
        "split_to": split.new,
        "adjustment_type": "forward_split" if split.new > split.old else "reverse_split",
        "historical_adjustment_factor": round(factor, 8),
    }


def dividends(request: Request, market: Market) -> Response:
    """GET /stocks/v1/dividends. The older half of the history is looked at for those who ask so far back."""
    world, params = market.ready(), query(request)
    newest = world.past.newest.first
    whole = any(may_match(params, "ex_dividend_date", day.isoformat()) for day in world.days[world.oldest : newest])
    number = market.number
    if (number, whole) not in market.dividends:
        market.dividends[number, whole] = _dividend_rows(world, world.oldest if whole else newest, number)
    return answer(request, market.dividends[number, whole], _DIVIDENDS, "ticker.asc", default=100, largest=5000)


def _dividend_rows(world: World, since: int, until: int) -> list[dict[str, Any]]:
    paid, rows = world.dividends, []
    later = np.ones(len(world.roster.entries))
    known = np.flatnonzero((paid.session >= since) & (paid.session <= until))
    for place, k in enumerate(known[np.argsort(-paid.session[known], kind="stable")].tolist()):
        position, number, share = int(paid.position[k]), int(paid.session[k]), float(paid.share[k])
        before = (
            world.past.close_before(position, number)
            if number < world.sessions
            else world.closes_before(number)[position]
        )
        cash = round(float(before) * share, 4)
        later[position] *= 1 - share
        factor = world.split_factor(position, number, until)
        ex = world.days[number]
        row = {
            "id": f"D{position:05d}{number:04d}", "ticker": world.roster.tickers[position],
            "ex_dividend_date": ex.isoformat(), "record_date": ex.isoformat(),
            "declaration_date": (ex - timedelta(days=20)).isoformat(),
            "pay_date": (ex + timedelta(days=14)).isoformat(), "cash_amount": cash,
            "split_adjusted_cash_amount": round(cash * factor, 6), "currency": "USD", "frequency": 4,
            "distribution_type": "recurring", "historical_adjustment_factor": round(float(later[position]), 8),
        }  # fmt: skip
        rows += [row] * (1 if place % _TWICE else 2)
    return rows


def short_volume(request: Request, market: Market) -> Response:
    """GET /stocks/v1/short-volume: off-exchange volume of FINRA's facilities, published after the session."""
    world = market.ready()
    params = query(request)
    numbers = range(world.oldest, market.number)
    wanted = [n for n in numbers if may_match(params, "date", world.days[n].isoformat())]
    rows = [row for number in (wanted or [])[-20:] for row in _short_rows(market, number)]
    return answer(request, rows, _SHORT_VOLUME, "ticker.asc", default=10, largest=50_000)


def _short_rows(market: Market, number: int) -> list[dict[str, Any]]:
    world = market.world
    volume = world.past.session(number).volume
    some = np.flatnonzero(volume > 0)
    luck = keys(world.seed, [world.roster.tickers[i] for i in some], "short", number)
    share, short = (uniforms(luck, np.full(len(some), k, np.uint64)) for k in (1, 2))
    total = (volume[some] * (0.36 + 0.1 * share)).astype(np.int64)
    sold = (total * (0.4 + 0.2 * short)).astype(np.int64)
    day = world.days[number].isoformat()
    names = [world.roster.tickers[i] for i in some.tolist()]
    return [_short_row(*row, day) for row in zip(names, total.tolist(), sold.tolist(), strict=True)]


def _short_row(ticker: str, total: int, sold: int, day: str) -> dict[str, Any]:
    exempt, carteret, chicago = sold // 50, sold * 3 // 5, sold // 50
    return {
        "ticker": ticker, "date": day, "total_volume": total, "short_volume": sold, "exempt_volume": exempt,
        "non_exempt_volume": sold - exempt, "short_volume_ratio": round(100 * sold / total, 2) if total else 0.0,
        "nyse_short_volume": sold - carteret - chicago, "nyse_short_volume_exempt": exempt,
        "nasdaq_carteret_short_volume": carteret, "nasdaq_carteret_short_volume_exempt": 0,
        "nasdaq_chicago_short_volume": chicago, "nasdaq_chicago_short_volume_exempt": 0,
        "adf_short_volume": 0, "adf_short_volume_exempt": 0,
    }  # fmt: skip
