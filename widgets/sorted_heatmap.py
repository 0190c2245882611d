"""A heatmap the user sorts by any of its columns; between sorts the order stands still while the figures move."""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct
from textual.binding import BindingType

from deskview.widgets.heatmap import Heatmap, HeatRow
from deskview.widgets.records import Column, Sort
from deskview.widgets.sorting import SORT_KEYS, Ranking, Sorting, Value


class HeatEntry(Struct, frozen=True):
    """A row and the value its note sorts by."""

    row: HeatRow
    note_value: Value = None

    @property
    def key(self) -> str:
        """The row's key."""
        return self.row.key

    @property
    def values(self) -> tuple[Value, ...]:
        """What each column sorts by: label, horizons, note."""
        return (self.row.label, *self.row.values, self.note_value)


class SortedHeatmap(Sorting[HeatEntry], Heatmap):
    """Sorts by any column: `s` takes the next one, `d` turns the direction, a click on a title does both."""

    BINDINGS: ClassVar[list[BindingType]] = [*SORT_KEYS]

    def __init__(
        self,
        *,
        sort: Sort,
        title: str = "",
        note_title: str = "",
        empty: str = "Nothing to show",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(title=title, note_title=note_title, empty=empty, name=name, id=id, classes=classes)
        self._ranking = Ranking(sort)

    def fill(self, horizons: Sequence[Column], entries: Sequence[HeatEntry], scales: Sequence[float]) -> None:
        """Shows these entries; their order stays until the next sort, unless entries came or went."""
        self._horizons, self._scales = tuple(horizons), tuple(scales)
        self._ranking.take(entries, self.columns)
        self.show_ranked()

    def sort_columns(self) -> Sequence[Column]:
        """Label, horizons and note."""
        return self.columns

    def sort_choices(self) -> Sequence[Column]:
        """The columns the user wants."""
        return [pick.column for pick in self.wanted]

    def show_ranked(self) -> None:
        """The rows in their order."""
        self.show(self._horizons, [entry.row for entry in self._ranking.ranked], self._scales)

    def title_of(self, column: Column) -> str:
        """The words over a column, the sorted one marked."""
        title, sort = super().title_of(column), self._ranking.sort
        return title + sort.mark if column.key == sort.key else title

    def head_clicked(self, x: int) -> None:
        """Sorts by the column whose title was clicked."""
        start = 0
        for slot in self._slots:
            if start <= x < start + slot.width:
                self.sort_clicked(self.columns[slot.column].key)
            start += slot.width
