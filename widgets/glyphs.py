"""Characters that draw amounts: eighth blocks, with plain ASCII for terminals without them."""

from collections.abc import Sequence
from typing import NamedTuple

EIGHTHS = " ▁▂▃▄▅▆▇█"
_ASCII_EIGHTHS = "  ..--=##"
GAP = "·"


class GaugeGlyphs(NamedTuple):
    """What a gauge is drawn with."""

    left: str
    right: str
    track: str
    recent: str
    today: str
    up: str
    down: str


_BLOCK_GAUGE = GaugeGlyphs("▕", "▏", "─", "━", "●", "▲", "▼")
_ASCII_GAUGE = GaugeGlyphs("[", "]", "-", "=", "O", "^", "v")


def gauge_glyphs(ascii_only: bool = False) -> GaugeGlyphs:
    """The gauge's characters."""
    return _ASCII_GAUGE if ascii_only else _BLOCK_GAUGE


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
