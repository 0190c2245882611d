"""Pane 4: whether retail buys and institutions sell, and when in the day."""

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult

from deskview.screens.format import clock, number, tone, usd
from deskview.screens.frame.pane import BoardPane
from deskview.widgets.bars import Bars
from deskview.widgets.facts import Fact, Facts, fact
from deskview.widgets.gauge import Gauge, GaugeReading
from deskview.widgets.records import Cell, Column, Row
from deskview.widgets.table import Table

if TYPE_CHECKING:
    from deskview.analytics.flow import Flow, Side


MORNING_HALF_HOURS = 5
NOON = "12:00"
SIDES = (("retail", "RETAIL"), ("institutional", "NON-RETAIL"))
RETAIL_INTENSITY, OTHER_INTENSITY = "retail int.", "non-ret. int."
COLUMNS = (
    Column("ticker", "name", width=6),
    Column("retail", "retail", width=7, align="right"),
    Column("other", "non-retail", width=7, align="right"),
    Column("intensity", RETAIL_INTENSITY, width=6, align="right", priority=2),
    Column("other_intensity", OTHER_INTENSITY, width=6, align="right", priority=3),
    Column("turnover", "traded", width=7, align="right", priority=1),
)


def gauge(label: str, side: "Side", missing: str) -> GaugeReading:
    """One side as a gauge: percentile of the year, the last five days, today's net."""
    return GaugeReading(
        label,
        percentile=side.percentile,
        days=side.days,
        recent=tuple(mark.percentile for mark in side.recent if mark.percentile is not None),
        value_text=usd(side.net_usd),
        tone=tone(side.net_usd),
        note=missing,
    )


def half_hours(side: "Side", now: str) -> list[float | None]:
    """Net dollars of each half-hour; None for those that have not begun at New York time `now`, as HH:MM."""
    return [
        None if half.buy_usd is None or half.sell_usd is None or half.start > now else half.buy_usd - half.sell_usd
        for half in side.by_half_hour
    ]


def split(label: str, side: "Side", now: str) -> list[Fact]:
    """Morning against afternoon."""
    afternoon = side.afternoon_usd if now >= NOON else None
    return [
        fact(f"{label} morning", usd(side.morning_usd), tone(side.morning_usd)),
        fact("afternoon", usd(afternoon), tone(afternoon)),
    ]


def counted(reading: "Flow") -> list[Fact]:
    """How many of the focus names it rests on; told first while some have not come."""
    fewer = reading.names < reading.focus
    return [fact("rests on", f"{reading.names} of {reading.focus} names", "stale" if fewer else "dim")]


def name_rows(reading: "Flow") -> list[Row]:
    """One row a focus name, the largest turnover first."""
    return [
        Row(
            row.ticker,
            (
                Cell(row.ticker),
                Cell(usd(row.retail_net_usd), tone(row.retail_net_usd)),
                Cell(usd(row.other_net_usd), tone(row.other_net_usd)),
                Cell(number(row.retail_intensity), "dim"),
                Cell(number(row.other_intensity), "dim"),
                Cell(usd(row.turnover_usd, sign=False), "dim"),
            ),
        )
        for row in reading.by_name
    ]


class FlowPane(BoardPane["Flow"]):
    """Net flow of both sides with its percentile, by half-hour, and by focus name."""

    PART = "flow"
    STALE_AFTER_S = 180.0
    DEFAULT_CSS: ClassVar[str] = """
    FlowPane Bars { height: 2; margin-bottom: 1; }
    """

    def compose(self) -> ComposeResult:
        """Two gauges, two rows of half-hours, the focus names."""
        yield from super().compose()
        for key, label in SIDES:
            yield Gauge(GaugeReading(label), label_width=10, value_width=7, id=f"{key}-gauge")
        for key, _ in SIDES:
            yield Facts(lines=1, id=f"{key}-split")
            yield Bars(id=f"{key}-bars")
        yield Table(COLUMNS, name="desk-flow")

    def show_reading(self, reading: "Flow") -> None:
        """Gauges, halves of the day and names."""
        now = clock(self.as_of)
        for (key, label), side in zip(SIDES, (reading.retail, reading.institutional), strict=True):
            why = reading.missing.get(f"{key}.percentile", reading.missing.get(f"{key}.net_usd", ""))
            self.query_one(f"#{key}-gauge", Gauge).show(gauge(label, side, why))
            halves = split(label.lower(), side, now)
            facts = [*counted(reading), *halves] if reading.names < reading.focus else [*halves, *counted(reading)]
            self.query_one(f"#{key}-split", Facts).show([facts if key == "retail" else halves])
            self.query_one(f"#{key}-bars", Bars).show(half_hours(side, now), separator=MORNING_HALF_HOURS)
        table = self.query_one(Table)
        table.empty = "no prints of the focus names yet"
        table.set_rows(name_rows(reading))

    def show_awaited(self, reason: str) -> None:
        """The reason in the gauges and the table."""
        for key, label in SIDES:
            self.query_one(f"#{key}-gauge", Gauge).show(GaugeReading(label, note=reason))
        self.query_one(Table).empty = reason
