"""Custom bars: any multiple of minutes, hours or days, page by page."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from deskview.market.sessions import NEW_YORK
from deskview.simulator.wire.answers import Refusal, error
from deskview.simulator.wire.bars import bars_answer, day_bars, is_adjusted, midnight_ms
from deskview.simulator.wire.market import Market, as_date
from deskview.simulator.wire.minute_bars import minute_bars
from deskview.simulator.wire.paging import limit_of, next_url, query

_MINUTES = {"minute": 1, "hour": 60}
_DAY_MS = 86_400_000


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
    numbers = list(range(bisect_left(days, _day(since)), bisect_right(days, _day(until))))
    if not market.started():
        numbers = [number for number in numbers if number < market.world.sessions]
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
