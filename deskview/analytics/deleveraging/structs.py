"""The deleveraging reading: the JSON part `deleveraging`, field for field."""

from typing import Annotated

import msgspec

from deskview.analytics.figure import Missing, Unit, figure, place, text
from deskview.analytics.measures import Number


class Sign(msgspec.Struct, frozen=True, kw_only=True):
    """One sign of the checklist. `value` is in `unit`; where it can't be told whether it holds, `reason` says why."""

    name: Annotated[str, text("sign", "Its key, the same in every board.")]
    title: Annotated[str, text("called", "What is looked at.")]
    value: Annotated[
        Number, figure("value", Unit.NUMBER, "What is held against the rule, in the unit beside it.", watched=False)
    ]
    unit: Annotated[str, text("unit of the value", "sigma, fraction, percentile or number.")]
    rule: Annotated[str, text("rule", "When the sign holds.")]
    met: Annotated[bool | None, text("holds", "Whether the sign holds; null where that can't be told.")]
    reason: Annotated[str | None, text("why not told", "Why it can't be told; null where it can.")] = None


class Driver(msgspec.Struct, frozen=True, kw_only=True):
    """A crowding column of the day's cross-section, beside the sectors and the other columns."""

    name: Annotated[str, text("column", "Its key, the same in every board.")]
    title: Annotated[str, text("column in words", "What it is of a name.")]
    coefficient_bp: Annotated[
        Number,
        figure(
            "return by one sd",
            Unit.BASIS_POINTS,
            "By how much the return differs for one cross-sectional sd more of the column, all else alike.",
            watched=False,
        ),
    ]
    t: Annotated[
        Number, figure("t", Unit.NUMBER, "The coefficient over its standard error (HC3), signed.", watched=False)
    ]
    n: Annotated[int, figure("names known", Unit.COUNT, "Names whose column is known.", watched=False)]
    reason: Annotated[str | None, text("why absent", "Why the column is not in it; null where it is.")] = None


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """How much of today's returns over names each set of columns explains, on the same names."""

    names: Annotated[int, figure("names of the cross-section", Unit.COUNT, "Names with every column.")]
    left_out: Annotated[
        int, figure("names not in the cross-section", Unit.COUNT, "Names with a column missing.", watched=False)
    ]
    r2_crowding: Annotated[
        Number, figure("explained by crowding", Unit.FRACTION, "R² of today's returns on the crowding columns alone.")
    ]
    r2_sectors: Annotated[
        Number, figure("explained by sectors", Unit.FRACTION, "R² of today's returns on the sectors alone.")
    ]
    r2: Annotated[Number, figure("explained by both", Unit.FRACTION, "R² of today's returns on both together.")]


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """What momentum did in the sessions after the days of the record."""

    sessions: Annotated[int, figure("sessions later", Unit.COUNT, "Sessions after the day.", watched=False)]
    n: Annotated[int, figure("days followed", Unit.COUNT, "Days whose sessions after it have come.", watched=False)]
    fell: Annotated[int, figure("days followed by a fall", Unit.COUNT, "Of these, after how many momentum lost.")]
    median: Annotated[
        Number, figure("median return after", Unit.FRACTION, "Middle of momentum's return; of fewer than 20 days none.")
    ]


class DeleveragingReading(msgspec.Struct, frozen=True, kw_only=True):
    """Signs that positions are cut: a checklist. No figure tells whether anybody had to; prices can't."""

    words: Annotated[
        str, text("in words", "How many signs hold; positions cut from four of them on, a fall among them.")
    ]
    met: Annotated[int, figure("signs that hold", Unit.COUNT, "Signs of the checklist that hold now.")]
    of: Annotated[int, figure("signs that can be told", Unit.COUNT, "Signs of which it can be told whether they hold.")]
    flags: Annotated[list[Sign], place("signs", row="sign {row}")]
    z_basis: Annotated[str, text("σ of", "Whether both σ are those of the hour or of the day: hour or day.")]
    crowded: Annotated[int, figure("crowded names", Unit.COUNT, "Names of the long leg and retail's favourites.")]
    record_n: Annotated[
        int | None,
        figure(
            "days with as many signs",
            Unit.COUNT,
            "Past days on which momentum fell by its rule and at least as many of the first four signs held.",
        ),
    ]
    record_days: Annotated[
        int, figure("days of the record", Unit.COUNT, "Past days of which they can be told.", watched=False)
    ]
    record_falls: Annotated[
        int, figure("days momentum fell so", Unit.COUNT, "Of these, on how many it fell by its rule.", watched=False)
    ]
    record_basis: Annotated[str, text("names of the record", "Whether the dead are among those the days rest on.")]
    followed: Annotated[list[Followed], place("after days with as many signs")]
    section: Annotated[Section, place("cross-section")]
    drivers: Annotated[list[Driver], place("drivers", row="column {row}")]
    missing: Missing
