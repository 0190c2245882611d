"""Massive before the suite all providers pass: the market's tables in the vendor's JSON."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from urllib.parse import urlencode

import polars as pl

from deskview.market.sessions import NEW_YORK, Calendar
from deskview.providers.capabilities import Capability
from deskview.providers.massive import MASSIVE
from tests.providers.contract.market import NANOS, Market, nanos
from tests.providers.contract.server import Request
from tests.providers.contract.subject import Serving
from tests.providers.massive.answers import Json
from tests.providers.scripted import Reply, failed, ok

Rows = Iterable[Json]
NOT_THERE = failed(404, {"status": "NOT_FOUND", "request_id": "r", "message": "Ticker not found."})
MINUTE_MS = 60_000


def _ms(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000


def _told(row: Json) -> Json:
    """The row without what is null: the vendor leaves it out."""
    return {name: value for name, value in row.items() if value is not None}


def _in_nanos(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with its times as Unix ns."""
    return frame.with_columns(pl.col(pl.Datetime).dt.epoch("ns"))


class MassiveSubject:
    """Massive."""

    vendor = MASSIVE

    def refusal(self, capability: Capability) -> Reply:
        """In the vendor's words, which name no capability."""
        return failed(403, {"status": "NOT_AUTHORIZED", "message": "You are not entitled to this data."})

    def capability(self, request: Request) -> Capability:
        """By the path; of the listing by who is asked for."""
        path = "/".join(request.parts)
        if path == "v3/reference/tickers":
            return Capability.NAMES if request.query["active"] == "true" else Capability.DELISTED
        if "/range/" in path:
            return Capability.INTRADAY_BARS if "/minute/" in path else Capability.DAILY_BARS
        return next(capability for start, capability in BY_PATH.items() if path.startswith(start))

    def answer(self, request: Request, serving: Serving) -> Reply:
        """Rows in the common envelope a page at a time, or what has a form of its own."""
        market, parts = serving.market, request.parts
        match parts:
            case ["v1", "marketstatus", "now"]:
                return ok({"market": market.phase, "serverTime": market.now.astimezone(NEW_YORK).isoformat()})
            case ["v1", "marketstatus", "upcoming"]:
                return ok([{"exchange": "NYSE", "date": day, "status": how} for day, how in market.closures.items()])
            case ["v3", "reference", "tickers", ticker]:
                on = date.fromisoformat(request.query["date"])
                rows = _details(market.details.filter(ticker=ticker, as_of=on))
                return ok({"status": "OK", "results": rows[0]}) if rows else NOT_THERE
            case ["v2", "snapshot", *_]:
                return ok({"status": "OK", "tickers": _snapshot(market)})
            case ["v2", "aggs", "grouped", *_, day]:
                return ok({"status": "OK", "results": _grouped(market, date.fromisoformat(day))})
        rows = list(_paged(request, market))
        start = int(request.query.get("cursor", 0))
        most = min(serving.page_rows, int(request.query["limit"]))
        body: Json = {"status": "OK", "results": rows[start : start + most]}
        if start + most < len(rows):
            query = urlencode(request.query | {"cursor": start + most})
            body["next_url"] = f"{serving.elsewhere}{request.target.partition('?')[0]}?{query}"
        return ok(body)


BY_PATH = {
    "v1/marketstatus/now": Capability.CLOCK,
    "v1/marketstatus/upcoming": Capability.HOLIDAYS,
    "v3/reference/tickers/": Capability.SHARES,
    "v3/reference/conditions": Capability.CONDITIONS,
    "v2/snapshot": Capability.SNAPSHOT,
    "v2/aggs/grouped": Capability.DAILY_BARS,
    "v3/trades/": Capability.TRADES,
    "stocks/v1/splits": Capability.SPLITS,
    "stocks/v1/dividends": Capability.DIVIDENDS,
    "stocks/v1/short-volume": Capability.SHORT_VOLUME,
    "v3/snapshot/options/": Capability.CHAINS,
    "fed/v1/treasury-yields": Capability.YIELDS,
    "stocks/v1/short-interest": Capability.SHORT_INTEREST,
    "stocks/vX/float": Capability.FLOAT,
    "benzinga/v1/earnings": Capability.EARNINGS,
    "stocks/filings/vX/index": Capability.FILINGS,
    "v2/reference/news": Capability.NEWS,
}


