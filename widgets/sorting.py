"""Lists the user sorts by any column; between sorts the order stands still while the figures move."""

from collections.abc import Sequence
from typing import ClassVar, Generic, Protocol, TypeVar, runtime_checkable

from msgspec import Struct
from textual import on
from textual.binding import Binding, BindingType

from deskview.widgets.heatmap import Heatmap, HeatRow
from deskview.widgets.records import Cell, Column, Row, Sort
from deskview.widgets.table import Table

Value = float | str | None
SORT_KEYS = (
    Binding("s", "sort_next", "Sort by the next column", show=False, id="sort-next"),
    Binding("d", "sort_turn", "Turn the sort direction", show=False, id="sort-turn"),
)


class Sortable(Protocol):
    """Something with a key and the value each column sorts by."""

    @property
    def key(self) -> str:
        """Its name, unique in the list."""

    @property
    def values(self) -> tuple[Value, ...]:
        """One value a column; None comes last either way."""


Item = TypeVar("Item", bound=Sortable)


@runtime_checkable
class Sorting(Protocol):
    """A list that can be sorted; `isinstance` tells it from one that can't."""

    def sort_again(self) -> None:
        """Brings the order up to date with the figures."""

    def sort_by(self, key: str, *, descending: bool = True) -> None:
        """Sorts by a column."""


class Ranking(Generic[Item]):
    """Items in the order they were last ranked in, until they are ranked anew or some come or go."""

    def __init__(self, sort: Sort) -> None:
        self.sort = sort
        self._items: tuple[Item, ...] = ()
        self._order: dict[str, int] = {}

    def take(self, items: Sequence[Item], columns: Sequence[Column]) -> None:
        """Other figures of the items; they keep their places unless items came or went."""
        self._items = tuple(items)
        due = self._due(columns)
        if due.keys() != self._order.keys():
            self._order = due
        self.sort = self.sort._replace(held=due != self._order)

    def rank(self, columns: Sequence[Column], sort: Sort | None = None) -> None:
        """Brings the order up to date with the figures, by another column or direction where `sort` is given.

        A column that is not there counts as the first.
        """
        self.sort = (sort or self.sort)._replace(held=False)
        self._order = self._due(columns)

    def _due(self, columns: Sequence[Column]) -> dict[str, int]:
        """Places by key; of equal values, and of those that are missing, the keys decide, whatever the direction."""
        place = next((index for index, column in enumerate(columns) if column.key == self.sort.key), 0)
        items = sorted(self._items, key=lambda item: item.key)
        known = [item for item in items if item.values[place] is not None]
        unknown = [item for item in items if item.values[place] is None]
        known.sort(key=lambda item: item.values[place], reverse=self.sort.descending)  # type: ignore[arg-type,return-value]
        return {item.key: index for index, item in enumerate([*known, *unknown])}

    @property
    def ranked(self) -> list[Item]:
        """The items in their order."""
        return sorted(self._items, key=lambda item: self._order[item.key])

    def following(self, columns: Sequence[Column]) -> Sort:
        """By the next of those columns that can be sorted by."""
        keys = [column.key for column in columns if column.sortable]
        place = keys.index(self.sort.key) if self.sort.key in keys else -1
        return Sort(keys[(place + 1) % len(keys)]) if keys else self.sort

    def turned(self) -> Sort:
        """By the same column in the other direction."""
        return Sort(self.sort.key, not self.sort.descending)

    def clicked(self, key: str) -> Sort:
        """By the column whose title was clicked; where it is sorted by already, in the other direction."""
        return self.turned() if key == self.sort.key else Sort(key)


class Entry(Struct, frozen=True):
    """A row with the value each column sorts by; None comes last either way."""

    key: str
    cells: tuple[Cell, ...]
    values: tuple[Value, ...]


