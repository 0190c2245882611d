"""The card of leveraged ETFs: the arithmetic of the reading, of a name, and of a row in words."""

from typing import TYPE_CHECKING

from deskview.format import MISSING, number, percent, percentile, share, usd, usd_sum
from deskview.market.titles import underlying_title
from deskview.screens.frame.card import Card, Line, amount_usd, flow_usd, reasons, rests_on
from deskview.screens.leverage.explain import (
    FUND_TEXT,
    GAPS,
    TECHNOLOGY,
    basis_words,
    counted,
    covered,
    creations_label,
    day_of,
    interval,
    is_large,
    own_words,
    r_squared,
    rank_words,
    spread,
    tenths,
    unsigned,
)
from deskview.screens.leverage.remarks import row_card
from deskview.screens.leverage.supply import supply_lines
from deskview.screens.leverage.weights import weights_card

if TYPE_CHECKING:
    from deskview.analytics.leverage import Leverage
    from deskview.analytics.leverage.readings import IndexWeights, NameRow, UnderlyingRow
    from deskview.board import Board


IMPACT = "a square-root rule with the name's daily σ: an estimate, nothing observed"


def card(board: "Board", reading: "Leverage", key: str | None, _variant: str) -> Card:
    """Today and the week; the name `key` where there is one, the row `key` of a list of words whole."""
    r = reading
    row = (row_card(board, r, key) or weights_card(board, r, key)) if key else None
    if row is not None:
        return row
    lines = [
        *through(reading, key),
        *carried(board, reading, key),
        *_today(r),
        *_week(r),
        *_past_weeks(r),
        *supply_lines(r),
    ]
    out = [(row.ticker, row.reason) for row in r.left_out]
    foot = rests_on(board, board.leverage, coverage=f"{_counted(r)} counted, {len(out)} left out")
    return Card("Leveraged ETFs", FUND_TEXT, tuple(lines), foot, reasons([*GAPS.missing(_news(r)), *out]))


def _counted(r: "Leverage") -> str:
    return f"{r.funds} of {counted(r.funds_known, 'fund')}" if r.funds_known else counted(r.funds, "fund")


def _news(r: "Leverage") -> dict[str, str]:
    """What is missing but for what is always so: weeks of funds that reset seldom, and fits where none is made."""
    young = any(row.week_p05_usd is None and row.reset == "daily" for row in r.by_fund)
    always = ("index_weights.",) if young else ("index_weights.", "by_fund.week_")
    return {path: why for path, why in r.missing.items() if not path.startswith(always)}


def _today(r: "Leverage") -> list[Line]:
    """Today's flow, what it rests on, how unusual it is, and where it falls."""
    biggest = max(r.by_underlying, key=lambda row: abs(row.today_usd or 0.0), default=None)
    return [
        Line("today = Σ L(L−1)·A·r", f"{flow_usd(r.today_usd)} over {counted(r.funds, 'fund')}"
             f" with {amount_usd(r.aum_usd)} yesterday"),
        *_coverage(r),
        *_rank(r),
        *([Line("largest underlying", _underlying(biggest))] if biggest else []),
        *_families(r),
        Line("per 1 % = Σ L(L−1)·A·1%", f"{amount_usd(r.per_1pct_usd)}: every underlying up by one percent"),
        Line("traced to names", f"all but {amount_usd(r.unallocated_usd)}; {counted(len(r.threshold_names), 'name')}"
             f" beyond {usd(r.threshold_usd, sign=False)}"),
        Line("assets A", f"shares of {r.aum_as_of or MISSING} × previous close; the oldest of"
             f" {r.aum_oldest_as_of or MISSING}"),
        *_creations(r),
    ]  # fmt: skip


def _rank(r: "Leverage") -> list[Line]:
    """Among what today's is ranked: whole sessions, and of the funds that reset daily alone."""
    if r.rank is None:
        return []
    among = "" if is_large(r.rank) else f" among {r.rank.of}"
    since = f"whole sessions since {day_of(r.rank.since, '%-d %b %Y')}"
    rest = "each at today's assets, today's as if it closed now; daily funds only"
    text = f"{''.join(rank_words(r.rank))}{among} {since}, {rest}"
    return [Line("rank", text)]


