"""What the figures of leveraged ETFs are called and how they come about: help, labels and card."""

from typing import TYPE_CHECKING

from deskview.screens.format import MISSING, number, percent, usd, usd_sum
from deskview.screens.frame.card import Card, Line, Topic, amount_usd, flow_usd, reasons, rests_on

if TYPE_CHECKING:
    from deskview.analytics.leverage import Leverage
    from deskview.analytics.leverage.readings import UnderlyingRow
    from deskview.board import Board


from collections.abc import Mapping
from itertools import groupby

from deskview.market.titles import underlying_title, with_titles
from deskview.screens.frame.labels import Labels

TOPIC = Topic(
    "Leveraged ETFs",
    "A fund of leverage L must trade L(L-1) x assets x the underlying's return by the close, in the direction of"
    " the move. Assets are shares outstanding at the previous close's price. Index funds are traced to names by"
    " market cap (approximate). Next week is a distribution: without a drift its mean is zero; 1σ and the"
    " percentiles say how much could come either way. It does not say which. ● marks flows as large as the"
    " settings' threshold; 'closing auction, est.' assumes a share of the day's volume for it.",
)

FUND_LEVERAGE = "leverage: L times the underlying's return"
"""What the column of a fund's leverage says, in every list that has one."""
LABELS = Labels(
    "leverage",
    "leveraged ETFs",
    places={
        "next_week": "leveraged ETFs, next week",
        "next_week.simulation": "leveraged ETFs, next week simulated",
        "systematic_supply": "systematic supply",
        "score": "score of past forecasts",
    },
    rows={
        "by_name": "{row}: leveraged ETFs",
        "by_underlying": "{row}: leveraged ETFs on it alone",
        "by_fund": "fund {row}",
        "by_kind": "leveraged ETFs, kind {row}",
        "other_kinds": "leveraged ETFs, kind {row}",
        "by_sector": "leveraged ETFs, sector {row}",
    },
    row_titles={"by_underlying": underlying_title},
    figures={"by_name.today_usd": "today, all funds", "by_name.per_1pct_usd": "for a move of 1%, all funds"},
    untold=frozenset({"funds", "by_fund.creation_usd", "by_fund.tracking_gap"}),
    as_one=("score",),
    gaps={
        "creation_usd": "creations and redemptions",
        "score": "score of past forecasts",
        "by_name.of_adv": "% of daily volume",
        "by_name.of_close": "% of the closing auction",
        "by_name.impact_bp": "impact",
        "by_name.index_usd": "index funds, traced to names",
        "by_fund.return": "returns of funds",
        "by_fund.reset": "weekly resets",
        "aum_as_of": "assets",
    },
    reasons={"creation_usd": "not given by the market-data provider; the rebalance alone is counted"},
)
_BY_NAME = "by_name."


def remarks(notes: Mapping[str, str]) -> list[tuple[str, str]]:
    """(figure, remark) in words; underlyings with the same remark share a row."""
    of_underlyings = [(path, text) for path, text in notes.items() if _is_underlying(path)]
    rest = [(path, text) for path, text in notes.items() if not _is_underlying(path)]
    rows = [(LABELS.gap(path), with_titles(text) if path.endswith(".index_usd") else text) for path, text in rest]
    for text, alike in groupby(sorted(of_underlyings, key=lambda item: item[1]), key=lambda item: item[1]):
        titles = [underlying_title(path.partition(".")[2]) for path, _ in alike]
        rows.append((f"{len(titles)} underlyings", f"{text}: {', '.join(titles)}"))
    return rows


def _is_underlying(path: str) -> bool:
    """A remark on one underlying stands under its key, which is written in capitals."""
    rest = path.removeprefix(_BY_NAME)
    return rest != path and (rest.isupper() or rest.startswith("fund:"))


FUND_TEXT = (
    "To end the day with leverage L on its new assets, a fund trades L(L−1)·A·r by the close: A its assets at the"
    " previous close, r the underlying's return. Long and short funds alike trade in the direction of the move."
)


IMPACT = "a square-root rule with the name's daily σ: an estimate, nothing observed"


def card(board: "Board", reading: "Leverage", key: str | None, _variant: str) -> Card:
    """Today and the week; the name or fund `key` where there is one."""
    r = reading
    biggest = max(r.by_underlying, key=lambda row: abs(row.today_usd or 0.0), default=None)
    lines = [
        *through(reading, key),
        Line("today = Σ L(L−1)·A·r", f"{flow_usd(r.today_usd)} over {r.funds} funds"
             f" with {amount_usd(r.aum_usd)} yesterday"),
        *([Line("largest underlying", _underlying(biggest))] if biggest else []),
        Line("per 1 % = Σ L(L−1)·A·1%", f"{amount_usd(r.per_1pct_usd)}: every underlying up by one percent"),
        Line("traced to names", f"all but {amount_usd(r.unallocated_usd)}; {len(r.threshold_names)} names"
             f" beyond {usd(r.threshold_usd, sign=False)}"),
        Line("assets A", f"shares of {r.aum_as_of or MISSING} × previous close; the oldest of {r.aum_oldest_as_of}"),
        *_week(r),
    ]  # fmt: skip
    out = [(row.ticker, row.reason) for row in r.left_out]
    foot = rests_on(board, board.leverage, coverage=f"{r.funds} funds counted, {len(out)} outside the totals")
    return Card("Leveraged ETFs", FUND_TEXT, tuple(lines), foot, reasons([*LABELS.missing(r.missing), *out]))


def _week(r: "Leverage") -> list[Line]:
    """The coming sessions, and why they start from other assets than today's flow."""
    week = r.next_week
    percentiles = (week.p05_usd, week.p16_usd, week.p84_usd, week.p95_usd)
    from_ = f"from {amount_usd(week.base_aum_usd)}, the same funds' assets after today's move"
    return [
        Line("next week, 1σ", f"±{amount_usd(week.sd_usd)} {from_}"),
        Line("p05, p16, p84, p95", " ".join(map(usd, percentiles))),
        Line(
            "mean and median",
            "0 by construction, as no drift is assumed: the chance of net selling is 50% and says nothing",
        ),
        Line("method", week.method),
    ]


def _underlying(row: "UnderlyingRow") -> str:
    return f"{row.name} {percent(row.return_, 2)}: {flow_usd(row.today_usd)} by {row.funds} funds"


def through(reading: "Leverage", key: str | None) -> list[Line]:
    """The leveraged-ETF flow that reaches a name beside the day's volume; nothing for a name none reaches."""
    row = next((row for row in reading.by_name if row.ticker == key), None)
    if row is None:
        return []
    single, index, today = usd_sum(row.single_stock_usd, row.index_usd, row.today_usd)
    adv, close = amount_usd(row.adv_usd), f"{reading.closing_share:.0%}"
    rule = reading.notes.get("by_name.impact_bp", "").partition(":")[0] or "Y·σ·√(flow/ADV)"
    bp = MISSING if row.impact_bp is None else f"{number(row.impact_bp, 0)}bp"
    return [
        Line(f"{row.ticker}: single + index", f"{single} + ({index}) = {today}"),
        Line("% ADV", f"{today} / {adv} = {percent(row.of_adv)}"),
        Line("% close est.", f"{today} / ({close} × {adv}) = {percent(row.of_close, 0)}; that the closing auction is"
             f" {close} of a day's volume is an assumption (closing_share in the settings)"),
        Line("impact est.", f"{rule} = {bp}; {IMPACT}"),
    ]  # fmt: skip
