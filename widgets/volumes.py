"""Amounts as bars below a chart, a column each, with what is usual there as a mark."""

from collections.abc import Sequence
from statistics import fmean

from deskview.widgets.chartspec import LEAST_ROWS, Bounds, Volumes, half_width
from deskview.widgets.text import plain

_EIGHTHS = " ▁▂▃▄▅▆▇█"
USUAL = "┄"
Grid = list[list[tuple[str, str]]]


def rows_for(volumes: Volumes | None, rows: int) -> int:
    """How many of the chart's rows they take: a fifth, at least two; none of a low chart or without an amount."""
    if volumes is None or rows < LEAST_ROWS or not _most(volumes.y):
        return 0
    return max(2, rows // 5)


def highest(volumes: Volumes) -> str:
    """The axis's text: what the highest bar stands for."""
    return plain(volumes.write(_most(volumes.y)))


def _most(values: Sequence[float | None]) -> float:
    return max((value for value in values if value is not None), default=0.0)


def volume_rows(volumes: Volumes, bounds: Bounds, rows: int, *, ascii_only: bool = False) -> Grid:
    """The rows; of several bars in one column the mean is shown, so that a wider chart has none higher.

    The highest of all bars fills the rows. A bar above what is usual there hides the mark, and is brighter.
    """
    most = _most(volumes.y)
    bars, usual = (_by_column(volumes.x, values, bounds) for values in (volumes.y, volumes.usual))
    grid: Grid = [[(" ", "")] * bounds.width for _ in range(rows)]
    for column, value in usual.items():
        if 0 < value <= most:
            grid[_row(value, most, rows)][column] = ("-" if ascii_only else USUAL, "flat")
    half = half_width(bounds)
    for column, value in bars.items():
        eighths = max(1, round(value / most * rows * 8)) if value > 0 else 0
        tone = "flat" if column in usual and value > usual[column] else "dim"
        for row in range(rows):
            part = min(8, max(0, eighths - 8 * (rows - 1 - row)))
            if part:
                glyph = (":" if part > 4 else ".") if ascii_only else _EIGHTHS[part]
                for x in range(max(0, column - half), min(bounds.width, column + half + 1)):
                    grid[row][x] = (glyph, tone)
    return grid


def _row(value: float, most: float, rows: int) -> int:
    return min(rows - 1, int((1 - value / most) * rows))


def _by_column(xs: Sequence[float], values: Sequence[float | None], bounds: Bounds) -> dict[int, float]:
    columns: dict[int, list[float]] = {}
    for x, value in zip(xs, values, strict=False):
        if value is not None and bounds.left <= x <= bounds.right:
            columns.setdefault(bounds.column(x), []).append(value)
    return {column: fmean(held) for column, held in columns.items()}