def _coverage(r: "Leverage") -> list[Line]:
    if r.coverage is None:
        return []
    of = f"{_counted(r)} with assets"
    mine = f"; {own_words(r)}" if r.own_funds else ""
    return [Line("coverage", f"{of} have a return: {tenths(r.coverage)}% of the per-1% of all of them{mine}")]


def _families(r: "Leverage") -> list[Line]:
    """The funds on technology, their sum last."""
    if not r.by_family:
        return []
    *parts, total = usd_sum(*(row.today_usd for row in r.by_family), r.technology_usd)
    terms = " + ".join(
        f"{TECHNOLOGY[row.family]} ({part}) by {counted(row.funds, 'fund')}"
        for row, part in zip(r.by_family, parts, strict=True)
    )
    return [Line("of which technology", f"{terms} = {total}; index and sector funds alone")]


def _creations(r: "Leverage") -> list[Line]:
    if r.creation_usd is None:
        return []
    part = "" if r.creation_coverage is None else f", {covered(r.creation_coverage)} of the assets"
    text = (
        f"{flow_usd(r.creation_usd)}: L × new shares × price of the {counted(r.creation_funds, 'fund')} whose counts of"
        f" that session and of the one before are known{part}; they come a session later and are in no figure of today"
    )
    return [Line(creations_label(r), text)]


def _week(r: "Leverage") -> list[Line]:
    """The coming sessions, and why they start from other assets than today's flow."""
    week = r.next_week
    percentiles = (week.p05_usd, week.p16_usd, week.p84_usd, week.p95_usd)
    part = "" if week.coverage is None else f"; on {tenths(week.coverage)}% of the per-1% of all of them"
    from_ = f"from {amount_usd(week.base_aum_usd)}, the assets after today's move of the funds that reset daily"
    return [
        Line("next week, 1σ", f"±{amount_usd(week.sd_usd)} {from_}{part}"),
        *_without_today(r),
        *([Line("its place", f"{percentile(week.percentile)} percentile of the {week.percentile_of} days before, at"
                             " today's assets")] if week.percentile is not None else []),
        Line("p05, p16, p84, p95", " ".join(map(usd, percentiles))),
        *([Line("p01, mean of worst 5%", f"{usd(week.p01_usd)}, {usd(week.es05_usd)}: tails of Student's t with 5"
                                         " degrees of freedom at the same σ")] if week.p01_usd is not None else []),
        Line(
            "mean and median",
            "0 by construction, as no drift is assumed: the chance of net selling is 50% and says nothing",
        ),
        Line("method", week.method),
    ]  # fmt: skip


TODAYS_MOVE = "today's move"


def _without_today(r: "Leverage") -> list[Line]:
    """What today's move does to the spread, to how much of a day it is taken, and what is to be known of that."""
    week, note = r.next_week, r.notes.get("next_week.sd_usd", "")
    words = note.removeprefix(f"without {TODAYS_MOVE}: ").removeprefix(f"{TODAYS_MOVE} ")
    noted = [Line(TODAYS_MOVE, words)] if words else []
    if week.sd_without_today_usd is None:
        return noted
    if week.day_share is None:
        how = "what share of a day's variance is behind is not known: today's move counts as it stands"
    elif week.day_share >= 1.0:
        how = "today's move is of the whole day"
    else:
        how = (
            f"{covered(week.day_share)} of a day's variance is usually behind by now, and today's move is brought to"
            " a whole day by it"
        )
    return [Line(f"without {TODAYS_MOVE}", f"±{amount_usd(week.sd_without_today_usd)}; {how}"), *noted]


