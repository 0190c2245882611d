"""Figures as text: signs always printed, a missing figure is a dash, an unchanged figure keeps its text."""

from datetime import datetime
from zoneinfo import ZoneInfo

MISSING = "–"
NEW_YORK = ZoneInfo("America/New_York")
_UNITS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K"))


def _signed(text: str) -> str:
    """A typographic minus; no sign on what rounds to zero."""
    if text.lstrip("+-0.,") == "" or not text.strip("+-0.,BMKT$%"):
        return text.lstrip("+-")
    return text.replace("-", "−")


def percent(fraction: float | None, digits: int = 1) -> str:
    """A return such as −7.7%."""
    return MISSING if fraction is None else _signed(f"{fraction * 100:+.{digits}f}") + "%"


def share(fraction: float | None) -> str:
    """A share such as 74%, without sign."""
    return MISSING if fraction is None else f"{fraction * 100:.0f}%"


def basis_points(fraction: float | None) -> str:
    """A contribution such as −41bp."""
    return MISSING if fraction is None else _signed(f"{fraction * 10_000:+.0f}") + "bp"


def sigma(value: float | None) -> str:
    """A move in standard deviations such as −4.0σ."""
    return MISSING if value is None else _signed(f"{value:+.1f}") + "σ"


def percentile(value: float | None) -> str:
    """A percentile such as 16th."""
    if value is None:
        return MISSING
    whole = round(value)
    ending = "th" if whole % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(whole % 10, "th")
    return f"{whole}{ending}"


def usd(value: float | None, *, sign: bool = True) -> str:
    """Dollars in three figures: −$18.0B, +$812M; a flow has its sign, an amount has none."""
    if value is None:
        return MISSING
    size = abs(value)
    scale, unit = next(((scale, unit) for scale, unit in _UNITS if size >= scale * 0.9995), (1.0, ""))
    number = size / scale
    digits = 0 if not unit or number >= 99.95 else 1
    text = f"${number:.{digits}f}{unit}"
    if not sign or text == "$0":
        return text
    return ("−" if value < 0 else "+") + text


def price(value: float | None) -> str:
    """A price with cents, four digits below a dollar."""
    if value is None:
        return MISSING
    return f"{value:,.4f}" if value < 1 else f"{value:,.2f}"


def number(value: float | None, digits: int = 2) -> str:
    """A bare signed number."""
    return MISSING if value is None else _signed(f"{value:+.{digits}f}")


def tone(value: float | None, flat: float = 0.0) -> str:
    """The tone that repeats what the sign says."""
    if value is None:
        return "dim"
    return "gain" if value > flat else "loss" if value < -flat else "flat"


def arrow(value: float | None) -> str:
    """A glyph that repeats what the sign says."""
    if value is None or value == 0:
        return " "
    return "▲" if value > 0 else "▼"


def clock(moment: datetime | None) -> str:
    """Exchange time such as 15:42:10."""
    return MISSING if moment is None else moment.astimezone(NEW_YORK).strftime("%H:%M:%S")


def age(seconds: float) -> str:
    """An age such as 3s, 5m, 2h, 3d."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds / size:.0f}{unit}"
    return f"{max(0.0, seconds):.0f}s"
