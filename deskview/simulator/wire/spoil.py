"""Faults that spoil an answer already made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from deskview.simulator.wire.answers import json

_ARRAYS = ("results", "tickers")


def spoil(request: Request, response: Response, faults: dict[str, float]) -> Response:
    """The answer as the faults leave it; errors are left alone."""
    if response.status_code != 200:
        return response
    body = bytes(response.body)
    for kind, change in _CHANGES.items():
        if kind in faults:
            body = _changed(request, body, change)
    if "truncated" in faults:
        return Response(body[: len(body) // 2], 200, media_type="application/json")
    return Response(body, 200, media_type="application/json")


def _changed(request: Request, body: bytes, change: Callable[[Request, dict[str, Any]], None]) -> bytes:
    decoded = msgspec.json.decode(body)
    if isinstance(decoded, dict):
        change(request, decoded)
    return bytes(json(decoded).body)


def _foreign_next(request: Request, body: dict[str, Any]) -> None:
    if "next_url" in body:
        body["next_url"] = body["next_url"].replace(
            request.headers.get("host", request.url.netloc), "collector.example"
        )


def _repeat_cursor(request: Request, body: dict[str, Any]) -> None:
    if "next_url" in body:
        scheme, host = request.url.scheme, request.headers.get("host", request.url.netloc)
        again = f"{scheme}://{host}{request.url.path}?{request.url.query}"
        body["next_url"] = again if "cursor" in request.query_params else body["next_url"]


def _bad_rows(_: Request, body: dict[str, Any]) -> None:
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


def _null_arrays(_: Request, body: dict[str, Any]) -> None:
    for name in _ARRAYS:
        if name in body and not body[name]:
            body[name] = None
    if body.get("resultsCount") == 0:
        body["results"] = None
    for row in body.get("results") or body.get("tickers") or ():
        if isinstance(row, dict) and "sip_timestamp" in row:
            row.setdefault("conditions", None)


_CHANGES: dict[str, Callable[[Request, dict[str, Any]], None]] = {
    "foreign-next": _foreign_next,
    "repeat-cursor": _repeat_cursor,
    "bad-rows": _bad_rows,
    "null-arrays": _null_arrays,
}
