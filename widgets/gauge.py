"""Where today stands in a year, on one line: scale, the last days, today's dot, digits and sign."""

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from msgspec import Struct
from rich.cells import cell_len

from deskview.ordinals import limits, ordinal
from deskview.widgets.painted import Painted
from deskview.widgets.records import Line, Piece
from deskview.widgets.text import MISSING, pad, plain, shorten, width_of

_SCALE = range(8, 41)
_LIMITS = 7
"""Cells of the limits, so that gauges above each other have scales of one length: (10–27)."""
_FEW_DAYS = 60
"""A percentile of fewer days is dim, and never without its limits or the number of days."""


class GaugeGlyphs(NamedTuple):
    """What a gauge is drawn with."""

    left: str
    right: str
    track: str
    band: str
    today: str
    up: str
    down: str


_BLOCK_GAUGE = GaugeGlyphs("▕", "▏", "─", "━", "●", "▲", "▼")
_ASCII_GAUGE = GaugeGlyphs("[", "]", "-", "=", "O", "^", "v")


def gauge_glyphs(ascii_only: bool = False) -> GaugeGlyphs:
    """The gauge's characters."""
    return _ASCII_GAUGE if ascii_only else _BLOCK_GAUGE


class GaugeReading(Struct, frozen=True):
    """A percentile and what it rests on.

    `percentile` (0 to 100) is today's among `days` days, from `low` to `high` as far as one can be sure; None means
    there is none, and `note` says why. `recent` are those of the last days, shown where there are no limits.
    `value_text` is the figure itself; `tone` "gain" or "loss" adds ▲ or ▼ to it.
    """

    label: str
    percentile: float | None = None
    days: int = 0
    recent: tuple[float, ...] = ()
    value_text: str = ""
    tone: str = ""
    note: str = ""
    low: float | None = None
    high: float | None = None


class Gauge(Painted):
    """One line. `label_width` and `value_width` align gauges standing above each other."""

    DEFAULT_CSS = """
    Gauge { height: 1; width: 1fr; }
    """

    def __init__(
        self,
        reading: GaugeReading | None = None,
        *,
        label_width: int = 0,
        value_width: int = 0,
        ascii_only: bool = False,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._reading = reading or GaugeReading("")
        self._label_width = label_width
        self._value_width = value_width
        self._glyphs = gauge_glyphs(ascii_only)

    def show(self, reading: GaugeReading) -> None:
        """Show this reading; only what differs is repainted."""
        self._reading = reading
        self.repaint()

    def line_at(self, y: int) -> Line:
        """The gauge, as much of it as fits: the scale gives way first, then the days, then the value."""
        if y > 0:
            return ()
        reading = self._reading
        label = Piece(pad(plain(reading.label), self._label_width))
        if reading.percentile is None:
            return self._unmeasured(label, reading)
        return self._measured(label, reading, reading.percentile)

    def _unmeasured(self, label: Piece, reading: GaugeReading) -> Line:
        """Why there is no percentile, and behind it the value where both have room."""
        room, value = self.line_width - cell_len(label.text) - 3, self._value(reading)
        left = room - width_of(value)
        note = shorten(plain(reading.note), left if left >= _SCALE.start else room)
        head = (label, Piece(f" {MISSING} ", "dim"), Piece(note, "dim"))
        return (*head, Piece(" " * (left - cell_len(note))), *value) if left >= cell_len(note) and value else head

    def _measured(self, label: Piece, reading: GaugeReading, percentile: float) -> Line:
        width = self.line_width
        value = self._value(reading)
        few = reading.days < _FEW_DAYS
        between = f" {limits(reading.low, reading.high):<{_LIMITS}}" if reading.low is not None else ""
        digits = Piece(f" {ordinal(percentile):>5}{between}", "dim" if few else "strong")
        days = Piece(f"{'' if between else ' pct'} of {reading.days} d", "dim")
        shorter = (digits, days) if few and not between else (digits, *value)
        for tail in ((digits, days, *value), shorter):
            room = width - width_of((label, *tail)) - 3
            if room >= _SCALE.start:
                return (label, Piece(" "), *self._scale(reading, percentile, min(room, _SCALE.stop)), *tail)
        if width_of((label, *shorter)) <= width:
            return (label, *shorter)
        number = Piece(digits.text.strip(), digits.tone)
        room = width - cell_len(number.text) - 1
        return (Piece(shorten(label.text.rstrip(), room) + " ", label.tone), number) if room > 0 else (number,)

    def _value(self, reading: GaugeReading) -> Line:
        glyph = {"gain": self._glyphs.up, "loss": self._glyphs.down}.get(reading.tone, " ")
        text = pad(plain(reading.value_text), self._value_width, "right")
        return (Piece(f"  {glyph} {text}", reading.tone),) if text else ()

    def _scale(self, reading: GaugeReading, percentile: float, cells: int) -> Iterator[Piece]:
        ends = () if reading.low is None or reading.high is None else (reading.low, reading.high)
        places = [_place(value, cells) for value in ends or reading.recent]
        band = range(min(places), max(places) + 1) if places else range(0)
        today = _place(percentile, cells)
        tones = ["accent strong" if x == today else "strong" if x in band else "dim" for x in range(cells)]
        glyphs = {"accent strong": self._glyphs.today, "strong": self._glyphs.band, "dim": self._glyphs.track}
        yield Piece(self._glyphs.left, "dim")
        for tone, run in groupby(tones):
            yield Piece(glyphs[tone] * len(list(run)), tone)
        yield Piece(self._glyphs.right, "dim")


def range_line(between: float, cells: int, ascii_only: bool = False) -> Line:
    """Where something stands between two ends, from 0 to 1; beyond them it stands at the end."""
    glyphs, place = gauge_glyphs(ascii_only), _place(100 * between, cells)
    left, right = glyphs.track * place, glyphs.track * (cells - 1 - place)
    ends = Piece(glyphs.left + left, "dim"), Piece(right + glyphs.right, "dim")
    return (ends[0], Piece(glyphs.today, "accent strong"), ends[1])


def _place(percentile: float, cells: int) -> int:
    return round(min(100.0, max(0.0, percentile)) / 100 * (cells - 1))
