"""Aggregates: the whole market's day, one name's days and minutes, any multiple of them page by page."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from deskview.market.sessions import NEW_YORK
from deskview.simulator.wire.backend import Market, as_date
from deskview.simulator.wire.protocol import Refusal, encoded, error, json, limit_of, next_url, query, request_id
from deskview.simulator.world.history import Daily, print_counts
from deskview.simulator.world.minutes import E4
from deskview.simulator.world.moment import Bars
from deskview.simulator.world.seeded import Floats, Integers
from deskview.simulator.world.world import World

_FIELDS = ("v", "vw", "o", "c", "h", "l")
_MINUTE_MS = 60_000
_FIRST_MS = 4 * 3_600_000
_MINUTES = {"minute": 1, "hour": 60}
_DAY_MS = 86_400_000


class GroupedBar(msgspec.Struct):
    """One name of a whole market's day."""

    T: str
    v: float
    vw: float
    o: float
    c: float
    h: float
    l: float  # noqa: E741 - the wire's name
    t: int
    n: int


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


def _past_days(past: Daily, factor: Floats) -> Days:
    """Days of the history."""
    vwap = np.round((past.high + past.low + 2 * past.close) / 4, 4)
    prints = print_counts(past.volume, np.asarray(past.volume * np.nan_to_num(past.close)))
    return Days(Bars(past.open, past.high, past.low, past.close, past.volume, vwap, prints), factor)


def session_days(market: Market, number: int, splits_until: int) -> Days:
    """Every name in one session: from the history, or the one that is on as far as it has come."""
    world = market.ready()
    if number == market.number:
        return Days(market.moment().day, np.ones(len(world.roster.entries)))
    return _past_days(world.past.session(number), world.split_factors(number, splits_until))


def grouped(request: Request, market: Market) -> Response:
    """GET /v2/aggs/grouped/locale/us/market/stocks/{date}."""
    day = as_date(request, request.path_params["date"], "date")
    number = None if market.empty else market.world.numbers.get(day)
    missed = number == market.number - 1 and market.misses_a_day()
    known = number is not None and market.world.oldest <= number <= market.number and not missed
    rows = _grouped_rows(market, number, is_adjusted(request)) if number is not None and known else []
    body: dict[str, Any] = {"queryCount": len(rows), "resultsCount": len(rows), "adjusted": is_adjusted(request)}
    if rows or missed:
        body["results"] = encoded(rows) if rows else None
    return json(body | {"status": market.status, "request_id": request_id(request), "count": len(rows)})


def is_adjusted(request: Request) -> bool:
    """`adjusted` defaults to true."""
    return request.query_params.get("adjusted", "true").lower() != "false"


def close_ms(world: World, number: int) -> int:
    """End of regular trading of a session in ms."""
    return int(world.calendar.closes(world.days[number]).timestamp()) * 1000


def _grouped_rows(market: Market, number: int, adjusted: bool) -> list[GroupedBar]:
    """`t` is the end of regular trading."""
    world = market.ready()
    if number == market.number and not market.started():
        return []
    days = session_days(market, number, market.splits_until())
    some = np.flatnonzero(days.bars.volume > 0)
    some = some[some != market.hidden(number)]
    ends = close_ms(world, number)
    columns = [column[some].tolist() for column in days.columns(adjusted)]
    tickers, times = [world.roster.tickers[i] for i in some.tolist()], [ends] * len(some)
    return list(map(GroupedBar, tickers, *columns[:-1], times, columns[-1]))


def previous(request: Request, market: Market) -> Response:
    """GET /v2/aggs/ticker/{t}/prev: the last finished session."""
    world = market.ready()
    ticker = request.path_params["ticker"]
    position = market.position(request, ticker)
    today = market.today()
    finished = market.clock.now() >= world.calendar.closes(today) and market.tells_of(today)
    number = market.number if finished else market.number - 1
    numbers = [number] if position != market.hidden(number) else []
    rows = day_bars(market, position, numbers, is_adjusted(request))
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
    on = market.number
    past = [number for number in numbers if number < on]
    rows = _rows(_past_days(world.past.name(position, past), _factors(market, position, past)), past, world, adjusted)
    if on in numbers:
        today = {name: array[[position]] for name, array in vars(market.moment().day).items()}
        rows += _rows(Days(Bars(**today), np.ones(1)), [on], world, adjusted)
    return rows


def _factors(market: Market, position: int, numbers: list[int]) -> Floats:
    """(numbers) onto the share basis of the splits the tables know by now."""
    until = market.splits_until()
    return np.array([market.world.split_factor(position, number, until) for number in numbers])


def _rows(days: Days, numbers: list[int], world: World, adjusted: bool) -> list[dict[str, Any]]:
    columns = [column.tolist() for column in days.columns(adjusted)]
    return [
        dict(zip(_FIELDS, values, strict=True)) | {"t": midnight_ms(world.days[number]), "n": prints}
        for number, *values, prints in zip(numbers, *columns, strict=True)
        if values[0] > 0
    ]


