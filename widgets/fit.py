"""Columns fitted to a width: words shrink, whole columns are left out, a number is never cut."""

from collections.abc import Sequence
from typing import NamedTuple

from deskview.widgets.records import Column


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
