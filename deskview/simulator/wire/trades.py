"""Trades: every print of a name, filtered by the SIP's time, page by page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import product

import msgspec
import numpy as np
from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import Response

from deskview.market.sessions import NEW_YORK
from deskview.simulator.wire.backend import Market, as_date
from deskview.simulator.wire.plans import OFF_EXCHANGE, PARTICIPANT_TIME, TRF_ID, Plan
from deskview.simulator.wire.protocol import Refusal, error, json, limit_of, next_url, query, request_id
from deskview.simulator.world.minutes import E4, MINUTES
from deskview.simulator.world.prints import CONDITIONS, DAWN_NS, FINRA, MICRO, MINUTE_NS, Prints
from deskview.simulator.world.seeded import Integers

_LARGEST, _FEW = 50_000, 1_000
_NS = re.compile(r"\d{19}")
_TAPES = {"XNYS": 1, "XNAS": 3}
#: Numbers of exchanges, the first of the facilities for trades off them, correction codes: all from 0 to below.
_LIT, _FACILITY, _CORRECTIONS = 22, 201, 9
_FIRST_ID = 52_000_000_000_000
_BLANK = np.uint8(ord(" "))

Text = NDArray[np.uint8]


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
    found: list[Prints] = []
    more, tape = {}, 0
    if position is not None and not market.empty:
        window, tape = _window(request, params, market), _TAPES.get(world.roster.entries[position].exchange, 2)
        found = _collect(market, position, window, params.get("order", "desc") != "asc", limit + 1)
    prints = Prints.joined(found) if found else None
    if prints is not None and len(prints) > limit:
        prints = prints.take(slice(limit))
        more["next_url"] = next_url(request, params, ap=int(prints.sip_ns[-1]))
    results = msgspec.Raw(b"[]" if prints is None else _rows(prints, tape, market.plan))
    return json({"results": results, "status": market.status, "request_id": request_id(request)} | more)


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


def _collect(market: Market, position: int, window: tuple[int, int], descending: bool, wanted: int) -> list[Prints]:
    """The window's first prints in the order asked for; the minutes that hold them are made and no more."""
    world = market.world
    entry = world.roster.entries[position]
    oldest = world.oldest if position < world.roster.stocks else 0
    found = []
    for number in _sessions(market, window, descending):
        if number < oldest or not entry.trades(number):
            continue
        for prints in _of_session(market, (position, number), window, descending, wanted):
            found.append(prints)
            wanted -= len(prints)
        if wanted <= 0:
            break
    return found


def _sessions(market: Market, window: tuple[int, int], descending: bool) -> Sequence[int]:
    since, until = window
    numbers = market.world.numbers_between(since - DAWN_NS - MINUTES * MINUTE_NS, until - DAWN_NS)
    return numbers[::-1] if descending else numbers


