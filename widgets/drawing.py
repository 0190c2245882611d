"""A chart drawn into lines of pieces: plotext rasterises the lines, axes, candles and plain characters are ours.

Everything here runs in the chart's one worker thread: plotext keeps state of its own that two threads would corrupt.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Literal

from rich.cells import cell_len

from deskview.widgets.chartspec import (
    Bounds,
    Candle,
    ChartSpec,
    Level,
    Mark,
    Series,
    extent,
    fitted,
    half_width,
    joined,
)
from deskview.widgets.records import Line, Piece
from deskview.widgets.text import clip, pad, plain, shorten
from deskview.widgets.volumes import highest, rows_for, volume_rows

_FIRST_COLOUR = 16
_NARROWEST = 8
Grid = list[list[tuple[str, str]]]
_SEQUENCE = re.compile(r"\x1b\[([\d;]*)m")
_CandlePart = Literal["", "wick", "body"]
_CANDLES: dict[tuple[_CandlePart, _CandlePart], str] = {
    ("wick", "wick"): "│",
    ("body", "body"): "┃",
    ("", "wick"): "╷",
    ("wick", ""): "╵",
    ("", "body"): "╻",
    ("body", ""): "╹",
    ("wick", "body"): "╽",
    ("body", "wick"): "╿",
}
_WIDE = {("body", "body"): "█", ("body", ""): "▀", ("", "body"): "▄", ("body", "wick"): "▀", ("wick", "body"): "▄"}
"""The body of a candle that is three columns wide."""
_RISING = {"┃": "║", "█": "▒"}
"""The body of a candle that rose is hollow, so that it is told from one that fell without colours too."""
MARKS = "*o+x%@"
"""The character of each series, in their order; from the seventh on they begin anew."""
_DASHES = {0: "━", 2: "┅"}
"""How a line looks in the legend, by its dash."""
STEEP = ":"
"""Fills the cells between two neighbouring columns."""
LEVEL = "."
_LEVEL_LINE = " ─."
"""What stands in the cells of a level nothing else is drawn on."""
Cells = dict[tuple[int, int], tuple[str, str]]


def draw(spec: ChartSpec, width: int, height: int, ascii_only: bool = False) -> tuple[Line, ...]:
    """The chart in `height` lines of `width` cells: title, canvas with the price axis at its right, times below.

    With `ascii_only` each series has a character of its own, which the legend names.
    """
    area = extent(spec)
    if area is None:
        return _reason_lines("No data to draw", width)
    if height < 4:
        return _reason_lines("Too low for a chart", width)
    left, right, low, high = area
    below = rows_for(spec.volumes, height - 1 - bool(spec.x_ticks))
    rows = height - 1 - bool(spec.x_ticks) - below
    ticks = [(tick, plain(spec.write(tick))) for tick in nice_ticks(low, high, max(2, rows // spec.tick_rows))]
    last = last_value(spec)
    labels = [text for _, text in ticks] + [plain(spec.write(value)) for value, _ in last]
    most = highest(spec.volumes) if below and spec.volumes else ""
    axis = max(cell_len(text) for text in (*labels, most)) + 3
    if width - axis < _NARROWEST:
        return _reason_lines("Too narrow for a chart", width)
    bounds = Bounds(left, right, low, high, width - axis, rows)
    spec = fitted(spec, bounds)
    grid = _plain_canvas(spec, bounds) if ascii_only else _canvas(spec, bounds)
    _draw_marks(grid, spec.marks, bounds, "|" if ascii_only else "┊")
    _name_levels(grid, spec, bounds)
    margin = _margin(spec, bounds, ticks, last, axis)
    if below and spec.volumes:
        grid += volume_rows(spec.volumes, bounds, below, ascii_only=ascii_only)
        margin += [(Piece(pad(f" ┤ {most}" if not row else " │", axis), "dim"),) for row in range(below)]
    body = [(*_pieces(cells), *edge) for cells, edge in zip(grid, margin, strict=True)]
    times = [_times(spec, bounds)] if spec.x_ticks else []
    return (_heading(spec, width, ascii_only), *body, *times)


def _reason_lines(reason: str, width: int) -> tuple[Line, ...]:
    return ((Piece(shorten(reason, width), "dim"),),)


def nice_ticks(low: float, high: float, count: int) -> list[float]:
    """About `count` round numbers between `low` and `high`, steps of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    first, final = math.ceil(low / step), math.floor(high / step)
    return [number * step for number in range(first, final + 1)]


