"""Cards of flows: leveraged ETFs today and over the week, a fund, retail and the rest."""

from typing import TYPE_CHECKING

from deskview.analytics.leverage.explain import fund_steps
from deskview.screens.cards.card import Card, Line, plain_number, reasons, rests_on, signed
from deskview.screens.format import MISSING, percent, percentile, share, usd

if TYPE_CHECKING:
    from deskview.analytics.flow import Flow, Side
    from deskview.analytics.leverage import Leverage
    from deskview.board import Board

FUND_TEXT = (
    "To end the day with leverage L on its new assets, a fund trades L(L−1)·A·r by the close: A its assets at the"
    " previous close, r the underlying's return. Long and short funds alike trade in the direction of the move."
)


def leverage_card(board: "Board", reading: "Leverage", key: str | None) -> Card:
    """Today and the week; the name or fund `key` where there is one."""
    r, week = reading, reading.next_week
    percentiles = (week.p05_usd, week.p16_usd, week.p50_usd, week.p84_usd, week.p95_usd)
    biggest = max(r.by_underlying, key=lambda row: abs(row.today_usd or 0.0), default=None)
    lines = [
        *through(reading, key),
        Line("today = Σ L(L−1)·A·r", f"{usd(r.today_usd)} over {r.funds} funds with {usd(r.aum_usd, sign=False)}"),
        *([Line("largest underlying", _underlying(biggest))] if biggest else []),
        Line("per 1 % = Σ L(L−1)·A·1%", f"{usd(r.per_1pct_usd, sign=False)}: every underlying up by one percent"),
        Line("traced to names", f"all but {usd(r.unallocated_usd, sign=False)}; {len(r.threshold_names)} names"
             f" beyond {usd(r.threshold_usd, sign=False)}"),
        Line("assets A", f"shares of {r.aum_as_of or MISSING} × previous close; the oldest of {r.aum_oldest_as_of}"),
        Line("next week, 1σ", f"±{usd(week.sd_usd, sign=False)} from {usd(week.base_aum_usd, sign=False)};"
             f" mean {usd(week.mean_usd)}"),
        Line("p05, p16, p50, p84, p95", " ".join(map(usd, percentiles))),
        Line("method", week.method),
    ]  # fmt: skip
    out = [(row.ticker, row.reason) for row in r.left_out]
    foot = rests_on(board, board.leverage, coverage=f"{r.funds} funds counted, {len(out)} outside the totals")
    return Card("Leveraged ETFs", FUND_TEXT, tuple(lines), foot, reasons([*r.missing.items(), *out]))


def _underlying(row: object) -> str:
    name, ret, today = (getattr(row, field) for field in ("underlying", "return_", "today_usd"))
    return f"{name} {percent(ret, 2)}: {usd(today)} by {getattr(row, 'funds', 0)} funds"


def through(reading: "Leverage", key: str | None) -> list[Line]:
    """The leveraged-ETF flow that reaches a name; nothing for a name none reaches."""
    row = next((row for row in reading.by_name if row.ticker == key), None)
    if row is None:
        return []
    parts = f"{usd(row.single_stock_usd)} + {usd(row.index_usd)} = {usd(row.today_usd)}"
    return [
        Line(f"{row.ticker}: single + index", parts),
        Line("% ADV", f"{usd(row.today_usd)} / {usd(row.adv_usd, sign=False)} = {percent(row.of_adv)}"),
    ]


def fund_card(board: "Board", reading: "Leverage", key: str | None) -> Card:
    """One fund's arithmetic, step by step."""
    fund = next((row for row in reading.by_fund if row.ticker == key), None)
    foot = rests_on(board, board.leverage)
    if fund is None:
        why = next((row.reason for row in reading.left_out if row.ticker == key), "not among the funds known")
        return Card(key or "Fund", FUND_TEXT, (), foot, (f"{key}: {why}",))
    steps = tuple(Line(step.label, step.figure) for step in fund_steps(fund))
    return Card(f"{fund.ticker}  {fund.name}", FUND_TEXT, steps, foot)


def flow_card(board: "Board", reading: "Flow", _: str | None) -> Card:
    """Both sides: net, intensity, percentile, and how often a sign is wrong."""
    lines = [*_side("retail", reading.retail), *_side("non-retail", reading.institutional)]
    lines.append(Line("signed", f"{share(reading.classified_share)} of the dollars outside auctions"))
    lines.append(Line("auctions, apart", usd(reading.auction_usd, sign=False)))
    definition = (
        "Net is dollars bought less dollars sold of the signed prints; intensity is net over both together. The"
        f" percentile is the share of earlier sessions with a lower intensity. {reading.comparison}"
    )
    names = f"{reading.retail.names} focus names, {reading.retail.prints + reading.institutional.prints:,} prints"
    out = [(f"{count:,} prints", why) for why, count in reading.left_out.items()]
    foot = rests_on(board, board.flow, coverage=names)
    return Card("Flow", definition, tuple(lines), foot, reasons([*reading.missing.items(), *out]))


def prints_of(reading: "Flow", key: str | None) -> list[Line]:
    """The prints of a focus name; nothing for another."""
    row = next((row for row in reading.by_name if row.ticker == key), None)
    if row is None:
        return []
    traded = usd(row.turnover_usd, sign=False)
    return [
        Line("retail net", f"{usd(row.retail_net_usd)}, intensity {signed(row.retail_intensity)}"),
        Line(
            "non-retail net", f"{usd(row.other_net_usd)}, intensity {signed(row.other_intensity)}, of {traded} traded"
        ),
    ]


def _side(label: str, side: "Side") -> list[Line]:
    halves = [half for half in side.by_half_hour if half.buy_usd is not None and half.sell_usd is not None]
    bought = sum(half.buy_usd or 0.0 for half in halves)
    sold = sum(half.sell_usd or 0.0 for half in halves)
    amounts = f"{usd(bought, sign=False)} − {usd(sold, sign=False)}"
    net = f"{amounts} = {usd(side.net_usd)}" if halves else MISSING
    both = usd(bought + sold, sign=False)
    intensity = f"{usd(side.net_usd)} / {both} = {signed(side.intensity, 3)}" if halves else MISSING
    rank = f"{percentile(side.percentile)} of {side.days} sessions ({plain_number(side.percentile, 1)})"
    return [
        Line(f"{label} net", net),
        Line("intensity", intensity),
        Line("percentile", rank),
        Line("errors", side.sign_error_note),
    ]
