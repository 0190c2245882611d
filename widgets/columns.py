"""The columns of a list: which are wanted, and how they fit a width.

Words shrink, whole columns are left out, a number is never cut.
"""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from deskview.widgets.records import Column


class Pick(NamedTuple):
    """A column that is wanted, by its position in the list's own columns."""

    place: int
    column: Column


def fixed(columns: Sequence[Column]) -> int:
    """How many columns always stand first: the one that names the row, and what stands before it without a title."""
    return next((index for index, column in enumerate(columns) if column.title), 0) + 1


def picked(columns: Sequence[Column], chosen: Sequence[str] | None) -> list[Pick]:
    """The columns `chosen` names, in its order, behind those that always stand first; all as they come without it.

    Of chosen columns the last gives way first. Keys without a column are passed over.
    """
    if chosen is None:
        return [Pick(index, column) for index, column in enumerate(columns)]
    places = {column.key: index for index, column in enumerate(columns)}
    first = [column.key for column in columns[: fixed(columns)]]
    keys = [key for key in dict.fromkeys([*first, *chosen]) if key in places]
    return [Pick(places[key], replace(columns[places[key]], priority=rank)) for rank, key in enumerate(keys)]


class Slot(NamedTuple):
    """A column that is shown, by its position in the list of columns, and the cells it has."""

    column: int
    width: int


def fit(columns: Sequence[Column], needs: Sequence[int], width: int, gap: int = 1) -> tuple[Slot, ...]:
    """The columns that fit into `width` cells with `gap` between them, and what each gets.

    `needs` are the cells each column's contents take. A flex column may get less, down to its `minimum`;
    any other has all it needs or is left out, the highest priority first, of equal ones the rightmost.
    """
    least = [min(need, column.minimum) if column.flex else need for column, need in zip(columns, needs, strict=True)]
    kept = list(range(len(columns)))
    while kept and _total(kept, least, gap) > width:
        kept.remove(max(kept, key=lambda index: (columns[index].priority, index)))
    spare = width - _total(kept, least, gap)
    slots = []
    for index in kept:
        grown = min(spare, needs[index] - least[index])
        slots.append(Slot(index, least[index] + grown))
        spare -= grown
    return tuple(slots)


def _total(kept: Sequence[int], least: Sequence[int], gap: int) -> int:
    return sum(least[index] for index in kept) + gap * max(0, len(kept) - 1)


def fit_picks(picks: Sequence[Pick], needs: Sequence[int], width: int, gap: int) -> tuple[Slot, ...]:
    """The picks that fit into `width` cells, each slot naming its column's own position."""
    slots = fit([pick.column for pick in picks], needs, width, gap)
    return tuple(Slot(picks[slot.column].place, slot.width) for slot in slots)
