"""What a figure is: its title, unit, sign and definition, on the field of the reading that holds it.

A field of a reading is `Annotated[float | None, figure("σ of the day", Unit.SIGMA, "…")]`; one that holds another
reading, or rows, is `Annotated[BetaNeutral, place("beta-neutral momentum")]`; one that is no figure is
`Annotated[str, text("verdict", "…")]`. Pages, cards, alerts, gaps, exports, the JSON Schema and the README's list of
readings take their words from here.
"""

from enum import StrEnum
from typing import Annotated, Any, Final, NamedTuple, TypeAlias

from msgspec import Meta


class Unit(StrEnum):
    """The units figures come in; the value is how it is printed beside a figure."""

    FRACTION = "%"
    USD = "$"
    PRICE = "$ a share"
    BASIS_POINTS = "bp"
    SIGMA = "σ"
    PERCENTILE = "percentile"
    POINTS = "points"
    """The difference of two percentiles."""
    NUMBER = ""
    """A number without a unit: a ratio, a beta, a correlation."""
    COUNT = "count"
    """How many: names, sessions, draws."""


class Figure(NamedTuple):
    """What a figure is called and means.

    `short` is its title where room is scarce (the title where there is no shorter one), `sign` what a positive figure
    means where that is not plain. `watched` tells whether a rule may be set on it: what a figure rests on (days, draws,
    limits of the method) is none. `listed` tells whether page and card list it by themselves; else they draw it in a
    place of its own, or leave it to the JSON.
    """

    title: str
    unit: Unit
    definition: str
    short: str = ""
    sign: str = ""
    watched: bool = True
    listed: bool = False


class Place(NamedTuple):
    """What a reading within a reading, a list or a mapping is called: its figures are "<title>: <figure>".

    `row` names a row of a list, such as "{row} in the long leg": {row} is its key, {underlying} the title of the
    underlying of that key, {leg} "of the long leg" or "in neither leg". A title stands for that of what holds it; an
    empty one leaves it as it is. Of a mapping, one that ends in " of" is said of its keys, "percentile of dispersion".
    """

    title: str
    row: str = ""


FIGURE: Final = "figure"
PLACE: Final = "place"
D30M: Final = "d30m"
"""The last name of paths to the change of a figure over 30 minutes: momentum.return.d30m."""
CHANGE: Final = f".{D30M}"
"""What stands behind the figure's own path there."""


def figure(
    title: str,
    unit: Unit,
    definition: str,
    *,
    short: str = "",
    sign: str = "",
    watched: bool = True,
    listed: bool = False,
) -> Meta:
    """The annotation of a numeric field."""
    schema: dict[str, Any] = {"unit": unit.name.lower()} | ({"sign": sign} if sign else {})
    about = Figure(title, unit, definition, short or title, sign, watched, listed)
    return Meta(title=title, description=definition, extra_json_schema=schema, extra={FIGURE: about})


def place(title: str, *, row: str = "") -> Meta:
    """The annotation of a field that holds a reading, rows or a mapping of figures."""
    return Meta(title=title, extra={PLACE: Place(title, row)})


def text(title: str, definition: str = "") -> Meta:
    """The annotation of a field that is no figure: words, a date, whether something holds. It has no unit."""
    return Meta(title=title, description=definition or None, extra_json_schema={"unit": None})


Ticker: TypeAlias = Annotated[str, text("ticker")]
Missing: TypeAlias = Annotated[
    dict[str, Annotated[str, text("reason")]], text("missing", "Why figures are null, by their path.")
]
