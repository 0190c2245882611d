"""The vendor's protocol: query parameters, filters, cursors; bodies of answers, and errors in its two envelopes."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response

_ENCODE = msgspec.json.Encoder().encode
PRICING = "Please upgrade your plan at https://massive.com/pricing"
NOT_ENTITLED = f"You are not entitled to this data. {PRICING}"
NOT_THIS_TIME = f"Your plan doesn't include this data timeframe. {PRICING}"
TOO_MANY = (
    "You've exceeded the maximum requests per minute, please wait or upgrade your subscription to continue. "
    "https://massive.com/pricing"
)

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "": lambda value, bound: value == bound,
    "gt": lambda value, bound: value > bound,
    "gte": lambda value, bound: value >= bound,
    "lt": lambda value, bound: value < bound,
    "lte": lambda value, bound: value <= bound,
}
_CURSOR_KEYS = ("cursor", "apiKey")


class Refusal(Exception):  # noqa: N818 - it is an answer, not a fault of ours
    """Carries the answer that ends the handling of a request."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


def request_id(request: Request) -> str:
    """The same for the same request, so that answers can be compared byte by byte."""
    text = f"{request.url.path}?{request.url.query}"
    return hashlib.blake2s(text.encode(), digest_size=16).hexdigest()


def json(body: object, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(_ENCODE(body), status, media_type="application/json")


def encoded(rows: Sequence[Any]) -> msgspec.Raw:
    """Rows as JSON, to be put into a body."""
    return msgspec.Raw(_ENCODE(rows))


def error(request: Request, status: int, text: str, *, code: str = "ERROR", field: str = "error") -> Response:
    """An error body; `field` is `error` or `message`, as the endpoint's generation has it."""
    return json({"status": code, "request_id": request_id(request), field: text}, status)


def refused(request: Request, text: str = NOT_ENTITLED) -> Response:
    """403 in the envelope of the endpoint's generation."""
    if new_generation(request.url.path):
        return error(request, 403, text)
    return error(request, 403, text, code="NOT_AUTHORIZED", field="message")


def not_found(request: Request, text: str = "Ticker not found.") -> Response:
    """404 for an unknown ticker."""
    return error(request, 404, text, code="NOT_FOUND", field="message")


def no_route() -> Response:
    """404 for an unknown route: plain text, as the vendor answers."""
    return Response("404 page not found\n", 404, media_type="text/plain")


def new_generation(path: str) -> bool:
    """Whether the endpoint follows the newer rules of errors, sorting and filters."""
    return path.startswith(("/stocks/", "/fed/", "/benzinga/"))


def query(request: Request) -> dict[str, str]:
    """The request's parameters; a cursor brings back those of the first page and adds `skip` or `ap`."""
    given = dict(request.query_params)
    if "cursor" not in given:
        return given
    try:
        padded = given["cursor"] + "=" * (-len(given["cursor"]) % 4)
        text = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
        return dict(parse_qsl(text, strict_parsing=True))
    except (binascii.Error, ValueError) as fault:
        raise Refusal(error(request, 400, "Invalid cursor")) from fault


def next_url(request: Request, params: Mapping[str, str], path: str | None = None, **position: object) -> str:
    """Where the next page is: on the host that was called, without the key."""
    kept = {key: value for key, value in params.items() if key not in _CURSOR_KEYS} | position
    cursor = base64.urlsafe_b64encode(urlencode(sorted(kept.items())).encode()).decode().rstrip("=")
    host = request.headers.get("host", request.url.netloc)
    return f"{request.url.scheme}://{host}{path or request.url.path}?cursor={cursor}"


def limit_of(request: Request, params: Mapping[str, str], default: int, largest: int) -> int:
    """The page size asked for; refuses what is no number or out of range."""
    text = params.get("limit", str(default))
    if not text.isdecimal() or not 1 <= int(text) <= largest:
        raise Refusal(error(request, 400, f"limit: must be a number from 1 to {largest}"))
    return int(text)


def skip_of(request: Request, params: Mapping[str, str]) -> int:
    """How many rows the pages before held."""
    text = params.get("skip", "0")
    if not text.isdecimal():
        raise Refusal(error(request, 400, "Invalid cursor"))
    return int(text)


def matching(
    request: Request, rows: Sequence[dict[str, Any]], params: Mapping[str, str], columns: Mapping[str, type]
) -> list[dict[str, Any]]:
    """Rows that pass every filter on the columns (plain, .gt, .gte, .lt, .lte, .any_of); the rest is ignored."""
    chosen = list(rows)
    for key, text in params.items():
        column, _, suffix = key.partition(".")
        if column not in columns or text == "":
            continue
        kind = columns[column]
        try:
            if suffix == "any_of":
                wanted = {kind(part) for part in text.split(",")}
                chosen = [row for row in chosen if row.get(column) in wanted]
            elif suffix in _COMPARE:
                compare, bound = _COMPARE[suffix], kind(text)
                chosen = [row for row in chosen if row.get(column) is not None and compare(row[column], bound)]
        except ValueError as fault:
            raise Refusal(error(request, 400, f"{key}: invalid value")) from fault
    return chosen


def ordered(
    request: Request, rows: list[dict[str, Any]], sort: str, columns: Mapping[str, type]
) -> list[dict[str, Any]]:
    """Rows sorted by `column.asc` or `column.desc`, several separated by commas (`order` plays no part)."""
    for key in reversed(sort.split(",")):
        column, _, direction = key.partition(".")
        if column not in columns or direction not in {"", "asc", "desc"}:
            raise Refusal(error(request, 400, f"sort: unknown {key!r}"))
        rows = sorted(rows, key=lambda row: (column in row, row.get(column)), reverse=direction == "desc")
    return rows


def page(request: Request, rows: Sequence[Any], params: Mapping[str, str], limit: int) -> dict[str, Any]:
    """Envelope with one page of the rows, and `next_url` while there are more."""
    skip = skip_of(request, params)
    body: dict[str, Any] = {
        "results": rows[skip : skip + limit], "status": "OK", "request_id": request_id(request),
    }  # fmt: skip
    if skip + limit < len(rows):
        body["next_url"] = next_url(request, params, skip=skip + limit)
    return body


def may_match(params: Mapping[str, str], column: str, text: str) -> bool:
    """Whether a row with that text in the column passes the filters on it."""
    row = {column: text}
    checks: dict[str, Callable[[str], bool]] = {
        "": row[column].__eq__, "gte": row[column].__ge__, "gt": row[column].__gt__,
        "lte": row[column].__le__, "lt": row[column].__lt__, "any_of": lambda many: text in many.split(","),
    }  # fmt: skip
    for key, bound in params.items():
        name, _, suffix = key.partition(".")
        if name == column and bound and suffix in checks and not checks[suffix](bound):
            return False
    return True


def answer(
    request: Request, rows: list[dict[str, Any]], columns: Mapping[str, type], sort: str, *, default: int, largest: int
) -> Response:
    """A page of the rows of a newer endpoint: filtered, sorted by `sort`, which replaces the endpoint's own."""
    params = query(request)
    limit = limit_of(request, params, default, largest)
    rows = matching(request, rows, params, columns)
    rows = ordered(request, rows, params.get("sort") or sort, columns)
    return json(page(request, rows, params, limit))
