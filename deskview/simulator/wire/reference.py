"""Reference data: tickers, one ticker's details, exchanges, conditions; the market's clock and the holidays to come."""

from __future__ import annotations

import csv
import io
from bisect import bisect_right
from datetime import UTC, date, timedelta
from functools import cache
from importlib import resources
from typing import Any
from zlib import crc32

import holidays
from starlette.requests import Request
from starlette.responses import Response

from deskview.market.sessions import NEW_YORK, Calendar, Phase
from deskview.simulator.wire.backend import Market, as_date
from deskview.simulator.wire.protocol import json, limit_of, matching, not_found, page, query, request_id
from deskview.simulator.world.roster import AssetKind, Entry, Former

_COLUMNS = {"ticker": str, "type": str, "market": str, "primary_exchange": str, "cik": str}
#: GICS sector -> SIC code and its official title.
_SIC = {
    "Communication Services": ("4841", "CABLE & OTHER PAY TELEVISION SERVICES"),
    "Consumer Discretionary": ("5651", "RETAIL-FAMILY CLOTHING STORES"),
    "Consumer Staples": ("2000", "FOOD AND KINDRED PRODUCTS"),
    "Energy": ("1311", "CRUDE PETROLEUM & NATURAL GAS"),
    "Financials": ("6022", "STATE COMMERCIAL BANKS"),
    "Health Care": ("2834", "PHARMACEUTICAL PREPARATIONS"),
    "Industrials": ("3560", "GENERAL INDUSTRIAL MACHINERY & EQUIPMENT"),
    "Information Technology": ("3674", "SEMICONDUCTORS & RELATED DEVICES"),
    "Materials": ("2860", "INDUSTRIAL ORGANIC CHEMICALS"),
    "Real Estate": ("6798", "REAL ESTATE INVESTMENT TRUSTS"),
    "Utilities": ("4911", "ELECTRIC SERVICES"),
}

_WORDS = {
    Phase.OPEN: "open", Phase.CLOSED: "closed", Phase.PRE_MARKET: "extended-hours", Phase.AFTER_HOURS: "extended-hours",
}  # fmt: skip
_AHEAD = timedelta(days=366)


def tickers(request: Request, market: Market) -> Response:
    """GET /v3/reference/tickers."""
    params = query(request)
    limit = limit_of(request, params, 100, 1000)
    active = params.get("active", "true").lower() != "false"
    rows = [row for row in _listing(market) if row["active"] is active]
    filters = {key.replace("exchange", "primary_exchange"): text for key, text in params.items()}
    rows = matching(request, rows, filters, _COLUMNS)
    if "search" in params:
        word = params["search"].lower()
        rows = [row for row in rows if word in row["name"].lower() or word in row["ticker"].lower()]
    rows.sort(key=lambda row: row["ticker"], reverse=params.get("order") == "desc")
    body = page(request, rows, params, limit)
    told = [market.plan.told(row) for row in body["results"]]
    return json(body | {"results": told, "count": len(told)})


def overview(request: Request, market: Market) -> Response:
    """GET /v3/reference/tickers/{t}?date=."""
    market.ready()
    entry = market.world.roster.entries[market.position(request, request.path_params["ticker"])]
    on = as_date(request, request.query_params.get("date") or market.today().isoformat(), "date")
    listed, last = _span(market, entry, market.number)
    if entry.former is not None and listed is not None and on < listed:
        return _told(request, market, _former(market, entry, entry.former))
    if listed is not None and on < listed:
        return not_found(request)
    row = _listed(market, entry, last) | {"ticker_root": entry.ticker.split(".")[0], "round_lot": 100}
    if listed is not None:
        row["list_date"] = listed.isoformat()
    if "." in entry.ticker:
        row["ticker_suffix"] = entry.ticker.split(".")[1]
    return _told(request, market, row | _shares(market, entry, on))


def _told(request: Request, market: Market, row: dict[str, Any]) -> Response:
    return json({"request_id": request_id(request), "results": market.plan.told(row), "status": "OK"})


def _shares(market: Market, entry: Entry, on: date) -> dict[str, Any]:
    """Shares outstanding as of a date; for stocks also market cap and industry.

    Every line of a company is told the whole company's market cap.
    """
    world, number = market.world, market.number
    position = world.roster.index[entry.ticker]
    if entry.kind is not AssetKind.STOCK:
        shares = world.fund_shares(position, bisect_right(world.days, on) - 1, number)
        return {"share_class_shares_outstanding": shares}
    price, before = (float(world.closes_before(each)[position]) for each in (world.sessions, number))
    to_come = world.split_factor(position, number, world.sessions)
    shares = max(round(entry.size_usd / price * to_come), 1) if price > 0 else 0
    code, title = _SIC.get(entry.sector or "", ("9995", "NON-OPERATING ESTABLISHMENTS"))
    company = world.roster.companies_usd[entry.issuer] * (before * to_come / price if price > 0 else 1.0)
    return {
        "share_class_shares_outstanding": shares,
        "weighted_shares_outstanding": max(round(company / before), 1) if before > 0 else 0,
        "market_cap": round(company, 2), "sic_code": code, "sic_description": title,
        "total_employees": 100 + shares % 90_000,
    }  # fmt: skip


