"""Option chains, and treasury yields. What is withheld: greeks on the last day, quotes and trades by plan."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from math import erf, sqrt
from typing import Any

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from deskview.market.sessions import NEW_YORK, OPEN
from deskview.simulator.wire.backend import Market, as_date
from deskview.simulator.wire.protocol import (
    Refusal,
    error,
    json,
    limit_of,
    matching,
    next_url,
    not_found,
    ordered,
    page,
    query,
    request_id,
    skip_of,
)
from deskview.simulator.world.minutes import E4
from deskview.simulator.world.options import Chain, make_chain, underlyings
from deskview.simulator.world.seeded import Flags, Integers
from deskview.simulator.world.world import World

_DEFAULT, _LARGEST = 10, 250
_SORTS = ("ticker", "expiration_date", "strike_price")
_RATE = 0.04
_YIELDS = {"yield_1_month": 4.02, "yield_3_month": 3.97, "yield_6_month": 3.9, "yield_1_year": 3.8}
_DATED = {"date": str}
_DAY_MINUTES, _FLOOR_MINUTES, _YEAR_MINUTES = 1440.0, 5.0, 525_600.0
ABSURD_IV = 5.0
ADJUSTED_EVERY, ABSENT_EVERY, ABSURD_EVERY, FLICKERS_EVERY = 97, 53, 89, 41
"""One contract in so many is of a root that was adjusted, has no volatility, an absurd one, or an open interest that
differs from one minute to the next."""


@lru_cache(64)
def _chain(world: World, symbol: str, number: int) -> Chain:
    return make_chain(world, underlyings(world)[symbol], number)


def chain(request: Request, market: Market) -> Response:
    """GET /v3/snapshot/options/{underlying}: `as_of` and `date` are ignored."""
    world, params = market.ready(), query(request)
    limit = limit_of(request, params, _DEFAULT, _LARGEST)
    symbol = request.path_params["underlying"]
    if symbol not in underlyings(world):
        raise Refusal(not_found(request))
    made = _chain(world, symbol, market.number)
    chosen = _ordered(request, made, np.flatnonzero(_matching(request, made, params)), params)
    skip = skip_of(request, params)
    rows = [_row(market, made, int(at)) for at in chosen[skip : skip + limit]]
    body: dict[str, Any] = {"results": rows, "status": market.status, "request_id": request_id(request)}
    if skip + limit < len(chosen):
        body["next_url"] = next_url(request, params, skip=skip + limit)
    return json(body)


def _matching(request: Request, made: Chain, params: dict[str, str]) -> Flags:
    """Contracts that pass every filter; what is no filter is ignored."""
    days = np.array([day.toordinal() for day in made.expiries])[made.expiry]
    found = np.ones(len(made.strike), dtype=np.bool_)
    compare = {"": np.equal, "gte": np.greater_equal, "gt": np.greater, "lte": np.less_equal, "lt": np.less}
    for key, text in params.items():
        column, _, suffix = key.partition(".")
        if not text or suffix not in compare:
            continue
        if column == "expiration_date":
            found &= compare[suffix](days, as_date(request, text, key).toordinal())
        elif column == "strike_price":
            found &= compare[suffix](made.strike, _number(request, key, text))
        elif column == "contract_type":
            found &= made.call == (text == "call")
    return found


def _number(request: Request, key: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as fault:
        raise Refusal(error(request, 400, f"{key}: invalid value")) from fault


def _ordered(request: Request, made: Chain, chosen: Integers, params: dict[str, str]) -> Integers:
    sort = params.get("sort", "ticker")
    if sort not in _SORTS:
        raise Refusal(error(request, 400, f"sort: unknown {sort!r}"))
    by = {"ticker": (made.strike, ~made.call, made.expiry), "expiration_date": (made.strike, ~made.call, made.expiry)}
    columns = by.get(sort, (~made.call, made.expiry, made.strike))
    order = chosen[np.lexsort(tuple(column[chosen] for column in columns))]
    return order[::-1] if params.get("order", "asc") == "desc" else order


def _row(market: Market, made: Chain, at: int) -> dict[str, Any]:
    """A contract as the vendor tells it."""
    expiry, strike, call = made.expiries[int(made.expiry[at])], float(made.strike[at]), bool(made.call[at])
    sigma, spot = float(made.sigma[at]), _spot(market, made)
    minutes = max(_minutes(market, expiry), _FLOOR_MINUTES)
    worth, delta, gamma, vega, theta = _greeks(spot, strike, minutes / _YEAR_MINUTES, sigma, call=call)
    oi = int(made.oi[at])
    if at % FLICKERS_EVERY == 0 and market.clock.now().minute % 2:
        oi = oi * 107 // 100
    row: dict[str, Any] = {
        "break_even_price": round(strike + (worth if call else -worth), 4),
        "day": _day(worth, oi, market),
        "details": _details(made, at, expiry, strike, call=call),
        "open_interest": oi,
        "underlying_asset": _asset(market, made, spot, strike, worth, call=call),
    }
    last_day = expiry == market.today()
    if not last_day:
        row["greeks"] = {} if abs(delta) > 0.99 else {"delta": delta, "gamma": gamma, "theta": theta, "vega": vega}
        if at % ABSURD_EVERY == 0:
            row |= {"implied_volatility": ABSURD_IV, "greeks": {"delta": delta, "gamma": 0, "theta": 0, "vega": 0}}
        elif at % ABSENT_EVERY:
            row["implied_volatility"] = round(sigma, 6)
    if market.plan.last_quote:
        row["last_quote"] = _quote(worth, market)
    return row


def _details(made: Chain, at: int, expiry: date, strike: float, *, call: bool) -> dict[str, Any]:
    under = made.underlying
    monthly = under.morning and expiry.weekday() == 4 and 15 <= expiry.day <= 21
    root = under.morning if monthly else under.evening
    if not under.index and not under.daily and at % ADJUSTED_EVERY == 0:
        root += "1"
    symbol = f"O:{root}{expiry:%y%m%d}{'C' if call else 'P'}{round(strike * 1000):08d}"
    return {
        "contract_type": "call" if call else "put",
        "exercise_style": "european" if under.index else "american",
        "expiration_date": expiry.isoformat(),
        "shares_per_contract": 100,
        "strike_price": strike,
        "ticker": symbol,
    }


def _asset(market: Market, made: Chain, spot: float, strike: float, worth: float, *, call: bool) -> dict[str, Any]:
    under = made.underlying
    told = {"value": round(_value(market, made, spot), 2)} if under.index else {"price": round(spot, 4)}
    even = strike + (worth if call else -worth)
    asset = {
        "change_to_break_even": round(even - spot, 4),
        "last_updated": market.data_ns(),
        "ticker": under.symbol,
        "timeframe": "DELAYED" if market.plan.delayed else "REAL-TIME",
    }
    return asset | told


def _spot(market: Market, made: Chain) -> float:
    """The underlying now; before its first trade of the day the close before."""
    moment, position = market.moment(), market.world.roster.index[made.underlying.follows]
    price = float(moment.price_e4[position]) / E4
    return (price or float(market.world.closes_before(market.number)[position])) * made.underlying.scale


def _value(market: Market, made: Chain, spot: float) -> float:
    """What an index is told at: it is not computed before the open, while its options and its fund trade."""
    now, under = market.clock.now().astimezone(NEW_YORK), made.underlying
    if now.date() > market.today() or now.time() >= OPEN:
        return spot
    position = market.world.roster.index[under.follows]
    return float(market.world.closes_before(market.number)[position]) * under.scale


def _minutes(market: Market, expiry: date) -> float:
    now = market.clock.now().astimezone(NEW_YORK)
    return (expiry - now.date()).days * _DAY_MINUTES + 960.0 - (now.hour * 60 + now.minute)


def _day(worth: float, oi: int, market: Market) -> dict[str, Any]:
    if oi < 20:
        return {}  # not traded
    price = round(worth, 2)
    return {
        "change": 0.0, "change_percent": 0.0, "close": price, "high": price, "last_updated": market.data_ns(),
        "low": price, "open": price, "previous_close": price, "volume": oi // 10, "vwap": price,
    }  # fmt: skip


def _quote(worth: float, market: Market) -> dict[str, Any]:
    wide = max(0.05, round(worth * 0.01, 2))
    bid, ask = max(round(worth - wide / 2, 2), 0.0), round(worth + wide / 2, 2)
    return {
        "ask": ask, "ask_size": 10, "bid": bid, "bid_size": 10, "last_updated": market.data_ns(),
        "midpoint": round((bid + ask) / 2, 4), "timeframe": "REAL-TIME",
    }  # fmt: skip


def _greeks(
    spot: float, strike: float, years: float, sigma: float, *, call: bool
) -> tuple[float, float, float, float, float]:
    """Value, delta, gamma, vega per point, theta per day, without dividends."""
    root = sigma * sqrt(years)
    d1 = (np.log(spot / strike) + (_RATE + sigma * sigma / 2) * years) / root
    d2 = d1 - root
    density = float(np.exp(-d1 * d1 / 2)) / sqrt(2 * np.pi)
    paid = strike * float(np.exp(-_RATE * years))
    sign = 1.0 if call else -1.0
    worth = sign * (spot * _normal(sign * d1) - paid * _normal(sign * d2))
    gamma = density / (spot * root)
    theta = (-spot * density * sigma / (2 * sqrt(years)) - sign * _RATE * paid * _normal(sign * d2)) / 365
    return max(worth, 0.0), sign * _normal(sign * d1), gamma, spot * density * sqrt(years) / 100, theta


def _normal(x: float) -> float:
    return 0.5 * (1 + erf(x / sqrt(2)))


def yields(request: Request, market: Market) -> Response:
    """GET /fed/v1/treasury-yields: a row a day up to the day before, in per cent, those of short tenors among them."""
    world, params = market.ready(), query(request)
    limit = limit_of(request, params, 100, 50_000)
    days = world.days[world.oldest : market.number]
    rows = matching(request, [{"date": day.isoformat(), **_YIELDS} for day in days], params, _DATED)
    return json(page(request, ordered(request, rows, params.get("sort") or "date.asc", _DATED), params, limit))
