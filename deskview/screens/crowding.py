"""Crowding: how far retail's favourites overlap the momentum legs."""

from typing import TYPE_CHECKING

from deskview.screens.format import (
    FEW_DAYS,
    MISSING,
    number,
    percent,
    percentile,
)
from deskview.screens.frame.card import Line, Topic
from deskview.screens.frame.labels import Labels
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


def favourite_facts(reading: "Crowding") -> list[list[Fact]]:
    """The overlap of the favourites with both legs, and what it rests on."""
    lines = [_overlap(leg, side) for leg, side in (("long leg ", reading.long), ("short leg", reading.short))]
    basis = [
        fact("sampled", f"{reading.names} of {reading.universe} names"),
        fact("sessions", str(reading.sessions)),
        fact("too few prints", str(reading.thin), "dim"),
    ]
    ranks = [fact("rank correlation of retail share with 12-1", number(reading.spearman))]
    why = next(iter(reading.missing.values()), "")
    past = [_own_past("own past: long leg", reading.long), _own_past("short leg", reading.short)]
    return [*lines, past, ranks, basis, *([[fact("", why, "stale")]] if why else [])]


def _overlap(label: str, side: "LegOverlap") -> list[Fact]:
    return [
        fact(label, f"{side.common} of {side.sampled}"),
        fact("J", number(side.weighted_jaccard).lstrip("+")),
        fact("", f"{percentile(side.percentile)} pct", "strong"),
        fact("by chance", number(side.expected).lstrip("+"), "dim"),
        fact("cosine", number(side.cosine).lstrip("+"), "dim"),
    ]


def _own_past(label: str, side: "LegOverlap") -> Fact:
    """Where the overlap lies among its own recorded days; dim while they are few."""
    if side.history_percentile is None:
        return fact(label, "none recorded yet", "dim")
    shade = "dim" if side.history_days < FEW_DAYS else "strong"
    return fact(label, f"{percentile(side.history_percentile)} pct of {side.history_days} d", shade)


def overlap_lines(board: "Board") -> list[Line]:
    """The favourites' overlap with both legs among its own recorded days."""
    crowding = board.crowding.value
    if crowding is None:
        return []
    legs = (("long", crowding.long), ("short", crowding.short))
    return [
        Line(f"favourites, {leg} leg", f"{percentile(side.percentile)} percentile against chance; {history(side)}")
        for leg, side in legs
    ]


CROWDING = Subject(
    name="crowding",
    title="Retail favourites",
    topic=Topic(
        "Retail favourites",
        "The names with the highest retail share of the dollars traded, over the last sessions sampled, and how far"
        " they overlap the momentum legs. J is the weighted Jaccard overlap, 0 to 1; its percentile is that among"
        " shuffles of names alike in sector and size, and beside it where it lies among its own recorded days.",
    ),
    part="crowding",
    rows=lambda reading: reading["favourites"],
    lists={
        "flow-favourites": list_info(
            "Flow page: the favourites", FAVOURITE_COLUMNS, {"share": "retail's share of its dollars"}
        ),
    },
    alerts=Alerts(("spearman",)),
    labels=Labels(
        "crowding",
        "favourites",
        places={"long": "favourites and the long leg", "short": "favourites and the short leg"},
        rows={"favourites": "{row} among the favourites"},
    ),
)
