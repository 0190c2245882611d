"""Cards of flows: leveraged ETFs today and over the week, a fund, retail and the rest."""

from typing import TYPE_CHECKING

from deskview.analytics.leverage.explain import fund_steps
from deskview.screens.cards.card import Card, Line, plain_number, reasons, rests_on, signed
from deskview.screens.flow_words import CORE, FEW_DAYS, dollars_of, history, rests_on_names, usual
from deskview.screens.format import MISSING, clock, number, percent, percentile, share, usd, usd_alike, usd_sum
from deskview.screens.gaps import gaps

if TYPE_CHECKING:
    from deskview.analytics.flow import Flow, Side
    from deskview.analytics.leverage import Leverage
    from deskview.analytics.leverage.readings import UnderlyingRow
    from deskview.board import Board

FUND_TEXT = (
    "To end the day with leverage L on its new assets, a fund trades L(L−1)·A·r by the close: A its assets at the"
    " previous close, r the underlying's return. Long and short funds alike trade in the direction of the move."
)


IMPACT = "a square-root rule with the name's daily σ: an estimate, nothing observed"


def leverage_card(board: "Board", reading: "Leverage", key: str | None) -> Card:
    """Today and the week; the name or fund `key` where there is one."""
    r = reading
    biggest = max(r.by_underlying, key=lambda row: abs(row.today_usd or 0.0), default=None)
    lines = [
        *through(reading, key),
        Line("today = Σ L(L−1)·A·r", f"{_usd(r.today_usd)} over {r.funds} funds with {_amount(r.aum_usd)} yesterday"),
        *([Line("largest underlying", _underlying(biggest))] if biggest else []),
        Line("per 1 % = Σ L(L−1)·A·1%", f"{_amount(r.per_1pct_usd)}: every underlying up by one percent"),
        Line("traced to names", f"all but {_amount(r.unallocated_usd)}; {len(r.threshold_names)} names"
             f" beyond {usd(r.threshold_usd, sign=False)}"),
        Line("assets A", f"shares of {r.aum_as_of or MISSING} × previous close; the oldest of {r.aum_oldest_as_of}"),
        *_week(r),
    ]  # fmt: skip
    out = [(row.ticker, row.reason) for row in r.left_out]
    foot = rests_on(board, board.leverage, coverage=f"{r.funds} funds counted, {len(out)} outside the totals")
    return Card("Leveraged ETFs", FUND_TEXT, tuple(lines), foot, reasons([*gaps("leverage", r.missing), *out]))


def _week(r: "Leverage") -> list[Line]:
    """The coming sessions, and why they start from other assets than today's flow."""
    week = r.next_week
    percentiles = (week.p05_usd, week.p16_usd, week.p84_usd, week.p95_usd)
    from_ = f"from {_amount(week.base_aum_usd)}, the same funds' assets after today's move"
    return [
        Line("next week, 1σ", f"±{_amount(week.sd_usd)} {from_}"),
        Line("p05, p16, p84, p95", " ".join(map(usd, percentiles))),
        Line(
            "mean and median",
            "0 by construction, as no drift is assumed: the chance of net selling is 50% and says nothing",
        ),
        Line("method", week.method),
    ]


def _underlying(row: "UnderlyingRow") -> str:
    return f"{row.name} {percent(row.return_, 2)}: {_usd(row.today_usd)} by {row.funds} funds"


def _usd(value: float | None) -> str:
    """A flow with one digit more than in a list."""
    return usd(value, digits=4)


def _amount(value: float | None) -> str:
    return usd(value, sign=False, digits=4)


