"""What is told of companies once a day: shares sold short, shares free to trade, the next report of results."""

from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import date, timedelta

import polars as pl

from deskview.analytics.adjust import split_ratios
from deskview.market.schema import EARNINGS, FILINGS, FLOATS, SHORT_INTEREST, Schema, empty
from deskview.market.sessions import Calendar

#: A row a name of which anything is told. `shares_short` (on the session's share basis) and `days_to_cover` (the
#: count's own) are of `settlement`; `short_of_float` is the part of `free_float`, above 1 where more is sold than is
#: free; `short_change` the change since the count before. `float_of_shares` is the part of the shares that is free.
#: `earnings` is the day of the next report, today's among them, `earnings_when` before, during or after that day's
#: session, and `earnings_by` says how it is known (CONFIRMED, EXPECTED, ESTIMATED). `earnings_sessions` counts sessions
#: to it: 0 is today; `calendar_sessions` does where a calendar has it, and not to a guess. Null where it is not told.
#: `reported` is the day of a report within LATELY before the session, `reported_when` as `earnings_when`.
COMPANIES: Schema = {
    "ticker": pl.String(),
    "settlement": pl.Date(),
    "shares_short": pl.Float64(),
    "short_of_float": pl.Float64(),
    "days_to_cover": pl.Float64(),
    "short_change": pl.Float64(),
    "free_float": pl.Float64(),
    "float_of_shares": pl.Float64(),
    "earnings": pl.Date(),
    "earnings_when": pl.String(),
    "earnings_by": pl.String(),
    "earnings_sessions": pl.Int64(),
    "calendar_sessions": pl.Int64(),
    "reported": pl.Date(),
    "reported_when": pl.String(),
}
CONFIRMED, EXPECTED, ESTIMATED = "confirmed", "expected", "estimated"
"""How the day of a report is known: the company has said so, a calendar expects it, or a year ago a report was filed
then."""
YEAR_OF_WEEKS = timedelta(weeks=52)
"""A year later on the same day of the week, as companies keep to."""
FILED = timedelta(days=30)
"""A report filed so near to the estimated day is the one that was meant."""
LATELY = timedelta(days=5)
"""A report so many days before the session is told beside the next one: over a long weekend."""
AHEAD = timedelta(days=100)
"""So far ahead reports are looked for: a quarter and some days."""


@dataclass(frozen=True)
class Sources:
    """The tables as they were told: SHORT_INTEREST, FLOATS, EARNINGS, and FILINGS of the last weeks and of the weeks
    that lie a year before the coming ones."""

    short_interest: pl.DataFrame = field(default_factory=lambda: empty(SHORT_INTEREST))
    floats: pl.DataFrame = field(default_factory=lambda: empty(FLOATS))
    earnings: pl.DataFrame = field(default_factory=lambda: empty(EARNINGS))
    filings: pl.DataFrame = field(default_factory=lambda: empty(FILINGS))


def companies(
    sources: Sources, names: pl.DataFrame, splits: pl.DataFrame, *, session: date, calendar: Calendar
) -> pl.DataFrame:
    """COMPANIES of a session by ticker, from what was told, NAMES (for the issuers) and SPLITS."""
    sold = _sold_short(sources.short_interest, splits, session)
    free = _free(sources.floats, splits, session)
    past = _reported(sources.earnings, session)
    reports = _reports(sources, past, names, session, calendar)
    tickers = pl.concat([table.select("ticker") for table in (sold, free, reports, past)]).unique()
    joined = tickers.join(sold, on="ticker", how="left").join(free, on="ticker", how="left")
    on_one_basis = joined.with_columns(free_float=pl.when(~_bases_may_differ()).then("free_float"))
    both = on_one_basis.join(reports, on="ticker", how="left").join(past, on="ticker", how="left")
    known = both.with_columns(
        short_of_float=pl.col("shares_short") / pl.col("free_float"),
        calendar_sessions=pl.when(pl.col("earnings_by") != ESTIMATED).then("earnings_sessions"),
    )
    return known.select([pl.col(name).cast(dtype) for name, dtype in COMPANIES.items()]).sort("ticker")


def _bases_may_differ() -> pl.Expr:
    """Whether a float without a day may be of before a split that is in the count: one over the other would be off by
    as much as the shares were split."""
    return (pl.col("rebased") & pl.col("effective").is_null()).fill_null(value=False)


