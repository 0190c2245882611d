"""A heatmap of signed figures: every cell prints its number, the colour only repeats sign and size."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from msgspec import Struct
from rich.cells import cell_len

from deskview.widgets.columns import Pick, Slot, fit_picks
from deskview.widgets.lines import Keyed, Lines
from deskview.widgets.records import Column, Line, Piece
from deskview.widgets.text import ELLIPSIS, MISSING, pad, plain, shorten

STEPS = ("neg4", "neg3", "neg2", "neg1", "0", "pos1", "pos2", "pos3", "pos4")
_ROOMY = 5
_AIR = 1
"""So many cells are free behind the notes, or their digits would touch the scrollbar."""


class HeatRow(Struct, frozen=True):
    """A group's figures by horizon, None where there is none, and what stands beside them, for instance its rank.

    `count` is on how much it rests, such as 8/20. `thin` says of each value whether that is too little: it is dim,
    without colour, and comes last in any order. `dim` are the label and the count.
    """

    key: str
    label: str
    values: tuple[float | None, ...]
    note: str = ""
    header: bool = False
    count: str = ""
    thin: tuple[bool, ...] = ()
    dim: bool = False

    @property
    def ordering(self) -> tuple[float | None, ...]:
        """The values to sort by: those that are thin count as missing."""
        thin = (*self.thin, *(False,) * len(self.values))
        return tuple(None if doubt else value for value, doubt in zip(self.values, thin, strict=False))


def signed_pct(value: float) -> str:
    """A fraction as a signed percentage with one decimal: -0.0123 is −1.2."""
    rounded = round(value * 100, 1)
    sign = "−" if rounded < 0 else "+" if rounded > 0 else " "
    return f"{sign}{abs(rounded):.1f}"


def step(value: float, scale: float) -> str:
    """The ramp's step for a value, `scale` being the size that has full colour; a scale of 0 colours nothing."""
    share = value / scale if scale > 0 else 0.0
    return STEPS[4 + round(max(-1.0, min(1.0, share)) * 4)]


_FIRST = 2
"""The place of the first horizon among the columns, behind label and count."""


