"""The flow page: who buys and who sells through the day, in which names, how sure that is, and the favourites."""

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.containers import Grid
from textual.widget import Widget
from textual.widgets import Static

from deskview.format import clock, usd
from deskview.screens.crowding import FAVOURITE_COLUMNS, favourite_facts, favourite_rows, overlap_sentences
from deskview.screens.flow.pane import (
    MORNING_HALF_HOURS,
    NO_PRINTS,
    SIDES,
    FlowPane,
    below,
    both_sides,
    compared,
    half_hours,
    show_words,
)
from deskview.screens.flow.rows import (
    DIVERGENCE_COLUMNS,
    FUND_COLUMNS,
    GROUP_COLUMNS,
    NAME_COLUMNS,
    QUALITY_COLUMNS,
    divergence_rows,
    group_rows,
    half_day_facts,
    leg_sentences,
    name_entries,
    quality_rows,
    session_facts,
    usual_facts,
)
from deskview.screens.frame.page import PanesPage, View
from deskview.screens.frame.status_lines import Segments
from deskview.screens.frame.target import Kind, Target
from deskview.widgets.bars import Bars
from deskview.widgets.chart import Chart
from deskview.widgets.chartspec import ChartSpec, Level, Series
from deskview.widgets.facts import Facts
from deskview.widgets.gauge import Gauge, GaugeReading
from deskview.widgets.pane import Pane
from deskview.widgets.records import Sort
from deskview.widgets.sorting import SortedTable
from deskview.widgets.table import Table

if TYPE_CHECKING:
    from deskview.analytics.flow import Flow, Side
    from deskview.board import Board


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


TITLES = {
    "halves": "Net by half-hour",
    "curves": "Through the day",
    "names": "Names",
    "groups": "By momentum leg and sector",
    "divergence": "Divergence",
    "funds": "Exchange-traded funds, by themselves",
    "favourites": "Retail favourites and the momentum legs",
    "quality": "How sure it is, and what was left out",
}
SMALL = tuple(View((pane,)) for pane in TITLES)
MEDIUM = (
    View(("halves", "curves", "names", "groups"), 2),
    View(("divergence", "funds", "favourites"), 2, {"favourites": 2}),
    View(("quality",)),
)
LARGE = (
    View(
        ("halves", "curves", "names", "groups", "divergence", "funds", "favourites", "quality"),
        4,
        {"names": 2, "quality": 2},
        {"names": 2},
    ),
)


def _contents() -> dict[str, tuple[Widget, ...]]:
    """The widgets of each pane."""
    return {
        "halves": tuple(
            widget
            for key, _ in SIDES
            for widget in (
                Facts(lines=1, id=f"{key}-halves"),
                Bars(id=f"{key}-bars"),
                Static("", id=f"{key}-times", classes="times", markup=False),
            )
        ),
        "curves": (Chart(),),
        "names": (SortedTable(NAME_COLUMNS, sort=Sort("retail"), name="flow-names", id="names"),),
        "groups": (Static("", id="legs", markup=False), Table(GROUP_COLUMNS, name="flow-groups", id="groups")),
        "divergence": (
            Table(
                DIVERGENCE_COLUMNS,
                empty="retail and the rest are on the same side everywhere",
                name="flow-divergence",
                id="divergence",
            ),
        ),
        "funds": (
            *(Gauge(GaugeReading(label), label_width=10, value_width=12, id=f"{key}-funds") for key, label in SIDES),
            Static("", id="funds-compared", classes="compared", markup=False),
            SortedTable(FUND_COLUMNS, sort=Sort("retail"), name="flow-funds", id="funds"),
        ),
        "favourites": (
            Static("", id="overlap", markup=False),
            Facts(lines=3, id="overlap-figures"),
            Table(FAVOURITE_COLUMNS, name="flow-favourites", id="favourites"),
        ),
        "quality": (Table(QUALITY_COLUMNS, name="flow-quality", id="quality"),),
    }


