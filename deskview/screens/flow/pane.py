"""Pane 4: whether retail buys and institutions sell, and when in the day."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.widgets import Static

from deskview.format import MISSING, clock, number, percentile, tone, usd, usd_within
from deskview.screens.frame.pane import BoardPane
from deskview.widgets.bars import Bars
from deskview.widgets.facts import Fact, Facts, fact
from deskview.widgets.gauge import Gauge, GaugeReading
from deskview.widgets.records import Cell, Column, Row
from deskview.widgets.table import Table

if TYPE_CHECKING:
    from deskview.analytics.flow import Flow, FundsFlow, Side


MORNING_HALF_HOURS = 5
NOON = "12:00"
SIDES = (("retail", "RETAIL"), ("institutional", "NON-RETAIL"))
OF_FUNDS = "ETF RETAIL"
NO_PRINTS = "no prints of these names yet"
RETAIL_INTENSITY, OTHER_INTENSITY = "retail int.", "non-ret. int."
COLUMNS = (
    Column("ticker", "name", width=6),
    Column("retail", "retail", width=7, align="right"),
    Column("other", "non-retail", width=7, align="right"),
    Column("intensity", RETAIL_INTENSITY, width=6, align="right", priority=2),
    Column("other_intensity", OTHER_INTENSITY, width=6, align="right", priority=3),
    Column("turnover", "traded", width=7, align="right", priority=1),
)


def gauge(label: str, side: "Side", why: str) -> GaugeReading:
    """One side as a gauge: percentile of the year with its limits, today's net with its own; `why` it has none."""
    return GaugeReading(
        label,
        percentile=side.percentile,
        days=side.days,
        recent=tuple(mark.percentile for mark in side.recent if mark.percentile is not None),
        value_text="" if side.net_usd is None else usd_within(side.net_usd, side.net_low_usd, side.net_high_usd),
        tone=tone(side.net_usd),
        note=why,
        low=side.percentile_low,
        high=side.percentile_high,
    )


def ranked(side: "Side", write: Callable[..., str] = percentile) -> str:
    """A side's percentile with its limits; a dash stands for limits that are not known: 16th (–)."""
    unsure = side.percentile is not None and side.percentile_low is None
    return write(side.percentile, side.percentile_low, side.percentile_high) + (f" ({MISSING})" if unsure else "")


def both_sides(reading: "Flow | FundsFlow", missing: Mapping[str, str]) -> list[GaugeReading]:
    """Retail and the rest as gauges; why neither has a percentile is said once, by `compared`."""
    common = no_percentile(reading, missing)
    whys = [_why(missing, key) for key, _ in SIDES]
    return [
        gauge(label, side, "" if why == common else why)
        for (_, label), side, why in zip(SIDES, (reading.retail, reading.institutional), whys, strict=True)
    ]


def no_percentile(reading: "Flow | FundsFlow", missing: Mapping[str, str]) -> str:
    """Why neither side has a percentile; empty where one has."""
    sides = (reading.retail, reading.institutional)
    if any(side.percentile is not None for side in sides):
        return ""
    return next(filter(None, (_why(missing, key) for key, _ in SIDES)), "")


def _why(missing: Mapping[str, str], key: str) -> str:
    return missing.get(f"{key}.net_usd") or missing.get(f"{key}.percentile", "")


def compared(reading: "Flow | FundsFlow", missing: Mapping[str, str], what: str = "names") -> str:
    """How many names it rests on and what the percentiles compare, or why there are none."""
    counted = f"{reading.names} of {reading.focus} {what}"
    side = next((side for side in (reading.retail, reading.institutional) if side.percentile is not None), None)
    if side is None:
        why = no_percentile(reading, missing)
        return f"{counted}: {why}" if why else counted
    hour = f", {side.clock} like {side.clock}" if side.clock else ""
    every = "" if side.basis == "sample" else f", {side.basis}"
    unsure = next((missing[f"{key}.percentile_low"] for key, _ in SIDES if f"{key}.percentile_low" in missing), "")
    return f"{counted}{hour}, {side.days} days{every}" + (f"; no limits: {unsure}" if unsure else "")