class Heatmap(Lines):
    """Groups down, horizons across, and a column of counts and one of notes where a row has any.

    `write` makes a figure's text, `unit` is what it is in: told to a filter, and not printed in every cell.
    Needs the theme's $heat-STEP and $heat-STEP-text for the nine steps.
    """

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
        count_title: str = "",
        note_title: str = "",
        write: Callable[[float], str] = signed_pct,
        unit: str = "%",
        empty: str = "Nothing to show",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(empty=empty, name=name, id=id, classes=classes)
        self._label = Column("label", title, flex=True, minimum=12)
        self._count = Column("count", count_title, align="right", priority=1)
        self._note = Column("note", note_title, align="right", priority=99)
        self._write = write
        self._unit = unit
        self._horizons: tuple[Column, ...] = ()
        self._scales: tuple[float, ...] = ()
        self._rows: tuple[HeatRow, ...] = ()
        self._given: tuple[HeatRow, ...] = ()
        self._edge = 0

    def show(self, horizons: Sequence[Column], rows: Sequence[HeatRow], scales: Sequence[float]) -> None:
        """Show these rows, as far as they pass the user's filter; `scales` are the values at full colour by horizon."""
        self._horizons, self._scales, self._given = tuple(horizons), tuple(scales), tuple(rows)
        self.sift_again()

    def sift_again(self) -> None:
        """Shows what the user's filter lets through of the rows there are."""
        self._rows = self.folded(self._passing(self._given))
        self._take(self._rows)

    def folded(self, rows: tuple[HeatRow, ...]) -> tuple[HeatRow, ...]:
        """What is shown of the rows that pass: all of them."""
        return rows

    def text_of(self, row: Keyed, place: int) -> str:
        """The label, the count, a figure with its unit, or the note."""
        if not isinstance(row, HeatRow):
            return ""
        horizon = place - _FIRST
        if not 0 <= horizon < len(self._horizons):
            return plain((row.label, row.count)[place] if place < _FIRST else row.note)
        text = self._text(row, horizon)
        return text if text == MISSING else text.strip() + self._unit

    @property
    def columns(self) -> tuple[Column, ...]:
        """Label, count, horizons and note."""
        return (self._label, self._count, *self._horizons, self._note)

    @property
    def wanted(self) -> list[Pick]:
        """As any list's; there is no column of counts or notes where no row has one."""
        empty = {place for place, need in self._beside().items() if not need}
        return [pick for pick in super().wanted if pick.place not in empty]

    def _beside(self) -> dict[int, int]:
        """The cells that what stands beside the horizons takes, by place; the label always takes some."""
        return {
            0: self._label_need(),
            1: _need_of([row.count for row in self._rows], self.title_of(self._count)),
            len(self._horizons) + _FIRST: _need_of([row.note for row in self._rows], self.title_of(self._note), _AIR),
        }

    def remeasure(self) -> None:
        """Fit label, horizons and note to the width: numbers stand wide apart where the labels don't suffer by it."""
        picks, beside = self.wanted, self._beside()
        needs = {pick.place: self._need(pick.place - _FIRST) for pick in picks if pick.place not in beside}
        room = self.line_width - sum(beside[pick.place] for pick in picks if pick.place in beside)
        widest = max(needs.values(), default=0)
        if room >= (widest + 1) * len(needs):
            needs = dict.fromkeys(needs, widest)
        padding = max(1, min(_ROOMY, (room - sum(needs.values())) // max(1, len(needs))))
        self._edge = padding // 2
        cells = {**beside, **{index: need + padding for index, need in needs.items()}}
        self._slots = fit_picks(picks, [cells[pick.place] for pick in picks], self.line_width, 0)

    def _label_need(self) -> int:
        labels = [cell_len(plain(row.label)) for row in self._rows if not row.header]
        return max((*labels, cell_len(self.title_of(self._label)))) + 1

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
                beside = self._horizon(slot) is None
                text = self._aside(shorten(title, slot.width), slot) if beside else self._in_cell(title, slot)
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

    def _horizon(self, slot: Slot) -> int | None:
        """Which horizon the slot shows, None where it stands beside them."""
        return slot.column - _FIRST if 0 <= slot.column - _FIRST < len(self._horizons) else None

    def _piece(self, row: HeatRow, slot: Slot, cursor: str) -> Piece:
        if slot.column == 0:
            label = pad(shorten(plain(row.label), slot.width - 1), slot.width)
            return Piece(label, ("dim" if row.dim else "") + cursor)
        horizon = self._horizon(slot)
        if horizon is None:
            return Piece(self._aside(plain(row.count if slot.column == 1 else row.note), slot), "dim" + cursor)
        value = row.values[horizon] if horizon < len(row.values) else None
        text = self._in_cell(self._text(row, horizon), slot)
        if value is None or (horizon < len(row.thin) and row.thin[horizon]):
            return Piece(text, "dim" + cursor)
        return Piece(text, f"heat-{step(value, self._scales[horizon])}{' strong' if cursor else ''}")

    def _aside(self, text: str, slot: Slot) -> str:
        """What stands beside the horizons; behind a note is the cell it has beyond its words."""
        return pad(text + " " * (_AIR if slot.column > 1 else 0), slot.width, "right")

    def _in_cell(self, text: str, slot: Slot) -> str:
        return pad(text + " " * self._edge, slot.width, "right")

    def row_text(self, index: int) -> str:
        """The group, its count, its figures and its note, parted by tabs."""
        row = self._rows[index]
        figures = [self._text(row, horizon) for horizon in range(len(self._horizons))]
        counts = [plain(row.count)] if row.count else []
        return "\t".join((plain(row.label), *counts, *figures, plain(row.note))).rstrip("\t")

    def section_title(self, index: int) -> str:
        """The label of the section row."""
        return shorten(plain(self._rows[index].label), self.line_width)


def _need_of(texts: Sequence[str], title: str, air: int = 0) -> int:
    """The cells of a column of words under its title, none where there are no words; `air` are left free behind."""
    widest = max((cell_len(plain(text)) for text in texts), default=0)
    return max(widest, cell_len(title)) + 1 + air if widest else 0