def _past_weeks(r: "Leverage") -> list[Line]:
    """How often the band held; weeks that overlap are no more than those that do not."""
    score = r.score
    if score is None or score.hit_rate is None:
        return []
    text = (
        f"the {share(score.band)} band held {score.hits} of {score.weeks} ({share(score.hit_rate)}; 95% interval"
        f" {interval(score)}); weeks overlap, {score.apart} of them do not"
    )
    if score.after_shocks:
        text += f"; after a shock {score.shock_hits} of {score.after_shocks}"
    return [Line("past weeks", text)]


def _underlying(row: "UnderlyingRow") -> str:
    return f"{row.name} {percent(row.return_, 2)}: {flow_usd(row.today_usd)} by {counted(row.funds, 'fund')}"


def through(reading: "Leverage", key: str | None) -> list[Line]:
    """The leveraged-ETF flow that reaches a name beside the day's volume; nothing for a name none reaches."""
    row = next((row for row in reading.by_name if row.ticker == key), None)
    if row is None:
        return []
    single, index, today = usd_sum(row.single_stock_usd, row.index_usd, row.today_usd)
    adv, close, cash = amount_usd(row.adv_usd), f"{reading.closing_share:.0%}", f"{reading.cash_share:.0%}"
    rule = reading.notes.get("by_name.impact_bp", "").partition(":")[0] or "Y·σ·√(flow/ADV)"
    bp = MISSING if row.impact_bp is None else f"{number(row.impact_bp, 0)}bp"
    return [
        Line(f"{row.ticker}: single + index", f"{single} + ({index}) = {today}"),
        Line("% ADV", f"{today} / {adv} = {percent(row.of_adv)}"),
        Line("% close est.", f"{cash} of {today} / ({close} × {adv}) = {percent(row.of_close, 0)}; that {cash} trades"
             f" in the closing auction and this is {close} of a day's volume are assumptions (cash_share, closing_share"
             " in the settings)"),
        Line("impact est.", f"{rule} = {bp}; {IMPACT}"),
        *_week_of(row),
    ]  # fmt: skip


def _week_of(row: "NameRow") -> list[Line]:
    """The coming week in the name, beside one day's volume."""
    if row.week_sd_usd is None:
        return []
    text = f"{spread(row.week_sd_usd)}, {unsigned(row.week_of_adv)} of ONE day's volume, over the coming sessions"
    return [Line("next week, 1σ", f"{text}; mean 0: a range")]


MOST_INDICES = 5
"""So many indices that carry flow to a name are told one by one."""


def carried(board: "Board", reading: "Leverage", key: str | None) -> list[Line]:
    """The indices whose flow reaches a name, the largest part first, each with its weight and what that rests on."""
    from deskview.analytics.leverage import funds_of_name  # noqa: PLC0415 - polars loads late

    model = board.basis.leverage if board.basis else None
    bases = {index.index: index for index in reading.index_weights}
    parts: dict[str, list[float]] = {}
    weights: dict[str, float] = {}
    for part in funds_of_name(model, reading, key) if model and key and bases else ():
        if part.underlying in bases and part.underlying != key:
            parts.setdefault(part.underlying, []).append(part.usd or 0.0)
            weights[part.underlying] = part.weight
    order = sorted(parts, key=lambda index: -abs(sum(parts[index])))
    lines = [
        Line(
            "index weights" if place == 0 else "",
            f"{underlying_title(index)} {weights[index]:.1%}, {_basis(bases[index])}:"
            f" {flow_usd(sum(parts[index]))} by {counted(len(parts[index]), 'fund')}",
        )
        for place, index in enumerate(order[:MOST_INDICES])
    ]
    rest = order[MOST_INDICES:]
    if rest:
        amount = flow_usd(sum(sum(parts[index]) for index in rest))
        lines.append(Line("", f"{amount} by funds on {len(rest)} more {'index' if len(rest) == 1 else 'indices'}"))
    return lines


def _basis(index: "IndexWeights") -> str:
    """Where its weights are from, and how well those implied fit, or why they are none."""
    if index.basis == "prior" and index.reason:
        return index.reason
    words = basis_words(index)
    return words if index.r2 is None else f"{words}, R² {r_squared(index.r2)}"
