"""A list of columns the user may choose among: what Table and Heatmap share."""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from deskview.widgets.fit import Slot, fit
from deskview.widgets.lines import Lines
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


class ColumnedLines(Lines):
    """Lines in columns. Its `list_name` is what the app knows the user's choice of columns by.

    An app with a method `chosen_columns(list_name)` is asked for the keys of the columns to show, None for all.
    """

    def __init__(
        self,
        *,
        empty: str = "Nothing to show",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(empty=empty, name=name, id=id, classes=classes)
        self.list_name = name or ""
        self._slots: tuple[Slot, ...] = ()

    @property
    def columns(self) -> tuple[Column, ...]:
        """Every column there is, in the order it comes in."""
        raise NotImplementedError

    @property
    def chosen(self) -> tuple[str, ...] | None:
        """Keys of the columns the user chose, None where all are shown as they come."""
        ask = getattr(self.app, "chosen_columns", None) if self.is_attached and self.list_name else None
        return ask(self.list_name) if ask is not None else None

    @property
    def wanted(self) -> list[Pick]:
        """The columns to show, in their order, as far as there is room."""
        return picked(self.columns, self.chosen)

    @property
    def dropped(self) -> tuple[str, ...]:
        """Keys of the wanted columns left out because the list is too narrow."""
        kept = {slot.column for slot in self._slots}
        return tuple(pick.column.key for pick in self.wanted if pick.place not in kept)

    def rearrange(self) -> None:
        """Shows the columns of the user's choice, which has changed."""
        self.remeasure()
        self.repaint()


def fit_picks(picks: Sequence[Pick], needs: Sequence[int], width: int, gap: int) -> tuple[Slot, ...]:
    """The picks that fit into `width` cells, each slot naming its column's own position."""
    slots = fit([pick.column for pick in picks], needs, width, gap)
    return tuple(Slot(picks[slot.column].place, slot.width) for slot in slots)
