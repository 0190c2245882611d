"""Pane 1: how hard momentum is hit, how unusual that is, and which leg it is."""

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal

from deskview.screens.format import arrow, basis_points, number, percent, share, short_sector, sigma, tone
from deskview.screens.frame.pane import BoardPane
from deskview.widgets.facts import Fact, Facts, fact
from deskview.widgets.records import Cell, Column, Piece, Row
from deskview.widgets.table import Table

if TYPE_CHECKING:
    from deskview.analytics.momentum import LegName, MomentumReading


def columns(leg: str) -> tuple[Column, ...]:
    """The columns of one leg's table; its first title names the leg."""
    return (
        Column("ticker", leg, width=6),
        Column("return", "now", width=6, align="right"),
        Column("contribution", "bp", width=3, align="right", priority=1),
        Column("score", "12-1", width=5, align="right", priority=2),
        Column("sector", "sector", flex=True, minimum=8, priority=3),
    )


def leg_rows(leg: "list[LegName]") -> list[Row]:
    """One row a name, in the reading's order: what drove the spread most comes first."""
    return [
        Row(
            name.ticker,
            (
                Cell(name.ticker, "" if name.covered else "stale"),
                Cell(percent(name.return_), tone(name.return_)),
                Cell(basis_points(name.contribution).removesuffix("bp"), tone(name.contribution)),
                Cell(percent(name.score, 0), "dim"),
                Cell(short_sector(name.sector or "unknown"), "dim"),
            ),
        )
        for name in leg
    ]


def summary(reading: "MomentumReading") -> list[list[Fact]]:
    """The pane's three lines of figures."""
    neutral = reading.sector_neutral
    spread = f"{arrow(reading.return_)}{percent(reading.return_)}  {sigma(reading.sigma)}"
    hedge = "" if reading.hedge_ratio is None else f" ×{number(reading.hedge_ratio).lstrip('+')}"
    counts = f"{len(reading.long)}+{len(reading.short)} of {reading.universe} names"
    return [
        [
            (Piece("long/short ", "dim"), Piece(spread, f"{tone(reading.return_)} strong")),
            fact("", reading.verdict or "", "accent"),
            fact("ewma", sigma(reading.sigma_ewma), "dim"),
        ],
        [
            fact("long", percent(reading.long_return), tone(reading.long_return)),
            (
                Piece("short basket ", "dim"),
                Piece(percent(reading.short_return), tone(reading.short_return)),
                Piece(hedge, "dim"),
            ),
            fact("from longs", share(reading.long_share)),
        ],
        [
            fact("sector-neutral", f"{percent(neutral.return_)} {sigma(neutral.sigma)}", tone(neutral.return_)),
            fact("traded", share(reading.coverage)),
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

    def show_reading(self, reading: "MomentumReading") -> None:
        """The summary and both legs."""
        self.query_one(Facts).show(summary(reading))
        for leg, names in (("long", reading.long), ("short", reading.short)):
            table = self.query_one(f"#{leg}", Table)
            table.empty = reading.missing.get(f"{leg}_return", "no names")
            table.set_rows(leg_rows(names))

    def show_awaited(self, reason: str) -> None:
        """The reason where the legs will stand."""
        self.query_one("#long", Table).empty = reason
        self.query_one("#short", Table).empty = ""
