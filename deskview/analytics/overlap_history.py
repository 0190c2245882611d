"""The favourites' overlap with the momentum legs against its own past: is today's crowding unusual for these legs?

One weighted Jaccard a leg and session, recorded as the sessions pass; nothing of it can be made up afterwards, as
the legs and samples of past sessions are not kept. The percentile always says on how many days it rests.
"""

from datetime import date
from typing import Final

import msgspec
import polars as pl

from deskview.analytics.favourites import Crowding, LegOverlap
from deskview.analytics.measures import percentile
from deskview.market.schema import Schema

#: Weighted Jaccard of both legs by session, null where it could not be had.
OVERLAPS: Final[Schema] = {"session": pl.Date(), "long": pl.Float64(), "short": pl.Float64()}
DAYS: Final = 1260
"""Trailing sessions compared with: five years."""
ENOUGH: Final = 756
"""Three years, from which on the comparison stands without a word of caution."""


def overlaps_of(reading: Crowding, session: date) -> pl.DataFrame:
    """The session's row of OVERLAPS; none where neither leg has one."""
    row = (session, reading.long.weighted_jaccard, reading.short.weighted_jaccard)
    return pl.DataFrame([row] if row[1:] != (None, None) else [], schema=dict(OVERLAPS), orient="row")


def in_history(reading: Crowding, past: pl.DataFrame, session: date) -> Crowding:
    """The reading with each leg's percentile among the OVERLAPS of the sessions before."""
    before = past.filter(pl.col("session") < session).sort("session").tail(DAYS)
    legs = {side: _placed(leg, before[side]) for side, leg in (("long", reading.long), ("short", reading.short))}
    missing = {f"{side}.history_percentile": _why(leg) for side, leg in legs.items() if leg.history_percentile is None}
    days = max(leg.history_days for leg in legs.values())
    note = "" if not days or days >= ENOUGH else f"own history of {days} days only; {ENOUGH} make three years"
    return msgspec.structs.replace(
        reading, long=legs["long"], short=legs["short"], missing=reading.missing | missing, history_note=note
    )


def _placed(leg: LegOverlap, past: pl.Series) -> LegOverlap:
    found = percentile(past, leg.weighted_jaccard)
    return msgspec.structs.replace(leg, history_percentile=found.rank, history_days=found.days)


def _why(leg: LegOverlap) -> str:
    if leg.weighted_jaccard is None:
        return "there is no overlap to compare"
    return "no earlier day is recorded; one is added with every session the desk or a backfill sees"
