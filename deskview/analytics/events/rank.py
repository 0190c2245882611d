"""Where a day's return stands among all days of a record: "9th of 26,132 days, worst since 5 April 2025"."""

from datetime import date
from typing import Annotated

import msgspec
import numpy as np

from deskview.analytics.events.study import Series
from deskview.analytics.figure import Unit, figure, text


class RecordRank(msgspec.Struct, frozen=True, kw_only=True):
    """A fall among the falls, a rise among the rises of a record that the day itself is not part of."""

    place: Annotated[
        int, figure("rank in the record", Unit.COUNT, "1: no day of it went as far in this direction.", watched=False)
    ]
    days: Annotated[int, figure("days of the record", Unit.COUNT, "How many it is ranked among.", watched=False)]
    since: Annotated[date | None, text("last as far", "The last day that went as far; null where none did.")]
    first: Annotated[date, text("since when", "The first day of the record.")]
    last: Annotated[date, text("until when", "The last day of the record.")]
    record: Annotated[str, text("record", "Whose days they are.")]


def rank_of(value: float, series: Series, record: str) -> RecordRank | None:
    """The rank of a return (a fraction) among a series of at least one day; None for a series without days."""
    if not len(series.returns):
        return None
    sign = -1.0 if value < 0 else 1.0
    further = sign * series.returns
    as_far = np.flatnonzero(further >= sign * value)
    return RecordRank(
        place=1 + int((further > sign * value).sum()),
        days=len(series.returns),
        since=series.sessions[as_far[-1]] if len(as_far) else None,
        first=series.sessions[0],
        last=series.sessions[-1],
        record=record,
    )
