"""A group, sector or theme: its returns, and its members with what each adds."""

from typing import TYPE_CHECKING

from deskview.format import basis_points, percent, tone
from deskview.screens.frame.card import Topic
from deskview.screens.frame.detail import Detail, Section
from deskview.screens.frame.subject import Subject, list_info
from deskview.screens.frame.target import Kind
from deskview.screens.rotation.explain import card as rotation_card
from deskview.widgets.facts import Fact, fact
from deskview.widgets.records import Cell, Column, Row

if TYPE_CHECKING:
    import polars as pl

    from deskview.analytics.rotation import Group
    from deskview.board import Board

MEMBERS = (
    Column("ticker", "name", width=6),
    Column("now", "now", width=6, align="right"),
    Column("contribution", "adds", width=7, align="right"),
    Column("1m", "1m", width=6, align="right", priority=1),
    Column("12m", "12m", width=6, align="right", priority=2),
    Column("company", "company", flex=True, minimum=10, priority=3),
)
"""The members of a group."""


def group_detail(board: "Board", name: str) -> Detail:
    """A group's figures and members, the strongest contribution in the group's direction first."""
    reading = board.rotation.value
    group = next((group for group in reading.groups if group.name == name), None) if reading else None
    if reading is None or group is None or board.basis is None or board.live is None or board.basis.rotation is None:
        return Detail(name, [[fact("", board.rotation.note or "this group is not known", "dim")]])
    figures = [_horizon(group, horizon) for horizon in reading.horizons]
    if group.rank["now"] is None:
        figures.append([fact("", reading.missing[f"groups.{name}.rank.now"], "stale")])
    hindsight = [fact("", "today's members: 6m, 12m in hindsight", "dim")] if group.kind == "theme" else []
    figures.append([fact("", "1d–12m are total returns", "dim"), *hindsight])
    from deskview.analytics.rotation import members_of  # noqa: PLC0415 - polars loads late

    members = members_of(board.basis.rotation, board.live, name)
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
        members_of=name,
        sections=(Section("group-members", "Members", MEMBERS, rows, "no member is known to the market", Kind.NAME),),
    )


def _horizon(group: "Group", horizon: str) -> list[Fact]:
    rank = group.rank[horizon]
    return [
        fact(horizon, percent(group.returns[horizon]), tone(group.returns[horizon]) if rank is not None else "dim"),
        fact("vs index", percent(group.relative[horizon]), "" if rank is not None else "dim"),
        fact("rank", str(rank)) if rank is not None else fact("", "not ranked", "stale"),
        fact("on", f"{group.with_data[horizon]}/{group.members}", "dim"),
    ]


def table(board: "Board", group: str) -> "pl.DataFrame | None":
    """The members of a sector or theme with their returns."""
    from deskview.analytics.rotation import members_of  # noqa: PLC0415 - polars loads late
    from deskview.board.tables import stamped  # noqa: PLC0415

    if board.basis is None or board.live is None or board.basis.rotation is None:
        return None
    return stamped(board, members_of(board.basis.rotation, board.live, group))


TOPIC = Topic(
    "A group",
    "A sector or theme: its equal-weighted return over each horizon, the return relative to the index beside it, its"
    " rank and on how many of its members both rest (with fewer than 5, or under half, it is not ranked), and its"
    " members with what each adds to the group's move now. 'now' is the price against the last close less a dividend"
    " that goes ex today, the other horizons are total returns to the last close; a theme's members are today's, which"
    " is hindsight over 6 and 12 months. Its chart is the mean total return of its members over the span; x: less"
    " that of SPY. Within a day it goes from the close before straight to now.",
)

GROUP = Subject(
    name=Kind.GROUP,
    title="A group",
    topic=TOPIC,
    part="rotation",
    finds=lambda basis: (
        (name, name) for name in basis.reference.groups.get_column("group").unique(maintain_order=True)
    ),
    detail=group_detail,
    card=rotation_card,
    table=table,
    lists={
        "group-members": list_info(
            "A group: its members", MEMBERS, {"contribution": "what it adds to the group's move now"}
        ),
    },
)
