"""Pane 1: how hard momentum is hit, how unusual that is, and which leg it is."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal

from deskview.format import arrow, basis_points, percent, share, short_sector, sigma, tone
from deskview.screens.frame.card import plain_number
from deskview.screens.frame.companies import FLAGS, NONE_TOLD, NOTHING, Told, told_of
from deskview.screens.frame.pane import BoardPane
from deskview.screens.momentum.explain import long_share, question_marks, thinly_traded, verdict
from deskview.widgets.facts import Fact, Facts, fact
from deskview.widgets.records import Cell, Column, Piece, Row
from deskview.widgets.table import Table

if TYPE_CHECKING:
    from deskview.analytics.momentum import LegName, MomentumReading
    from deskview.board import Board


def columns(leg: str) -> tuple[Column, ...]:
    """The columns of one leg's table; its first title names the leg."""
    return (
        Column("ticker", leg, width=6),
        Column("return", "now", width=6, align="right"),
        Column("contribution", "bp", width=3, align="right", priority=1),
        Column("score", "12-1", width=5, align="right", priority=2),
        FLAGS,
        Column("sector", "sector", flex=True, minimum=8, priority=3),
    )


def leg_rows(leg: "list[LegName]", told: Mapping[str, Told] = NONE_TOLD) -> list[Row]:
    """One row a name, in the reading's order: what drove the spread most comes first. `told` are the companies."""
    return [
        Row(
            name.ticker,
            (
                Cell(name.ticker, "" if name.covered else "stale"),
                Cell(percent(name.return_) + now, tone(name.return_)),
                Cell(basis_points(name.contribution).removesuffix("bp"), tone(name.contribution)),
                Cell(percent(name.score, 0) + rank, "dim"),
                told.get(name.ticker, NOTHING).flag_cell,
                Cell(short_sector(name.sector or "unknown"), "dim"),
            ),
        )
        for name, now, rank in zip(leg, *_marks(leg), strict=True)
    ]


def _marks(names: "list[LegName]") -> tuple[list[str], list[str]]:
    """What stands behind the returns of today and behind those that ranked."""
    return question_marks(name.doubt for name in names), question_marks(name.rank_doubt for name in names)


def told_of_legs(board: "Board") -> Mapping[str, Told]:
    """What is told of the companies of either basket's legs."""
    reading = board.momentum.value
    if reading is None:
        return NONE_TOLD
    legs = (reading.long, reading.short, reading.sector_neutral.long, reading.sector_neutral.short)
    return told_of(board, {name.ticker for leg in legs for name in leg})


def summary(reading: "MomentumReading") -> list[list[Fact]]:
    """The pane's three lines of figures."""
    basis, neutral, hedged = reading.sigma_basis, reading.sector_neutral, reading.beta_neutral
    spread = f"{arrow(reading.return_)}{percent(reading.return_)}  {sigma(reading.sigma, basis)}"
    counts = f"{len(reading.long)}+{len(reading.short)} of {reading.universe} names"
    doubted = [fact("", f"{len(reading.in_doubt)} in doubt", "warning")] if reading.in_doubt else []
    thin = thinly_traded(reading)
    traded = [fact("traded", share(reading.coverage), "warning" if thin else "")]
    sectors = f"{percent(neutral.return_)} {sigma(neutral.sigma, neutral.sigma_basis)}"
    return [
        [
            (Piece("long/short ", "dim"), Piece(spread, f"{tone(reading.return_)} strong")),
            fact("", *verdict(reading, short=True)),
            fact("of the hour", sigma(reading.sigma_of_hour, basis), "dim"),
        ],
        [
            fact("long", percent(reading.long_return), tone(reading.long_return)),
            fact("short basket", percent(reading.short_return), tone(reading.short_return)),
            (
                Piece("beta-neutral ", "dim"),
                Piece(percent(hedged.return_), tone(hedged.return_)),
                Piece(f" k{plain_number(hedged.hedge_ratio)}", "dim"),
            ),
        ],
        [
            *(traded if thin else []),
            fact("from longs vs mkt", long_share(reading)),
            *doubted,
            fact("sector-neutral", sectors, tone(neutral.return_)),
            *([] if thin else traded),
            fact("", counts, "dim"),
        ],
    ]


class MomentumPane(BoardPane["MomentumReading"]):
    """Long/short spread with its σ, the split between the legs, and the names that drive it."""

    PART = "momentum"
    DEFAULT_CSS: ClassVar[str] = """
    MomentumPane Horizontal { height: 1fr; }
    MomentumPane #short { margin-left: 2; }
    """

    def compose(self) -> ComposeResult:
        """Figures above, the legs side by side below."""
        yield from super().compose()
        yield Facts(lines=3)
        with Horizontal():
            yield Table(columns("LONG"), name="desk-momentum", id="long")
            yield Table(columns("SHORT"), name="desk-momentum", id="short")

    def __init__(self, number: int, title: str) -> None:
        super().__init__(number, title)
        self._told: Mapping[str, Told] = NONE_TOLD

    def show_beside(self, board: "Board") -> None:
        """What is told of the companies of both legs."""
        self._told = told_of_legs(board)

    def show_reading(self, reading: "MomentumReading") -> None:
        """The summary and both legs."""
        self.query_one(Facts).show(summary(reading))
        for leg, names in (("long", reading.long), ("short", reading.short)):
            table = self.query_one(f"#{leg}", Table)
            table.empty = reading.missing.get(f"{leg}_return", "no names")
            table.set_rows(leg_rows(names, self._told))

    def show_awaited(self, reason: str) -> None:
        """The reason where the legs will stand."""
        self.query_one("#long", Table).empty = reason
        self.query_one("#short", Table).empty = ""
