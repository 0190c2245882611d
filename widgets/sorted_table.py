"""A table the user sorts; between sorts the order stands still while the figures move."""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct
from textual import on
from textual.binding import BindingType

from deskview.widgets.records import Cell, Column, Row, Sort
from deskview.widgets.sorting import SORT_KEYS, Ranking, Sorting, Value
from deskview.widgets.table import Table

__all__ = ["Entry", "SortedTable", "Value"]


class Entry(Struct, frozen=True):
    """A row with the value each column sorts by; None comes last either way."""

    key: str
    cells: tuple[Cell, ...]
    values: tuple[Value, ...]


class SortedTable(Sorting[Entry], Table):
    """Sorts by any column: `s` takes the next one, `d` turns the direction, a click on a title does both."""

    BINDINGS: ClassVar[list[BindingType]] = [*SORT_KEYS]

    def __init__(
        self,
        columns: Sequence[Column] = (),
        *,
        sort: Sort,
        empty: str = "Nothing to show",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(columns, empty=empty, name=name, id=id, classes=classes)
        self._ranking = Ranking(sort)

    def fill(self, entries: Sequence[Entry]) -> None:
        """Shows these entries; their order stays until the next sort, unless entries came or went."""
        self._ranking.take(entries, self._columns)
        self.show_ranked()

    def sort_columns(self) -> Sequence[Column]:
        """The table's columns."""
        return self._columns

    def sort_choices(self) -> Sequence[Column]:
        """The columns the user wants."""
        return [pick.column for pick in self.wanted]

    def show_ranked(self) -> None:
        """The entries in their order, the sorted column marked."""
        rows = [Row(entry.key, entry.cells) for entry in self._ranking.ranked]
        self.show(self._columns, rows, self._ranking.sort)

    @on(Table.SortRequested)
    def sort_requested(self, event: Table.SortRequested) -> None:
        """A title was clicked."""
        event.stop()
        self.sort_clicked(event.key)
