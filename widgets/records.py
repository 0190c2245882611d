"""The plain records widgets are fed with: cells, columns and rows."""

from typing import Literal, NamedTuple

from msgspec import Struct

Align = Literal["left", "right"]


class Piece(NamedTuple):
    """A run of text on a line, with the names of the tones it wears, separated by spaces."""

    text: str
    tone: str = ""


Line = tuple[Piece, ...]


class Cell(Struct, frozen=True):
    """One figure or word of a table; without `align` it follows its column."""

    text: str
    tone: str = ""
    align: Align | None = None


class Column(Struct, frozen=True):
    """A column and how it gives way in a narrow table.

    `width` is the fewest cells it takes; longer contents widen it. The highest `priority` is left out first.
    A `flex` column holds words, not numbers: before any column is left out it shrinks to `minimum` cells, with an
    ellipsis.
    """

    key: str
    title: str
    width: int = 0
    align: Align = "left"
    sortable: bool = True
    priority: int = 0
    flex: bool = False
    minimum: int = 6


class Row(Struct, frozen=True):
    """A table's row; a `header` row names the section below it, and the cursor skips it.

    `copied` is what is copied of it in place of its cells.
    """

    key: str
    cells: tuple[Cell, ...]
    header: bool = False
    copied: str = ""


class Sieve(NamedTuple):
    """What a filter makes of a list: whether each of its rows passes, those that head a section left out.

    `text` is the filter as the user wrote it, `hint` how it is changed, `note` what else is to be known where no row
    passes, `fault` why it can't be applied: then every row passes.
    """

    text: str
    passes: tuple[bool, ...]
    hint: str = ""
    fault: str = ""
    note: str = ""

    @property
    def counts(self) -> str:
        """How many of how many rows pass."""
        return f"{sum(self.passes):,} of {len(self.passes):,}"


class Sort(NamedTuple):
    """The column rows are sorted by; the table only marks it, sorting is the caller's.

    `held` says that the figures have moved on and would be in another order by now.
    """

    key: str
    descending: bool = True
    held: bool = False

    @property
    def mark(self) -> str:
        """What stands behind the column's title: full while the rows are in order, hollow when theirs is held."""
        return ("▿" if self.held else "▾") if self.descending else ("▵" if self.held else "▴")
