"""What a chart shows, as data."""

from collections.abc import Callable

from msgspec import Struct


class Series(Struct, frozen=True):
    """A line through (x, y); a None breaks it."""

    x: tuple[float, ...]
    y: tuple[float | None, ...]
    label: str = ""
    tone: str = "accent"


class Candle(Struct, frozen=True):
    """One bar of prices."""

    x: float
    open: float
    high: float
    low: float
    close: float


class Level(Struct, frozen=True):
    """A horizontal line with its name."""

    y: float
    label: str = ""
    tone: str = "dim"


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


def extent(spec: ChartSpec) -> tuple[float, float, float, float] | None:
    """Left, right, low and high of all that is drawn, with some air above and below; None where there is nothing."""
    xs = [x for series in spec.series for x in series.x] + [candle.x for candle in spec.candles]
    ys = [y for series in spec.series for y in series.y if y is not None]
    ys += [price for candle in spec.candles for price in (candle.low, candle.high)]
    if not xs or not ys:
        return None
    ys += [level.y for level in spec.levels]
    air = (max(ys) - min(ys)) * 0.04 or abs(ys[0]) * 0.01 or 1.0
    right = max(xs) if max(xs) > min(xs) else min(xs) + 1
    return min(xs), right, min(ys) - air, max(ys) + air
