"""A chart drawn into lines of pieces: plotext rasterises the lines, the axes are ours.

Everything here runs in the chart's one worker thread: plotext keeps state of its own that two threads would corrupt.
"""

import math
from collections.abc import Iterator
from itertools import groupby

from rich.cells import cell_len

from deskview.widgets.ansi import pieces
from deskview.widgets.ascii_lines import lines, mark
from deskview.widgets.candles import candles
from deskview.widgets.chartspec import Bounds, ChartSpec, Series, extent
from deskview.widgets.records import Line, Piece
from deskview.widgets.text import clip, pad, plain, shorten

_FIRST_COLOUR = 16
_NARROWEST = 8
Grid = list[list[tuple[str, str]]]


def draw(spec: ChartSpec, width: int, height: int, ascii_only: bool = False) -> tuple[Line, ...]:
    """The chart in `height` lines of `width` cells: title, canvas with the price axis at its right, times below.

    With `ascii_only` each series has a character of its own, which the legend names.
    """
    area = extent(spec)
    if area is None:
        return _words("No data to draw", width)
    if height < 4:
        return _words("Too low for a chart", width)
    left, right, low, high = area
    rows = height - 1 - bool(spec.x_ticks)
    ticks = [(tick, plain(spec.write(tick))) for tick in nice_ticks(low, high, max(2, rows // 4))]
    last = last_value(spec)
    labels = [text for _, text in ticks] + [plain(spec.write(value)) for value, _ in last]
    axis = max(cell_len(text) for text in labels) + 3
    if width - axis < _NARROWEST:
        return _words("Too narrow for a chart", width)
    bounds = Bounds(left, right, low, high, width - axis, rows)
    grid = _plain_canvas(spec, bounds) if ascii_only else _canvas(spec, bounds)
    _name_levels(grid, spec, bounds)
    margin = _margin(spec, bounds, ticks, last, axis)
    body = [(*_pieces(cells), *edge) for cells, edge in zip(grid, margin, strict=True)]
    below = [_times(spec, bounds)] if spec.x_ticks else []
    return (_heading(spec, width, ascii_only), *body, *below)


def _words(reason: str, width: int) -> tuple[Line, ...]:
    return ((Piece(shorten(reason, width), "dim"),),)


def nice_ticks(low: float, high: float, count: int) -> list[float]:
    """About `count` round numbers between `low` and `high`, steps of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    first, final = math.ceil(low / step), math.floor(high / step)
    return [number * step for number in range(first, final + 1)]


def last_value(spec: ChartSpec) -> list[tuple[float, str]]:
    """The newest value and its tone, of the candles or else of the first series; an empty list without one."""
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
    for (x, y), cell in candles(spec.candles, bounds).items():
        grid[y][x] = cell
    return grid


def _plain_canvas(spec: ChartSpec, bounds: Bounds) -> Grid:
    cells = lines(spec.series, spec.levels, bounds) | candles(spec.candles, bounds, ascii_only=True)
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
            signal = figure.signal(xs, ys, marker=plotext.marker("hd", colours[series.tone]))
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
    for level in spec.levels:
        for x, char in enumerate(shorten(plain(level.label), bounds.width)):
            grid[bounds.row(level.y)][x] = (char, level.tone)


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
    legend = [
        Piece(f"  {mark(number) if ascii_only else '━'} {plain(series.label)}", series.tone)
        for number, series in enumerate(spec.series)
        if series.label
    ]
    return clip((Piece(shorten(plain(spec.title), width), "strong"), *legend), width)


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
