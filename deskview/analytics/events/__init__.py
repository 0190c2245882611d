"""What followed such days in the past: an event study of a series of daily returns, usable by itself.

from deskview.analytics.events import Series, below, study

found = study(Series(sessions, returns), below(returns, -0.05), rule="5 %", definition="a fall of 5 % or more")
"""

from deskview.analytics.events.bootstrap import LEVEL, RESAMPLES
from deskview.analytics.events.rank import RecordRank, rank_of
from deskview.analytics.events.reading import (
    HistoryReading,
    Month,
    Record,
    RecordReading,
    history_of,
    months_of,
    read_record,
)
from deskview.analytics.events.rules import (
    APART,
    below,
    by_legs,
    by_sigma,
    declustered,
    panic_days,
    untold_days,
    whole_sigma,
)
from deskview.analytics.events.structs import Event, Outcome, PathDay, Split, Study
from deskview.analytics.events.study import ENOUGH, LONGEST, SPANS, Series, path_after, study

__all__ = [
    "APART",
    "ENOUGH",
    "LEVEL",
    "LONGEST",
    "RESAMPLES",
    "SPANS",
    "Event",
    "HistoryReading",
    "Month",
    "Outcome",
    "PathDay",
    "Record",
    "RecordRank",
    "RecordReading",
    "Series",
    "Split",
    "Study",
    "below",
    "by_legs",
    "by_sigma",
    "declustered",
    "history_of",
    "months_of",
    "panic_days",
    "path_after",
    "rank_of",
    "read_record",
    "study",
    "untold_days",
    "whole_sigma",
]
