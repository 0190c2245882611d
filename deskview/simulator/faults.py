"""Misbehaviour on demand: what a real provider does on a bad day, by name, and what it does to an answer."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from deskview.simulator.wire.protocol import json

#: The fund `fund-unlisted` takes away.
UNLISTED = "TQQQ"
FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "unauthorized": "every call is refused with 401, whatever the key",
        "rate-limit": "rate-limit:N answers 429 after N calls a minute (default 5; 0: never), whatever the plan",
        "bucket": "bucket:N refills N calls a second, N may be saved up (default 100)",
        "storm": "every call is answered with 429",
        "retry-after": "429 answers carry a Retry-After header (retry-after:SECONDS, default 2)",
        "server-error": "calls fail with 500; server-error:RATE fails that share of them",
        "truncated": "bodies end in the middle",
        "html": "answers are a web page instead of JSON",
        "foreign-next": "next_url names another host",
        "repeat-cursor": "next_url is the page just asked for",
        "slow": "slow:SECONDS waits before every answer (default 2)",
        "empty": "a holiday: market closed, no bars, an empty snapshot",
        "empty-day": "the session before has no bars the first time they are asked for (empty-day:N, N times)",
        "duplicate-rows": "every tenth row of a snapshot stands there twice",
        "bad-rows": "some rows hold values of the wrong type",
        "fund-unlisted": f"{UNLISTED} is gone from the listing, the snapshot and the bars since three sessions ago",
        "null-arrays": "arrays are null where they would be empty or absent",
        "raw-bytes": "the first ticker of every table is bytes that are no text",
        "few-rows": "few-rows:N leaves every Nth row of a snapshot (default 2: half of them)",
        "scaled-prices": "scaled-prices:FACTOR multiplies the prices of every second row of a snapshot (default 10)",
        "old-trades": "old-trades:SECONDS puts the times of a snapshot so far back (default 86400)",
        "frozen": "the snapshot stays what it is at first, while the clock goes on",
        "clock-jumps": "every fifth answer of the clock is a day ahead (clock-jumps:HOURS)",
        "denied-once": "the second snapshot and the second call for trades are refused with 403, as not in the plan",
    }
)
_NUMBERS = {
    "rate-limit": 5.0,
    "bucket": 100.0,
    "retry-after": 2.0,
    "server-error": 1.0,
    "slow": 2.0,
    "empty-day": 1.0,
    "few-rows": 2.0,
    "scaled-prices": 10.0,
    "old-trades": 86_400.0,
    "clock-jumps": 24.0,
}
_FIRST_TICKER = re.compile(rb'("(?:ticker|T)":")[^"]+"')
_PRICES = {"day": ("o", "h", "l", "c", "vw"), "min": ("o", "h", "l", "c", "vw"), "lastTrade": "p", "lastQuote": "Pp"}

_ARRAYS = ("results", "tickers")
Change = Callable[[Request, dict[str, Any], float], None]
"""What is done to a body, with the fault's number."""


class FaultError(ValueError):
    """A fault of that name, or with that argument, does not exist."""


def parse_faults(texts: Sequence[str]) -> dict[str, float]:
    """KIND or KIND:NUMBER -> kind and number; raises FaultError naming the nearest valid kind."""
    found: dict[str, float] = {}
    for text in texts:
        kind, _, argument = text.partition(":")
        if kind not in FAULTS:
            near = difflib.get_close_matches(kind, FAULTS, 1, 0.5)
            known = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(sorted(FAULTS))}"
            raise FaultError(f"no fault {kind!r}; {known}")
        if argument and kind not in _NUMBERS:
            raise FaultError(f"fault {kind!r} takes no argument")
        try:
            found[kind] = float(argument) if argument else _NUMBERS.get(kind, 0.0)
        except ValueError:
            raise FaultError(f"fault {kind!r}: {argument!r} is not a number") from None
        if not 0 <= found[kind] < 1e6:
            raise FaultError(f"fault {kind!r}: {argument!r} is out of range")
    return found


