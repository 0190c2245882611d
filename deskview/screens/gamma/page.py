"""The page of dealers' gamma: the profile over the price, what they trade with leveraged funds, strikes, expiries,
underlyings and mornings; `x` goes through the views, the underlying under the cursor is the one shown."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Grid

from deskview.screens.frame.page import PanesPage, View
from deskview.screens.frame.status_lines import Segments
from deskview.screens.frame.target import Kind, Target
from deskview.screens.gamma import facts, tables, words
from deskview.widgets.chart import Chart
from deskview.widgets.facts import Facts
from deskview.widgets.lines import Lines
from deskview.widgets.pane import Pane
from deskview.widgets.table import Table

if TYPE_CHECKING:
    from deskview.analytics.gamma import Gamma, UnderlyingGamma
    from deskview.board import Board

TITLES = {
    "profile": "Gamma were the price elsewhere",
    "shocks": "Bought +, sold − over a move",
    "underlyings": "Underlyings: the one under the cursor is shown",
    "strikes": "By strike",
    "expiries": "By expiry",
    "mornings": "At the open, S&P 500",
}
SMALL = tuple(View((pane,)) for pane in TITLES)
MEDIUM = (
    View(("profile", "shocks"), 5, {"profile": 3, "shocks": 2}),
    View(("underlyings", "mornings"), 5, {"underlyings": 3, "mornings": 2}),
    View(("strikes", "expiries"), 5, {"strikes": 3, "expiries": 2}),
)
LARGE = (
    View(("profile", "shocks", "underlyings"), 5, {"profile": 3, "shocks": 2, "underlyings": 5}),
    View(("strikes", "expiries", "mornings"), 5, {"strikes": 3, "expiries": 2, "mornings": 2}, {"strikes": 2}),
)
NARROW, LOW, HIGH = 100, 30, 36
"""Columns and rows from which panes stand side by side, and rows from which they stand above each other too."""
ROOMY = 76
"""Cells from which a list of strikes has its last column."""


class GammaPage(PanesPage):
    """Whether dealers' hedging dampens moves, where that turns, and what they and leveraged funds trade together."""

    PART = "gamma"
    HEADING = "Dealers' gamma"
    AUTO_FOCUS = "#underlyings"
    DEFAULT_CSS = """
    GammaPage .facts { padding: 0 1; }
    """

    def __init__(self, segments: Segments) -> None:
        super().__init__(segments)
        self._key = words.WHOLE

    def compose_body(self) -> ComposeResult:
        """The answers, and the panes of the view."""
        yield Facts(classes="facts")
        with Grid():
            yield Pane(Chart(id="profile"), title=TITLES["profile"], id="pane-profile")
            for name, columns in (
                ("shocks", tables.SHOCK_COLUMNS),
                ("underlyings", tables.UNDERLYING_COLUMNS),
                ("strikes", tables.STRIKE_COLUMNS),
                ("expiries", tables.EXPIRY_COLUMNS),
                ("mornings", tables.MORNING_COLUMNS),
            ):
                yield Pane(Table(columns, name=f"gamma-{name}", id=name), title=TITLES[name], id=f"pane-{name}")

    @property
    def variant(self) -> str:
        """The underlying that is shown: the card is of it."""
        return self._key

    def heading(self) -> str:
        """The underlying that is shown stands behind the page."""
        reading = self._board.gamma.value if self._board else None
        one = words.chosen(reading, self._key) if reading else None
        return super().heading() + (f"  ·  {one.title}" if one else "")

    def views_for(self, columns: int, rows: int) -> Sequence[View]:
        """One pane at a time in a small terminal, three with the list of underlyings in a large one."""
        if columns < NARROW or rows < LOW:
            return SMALL
        return MEDIUM if rows < HIGH else LARGE

    def show_reading(self, reading: "Gamma", board: "Board") -> None:
        """The answers, and every pane of the view."""
        one = words.chosen(reading, self._key)
        self._table("shocks").set_rows(tables.shock_rows(reading))
        self._table("underlyings").set_rows(tables.underlying_rows(reading))
        self._table("mornings").set_rows(tables.morning_rows(reading, self._width(2) - 2))
        if one is None:
            self.query_one(Facts).show([])
            return
        most = max(7, self.size.height // 4)
        self.query_one(Facts).show(lines := facts.facts_of(reading, one, self.size.width - 2, most))
        version = f"{one.underlying}:{one.title}:{board.gamma.as_of}:{one.net_usd_per_1pct}"
        self.query_one("#profile", Chart).show(facts.profile_chart(one, version))
        self._table("expiries").set_rows(tables.expiry_rows(one, board.session))
        self._show_strikes(one, self.size.height - len(lines))

    def _show_strikes(self, one: "UnderlyingGamma", height: int) -> None:
        """As many strikes as there is room for: the price of now is among them without scrolling."""
        width = self._width(3)
        around, figures = 8, 44 if width < ROOMY else 56
        self._table("strikes").empty = one.missing.get("net_usd_per_1pct", "no strike has gamma")
        rows = tables.strike_rows(one, height - around, max(4, (width - figures) // 2))
        self._table("strikes").set_rows(rows)

    @on(Lines.Highlighted, "#underlyings")
    def choose(self, event: Lines.Highlighted) -> None:
        """The underlying under the cursor is shown in the other panes."""
        event.stop()
        before, self._key = self._key, event.key
        if before != self._key:
            self.show_again()

    def open(self, list_id: str, key: str) -> None:
        """A name opens its page; any other row its card, as what is chosen is shown already."""
        if self.target_of(list_id, key) is None:
            self.call_later(self.run_action, "app.card")
        else:
            super().open(list_id, key)

    def target_of(self, list_id: str, key: str) -> Target | None:
        """The name whose options a row is of."""
        reading = self._board.gamma.value if self._board else None
        one = next((one for one in reading.by_underlying if one.underlying == key), None) if reading else None
        basis = self._board.basis if self._board else None
        is_name = one is not None and basis is not None and key in basis.names.get_column("ticker")
        return Target(Kind.NAME, key) if list_id == "underlyings" and is_name else None

    def _width(self, fifths: int) -> int:
        """Cells of a pane that takes so many fifths where panes stand side by side."""
        return self.size.width if len(self._views) == len(SMALL) else self.size.width * fifths // 5

    def _table(self, name: str) -> Table:
        return self.query_one(f"#{name}", Table)
