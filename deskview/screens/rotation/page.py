"""The rotation page: every group over every horizon, and where the groups stand against the index."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from deskview.format import MISSING, percent
from deskview.screens.frame.keys import CHART, Action, bindings, scoped
from deskview.screens.frame.page import ChartPage
from deskview.screens.frame.status_lines import Segments
from deskview.screens.frame.target import Kind
from deskview.screens.rotation.pane import FULL_COLOUR, heat_row, horizons
from deskview.widgets.facts import Fact, Facts, fact
from deskview.widgets.lines import Lines
from deskview.widgets.records import Cell, Column, Piece, Sort
from deskview.widgets.scatter import Field, Scatter, Track
from deskview.widgets.sorting import Entry, HeatEntry, SortedHeatmap, SortedTable

if TYPE_CHECKING:
    from deskview.analytics.rotation import Group, RotationReading, Trail
    from deskview.board import Board


TONES = {"leading": "gain", "weakening": "stale", "lagging": "loss", "improving": "accent"}
FIELD = Field(
    centre=(100.0, 100.0),
    x_title="strength →",
    y_title="↑ momentum",
    quadrants=(
        Piece("IMPROVING", TONES["improving"]),
        Piece("LEADING", TONES["leading"]),
        Piece("LAGGING", TONES["lagging"]),
        Piece("WEAKENING", TONES["weakening"]),
    ),
)


def tracks(trails: "Sequence[Trail]") -> list[Track]:
    """Each group's way through the quadrants, in the tone of the one it stands in; dim where it is not ranked."""
    return [
        Track(
            trail.name,
            trail.name,
            tuple((point.strength, point.momentum) for point in trail.points),
            "dim" if trail.unranked else TONES.get(trail.quadrant or "", ""),
        )
        for trail in trails
        if trail.points
    ]


def standing_columns() -> tuple[Column, ...]:
    """Where each group stands."""
    return (
        Column("group", "group", flex=True, minimum=10),
        Column("count", "n/N", width=5, align="right", priority=3),
        Column("strength", "strength", width=5, align="right"),
        Column("momentum", "mom.", width=5, align="right", priority=1),
        Column("quadrant", "quadrant", width=9, priority=2),
    )


def standing_entries(trails: "Sequence[Trail]") -> list[Entry]:
    """One row a group; one without a trail says why in the place of its quadrant, one that is not ranked comes last."""
    return [_entry(trail) for trail in trails]


def _entry(trail: "Trail") -> Entry:
    count = Cell(f"{trail.with_data}/{trail.members}", "dim")
    if not trail.points or trail.quadrant is None:
        cells = (Cell(trail.name), count, Cell(MISSING, "dim"), Cell(MISSING, "dim"), Cell("too short", "dim"))
        return Entry(trail.name, cells, (trail.name, trail.with_data, None, None, None))
    newest = trail.points[-1]
    tone = "dim" if trail.unranked else TONES[trail.quadrant]
    order = (None, None, None) if trail.unranked else (newest.strength, newest.momentum, trail.quadrant)
    return Entry(
        trail.name,
        (
            Cell(trail.name, "dim" if trail.unranked else ""),
            count,
            Cell(f"{newest.strength:.1f}", tone),
            Cell(f"{newest.momentum:.1f}", tone),
            Cell(trail.quadrant, tone),
        ),
        (trail.name, trail.with_data, *order),
    )


KINDS = ("", "sector", "theme")
OWN_ACTIONS = scoped(
    "On the rotation page",
    Action("relative", "x", "x", "Returns: absolute, or less the index", footer=True),
    Action("universe", "u", "u", "Groups: all, sectors, themes", footer=True),
)


