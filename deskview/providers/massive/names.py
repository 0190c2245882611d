"""What Massive tells of single names: what is sold short and free to trade, reports of results, filings, headlines.

But for the headlines of one name all of it is asked for of the whole market at once, in as few pages as there can be.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from functools import partial

import polars as pl

from deskview.market.schema import EARNINGS, FILINGS, FLOATS, NEWS, SHORT_INTEREST, UTC_NS, require
from deskview.market.sessions import Calendar
from deskview.providers.base import Table
from deskview.providers.capabilities import Capability
from deskview.providers.http import Params
from deskview.providers.massive.cleaning import (
    AHEAD,
    FIRST_DAY,
    LAST_DAY,
    MOST_SHARES,
    NAME_LENGTH,
    Rejects,
    code,
    iso_date,
    positive,
    repeated,
    unfit_day,
    unfit_ticker,
)
from deskview.providers.massive.client import MassiveClient
from deskview.providers.massive.decode import Reader
from deskview.providers.massive.tables import columns
from deskview.providers.massive.wire import Article, Earnings, Filing, Float, Publisher, ShortInterest
from deskview.providers.origin import TICKER
from deskview.text import neutralise

SHORT, FLOAT, REPORT = Reader(ShortInterest), Reader(Float), Reader(Earnings)
FILING, ARTICLE = Reader(Filing), Reader(Article)

ROWS_A_PAGE, FLOATS_A_PAGE, FILINGS_A_PAGE, ARTICLES_A_PAGE = 50_000, 5_000, 10_000, 1_000
"""The vendor's bounds are one more, which it refuses."""
FORMS = ("10-K", "10-Q")
MIDNIGHT, OPEN, CLOSE, HALF_CLOSE = time(0), time(9, 30), time(16), time(13)
"""Of the clock in New York."""
TITLE_LENGTH, LINK_LENGTH, ID_LENGTH, TEXT_LENGTH = 200, 2_000, 200, 20_000
"""Characters. A longer title is cut, a longer link is none; of a text no more than the last are looked at."""
LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
WORDED = "[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
REST = r"[/?#][A-Za-z0-9_.~:/?#\[\]@!$&'()*+,;=%-]*"
LINK = rf"^https://((?:{LABEL}\.)+{WORDED})(?::443)?(?:{REST})?$"
"""https to a host that has a name, without a user's, in the characters an address may have: it is copied to be opened
elsewhere, by hand. Neither spaces nor letters that look like others are among them."""
NOBODY = Publisher()


async def short_interest(client: MassiveClient, since: date) -> Table:
    """SHORT_INTEREST; without an order of its own the vendor's answer would begin with the oldest."""
    params: Params = {"settlement_date.gte": since.isoformat(), "sort": "settlement_date.desc", "limit": ROWS_A_PAGE}
    make = partial(_short_interest, since)
    return await client.whole_table("stocks/v1/short-interest", Capability.SHORT_INTEREST, SHORT, make, params)


def _short_interest(since: date, rows: list[ShortInterest], rejects: Rejects) -> pl.DataFrame:
    """Of several counts of one settlement, which contradict each other, none is taken: which is right is not told."""
    numbers = ("short_interest", "avg_daily_volume", "days_to_cover")
    text = dict.fromkeys(("ticker", "settlement_date"), pl.String())
    wire = columns(rows, {**text, **dict.fromkeys(numbers, pl.Float64())})
    frame = wire.with_columns(settlement=iso_date("settlement_date"), shares_short="short_interest")
    fit = rejects.drop(
        frame,
        {
            **unfit_ticker(),
            **unfit_day("settlement", "day of settlement", since),
            "settled before the day asked for": pl.col("settlement") < since,
            "without a count of shares": pl.col("shares_short").is_null(),
            **_unfit_numbers(*numbers),
        },
    )
    key = ("ticker", "settlement")
    told = rejects.drop(fit, {"several counts of one settlement": _differ("shares_short", key), **repeated(*key)})
    by_age = told.sort("settlement", descending=True).with_columns(
        before=pl.col("settlement").shift(-1).over("ticker"),
        shares_before=pl.col("shares_short").shift(-1).over("ticker"),
    )
    newest = by_age.unique("ticker", keep="first", maintain_order=True)
    traded = pl.col("avg_daily_volume") > 0
    covered = newest.with_columns(days_to_cover=pl.when(traded).then("days_to_cover"))
    return require(covered.sort("ticker").select(*SHORT_INTEREST), SHORT_INTEREST, "short interest")


async def floats(client: MassiveClient) -> Table:
    """FLOATS, by ticker."""
    params: Params = {"sort": "ticker.asc", "limit": FLOATS_A_PAGE}
    return await client.whole_table("stocks/vX/float", Capability.FLOAT, FLOAT, _floats, params)


