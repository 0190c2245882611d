"""The simulated provider as an ASGI application."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import time, timedelta
from functools import lru_cache
from pathlib import Path

import anyio
from anyio import to_thread
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deskview.simulator.faults import UNLISTED, corrupted, parse_faults
from deskview.simulator.scenario import parse_scenario, read_scenario
from deskview.simulator.wire import bars, corporate, options, reference, single, snapshot, trades
from deskview.simulator.wire.backend import Clock, Market
from deskview.simulator.wire.guard import Guard
from deskview.simulator.wire.plans import Plan, granted
from deskview.simulator.wire.protocol import Refusal, no_route
from deskview.simulator.world.world import World

Endpoint = Callable[[Request, Market], Response]

AFTER_CLOSE = timedelta(minutes=5)
"""A clock that begins again shows the close for so long before."""
SESSIONS = range(1, 61)
"""So many can be gone through."""
_SNAPSHOT = "/v2/snapshot/locale/us/markets/stocks/tickers"
_BARS = "/v2/aggs/ticker/{ticker}/range/{multiplier}/{timespan}/{from}/{to}"
ROUTES: dict[str, Endpoint] = {
    "/v1/marketstatus/now": reference.now,
    "/v1/marketstatus/upcoming": reference.upcoming,
    "/v3/reference/tickers": reference.tickers,
    "/v3/reference/tickers/types": reference.types,
    "/v3/reference/tickers/{ticker}": reference.overview,
    "/v3/reference/exchanges": reference.exchanges,
    "/v3/reference/conditions": reference.conditions,
    "/v2/aggs/grouped/locale/us/market/stocks/{date}": bars.grouped,
    _BARS: bars.custom,
    "/v2/aggs/ticker/{ticker}/prev": bars.previous,
    _SNAPSHOT: snapshot.all_names,
    _SNAPSHOT + "/{ticker}": snapshot.one_name,
    "/v3/trades/{ticker}": trades.trades,
    "/stocks/v1/splits": corporate.splits,
    "/stocks/v1/dividends": corporate.dividends,
    "/stocks/v1/short-volume": corporate.short_volume,
    "/stocks/v1/short-interest": single.short_interest,
    "/stocks/vX/float": single.floats,
    "/benzinga/v1/earnings": single.earnings,
    "/stocks/filings/vX/index": single.filings,
    "/v2/reference/news": single.news,
    "/v3/snapshot/options/{underlying}": options.chain,
    "/fed/v1/treasury-yields": options.yields,
}
#: Answered on the event loop: they need no history. So are a few prints of one name, which take less than the thread.
_AT_ONCE = (reference.now, reference.upcoming, reference.exchanges, reference.conditions, reference.types)


def create_app(
    scenario: str | Path = "momentum-crash",
    *,
    seed: int = 1,
    at: time | None = None,
    speed: float | None = None,
    key: str | None = "demo",
    faults: Sequence[str] = (),
    plan: str = "advanced",
    without: Sequence[str] = (),
    keeps_apart: bool = False,
    compress: bool = True,
    names: int | None = None,
    begins_again: bool = False,
    sessions: int = 1,
    clock: Clock | None = None,
) -> ASGIApp:
    """The application for one scenario and seed.

    `at` (New York time) and `speed` (0: the clock stands still) replace the scenario's; the clock starts with the
    first request; where it `begins_again` it goes back to its start a few minutes after the close. With more than one
    of `sessions` it starts so many earlier, counting the scenario's, and goes on over nights, weekends and holidays up
    to that one's end: each session is, when it is on, what it is as history later. A `clock` of the caller's own takes
    its place; `speed` is then what is told of it.

    `plan`, one of PLANS, is the key's; `without` withholds more of CAPABILITIES: requests are refused or fields left
    out, everything else is answered as ever. One that `keeps_apart` has a digest of its own where it tells less: what
    is stored of it is not mixed with what is stored of the whole market. `key` None asks for none; `names` is how many
    are listed (None: about 4,000). Every answer names the market and its speed in `X-Simulated-Market`. Raises
    ScenarioError, FaultError, PlanError; ValueError for `sessions` outside SESSIONS.
    """
    name, data = read_scenario(scenario)
    wrong, bought = parse_faults(faults), granted(plan, without)
    world = _world(name, data, seed, names)
    parsed = world.scenario
    speed = parsed.speed if speed is None else speed
    again = world.calendar.closes(parsed.session) + AFTER_CLOSE if begins_again else None
    if sessions not in SESSIONS:
        raise ValueError(f"sessions: {sessions} is not from {SESSIONS.start} to {SESSIONS.stop - 1}")
    first = world.sessions - sessions + 1
    clock = clock or Clock(world.days[first], at or parsed.start, speed, again=again, last=parsed.session)
    market = _served(world, clock, first, bought, wrong)
    guard = Guard(market, key, wrong)
    routes = [Route(path, _handler(endpoint, market, guard, wrong)) for path, endpoint in ROUTES.items()]
    digest = bought.digest(world.digest) if keeps_apart else world.digest
    middleware = [Middleware(_Marked, mark=_mark(name, seed, digest, speed))]
    if compress:
        middleware.append(Middleware(GZipMiddleware, minimum_size=1000, compresslevel=1))
    return Starlette(routes=routes, middleware=middleware, exception_handlers={404: _unknown, 405: _unknown})


def _served(world: World, clock: Clock, first: int, plan: Plan, faults: dict[str, float]) -> Market:
    market = Market(world, clock, first, plan=plan, empty="empty" in faults)
    market.unlisted = UNLISTED if "fund-unlisted" in faults else None
    market.empty_days = int(faults.get("empty-day", 0))
    market.frozen, market.jump_hours = "frozen" in faults, faults.get("clock-jumps", 0.0)
    return market


def _mark(name: str, seed: int, digest: str, speed: float) -> str:
    """What every answer names the market by."""
    return f"{name}; seed={seed}; digest={digest}; speed={f'{speed:.6f}'.rstrip('0').rstrip('.')}"


@lru_cache(1)
def _world(name: str, data: bytes, seed: int, names: int | None) -> World:
    """The last market is kept: another clock, key or fault does not make another one."""
    return World(name, data, parse_scenario(data), seed, names)


def _handler(endpoint: Endpoint, market: Market, guard: Guard, faults: dict[str, float]) -> Callable[[Request], object]:
    async def handle(request: Request) -> Response:
        if "slow" in faults:
            await anyio.sleep(faults["slow"])
        refusal = guard.check(request)
        if refusal is not None:
            return refusal
        if endpoint in _AT_ONCE or (endpoint is trades.trades and trades.quick(request, market)):
            return _answer(endpoint, request, market, faults)
        return await to_thread.run_sync(_answer, endpoint, request, market, faults)

    return handle


def _answer(endpoint: Endpoint, request: Request, market: Market, faults: dict[str, float]) -> Response:
    try:
        response = endpoint(request, market)
    except Refusal as refusal:
        return refusal.response
    return corrupted(request, response, faults) if faults else response


async def _unknown(_request: Request, _error: Exception) -> Response:
    return no_route()


class _Marked:
    """Adds the header that tells a simulated market from a real one to every answer."""

    def __init__(self, app: ASGIApp, mark: str) -> None:
        self._app = app
        self._mark = (b"x-simulated-market", mark.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), self._mark]
            await send(message)

        await self._app(scope, receive, marked)
