"""A table on the line API: repaints changed cells only, fits its columns to the width, never cuts a number."""

from collections.abc import Sequence

from rich.cells import cell_len

from deskview.widgets.columns import fit_picks
from deskview.widgets.lines import Keyed, KeyMessage, Lines
from deskview.widgets.records import Cell, Column, Line, Piece, Row, Sort
from deskview.widgets.text import pad, plain, shorten

_GAP = 2
_NARROW_GAP = 1


class Table(Lines):
    """Rows of cells under a head.

    Posts `Highlighted` and `Opened` with the row's key, `SortRequested` with the column's.
    """

    class SortRequested(KeyMessage):
        """The title of the sortable column `key` was clicked."""

    def __init__(
        self,
        columns: Sequence[Column] = (),
        *,
        empty: str = "Nothing to show",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(empty=empty, name=name, id=id, classes=classes)
        self._columns = tuple(columns)
        self._rows: tuple[Row, ...] = ()
        self._given: tuple[Row, ...] = ()
        self._sort: Sort | None = None
        self._gap = _GAP

    @property
    def columns(self) -> tuple[Column, ...]:
        """Every column there is."""
        return self._columns

    def show(self, columns: Sequence[Column], rows: Sequence[Row], sort: Sort | None = None) -> None:
        """Show these rows under these columns; `sort` marks the column the caller sorted by."""
        self._columns, self._sort = tuple(columns), sort
        self.set_rows(rows)

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows, as far as they pass the user's filter; only cells that differ are repainted."""
        self._given = tuple(rows)
        self.sift_again()

    def sift_again(self) -> None:
        """Shows what the user's filter lets through of the rows there are."""
        self._rows = self._passing(self._given)
        self._take(self._rows)

    def text_of(self, row: Keyed, place: int) -> str:
        """The text of its cell."""
        return plain(row.cells[place].text) if isinstance(row, Row) and place < len(row.cells) else ""

    def remeasure(self) -> None:
        """Fit the columns to the width, with wide gaps where no column is lost by them."""
        picks = self.wanted
        needs = [self._need(pick.place) for pick in picks]
        wide = fit_picks(picks, needs, self.line_width, _GAP)
        roomy = [slot.width for slot in wide] == needs
        self._gap = _GAP if roomy else _NARROW_GAP
        self._slots = wide if roomy else fit_picks(picks, needs, self.line_width, _NARROW_GAP)

    def _need(self, index: int) -> int:
        cells = (row.cells[index] for row in self._rows if not row.header and index < len(row.cells))
        longest = max((cell_len(plain(cell.text)) for cell in cells), default=0)
        return max(self._columns[index].width, cell_len(self._title(index)), longest)

    def _title(self, index: int) -> str:
        column = self._columns[index]
        if self._sort is None or self._sort.key != column.key:
            return plain(column.title)
        return plain(column.title) + self._sort.mark

    def head_line(self) -> Line:
        """The titles, the sorted one marked, and an ellipsis where columns were left out: behind the last title, in its
        last cell where there is no room behind it."""
        pieces: list[Piece] = []
        rest = self.line_width - self._used + self._gap
        for slot in self._slots:
            column, marked = self._columns[slot.column], self.dropped and rest <= 0 and slot is self._slots[-1]
            title = self._title(slot.column) + ("…" if marked else "")
            text = pad(shorten(title, slot.width), slot.width, column.align)
            is_sorted = self._sort is not None and self._sort.key == column.key
            pieces += (Piece(text, "accent" if is_sorted else "head"), Piece(" " * self._gap))
        if not self.dropped or rest <= 0:
            return tuple(pieces)
        return (*pieces[:-1], Piece(pad(" …" if rest > 1 else "…", rest), "dim"))

    @property
    def _used(self) -> int:
        return sum(slot.width + self._gap for slot in self._slots)

    def row_line(self, index: int, cursor: str) -> Line:
        """One row's cells in the slots of their columns."""
        cells, pieces = self._rows[index].cells, []
        for slot in self._slots:
            cell = cells[slot.column] if slot.column < len(cells) else Cell("")
            align = cell.align or self._columns[slot.column].align
            text = pad(shorten(plain(cell.text), slot.width), slot.width, align)
            pieces.append(Piece(text + " " * self._gap, cell.tone + cursor))
        return (*pieces, Piece(" " * (self.line_width - self._used), cursor)) if cursor else tuple(pieces)

    def row_text(self, index: int) -> str:
        """What is copied of the row: its own text, else its cells parted by tabs."""
        row = self._rows[index]
        return plain(row.copied) or "\t".join(plain(cell.text) for cell in row.cells)

    def section_title(self, index: int) -> str:
        """The text of the section row's first cell."""
        cells = self._rows[index].cells
        return shorten(plain(cells[0].text if cells else ""), self.line_width)

    def head_clicked(self, x: int) -> None:
        """Ask for sorting by the column whose title was clicked."""
        start = 0
        for slot in self._slots:
            column = self._columns[slot.column]
            if start <= x < start + slot.width and column.sortable:
                self.post_message(self.SortRequested(self, column.key))
            start += slot.width + self._gap