def of_whom(reading: "Flow") -> str:
    """Whose the dollars are; nothing is scaled up for names that are still to come."""
    if reading.names < reading.focus:
        return f"{reading.names} of {reading.focus} names so far"
    return f"all {reading.universe:,} stocks, est." if reading.universe else f"these {reading.focus} names"


def below(missing: Mapping[str, str], place: str) -> dict[str, str]:
    """The reasons below a place, by the rest of their paths."""
    return {path.removeprefix(place): why for path, why in missing.items() if path.startswith(place)}


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


def name_rows(reading: "Flow") -> list[Row]:
    """One row a name counted, the largest turnover first."""
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


def show_words(line: Static, words: str, *, fewer: bool = False) -> None:
    """What is compared, on a line of its own; amber while names are still to come."""
    if words != str(line.content):
        line.update(words)
    line.set_class(fewer, "-fewer")
    line.display = bool(words)


class FlowPane(BoardPane["Flow"]):
    """Net flow of both sides with its percentile, by half-hour, and by name."""

    PART = "flow"
    STALE_AFTER_S = 180.0
    DEFAULT_CSS: ClassVar[str] = """
    FlowPane Bars { height: 2; margin-bottom: 1; }
    FlowPane .compared { height: auto; max-height: 2; color: $dim; }
    FlowPane .compared.-fewer { color: $stale; }
    """

    def __init__(self, number: int, title: str) -> None:
        super().__init__(number, title)
        self._own_title = f"{number} {title}"

    def compose(self) -> ComposeResult:
        """Two gauges, what they compare, that of the funds, two rows of half-hours, the names."""
        yield from super().compose()
        for key, label in SIDES:
            yield Gauge(GaugeReading(label), label_width=10, value_width=12, id=f"{key}-gauge")
        yield Static("", classes="compared", markup=False)
        yield Gauge(GaugeReading(OF_FUNDS), label_width=10, value_width=12, id="funds-gauge")
        for key, _ in SIDES:
            yield Facts(lines=1, id=f"{key}-split")
            yield Bars(id=f"{key}-bars")
        yield Table(COLUMNS, name="desk-flow")

    def show_reading(self, reading: "Flow") -> None:
        """Gauges, halves of the day and names."""
        now = clock(self.as_of)
        self.set_title(f"{self._own_title}, {of_whom(reading)}")
        self._show_compared(compared(reading, reading.missing), fewer=reading.names < reading.focus)
        gauges = both_sides(reading, reading.missing)
        for (key, label), shown, side in zip(SIDES, gauges, (reading.retail, reading.institutional), strict=True):
            self.query_one(f"#{key}-gauge", Gauge).show(shown)
            self.query_one(f"#{key}-split", Facts).show([split(label.lower(), side, now)])
            self.query_one(f"#{key}-bars", Bars).show(half_hours(side, now), separator=MORNING_HALF_HOURS)
        self._show_funds(reading)
        table = self.query_one(Table)
        table.empty = NO_PRINTS
        table.set_rows(name_rows(reading))

    def show_awaited(self, reason: str) -> None:
        """The reason in the gauges and the table."""
        for key, label in SIDES:
            self.query_one(f"#{key}-gauge", Gauge).show(GaugeReading(label, note=reason))
        self.query_one("#funds-gauge").display = False
        self._show_compared("")
        self.query_one(Table).empty = reason

    def _show_compared(self, words: str, *, fewer: bool = False) -> None:
        show_words(self.query_one(".compared", Static), words, fewer=fewer)

    def _show_funds(self, reading: "Flow") -> None:
        """Retail's part of the funds, where any are counted: much of its dip buying goes there."""
        funds, shown = reading.funds, self.query_one("#funds-gauge", Gauge)
        shown.display = funds is not None
        if funds is not None:
            why = _why(below(reading.missing, "funds."), "retail")
            shown.show(gauge(OF_FUNDS, funds.retail, "" if why == no_percentile(reading, reading.missing) else why))
