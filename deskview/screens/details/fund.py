"""A leveraged fund: the arithmetic of its rebalance, line by line."""

import re
from typing import TYPE_CHECKING

from deskview.analytics.leverage import fund_steps
from deskview.market.titles import underlying_title
from deskview.screens.details import columns
from deskview.screens.details.charts import price_chart
from deskview.screens.details.detail import Detail, Section
from deskview.screens.format import percent, tone, usd
from deskview.widgets.facts import Fact, fact
from deskview.widgets.records import Cell, Row

if TYPE_CHECKING:
    from deskview.analytics.leverage.readings import FundRow
    from deskview.board import Board


def fund_detail(board: "Board", ticker: str) -> Detail:
    """The fund's figures, the formula with the numbers in it, and its price; why, where it has none."""
    reading = board.leverage.value
    row = next((row for row in reading.by_fund if row.ticker == ticker), None) if reading else None
    chart = price_chart(board.basis.history, ticker, None) if board.basis else None
    if row is None:
        out = next((row for row in reading.left_out if row.ticker == ticker), None) if reading else None
        title = f"{ticker}  {out.name}" if out else ticker
        why = f"left out: {out.reason}" if out else "this fund has no figures now"
        return Detail(title, [[fact("", why, "warning")]], chart, "Close, a year, split-adjusted")
    return Detail(f"{ticker}  {row.name}", _figures(row), chart, "Close, a year, split-adjusted", (_arithmetic(row),))


def _figures(row: "FundRow") -> list[list[Fact]]:
    leverage = f"{row.leverage:g}".replace("-", "−")
    return [
        [fact("follows", underlying_title(row.underlying, row.kind)), fact("kind", row.kind)],
        [fact("leverage L", f"{leverage}x"), fact("AUM", usd(row.aum_usd, sign=False))],
        [fact("today", usd(row.today_usd), f"{tone(row.today_usd)} strong")],
        [fact("per +1%", usd(row.per_1pct_usd, sign=False))],
        [fact("its week p05", usd(row.week_p05_usd)), fact("p95", usd(row.week_p95_usd))],
        [fact("worst 5% of weeks, mean", usd(row.week_es05_usd))],
        [fact("fund's return less L·r", percent(row.tracking_gap, 2), "dim")],
    ]


def _arithmetic(row: "FundRow") -> Section:
    rows = tuple(
        Row(step.label, (Cell(_minus(step.label), "dim"), Cell(_minus(step.figure)))) for step in fund_steps(row)
    )
    return Section("fund-steps", "Today, line by line", columns.STEPS, rows)


def _minus(text: str) -> str:
    """The typographic minus before figures and in the formula; a date keeps its hyphens."""
    return re.sub(r"(?<![\da-z])-(?=[\dL(])", "−", text)
