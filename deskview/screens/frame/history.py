"""A year of daily figures with today's at its end, as a chart."""

from collections.abc import Callable, Sequence
from datetime import date
from math import isnan
from typing import TYPE_CHECKING

from deskview.format import month_ticks, tone
from deskview.ordinals import nth
from deskview.widgets.chartspec import ChartSpec, Level, Series

if TYPE_CHECKING:
    from deskview.analytics.events import RecordRank
    from deskview.board import Basis


YEAR = 252


def standing(value: float | None, rank: "RecordRank") -> str:
    """Where a day's return stands, such as "worst since 2025-04-05; 9th of 26,132 days of Kenneth French's record"."""
    end = "worst" if value is not None and value < 0 else "best"
    if rank.since is None:
        return f"{end} of all {rank.days:,} days of {rank.record} since {rank.first}"
    return f"{end} since {rank.since}; {nth(rank.place)} of {rank.days:,} days of {rank.record}"


def past_sessions(basis: "Basis") -> list[date]:
    """The sessions of the history before the live one, oldest first."""
    sessions: list[date] = basis.history.get_column("session").unique().sort().to_list()
    return [session for session in sessions if session < basis.session]


def history_chart(
    version: str,
    past: Sequence[float],
    sessions: Sequence[date],
    today: float | None,
    *,
    title: str,
    levels: Sequence[Level] = (),
    write: Callable[[float], str],
    today_tone: str | None = None,
) -> ChartSpec:
    """The last year of `past` (NaN where there is none), which ends with the last of `sessions`, and today after it."""
    values = [None if isnan(value) else value for value in past[-YEAR:]]
    days = sessions[-len(values) :] if values else []
    ending = [*values[-1:], today]
    places = tuple(float(place) for place in range(len(values) + 1))
    now = Series(places[-len(ending) :], tuple(ending), "today", today_tone or tone(today))
    year = Series(places[:-1], tuple(values), "", "accent")
    return ChartSpec(
        version=f"{version}:{days[-1] if days else ''}:{today}",
        series=(now, year) if today is not None else (year,),
        levels=tuple(levels),
        title=title,
        x_ticks=month_ticks(days),
        write=write,
    )
