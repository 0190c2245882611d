"""A sector or theme: its returns, and its members with what each adds."""

from typing import TYPE_CHECKING

from deskview.analytics import rotation
from deskview.screens.details import columns
from deskview.screens.details.detail import Detail, Section
from deskview.screens.format import basis_points, percent, tone
from deskview.screens.target import Kind
from deskview.widgets.facts import Fact, fact
from deskview.widgets.records import Cell, Row

if TYPE_CHECKING:
    from deskview.board import Board


def group_detail(board: "Board", name: str) -> Detail:
    """A group's figures and members, the strongest contribution in the group's direction first."""
    reading = board.rotation.value
    group = next((group for group in reading.groups if group.name == name), None) if reading else None
    if reading is None or group is None or board.basis is None or board.live is None or board.basis.rotation is None:
        return Detail(name, [[fact("", board.rotation.note or "this group is not known", "dim")]])
    figures: list[list[Fact]] = [
        [
            fact(horizon, percent(group.returns[horizon]), tone(group.returns[horizon])),
            fact("vs index", percent(group.relative[horizon])),
        ]
        for horizon in reading.horizons
    ]
    members = rotation.members_of(board.basis.rotation, board.live, name)
    rows = tuple(
        Row(
            row["ticker"],
            (
                Cell(row["ticker"]),
                Cell(percent(row["now"]), tone(row["now"])),
                Cell(basis_points(row["contribution"]), tone(row["contribution"])),
                Cell(percent(row["1m"], 0), "dim"),
                Cell(percent(row["12m"], 0), "dim"),
                Cell(row["name"] or "", "dim"),
            ),
        )
        for row in members.iter_rows(named=True)
    )
    return Detail(
        f"{name}  {group.kind}, {group.members} members, equally weighted",
        figures,
        sections=(
            Section("group-members", "Members", columns.MEMBERS, rows, "no member is known to the market", Kind.NAME),
        ),
    )
