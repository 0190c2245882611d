"""Figures as text: signs always printed, a missing figure is a dash, an unchanged figure keeps its text."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from math import floor, log10
from zoneinfo import ZoneInfo

from deskview.analytics.assumptions import TODAYS_NAMES
from deskview.ordinals import limits, ordinal, whole

MISSING = "–"
FEW_DAYS = 60
"""A percentile of fewer days is no yardstick yet."""
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


def sigma_sign(basis: str | None) -> str:
    """σ, with a star where it rests on today's names held back and not on the rule's own history."""
    return "σ*" if basis == TODAYS_NAMES else "σ"


def sigma(value: float | None, basis: str | None = None) -> str:
    """A move in standard deviations such as −4.0σ, or −4.0σ* by what the σ rests on."""
    return MISSING if value is None else _signed(f"{value:+.1f}") + sigma_sign(basis)


def percentile(value: float | None, low: float | None = None, high: float | None = None) -> str:
    """A percentile such as 16th, with its limits where it has any: 16th (9–27)."""
    return MISSING if value is None else f"{ordinal(value)} {limits(low, high)}".rstrip()


def rank(value: float | None, low: float | None = None, high: float | None = None) -> str:
    """The same where there is no room for more: 16 (9–27)."""
    return MISSING if value is None else f"{whole(value)} {limits(low, high)}".rstrip()


def usd(value: float | None, *, sign: bool = True, digits: int = 3) -> str:
    """Dollars in so many significant digits: −$18.0B, −$1.07B, +$812M; a flow has its sign, an amount has none."""
    if value is None:
        return MISSING
    scale, unit = _scale(abs(value))
    number = abs(value) / scale
    text = f"${number:.{_decimals(number, digits) if unit else 0}f}{unit}"
    return text if not sign or text == "$0" else _minus_or_plus(value) + text


CENT = 0.01
"""USD: limits nearer to each other are none."""


def usd_within(value: float | None, low: float | None, high: float | None) -> str:
    """A flow with half the width of its limits, such as −$3.1B ±0.6; without them the flow alone."""
    if value is None or low is None or high is None or high - low < CENT:
        return usd(value)
    scale, unit, decimals = _as_sure(value, high - low)
    reach = (high - low) / 2 / scale
    return f"{_in_unit(value, scale, unit, decimals)} ±{reach:.{decimals}f}"


def usd_between(value: float | None, low: float | None, high: float | None) -> str:
    """A flow with its limits, such as −$310M (−420 to −200); without them the flow alone."""
    if value is None or low is None or high is None or high - low < CENT:
        return usd(value)
    scale, unit, decimals = _as_sure(value, high - low)
    ends = (_signed(f"{end / scale:+.{decimals}f}") for end in (low, high))
    return f"{_in_unit(value, scale, unit, decimals)} ({' to '.join(ends)})"


def _as_sure(value: float, width: float) -> tuple[float, str, int]:
    """Unit of a flow and decimals in it, such that no digit is printed that half the width of its limits blurs."""
    scale, unit = _scale(max(abs(value), width / 20))
    return scale, unit, max(0, -floor(log10(width / 4 / scale)))


def _in_unit(value: float, scale: float, unit: str, decimals: int) -> str:
    size = abs(value) / scale
    text = f"${size:.{min(decimals, _decimals(max(size, 1), 3))}f}{unit}"
    return text if not text.strip("$0.KMBT") else _minus_or_plus(value) + text


def shares(count: float | None) -> str:
    """A number of shares such as 12.3M."""
    return usd(count, sign=False).lstrip("$")


def usd_alike(*values: float | None, digits: int = 4) -> list[str]:
    """The amounts in the unit and the decimals of the largest, so that they can be compared and added.

    Each is rounded by itself. Without signs; one too small to show keeps its own unit.
    """
    largest = max((abs(value) for value in values if value is not None), default=0.0)
    scale, unit = _scale(largest)
    decimals = _decimals(largest / scale, digits) if unit else 0
    least = 0.5 * scale / 10**decimals
    return [
        usd(value, sign=False)
        if value is None or 0 < abs(value) < least
        else f"${abs(value) / scale:.{decimals}f}{unit}"
        for value in values
    ]


def usd_sum(*values: float | None) -> list[str]:
    """Flows and, last, their sum: with signs, and as many digits as it takes for what is printed to add up."""
    texts: list[str] = []
    for digits in range(4, 8):
        alike = usd_alike(*values, digits=digits)
        texts = [_minus_or_plus(value) + text if value else text for value, text in zip(values, alike, strict=True)]
        if len(values) < 2 or None in values or sum(map(_printed, texts[:-1])) == _printed(texts[-1]):
            break
    return texts


def _printed(text: str) -> Decimal:
    """The number a text such as −$4.25B shows, in its unit."""
    return Decimal(re.sub(r"[^\d.-]", "", text.replace("−", "-")) or "0")


def percent_difference(left: float, right: float, result: float, factor: float | None = None) -> str:
    """A difference of returns as it is printed, such as +0.784% − (−0.114%) = +0.898%, the second times a factor.

    With two decimals, or three where it takes them for what is printed to add up; where that does not, = becomes ≈.
    """
    digits = 2 if _adds_up(left, right, result, factor, 2) else 3
    equals = "=" if _adds_up(left, right, result, factor, digits) else "≈"
    first, second, third = (percent(value, digits) for value in (left, right, result))
    times = "" if factor is None else f"{factor:.{digits}f} × ".replace("-", "−")
    return f"{first} − {times}({second}) {equals} {third}"


def _adds_up(left: float, right: float, result: float, factor: float | None, digits: int) -> bool:
    first, second, third = (Decimal(f"{value * 100:.{digits}f}") for value in (left, right, result))
    made = first - Decimal(f"{1.0 if factor is None else factor:.{digits}f}") * second
    return abs(made - third) * 2 <= Decimal(1).scaleb(-digits)


def _scale(size: float) -> tuple[float, str]:
    """The largest unit of which there is at least one after rounding."""
    for scale, unit in _UNITS:
        if size >= scale * 0.9995:
            return scale, unit
    return 1.0, ""


def _decimals(number: float, digits: int) -> int:
    """Decimals that leave a number from 1 to 1000 so many significant digits."""
    whole = 1 if number < 10 - 0.5 / 10 ** (digits - 1) else 2 if number < 100 - 0.5 / 10 ** (digits - 2) else 3
    return max(0, digits - whole)


def _minus_or_plus(value: float) -> str:
    return "−" if value < 0 else "+"


def figure(value: float | None, unit: str = "", digits: int = 4) -> str:
    """A figure in so many significant digits with its unit, such as −7.7%, −$15.26B, −4.02σ; no zeros at its end.

    `unit` is "", "%" of a fraction, "$", "$ a share", "σ", "σ*", "bp" or any other, which is not written.
    """
    if value is None:
        return MISSING
    sign, size = ("−" if value < 0 else ""), abs(value)
    if unit == "%":
        return f"{sign}{_significant(size * 100, digits)}%"
    if unit == "$":
        scale, letter = _scale(size)
        return f"{sign}${_significant(size / scale, digits)}{letter}"
    if unit == "$ a share":
        return f"{sign}${size:,.2f}" if size >= 1 else f"{sign}${_significant(size, 4)}"
    return f"{sign}{_significant(size, digits)}{unit if unit in ('σ', 'σ*', 'bp') else ''}"


def _significant(size: float, digits: int) -> str:
    """A number from zero up in so many significant digits, its whole part always whole: 12,346, 15.26, 0.0123."""
    if not size:
        return "0"
    decimals = max(0, digits - 1 - floor(log10(size)))
    text = f"{size:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


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
    """A glyph that repeats what the sign of `percent` says; none where that rounds to zero."""
    if value is None or not round(value * 100, 1):
        return " "
    return "▲" if value > 0 else "▼"


def clock(moment: datetime | None) -> str:
    """Exchange time such as 15:42:10."""
    return MISSING if moment is None else moment.astimezone(NEW_YORK).strftime("%H:%M:%S")


def age(seconds: float) -> str:
    """An age such as 3s, 5m, 2h, 3d."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return f"{int(max(0.0, seconds))}s"