class RotationPage(ChartPage):
    """The heatmap, or in its place the quadrants with the groups beside them."""

    PART = "rotation"
    HEADING = "Rotation"
    OPENS = Kind.GROUP
    AUTO_FOCUS = "#heatmap"
    ACTIONS: ClassVar[tuple[Action, ...]] = (*CHART, *OWN_ACTIONS)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*OWN_ACTIONS)]
    DEFAULT_CSS = """
    RotationPage .chart-area { display: none; margin-top: 0; }
    RotationPage .list-area { margin-top: 0; }
    RotationPage.-charted Facts { display: none; }
    RotationPage #standings { width: 46; margin-left: 2; }
    RotationPage.-narrow #standings { width: 32; }
    """

    def __init__(self, segments: Segments) -> None:
        super().__init__(segments)
        self._relative = False
        self._kind = 0

    def compose_body(self) -> ComposeResult:
        """What the figures are; the heatmap; the plot and its list."""
        yield Facts()
        with Horizontal(classes="chart-area"):
            yield Scatter(FIELD)
            yield SortedTable(standing_columns(), sort=Sort("strength"), name="rotation-standings", id="standings")
        with Horizontal(classes="list-area"):
            yield SortedHeatmap(
                title="group, %",
                count_title="n/N",
                note_title="rank Δ1d",
                sort=Sort("now"),
                name="rotation-groups",
                id="heatmap",
            )

    def heading(self) -> str:
        """What is shown of which groups; on the map also what the figures of the way mean."""
        which = ("sectors and themes", "sectors", "themes")[self._kind]
        if self.has_class("-charted"):
            return f"Rotation map  ·  {which}  ·  digits: weeks ago  ·  against the index, to the last close"
        return f"Rotation  ·  {which}  ·  {self._measure()}"

    def _measure(self) -> str:
        reading = self._board.rotation.value if self._board else None
        if reading is None:
            return "relative" if self._relative else "absolute"
        index = f"{reading.benchmark} {percent(reading.benchmark_returns['now'])}"
        return f"less the index ({index})" if self._relative else f"absolute ({index})"

    def action_relative(self) -> None:
        """Less the index's return, or as they are."""
        if self.has_class("-charted"):
            self.notify("The chart is always of strength against the index.", timeout=2)
        else:
            self._relative = not self._relative
            self.show_again()

    def action_universe(self) -> None:
        """All groups, sectors alone, themes alone."""
        self._kind = (self._kind + 1) % len(KINDS)
        self.show_again()

    def action_chart(self) -> None:
        """The quadrants in place of the heatmap, and back."""
        super().action_chart()
        self.show_again()

    def show_reading(self, reading: "RotationReading", board: "Board") -> None:
        """The heatmap and the plot of the groups chosen."""
        kind = KINDS[self._kind]
        columns = horizons(list(reading.horizons))
        groups = [group for group in reading.groups if kind in ("", group.kind)]
        self.query_one(Facts).show(basis(groups))
        scales = [FULL_COLOUR.get(column.key, 0.1) for column in columns]
        heatmap = self.query_one(SortedHeatmap)
        heatmap.fill(columns, [heat_entry(group, reading, relative=self._relative) for group in groups], scales)
        if board.basis is None or board.basis.rotation is None:
            return
        trails = [trail for trail in board.basis.rotation.trails if kind in ("", trail.kind)]
        table = self.query_one(SortedTable)
        table.fill(standing_entries(trails))
        scatter = self.query_one(Scatter)
        scatter.show(tracks(trails))
        scatter.choose(table.cursor_key)

    @on(Lines.Highlighted, "#standings")
    def choose(self, event: Lines.Highlighted) -> None:
        """The group under the cursor shows its trail."""
        event.stop()
        self.query_one(Scatter).choose(event.key)


def basis(groups: "Sequence[Group]") -> list[list[Fact]]:
    """What the returns are and what they rest on, once for all groups."""
    lines = [[fact("", "1d–12m are total returns", "dim")]]
    if any(group.kind == "theme" for group in groups):
        lines[0].append(fact("", "themes by today's members: 6m, 12m in hindsight", "dim"))
    if unranked := sum(group.rank["now"] is None for group in groups):
        lines.append([fact("", f"{unranked} not ranked: under 5 or half of the members priced", "stale")])
    return lines


def heat_entry(group: "Group", reading: "RotationReading", *, relative: bool) -> HeatEntry:
    """One group: its returns, and its rank now with how far it has climbed or fallen since the last close."""
    rank, counted = group.rank["now"], group.with_data["now"]
    row = heat_row(group, reading.horizons, relative=relative, note=rank_text(rank, group.rank_change))
    return HeatEntry(row, _upside_down(rank), counted)


def _upside_down(rank: int | None) -> int | None:
    """The best rank is the largest value, as with every figure."""
    return None if rank is None else -rank


def rank_text(rank: int | None, change: int | None) -> str:
    """A rank such as 26 ▼17, down by 17 places since yesterday's session."""
    if rank is None:
        return ""
    moved = "" if change is None else f"{'▲' if change > 0 else '▼'}{abs(change)}" if change else "="
    return f"{rank:>2} {moved:>3}"
