"""Pane 3: what leveraged ETFs must trade today, over the coming week, and in which names."""

from typing import TYPE_CHECKING

from textual.app import ComposeResult

from deskview.format import percent, tone, usd
from deskview.screens.frame.pane import BoardPane
from deskview.screens.gamma.facts import with_dealers
from deskview.screens.leverage.explain import spread, unsigned
from deskview.screens.leverage.summary import Summary
from deskview.widgets.records import Cell, Column, Row
from deskview.widgets.table import Table

if TYPE_CHECKING:
    from deskview.analytics.leverage import Leverage
    from deskview.board import Board


COLUMNS = (
    Column("ticker", "name", width=6),
    Column("today", "today", width=7, align="right"),
    Column("adv", "% ADV", width=6, align="right", priority=1),
    Column("week", "week ±", width=6, align="right", priority=2),
    Column("week_adv", "±% ADV", width=6, align="right", priority=3),
    Column("single", "single", width=7, align="right", priority=5),
    Column("index", "index", width=7, align="right", priority=4),
    Column("per1", "per 1%", width=7, align="right", priority=6),
    Column("sector", "sector", flex=True, minimum=8, priority=7),
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
                Cell(spread(row.week_sd_usd)),
                Cell(unsigned(row.week_of_adv), "dim"),
                Cell(usd(row.single_stock_usd), "dim"),
                Cell(usd(row.index_usd), "dim"),
                Cell(usd(row.per_1pct_usd, sign=False), "dim"),
                Cell(row.sector or "unknown", "dim"),
            ),
        )
        for row in shown
    ] + more


class LeveragePane(BoardPane["Leverage"]):
    """Rebalance today, the distribution of the coming week, and the names it falls on."""

    PART = "leverage"
    BESIDE = ("gamma",)

    def compose(self) -> ComposeResult:
        """Figures above, the names below."""
        yield from super().compose()
        yield Summary()
        yield Table(COLUMNS, name="desk-leverage")

    def show_beside(self, board: "Board") -> None:
        """What dealers and funds trade together."""
        self.query_one(Summary).beside = with_dealers(board)

    def show_reading(self, reading: "Leverage") -> None:
        """The summary and the names."""
        self.query_one(Summary).show_reading(reading)
        table = self.query_one(Table)
        table.empty = reading.missing.get("today_usd", "no name has a flow to show")
        table.set_rows(name_rows(reading))

    def show_awaited(self, reason: str) -> None:
        """The reason where the names will stand."""
        self.query_one(Table).empty = reason