def _paged(request: Request, market: Market) -> Rows:
    """The rows the vendor would filter out for the query."""
    query, made = request.query, OF_ONE_PATH.get("/".join(request.parts))
    if made is not None:
        return made(market, query)
    match request.parts:
        case ["v3", "reference", listing]:
            return _conditions(market) if listing == "conditions" else _listing(market, query["active"] == "true")
        case ["v3", "trades", ticker]:
            since, until = int(query["timestamp.gte"]), int(query.get("timestamp.lt", 2**62))
            return _trades(market, ticker, since, until)
        case ["stocks", "v1", table]:
            return _of_stocks(market, table, query)
        case ["v3", "snapshot", "options", underlying]:
            return _chain(market, underlying, query)
        case [*_, "range", _, window, first, last]:
            return _custom(market, window, date.fromisoformat(first), date.fromisoformat(last))
    raise AssertionError(f"nobody asks for {request.target}")


def _listing(market: Market, active: bool) -> Rows:
    frame = market.tickers if active else market.delisted
    for row in frame.rename({"figi": "composite_figi"}).to_dicts():
        gone = None if active else f"{row.pop('delisted')}T05:00:00Z"
        yield _told(row | {"primary_exchange": row.pop("exchange", None), "active": active, "delisted_utc": gone})


def _details(frame: pl.DataFrame) -> list[Json]:
    names = {"shares_outstanding": "share_class_shares_outstanding", "market_cap_usd": "market_cap"}
    return [_told(row) for row in frame.rename(names).drop("as_of").to_dicts()]


def _conditions(market: Market) -> Rows:
    for row in market.conditions.to_dicts():
        name = {"id": row.pop("id"), "name": row.pop("name"), "data_types": ["trade"], "asset_class": "stocks"}
        yield name | {"update_rules": {"consolidated": _told(row)}}


def _of_stocks(market: Market, table: str, query: Mapping[str, str]) -> Rows:
    if table == "splits":
        return _splits(market, date.fromisoformat(query["execution_date.gte"]))
    if table == "dividends":
        return _dividends(market, date.fromisoformat(query["ex_dividend_date.gte"]))
    assert table == "short-volume"
    frame = market.short_volume.filter(session=date.fromisoformat(query["date"]))
    return [row | {"date": row["session"]} for row in frame.to_dicts()]


def _splits(market: Market, since: date) -> Rows:
    frame = market.splits.filter(pl.col("execution_date") >= since)
    return map(_told, frame.rename({"factor": "historical_adjustment_factor"}).to_dicts())


def _dividends(market: Market, since: date) -> Rows:
    frame = market.dividends.filter(pl.col("ex_date") >= since)
    rows = frame.rename({"ex_date": "ex_dividend_date", "cash_usd": "cash_amount"}).to_dicts()
    return [row | {"currency": "USD"} for row in rows]


