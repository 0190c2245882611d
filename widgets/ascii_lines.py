"""Lines of a chart in plain characters, for terminals that have neither blocks nor box drawing."""

from collections.abc import Iterator, Sequence

from deskview.widgets.chartspec import Bounds, Level, Series

MARKS = "*o+x%@"
"""The character of each series, in their order; from the seventh on they begin anew."""
STEEP = ":"
"""Fills the cells between two neighbouring columns."""
LEVEL = "."
Cells = dict[tuple[int, int], tuple[str, str]]


def mark(number: int) -> str:
    """The character of the series number `number`, from 0."""
    return MARKS[number % len(MARKS)]


def lines(series: Sequence[Series], levels: Sequence[Level], bounds: Bounds) -> Cells:
    """The cells, by (column, row), that levels and series cover; the first series lies on top."""
    cells: Cells = {}
    for level in levels:
        cells.update({(x, bounds.row(level.y)): (LEVEL, level.tone) for x in range(0, bounds.width, 2)})
    for number, one in reversed(list(enumerate(series))):
        cells.update(dict.fromkeys(_between(one, bounds), (STEEP, one.tone)))
        for x, y in _columns(one, bounds):
            cells[x, bounds.row(y)] = (mark(number), one.tone)
    return {(x, y): cell for (x, y), cell in cells.items() if 0 <= x < bounds.width and 0 <= y < bounds.height}


def _columns(series: Series, bounds: Bounds) -> Iterator[tuple[int, float]]:
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


def _between(series: Series, bounds: Bounds) -> Iterator[tuple[int, int]]:
    """The cells that join one column to the next where the line is steep."""
    before: tuple[int, int] | None = None
    for x, y in _columns(series, bounds):
        row = bounds.row(y)
        if before is not None and x - before[0] <= 1:
            low, high = sorted((before[1], row))
            yield from ((x, between) for between in range(low + 1, high))
        before = (x, row)
