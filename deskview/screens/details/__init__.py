"""What opens behind a row: a name, a group, a fund; each made from the board alone, without the network."""

from typing import TYPE_CHECKING

from deskview.screens.details.detail import Detail
from deskview.screens.target import Kind, Target

if TYPE_CHECKING:
    from deskview.board import Board


def detail_of(board: "Board", target: Target) -> Detail:
    """The detail of a target as far as the board knows it; slow enough for a thread."""
    match target.kind:
        case Kind.NAME:
            from deskview.screens.details.name import name_detail  # noqa: PLC0415 - polars loads late

            return name_detail(board, target.key)
        case Kind.GROUP:
            from deskview.screens.details.group import group_detail  # noqa: PLC0415

            return group_detail(board, target.key)
        case Kind.FUND:
            from deskview.screens.details.fund import fund_detail  # noqa: PLC0415

            return fund_detail(board, target.key)