def _sold_short(counts: pl.DataFrame, splits: pl.DataFrame, session: date) -> pl.DataFrame:
    """Both counts on the session's share basis; no change from nothing."""
    now = _on_basis(counts, "settlement", "shares_short", splits, session).rename({"rebased": "now_rebased"})
    both = _on_basis(now, "before", "shares_before", splits, session)
    change = pl.when(pl.col("shares_before") > 0).then(pl.col("shares_short") / pl.col("shares_before") - 1)
    told = ("ticker", "settlement", "shares_short", "days_to_cover")
    return both.select(*told, short_change=change, rebased="now_rebased")


def _free(floats: pl.DataFrame, splits: pl.DataFrame, session: date) -> pl.DataFrame:
    free = _on_basis(floats, "effective", "free_float", splits, session)
    return free.select("ticker", "free_float", "effective", float_of_shares=pl.col("free_float_percent") / 100)


def _on_basis(rows: pl.DataFrame, day: str, shares: str, splits: pl.DataFrame, session: date) -> pl.DataFrame:
    """The rows with a count of shares of a day on the session's basis, and whether it was on another (`rebased`);
    without a day it is taken as it stands."""
    steps = split_ratios(splits, session)
    own = rows.select("ticker", day).join(steps, on="ticker").filter(pl.col("date") > pl.col(day))
    factors = own.group_by("ticker").agg(factor=1 / pl.col("ratio").product())
    factor = pl.col("factor").fill_null(1.0)
    joined = rows.join(factors, on="ticker", how="left", maintain_order="left")
    return joined.with_columns(pl.col(shares) * factor, rebased=factor != 1).drop("factor")


def _reported(earnings: pl.DataFrame, session: date) -> pl.DataFrame:
    """The last report of each name within the days before the session: what it may move by today."""
    lately = earnings.filter(pl.col("day").is_between(session - LATELY, session, closed="left"))
    last = lately.sort("day", descending=True).unique("ticker", keep="first")
    return last.select("ticker", reported="day", reported_when="when")


def _reports(
    sources: Sources, past: pl.DataFrame, names: pl.DataFrame, session: date, calendar: Calendar
) -> pl.DataFrame:
    """The next report of each name: by the calendar, where that has none by last year's filing; `past` are those that
    were told lately."""
    ahead = sources.earnings.filter(pl.col("day") >= session).sort("day").unique("ticker", keep="first")
    by = pl.when(pl.col("confirmed").fill_null(value=False)).then(pl.lit(CONFIRMED)).otherwise(pl.lit(EXPECTED))
    told = ahead.select("ticker", earnings="day", earnings_when="when", earnings_by=by)
    estimated = _estimated(sources.filings, past, names, session).join(told, on="ticker", how="anti")
    both = pl.concat([told, estimated.select(told.columns)])
    days = both.get_column("earnings").unique().sort()
    sessions = _sessions_to(days.to_list(), session, calendar)
    return both.join(
        pl.DataFrame({"earnings": days, "earnings_sessions": pl.Series(sessions, dtype=pl.Int64)}),
        on="earnings",
        how="left",
    )


def _estimated(filings: pl.DataFrame, past: pl.DataFrame, names: pl.DataFrame, session: date) -> pl.DataFrame:
    """A year after each filing, the first such day still to come of whose report none was filed or told yet."""
    filed = filings.select("cik", "day").unique()
    due = filed.with_columns(due=pl.col("day") + YEAR_OF_WEEKS).filter(
        pl.col("due").is_between(session, session + AHEAD)
    )
    lately = filed.filter(pl.col("day").is_between(session - FILED, session))
    met = due.join(lately, on="cik", suffix="_filed").filter(pl.col("due") - pl.col("day_filed") <= FILED)
    issuers = names.filter(pl.col("cik").is_not_null()).select("ticker", "cik")
    ahead = issuers.join(due.join(met, on=["cik", "due"], how="anti"), on="cik")
    told = ahead.join(past, on="ticker", how="left")
    is_out = (pl.col("due") - pl.col("reported") <= FILED).fill_null(value=False)
    first = told.filter(~is_out).group_by("ticker").agg(earnings=pl.col("due").min())
    return first.select(
        "ticker",
        "earnings",
        earnings_when=pl.lit(None, pl.String()),
        earnings_by=pl.lit(ESTIMATED),
    )


def _sessions_to(days: list[date], session: date, calendar: Calendar) -> list[int]:
    """Sessions from the live one to each day, or to the first one after it."""
    if not days:
        return []
    coming = [session]
    while coming[-1] < max(days):
        coming += calendar.after(coming[-1], 30)
    return [bisect_left(coming, day) for day in days]