class FlowPage(PanesPage):
    """Questions 8, 9 and 10 of the desk in full; `x` goes through the views."""

    PART = "flow"
    BESIDE = ("crowding",)
    STALE_AFTER_S = FlowPane.STALE_AFTER_S
    HEADING = "Retail and non-retail flow"
    AUTO_FOCUS = "#names"
    DEFAULT_CSS: ClassVar[str] = """
    FlowPage .gauges { padding: 0 1; }
    FlowPage .times { height: 1; color: $dim; margin-bottom: 1; }
    FlowPage Bars { height: 1fr; min-height: 2; max-height: 5; }
    FlowPage .compared { height: auto; max-height: 2; color: $dim; }
    FlowPage .compared.-fewer { color: $stale; }
    FlowPage #overlap, FlowPage #legs { height: auto; max-height: 8; }
    FlowPage #overlap-figures, FlowPage #legs { margin-bottom: 1; }
    """

    def __init__(self, segments: Segments) -> None:
        super().__init__(segments)
        self._fill: dict[str, Callable[[Flow, Board], None]] = {
            "halves": self._fill_halves,
            "curves": lambda reading, board: self.query_one(Chart).show(curves(reading, clock(board.flow.as_of))),
            "names": self._fill_names,
            "groups": self._fill_groups,
            "divergence": lambda reading, _: self._table("divergence").set_rows(divergence_rows(reading)),
            "funds": self._fill_funds,
            "favourites": self._fill_favourites,
            "quality": lambda reading, _: self._table("quality").set_rows(quality_rows(reading)),
        }

    def views_for(self, columns: int, rows: int) -> Sequence[View]:
        """One pane at a time in a small terminal, all of them in a large one."""
        if columns < 100 or rows < 30:
            return SMALL
        return LARGE if columns >= 180 and rows >= 44 else MEDIUM

    def compose_body(self) -> ComposeResult:
        """The gauges, then the panes of the view."""
        for key, label in SIDES:
            yield Gauge(GaugeReading(label), label_width=10, value_width=12, id=f"{key}-gauge", classes="gauges")
        yield Static("", id="compared", classes="gauges compared", markup=False)
        yield Facts(lines=2, id="session", classes="gauges")
        with Grid():
            for name, widgets in _contents().items():
                yield Pane(*widgets, title=TITLES[name], id=f"pane-{name}")

    def show_reading(self, reading: "Flow", board: "Board") -> None:
        """The gauges and the panes that are shown."""
        for (key, _), shown in zip(SIDES, both_sides(reading, reading.missing), strict=True):
            self.query_one(f"#{key}-gauge", Gauge).show(shown)
        words, fewer = compared(reading, reading.missing), reading.names < reading.focus
        show_words(self.query_one("#compared", Static), words, fewer=fewer)
        self.query_one("#session", Facts).show([session_facts(reading), usual_facts(reading)])
        for name in self.view.panes:
            self._fill[name](reading, board)

    def target_of(self, list_id: str, key: str) -> Target | None:
        """A name or a sector; a leg, and what says how sure the figures are, opens nothing."""
        if list_id == "groups":
            kind, _, group = key.partition(":")
            return Target(Kind.GROUP, group) if kind == "sector" else None
        return None if list_id == "quality" else Target(Kind.NAME, key)

    def _fill_halves(self, reading: "Flow", board: "Board") -> None:
        now = clock(board.flow.as_of)
        for (key, label), side in zip(SIDES, (reading.retail, reading.institutional), strict=True):
            self._half_hours(key, label.lower(), side, now)

    def _half_hours(self, key: str, label: str, side: "Side", now: str) -> None:
        bars = self.query_one(f"#{key}-bars", Bars)
        self.query_one(f"#{key}-halves", Facts).show([half_day_facts(label, side, now)])
        bars.show(half_hours(side, now), separator=MORNING_HALF_HOURS)
        times = time_line(side, bars.size.width, MORNING_HALF_HOURS)
        self.query_one(f"#{key}-times", Static).update(times)

    def _fill_names(self, reading: "Flow", board: "Board") -> None:
        table = self.query_one("#names", SortedTable)
        table.empty = reading.missing.get("retail.net_usd", NO_PRINTS)
        table.fill(name_entries(reading.by_name, board))

    def _fill_groups(self, reading: "Flow", _: "Board") -> None:
        show_words(self.query_one("#legs", Static), "\n".join(leg_sentences(reading)))
        table = self._table("groups")
        table.empty = NO_PRINTS
        table.set_rows(group_rows(reading))

    def _fill_funds(self, reading: "Flow", board: "Board") -> None:
        funds, missing = reading.funds, below(reading.missing, "funds.")
        shown = both_sides(funds, missing) if funds else [GaugeReading(label) for _, label in SIDES]
        for (key, _), side in zip(SIDES, shown, strict=True):
            gauge = self.query_one(f"#{key}-funds", Gauge)
            gauge.show(side)
            gauge.display = funds is not None
        words = f"{compared(funds, missing, 'funds')}; in no sum and no percentile of stocks" if funds else ""
        show_words(self.query_one("#funds-compared", Static), words)
        table = self.query_one("#funds", SortedTable)
        table.empty = NO_PRINTS if funds else "no fund is counted: stocks alone"
        table.fill(name_entries(funds.by_name if funds else [], board, FUND_COLUMNS))

    def _fill_favourites(self, _: "Flow", board: "Board") -> None:
        part, table = board.crowding, self._table("favourites")
        words = "\n".join(overlap_sentences(part.value)) if part.value else ""
        show_words(self.query_one("#overlap", Static), words)
        self.query_one("#overlap-figures", Facts).show(favourite_facts(part.value) if part.value else [])
        table.empty = part.note or "no favourites: too few names have a sample"
        table.set_rows(favourite_rows(part.value) if part.value else [])

    def _table(self, name: str) -> Table:
        return self.query_one(f"#{name}", Table)