def _of_session(
    market: Market, which: tuple[int, int], window: tuple[int, int], descending: bool, wanted: int
) -> Iterator[Prints]:
    """The prints of one name and session in the window, a few minutes at a time, until there are as many as wanted."""
    world, on_exchange_alone = market.world, OFF_EXCHANGE not in market.plan.includes
    plan = world.plan(*which)
    dawn = plan.midnight_ns + DAWN_NS
    first = min(max((window[0] - dawn) // MINUTE_NS, 0), MINUTES)
    last = min(max(-((dawn - window[1]) // MINUTE_NS), first), MINUTES)
    while first < last and wanted > 0:
        minutes = _enough(plan.before, first, last, descending, wanted)
        prints = world.prints(*which, minutes)
        if on_exchange_alone:
            prints = prints.take(np.flatnonzero(prints.exchange != FINRA))
        low, high = np.searchsorted(prints.sip_ns, window)
        chosen = slice(max(low, high - wanted), high) if descending else slice(low, min(high, low + wanted))
        prints = prints.take(chosen)
        yield prints.take(slice(None, None, -1)) if descending else prints
        wanted -= len(prints)
        first, last = (first, minutes.start) if descending else (minutes.stop, last)


def _enough(before: Integers, first: int, last: int, descending: bool, wanted: int) -> range:
    """Minutes of those from the first to the last that hold so many prints beside those of the one begun with."""
    if descending:
        return range(max(int(np.searchsorted(before, before[last - 1] - wanted, side="right")) - 1, first), last)
    return range(first, min(int(np.searchsorted(before, before[first + 1] + wanted)), last))


def _rows(prints: Prints, tape: int, plan: Plan) -> bytes:
    """The prints as a JSON array, what is absent for a print or withheld by the plan left out.

    Written a column at a time into rows of one width, with blanks before what is shorter: that takes a tenth of the
    time of an object a row, and lets other threads run.
    """
    whole, part = np.divmod(prints.size, MICRO)
    dollars, rest = np.divmod(prints.price_e4, E4)
    shares = _number(whole, 12)
    reported = TRF_ID in plan.includes
    made: tuple[Text | bytes, ...] = ()
    if PARTICIPANT_TIME in plan.includes:
        made = b'"participant_timestamp":', _digits(prints.sip_ns - prints.lag_ns, 19), b","
    columns: tuple[Text | bytes, ...] = (
        _heads(tape, reported)[_head(prints)], *((_facility_time(prints),) if reported else ()),
        b'"decimal_size":', _quoted(shares), b".", _digits(part, 6),
        b'","id":"', _digits(prints.sequence + _FIRST_ID, 14), b'",', *made,
        b'"price":', _number(dollars, 8), b".", _digits(rest, 4),
        b',"sequence_number":', _number(prints.sequence, 8),
        b',"sip_timestamp":', _digits(prints.sip_ns, 19),
        b',"size":', shares, b"},",
    )  # fmt: skip
    parts = [np.frombuffer(column, np.uint8)[None] if isinstance(column, bytes) else column for column in columns]
    text, place = np.empty((len(prints), sum(part.shape[1] for part in parts)), np.uint8), 0
    for column in parts:
        text[:, place : place + column.shape[1]] = column
        place += column.shape[1]
    return b"[" + text.tobytes().removesuffix(b",") + b"]"


@cache
def _heads(tape: int, reported: bool) -> Text:
    """How a row begins, by its conditions, venue and correction: `_head` counts them. `reported` tells the facility."""
    listed = [f'"conditions":[{",".join(map(str, codes))}],' if codes else "" for codes in CONDITIONS]
    venues = [f'"exchange":{venue},"tape":{tape},' for venue in range(_LIT)]
    told = ',"trf_id":{},"trf_timestamp":' if reported else ","
    venues += [f'"exchange":{FINRA},"tape":{tape}{told.format(_FACILITY + place)}' for place in range(3)]
    corrected = ["", *(f'"correction":{code},' for code in range(1, _CORRECTIONS))]
    heads = ["{" + "".join(parts) for parts in product(listed, venues, corrected)]
    width = max(map(len, heads))
    return _bytes_of([head.ljust(width) for head in heads])


def _head(prints: Prints) -> Integers:
    venue = np.where(prints.facility > 0, prints.facility - _FACILITY + _LIT, prints.exchange)
    return (prints.conditions * (_LIT + 3) + venue) * _CORRECTIONS + prints.correction


def _facility_time(prints: Prints) -> Text:
    """When the facility had the print and a comma, blank where none had it."""
    text = np.full((len(prints), 20), ord(","), np.uint8)
    text[:, :19] = _digits(prints.sip_ns - 40_000, 19)
    text[prints.facility == 0] = _BLANK
    return text


def _quoted(numbers: Text) -> Text:
    """Numbers with a quotation mark before the first digit."""
    text = np.full((len(numbers), numbers.shape[1] + 1), _BLANK)
    text[:, 1:] = numbers
    text[np.arange(len(numbers)), (numbers != _BLANK).argmax(axis=1)] = ord('"')
    return text


def _number(values: Integers, width: int) -> Text:
    """(values, width) decimal digits, blanks in place of the zeros before the first."""
    text = _digits(values, width)
    zeros = width - 1 - np.searchsorted(10 ** np.arange(1, width), values, side="right")
    np.copyto(text, _BLANK, where=np.arange(width) < zeros[:, None])
    return text


def _digits(values: Integers, width: int) -> Text:
    """(values, width) decimal digits, zeros before the first."""
    text = np.empty((len(values), -(-width // 4)), np.uint32)
    for group in range(text.shape[1] - 1, -1, -1):
        values, last = np.divmod(values, 10_000)
        text[:, group] = _four_digits()[last]
    return text.view(np.uint8)[:, -width:]


@cache
def _four_digits() -> NDArray[np.uint32]:
    """The numbers below 10,000 as four bytes each."""
    return _bytes_of([f"{number:04}" for number in range(10_000)]).view(np.uint32)[:, 0]


def _bytes_of(texts: list[str]) -> Text:
    """Texts of one length as (texts, length) bytes."""
    return np.frombuffer("".join(texts).encode(), np.uint8).reshape(len(texts), -1)