def _chain(market: Market, underlying: str, query: Mapping[str, str]) -> Rows:
    """By strike; what is not told is absent, or a part that holds it is empty. An index is known by its mark alone."""
    first, last = (date.fromisoformat(query[f"expiration_date.{end}"]) for end in ("gte", "lte"))
    low, high = (float(query[f"strike_price.{end}"]) for end in ("gte", "lte"))
    inside = pl.col("expiry").is_between(first, last) & pl.col("strike").is_between(low, high)
    inside &= pl.lit(underlying == "I:SPX")
    assert query["sort"] == "strike_price"
    for row in market.chain.filter(inside).sort("strike").to_dicts():
        yield _told(
            {
                "day": _told({"close": row["close"]}),
                "details": _told(
                    {
                        "contract_type": row["right"],
                        "exercise_style": row["style"],
                        "expiration_date": str(row["expiry"]),
                        "shares_per_contract": row["multiplier"],
                        "strike_price": row["strike"],
                        "ticker": row["ticker"],
                    }
                ),
                "greeks": {},
                "implied_volatility": row["iv"],
                "last_quote": _told({"bid": row["bid"], "ask": row["ask"]}) or None,
                "open_interest": row["oi"],
                "underlying_asset": _told({"ticker": "I:SPX", "value": row["spot"]}),
            }
        )


def _yields(market: Market, query: Mapping[str, str]) -> Rows:
    """A row a day, in per cent."""
    days = market.yields.sort("day", descending=query["sort"] == "date.desc")
    for (day,), frame in days.group_by("day", maintain_order=True):
        names = [
            f"yield_{months:.0f}_month" if months < 12 else f"yield_{months / 12:.0f}_year"
            for months in frame["months"]
        ]
        yield {"date": str(day), **dict(zip(names, (frame["rate"] * 100).round(6).to_list(), strict=True))}


def _short_interest(market: Market, query: Mapping[str, str]) -> Rows:
    """A name without trading is told to be covered in as many days as there can be."""
    since = date.fromisoformat(query["settlement_date.gte"])
    for row in market.short_interest.filter(pl.col("settlement") >= since).to_dicts():
        days = 999.99 if row["days_to_cover"] is None else row["days_to_cover"]
        told = {"ticker": row["ticker"], "settlement_date": row["settlement"], "short_interest": row["shares_short"]}
        yield told | _told({"avg_daily_volume": row["avg_daily_volume"]}) | {"days_to_cover": days}


def _floats(market: Market, _query: Mapping[str, str]) -> Rows:
    """What is not told is zero."""
    for row in market.floats.to_dicts():
        numbers = {name: row[name] or 0 for name in ("free_float", "free_float_percent")}
        yield _told({"ticker": row["ticker"], "effective_date": row["effective"]} | numbers)


TIMES = {"before": "08:30:00", "during": "15:59:59", "after": "16:00:00"}
STATUSES = {True: "confirmed", False: "projected"}


def _earnings(market: Market, query: Mapping[str, str]) -> Rows:
    first, last = (date.fromisoformat(query[f"date.{end}"]) for end in ("gte", "lte"))
    for row in market.earnings.filter(pl.col("day").is_between(first, last)).to_dicts():
        told = {"ticker": row["ticker"], "date": row["day"], "time": TIMES.get(row["when"])}
        yield _told(told | {"date_status": STATUSES.get(row["confirmed"]), "importance": 1})


def _filings(market: Market, query: Mapping[str, str]) -> Rows:
    first, last = (date.fromisoformat(query[f"filing_date.{end}"]) for end in ("gte", "lte"))
    forms = query["form_type.any_of"].split(",")
    frame = market.filings.filter(pl.col("day").is_between(first, last) & pl.col("form").is_in(forms))
    for row in frame.rename({"form": "form_type", "day": "filing_date"}).to_dicts():
        yield _told(row | {"issuer_name": "Issuer"})


