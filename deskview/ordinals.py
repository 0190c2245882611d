"""Percentiles and places as one says them: 16th, (10–27), 214th."""

from math import ceil, floor

_NOISE = 1e-9
"""What floating point adds to a whole number does not widen the limits."""


def whole(percentile: float) -> int:
    """The percentile in whole numbers; only a true 0 or 100 is called that."""
    return round(percentile) if percentile in {0, 100} else min(99, max(1, round(percentile)))


def limits(low: float | None, high: float | None) -> str:
    """The limits of a percentile in whole numbers, rounded outwards: (9–27); empty without them."""
    return "" if low is None or high is None else f"({floor(low + _NOISE)}–{ceil(high - _NOISE)})"


def ordinal(percentile: float) -> str:
    """The percentile in whole numbers as one says it: 16th, 1st."""
    return nth(whole(percentile))


def nth(number: int) -> str:
    """A whole number as one says a place: 16th, 1st, 214th."""
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
