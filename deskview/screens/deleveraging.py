"""Positions cut: the checklist, what the day's returns go by, and what followed days with as many signs."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from deskview.format import MISSING, basis_points, percent, percentile, share, sigma
from deskview.screens.frame.card import Card, Line, Topic, plain_number, reasons, rests_on, signed
from deskview.screens.frame.gaps import Gaps
from deskview.screens.frame.subject import Alerts, Subject, list_info
from deskview.widgets.records import Cell, Column, Row

if TYPE_CHECKING:
    from deskview.analytics.deleveraging import DeleveragingReading, Driver, Followed, Sign
    from deskview.board import Board

ACCOUNTS = (
    "Of one session, 4 Feb 2026, one desk wrote of a VaR shock, and another summary of its own note of an orderly"
    " reduction. Prices tell what was sold, not who had to: so the signs are counted, and no more is said."
)
"""What accounts of the same session disagree on."""
GAPS = Gaps("deleveraging", untold=frozenset({"followed"}), as_one=("flags.", "drivers.", "followed."))
"""Signs and columns tell theirs on their own lines."""
SIGN_COLUMNS = (
    Column("sign", "sign", width=24),
    Column("holds", "holds", width=5),
    Column("value", "value", width=6, align="right"),
    Column("rule", "rule", flex=True, minimum=20, priority=1),
)
DRIVER_COLUMNS = (
    Column("column", "goes by", width=24, flex=True, minimum=16),
    Column("by_sd", "by one sd", width=7, align="right"),
    Column("t", "t", width=5, align="right"),
    Column("names", "names", width=5, align="right", priority=1),
    Column("absent", "why absent", flex=True, minimum=16, priority=2),
)
_PRINTED: Mapping[str, Callable[[float | None], str]] = {
    "sigma": sigma,
    "fraction": share,
    "percentile": percentile,
    "number": lambda value: f"{plain_number(value)}×" if value is not None else MISSING,
}
"""How a sign's value is printed, by its unit."""


def flag_rows(reading: "DeleveragingReading") -> list[Row]:
    """A row a sign, for SIGN_COLUMNS: whether it holds, its value and its rule; where that can't be told, why."""
    return [
        Row(
            flag.name,
            (
                Cell(flag.title),
                Cell(_holds(flag), "strong" if flag.met else "dim"),
                Cell(value_of(flag)),
                Cell(flag.reason or flag.rule, "dim" if flag.reason else ""),
            ),
        )
        for flag in reading.flags
    ]


def driver_rows(reading: "DeleveragingReading") -> list[Row]:
    """A row a column of crowding, for DRIVER_COLUMNS: its coefficient by one sd with its t, or why it is absent."""
    return [
        Row(
            one.name,
            (
                Cell(one.title),
                Cell(_by_sd(one)),
                Cell(signed(one.t, 1)),
                Cell(str(one.n) if one.n else MISSING),
                Cell(one.reason or "", "dim"),
            ),
        )
        for one in reading.drivers
    ]


def value_of(flag: "Sign") -> str:
    """A sign's value in its own unit, such as −3.7σ, 70%, 99th or 1.28×."""
    return _PRINTED[flag.unit](flag.value)


def followed_sentences(reading: "DeleveragingReading") -> list[str]:
    """What momentum did after days with as many of the first four signs; with none to look for, why."""
    if reading.record_n is None:
        return [f"not told: {reading.missing['record_n']}"]
    falls = f"momentum fell so on {reading.record_falls} of {reading.record_days} days"
    days = f"{falls}, {reading.record_n} of them with as many of the first four signs"
    return [days, *(_after(one) for one in reading.followed if one.n)]


def _after(one: "Followed") -> str:
    when = "the next session" if one.sessions == 1 else f"the next {one.sessions} sessions"
    middle = "too few for a middle" if one.median is None else f"median {percent(one.median)}"
    return f"over {when} momentum fell after {one.fell} of {one.n}, {middle}"


def _holds(flag: "Sign") -> str:
    return MISSING if flag.met is None else "yes" if flag.met else "no"


