"""Bodies and headers of answers: success, and every error in the vendor's two envelopes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

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


def error(request: Request, status: int, text: str, *, word: str = "ERROR", field: str = "error") -> Response:
    """An error body; `field` is `error` or `message`, as the endpoint's generation has it."""
    return json({"status": word, "request_id": request_id(request), field: text}, status)


def refused(request: Request, text: str = NOT_ENTITLED) -> Response:
    """403 in the envelope of the endpoint's generation."""
    if new_generation(request.url.path):
        return error(request, 403, text)
    return error(request, 403, text, word="NOT_AUTHORIZED", field="message")


def not_found(request: Request, text: str = "Ticker not found.") -> Response:
    """404 for an unknown ticker."""
    return error(request, 404, text, word="NOT_FOUND", field="message")


def no_route() -> Response:
    """404 for an unknown route: plain text, as the vendor answers."""
    return Response("404 page not found\n", 404, media_type="text/plain")


def new_generation(path: str) -> bool:
    """Whether the endpoint follows the newer rules of errors, sorting and filters."""
    return path.startswith("/stocks/")