def last_value(spec: ChartSpec) -> list[tuple[float, str]]:
    """The value that is boxed and its tone: the spec's own, else the newest of the candles or of the first series; an
    empty list without one."""
    if spec.boxed is not None:
        return [spec.boxed]
    if spec.candles:
        newest = spec.candles[-1]
        return [(newest.close, "gain" if newest.close >= newest.open else "loss")]
    known = [y for y in spec.series[0].y if y is not None] if spec.series else []
    return [(known[-1], spec.series[0].tone)] if known else []


def _canvas(spec: ChartSpec, bounds: Bounds) -> Grid:
    tones = sorted({series.tone for series in spec.series} | {level.tone for level in spec.levels})
    colours = {tone: _FIRST_COLOUR + index for index, tone in enumerate(tones)}
    text = _plotted(spec, bounds, colours)
    drawn = pieces(text, {colour: tone for tone, colour in colours.items()})
    grid = [[(char, piece.tone) for piece in line for char in piece.text] for line in drawn][: bounds.height]
    dashes = {series.tone: series.dash for series in spec.series if series.dash}
    for row in grid if dashes else ():
        for x, (_, tone) in enumerate(row):
            if tone in dashes and x % dashes[tone] == dashes[tone] - 1:
                row[x] = (" ", "")
    for (x, y), cell in candles(spec.candles, bounds).items():
        grid[y][x] = cell
    return grid


def _plain_canvas(spec: ChartSpec, bounds: Bounds) -> Grid:
    cells = ascii_lines(spec.series, spec.levels, bounds) | candles(spec.candles, bounds, ascii_only=True)
    return [[cells.get((x, y), (" ", "")) for x in range(bounds.width)] for y in range(bounds.height)]


def _plotted(spec: ChartSpec, bounds: Bounds, colours: dict[str, int]) -> str:
    import plotext  # noqa: PLC0415  its import costs a tenth of a second: only a drawn chart pays

    plotext.terminal.limit(False, False)
    figure = type(plotext.figure)(plotext.terminal)
    figure.plot_size(bounds.width, bounds.height)
    figure.canvas("default")
    figure.axes(False)
    for axis, side in (("x", 0), ("x", 1), ("y", 0), ("y", 1)):
        figure.ruler(axis, side).ticks([], [])
    figure.ruler("x").lim(bounds.left, bounds.right)
    figure.ruler("y").lim(bounds.low, bounds.high)
    for level in spec.levels:
        figure.line(level.y, "horizontal", pixel=plotext.pixel(colours[level.tone]))
    for series in spec.series:
        for xs, ys in runs(series):
            signal = figure.signal(
                xs, ys, marker=plotext.marker("braille" if series.thin else "hd", colours[series.tone])
            )
            signal.lines()
            figure.draw(signal)
    return str(figure.build().string())


def runs(series: Series) -> Iterator[tuple[list[float], list[float]]]:
    """The unbroken stretches of a series."""
    for known, points in groupby(zip(series.x, series.y, strict=True), key=lambda point: point[1] is not None):
        if known:
            stretch = [(x, y) for x, y in points if y is not None]
            yield [x for x, _ in stretch], [y for _, y in stretch]


def _name_levels(grid: Grid, spec: ChartSpec, bounds: Bounds) -> None:
    """The names on their lines, at the left; those that give way where nothing is drawn, or nowhere."""
    fixed = (level for level in spec.levels if not level.gives_way)
    taken = {(x, bounds.row(level.y)) for level in fixed for x in range(len(level.label))}
    for level in spec.levels:
        row, label = bounds.row(level.y), shorten(plain(level.label), bounds.width)
        starts: Sequence[int] = [0]
        if level.gives_way:
            free = [char in _LEVEL_LINE and (x, row) not in taken for x, (char, _) in enumerate(grid[row])]
            room = range(bounds.width - len(label), -1, -1)
            starts = [start for start in room if all(free[max(0, start - 1) : start + len(label) + 1])][:1]
        for x, char in ((x, char) for start in starts for x, char in enumerate(label, start)):
            grid[row][x] = (char, level.tone)
            taken.add((x, row))