def corrupted(request: Request, response: Response, faults: dict[str, float]) -> Response:
    """The answer as the faults leave it; errors are left alone."""
    if response.status_code != 200:
        return response
    body = bytes(response.body)
    for kind, change in _CHANGES.items():
        if kind in faults:
            body = _changed(request, body, change, faults[kind])
    if "raw-bytes" in faults:
        body = _FIRST_TICKER.sub(b'\\1\xff\xfe"', body, count=1)
    if "truncated" in faults:
        return Response(body[: len(body) // 2], 200, media_type="application/json")
    return Response(body, 200, media_type="application/json")


def _changed(request: Request, body: bytes, change: Change, number: float) -> bytes:
    decoded = msgspec.json.decode(body)
    if isinstance(decoded, dict):
        change(request, decoded, number)
    return bytes(json(decoded).body)


def _foreign_next(request: Request, body: dict[str, Any], _: float) -> None:
    if "next_url" in body:
        body["next_url"] = body["next_url"].replace(
            request.headers.get("host", request.url.netloc), "collector.example"
        )


def _repeat_cursor(request: Request, body: dict[str, Any], _: float) -> None:
    if "next_url" in body:
        scheme, host = request.url.scheme, request.headers.get("host", request.url.netloc)
        again = f"{scheme}://{host}{request.url.path}?{request.url.query}"
        body["next_url"] = again if "cursor" in request.query_params else body["next_url"]


def _duplicate_rows(_: Request, body: dict[str, Any], _number: float) -> None:
    rows = body.get("tickers")
    if isinstance(rows, list):
        body["tickers"] = [row for place, row in enumerate(rows) for row in [row] * (1 if place % 10 else 2)]
        body["count"] = len(body["tickers"])


def _bad_rows(_: Request, body: dict[str, Any], _number: float) -> None:
    """Every tenth row: a word for a number, a number for a word, a row that is no object."""
    for name in _ARRAYS:
        rows = body.get(name)
        if isinstance(rows, list):
            for place in range(0, len(rows), 10):
                rows[place] = _bad(rows[place], place // 10 % 3)


def _bad(row: object, how: int) -> object:
    if how == 2 or not isinstance(row, dict):
        return "row"
    spoiled: dict[str, object] = {}
    for key, value in row.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        wrong = number if how == 0 else isinstance(value, str)
        spoiled[key] = (f"{value}?" if how == 0 else -1) if wrong else value
    return spoiled


def _null_arrays(_: Request, body: dict[str, Any], _number: float) -> None:
    for name in _ARRAYS:
        if name in body and not body[name]:
            body[name] = None
    if body.get("resultsCount") == 0:
        body["results"] = None
    for row in body.get("results") or body.get("tickers") or ():
        if isinstance(row, dict) and "sip_timestamp" in row:
            row.setdefault("conditions", None)


def _few_rows(_: Request, body: dict[str, Any], every: float) -> None:
    if isinstance(body.get("tickers"), list):
        body["tickers"] = body["tickers"][:: max(1, int(every))]
        body["count"] = len(body["tickers"])


def _scaled_prices(_: Request, body: dict[str, Any], factor: float) -> None:
    for row in (body.get("tickers") or [])[::2]:
        for part, names in _PRICES.items():
            for name in names if part in row else ():
                row[part][name] *= factor


def _old_trades(_: Request, body: dict[str, Any], seconds: float) -> None:
    for row in body.get("tickers") or []:
        row["updated"] = max(0, row["updated"] - int(seconds * 1e9))
        for part, unit in (("lastTrade", 1e9), ("lastQuote", 1e9), ("min", 1e3)):
            if part in row:
                row[part]["t"] = max(0, row[part]["t"] - int(seconds * unit))


_CHANGES: dict[str, Change] = {
    "foreign-next": _foreign_next,
    "repeat-cursor": _repeat_cursor,
    "duplicate-rows": _duplicate_rows,
    "bad-rows": _bad_rows,
    "null-arrays": _null_arrays,
    "few-rows": _few_rows,
    "scaled-prices": _scaled_prices,
    "old-trades": _old_trades,
}
