"""A small series in eighth blocks: signed as bars, gains above the axis and losses below it, or as a sparkline."""

from collections.abc import Sequence

from deskview.widgets.painted import Painted
from deskview.widgets.records import Line, Piece

EIGHTHS = " ▁▂▃▄▅▆▇█"
_ASCII_EIGHTHS = "  ..--=##"
GAP = "·"
_WIDEST = 5


class Bars(Painted):
    """Bars one to three lines high. On one line gains fill their cell from below, losses from above."""

    DEFAULT_CSS = """
    Bars { height: 2; width: 1fr; }
    """

    def __init__(
        self,
        *,
        ascii_only: bool = False,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._ascii_only = ascii_only
        self._values: tuple[float | None, ...] = ()
        self._separator: int | None = None

    def show(self, values: Sequence[float | None], separator: int | None = None) -> None:
        """Show these values, None as a dot; a line is drawn before the value numbered `separator`."""
        self._values, self._separator = tuple(values), separator
        self.repaint()

    def line_at(self, y: int) -> Line:
        """Line `y` of the bars; an app that draws in ASCII only says so by its `ascii_only`."""
        self._ascii_only = self._ascii_only or bool(getattr(self.app, "ascii_only", False))
        values, separator = self._fitted()
        if not values:
            return ()
        cells = max(1, min(_WIDEST, (self.line_width - (separator is not None)) // len(values)))
        height = self.scrollable_content_region.height
        return bars_line(values, separator, cells, (y, height), ascii_only=self._ascii_only)

    def _fitted(self) -> tuple[Sequence[float | None], int | None]:
        """The values and the separator; means of neighbours where there are more values than cells."""
        room = max(1, self.line_width - 1)
        group = -(-len(self._values) // room) or 1
        if group == 1:
            return self._values, self._separator
        chunks = [self._values[start : start + group] for start in range(0, len(self._values), group)]
        return [_mean(chunk) for chunk in chunks], None if self._separator is None else self._separator // group


def bars_line(
    values: Sequence[float | None],
    separator: int | None = None,
    cells: int = 2,
    line: tuple[int, int] = (0, 1),
    *,
    ascii_only: bool = False,
) -> Line:
    """Line `line[0]` of bars `line[1]` lines high, each `cells` wide; by itself all of them on one line."""
    y, height = line
    rise = (height + 1) // 2
    unit = _eighth(values, rise, height - rise)
    pieces: list[Piece] = []
    for index, value in enumerate(values):
        if index == separator:
            pieces.append(Piece("|" if ascii_only else "│", "dim"))
        if value is None:
            pieces.append(Piece((GAP if y == rise - 1 else " ").ljust(cells), "dim"))
        elif value < 0:
            below = y if height == 1 else y - rise
            pieces += _hanging(_within(_count(-value, unit), below), cells, ascii_only)
        else:
            glyph = eighth(_within(_count(value, unit), rise - 1 - y), ascii_only)
            pieces += _drawn(glyph, cells, "gain")
    return tuple(pieces)


def _eighth(values: Sequence[float | None], rise: int, fall: int) -> float:
    """What an eighth of a cell stands for, so that the longest bar either way just fits; 0 where all is 0."""
    known = [value for value in values if value is not None]
    gain, loss = max(known, default=0.0), -min(known, default=0.0)
    return max(0.0, gain / (8 * rise), loss / (8 * (fall or 1)))


def _hanging(filled: int, cells: int, ascii_only: bool) -> Line:
    """Cells filled from above: the complement's block in reverse, as there are no eighths from above."""
    if ascii_only or filled in {0, 8}:
        return _drawn(eighth(filled, ascii_only), cells, "loss")
    return _drawn(eighth(8 - filled), cells, "loss reversed")


def _drawn(glyph: str, cells: int, tone: str) -> Line:
    return (Piece(glyph, tone),) if cells == 1 else (Piece(glyph * (cells - 1), tone), Piece(" "))


def _count(size: float, unit: float) -> int:
    """Eighths of a bar; what is there at all has one, however small."""
    return max(round(size / unit), size > 0) if unit > 0 else 0


def _within(eighths: int, lines: int) -> int:
    """How much of a bar lies in the cell so many lines from the axis; on the axis' other side nothing does."""
    return min(8, max(0, eighths - 8 * lines)) if lines >= 0 else 0


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def eighth(level: int, ascii_only: bool = False) -> str:
    """A cell filled from below by `level` eighths, 0 to 8; more or less is drawn as the nearest."""
    return (_ASCII_EIGHTHS if ascii_only else EIGHTHS)[min(8, max(0, level))]


def sparkline(values: Sequence[float | None], ascii_only: bool = False) -> str:
    """One cell a value from the smallest (▁) to the largest (█); None is a dot, equal values stand half high."""
    known = [value for value in values if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    return "".join(GAP if value is None else eighth(_level(value, low, high), ascii_only) for value in values)


def _level(value: float, low: float, high: float) -> int:
    return 4 if high <= low else 1 + round((value - low) / (high - low) * 7)
