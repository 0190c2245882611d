"""What followed past events: the readings, field for field."""

from datetime import date
from typing import Annotated

import msgspec

from deskview.analytics.figure import Missing, Unit, figure, text
from deskview.analytics.measures import Number


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Returns over the same sessions after each event. Of few events there are counts alone."""

    sessions: Annotated[str, text("sessions", "Which sessions after the event: 1 is the next one.")]
    n: Annotated[int, figure("events that went so far", Unit.COUNT, "How many had all those sessions.", watched=False)]
    up: Annotated[int, figure("of them up", Unit.COUNT, "How many had risen by then.", watched=False)]
    median: Annotated[Number, figure("median", Unit.FRACTION, "Median return over those sessions.", watched=False)]
    low: Annotated[
        Number, figure("lower limit of the median", Unit.FRACTION, "Of 90 % of resamples of the events.", watched=False)
    ]
    high: Annotated[
        Number, figure("upper limit of the median", Unit.FRACTION, "Of 90 % of resamples of the events.", watched=False)
    ]
    hit: Annotated[Number, figure("share up", Unit.FRACTION, "Share of the events that had risen.", watched=False)]
    control: Annotated[
        Number,
        figure(
            "median of days as volatile",
            Unit.FRACTION,
            "Of days whose σ before was like the events', none near one.",
            watched=False,
        ),
    ]
    difference: Annotated[
        Number, figure("difference to those", Unit.FRACTION, "The median less that of days as volatile.", watched=False)
    ]
    difference_low: Annotated[
        Number, figure("lower limit of the difference", Unit.FRACTION, "Of 90 % of resamples.", watched=False)
    ]
    difference_high: Annotated[
        Number, figure("upper limit of the difference", Unit.FRACTION, "Of 90 % of resamples.", watched=False)
    ]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One event."""

    session: Annotated[date, text("session")]
    return_: Annotated[float, figure("return of the day", Unit.FRACTION, "The series' own.", watched=False)] = (
        msgspec.field(name="return")
    )
    days: Annotated[
        int, figure("days", Unit.COUNT, "Of the rule's days, how many are counted as this one.", watched=False)
    ]
    with_it: Annotated[
        list[date], text("days with it", "The rule's other days within 21 sessions, counted as this one.")
    ]
    panic: Annotated[bool | None, text("panic", "Whether it came in a bear market of high volatility.")]
    after: Annotated[
        dict[str, Annotated[Number, figure("return after", Unit.FRACTION, "Over those sessions.", watched=False)]],
        text("after", "Returns by the sessions after it; null where they have not all come."),
    ]
    peak_to_trough: Annotated[
        float,
        figure(
            "peak to trough", Unit.FRACTION, "From the peak of 63 sessions to the low of the next 126.", watched=False
        ),
    ]


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """The events of one state of the market."""

    events: Annotated[int, figure("events", Unit.COUNT, "How many came in this state.", watched=False)]
    outcomes: Annotated[list[Outcome], text("outcomes")]


class PathDay(msgspec.Struct, frozen=True, kw_only=True):
    """The events' returns since their close, one session after them."""

    n: Annotated[int, figure("paths", Unit.COUNT, "How many events have come so far.", watched=False)]
    low: Annotated[Number, figure("lower quartile", Unit.FRACTION, "Of the paths.", watched=False)]
    median: Annotated[Number, figure("median of the paths", Unit.FRACTION, "Of the paths.", watched=False)]
    high: Annotated[Number, figure("upper quartile", Unit.FRACTION, "Of the paths.", watched=False)]


class Study(msgspec.Struct, frozen=True, kw_only=True):
    """What followed the events of one rule on one series."""

    rule: Annotated[str, text("rule")]
    title: Annotated[str, text("title", "The rule in a few words.")]
    definition: Annotated[str, text("definition", "The rule in words, with what it looks ahead at.")]
    days: Annotated[int, figure("days", Unit.COUNT, "How many days meet the rule.", watched=False)]
    judged: Annotated[int, figure("days judged", Unit.COUNT, "On how many days the rule can tell.", watched=False)]
    events: Annotated[
        int,
        figure("events", Unit.COUNT, "Those apart by more than 21 sessions: all figures are of these.", watched=False),
    ]
    outcomes: Annotated[list[Outcome], text("outcomes", "After 1, 5, 10, 21, 42 and 63 sessions, and the third month.")]
    peak_to_trough: Annotated[
        Number,
        figure(
            "median peak to trough",
            Unit.FRACTION,
            "From the peak of the 63 sessions before an event to the low of the 126 after it.",
            watched=False,
        ),
    ]
    panic: Annotated[Split | None, text("in panic", "The events in a bear market of high volatility.")]
    calm: Annotated[Split | None, text("not in panic", "The other events.")]
    path: Annotated[list[PathDay], text("path", "Sessions 1 to 63 after the events.")]
    all_events: Annotated[list[Event], text("all events", "Newest first.")]
    missing: Missing
