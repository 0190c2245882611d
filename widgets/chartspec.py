"""What a chart shows, as data."""

from collections.abc import Callable, Sequence
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace


class Series(Struct, frozen=True):
    """A line through (x, y); a None breaks it.

    It is drawn in dots where it is `thin`, and every `dash`th column of it is left open. The chart is not scaled to
    hold a series that does not `fit`: it is drawn as far as it is in view, and the legend says on which side of it its
    end lies.
    """

    x: tuple[float, ...]
    y: tuple[float | None, ...]
    label: str = ""
    tone: str = "accent"
    thin: bool = False
    dash: int = 0
    fit: bool = True


class Candle(Struct, frozen=True):
    """One bar of prices."""

    x: float
    open: float
    high: float
    low: float
    close: float


class Level(Struct, frozen=True):
    """A horizontal line with its name, and what the legend says of it. A name that `gives_way` stands on the line only
    where nothing else is drawn."""

    y: float
    label: str = ""
    tone: str = "dim"
    legend: str = ""
    gives_way: bool = False


class Volumes(Struct, frozen=True):
    """Amounts as bars below the chart, with what is usual at each place as a mark; None where there is none.

    `label` names them in the legend, `write` turns the highest into the axis's text.
    """

    x: tuple[float, ...]
    y: tuple[float | None, ...]
    usual: tuple[float | None, ...] = ()
    label: str = ""
    write: Callable[[float], str] = str


class Mark(Struct, frozen=True):
    """A vertical line with its name at the top."""

    x: float
    label: str = ""
    tone: str = "dim"


def two_decimals(value: float) -> str:
    """1234.5 as 1,234.50."""
    return f"{value:,.2f}"


class ChartSpec(Struct, frozen=True):
    """A chart; `version` tells one state of the data from another and is what drawings are kept by.

    `x_ticks` are positions and their labels, thinned to the width; `write` turns a y into the axis's text. `boxed` is
    the value that stands out on the axis and its tone, where that is not the newest.

    Candles that last `candle_minutes` are joined evenly where there are fewer columns than candles; others, `None`,
    become a line through their closes where there are fewer than two columns a candle. The heading says which.
    There is a figure on the axis for about so many rows as `tick_rows` says.
    `span` is the least and the greatest x there is room for, where that is not what the data have.
    """

    version: str
    series: tuple[Series, ...] = ()
    candles: tuple[Candle, ...] = ()
    levels: tuple[Level, ...] = ()
    marks: tuple[Mark, ...] = ()
    boxed: tuple[float, str] | None = None
    title: str = ""
    x_ticks: tuple[tuple[float, str], ...] = ()
    write: Callable[[float], str] = two_decimals
    tick_rows: int = 4
    volumes: Volumes | None = None
    candle_minutes: int | None = None
    span: tuple[float, float] | None = None


class Bounds(Struct, frozen=True):
    """The rectangle of data a canvas shows, in cells: row 0 is the top, the edges are at cell centres."""

    left: float
    right: float
    low: float
    high: float
    width: int
    height: int

    def column(self, x: float) -> int:
        """The cell across that holds x."""
        return round((x - self.left) / (self.right - self.left) * (self.width - 1))

    def row(self, y: float) -> int:
        """The cell down that holds y."""
        return round((self.high - y) / (self.high - self.low) * (self.height - 1))


LEAST_ROWS = 10
"""A lower chart has no room for volumes, nor for lines it is not scaled to hold: those are named alone."""
WIDE = 6
"""Candles and bars with so many columns each are three wide."""


def half_width(bounds: Bounds) -> int:
    """So many columns a candle or bar reaches to either side of its own."""
    return int((bounds.width - 1) / (bounds.right - bounds.left) >= WIDE)


def extent(spec: ChartSpec) -> tuple[float, float, float, float] | None:
    """Left, right, low and high of all that is drawn, with some air above and below; None where there is nothing."""
    held = [series for series in spec.series if series.fit]
    xs = [x for series in held for x in series.x] + [candle.x for candle in spec.candles]
    ys = [y for series in held for y in series.y if y is not None]
    ys += [price for candle in spec.candles for price in (candle.low, candle.high)]
    if not xs or not ys:
        return None
    ys += [level.y for level in spec.levels]
    air = (max(ys) - min(ys)) * 0.04 or abs(ys[0]) * 0.01 or 1.0
    left, right = spec.span or (min(xs), max(xs))
    return left, right if right > left else left + 1, min(ys) - air, max(ys) + air


def fitted(spec: ChartSpec, bounds: Bounds) -> ChartSpec:
    """The chart as the canvas has room for its candles, and its lines as far as they are in view."""
    if spec.candles:
        columns = (bounds.width - 1) / (bounds.right - bounds.left)
        spec = _joined(spec, columns) if spec.candle_minutes else _as_line(spec, columns)
    low = bounds.height < LEAST_ROWS
    series = tuple(one if one.fit else _in_view(one, bounds, named_only=low) for one in spec.series)
    return replace(spec, series=series)


def _as_line(spec: ChartSpec, columns: float) -> ChartSpec:
    """Candles where each has two columns, else a line through their closes."""
    if columns >= 2:
        return replace(spec, title=f"{spec.title}  candles".lstrip())
    closes = Series(tuple(bar.x for bar in spec.candles), tuple(bar.close for bar in spec.candles))
    newest = spec.boxed or (spec.candles[-1].close, "accent")
    title = f"{spec.title}  close".lstrip()
    return replace(spec, title=title, candles=(), series=(closes, *spec.series), boxed=newest)


def _joined(spec: ChartSpec, columns: float) -> ChartSpec:
    """As many neighbours to a candle as it takes for each to have a column."""
    count = max(1, -int(-1 // columns))
    groups = groupby(spec.candles, key=lambda bar: int(bar.x // count))
    title = f"{spec.title}  {count * (spec.candle_minutes or 0)}-min candles".lstrip()
    if count == 1:
        return replace(spec, title=title)
    return replace(spec, title=title, candles=tuple(joined(tuple(bars), place * count) for place, bars in groups))


def joined(bars: Sequence[Candle], x: float) -> Candle:
    """One candle of several: first open, highest, lowest, last close."""
    return Candle(x, bars[0].open, max(bar.high for bar in bars), min(bar.low for bar in bars), bars[-1].close)


def _in_view(series: Series, bounds: Bounds, *, named_only: bool) -> Series:
    """The series without what lies outside; where its newest value does, an arrow behind its name."""
    inside = tuple(y if y is not None and bounds.low <= y <= bounds.high else None for y in series.y)
    newest = next((y for y in reversed(series.y) if y is not None), None)
    side = "" if newest is None else " ↑" if newest > bounds.high else " ↓" if newest < bounds.low else ""
    if named_only:
        inside = (None,) * len(series.y)
    return replace(series, y=inside, label=f"{series.label}{side}" if series.label else "")
