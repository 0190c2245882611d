"""The arithmetic behind one figure, line by line: which funds reach a name, and how a fund's trade comes about."""

from datetime import date
from typing import NamedTuple

from msgspec import Struct

from deskview.analytics.leverage.model import LeverageModel
from deskview.analytics.leverage.readings import PROVIDER, FundRow, Leverage
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


_COUNTED = {
    PROVIDER: "shares counted",
    "shares": "shares, your names_file",
    "assets": "assets, your names_file",
}
"""What A rests on, by its source."""


def fund_steps(fund: FundRow, session: date | None) -> list[Step]:
    """How the fund's trade of `session` comes about, one step a line, with the inputs and where they are from.

    A fund that does not reset daily trades on its assets at the last reset and on the return since, on its reset day.
    """
    daily, now = fund.reset == "daily", fund.trades_on(session)
    factor = fund.leverage * (fund.leverage - 1)
    return [
        Step("AUM A at the previous close" if daily else "AUM at the previous close", _usd(fund.aum_usd, sign="")),
        Step(_COUNTED[fund.aum_source], fund.aum_as_of or "on an unknown day"),
        *([] if daily else [Step("assets at the last reset", _assets(fund.period_aum_usd))]),
        Step("multiplier L(L−1)", _minus(f"{fund.leverage:g} × {fund.leverage - 1:g} = {factor:g}")),
        *([Step("per 1 %", _usd(fund.per_1pct_usd))] if now else []),
        *_trade(fund, now=now),
    ]


def _trade(fund: FundRow, *, now: bool) -> list[Step]:
    """The return and what it forces today, which is nothing where the fund does not reset `now`."""
    daily = fund.reset == "daily"
    move = fund.return_ if daily else fund.period_return
    label, rule = ("return r", "today") if daily else ("return since the last reset", "resets today,")
    if not now:
        following = "" if fund.resets_on is None else f", next {date.fromisoformat(fund.resets_on):%a %-d %b}"
        rest = [Step("today", f"trades on its reset day alone{following}")]
        return rest if move is None else [Step(label, f"r = {_percent(move)} so far, {_source(fund)}"), *rest]
    if fund.today_usd is None or move is None:
        why = "neither the underlying nor the fund has one" if daily else "not known: a price at its last reset is not"
        known = [] if fund.today_usd is None else [Step(rule.rstrip(","), _usd(fund.today_usd))]
        return [Step(label, why), *known]
    formula = "−L·A·(1+r), wiped out" if fund.wiped_out else "L(L−1)·A·r"
    return [
        Step(label, f"{'' if daily else 'r = '}{_percent(move)}, {_source(fund)}"),
        Step(f"{rule} {formula}", _usd(fund.today_usd)),
    ]


def _source(fund: FundRow) -> str:
    own = f"the fund's own over {_minus(f'{fund.leverage:g}')}"
    return own if fund.return_source == "fund" else f"of {underlying_title(fund.underlying, fund.kind)}"


def _assets(usd: float | None) -> str:
    return "not known: its price then is not" if usd is None else f"A = {_usd(usd, sign='')}"


def _usd(value: float, sign: str = "+") -> str:
    return _minus(f"{value:{sign},.0f} USD")


def _percent(fraction: float) -> str:
    return _minus(f"{fraction:+.4%}")


def _minus(text: str) -> str:
    return text.replace("-", "−")
