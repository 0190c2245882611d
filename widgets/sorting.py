"""How lists are sorted: by a column the user picks, in an order that stands still while the figures move."""

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

from textual.binding import Binding

from deskview.widgets.records import Column, Sort

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

    def rank(self, columns: Sequence[Column]) -> None:
        """Brings the order up to date with the figures; a column that is not there counts as the first."""
        self._order = self._due(columns)
        self.sort = self.sort._replace(held=False)

    def _due(self, columns: Sequence[Column]) -> dict[str, int]:
        place = next((index for index, column in enumerate(columns) if column.key == self.sort.key), 0)
        known = [item for item in self._items if item.values[place] is not None]
        unknown = [item for item in self._items if item.values[place] is None]
        known.sort(key=lambda item: item.key)
        known.sort(key=lambda item: item.values[place], reverse=self.sort.descending)  # type: ignore[arg-type,return-value]
        return {item.key: index for index, item in enumerate([*known, *unknown])}

    @property
    def ranked(self) -> list[Item]:
        """The items in their order."""
        return sorted(self._items, key=lambda item: self._order[item.key])


class Sorting(Generic[Item]):
    """What a sorted list does on `s`, `d` and a click on a title; a subclass names columns and shows ranks."""

    _ranking: Ranking[Item]

    def sort_columns(self) -> Sequence[Column]:
        """The columns, in the order of the items' values."""
        raise NotImplementedError

    def sort_choices(self) -> Sequence[Column]:
        """The columns the user wants to see, the ones to go through."""
        raise NotImplementedError

    def show_ranked(self) -> None:
        """Shows the items in their order."""
        raise NotImplementedError

    def sort_again(self) -> None:
        """Brings the order up to date with the figures."""
        self._ranking.rank(self.sort_columns())
        self.show_ranked()

    def action_sort_next(self) -> None:
        """Sorts by the next sortable column of those the user wants."""
        keys = [column.key for column in self.sort_choices() if column.sortable]
        if keys:
            here = keys.index(self._ranking.sort.key) if self._ranking.sort.key in keys else -1
            self.sort_by(keys[(here + 1) % len(keys)])

    def action_sort_turn(self) -> None:
        """Turns the direction."""
        self.sort_by(self._ranking.sort.key, descending=not self._ranking.sort.descending)

    def sort_clicked(self, key: str) -> None:
        """A title was clicked: sorts by it, a second click turns the direction."""
        again = self._ranking.sort.key == key
        self.sort_by(key, descending=not (again and self._ranking.sort.descending))

    def sort_by(self, key: str, *, descending: bool = True) -> None:
        """Sorts by a column."""
        self._ranking.sort = Sort(key, descending)
        self.sort_again()
