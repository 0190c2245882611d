"""Dates along a time axis: a month with its year, told apart from a day at sight."""

from collections.abc import Sequence
from datetime import date

Ticks = tuple[tuple[float, str], ...]
"""Places along the axis and what stands below them."""


def month_ticks(days: Sequence[date]) -> Ticks:
    """The first session of each month, such as Jun ’25; the month the days begin in has none."""
    firsts = [place for place in range(1, len(days)) if days[place].month != days[place - 1].month]
    return tuple((float(place), f"{days[place]:%b ’%y}") for place in firsts)
