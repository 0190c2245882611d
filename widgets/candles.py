"""Candles in half cells: a thick body from open to close, a thin wick from low to high."""

from collections.abc import Iterator, Sequence
from typing import Literal

from deskview.widgets.chartspec import Bounds, Candle

_Part = Literal["", "wick", "body"]
_GLYPHS: dict[tuple[_Part, _Part], str] = {
    ("wick", "wick"): "│",
    ("body", "body"): "┃",
    ("", "wick"): "╷",
    ("wick", ""): "╵",
    ("", "body"): "╻",
    ("body", ""): "╹",
    ("wick", "body"): "╽",
    ("body", "wick"): "╿",
}


def candles(
    bars: Sequence[Candle], bounds: Bounds, *, ascii_only: bool = False
) -> dict[tuple[int, int], tuple[str, str]]:
    """The cells, by (column, row), that the candles cover, each with its character and tone.

    In ASCII a body is hollow (O) where the price rose and full (#) where it fell. Bars that fall into one column are
    joined to one candle: first open, highest, lowest, last close.
    """
    columns: dict[int, list[Candle]] = {}
    for bar in bars:
        columns.setdefault(bounds.column(bar.x), []).append(bar)
    return {
        (column, row): (_plain(glyph, candle) if ascii_only else glyph, _tone(candle))
        for column, group in columns.items()
        for candle in (_joined(group),)
        for row, glyph in _drawn(candle, bounds)
    }


def _tone(candle: Candle) -> str:
    return "gain" if candle.close >= candle.open else "loss"


def _plain(glyph: str, candle: Candle) -> str:
    """The ASCII character in the place of one of the half cells."""
    if glyph in "│╷╵":
        return "|"
    return "O" if candle.close >= candle.open else "#"


def _joined(bars: Sequence[Candle]) -> Candle:
    highest, lowest = max(bar.high for bar in bars), min(bar.low for bar in bars)
    return Candle(bars[0].x, bars[0].open, highest, lowest, bars[-1].close)


def _drawn(candle: Candle, bounds: Bounds) -> Iterator[tuple[int, str]]:
    top, bottom = _half(candle.high, bounds), _half(candle.low, bounds)
    body = range(*sorted((_half(candle.open, bounds), _half(candle.close, bounds))))
    body = range(body.start, body.stop + 1)

    def part(half: int) -> _Part:
        if half in body:
            return "body"
        return "wick" if top <= half <= bottom else ""

    for row in range(top // 2, bottom // 2 + 1):
        yield row, _GLYPHS[part(2 * row), part(2 * row + 1)]


def _half(price: float, bounds: Bounds) -> int:
    return round((bounds.high - price) / (bounds.high - bounds.low) * (2 * bounds.height - 1))
