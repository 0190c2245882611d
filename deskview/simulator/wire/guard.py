"""What stands before every endpoint: the key, the plan, the rate, and faults that replace an answer."""

from __future__ import annotations

import secrets
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from starlette.requests import Request
from starlette.responses import Response

from deskview.market.sessions import NEW_YORK
from deskview.simulator.wire import plans, protocol
from deskview.simulator.wire.backend import Market

_MINUTE = 60.0
_LISTING = "/v3/reference/tickers"
_OF_PATHS = {
    "/v1/marketstatus/now": plans.CLOCK,
    "/v1/marketstatus/upcoming": plans.HOLIDAYS,
    "/v3/reference/conditions": plans.CONDITIONS,
    "/v2/aggs/": plans.DAILY_BARS,
    "/v2/snapshot/": plans.SNAPSHOT,
    "/v3/trades/": plans.TRADES,
    "/stocks/v1/splits": plans.SPLITS,
    "/stocks/v1/dividends": plans.DIVIDENDS,
    "/stocks/v1/short-volume": plans.SHORT_VOLUME,
    "/stocks/v1/short-interest": plans.SHORT_INTEREST,
    "/v3/snapshot/options/": plans.CHAINS,
    "/fed/v1/treasury-yields": plans.YIELDS,
    "/stocks/vX/float": plans.FLOAT,
    "/benzinga/v1/earnings": plans.EARNINGS,
    "/stocks/filings/vX/index": plans.FILINGS,
    "/v2/reference/news": plans.NEWS,
}
"""Whole requests, by how their paths begin; bars within a day and the listing are told apart by more."""
_WITHIN_A_DAY = ("second", "minute", "hour")
_BARS = (plans.DAILY_BARS, plans.INTRADAY_BARS)
_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n"


@dataclass
class Limiter:
    """Calls a minute (a sliding window) and a token bucket; 0 is no limit."""

    per_minute: float = 0.0
    per_second: float = 0.0
    clock: Callable[[], float] = time.monotonic
    _calls: deque[float] = field(default_factory=deque)
    _tokens: float = -1.0
    _filled: float = 0.0

    def allows(self) -> bool:
        """Whether one more call is within both limits; counts it."""
        now = self.clock()
        return self._window(now) and self._bucket(now)

    def _window(self, now: float) -> bool:
        if not self.per_minute:
            return True
        while self._calls and self._calls[0] <= now - _MINUTE:
            self._calls.popleft()
        if len(self._calls) >= self.per_minute:
            return False
        self._calls.append(now)
        return True

    def _bucket(self, now: float) -> bool:
        if not self.per_second:
            return True
        most = max(self.per_second, 1.0)
        self._tokens = most if self._tokens < 0 else min(most, self._tokens + (now - self._filled) * self.per_second)
        self._filled = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class Guard:
    """Decides before an endpoint is asked."""

    def __init__(self, market: Market, key: str | None, faults: dict[str, float]) -> None:
        self._market, self._key, self._faults = market, key, faults
        per_minute = faults.get("rate-limit", market.plan.calls_per_minute)
        self._limiter = Limiter(per_minute, faults.get("bucket", 0.0))
        self._failures = 0.0
        self._asked: Counter[str] = Counter()

    def check(self, request: Request) -> Response | None:
        """The answer that ends the request here, or None."""
        for step in (self._broken, self._unkeyed, self._limited, self._unplanned):
            response = step(request)
            if response is not None:
                return response
        return None

    def _broken(self, request: Request) -> Response | None:
        if "html" in self._faults:
            return Response(_PAGE, 200, media_type="text/html")
        self._failures += self._faults.get("server-error", 0.0)
        if self._failures >= 1:
            self._failures -= 1
            return protocol.error(request, 500, "Internal server error")
        return None

    def _unkeyed(self, request: Request) -> Response | None:
        header = request.headers.get("authorization", "")
        given = header.removeprefix("Bearer ") if header else request.query_params.get("apiKey", "")
        if not given and self._key is not None:
            return protocol.error(request, 401, "API Key was not provided")
        wrong = self._key is not None and not secrets.compare_digest(given.encode(), self._key.encode())
        if wrong or "unauthorized" in self._faults:
            return protocol.error(request, 401, "Unknown API Key")
        return None

    def _limited(self, request: Request) -> Response | None:
        if "storm" not in self._faults and self._limiter.allows():
            return None
        response = protocol.error(request, 429, protocol.TOO_MANY)
        if "retry-after" in self._faults:
            response.headers["Retry-After"] = f"{self._faults['retry-after']:g}"
        return response

    def _unplanned(self, request: Request) -> Response | None:
        if "denied-once" in self._faults and self._is_second(request.url.path):
            return protocol.refused(request)
        try:
            asked = _asked(request)
        except protocol.Refusal as refusal:
            return refusal.response
        if asked and asked not in self._market.plan.includes:
            return protocol.refused(request)
        if asked in _BARS and not self._market.tells_of(_last_day(request)):
            return protocol.refused(request, protocol.NOT_THIS_TIME)
        return None

    def _is_second(self, path: str) -> bool:
        """Whether this is the second call for a snapshot, or the second for trades."""
        kind = next((each for each in ("/v2/snapshot/", "/v3/trades/") if path.startswith(each)), "")
        self._asked[kind] += 1
        return bool(kind) and self._asked[kind] == 2


def _asked(request: Request) -> str:
    """The capability a request is; empty where it is none, or one whose fields alone are withheld."""
    path = request.url.path
    if path == _LISTING:
        is_active = protocol.query(request).get("active", "true").lower() != "false"
        return plans.NAMES if is_active else plans.DELISTED
    if request.path_params.get("timespan", "day") in _WITHIN_A_DAY:
        return plans.INTRADAY_BARS
    return next((capability for start, capability in _OF_PATHS.items() if path.startswith(start)), "")


def _last_day(request: Request) -> date:
    """The last day whose bars are asked for; one long gone where the request names none that can be read."""
    text = request.path_params.get("date") or request.path_params.get("to", "")
    try:
        if text.isdecimal():
            return datetime.fromtimestamp(int(text) / 1000, NEW_YORK).date()
        return date.fromisoformat(text)
    except (ValueError, OverflowError, OSError):  # which the endpoint has an answer for
        return date.min