SHORT = {
    "Communication Services": "Comm Svcs",
    "Consumer Discretionary": "Cons Discr",
    "Consumer Staples": "Cons Staples",
    "Information Technology": "Info Tech",
}
"""Those whose full names do not fit a list's column."""


def short_sector(name: str) -> str:
    """The sector in at most twelve letters where it is one of the eleven."""
    return SHORT.get(name, name)


Ticks = tuple[tuple[float, str], ...]
"""Places along the axis and what stands below them."""


def month_ticks(days: Sequence[date]) -> Ticks:
    """The first session of each month, such as Jun ’25; the month the days begin in has none."""
    firsts = [place for place in range(1, len(days)) if days[place].month != days[place - 1].month]
    return tuple((float(place), f"{days[place]:%b ’%y}") for place in firsts)


def lasting(seconds: float) -> str:
    """How long something has lasted, in its two largest units: 3d 4h, 4h 12m, 12m, 40s."""
    days, rest = divmod(int(max(0.0, seconds)), 86_400)
    hours, rest = divmod(rest, 3_600)
    if days:
        return f"{days}d {hours}h"
    return f"{hours}h {rest // 60}m" if hours else age(rest)


def data_size(count: float | None) -> str:
    """An amount of data in three significant digits: 251 MB, 1.2 kB; 1 kB is 1,000 bytes."""
    if count is None:
        return MISSING
    for size, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if count >= size * 0.9995:
            number = count / size
            return f"{number:.{1 if number < 9.95 else 0}f} {unit}"
    return f"{count:.0f} B"
