"""The page on leveraged ETFs: today name by name, the coming week, the score, and systematic supply beside it."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Grid
from textual.widget import Widget
from textual.widgets import Static

from deskview.screens.frame.page import PanesPage, View
from deskview.screens.frame.status_lines import Segments
from deskview.screens.frame.target import Kind, Target
from deskview.screens.leverage import remarks, score, supply, today, week, weights
from deskview.screens.leverage.summary import Summary
from deskview.widgets.bars import Bars
from deskview.widgets.chart import Chart
from deskview.widgets.facts import Facts
from deskview.widgets.pane import Pane
from deskview.widgets.records import Sort
from deskview.widgets.sorting import SortedTable
from deskview.widgets.table import Table

if TYPE_CHECKING:
    from deskview.analytics.leverage import Leverage
    from deskview.board import Board


TITLES = {
    "names": "By name",
    "underlyings": "By underlying",
    "funds": "By fund",
    "kinds": "By kind and sector",
    "weights": "Index weights: how an index's flow is carried into names",
    "left-out": "Left out, and remarks",
    "week": "Coming sessions: a distribution, mean zero",
    "figures": "Coming sessions: closed form and simulation",
    "scenarios": "If the market moves",
    "supply": "Systematic supply in the next session: a model",
    "score": "Score of the past forecasts",
}
"""The panes in the order the views go through them."""


SMALL = tuple(View((pane,)) for pane in TITLES)
MEDIUM = (
    View(("names", "underlyings")),
    View(("funds", "kinds")),
    View(("weights", "left-out")),
    View(("week", "figures", "scenarios"), 2, {"week": 2}),
    View(("supply", "score")),
)
LARGE = (
    View(("names", "underlyings", "funds", "kinds"), 3, {"names": 2, "funds": 2}),
    View(("weights", "left-out")),
    View(("week", "figures", "scenarios", "supply", "score"), 3, {"supply": 2}),
)


BY_SIZE = Sort("today")


def _contents() -> dict[str, tuple[Widget, ...]]:
    """The widgets of each pane."""
    return {
        "names": (SortedTable(today.NAME_COLUMNS, sort=BY_SIZE, name="leverage-names", id="names"),),
        "underlyings": (
            SortedTable(today.UNDERLYING_COLUMNS, sort=BY_SIZE, name="leverage-underlyings", id="underlyings"),
        ),
        "funds": (SortedTable(today.FUND_COLUMNS, sort=BY_SIZE, name="leverage-funds", id="funds"),),
        "kinds": (Table(today.KIND_COLUMNS, name="leverage-kinds", id="kinds"),),
        "weights": (Table(weights.WEIGHT_COLUMNS, name="leverage-weights", id="weights"),),
        "left-out": (Table(remarks.LEFT_OUT_COLUMNS, name="leverage-left-out", id="left-out"),),
        "week": (Facts(lines=2, id="week-basis"), Chart(id="fan")),
        "figures": (Table(week.FIGURE_COLUMNS, name="leverage-figures", id="figures"),),
        "scenarios": (Table(week.SCENARIO_COLUMNS, name="leverage-scenarios", id="scenarios"),),
        "supply": (
            Static("", id="supply-text", classes="text", markup=False),
            Table(name="leverage-supply", id="supply"),
        ),
        "score": (
            Facts(lines=3, id="score-facts"),
            Bars(id="pit"),
            Static("", id="score-text", classes="text", markup=False),
        ),
    }


class LeveragePage(PanesPage):
    """Question 5, 6 and 13 of the desk in full; `x` goes through the views."""

    PART = "leverage"
    HEADING = "Leveraged ETFs"
    AUTO_FOCUS = "#names"
    DEFAULT_CSS = """
    LeveragePage #summary { padding: 0 1; }
    LeveragePage .text { height: auto; color: $dim; }
    LeveragePage #pit { height: 3; margin: 1 0 0 0; }
    LeveragePage #supply { height: 1fr; }
    LeveragePage #score-text { height: 1fr; }
    """

    def __init__(self, segments: Segments) -> None:
        super().__init__(segments)
        self._session: date | None = None
        self._fill: dict[str, Callable[[Leverage], None]] = {
            "names": self._fill_names,
            "underlyings": lambda reading: self._sorted("underlyings").fill(today.underlying_entries(reading)),
            "funds": lambda reading: self._sorted("funds").fill(today.fund_entries(reading, self._session)),
            "kinds": lambda reading: self._table("kinds").set_rows(today.kind_rows(reading)),
            "weights": self._fill_weights,
            "left-out": lambda reading: self._table("left-out").set_rows(remarks.left_out_rows(reading)),
            "week": self._fill_week,
            "figures": lambda reading: self._table("figures").set_rows(week.figure_rows(reading)),
            "scenarios": lambda reading: self._table("scenarios").set_rows(week.scenario_rows(reading)),
            "supply": self._fill_supply,
            "score": self._fill_score,
        }

    def compose_body(self) -> ComposeResult:
        """The headline, then the panes of the view."""
        yield Summary(id="summary")
        with Grid():
            for name, widgets in _contents().items():
                yield Pane(*widgets, title=TITLES[name], id=f"pane-{name}")

    def views_for(self, columns: int, rows: int) -> Sequence[View]:
        """One pane at a time in a small terminal, several in a large one."""
        if columns < 100 or rows < 30:
            return SMALL
        return LARGE if columns >= 160 and rows >= 44 else MEDIUM

    def show_reading(self, reading: "Leverage", board: "Board") -> None:
        """The headline and the panes that are shown."""
        self._session = board.session
        self.query_one(Summary).show_reading(reading)
        for name in self.view.panes:
            self._fill[name](reading)

    def target_of(self, list_id: str, key: str) -> Target | None:
        """A name, a fund, or a sector; an index opens the fund on it that trades most."""
        if list_id == "names":
            return Target(Kind.NAME, key)
        if list_id == "funds":
            return Target(Kind.FUND, key)
        if list_id == "left-out":
            return None if ":" in key else Target(Kind.FUND, key)
        if list_id in ("underlyings", "weights"):
            return self._of_underlying(*key.split(":", maxsplit=1))
        return self._of_sector(key.removeprefix("sector:")) if key.startswith("sector:") else None

    def _of_underlying(self, kind: str, underlying: str) -> Target | None:
        if kind == "stock" and not underlying.startswith("fund:"):
            return Target(Kind.NAME, underlying)
        reading = self._board.leverage.value if self._board else None
        funds = [row for row in reading.by_fund if (row.kind, row.underlying) == (kind, underlying)] if reading else []
        return Target(Kind.FUND, funds[0].ticker) if funds else None

    def _of_sector(self, sector: str) -> Target | None:
        rotation = self._board.rotation.value if self._board else None
        known = any(group.name == sector for group in rotation.groups) if rotation else False
        return Target(Kind.GROUP, sector) if known else None

    def _sorted(self, name: str) -> SortedTable:
        return self.query_one(f"#{name}", SortedTable)

    def _table(self, name: str) -> Table:
        return self.query_one(f"#{name}", Table)

    def _fill_names(self, reading: "Leverage") -> None:
        table = self._sorted("names")
        table.empty = reading.missing.get("today_usd", "no fund's flow reaches a name")
        table.fill(today.name_entries(reading))

    def _fill_weights(self, reading: "Leverage") -> None:
        table = self._table("weights")
        table.empty = reading.missing.get("index_weights", "no index's flow is carried into names")
        table.set_rows(weights.weight_rows(reading))

    def _fill_week(self, reading: "Leverage") -> None:
        self.query_one("#week-basis", Facts).show(week.basis_line(reading))
        self.query_one("#fan", Chart).show(week.fan_chart(reading.next_week))

    def _fill_supply(self, reading: "Leverage") -> None:
        table = self._table("supply")
        table.empty = reading.missing.get("supply", "no ladder")
        table.show(supply.supply_columns(reading.supply), supply.supply_rows(reading.supply))
        self.query_one("#supply-text", Static).update(supply.supply_text(reading))

    def _fill_score(self, reading: "Leverage") -> None:
        held = reading.score
        self.query_one("#score-facts", Facts).show(score.score_facts(held))
        bars = self.query_one("#pit", Bars)
        bars.display = bool(held and held.weeks)
        bars.show(held.pit_histogram if held else ())
        self.query_one("#score-text", Static).update(score.score_text(reading))
