"""What is told of single names: short interest, floats, earnings, filings, news; as unkind as the vendor's.

Short pages and odd orders unless asked otherwise, counts that are revised or absent, floats of zero, days of reports
that were moved, and headlines nobody should send.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any
from zlib import crc32

from starlette.requests import Request
from starlette.responses import Response

from deskview.simulator.wire.backend import Market
from deskview.simulator.wire.protocol import (
    Refusal,
    answer,
    error,
    json,
    limit_of,
    matching,
    may_match,
    page,
    query,
)
from deskview.simulator.world import headlines
from deskview.simulator.world.names import (
    CONFIRMED_DAYS,
    Report,
    free_share,
    luck_of,
    reports,
    settlements,
    shares,
    sold_short,
)
from deskview.simulator.world.roster import Entry
from deskview.simulator.world.world import World

_SHORT_INTEREST = {"ticker": str, "settlement_date": str, "days_to_cover": float, "avg_daily_volume": int}
_FLOATS = {"ticker": str, "free_float_percent": float}
_EARNINGS = {
    "ticker": str, "date": str, "importance": int, "last_updated": str, "date_status": str, "fiscal_year": int,
    "fiscal_period": str,
}  # fmt: skip
_FILINGS = {"cik": str, "ticker": str, "form_type": str, "filing_date": str}
_PUBLISHED = {"published_utc": str}
REVISED_EVERY, TWICE_EVERY, UNTOLD_EVERY = 53, 397, 311
"""Of a settlement one name in so many has its count revised when the next is told, stands there with two, or with
none."""
NO_VOLUME_COVER = 999.99
"""Days to cover where nothing was traded."""
STRANGERS = ("ZZQFF", "ZZQMY", "ZZQ.WS")
"""Names of which short interest is told and which no listing has."""
ZERO_EVERY, PARTLY_EVERY, UNDATED_EVERY, OLDER_EVERY = 83, 67, 101, 71
"""One float in so many is zero, without per cent, without a day, or there with an older one beside it."""
MOVED_EVERY, MIDNIGHT_EVERY, CLOCKLESS_EVERY, STATUSLESS_EVERY = 37, 41, 43, 293
"""One name's report in so many stands there on the day it was expected too, has midnight for a time, none, or says
nothing of how sure its day is."""
NEWS_DAYS = 18
"""Calendar days the news reach back."""


def short_interest(request: Request, market: Market) -> Response:
    """GET /stocks/v1/short-interest: of settlements that are told, the newest ten sessions ago or more."""
    market.ready()
    params = query(request)
    told = [each for each in settlements(market.world) if each.told <= market.number]
    rows: list[dict[str, Any]] = []
    for settlement, later in pairwise([*told, None]):
        if settlement and may_match(params, "settlement_date", market.world.days[settlement.number].isoformat()):
            rows += _counts(market.world, settlement.number, is_revised=later is not None)
    return answer(request, rows, _SHORT_INTEREST, "ticker.asc", default=10, largest=50_000)


@lru_cache(32)
def _counts(world: World, number: int, *, is_revised: bool) -> list[dict[str, Any]]:
    """Rows of one settlement; of a name that stands there twice the second is the revised one."""
    short, volume = sold_short(world, number)
    luck, day, rows = luck_of(world, f"counts {number}"), world.days[number].isoformat(), list[dict[str, Any]]()
    first, last = world.roster.spans()
    for position in range(world.roster.stocks):
        if not first[position] <= number <= last[position]:
            continue
        chance, count, usual = int(luck[position]), int(short[position]), int(volume[position])
        if chance % REVISED_EVERY == 0 and is_revised:
            count += count // 32
        row = _count(world.roster.tickers[position], day, count, usual)
        if chance % UNTOLD_EVERY == 0:
            del row["short_interest"]
        rows.append(row)
        if chance % TWICE_EVERY == 0:
            rows.append(_count(row["ticker"], day, count + count // 16 + 1, usual))
    return [*rows, *(_count(ticker, day, 1_000 * place, 0) for place, ticker in enumerate(STRANGERS))]


def _count(ticker: str, day: str, count: int, usual: int) -> dict[str, Any]:
    cover = round(max(count / usual, 1.0), 2) if usual else NO_VOLUME_COVER
    return {
        "ticker": ticker, "settlement_date": day, "avg_daily_volume": usual, "short_interest": count,
        "days_to_cover": cover,
    }  # fmt: skip


def floats(request: Request, market: Market) -> Response:
    """GET /stocks/vX/float: of stocks of companies at home."""
    market.ready()
    month = market.today().replace(day=1)
    return answer(
        request, _floats(market.world, market.number, month), _FLOATS, "ticker.asc", default=100, largest=5000
    )


@lru_cache(4)
def _floats(world: World, number: int, month: date) -> list[dict[str, Any]]:
    luck, outstanding, free = luck_of(world, "floats"), shares(world, number), free_share(world)
    rows: list[dict[str, Any]] = []
    for position, entry in enumerate(world.roster.entries[: world.roster.stocks]):
        if entry.type != "CS" or not entry.first <= number <= entry.last:
            continue
        chance, part = int(luck[position]), float(free[position])
        row: dict[str, Any] = {
            "ticker": entry.ticker, "effective_date": month.isoformat(),
            "free_float": round(float(outstanding[position]) * part), "free_float_percent": round(100 * part, 2),
        }  # fmt: skip
        if chance % ZERO_EVERY == 0:
            row |= {"free_float": 0, "free_float_percent": 0.0}
        elif chance % PARTLY_EVERY == 0:
            row["free_float_percent"] = 0.0
        elif chance % UNDATED_EVERY == 0:
            del row["effective_date"]
        rows.append(row)
        if chance % OLDER_EVERY == 0:
            older = (month - timedelta(days=200)).replace(day=1).isoformat()
            rows.append(row | {"effective_date": older, "free_float": row["free_float"] * 9 // 10})
    return rows


def earnings(request: Request, market: Market) -> Response:
    """GET /benzinga/v1/earnings: what was changed last stands first unless asked otherwise."""
    market.ready()
    params, today = query(request), market.today()
    rows = [
        _row(market.world, report, day, today)
        for report in reports(market.world)
        for day in _days(market.world, report, today)
        if may_match(params, "date", day.isoformat())
    ]
    return answer(request, rows, _EARNINGS, "last_updated.desc", default=100, largest=50_000)


def _days(world: World, report: Report, today: date) -> list[date]:
    """Those a report has rows of: until its day is confirmed the one it is expected on."""
    if report.day > today + timedelta(days=CONFIRMED_DAYS):
        return [report.projected]
    was_moved = crc32(world.roster.tickers[report.position].encode()) % MOVED_EVERY == 0
    return [report.projected, report.day] if was_moved and report.projected != report.day else [report.day]


def _row(world: World, report: Report, day: date, today: date) -> dict[str, Any]:
    entry = world.roster.entries[report.position]
    chance = crc32(entry.ticker.encode())
    is_confirmed = day == report.day <= today + timedelta(days=CONFIRMED_DAYS)
    changed = min(report.day + timedelta(days=1), today) if is_confirmed else report.day - timedelta(days=60)
    row: dict[str, Any] = {
        "benzinga_id": f"{chance:08x}{report.year}{report.quarter}{int(is_confirmed)}", "company_name": entry.name,
        "currency": "USD", "date": day.isoformat(), "date_status": "confirmed" if is_confirmed else "projected",
        "eps_method": "adj", "estimated_eps": 1.0, "fiscal_period": f"Q{report.quarter}", "fiscal_year": report.year,
        "importance": chance % 6, "last_updated": f"{changed}T10:19:50Z", "previous_eps": 0.98,
        "ticker": entry.ticker, "time": report.clock,
    }  # fmt: skip
    if chance % MIDNIGHT_EVERY == 0:
        row["time"] = "00:00:00"
    elif chance % CLOCKLESS_EVERY == 0:
        del row["time"]
    if chance % STATUSLESS_EVERY == 0:
        del row["date_status"]
    if is_confirmed and day < today and chance % 3:
        row |= {"actual_eps": 1.02, "eps_surprise": 0.02, "eps_surprise_percent": 2.0}
    return row


def filings(request: Request, market: Market) -> Response:
    """GET /stocks/filings/vX/index: reports of quarters some days after the results, and what else is filed."""
    market.ready()
    params, today = query(request), market.today()
    rows = [
        _filing(market.world, report, *filed)
        for report in reports(market.world)
        for filed in _filed(market.world, report)
        if filed[1] < today and may_match(params, "filing_date", filed[1].isoformat())
    ]
    return answer(request, rows, _FILINGS, "filing_date.desc", default=1000, largest=10_000)


def _chance(entry: Entry, report: Report) -> int:
    return crc32(f"{entry.ticker}/{report.year}/{report.quarter}".encode())


def _filed(world: World, report: Report) -> list[tuple[str, date]]:
    """Forms and days: the announcement, the report, sometimes an amendment."""
    entry = world.roster.entries[report.position]
    chance = _chance(entry, report)
    is_foreign, form = entry.type == "ADRC", "10-K" if report.quarter == 4 else "10-Q"
    filed = [("6-K" if is_foreign else "8-K", report.day)]
    if not is_foreign:
        filed.append((form, report.day + timedelta(days=chance % 6)))
    if chance % 61 == 0:
        filed.append((f"{form}/A", report.day + timedelta(days=30)))
    return filed


def _filing(world: World, report: Report, form: str, day: date) -> dict[str, Any]:
    """The row of a filing; some name no ticker."""
    entry = world.roster.entries[report.position]
    cik, chance = f"{crc32(entry.issuer.encode()):010d}", _chance(entry, report)
    accession = f"{cik}-{day:%y}-{(chance + len(form)) % 10**6:06d}"
    row = {
        "accession_number": accession, "cik": cik, "filing_date": day.isoformat(), "form_type": form,
        "filing_url": f"https://www.sec.gov/Archives/edgar/data/{accession}.txt", "issuer_name": entry.name,
    }  # fmt: skip
    return row if chance % 97 == 0 else row | {"ticker": entry.ticker}


def news(request: Request, market: Market) -> Response:
    """GET /v2/reference/news: the newest first, and a next page whose address names the port."""
    params = query(request)
    limit = limit_of(request, params, 10, 1000)
    bounds = {key: _moment(request, key, text) for key, text in params.items() if key.startswith("published_utc")}
    told = headlines.until(market.world, market.clock.now(), NEWS_DAYS)
    found = [each for each in told if params.get("ticker", "") in ("", *each.tickers)]
    rows = matching(request, [_article(each) for each in found], bounds, _PUBLISHED)
    body = page(request, rows[::-1] if params.get("order") == "asc" else rows, params, limit)
    if "next_url" in body:
        scheme, _, rest = body["next_url"].partition("://")
        host, _, path = rest.partition("/")
        port = "" if ":" in host else ":443" if scheme == "https" else ":80"
        body["next_url"] = f"{scheme}://{host}{port}/{path}"
    return json(body | {"count": len(body["results"])})


def _moment(request: Request, key: str, text: str) -> str:
    """A bound in the form of the column it is held against."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as fault:
        raise Refusal(error(request, 400, f"{key}: must be a date or RFC 3339")) from fault
    utc = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%SZ}"


def _article(each: headlines.Headline) -> dict[str, Any]:
    """With all the vendor sends beside, none of which is anybody's to fetch."""
    return {
        "amp_url": "https://amp.newswire.example/", "article_url": each.link, "author": "Nobody",
        "description": f"{each.title} \x1b[0m", "id": each.key, "image_url": "https://pictures.newswire.example/1.jpg",
        "insights": [
            {"ticker": ticker, "sentiment": "positive", "sentiment_reasoning": "Simulated."}
            for ticker in each.tickers[:1]
        ],
        "keywords": ["simulated"], "published_utc": f"{each.published:%Y-%m-%dT%H:%M:%SZ}",
        "publisher": {
            "favicon_url": "https://pictures.newswire.example/f.ico", "homepage_url": "https://newswire.example/",
            "logo_url": "https://pictures.newswire.example/l.png", "name": each.publisher,
        },
        "tickers": each.tickers, "title": each.title,
    }  # fmt: skip