class SortedTable(Table):
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
        self._ranking: Ranking[Entry] = Ranking(sort)

    def fill(self, entries: Sequence[Entry]) -> None:
        """Shows these entries; their order stays until the next sort, unless entries came or went."""
        self._ranking.take(entries, self.columns)
        self._show_ranked()

    def sort_again(self) -> None:
        """Brings the order up to date with the figures."""
        self._rank(self._ranking.sort)

    def sort_by(self, key: str, *, descending: bool = True) -> None:
        """Sorts by a column."""
        self._rank(Sort(key, descending))

    def action_sort_next(self) -> None:
        """Sorts by the next sortable column of those the user wants."""
        self._rank(self._ranking.following([pick.column for pick in self.wanted]))

    def action_sort_turn(self) -> None:
        """Turns the direction."""
        self._rank(self._ranking.turned())

    @on(Table.SortRequested)
    def sort_requested(self, event: Table.SortRequested) -> None:
        """A title was clicked."""
        event.stop()
        self._rank(self._ranking.clicked(event.key))

    def _rank(self, sort: Sort) -> None:
        self._ranking.rank(self.columns, sort)
        self._show_ranked()

    def _show_ranked(self) -> None:
        """The entries in their order, the sorted column marked."""
        rows = [Row(entry.key, entry.cells) for entry in self._ranking.ranked]
        self.show(self.columns, rows, self._ranking.sort)


class HeatEntry(Struct, frozen=True):
    """A row and the values its note and its count sort by."""

    row: HeatRow
    note_value: Value = None
    count_value: Value = None

    @property
    def key(self) -> str:
        """The row's key."""
        return self.row.key

    @property
    def values(self) -> tuple[Value, ...]:
        """What each column sorts by: label, count, horizons, note."""
        return (self.row.label, self.count_value, *self.row.ordering, self.note_value)


class SortedHeatmap(Heatmap):
    """Sorts by label, any horizon and the note: keys and clicks as in a sorted table."""

    BINDINGS: ClassVar[list[BindingType]] = [*SORT_KEYS]

    def __init__(
        self,
        *,
        sort: Sort,
        title: str = "",
        count_title: str = "",
        note_title: str = "",
        empty: str = "Nothing to show",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(
            title=title, count_title=count_title, note_title=note_title, empty=empty, name=name, id=id, classes=classes
        )
        self._ranking: Ranking[HeatEntry] = Ranking(sort)

    def fill(self, horizons: Sequence[Column], entries: Sequence[HeatEntry], scales: Sequence[float]) -> None:
        """Shows these entries; their order stays until the next sort, unless entries came or went."""
        self._horizons, self._scales = tuple(horizons), tuple(scales)
        self._ranking.take(entries, self.columns)
        self._show_ranked()

    def sort_again(self) -> None:
        """Brings the order up to date with the figures."""
        self._rank(self._ranking.sort)

    def sort_by(self, key: str, *, descending: bool = True) -> None:
        """Sorts by a column."""
        self._rank(Sort(key, descending))

    def action_sort_next(self) -> None:
        """Sorts by the next column of those the user wants."""
        self._rank(self._ranking.following([pick.column for pick in self.wanted]))

    def action_sort_turn(self) -> None:
        """Turns the direction."""
        self._rank(self._ranking.turned())

    def title_of(self, column: Column) -> str:
        """The words over a column, the sorted one marked."""
        title, sort = super().title_of(column), self._ranking.sort
        return title + sort.mark if column.key == sort.key else title

    def head_clicked(self, x: int) -> None:
        """Sorts by the column whose title was clicked."""
        start = 0
        for slot in self._slots:
            if start <= x < start + slot.width:
                self._rank(self._ranking.clicked(self.columns[slot.column].key))
            start += slot.width

    def _rank(self, sort: Sort) -> None:
        self._ranking.rank(self.columns, sort)
        self._show_ranked()

    def _show_ranked(self) -> None:
        """The rows in their order."""
        self.show(self._horizons, [entry.row for entry in self._ranking.ranked], self._scales)