def _news(market: Market, query: Mapping[str, str]) -> Rows:
    """The publisher and the link are there, whatever is in them."""
    since = nanos(datetime.fromisoformat(query["published_utc.gte"]))
    frame = _in_nanos(market.news).filter(pl.col("published") >= since)
    if "ticker" in query:
        frame = frame.filter(pl.col("tickers").list.contains(query["ticker"]))
    for row in frame.sort("published", descending=query["order"] == "desc").to_dicts():
        published = datetime.fromtimestamp(row["published"] // NANOS, UTC)
        yield {
            "article_url": row["link"] or "javascript:alert(1)",
            "author": "Somebody",
            "id": row["id"],
            "image_url": "https://pictures.example/1.jpg",
            "insights": [{"ticker": "NVDA", "sentiment": "positive", "sentiment_reasoning": "x"}],
            "published_utc": f"{published:%Y-%m-%dT%H:%M:%SZ}",
            "publisher": _told({"name": row["publisher"], "homepage_url": "https://newswire.example/"}),
            "tickers": row["tickers"],
            "title": row["title"],
        }


OF_ONE_PATH: Mapping[str, Callable[[Market, Mapping[str, str]], Rows]] = {
    "stocks/v1/short-interest": _short_interest,
    "stocks/vX/float": _floats,
    "benzinga/v1/earnings": _earnings,
    "stocks/filings/vX/index": _filings,
    "v2/reference/news": _news,
    "fed/v1/treasury-yields": _yields,
}


BAR = {"open": "o", "high": "h", "low": "l", "close": "c", "volume": "v"}


def _grouped(market: Market, session: date) -> list[Json]:
    names = BAR | {"ticker": "T", "vwap": "vw", "trades": "n"}
    rows = market.bars.filter(session=session).drop("session").rename(names).to_dicts()
    return [_told(row | {"t": _ms(Calendar().closes(session))}) for row in rows]


def _custom(market: Market, window: str, first: date, last: date) -> Rows:
    """Bars of five minutes, or the index's days, whose time is their beginning in New York."""
    if window == "minute":
        frame = market.intraday
        starts = frame["start"].to_list()
    else:
        days = market.index_days
        frame = days.select(*(pl.col("close").alias(name) for name in BAR if name != "volume"), volume=pl.lit(1.0))
        starts = [datetime(day.year, day.month, day.day, tzinfo=NEW_YORK) for day in days["session"]]
    rows = frame.select(pl.col(name).alias(short) for name, short in BAR.items()).to_dicts()
    whole = [row | {"t": _ms(start)} for row, start in zip(rows, starts, strict=True)]
    inside = [first <= start.astimezone(NEW_YORK).date() <= last for start in starts]
    return [row for row, wanted in zip(whole, inside, strict=True) if wanted]


def _trades(market: Market, ticker: str, since: int, until: int) -> Rows:
    frame = _in_nanos(market.trades.filter(ticker=ticker)).filter(pl.col("sip_time").is_between(since, until, "left"))
    for row in frame.sort("sip_time", "sequence").to_dicts():
        yield _told(
            {
                "conditions": row["conditions"] or None,
                "correction": row["correction"] or None,
                "decimal_size": f"{row['size']:.6f}",
                "exchange": row["exchange"],
                "id": row["id"],
                "participant_timestamp": row["time"],
                "price": row["price"],
                "sequence_number": row["sequence"],
                "sip_timestamp": row["sip_time"],
                "size": int(row["size"]),
                "trf_id": 202 if row["off_exchange"] else None,
            }
        )


def _snapshot(market: Market) -> list[Json]:
    return [_told(_one_name(row)) for row in _in_nanos(market.snapshot).to_dicts()]


def _one_name(row: Json) -> Json:
    """What is not there is sent as zeros, as before the open, or not at all."""
    day = {short: row[name] or 0 for name, short in (BAR | {"day_close": "c"}).items() if name != "close"}
    minute = None
    if row["minute_close"] is not None:
        # The end of the minute is not sent, only its start; of the running one the end is when the row was made.
        at = row["minute_time"] // 1_000_000
        minute = {"c": row["minute_close"], "t": at - at % MINUTE_MS - (0 if at % MINUTE_MS else MINUTE_MS)}
    trade = {"p": row["trade_price"], "t": row["trade_time"], "c": row["trade_conditions"]}
    return {
        "ticker": row["ticker"],
        "day": day,
        "min": minute,
        "prevDay": _told({"c": row["prev_close"]}),
        "lastTrade": None if row["trade_price"] is None else trade,
        "updated": row["updated"],
    }