def _span(market: Market, entry: Entry, number: int) -> tuple[date | None, date | None]:
    """The first and, of a line that is no longer listed in a session, the last day."""
    days = market.world.days
    listed = days[entry.first] if entry.first > 0 else date(2005 + crc32(entry.ticker.encode()) % 19, 3, 14)
    return listed, days[entry.last] if entry.last < number else None


def _listing(market: Market) -> list[dict[str, Any]]:
    market.ready()
    number, entries = market.number, market.world.roster.entries
    entries = [entry for entry in entries if entry.ticker != market.unlisted and entry.first <= number]
    former = [_former(market, entry, entry.former) for entry in entries if entry.former is not None]
    return [_listed(market, entry, _span(market, entry, number)[1]) for entry in entries] + former


def _listed(market: Market, entry: Entry, last: date | None) -> dict[str, Any]:
    return _row(market, entry, last, entry.ticker, entry.issuer)


def _former(market: Market, entry: Entry, former: Former) -> dict[str, Any]:
    """Another company under the same ticker."""
    gone = market.world.days[former.last]
    return _row(market, entry, gone, former.name, former.name) | {"name": former.name}


def _row(market: Market, entry: Entry, last: date | None, share: str, issuer: str) -> dict[str, Any]:
    """One listed line: `share` and `issuer` are what its two numbers are made of."""
    row: dict[str, Any] = {
        "ticker": entry.ticker, "name": entry.name, "market": "stocks", "locale": "us",
        "primary_exchange": entry.exchange, "type": entry.type, "active": last is None, "currency_name": "usd",
        "cik": f"{crc32(issuer.encode()):010d}", "composite_figi": f"BBG0{crc32(share.encode()):08X}",
        "last_updated_utc": f"{market.today()}T07:05:00Z",
    }  # fmt: skip
    if last is not None:
        row["delisted_utc"] = f"{last}T00:00:00Z"
    return row


def exchanges(request: Request, _market: Market) -> Response:
    """GET /v3/reference/exchanges, not paginated."""
    rows = _table("exchanges.csv")
    made = [
        {"asset_class": "stocks", "locale": "us", "id": int(row["id"])}
        | {key: row[key] for key in ("name", "mic", "operating_mic", "participant_id", "type") if row[key]}
        for row in rows
    ]
    return json({"results": made, "status": "OK", "request_id": request_id(request), "count": len(made)})


def conditions(request: Request, _market: Market) -> Response:
    """GET /v3/reference/conditions."""
    params = query(request)
    limit = limit_of(request, params, 10, 1000)
    rows = [_condition(row) for row in _table("conditions.csv")]
    if "data_type" in params:
        rows = [row for row in rows if params["data_type"] in row["data_types"]]
    rows = matching(request, rows, params, {"asset_class": str, "id": int})
    body = page(request, rows, params, limit)
    return json(body | {"count": len(body["results"])})


def _condition(row: dict[str, str]) -> dict[str, Any]:
    rules = {f"updates_{name}": row[name] == "1" for name in ("high_low", "open_close", "volume")}
    made: dict[str, Any] = {
        "id": int(row["id"]), "type": row["type"], "name": row["name"], "asset_class": "stocks",
        "data_types": [row["data_type"]], "sip_mapping": {key: row[key] for key in ("CTA", "UTP") if row[key]},
    }  # fmt: skip
    if row["data_type"] == "trade":
        made["update_rules"] = {"consolidated": rules, "market_center": dict(rules)}
    return made


@cache
def _table(name: str) -> list[dict[str, str]]:
    text = (resources.files("deskview.simulator.data") / name).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def types(request: Request, _market: Market) -> Response:
    """GET /v3/reference/tickers/types."""
    kinds = {"CS": "Common Stock", "ADRC": "American Depository Receipt Common", "PFD": "Preferred Stock",
             "ETF": "Exchange Traded Fund", "ETN": "Exchange Traded Note"}  # fmt: skip
    made = [{"code": key, "description": text, "asset_class": "stocks", "locale": "us"} for key, text in kinds.items()]
    return json({"results": made, "status": "OK", "request_id": request_id(request), "count": len(made)})


def now(_request: Request, market: Market) -> Response:
    """GET /v1/marketstatus/now."""
    moment = market.told_time()
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
    return json([_closure(day, exchange, calendar) for day in special for exchange in ("NYSE", "NASDAQ")])


def _closure(day: date, exchange: str, calendar: Calendar) -> dict[str, str]:
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