def _draw_marks(grid: Grid, marks: Sequence[Mark], bounds: Bounds, line: str) -> None:
    """The lines, behind what is drawn; then their names, each as high as there is room beside its line: left of the
    first ones, right of the last."""
    known = sorted((one for one in marks if bounds.left <= one.x <= bounds.right), key=lambda one: one.x)
    drawn = [[not char.isspace() for char, _ in row] for row in grid]
    for cells, one in ((cells, one) for one in known for cells in grid):
        if cells[bounds.column(one.x)][0].isspace():
            cells[bounds.column(one.x)] = (line, one.tone)
    for number, one in enumerate(known):
        label, column = shorten(plain(one.label), bounds.width // 2), bounds.column(one.x)
        sides = (column - len(label), column + 1)[:: 1 if number < len(known) // 2 else -1]
        starts = [start for start in sides if 0 <= start <= bounds.width - len(label)]
        places = [(row, start) for row in range(bounds.height) for start in starts]
        free = (place for place in places if not any(drawn[place[0]][max(0, place[1] - 1) : place[1] + len(label) + 1]))
        row, start = next(free, places[0])
        drawn[row][start : start + len(label)] = [True] * len(label)
        grid[row][start : start + len(label)] = [(char, one.tone) for char in label]


def _margin(
    spec: ChartSpec, bounds: Bounds, ticks: list[tuple[float, str]], last: list[tuple[float, str]], width: int
) -> list[Line]:
    """The price axis: a label a tick, and the last value boxed over whatever label is in its way."""
    margin: list[Line] = [(Piece(pad(" │", width), "dim"),) for _ in range(bounds.height)]
    for tick, text in ticks:
        margin[bounds.row(tick)] = (Piece(pad(f" ┤ {text}", width), "dim"),)
    for value, tone in last:
        text = pad(f" {plain(spec.write(value))}", width - 1)
        margin[bounds.row(value)] = (Piece(" "), Piece(text, f"{tone} strong reversed"))
    return margin


def _pieces(cells: list[tuple[str, str]]) -> Line:
    return tuple(
        Piece("".join(char for char, _ in run), tone) for tone, run in groupby(cells, key=lambda cell: cell[1])
    )


def _heading(spec: ChartSpec, width: int, ascii_only: bool) -> Line:
    """The title, and behind it what each line is as far as there is room: whole names, from the left."""
    legend = [
        Piece(f"  {_sample(series, number, ascii_only)}{plain(series.label)}", series.tone)
        for number, series in enumerate(spec.series)
        if series.label
    ]
    line = LEVEL if ascii_only else "─"
    legend += [Piece(f"  {line} {plain(level.legend)}", level.tone) for level in spec.levels if level.legend]
    if spec.volumes and spec.volumes.label:
        legend.append(Piece(f"  {plain(spec.volumes.label)}", "dim"))
    return clip((Piece(shorten(plain(spec.title), width), "strong"), *legend), width)


def _sample(series: Series, number: int, ascii_only: bool) -> str:
    """How the line looks; nothing where there is none."""
    if not series.x:
        return ""
    return f"{mark(number) if ascii_only else _DASHES.get(series.dash, '╍')} "


def _times(spec: ChartSpec, bounds: Bounds) -> Line:
    """The labels under the canvas: all, or every second, third and so on from the newest back, so that none touch."""
    known = [(x, plain(label)) for x, label in spec.x_ticks if bounds.left <= x <= bounds.right]
    for stride in range(1, len(known) + 1):
        text = _spaced(known[::-stride][::-1], bounds)
        if text is not None:
            return (Piece(text, "dim"),)
    return ()


def _spaced(ticks: list[tuple[float, str]], bounds: Bounds) -> str | None:
    text = ""
    for x, label in ticks:
        start = max(0, min(bounds.column(x), bounds.width - cell_len(label)))
        if text and start < cell_len(text) + 2:
            return None
        text = pad(text, start) + label
    return text


def pieces(text: str, tones: Mapping[int, str]) -> Iterator[Line]:
    """The lines of `text`, each foreground colour of the 256 replaced by the tone it stands for.

    Backgrounds and other attributes are ignored; a colour not in `tones` wears no tone.
    """
    tone = ""
    for row in text.split("\n"):
        line: list[Piece] = []
        for index, part in enumerate(_SEQUENCE.split(row)):
            if index % 2:
                tone = _tone_after(part, tone, tones)
            elif part:
                line.append(Piece(part, tone))
        yield tuple(line)


def _tone_after(parameters: str, tone: str, tones: Mapping[int, str]) -> str:
    codes = [int(code) if code else 0 for code in parameters.split(";")]
    match codes:
        case [38, 5, colour]:
            return tones.get(colour, "")
        case [0] | [39]:
            return ""
        case _:
            return tone


def candles(bars: Sequence[Candle], bounds: Bounds, *, ascii_only: bool = False) -> Cells:
    """The cells, by (column, row), that the candles cover, each with its character and tone.

    In ASCII a body is hollow (O) where the price rose and full (#) where it fell. Bars that fall into one column are
    joined to one candle: first open, highest, lowest, last close.
    """
    columns: dict[int, list[Candle]] = {}
    for bar in bars:
        columns.setdefault(bounds.column(bar.x), []).append(bar)
    half = half_width(bounds)
    cells: Cells = {}
    for column, group in columns.items():
        candle = joined(group, group[0].x)
        tone = _candle_tone(candle)
        for row, parts in _candle_parts(candle, bounds):
            glyph = (half and _WIDE.get(parts)) or _CANDLES[parts]
            glyph = _RISING.get(glyph, glyph) if tone == "gain" else glyph
            reach = half if "body" in parts else 0
            for x in range(max(0, column - reach), min(bounds.width, column + reach + 1)):
                cells[x, row] = (_ascii_candle(_CANDLES[parts], candle) if ascii_only else glyph, tone)
    return cells


def _candle_tone(candle: Candle) -> str:
    return "gain" if candle.close >= candle.open else "loss"


def _ascii_candle(glyph: str, candle: Candle) -> str:
    """The ASCII character in the place of one of the half cells."""
    if glyph in "│╷╵":
        return "|"
    return "O" if candle.close >= candle.open else "#"


def _candle_parts(candle: Candle, bounds: Bounds) -> Iterator[tuple[int, tuple[_CandlePart, _CandlePart]]]:
    """What fills the upper and the lower half of each row."""
    top, bottom = _half_row(candle.high, bounds), _half_row(candle.low, bounds)
    body = range(*sorted((_half_row(candle.open, bounds), _half_row(candle.close, bounds))))
    body = range(body.start, body.stop + 1)

    def part(half: int) -> _CandlePart:
        if half in body:
            return "body"
        return "wick" if top <= half <= bottom else ""

    for row in range(top // 2, bottom // 2 + 1):
        yield row, (part(2 * row), part(2 * row + 1))


def _half_row(price: float, bounds: Bounds) -> int:
    return round((bounds.high - price) / (bounds.high - bounds.low) * (2 * bounds.height - 1))


def mark(number: int) -> str:
    """The character of the series number `number`, from 0."""
    return MARKS[number % len(MARKS)]


def ascii_lines(series: Sequence[Series], levels: Sequence[Level], bounds: Bounds) -> Cells:
    """The cells, by (column, row), that levels and series cover; the first series lies on top."""
    cells: Cells = {}
    for level in levels:
        cells.update({(x, bounds.row(level.y)): (LEVEL, level.tone) for x in range(0, bounds.width, 2)})
    for number, one in reversed(list(enumerate(series))):
        cells.update(dict.fromkeys(_steep_cells(one, bounds), (STEEP, one.tone)))
        for x, y in _line_columns(one, bounds):
            cells[x, bounds.row(y)] = (mark(number), one.tone)
    return {(x, y): cell for (x, y), cell in cells.items() if 0 <= x < bounds.width and 0 <= y < bounds.height}


def _line_columns(series: Series, bounds: Bounds) -> Iterator[tuple[int, float]]:
    """Each column of the unbroken stretches with the value there, between two points on the straight line."""
    before: tuple[float, float] | None = None
    for x, y in zip(series.x, series.y, strict=True):
        if y is None:
            before = None
            continue
        column = bounds.column(x)
        if before is not None:
            start = bounds.column(before[0])
            for step in range(start + 1, column):
                yield step, before[1] + (y - before[1]) * (step - start) / (column - start)
        yield column, y
        before = (x, y)


def _steep_cells(series: Series, bounds: Bounds) -> Iterator[tuple[int, int]]:
    """The cells that join one column to the next where the line is steep."""
    before: tuple[int, int] | None = None
    for x, y in _line_columns(series, bounds):
        row = bounds.row(y)
        if before is not None and x - before[0] <= 1:
            low, high = sorted((before[1], row))
            yield from ((x, between) for between in range(low + 1, high))
        before = (x, row)
