"""The momentum page: both legs whole, how unusual the move is, and which sectors made it."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from deskview.analytics.assumptions import TODAYS_NAMES
from deskview.format import MISSING, basis_points, number, percent, short_sector, sigma_sign, tone
from deskview.screens.frame.companies import COLUMNS, NONE_TOLD, NOTHING, Told
from deskview.screens.frame.history import YEAR, history_chart, past_sessions
from deskview.screens.frame.keys import CHART, Action, bindings, scoped
from deskview.screens.frame.page import ChartPage
from deskview.screens.frame.status_lines import Segments
from deskview.screens.frame.target import Kind, Target
from deskview.screens.momentum.explain import NEUTRAL, question_marks
from deskview.screens.momentum.figures import figures
from deskview.screens.momentum.pane import told_of_legs
from deskview.widgets.chart import Chart
from deskview.widgets.chartspec import ChartSpec, Level
from deskview.widgets.facts import Facts
from deskview.widgets.records import Cell, Column, Sort
from deskview.widgets.sorting import Entry, SortedTable

if TYPE_CHECKING:
    from deskview.analytics.momentum import LegName, MomentumReading
    from deskview.analytics.momentum.model import BasketModel
    from deskview.analytics.momentum.structs import BasketReading
    from deskview.board import Board


UNKNOWN = "unknown"


def leg_columns(leg: str) -> tuple[Column, ...]:
    """The columns of one leg; the first title names it."""
    return (
        Column("ticker", leg, width=6),
        Column("now", "now", width=7, align="right"),
        Column("contribution", "bp", width=6, align="right", priority=1),
        Column("score", "12-1", width=6, align="right", priority=2),
        *COLUMNS,
        Column("weight", "weight", width=5, align="right", priority=7),
        Column("sector", "sector", flex=True, minimum=12, priority=5),
        Column("company", "name", flex=True, minimum=14, priority=8),
    )


def leg_entries(names: "list[LegName]", told: Mapping[str, Told] = NONE_TOLD) -> list[Entry]:
    """One row a name; the ticker of one that has not traded lately is marked. `told` are the companies."""
    return [
        Entry(
            name.ticker,
            (
                Cell(name.ticker, "" if name.covered else "stale"),
                Cell(percent(name.return_) + now, tone(name.return_)),
                Cell(_bp(name.contribution), tone(name.contribution)),
                Cell(percent(name.score, 0) + rank, "dim"),
                *company.cells,
                Cell(f"{name.weight:.1%}", "dim"),
                Cell(short_sector(name.sector or UNKNOWN), "dim"),
                Cell(name.name or "", "dim"),
            ),
            (
                *(name.ticker, name.return_, name.contribution, name.score),
                *company.values,
                *(name.weight, name.sector, name.name),
            ),
        )
        for name, now, rank in zip(names, *_marks(names), strict=True)
        for company in (told.get(name.ticker, NOTHING),)
    ]


def _marks(names: "list[LegName]") -> tuple[list[str], list[str]]:
    """What stands behind the returns of today and behind those that ranked."""
    return question_marks(name.doubt for name in names), question_marks(name.rank_doubt for name in names)


def _bp(contribution: float | None) -> str:
    return MISSING if contribution is None else number(contribution * 10_000, 1)


def sector_columns() -> tuple[Column, ...]:
    """What each sector adds to the spread, leg by leg."""
    return (
        Column("sector", "sector", flex=True, minimum=10),
        Column("long", "long", width=5, align="right", priority=2),
        Column("short", "short", width=5, align="right", priority=1),
        Column("both", "bp", width=5, align="right"),
    )


def sector_split(basket: "BasketReading") -> dict[str, tuple[float, float]]:
    """Sums of the contributions of the long and the short leg by sector; both legs' sums make up the spread."""
    split: dict[str, tuple[float, float]] = {}
    for place, names in enumerate((basket.long, basket.short)):
        for name in names:
            if name.contribution is not None:
                long, short = split.get(name.sector or UNKNOWN, (0.0, 0.0))
                added = (long + name.contribution, short) if place == 0 else (long, short + name.contribution)
                split[name.sector or UNKNOWN] = added
    return split


def sector_entries(basket: "BasketReading") -> list[Entry]:
    """One row a sector."""
    return [
        Entry(
            sector,
            (
                Cell(sector),
                *(Cell(_whole(value), "dim") for value in legs),
                Cell(_whole(sum(legs)), tone(sum(legs))),
            ),
            (sector, *legs, sum(legs)),
        )
        for sector, legs in sector_split(basket).items()
    ]


def _whole(value: float) -> str:
    return basis_points(value).removesuffix("bp")


SIGMAS = (-4, -2, -1, 1, 2, 4)
HELD_BACK = " of today's names"
OWN_ACTIONS = scoped(
    "On the momentum page",
    Action("neutral", "x", "x", "Basket: raw deciles, or neutral to sectors", footer=True),
)


class MomentumPage(ChartPage):
    """Figures above; the year of the spread and the sector split; the legs side by side."""

    PART = "momentum"
    HEADING = "Momentum"
    AUTO_FOCUS = "#long"
    ACTIONS: ClassVar[tuple[Action, ...]] = (*CHART, *OWN_ACTIONS)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*OWN_ACTIONS)]
    DEFAULT_CSS = """
    MomentumPage #sectors { width: 42; margin-left: 2; }
    MomentumPage.-narrow #sectors { width: 36; }
    MomentumPage #short { margin-left: 2; }
    """

    def __init__(self, segments: Segments) -> None:
        super().__init__(segments)
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
                yield SortedTable(leg_columns(leg.upper()), sort=by_driver, name="momentum-legs", id=leg)

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
        tables, told = {table.id: table for table in self.query(SortedTable)}, told_of_legs(board)
        self._order_by_driver(basket, list(tables.values()))
        for leg, names in (("long", basket.long), ("short", basket.short)):
            tables[leg].empty = why
            tables[leg].fill(leg_entries(names, told))
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
    sd, sign = basket.risk.sigma, sigma_sign(basket.risk.basis)
    levels = () if sd is None else [Level(0.0), *(Level(n * sd, f"{n:+d}{sign}".replace("-", "−")) for n in SIGMAS)]
    days = min(YEAR, len(basket.risk.spreads))
    return history_chart(
        version,
        basket.risk.spreads.tolist(),
        sessions,
        today,
        title=f"Daily spread, {days} sessions{HELD_BACK if basket.risk.basis == TODAYS_NAMES else ''}",
        levels=levels,
        write=percent,
    )
