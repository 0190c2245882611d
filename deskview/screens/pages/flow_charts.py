"""The day's flow as a chart and as bars: cumulative curves, half-hours with their times."""

from itertools import accumulate
from typing import TYPE_CHECKING

from deskview.screens.format import usd
from deskview.screens.panes.flow import half_hours
from deskview.widgets.chartspec import ChartSpec, Level, Series

if TYPE_CHECKING:
    from deskview.analytics.flow import Flow, Side

WIDEST = 5
"""Cells a bar takes at most."""


def curves(reading: "Flow", now: str) -> ChartSpec:
    """Net dollars since the open of retail and the rest, at the end of each half-hour that has begun."""
    sides = (("retail", reading.retail, "accent"), ("non-retail", reading.institutional, "warning"))
    series = tuple(_curve(label, side, shade, now) for label, side, shade in sides)
    starts = [half.start for half in reading.retail.by_half_hour]
    ends = [*starts[1:], _later(starts[-1])] if starts else []
    return ChartSpec(
        version=f"{now}:{[side.net_usd for _, side, _ in sides]}",
        series=tuple(line for line in series if len(line.x) > 1),
        levels=(Level(0.0),),
        title="Net bought since the open",
        x_ticks=((0.0, starts[0] if starts else ""), *((float(n), end) for n, end in enumerate(ends, 1))),
        write=usd,
    )


def _curve(label: str, side: "Side", shade: str, now: str) -> Series:
    nets = [net for net in half_hours(side, now) if net is not None]
    return Series(tuple(float(n) for n in range(len(nets) + 1)), tuple(accumulate(nets, initial=0.0)), label, shade)


def _later(start: str) -> str:
    """Half an hour after HH:MM."""
    minutes = int(start[:2]) * 60 + int(start[3:]) + 30
    return f"{minutes // 60:02}:{minutes % 60:02}"


def time_line(side: "Side", width: int, separator: int) -> str:
    """The starts of the half-hours under their bars, as many as there is room for; a rule stands at `separator`."""
    starts = [half.start for half in side.by_half_hour]
    cells = max(1, min(WIDEST, (width - 1) // len(starts))) if starts else 1
    step = -(-6 // cells)
    text = ""
    for place in range(0, len(starts), step):
        text = f"{text:<{place * cells + (place >= separator)}}{starts[place]}"
    return text
