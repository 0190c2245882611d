"""Market status: the provider's clock, and the holidays to come."""

from __future__ import annotations

from datetime import UTC, date, timedelta

import holidays
from starlette.requests import Request
from starlette.responses import Response

from deskview.market.sessions import NEW_YORK, Calendar, Phase
from deskview.simulator.wire.answers import json
from deskview.simulator.wire.market import Market

_WORDS = {
    Phase.OPEN: "open", Phase.CLOSED: "closed", Phase.PRE_MARKET: "extended-hours", Phase.AFTER_HOURS: "extended-hours",
}  # fmt: skip
_AHEAD = timedelta(days=366)


def now(_request: Request, market: Market) -> Response:
    """GET /v1/marketstatus/now."""
    moment = market.clock.now()
    phase = Phase.CLOSED if market.empty else market.world.calendar.phase(moment)
    word = _WORDS[phase]
    return json(
        {
            "afterHours": phase is Phase.AFTER_HOURS,
            "currencies": {"crypto": "open", "fx": "open" if moment.weekday() < 5 else "closed"},
            "earlyHours": phase is Phase.PRE_MARKET,
            "exchanges": {"nasdaq": word, "nyse": word, "otc": word},
            "indicesGroups": {
                "s_and_p": _regular(phase), "nasdaq": _regular(phase), "dow_jones": _regular(phase),
                "ftse_russell": _regular(phase),
            },
            "market": word,
            "serverTime": moment.astimezone(NEW_YORK).isoformat(timespec="seconds"),
        }
    )  # fmt: skip


def upcoming(_request: Request, market: Market) -> Response:
    """GET /v1/marketstatus/upcoming: a bare array, one row per exchange."""
    today = market.clock.now().astimezone(NEW_YORK).date()
    calendar = market.world.calendar
    found = [today + timedelta(days=ahead) for ahead in range(_AHEAD.days)]
    special = [
        day for day in found if day.weekday() < 5 and (not calendar.is_session(day) or calendar.is_half_day(day))
    ]
    return json([_row(day, exchange, calendar) for day in special for exchange in ("NYSE", "NASDAQ")])


def _row(day: date, exchange: str, calendar: Calendar) -> dict[str, str]:
    row = {"date": day.isoformat(), "exchange": exchange, "name": _holiday(day)}
    if not calendar.is_session(day):
        return row | {"status": "closed"}
    opens, closes = (moment.astimezone(UTC) for moment in (calendar.opens(day), calendar.closes(day)))
    return row | {
        "status": "early-close",
        "open": opens.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "close": closes.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
    }


def _holiday(day: date) -> str:
    named = holidays.financial_holidays("NYSE", categories=("public", "half_day"), years=day.year)
    return str(named.get(day, "Market holiday"))


def _regular(phase: Phase) -> str:
    return "open" if phase is Phase.OPEN else "closed"
