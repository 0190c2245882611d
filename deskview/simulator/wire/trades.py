"""Trades: every print of a name, filtered by the SIP's time, page by page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import msgspec
import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from deskview.market.sessions import NEW_YORK
from deskview.simulator.wire.backend import Market, as_date
from deskview.simulator.wire.protocol import Refusal, encoded, error, json, limit_of, next_url, query, request_id
from deskview.simulator.world.prints import CONDITIONS, MICRO, MINUTE_NS, PIECES, Prints
from deskview.simulator.world.seeded import Flags, Integers

_LARGEST, _FEW = 50_000, 1_000
_NS = re.compile(r"\d{19}")
_CONDITIONS = [list(codes) or None for codes in CONDITIONS]
_DAWN_NS = 14_400 * 10**9
_TAPES = {"XNYS": 1, "XNAS": 3}


class Trade(msgspec.Struct, omit_defaults=True):
    """One row; what is absent for a print is left out."""

    decimal_size: str
    exchange: int
    id: str
    participant_timestamp: int
    price: float
    sequence_number: int
    sip_timestamp: int
    size: int
    tape: int
    conditions: list[int] | None = None
    correction: int | None = None
    trf_id: int | None = None
    trf_timestamp: int | None = None


def quick(request: Request, market: Market) -> bool:
    """Whether the answer is made in a few milliseconds: a few prints, of a part of the history that is built."""
    limit = request.query_params.get("limit", "")
    return market.built and limit.isdecimal() and int(limit) <= _FEW and _recent(request, market)


def _recent(request: Request, market: Market) -> bool:
    """Whether the prints are in the newest block, or the one before is there too."""
    world = market.world
    if world.past.has(world.oldest):
        return True
    try:
        params = query(request)
        since, until = _window(request, params, market)
    except Refusal:
        return True
    return (until if params.get("order", "desc") != "asc" else since) > world.midnight_ns(world.past.newest.first + 1)


def trades(request: Request, market: Market) -> Response:
    """GET /v3/trades/{t}."""
    world = market.ready()
    params = query(request)
    limit = limit_of(request, params, 1000, _LARGEST)
    position = world.roster.index.get(request.path_params["ticker"])
    rows: list[Trade] = []
    more = {}
    if position is not None and not market.empty:
        since, until = _window(request, params, market)
        descending = params.get("order", "desc") != "asc"
        rows = _collect(market, position, (since, until), descending, limit + 1)
        if len(rows) > limit:
            rows = rows[:limit]
            more["next_url"] = next_url(request, params, ap=rows[-1].sip_timestamp)
    return json({"results": encoded(rows), "status": market.status, "request_id": request_id(request)} | more)


def _window(request: Request, params: dict[str, str], market: Market) -> tuple[int, int]:
    """[since, until) in ns, up to the simulated moment."""
    since, until = 0, market.data_ns() + 1
    for key, text in params.items():
        column, _, suffix = key.partition(".")
        if column != "timestamp" or not text:
            continue
        start, end = _span(request, text)
        if suffix in {"", "gte"}:
            since = max(since, start)
        if suffix == "gt":
            since = max(since, end)
        if suffix == "lt":
            until = min(until, start)
        if suffix in {"", "lte"}:
            until = min(until, end)
    if params.get("ap", "").isdecimal():
        if params.get("order", "desc") == "asc":
            since = max(since, int(params["ap"]) + 1)
        else:
            until = min(until, int(params["ap"]))
    return since, until


def _span(request: Request, text: str) -> tuple[int, int]:
    """[start, end) of a moment in ns, of a date, or of an RFC 3339 time."""
    if _NS.fullmatch(text):
        return int(text), int(text) + 1
    if "T" in text:
        try:
            exact = int(datetime.fromisoformat(text).timestamp() * 1_000_000) * 1000
        except ValueError as fault:
            raise Refusal(error(request, 400, "timestamp: invalid value")) from fault
        return exact, exact + 1
    day = as_date(request, text, "timestamp")
    return _midnight_ns(day), _midnight_ns(day + timedelta(days=1))


def _midnight_ns(day: date) -> int:
    return int(datetime.combine(day, time(), NEW_YORK).timestamp()) * 10**9


def _collect(market: Market, position: int, window: tuple[int, int], descending: bool, wanted: int) -> list[Trade]:
    world = market.world
    since, until = window
    entry = world.roster.entries[position]
    tape = _TAPES.get(entry.exchange, 2)
    oldest = world.oldest if position < world.roster.stocks else 0
    found, count = [], 0
    for number, piece in _pieces(market, since, until, descending):
        if number < oldest or not entry.trades(number):
            continue
        prints = world.prints(position, number, piece)
        low, high = np.searchsorted(prints.sip_ns, [since, until])
        chosen = np.arange(low, high)
        chosen = (chosen[::-1] if descending else chosen)[: wanted - count]
        found.append(prints.take(chosen))
        count += len(chosen)
        if count >= wanted:
            break
    return _rows(Prints.joined(found), tape) if found else []


def _pieces(market: Market, since: int, until: int, descending: bool) -> Iterator[tuple[int, int]]:
    """(session, piece) pairs the window touches, in the order asked for."""
    world = market.world
    numbers = world.numbers_between(since - PIECES[-1][1] * MINUTE_NS - _DAWN_NS, until - _DAWN_NS)
    for number in reversed(numbers) if descending else numbers:
        dawn = world.midnight_ns(number) + _DAWN_NS
        pieces = range(len(PIECES))
        for piece in reversed(pieces) if descending else pieces:
            start, stop = PIECES[piece]
            if dawn + start * MINUTE_NS < until and dawn + stop * MINUTE_NS + MINUTE_NS // 60 > since:
                yield number, piece


def _rows(prints: Prints, tape: int) -> list[Trade]:
    sip = prints.sip_ns
    off = prints.facility > 0
    whole, part = np.divmod(prints.size, MICRO)
    shares = whole.tolist()
    columns = (
        [f"{size}.{rest:06d}" for size, rest in zip(shares, part.tolist(), strict=True)],
        prints.exchange.tolist(),
        list(map(str, (prints.sequence + 52_000_000_000_000).tolist())),
        (sip - prints.lag_ns).tolist(),
        (prints.price_e4 / 10_000).tolist(),
        prints.sequence.tolist(),
        sip.tolist(),
        shares,
        [tape] * len(prints),
        [_CONDITIONS[code] for code in prints.conditions.tolist()],
        _known(prints.correction, prints.correction > 0),
        _known(prints.facility, off),
        _known(sip - 40_000, off),
    )
    return list(map(Trade, *columns))


def _known(values: Integers, known: Flags) -> list[int | None]:
    """The values, None where there is none to tell."""
    return [value or None for value in np.where(known, values, 0).tolist()]
