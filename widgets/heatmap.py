"""A heatmap of signed figures: every cell prints its number, the colour only repeats sign and size."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from msgspec import Struct
from rich.cells import cell_len

from deskview.widgets.fit import Slot, fit
from deskview.widgets.lines import Lines
from deskview.widgets.records import Column, Line, Piece
from deskview.widgets.text import MISSING, pad, plain, shorten

STEPS = ("neg4", "neg3", "neg2", "neg1", "0", "pos1", "pos2", "pos3", "pos4")
_ROOMY = 5


class HeatRow(Struct, frozen=True):
    """A group's figures by horizon, None where there is none, and what stands beside them, for instance its rank."""

    key: str
    label: str
    values: tuple[float | None, ...]
    note: str = ""
    header: bool = False


def signed_pct(value: float) -> str:
    """A fraction as a signed percentage with one decimal: -0.0123 is −1.2."""
    rounded = round(value * 100, 1)
    sign = "−" if rounded < 0 else "+" if rounded > 0 else " "
    return f"{sign}{abs(rounded):.1f}"


def step(value: float, scale: float) -> str:
    """The ramp's step for a value, `scale` being the size that has full colour; a scale of 0 colours nothing."""
    share = value / scale if scale > 0 else 0.0
    return STEPS[4 + round(max(-1.0, min(1.0, share)) * 4)]


class Heatmap(Lines):
    """Groups down, horizons across. Needs the theme's $heat-STEP and $heat-STEP-text for the nine steps."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"tone--heat-{name}" for name in STEPS}
    DEFAULT_CSS = (
        "Heatmap {\n"
        + "\n".join(
            f"    .tone--heat-{name} {{ background: $heat-{name}; color: $heat-{name}-text; }}" for name in STEPS
        )
        + "\n}"
    )

    def __init__(
        self,
        *,
        title: str = "",
        note_title: str = "",
        write: Callable[[float], str] = signed_pct,
        empty: str = "Nothing to show",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(empty=empty, name=name, id=id, classes=classes)
        self._label = Column("label", title, flex=True, minimum=8)
        self._note = Column("note", note_title, align="right", priority=99)
        self._write = write
        self._horizons: tuple[Column, ...] = ()
        self._scales: tuple[float, ...] = ()
        self._rows: tuple[HeatRow, ...] = ()
        self._slots: tuple[Slot, ...] = ()
        self._edge = 0

    @property
    def dropped(self) -> tuple[str, ...]:
        """Keys of the horizons left out because the heatmap is too narrow."""
        kept = {slot.column for slot in self._slots}
        return tuple(column.key for index, column in enumerate(self._horizons, start=1) if index not in kept)

    def show(self, horizons: Sequence[Column], rows: Sequence[HeatRow], scales: Sequence[float]) -> None:
        """Show these rows; `scales` holds the value at full colour for each horizon."""
        self._horizons, self._scales, self._rows = tuple(horizons), tuple(scales), tuple(rows)
        self._take(self._rows)

    @property
    def _columns(self) -> tuple[Column, ...]:
        return (self._label, *self._horizons, self._note)

    def remeasure(self) -> None:
        """Fit label, horizons and note to the width: numbers stand wide apart where the labels don't suffer by it."""
        labels = [cell_len(plain(row.label)) for row in self._rows if not row.header]
        label = max((*labels, cell_len(self.title_of(self._label)))) + 1
        notes = max((cell_len(plain(row.note)) for row in self._rows), default=0)
        note = max(notes, cell_len(self.title_of(self._note))) + 1 if notes else 0
        numbers = [self._need(index) for index in range(len(self._horizons))]
        room = self.line_width - label - note
        if numbers and room >= (max(numbers) + 1) * len(numbers):
            numbers = [max(numbers)] * len(numbers)
        padding = max(1, min(_ROOMY, (room - sum(numbers)) // max(1, len(numbers))))
        self._edge = padding // 2
        needs = [label, *(number + padding for number in numbers), note]
        self._slots = fit(self._columns, needs, self.line_width, 0)

    def _need(self, horizon: int) -> int:
        numbers = (cell_len(self._text(row, horizon)) for row in self._rows if not row.header)
        column = self._horizons[horizon]
        return max(column.width, cell_len(self.title_of(column)), max(numbers, default=1))

    def title_of(self, column: Column) -> str:
        """The words over a column."""
        return plain(column.title)

    def _text(self, row: HeatRow, horizon: int) -> str:
        value = row.values[horizon] if horizon < len(row.values) else None
        return MISSING if value is None else self._write(value)

    def head_line(self) -> Line:
        """The horizons' names over their numbers."""
        pieces = []
        for slot in self._slots:
            title = self.title_of(self._columns[slot.column])
            if slot.column == 0:
                pieces.append(Piece(pad(shorten(title, slot.width), slot.width), "head"))
            else:
                is_note = slot.column > len(self._horizons)
                text = pad(shorten(title, slot.width), slot.width, "right") if is_note else self._in_cell(title, slot)
                pieces.append(Piece(text, "head"))
        return tuple(pieces)

    def row_line(self, index: int, cursor: str) -> Line:
        """The label, the coloured numbers and the note of one group."""
        row = self._rows[index]
        pieces = [self._piece(row, slot, cursor) for slot in self._slots]
        if cursor:
            used = sum(slot.width for slot in self._slots)
            pieces.append(Piece(" " * (self.line_width - used), cursor))
        return tuple(pieces)

    def _piece(self, row: HeatRow, slot: Slot, cursor: str) -> Piece:
        if slot.column == 0:
            return Piece(pad(shorten(plain(row.label), slot.width - 1), slot.width), cursor)
        if slot.column > len(self._horizons):
            return Piece(pad(plain(row.note), slot.width, "right"), "dim" + cursor)
        horizon = slot.column - 1
        value = row.values[horizon] if horizon < len(row.values) else None
        text = self._in_cell(self._text(row, horizon), slot)
        if value is None:
            return Piece(text, "dim" + cursor)
        return Piece(text, f"heat-{step(value, self._scales[horizon])}{' strong' if cursor else ''}")

    def _in_cell(self, text: str, slot: Slot) -> str:
        return pad(text + " " * self._edge, slot.width, "right")

    def row_text(self, index: int) -> str:
        """The group, its figures and its note, parted by tabs."""
        row = self._rows[index]
        figures = [self._text(row, horizon) for horizon in range(len(self._horizons))]
        return "\t".join((plain(row.label), *figures, plain(row.note))).rstrip("\t")

    def section_title(self, index: int) -> str:
        """The label of the section row."""
        return shorten(plain(self._rows[index].label), self.line_width)
