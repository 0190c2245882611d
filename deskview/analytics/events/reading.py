"""The part `history`: what followed days like this one, in each record there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Annotated

import msgspec
import numpy as np

from deskview.analytics.assumptions import YEAR
from deskview.analytics.events.rules import below, by_legs, by_sigma, whole_sigma
from deskview.analytics.events.structs import Study
from deskview.analytics.events.study import Series, study
from deskview.analytics.figure import Missing, Unit, figure, text
from deskview.analytics.measures import Number
from deskview.analytics.panel import Floats

SIGMAS = -4.0
LEGS = (-0.07, -0.05)
"""The most the spread and its long leg may have returned for a fall of both."""


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """One calendar month."""

    year: Annotated[int, figure("year", Unit.COUNT, "Of the calendar.", watched=False)]
    month: Annotated[int, figure("month", Unit.COUNT, "1 to 12.", watched=False)]
    days: Annotated[int, figure("days of the month", Unit.COUNT, "How many of its days are there.", watched=False)]
    return_: Annotated[float, figure("return of the month", Unit.FRACTION, "Its days compounded.", watched=False)] = (
        msgspec.field(name="return")
    )


class RecordReading(msgspec.Struct, frozen=True, kw_only=True):
    """One record of daily returns, and what followed its events by each rule."""

    record: Annotated[str, text("record", "own: the desk's rule over the sessions held; french: Kenneth French's.")]
    title: Annotated[str, text("title", "Whose days they are.")]
    short: Annotated[str, text("short title", "The same where room is scarce.")]
    first: Annotated[date, text("first day")]
    last: Annotated[date, text("last day")]
    days: Annotated[int, figure("days", Unit.COUNT, "How many it has.", watched=False)]
    source: Annotated[str, text("source", "Where it is from and of when.")]
    copyright: Annotated[str, text("copyright", "The line its file ends with.")]
    rules: Annotated[list[Study], text("rules", "By a fixed return, by σ, and by both legs where they are known.")]
    months: Annotated[list[Month], text("months", "Every month there is, the oldest first.")]


class HistoryReading(msgspec.Struct, frozen=True, kw_only=True):
    """Every record there is, the longest first."""

    records: Annotated[list[RecordReading], text("records")]
    days: Annotated[
        Number, figure("days of the longest record", Unit.COUNT, "How many the longest has.", watched=False)
    ]
    note: Annotated[str, text("note", "Which record is not here, and how it is got.")]
    missing: Missing


@dataclass(frozen=True)
class Record:
    """Daily returns of a spread by session, and of its long leg where that is known; where they are from.

    `sigmas` is how far a fall has to go to be an event: in a short record few go far.
    """

    record: str
    title: str
    short: str
    series: Series
    source: str
    copyright: str = ""
    long: Floats | None = None
    sigmas: float = SIGMAS


def read_record(record: Record) -> RecordReading:
    """What followed the events of a record of at least one day, by each rule. Takes about a second: for a thread."""
    series = record.series
    return RecordReading(
        record=record.record,
        title=record.title,
        short=record.short,
        first=series.sessions[0],
        last=series.sessions[-1],
        days=len(series.returns),
        source=record.source,
        copyright=record.copyright,
        rules=_studies(record),
        months=months_of(series),
    )


def _studies(record: Record) -> list[Study]:
    series, returns = record.series, record.series.returns
    threshold, sigmas = whole_sigma(returns, record.sigmas), _signed(f"{record.sigmas:g}")
    varies = threshold < 0  # a single day has no σ, and days that are all the same have none to fall by
    fall = _signed(f"{threshold:.2%}") if varies else "–"
    studies = [
        study(
            series,
            below(returns, threshold if varies else -np.inf),
            rule="threshold",
            title=f"≤ {fall}",
            definition=f"a day of {fall} or less: {sigmas} σ of all days of the record, those"
            " after it too, so that wild years have most of them",
            judged=len(returns) if varies else 0,
        ),
        study(
            series,
            by_sigma(returns, record.sigmas),
            rule="sigma",
            title=f"≤ {sigmas} σ of the year before",
            definition=f"a day of {sigmas} σ or less by the 252 days before it: as unusual then as it would be today",
            judged=max(0, len(returns) - YEAR),
        ),
    ]
    if record.long is not None:
        spread, long = LEGS
        studies.append(
            study(
                series,
                by_legs(returns, record.long, spread_most=spread, long_most=long),
                rule="legs",
                title=f"spread ≤ {_signed(f'{spread:.0%}')}, long leg ≤ {_signed(f'{long:.0%}')}",
                judged=int(np.isfinite(record.long).sum()),
                definition=f"a day on which the spread lost {-spread:.0%} and its long leg {-long:.0%} or more",
            )
        )
    return studies


def _signed(number: str) -> str:
    return number.replace("-", "−")


def months_of(series: Series) -> list[Month]:
    """The calendar months of a series, its days compounded; the first and the last may lack days."""
    found, start = [], 0
    for (year, month), days in groupby(series.sessions, key=lambda day: (day.year, day.month)):
        count = len(list(days))
        total = float(np.prod(1 + series.returns[start : start + count]) - 1)
        found.append(Month(year=year, month=month, days=count, return_=total))
        start += count
    return found


def history_of(records: Sequence[RecordReading], *, reason: str, note: str = "") -> HistoryReading:
    """All records as they come, the longest first; `reason` is why there is none, `note` says which is not here."""
    return HistoryReading(
        records=list(records),
        days=records[0].days if records else None,
        note=note,
        missing={} if records else {"days": reason},
    )
