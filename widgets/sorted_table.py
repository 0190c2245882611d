"""A table the user sorts; between sorts the order stands still while the figures move."""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct
from textual import on
from textual.binding import Binding, BindingType

from deskview.widgets.records import Cell, Column, Row, Sort
from deskview.widgets.table import Table

Value = float | str | None


class Entry(Struct, frozen=True):
    """A row with the value each column sorts by; None comes last either way."""

    key: str
    cells: tuple[Cell, ...]
    values: tuple[Value, ...]


class SortedTable(Table):
    """Sorts by any column: `s` takes the next one, `d` turns the direction, a click on a title does both."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "sort_next", "Sort by the next column", show=False, id="sort-next"),
        Binding("d", "sort_turn", "Turn the sort direction", show=False, id="sort-turn"),
    ]

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
        self._sort = sort
        self._entries: tuple[Entry, ...] = ()
        self._order: dict[str, int] = {}

    def fill(self, entries: Sequence[Entry]) -> None:
        """Shows these entries; their order stays until the next sort, unless entries came or went."""
        self._entries = tuple(entries)
        if {entry.key for entry in entries} != set(self._order):
            self._rank()
        self._show_ranked()

    def sort_again(self) -> None:
        """Brings the order up to date with the figures."""
        self._rank()
        self._show_ranked()

    def action_sort_next(self) -> None:
        """Sorts by the next sortable column."""
        keys = [column.key for column in self._columns if column.sortable]
        here = keys.index(self._sort.key) if self._sort and self._sort.key in keys else -1
        self._sort_by(keys[(here + 1) % len(keys)], descending=True)

    def action_sort_turn(self) -> None:
        """Turns the direction."""
        if self._sort:
            self._sort_by(self._sort.key, descending=not self._sort.descending)

    @on(Table.SortRequested)
    def sort_clicked(self, event: Table.SortRequested) -> None:
        """A title was clicked: sorts by it, a second click turns the direction."""
        event.stop()
        again = self._sort is not None and self._sort.key == event.key
        self._sort_by(event.key, descending=not (again and self._sort and self._sort.descending))

    def _sort_by(self, key: str, *, descending: bool) -> None:
        self._sort = Sort(key, descending)
        self.sort_again()

    def _rank(self) -> None:
        sort = self._sort or Sort(self._columns[0].key)
        place = next((index for index, column in enumerate(self._columns) if column.key == sort.key), 0)
        known = [entry for entry in self._entries if entry.values[place] is not None]
        unknown = [entry for entry in self._entries if entry.values[place] is None]
        known.sort(key=lambda entry: entry.key)
        known.sort(key=lambda entry: entry.values[place], reverse=sort.descending)  # type: ignore[arg-type,return-value]
        self._order = {entry.key: index for index, entry in enumerate([*known, *unknown])}

    def _show_ranked(self) -> None:
        rows = [
            Row(entry.key, entry.cells) for entry in sorted(self._entries, key=lambda entry: self._order[entry.key])
        ]
        self.show(self._columns, rows, self._sort)