def _by_sd(one: "Driver") -> str:
    return MISSING if one.coefficient_bp is None else basis_points(one.coefficient_bp / 1e4)


def card(board: "Board", reading: "DeleveragingReading", _key: str | None, _variant: str) -> Card:
    """Every sign with value and rule, what the returns go by with t, and what followed days with as many signs."""
    section = reading.section
    explained = (
        f"crowding {share(section.r2_crowding)}, sectors {share(section.r2_sectors)}, both {share(section.r2)}"
        f" of the returns of {section.names:,} names (R²)"
    )
    lines = (
        Line("in words", reading.words),
        *(Line(flag.title, _told(flag)) for flag in reading.flags),
        Line("explained", explained),
        *(Line(one.title, _driven(one)) for one in reading.drivers),
        *(Line("" if row else "days like it", text) for row, text in enumerate(followed_sentences(reading))),
        Line("accounts disagree", ACCOUNTS),
    )
    definition = (
        "Signs that positions are cut, each with its value and rule: a checklist, no probability. It speaks of"
        " positions cut where momentum falls by its rule and at least four signs hold. What can't be told is in no"
        " count."
    )
    coverage = f"{reading.crowded} crowded names; the cross-section leaves out {section.left_out:,} names"
    foot = rests_on(board, board.deleveraging, coverage=coverage)
    return Card("Positions cut", definition, lines, foot, reasons(GAPS.missing(_elsewhere(reading))))


def _elsewhere(reading: "DeleveragingReading") -> dict[str, str]:
    """What is missing and told on no line of the card."""
    own = ("flags.", "drivers.", "followed", "record_n")
    return {path: why for path, why in reading.missing.items() if not path.startswith(own)}


def _told(flag: "Sign") -> str:
    if flag.met is None:
        return f"can't be told: {flag.reason}"
    return f"{'yes' if flag.met else 'no'}, {value_of(flag)} (rule: {flag.rule})"


def _driven(one: "Driver") -> str:
    if one.reason:
        return f"absent: {one.reason}"
    return f"{_by_sd(one)} for one sd more of it, t {signed(one.t, 1)}, {one.n} names"


def _rows(reading: dict[str, Any]) -> list[dict[str, Any]]:
    """Signs, then columns, in one table."""
    signs = [{"kind": "sign", **flag} for flag in reading["flags"]]
    return [*signs, *({"kind": "column", **driver} for driver in reading["drivers"])]


DELEVERAGING = Subject(
    name="deleveraging",
    title="Positions cut",
    topic=Topic(
        "Positions cut",
        "Six signs that positions are cut: momentum falls by two σ or more; two thirds of it from the longs; the index"
        " within 1.5 σ; dispersion at or above the 95th percentile of its hour; crowded names (the long leg and"
        " retail's favourites) at 1.5 times their usual volume by this hour; crowding explaining more of the day's"
        " returns over names than sectors do. Both σ are of the hour where the index's five-minute bars tell it."
        " Crowding is the 12-1 return, what leveraged ETFs must trade for a move of 1 %, retail's share and short"
        " interest; each has what one standard deviation more of it makes of the return, beside the sectors and the"
        " others, with t (HC3). 'positions cut' is said where momentum falls and at least four signs hold. " + ACCOUNTS,
    ),
    part="deleveraging",
    card=card,
    rows=_rows,
    lists={
        "deleveraging-signs": list_info(
            "Positions cut: the signs",
            SIGN_COLUMNS,
            {
                "sign": "what is looked at",
                "holds": "whether the sign holds",
                "value": "what is held against the rule",
                "rule": "when it holds; where that can't be told, why",
            },
        ),
        "deleveraging-drivers": list_info(
            "Positions cut: what the returns go by",
            DRIVER_COLUMNS,
            {
                "column": "what it is of a name",
                "by_sd": "how much one standard deviation more of it makes of today's return",
                "t": "that over its standard error (HC3)",
                "names": "names it rests on",
                "absent": "why the column is not in it",
            },
        ),
    },
    alerts=Alerts(("met",)),
)
