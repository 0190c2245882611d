"""Trails of the groups against the index, as a plot and as a list."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from deskview.screens.format import MISSING
from deskview.widgets.records import Cell, Column, Piece
from deskview.widgets.scatter import Field, Track
from deskview.widgets.sorting import Entry

if TYPE_CHECKING:
    from deskview.analytics.rotation import Trail

TONES = {"leading": "gain", "weakening": "stale", "lagging": "loss", "improving": "accent"}
FIELD = Field(
    centre=(100.0, 100.0),
    x_title="strength →",
    y_title="↑ momentum",
    quadrants=(
        Piece("IMPROVING", TONES["improving"]),
        Piece("LEADING", TONES["leading"]),
        Piece("LAGGING", TONES["lagging"]),
        Piece("WEAKENING", TONES["weakening"]),
    ),
)


def tracks(trails: "Sequence[Trail]") -> list[Track]:
    """Each group's way through the quadrants, in the tone of the one it stands in."""
    return [
        Track(
            trail.name,
            trail.name,
            tuple((point.strength, point.momentum) for point in trail.points),
            TONES.get(trail.quadrant or "", ""),
        )
        for trail in trails
        if trail.points
    ]


def standing_columns() -> tuple[Column, ...]:
    """Where each group stands."""
    return (
        Column("group", "group", flex=True, minimum=10),
        Column("strength", "strength", width=5, align="right"),
        Column("momentum", "mom.", width=5, align="right", priority=1),
        Column("quadrant", "quadrant", width=9, priority=2),
    )


def standing_entries(trails: "Sequence[Trail]") -> list[Entry]:
    """One row a group; one without a trail says why in the place of its quadrant."""
    return [_entry(trail) for trail in trails]


def _entry(trail: "Trail") -> Entry:
    if not trail.points or trail.quadrant is None:
        cells = (Cell(trail.name), Cell(MISSING, "dim"), Cell(MISSING, "dim"), Cell("too short", "dim"))
        return Entry(trail.name, cells, (trail.name, None, None, None))
    newest = trail.points[-1]
    tone = TONES[trail.quadrant]
    return Entry(
        trail.name,
        (
            Cell(trail.name),
            Cell(f"{newest.strength:.1f}", tone),
            Cell(f"{newest.momentum:.1f}", tone),
            Cell(trail.quadrant, tone),
        ),
        (trail.name, newest.strength, newest.momentum, trail.quadrant),
    )
