"""A leveraged fund: the arithmetic of its rebalance, line by line."""

from typing import TYPE_CHECKING

from deskview.screens.details.charts import price_chart
from deskview.screens.details.detail import Detail
from deskview.screens.format import percent, tone, usd
from deskview.widgets.facts import Fact, fact

if TYPE_CHECKING:
    from deskview.analytics.leverage.readings import FundRow
    from deskview.board import Board


def fund_detail(board: "Board", ticker: str) -> Detail:
    """The fund's inputs, the formula with the numbers in it, and its price."""
    reading = board.leverage.value
    row = next((row for row in reading.by_fund if row.ticker == ticker), None) if reading else None
    if row is None:
        return Detail(ticker, [[fact("", "this fund has no figures now", "dim")]])
    chart = price_chart(board.basis.history, ticker, None) if board.basis else None
    return Detail(f"{ticker}  {row.name}", _arithmetic(row), chart, "Close, a year, split-adjusted")


def _arithmetic(row: "FundRow") -> list[list[Fact]]:
    leverage = f"{row.leverage:g}".replace("-", "−")
    factor = f"{row.leverage * (row.leverage - 1):g}"
    return [
        [fact("follows", row.underlying), fact("kind", row.kind)],
        [fact("leverage L", f"{leverage}x")],
        [fact("AUM at previous close A", usd(row.aum_usd, sign=False)), fact("shares of", row.aum_as_of or "unknown")],
        [
            fact("underlying's return r", percent(row.return_, 2), tone(row.return_)),
            fact("from", row.return_source or "none"),
        ],
        [fact("today = L(L−1)·A·r", f"{factor} × {usd(row.aum_usd, sign=False)} × {percent(row.return_, 2)}", "dim")],
        [fact("", usd(row.today_usd), f"{tone(row.today_usd)} strong")],
        [fact("per +1%", usd(row.per_1pct_usd, sign=False))],
        [fact("its week p05", usd(row.week_p05_usd)), fact("p95", usd(row.week_p95_usd))],
        [fact("fund's return less L·r", percent(row.tracking_gap, 2), "dim")],
    ]