def through(reading: "Leverage", key: str | None) -> list[Line]:
    """The leveraged-ETF flow that reaches a name beside the day's volume; nothing for a name none reaches."""
    row = next((row for row in reading.by_name if row.ticker == key), None)
    if row is None:
        return []
    single, index, today = usd_sum(row.single_stock_usd, row.index_usd, row.today_usd)
    adv, close = _amount(row.adv_usd), f"{reading.closing_share:.0%}"
    rule = reading.notes.get("by_name.impact_bp", "").partition(":")[0] or "Y·σ·√(flow/ADV)"
    bp = MISSING if row.impact_bp is None else f"{number(row.impact_bp, 0)}bp"
    return [
        Line(f"{row.ticker}: single + index", f"{single} + ({index}) = {today}"),
        Line("% ADV", f"{today} / {adv} = {percent(row.of_adv)}"),
        Line("% close est.", f"{today} / ({close} × {adv}) = {percent(row.of_close, 0)}; that the closing auction is"
             f" {close} of a day's volume is an assumption (closing_share in the settings)"),
        Line("impact est.", f"{rule} = {bp}; {IMPACT}"),
    ]  # fmt: skip


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
    lines.append(
        Line("institutional core", f"{_usd(reading.institutional.core_net_usd)} of the non-retail net: {CORE}")
    )
    lines.append(Line("signed", f"{share(reading.classified_share)} of the dollars outside auctions"))
    lines.append(Line("auctions, apart", _amount(reading.auction_usd)))
    lines += overlap_lines(board)
    definition = (
        "Net is dollars bought less dollars sold of the signed prints; intensity is net over both together. The"
        " percentile is the share of earlier sessions with a lower intensity: a buyer's low percentile means that it"
        f" buys less than it is used to. Compared: {reading.comparison}."
    )
    prints = f"{reading.retail.prints + reading.institutional.prints:,} prints"
    out = [(f"{count:,} prints", f"left out, {why}") for why, count in reading.left_out.items()]
    foot = rests_on(board, board.flow, coverage=f"{rests_on_names(reading)}, {prints}")
    return Card("Flow", definition, tuple(lines), foot, reasons([*gaps("flow", reading.missing), *out]))


def overlap_lines(board: "Board") -> list[Line]:
    """The favourites' overlap with both legs among its own recorded days."""
    crowding = board.crowding.value
    if crowding is None:
        return []
    legs = (("long", crowding.long), ("short", crowding.short))
    return [
        Line(f"favourites, {leg} leg", f"{percentile(side.percentile)} percentile against chance; {history(side)}")
        for leg, side in legs
    ]


def prints_of(board: "Board", reading: "Flow", key: str | None) -> list[Line]:
    """The prints of a focus name, the time they reach to and how sure they are; nothing for another."""
    row = next((row for row in reading.by_name if row.ticker == key), None)
    if row is None:
        return []
    retail, other = _usd(row.retail_net_usd), _usd(row.other_net_usd)
    return [
        Line("retail net", f"{retail}, intensity {signed(row.retail_intensity)}"),
        Line(
            "non-retail net", f"{other}, intensity {signed(row.other_intensity)}, of {_amount(row.turnover_usd)} traded"
        ),
        Line("prints to", f"{clock(board.flow.as_of)} ET"),
        Line("errors", reading.retail.sign_error_note),
    ]


def _side(label: str, side: "Side") -> list[Line]:
    (bought, sold), known = dollars_of(side), side.net_usd is not None
    first, second, net, both = usd_alike(bought, sold, side.net_usd, bought + sold)
    net = ("−" if (side.net_usd or 0.0) < 0 else "+") + net
    few = f", fewer than {FEW_DAYS}: read it with care" if side.days < FEW_DAYS else ""
    rank = f"{percentile(side.percentile)} ({plain_number(side.percentile, 1)}) of {side.days} sessions{few}"
    said = usual(label, side)
    return [
        Line(f"{label} net", f"{first} − {second} = {net}" if known else MISSING),
        Line("intensity", f"{net} / {both} = {signed(side.intensity, 3)}" if known else MISSING),
        Line("percentile", f"{rank}. {said}" if said else rank),
        Line("errors", side.sign_error_note),
    ]
