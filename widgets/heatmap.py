"""A heatmap of signed figures: every cell prints its number, the colour only repeats sign and size."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from msgspec import Struct
from rich.cells import cell_len

from deskview.widgets.columns import Pick, Slot, fit_picks
from deskview.widgets.lines import Lines
from deskview.widgets.records import Column, Line, Piece
from deskview.widgets.text import ELLIPSIS, MISSING, pad, plain, shorten

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
        self._edge = 0

    def show(self, horizons: Sequence[Column], rows: Sequence[HeatRow], scales: Sequence[float]) -> None:
        """Show these rows; `scales` holds the value at full colour for each horizon."""
        self._horizons, self._scales, self._rows = tuple(horizons), tuple(scales), tuple(rows)
        self._take(self._rows)

    @property
    def columns(self) -> tuple[Column, ...]:
        """Label, horizons and note."""
        return (self._label, *self._horizons, self._note)

    @property
    def wanted(self) -> list[Pick]:
        """As any list's; there is no column of notes where no row has one."""
        noted = self._note_need() > 0
        return [pick for pick in super().wanted if noted or pick.place <= len(self._horizons)]

    def remeasure(self) -> None:
        """Fit label, horizons and note to the width: numbers stand wide apart where the labels don't suffer by it."""
        picks = self.wanted
        needs = {pick.place: self._need(pick.place - 1) for pick in picks if 0 < pick.place <= len(self._horizons)}
        ends = {0: self._label_need(), len(self._horizons) + 1: self._note_need()}
        room = self.line_width - sum(ends[pick.place] for pick in picks if pick.place in ends)
        widest = max(needs.values(), default=0)
        if room >= (widest + 1) * len(needs):
            needs = dict.fromkeys(needs, widest)
        padding = max(1, min(_ROOMY, (room - sum(needs.values())) // max(1, len(needs))))
        self._edge = padding // 2
        cells = {**ends, **{index: need + padding for index, need in needs.items()}}
        self._slots = fit_picks(picks, [cells[pick.place] for pick in picks], self.line_width, 0)

    def _label_need(self) -> int:
        labels = [cell_len(plain(row.label)) for row in self._rows if not row.header]
        return max((*labels, cell_len(self.title_of(self._label)))) + 1

    def _note_need(self) -> int:
        notes = max((cell_len(plain(row.note)) for row in self._rows), default=0)
        return max(notes, cell_len(self.title_of(self._note))) + 1 if notes else 0

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
        """The horizons' names over their numbers; an ellipsis behind the first title where horizons were left out."""
        pieces = []
        more = f" {ELLIPSIS}" if self.dropped else ""
        for slot in self._slots:
            title = self.title_of(self.columns[slot.column])
            if slot.column == 0:
                first = shorten(title, slot.width - len(more)) + more
                pieces.append(Piece(pad(first, slot.width), "head"))
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
