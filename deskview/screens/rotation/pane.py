"""Pane 2: where money rotates from and to, sectors and themes over seven horizons."""

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.events import Resize

from deskview.screens.frame.pane import BoardPane
from deskview.screens.frame.target import Kind
from deskview.widgets.heatmap import Heatmap, HeatRow
from deskview.widgets.records import Column

if TYPE_CHECKING:
    from deskview.analytics.rotation import Group, RotationReading


FULL_COLOUR = {"now": 0.05, "1d": 0.05, "5d": 0.10, "1m": 0.15, "3m": 0.30, "6m": 0.50, "12m": 1.00}
"""The return at full colour, by horizon: about two standard deviations of a group."""
_GIVES_WAY = {"now": 0, "5d": 1, "1d": 2, "1m": 2, "12m": 3, "3m": 4, "6m": 5}
BETWEEN, UNRANKED = "between", "unranked"


def horizons(names: "list[str]") -> tuple[Column, ...]:
    """One column a horizon; the ones in the middle give way first in a narrow pane."""
    return tuple(Column(name, name, align="right", priority=_GIVES_WAY.get(name, 6)) for name in names)


def ranked(groups: "list[Group]") -> "list[Group]":
    """Strongest now first; groups that are not ranked last, whatever their return."""
    return sorted(groups, key=lambda group: (group.rank["now"] is None, -_now(group), group.name))


def _now(group: "Group") -> float:
    value = group.returns["now"]
    return float("-inf") if value is None else value


def heat_row(group: "Group", names: "list[str]", *, relative: bool = False, note: str = "") -> HeatRow:
    """One group's figures, and of how many of its members the one of now is; those without a rank are thin."""
    figures = group.relative if relative else group.returns
    return HeatRow(
        group.name,
        group.name,
        tuple(figures[name] for name in names),
        note,
        count=f"{group.with_data['now']}/{group.members}",
        thin=tuple(group.rank[name] is None for name in names),
        dim=group.rank["now"] is None,
    )


def both_ends(rows: list[HeatRow], room: int) -> list[HeatRow]:
    """As many of the strongest and the weakest as there is room for, a line between telling how many are not shown.

    Groups that are not ranked have one line at the foot, so that they take no place of the weakest.
    """
    if len(rows) <= room or room < 3:
        return rows
    shown, rest = [row for row in rows if not row.dim], [row for row in rows if row.dim]
    if not shown:
        shown, rest = rest, []
    foot = rest if len(rest) < 2 else [HeatRow(UNRANKED, f"··· {len(rest)} groups not ranked", (), header=True)]
    room -= len(foot)
    if len(shown) <= room:
        return [*shown, *foot]
    top = (room - 1) // 2
    bottom = room - 1 - top
    between = HeatRow(BETWEEN, f"··· {len(shown) - top - bottom} groups between", (), header=True)
    return [*shown[:top], between, *shown[-bottom:], *foot]


class BothEnds(Heatmap):
    """The strongest and the weakest of the groups that pass, as many as there is room for."""

    def folded(self, rows: tuple[HeatRow, ...]) -> tuple[HeatRow, ...]:
        """The ends of the list."""
        return tuple(both_ends(list(rows), self.size.height - 1 - (self.sieve is not None)))


class RotationPane(BoardPane["RotationReading"]):
    """The strongest groups on top, the weakest at the bottom."""

    PART = "rotation"
    OPENS = Kind.GROUP

    def compose(self) -> ComposeResult:
        """The heatmap."""
        yield from super().compose()
        yield BothEnds(title="% by group", count_title="n/N", name="desk-rotation")

    def show_reading(self, reading: "RotationReading") -> None:
        """The groups by their return now."""
        names = list(reading.horizons)
        columns, rows = horizons(names), [heat_row(group, names) for group in ranked(reading.groups)]
        self.query_one(Heatmap).show(columns, rows, [FULL_COLOUR.get(column.key, 0.1) for column in columns])

    def show_awaited(self, reason: str) -> None:
        """The reason where the heatmap will stand."""
        self.query_one(Heatmap).empty = reason

    def on_resize(self, event: Resize) -> None:
        """Another height shows more or fewer groups."""
        super().on_resize(event)
        self.call_after_refresh(self._fit)

    def set_notice(self, sentence: str) -> None:
        """As any pane's; a notice takes room from the groups."""
        changed = sentence != self.notice
        super().set_notice(sentence)
        if changed:
            self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        self.query_one(Heatmap).sift_again()
