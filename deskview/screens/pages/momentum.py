"""The momentum page: both legs whole, how unusual the move is, and which sectors made it."""

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from deskview.screens.actions import Scope, bindings
from deskview.screens.cards import NEUTRAL
from deskview.screens.format import percent
from deskview.screens.pages.history import YEAR, history_chart, past_sessions
from deskview.screens.pages.layout import ChartPage
from deskview.screens.pages.legs import UNKNOWN, columns, leg_entries, sector_columns, sector_entries
from deskview.screens.pages.spread import figures
from deskview.screens.target import Kind, Target
from deskview.widgets.chart import Chart
from deskview.widgets.chartspec import ChartSpec, Level
from deskview.widgets.facts import Facts
from deskview.widgets.records import Sort
from deskview.widgets.sorting import SortedTable

if TYPE_CHECKING:
    from deskview.analytics.momentum import MomentumReading
    from deskview.analytics.momentum.model import BasketModel
    from deskview.analytics.momentum.structs import BasketReading
    from deskview.board import Board

SIGMAS = (-4, -2, -1, 1, 2, 4)


class MomentumPage(ChartPage):
    """Figures above; the year of the spread and the sector split; the legs side by side."""

    PART = "momentum"
    HEADING = "Momentum"
    AUTO_FOCUS = "#long"
    KEYS: ClassVar[tuple[Scope, ...]] = (Scope.CHARTS, Scope.MOMENTUM)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Scope.MOMENTUM)]
    DEFAULT_CSS = """
    MomentumPage #sectors { width: 42; margin-left: 2; }
    MomentumPage.-narrow #sectors { width: 36; }
    MomentumPage #short { margin-left: 2; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._neutral = False
        self._ordered = False
        self._days: tuple[date | None, list[date]] = (None, [])

    def compose_body(self) -> ComposeResult:
        """Figures, chart and sectors, legs."""
        yield Facts()
        with Horizontal(classes="chart-area"):
            yield Chart()
            by_size = Sort("both", descending=False)
            yield SortedTable(sector_columns(), sort=by_size, name="momentum-sectors", id="sectors")
        with Horizontal(classes="list-area"):
            for leg in ("long", "short"):
                by_driver = Sort("contribution", descending=False)
                yield SortedTable(columns(leg.upper()), sort=by_driver, name="momentum-legs", id=leg)

    def heading(self) -> str:
        """Which of the two baskets is shown."""
        return f"Momentum  ·  {'neutral to sectors' if self._neutral else 'raw deciles'}"

    @property
    def variant(self) -> str:
        """The basket shown, as the card of it is asked for."""
        return NEUTRAL if self._neutral else ""

    def action_neutral(self) -> None:
        """The other basket."""
        self._neutral = not self._neutral
        self.show_again()

    def show_reading(self, reading: "MomentumReading", board: "Board") -> None:
        """Figures, chart, sectors and legs of the basket chosen."""
        basket = reading.sector_neutral if self._neutral else reading
        self.query_one(Facts).show(figures(reading, basket, self.size.width - 2, short=self.has_class("-low")))
        why = reading.missing.get("sector_neutral.return" if self._neutral else "return", "no names")
        tables = {table.id: table for table in self.query(SortedTable)}
        self._order_by_driver(basket, list(tables.values()))
        for leg, names in (("long", basket.long), ("short", basket.short)):
            tables[leg].empty = why
            tables[leg].fill(leg_entries(names))
        tables["sectors"].empty = why
        tables["sectors"].fill(sector_entries(basket))
        self._show_chart(basket, board)

    def _order_by_driver(self, basket: "BasketReading", tables: list[SortedTable]) -> None:
        """At first, what drove the spread most comes first; from then on the user's order holds."""
        if self._ordered or basket.return_ is None:
            return
        self._ordered = True
        for table in tables:
            table.sort_by("both" if table.id == "sectors" else "contribution", descending=basket.return_ > 0)

    def _show_chart(self, basket: "BasketReading", board: "Board") -> None:
        model = board.basis.momentum if board.basis else None
        held = (model.sector_neutral if self._neutral else model.raw) if model else None
        if held is None or board.basis is None:
            return
        if self._days[0] != board.basis.session:
            self._days = (board.basis.session, past_sessions(board.basis))
        version = f"{'neutral' if self._neutral else 'raw'}:{board.basis.session}"
        self.query_one(Chart).show(spread_chart(version, held, self._days[1], basket.return_))

    def target_of(self, list_id: str, key: str) -> Target | None:
        """A sector opens its members, a name of a leg itself."""
        if list_id != "sectors":
            return Target(Kind.NAME, key)
        return None if key == UNKNOWN else Target(Kind.GROUP, key)


def spread_chart(version: str, basket: "BasketModel", sessions: list[date], today: float | None) -> ChartSpec:
    """The spread of each day with lines at one, two and four standard deviations either way."""
    sd = basket.risk.sigma
    levels = () if sd is None else [Level(0.0), *(Level(n * sd, f"{n:+d}σ".replace("-", "−")) for n in SIGMAS)]
    days = min(YEAR, len(basket.risk.spreads))
    return history_chart(
        version,
        basket.risk.spreads.tolist(),
        sessions,
        today,
        title=f"Daily spread, {days} sessions",
        levels=levels,
        write=percent,
    )
