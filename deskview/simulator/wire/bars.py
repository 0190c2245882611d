"""Daily aggregates: the whole market's day, one name's days, the previous session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from deskview.market.sessions import NEW_YORK
from deskview.simulator.wire.answers import encoded, json, request_id
from deskview.simulator.wire.market import Market, as_date
from deskview.simulator.world.chance import Floats, Integers
from deskview.simulator.world.history import print_counts
from deskview.simulator.world.moment import Bars
from deskview.simulator.world.world import World

_FIELDS = ("v", "vw", "o", "c", "h", "l")
Where = int | tuple[Any, Any]


@dataclass(frozen=True)
class Days:
    """Columns of many names in one session, or of one name in many; volume 0 where nothing traded."""

    bars: Bars
    factor: Floats

    def columns(self, adjusted: bool) -> tuple[Floats | Integers, ...]:
        """Columns in the order of the wire, on the share basis asked for, with the prints last."""
        bars, factor = self.bars, self.factor
        prices = (bars.vwap, bars.open, bars.close, bars.high, bars.low)
        if not adjusted:
            return bars.volume.astype(float), *prices, bars.prints
        return np.rint(bars.volume / factor), *(np.round(array * factor, 4) for array in prices), bars.prints


def past_days(world: World, where: Where) -> Days:
    """Days of the history at an index into (sessions, names)."""
    past = world.history
    opening, high, low, close = (array[where] for array in (past.open, past.high, past.low, past.close))
    volume = past.volume[where]
    vwap = np.round((high + low + 2 * close) / 4, 4)
    prints = print_counts(volume, volume * np.nan_to_num(close))
    return Days(Bars(opening, high, low, close, volume, vwap, prints), world.split_factors[where])


def session_days(market: Market, number: int) -> Days:
    """Every name in one session: from the history, or the scenario's own as far as it has come."""
    world = market.ready()
    if number == world.sessions:
        return Days(market.moment().day, np.ones(len(world.roster.entries)))
    return past_days(world, number)


def grouped(request: Request, market: Market) -> Response:
    """GET /v2/aggs/grouped/locale/us/market/stocks/{date}."""
    day = as_date(request, request.path_params["date"], "date")
    number = None if market.empty else market.world.numbers.get(day)
    rows = [] if number is None else _grouped_rows(market, number, is_adjusted(request))
    body: dict[str, Any] = {"queryCount": len(rows), "resultsCount": len(rows), "adjusted": is_adjusted(request)}
    if rows:
        body["results"] = encoded(rows)
    return json(body | {"status": market.status, "request_id": request_id(request), "count": len(rows)})


def is_adjusted(request: Request) -> bool:
    """`adjusted` defaults to true."""
    return request.query_params.get("adjusted", "true").lower() != "false"


def close_ms(world: World, number: int) -> int:
    """End of regular trading of a session in ms."""
    return int(world.calendar.closes(world.days[number]).timestamp()) * 1000


def _grouped_rows(market: Market, number: int, adjusted: bool) -> list[dict[str, Any]]:
    """`t` is the end of regular trading."""
    world = market.ready()
    if number == world.sessions and not market.started():
        return []
    days = session_days(market, number)
    some = np.flatnonzero(days.bars.volume > 0)
    ends = close_ms(world, number)
    columns = [column[some].tolist() for column in days.columns(adjusted)]
    return [
        {"T": world.roster.tickers[i], "v": v, "vw": vw, "o": o, "c": c, "h": h, "l": low, "t": ends, "n": n}
        for i, v, vw, o, c, h, low, n in zip(some.tolist(), *columns, strict=True)
    ]


def previous(request: Request, market: Market) -> Response:
    """GET /v2/aggs/ticker/{t}/prev: the last finished session."""
    world = market.ready()
    ticker = request.path_params["ticker"]
    position = market.position(request, ticker)
    finished = market.clock.now() >= world.calendar.closes(market.today())
    number = world.sessions if finished else world.sessions - 1
    rows = day_bars(market, position, [number], is_adjusted(request))
    rows = [{"T": ticker} | row | {"t": close_ms(world, number)} for row in rows]
    return bars_answer(request, market, ticker, rows)


@lru_cache(1024)
def midnight_ms(day: date) -> int:
    """00:00 New York in ms: the start of a day bar."""
    return int(datetime.combine(day, datetime.min.time(), NEW_YORK).timestamp()) * 1000


def bars_answer(
    request: Request, market: Market, ticker: str, rows: list[dict[str, Any]], queried: int | None = None, **more: str
) -> Response:
    """The envelope of one name's bars; `results` is absent when there are none."""
    body: dict[str, Any] = {
        "ticker": ticker,
        "queryCount": len(rows) if queried is None else queried,
        "resultsCount": len(rows),
        "adjusted": is_adjusted(request),
    }
    if rows:
        body["results"] = rows
    return json(body | {"status": market.status, "request_id": request_id(request), "count": len(rows)} | more)


def day_bars(market: Market, position: int, numbers: list[int], adjusted: bool) -> list[dict[str, Any]]:
    """Day bars of a name in those sessions, oldest first; sessions without a trade are absent."""
    world = market.ready()
    past = [number for number in numbers if number < world.sessions]
    rows = _rows(past_days(world, (np.array(past, dtype=np.int64), position)), past, world, adjusted)
    if world.sessions in numbers:
        today = {name: array[[position]] for name, array in vars(market.moment().day).items()}
        rows += _rows(Days(Bars(**today), np.ones(1)), [world.sessions], world, adjusted)
    return rows


def _rows(days: Days, numbers: list[int], world: World, adjusted: bool) -> list[dict[str, Any]]:
    columns = [column.tolist() for column in days.columns(adjusted)]
    return [
        dict(zip(_FIELDS, values, strict=True)) | {"t": midnight_ms(world.days[number]), "n": prints}
        for number, *values, prints in zip(numbers, *columns, strict=True)
        if values[0] > 0
    ]
