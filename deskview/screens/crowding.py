"""Crowding: how far retail's favourites overlap the momentum legs."""

from typing import TYPE_CHECKING

from deskview.format import (
    FEW_DAYS,
    MISSING,
    number,
    percent,
    percentile,
)
from deskview.ordinals import whole
from deskview.screens.frame.card import Line, Topic, plain_number
from deskview.screens.frame.subject import Alerts, Subject, list_info
from deskview.widgets.facts import Fact, fact
from deskview.widgets.records import Cell, Column, Row

if TYPE_CHECKING:
    from deskview.analytics.favourites import Crowding, LegOverlap
    from deskview.board import Board


def history(side: "LegOverlap") -> str:
    """Where the overlap lies among its own past, and on how many days that rests."""
    if side.history_percentile is None:
        return "no earlier day recorded yet, each session adds one"
    return f"{percentile(side.history_percentile)} among its own {side.history_days} recorded days"


FAVOURITE_COLUMNS = (
    Column("ticker", "favourite", width=6),
    Column("share", "retail share", width=5, align="right"),
    Column("leg", "momentum leg", width=6),
)


def favourite_rows(reading: "Crowding") -> list[Row]:
    """The favourites, the highest retail share first."""
    return [
        Row(row.ticker, (Cell(row.ticker), Cell(percent(row.share).lstrip("+")), Cell(row.leg or MISSING, "accent")))
        for row in reading.favourites
    ]


def overlap_sentences(reading: "Crowding") -> list[str]:
    """How many favourites are in either leg, and whether more than sector and size explain; else why that is not known.

    A favourite nobody looked at can't be counted: with few names seen there is no percentile.
    """
    legs = (("long", reading.long), ("short", reading.short))
    return list(dict.fromkeys(_overlap(reading, leg, side) for leg, side in legs))


def _overlap(reading: "Crowding", leg: str, side: "LegOverlap") -> str:
    if side.percentile is None:
        few = f"{reading.names} of {reading.universe} names were seen, too few to say"
        return f"Overlap with the legs not known: {reading.missing.get(f'{leg}.percentile') or few}"
    isare, above = "is" if side.common == 1 else "are", whole(side.percentile)
    more = "all" if above == 100 else "none" if above == 0 else f"{above} %"
    chance = "" if side.expected_common is None else f", by chance {side.expected_common:.0f}"
    return (
        f"Of the {len(reading.favourites)} retail favourites {side.common} {isare} in the {leg} leg{chance}"
        f" ({side.sampled} of its {side.leg} names seen): overlap {plain_number(side.weighted_jaccard)} of 1, by chance"
        f" {plain_number(side.expected)} ± {plain_number(side.sd)}, more than in {more} of the shuffles"
    )


def favourite_facts(reading: "Crowding") -> list[list[Fact]]:
    """The overlaps among their own past, and what they rest on."""
    basis = [
        fact("seen", f"{reading.names} of {reading.universe} names"),
        fact("sessions", str(reading.sessions)),
        fact("too few prints", str(reading.thin), "dim"),
    ]
    ranks = [fact("rank correlation of retail share with 12-1", number(reading.spearman))]
    return [[_own_past("own past: long leg", reading.long), _own_past("short leg", reading.short)], ranks, basis]


def _own_past(label: str, side: "LegOverlap") -> Fact:
    """Where the overlap lies among its own recorded days; dim while they are few."""
    if side.history_percentile is None:
        return fact(label, "none recorded yet", "dim")
    shade = "dim" if side.history_days < FEW_DAYS else "strong"
    return fact(label, f"{percentile(side.history_percentile)} pct of {side.history_days} d", shade)


def overlap_lines(board: "Board") -> list[Line]:
    """The favourites' overlap with both legs, against chance and among its own recorded days."""
    crowding = board.crowding.value
    if crowding is None:
        return []
    legs = (("long", crowding.long), ("short", crowding.short))
    return [
        Line(f"favourites, {leg} leg", f"{_overlap(crowding, leg, side)}; {history(side)}")
        for leg, side in legs
        if side.percentile is not None
    ] or [Line("favourites", overlap_sentences(crowding)[0])]


CROWDING = Subject(
    name="crowding",
    title="Retail favourites",
    topic=Topic(
        "Retail favourites",
        "The tenth of the names seen with the highest retail share of the dollars traded, over the last sessions"
        " sampled, and how far they overlap the momentum legs: weighted Jaccard, 0 to 1, beside what shuffles of"
        " names alike in sector and size have by chance, and beside its own recorded days. With too few names seen"
        " there is none.",
    ),
    part="crowding",
    rows=lambda reading: reading["favourites"],
    lists={
        "flow-favourites": list_info(
            "Flow page: the favourites", FAVOURITE_COLUMNS, {"share": "retail's share of its dollars"}
        ),
    },
    alerts=Alerts(("spearman",)),
)
