"""Pane 3: what leveraged ETFs must trade today, over the coming week, and in which names."""

from typing import TYPE_CHECKING

from textual.app import ComposeResult

from deskview.screens.format import MISSING, percent, tone, usd
from deskview.screens.frame.pane import BoardPane
from deskview.widgets.facts import Fact, Facts, fact
from deskview.widgets.records import Cell, Column, Piece, Row
from deskview.widgets.table import Table

if TYPE_CHECKING:
    from deskview.analytics.leverage import Leverage


COLUMNS = (
    Column("ticker", "name", width=6),
    Column("today", "today", width=7, align="right"),
    Column("adv", "% ADV", width=6, align="right", priority=1),
    Column("single", "single-stock", width=7, align="right", priority=3),
    Column("index", "index", width=7, align="right", priority=2),
    Column("per1", "per 1%", width=7, align="right", priority=4),
    Column("sector", "sector", flex=True, minimum=8, priority=5),
)

SHOWN = 100
"""Names on the desk; a fund of an index trades hundreds."""
MORE = "more"


def name_rows(reading: "Leverage") -> list[Row]:
    """One row a name, the largest trades first; names beyond the threshold stand out. The last row counts the rest."""
    threshold = set(reading.threshold_names)
    traded = [row for row in reading.by_name if row.today_usd is not None]
    shown = traded[: max(SHOWN, len(threshold))]
    rest = len(traded) - len(shown)
    more = [Row(MORE, (Cell(f"··· {rest} smaller ones on the page of leveraged ETFs"),), header=True)] if rest else []
    return [
        Row(
            row.ticker,
            (
                Cell(row.ticker, "strong" if row.ticker in threshold else ""),
                Cell(usd(row.today_usd), tone(row.today_usd) + (" strong" if row.ticker in threshold else "")),
                Cell(percent(row.of_adv), "dim"),
                Cell(usd(row.single_stock_usd), "dim"),
                Cell(usd(row.index_usd), "dim"),
                Cell(usd(row.per_1pct_usd, sign=False), "dim"),
                Cell(row.sector or "unknown", "dim"),
            ),
        )
        for row in shown
    ] + more


def _assets(reading: "Leverage") -> str:
    dated = reading.aum_as_of or MISSING
    return f"{reading.funds} funds {usd(reading.aum_usd, sign=False)}, shares of {dated}"


def _move_for(reading: "Leverage", dollars: float) -> str:
    moves = {move.usd: move.move for move in reading.next_week.implied_move}
    return percent(moves.get(dollars))


def summary(reading: "Leverage") -> list[list[Fact]]:
    """The pane's three lines of figures."""
    week = reading.next_week
    return [
        [
            (Piece("today ", "dim"), Piece(usd(reading.today_usd), f"{tone(reading.today_usd)} strong")),
            fact("per +1%", usd(reading.per_1pct_usd, sign=False)),
            fact("names ≥ $100M", str(len(reading.threshold_names))),
            fact("", _assets(reading), "dim"),
        ],
        [
            (Piece("next week ", "dim"), Piece(f"±{usd(week.sd_usd, sign=False)}", "strong"), Piece(" (1σ)", "dim")),
            fact("p05", usd(week.p05_usd), tone(week.p05_usd)),
            fact("p16", usd(week.p16_usd), tone(week.p16_usd)),
            fact("p84", usd(week.p84_usd), tone(week.p84_usd)),
            fact("p95", usd(week.p95_usd), tone(week.p95_usd)),
        ],
        [
            fact("mean", "0 without a drift: a range, no forecast", "dim"),
            fact("−$10B is a move of", _move_for(reading, -10e9)),
            fact("gross", usd(week.gross_usd, sign=False) if week.gross_usd is not None else MISSING, "dim"),
        ],
    ]


class LeveragePane(BoardPane["Leverage"]):
    """Rebalance today, the distribution of the coming week, and the names it falls on."""

    PART = "leverage"

    def compose(self) -> ComposeResult:
        """Figures above, the names below."""
        yield from super().compose()
        yield Facts(lines=3)
        yield Table(COLUMNS, name="desk-leverage")

    def show_reading(self, reading: "Leverage") -> None:
        """The summary and the names."""
        self.query_one(Facts).show(summary(reading))
        table = self.query_one(Table)
        table.empty = reading.missing.get("today_usd", "no name has a flow to show")
        table.set_rows(name_rows(reading))

    def show_awaited(self, reason: str) -> None:
        """The reason where the names will stand."""
        self.query_one(Table).empty = reason