def minute_bars(market: Market, position: int, number: int, adjusted: bool) -> list[dict[str, Any]]:
    """One session, 04:00 to 20:00: finished minutes only, without the crosses; minutes without a trade are absent."""
    world = market.ready()
    plan = world.plan(position, number)
    some = np.flatnonzero(plan.shares > 0)
    starts = plan.midnight_ns // 10**6 + _FIRST_MS + some * _MINUTE_MS
    some = some[starts + _MINUTE_MS <= market.data_ns() // 10**6]
    first, last = plan.mid[some], plan.mid[some + 1]
    high = (plan.bid_e4(np.maximum(first, last)) + plan.spread_e4) / E4
    low = plan.bid_e4(np.minimum(first, last)) / E4
    opening, close = (np.rint(mid * E4 / plan.tick_e4) * plan.tick_e4 / E4 for mid in (first, last))
    factor = float(_factors(market, position, [number])[0]) if adjusted else 1.0
    prices = [np.round(array * factor, 4).tolist() for array in ((first + last) / 2, opening, close, high, low)]
    volume, prints = np.round(plan.shares[some] / factor, 4).tolist(), plan.prints[some].tolist()
    return [
        {"v": v, "vw": vw, "o": o, "c": c, "h": h, "l": bottom, "t": t, "n": n}
        for v, vw, o, c, h, bottom, t, n in zip(volume, *prices, starts[: len(some)].tolist(), prints, strict=True)
    ]


def custom(request: Request, market: Market) -> Response:
    """GET /v2/aggs/ticker/{t}/range/{multiplier}/{timespan}/{from}/{to}."""
    market.ready()
    path, params = request.path_params, query(request)
    span, multiple = path["timespan"], path["multiplier"]
    if span not in {"minute", "hour", "day"} or not multiple.isdecimal() or not int(multiple):
        raise Refusal(error(request, 400, f"timespan {multiple} {span} is not part of this simulation"))
    limit = limit_of(request, params, 5000, 50_000)
    position = market.world.roster.index.get(path["ticker"])
    since, until = _bound(request, path["from"], False), _bound(request, path["to"], True)
    base: list[dict[str, Any]] = []
    if position is not None and not market.empty:
        base = _base(market, position, "day" if span == "day" else "minute", (since, until), is_adjusted(request))
    if params.get("sort") == "desc":
        base = base[::-1]
    taken, rest = base[:limit], base[limit:]
    rows = _merged(taken, _width(span, int(multiple)), int(multiple))
    more = {} if not rest else {"next_url": _next(request, params, rest[0]["t"])}
    return bars_answer(request, market, path["ticker"], rows, len(taken), **more)


def _next(request: Request, params: dict[str, str], start: int) -> str:
    """The vendor moves the start (or, newest first, the end) of the range in the path to where the next page begins."""
    parts = request.url.path.split("/")
    parts[-1 if params.get("sort") == "desc" else -2] = str(start)
    return next_url(request, params, "/".join(parts))


def _bound(request: Request, text: str, is_end: bool) -> int:
    """A date or ms as ms; the end of a date is its last ms."""
    if text.isdecimal():
        return int(text)
    day = as_date(request, text, "to" if is_end else "from")
    start = int(datetime.combine(day, datetime.min.time(), NEW_YORK).timestamp()) * 1000
    return start + _DAY_MS - 1 if is_end else start


def _base(market: Market, position: int, span: str, window: tuple[int, int], adjusted: bool) -> list[dict[str, Any]]:
    since, until = window
    days = market.world.days
    known = market.number + market.started()
    numbers = list(range(bisect_left(days, _day(since)), min(bisect_right(days, _day(until)), known)))
    if position < market.world.roster.stocks:
        numbers = [number for number in numbers if number >= market.world.oldest]
    numbers = [number for number in numbers if position != market.hidden(number)]
    if span == "day":
        return day_bars(market, position, [n for n in numbers if midnight_ms(days[n]) >= since], adjusted)
    rows = [row for number in numbers for row in minute_bars(market, position, number, adjusted)]
    return [row for row in rows if since <= row["t"] <= until]


def _day(ms: int) -> date:
    return datetime.fromtimestamp(ms / 1000, NEW_YORK).date()


def _width(span: str, multiple: int) -> int:
    """Window in ms; 0 for days, which are counted."""
    return _MINUTES.get(span, 0) * multiple * 60_000


def _merged(base: list[dict[str, Any]], width: int, multiple: int) -> list[dict[str, Any]]:
    """Base bars joined into windows."""
    if multiple == 1 and width in {0, 60_000}:
        return base
    groups: dict[int, list[dict[str, Any]]] = {}
    for place, row in enumerate(base):
        groups.setdefault(row["t"] // width * width if width else place // multiple, []).append(row)
    return [_joined(sorted(rows, key=lambda row: row["t"]), key if width else None) for key, rows in groups.items()]


def _joined(rows: list[dict[str, Any]], start: int | None) -> dict[str, Any]:
    volume = sum(row["v"] for row in rows)
    return {
        "v": volume,
        "vw": round(sum(row["v"] * row["vw"] for row in rows) / volume, 4) if volume else rows[0]["vw"],
        "o": rows[0]["o"],
        "c": rows[-1]["c"],
        "h": max(row["h"] for row in rows),
        "l": min(row["l"] for row in rows),
        "t": rows[0]["t"] if start is None else start,
        "n": sum(row["n"] for row in rows),
    }