def _floats(rows: list[Float], rejects: Rejects) -> pl.DataFrame:
    """Of a name the row of the newest day; zeros are none."""
    numbers = ("free_float", "free_float_percent")
    text = dict.fromkeys(("ticker", "effective_date"), pl.String())
    wire = columns(rows, {**text, **dict.fromkeys(numbers, pl.Float64())})
    frame = wire.with_columns(effective=iso_date("effective_date"))
    days = frame["effective"].drop_nulls().sort().to_list() or [date.min]
    last = days[(len(days) - 1) // 2] + AHEAD
    fit = rejects.drop(
        frame,
        {
            **unfit_ticker(),
            "the day is no date": pl.col("effective").is_null() & pl.col("effective_date").is_not_null(),
            "the day is years ahead": pl.col("effective") > last,
            **_unfit_numbers(*numbers),
            "more than all of the shares": pl.col("free_float_percent") > 100,
            "neither shares nor per cent": pl.all_horizontal(pl.col(name).fill_null(0) == 0 for name in numbers),
        },
    ).with_columns(positive(name) for name in numbers)
    key = ("ticker", "effective")
    told = rejects.drop(fit, {"several floats of one day": _differ("free_float", key), **repeated(*key)})
    newest = told.sort("effective", descending=True, nulls_last=True)
    one_each = newest.unique("ticker", keep="first", maintain_order=True)
    return require(one_each.sort("ticker").select(*FLOATS), FLOATS, "floats")


def _unfit_numbers(*names: str) -> dict[str, pl.Expr]:
    """Rules for rows with a count that can't be."""
    numbers = [pl.col(name) for name in names]
    return {
        "a number is negative": pl.any_horizontal(number < 0 for number in numbers),
        f"a number is above {MOST_SHARES:.0e}": pl.any_horizontal(number > MOST_SHARES for number in numbers),
    }


def _differ(column: str, key: tuple[str, ...]) -> pl.Expr:
    """Whether rows of the same key tell different figures."""
    return pl.col(column).n_unique().over(*key) > 1


async def earnings(client: MassiveClient, since: date, until: date) -> Table:
    """EARNINGS by the add-on's calendar; by itself it would begin with what was last changed."""
    params: Params = {
        "date.gte": since.isoformat(),
        "date.lte": until.isoformat(),
        "sort": "date.asc",
        "limit": ROWS_A_PAGE,
    }
    make = partial(_earnings, since, until)
    return await client.whole_table("benzinga/v1/earnings", Capability.EARNINGS, REPORT, make, params)


def _earnings(since: date, until: date, rows: list[Earnings], rejects: Rejects) -> pl.DataFrame:
    """Of a report that is told several times, as after its day was moved, the row that was changed last."""
    text = ("ticker", "date", "time", "date_status", "fiscal_period", "last_updated")
    wire = columns(rows, {**dict.fromkeys(text, pl.String()), "fiscal_year": pl.Int64()})
    frame = wire.with_columns(day=iso_date("date"), at=pl.col("time").str.to_time("%H:%M:%S", strict=False))
    frame = frame.with_columns(changed=_moment("last_updated"))
    fit = rejects.drop(frame, {**unfit_ticker(), **_outside("day", since, until)})
    report = pl.struct("ticker", "fiscal_year", "fiscal_period")
    known = pl.col("fiscal_year").is_not_null() & (pl.col("fiscal_period") != "")
    told = rejects.drop(
        fit.sort("changed", descending=True, nulls_last=True, maintain_order=True),
        {"an older row of a report": known & ~report.is_first_distinct(), **repeated("ticker", "day")},
    )
    dated = told.with_columns(
        when=_when(told["day"].unique().to_list()),
        confirmed=pl.col("date_status").replace_strict(
            {"confirmed": True, "projected": False}, default=None, return_dtype=pl.Boolean()
        ),
    )
    return require(dated.sort("day", "ticker").select(*EARNINGS), EARNINGS, "earnings")


def _when(days: list[date]) -> pl.Expr:
    """Before, during or after the session of `day`, by the time `at`; midnight is where no time was entered."""
    calendar, day, at = Calendar(), pl.col("day"), pl.col("at")
    sessions = pl.Series([each for each in days if calendar.is_session(each)], dtype=pl.Date())
    halves = pl.Series([each for each in days if calendar.is_half_day(each)], dtype=pl.Date())
    close = pl.when(day.is_in(halves.implode())).then(pl.lit(HALF_CLOSE)).otherwise(pl.lit(CLOSE))
    untold = at.is_null() | (at == MIDNIGHT) | ~day.is_in(sessions.implode())
    before, after = at < OPEN, at >= close
    return (
        pl.when(untold)
        .then(None)
        .when(before)
        .then(pl.lit("before"))
        .when(after)
        .then(pl.lit("after"))
        .otherwise(pl.lit("during"))
    )


def _outside(column: str, since: date, until: date) -> dict[str, pl.Expr]:
    """Rules for rows without a date, or with one that was not asked for."""
    return {
        f"the {column} is no date": pl.col(column).is_null(),
        f"the {column} is outside the dates asked for": ~pl.col(column).is_between(since, until),
    }


async def filings(client: MassiveClient, since: date, until: date) -> Table:
    """FILINGS by the index of filings; amendments are forms of their own."""
    params: Params = {
        "form_type.any_of": ",".join(FORMS),
        "filing_date.gte": since.isoformat(),
        "filing_date.lte": until.isoformat(),
        "sort": "filing_date.asc",
        "limit": FILINGS_A_PAGE,
    }
    make = partial(_filings, since, until)
    return await client.whole_table("stocks/filings/vX/index", Capability.FILINGS, FILING, make, params)


def _filings(since: date, until: date, rows: list[Filing], rejects: Rejects) -> pl.DataFrame:
    """Numbers of issuers are of ten digits, as in the listing."""
    text = ("cik", "ticker", "form_type", "filing_date")
    wire = columns(rows, dict.fromkeys(text, pl.String())).with_columns(
        cik=code("cik").str.zfill(10), ticker=code("ticker"), form=code("form_type"), day=iso_date("filing_date")
    )
    fit = rejects.drop(
        wire,
        {
            "the issuer's number is none": ~pl.col("cik").fill_null("").str.contains(r"^[0-9]{10}$"),
            **unfit_ticker(),
            "the form is another": ~pl.col("form").fill_null("").is_in(FORMS),
            **_outside("day", since, until),
            **repeated("cik", "form", "day"),
        },
    )
    return require(fit.sort("day", "cik", "form").select(*FILINGS), FILINGS, "filings")


async def news(client: MassiveClient, ticker: str | None, since: datetime) -> Table:
    """NEWS; raises ValueError for a time without a zone."""
    if since.tzinfo is None:
        raise ValueError("a time without a zone can't be asked for")
    second = since.astimezone(UTC).replace(microsecond=0)
    params: Params = {
        **({"ticker": ticker} if ticker else {}),
        "published_utc.gte": f"{second:%Y-%m-%dT%H:%M:%SZ}",
        "order": "desc",
        "sort": "published_utc",
        "limit": ARTICLES_A_PAGE,
    }
    make = partial(_news, ticker, since)
    return await client.whole_table("v2/reference/news", Capability.NEWS, ARTICLE, make, params)


def _news(ticker: str | None, since: datetime, rows: list[Article], rejects: Rejects) -> pl.DataFrame:
    """What stands in the wire's texts is hostile until it has gone through here."""
    titles = [_one_line(row.title, TITLE_LENGTH) for row in rows]
    publishers = [_one_line((row.publisher or NOBODY).name, NAME_LENGTH) for row in rows]
    wire = columns(rows, dict.fromkeys(("id", "published_utc", "article_url"), pl.String())).with_columns(
        pl.Series("tickers", [_tickers(row.tickers) for row in rows], dtype=pl.List(pl.String())),
        pl.Series("title", titles, dtype=pl.String()),
        pl.Series("publisher", publishers, dtype=pl.String()),
        id=code("id"),
        published=_moment("published_utc"),
        link=pl.when(pl.col("article_url").str.len_chars() <= LINK_LENGTH).then("article_url"),
    )
    host = pl.col("link").str.extract(LINK)
    linked = wire.with_columns(host=host.str.to_lowercase(), link=pl.when(host.is_not_null()).then("link"))
    published = pl.col("published")
    fit = rejects.drop(
        linked,
        {
            "the id is none": pl.col("id").is_null() | (pl.col("id").str.len_chars() > ID_LENGTH),
            "without a title": pl.col("title").is_null(),
            "the time of publication is none": published.is_null(),
            "published years ahead": published > since + AHEAD,
            "published before the time asked for": published < since.replace(microsecond=0),
            "about other names": ~pl.col("tickers").list.contains(ticker) if ticker else pl.lit(value=False),
            **repeated("id"),
        },
    )
    asked = fit.filter(published >= since)
    return require(asked.sort("published", descending=True, maintain_order=True).select(*NEWS), NEWS, "news")


def _tickers(told: Iterable[object] | None) -> list[str]:
    """Those that can be tickers, each once."""
    found = (each for each in told or () if isinstance(each, str) and re.fullmatch(TICKER, each))
    return list(dict.fromkeys(found))


def _one_line(text: str | None, most: int) -> str | None:
    """Text by Python's tables and not by polars', which know newer characters than a screen may be given."""
    return neutralise((text or "")[:TEXT_LENGTH], limit=most) or None


def _moment(column: str) -> pl.Expr:
    """UTC time from RFC 3339, null for what is none or of another age than the market's."""
    moment = pl.col(column).str.to_datetime("%+", time_unit="us", time_zone="UTC", strict=False)
    return pl.when(moment.dt.date().is_between(FIRST_DAY, LAST_DAY)).then(moment.cast(UTC_NS))
