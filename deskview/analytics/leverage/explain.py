"""The arithmetic behind one figure, line by line: which funds reach a name, and how a fund's trade comes about."""

from typing import NamedTuple

from msgspec import Struct

from deskview.analytics.leverage.model import LeverageModel
from deskview.analytics.leverage.readings import FundRow, Leverage
from deskview.market.titles import underlying_title


class NameFund(Struct, frozen=True):
    """One fund's part in a name: `usd` = `weight` (the name's in the fund's underlying) times the fund's flow.

    `title` is what the underlying is called.
    """

    ticker: str
    underlying: str
    leverage: float
    weight: float
    fund_usd: float | None
    usd: float | None
    title: str


def funds_of_name(model: LeverageModel, reading: Leverage, ticker: str) -> list[NameFund]:
    """Every equity fund whose trade reaches the name, the largest part first; empty for a name none reaches."""
    tickers = model.allocation.tickers.tolist()
    if ticker not in tickers:
        return []
    at = tickers.index(ticker)
    weights: dict[int, float] = {}
    for legs in (model.allocation.single, model.allocation.index):
        mine = legs.name == at
        for underlying, weight in zip(legs.underlying[mine].tolist(), legs.weight[mine].tolist(), strict=True):
            weights[underlying] = weights.get(underlying, 0.0) + weight
    place = dict(zip(model.labels.ticker.tolist(), model.position.tolist(), strict=True))
    rows = [_part(fund, weights[place[fund.ticker]]) for fund in reading.by_fund if place[fund.ticker] in weights]
    return sorted(rows, key=lambda row: -abs(row.usd or 0.0))


def _part(fund: FundRow, weight: float) -> NameFund:
    usd = None if fund.today_usd is None else weight * fund.today_usd
    title = underlying_title(fund.underlying, fund.kind)
    return NameFund(fund.ticker, fund.underlying, fund.leverage, weight, fund.today_usd, usd, title)


class Step(NamedTuple):
    """One line of the arithmetic: what it is, and the figure with its inputs."""

    label: str
    figure: str


def fund_steps(fund: FundRow) -> list[Step]:
    """How the fund's trade comes about, one step a line, with the inputs and where they are from."""
    factor = fund.leverage * (fund.leverage - 1)
    lines = [
        Step("AUM A at the previous close", f"{fund.aum_usd:,.0f} USD"),
        Step("shares counted", fund.aum_as_of or "on an unknown day"),
        Step("multiplier L(L-1)", f"{fund.leverage:g} x {fund.leverage - 1:g} = {factor:g}"),
        Step("per 1 %", f"{fund.per_1pct_usd:+,.0f} USD"),
    ]
    if fund.return_ is None or fund.rebalance_usd is None:
        return [*lines, Step("return", "neither the underlying nor the fund has one")]
    title = underlying_title(fund.underlying, fund.kind)
    source = f"of {title}" if fund.return_source == "underlying" else f"the fund's own over {fund.leverage:g}"
    lines.append(Step("return r", f"{fund.return_:+.4%}, {source}"))
    rule = "-L·A·(1+r), wiped out" if fund.wiped_out else "L(L-1)·A·r"
    lines.append(Step(f"rebalance {rule}", f"{fund.rebalance_usd:+,.0f} USD"))
    if fund.creation_usd is not None:
        lines.append(Step("creations times L", f"{fund.creation_usd:+,.0f} USD"))
    return [*lines, Step("today", f"{fund.today_usd:+,.0f} USD")]
