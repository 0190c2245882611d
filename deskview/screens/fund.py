"""A leveraged fund: the arithmetic of its rebalance, line by line."""

from datetime import date
from typing import TYPE_CHECKING

from deskview.format import MISSING, percent, tone, usd
from deskview.market.titles import underlying_title
from deskview.screens.frame.card import Card, Line, Topic, rests_on
from deskview.screens.frame.detail import Detail, Section
from deskview.screens.frame.subject import Subject, list_info
from deskview.screens.frame.target import Kind
from deskview.screens.leverage.explain import FUND_TEXT, creations_label, day_of
from deskview.widgets.facts import Fact, fact
from deskview.widgets.records import Cell, Column, Row

if TYPE_CHECKING:
    import polars as pl

    from deskview.analytics.leverage import Leverage
    from deskview.analytics.leverage.readings import FundRow
    from deskview.board import Board

STEPS = (Column("step", "step", width=28), Column("figure", "figure", flex=True, minimum=20))
"""The arithmetic of a fund."""


def fund_detail(board: "Board", ticker: str) -> Detail:
    """The fund's figures, the formula with the numbers in it, and its price; why, where it has none."""
    reading = board.leverage.value
    row = next((row for row in reading.by_fund if row.ticker == ticker), None) if reading else None
    if reading is None or row is None:
        out = next((row for row in reading.left_out if row.ticker == ticker), None) if reading else None
        title = f"{ticker}  {out.name}" if out else ticker
        why = f"left out: {out.reason}" if out else "this fund has no figures now"
        return Detail(title, [[fact("", why, "warning")]], ticker)
    return Detail(
        f"{ticker}  {row.name}",
        _figures(reading, row, board.session),
        ticker,
        sections=(_arithmetic(row, board.session),),
    )


def _figures(reading: "Leverage", row: "FundRow", session: date | None) -> list[list[Fact]]:
    leverage = f"{row.leverage:g}".replace("-", "−")
    return [
        [fact("follows", _follows(row))],
        [fact("kind", row.kind), fact("leverage L", f"{leverage}x")],
        _trade(row, session),
        *_assets(row, session),
        [fact(creations_label(reading), _creations(row), "dim")],
        *_terms(row, session),
        *_week(row),
        [fact("fund's return less L·r", percent(row.tracking_gap, 2), "dim")],
    ]


def _assets(row: "FundRow", session: date | None) -> list[list[Fact]]:
    """Its assets, of when they are, and whose figure that is where it is not the provider's."""
    from deskview.analytics.chain import age  # noqa: PLC0415 - polars loads late

    mine = row.aum_source in ("shares", "assets")
    label = f"{row.aum_source if mine else 'shares'} of"
    line = [fact("AUM", usd(row.aum_usd, sign=False)), fact(label, _day(row.aum_as_of))]
    if not mine:
        return [line]
    old = age(date.fromisoformat(row.aum_as_of), session) if row.aum_as_of and session else ""
    return [line, [fact("", f"from your names_file{f', {old}' if old else ''}", "warning" if old else "dim")]]


def _follows(row: "FundRow") -> str:
    """Its underlying; of one that is not known its own return stands for it."""
    unknown = row.underlying.startswith("fund:")
    return "not known, its own return" if unknown else underlying_title(row.underlying, row.kind)


def _trade(row: "FundRow", session: date | None) -> list[Fact]:
    """What it trades today, nothing where it does not reset."""
    if not row.trades_on(session):
        return [fact("today", "no trade before its reset day", "dim")]
    return [
        fact("today", usd(row.today_usd), f"{tone(row.today_usd)} strong"),
        fact("per +1%", usd(row.per_1pct_usd, sign=False)),
    ]


def _week(row: "FundRow") -> list[list[Fact]]:
    """Its own week, or why it has none."""
    if row.week_p05_usd is None:
        why = "too little history" if row.reset == "daily" else f"it resets {row.reset}"
        return [[fact("its week", f"{MISSING}  {why}", "dim")]]
    return [
        [fact("its week p05", usd(row.week_p05_usd)), fact("p95", usd(row.week_p95_usd))],
        [fact("worst 5% of weeks, mean", usd(row.week_es05_usd))],
    ]


def _terms(row: "FundRow", session: date | None) -> list[list[Fact]]:
    """When it resets, and who hedges where that is not the fund."""
    when = row.reset if row.resets_on is None else f"{row.reset}, next {_day(row.resets_on, '%a %-d %b')}"
    if row.resets_on is not None and row.trades_on(session):
        when = f"today ({row.reset})"
    resets = fact("resets", when, "" if row.reset == "daily" else "warning")
    hedged = [] if row.structure == "ETF" else [[fact("", f"{row.structure}: its issuer hedges", "warning")]]
    return [[resets], *hedged]


def _day(iso: str | None, form: str = "%-d %b %Y") -> str:
    return MISSING if iso is None else day_of(iso, form)


def _creations(row: "FundRow") -> str:
    return f"{MISSING} share count not known" if row.creation_usd is None else f"{usd(row.creation_usd)}, not in today"


def _arithmetic(row: "FundRow", session: date | None) -> Section:
    from deskview.analytics.leverage import fund_steps  # noqa: PLC0415 - polars loads late

    rows = tuple(Row(step.label, (Cell(step.label, "dim"), Cell(step.figure))) for step in fund_steps(row, session))
    return Section("fund-steps", "Today, line by line", STEPS, rows)


def card(board: "Board", reading: "Leverage", key: str | None, _variant: str) -> Card:
    """One fund's arithmetic, step by step."""
    from deskview.analytics.leverage import fund_steps  # noqa: PLC0415 - polars loads late

    fund = next((row for row in reading.by_fund if row.ticker == key), None)
    foot = rests_on(board, board.leverage)
    if fund is None:
        why = next((row.reason for row in reading.left_out if row.ticker == key), "not among the funds known")
        return Card(key or "Fund", FUND_TEXT, (), foot, (f"{key}: {why}",))
    steps = tuple(Line(step.label, step.figure) for step in fund_steps(fund, board.session))
    return Card(f"{fund.ticker}  {fund.name}", FUND_TEXT, steps, foot)


def table(board: "Board", ticker: str) -> "pl.DataFrame | None":
    """The one row of a leveraged fund's arithmetic."""
    from deskview.board.tables import part_table  # noqa: PLC0415 - polars loads late

    return part_table(
        board, board.leverage, lambda reading: [row for row in reading["by_fund"] if row["ticker"] == ticker]
    )


TOPIC = Topic(
    "A fund",
    "The arithmetic of one leveraged fund: assets at the previous close, the multiplier L(L−1), the underlying's"
    " return, and what follows from them for the close. A fund that resets weekly, monthly or quarterly trades on its"
    " reset day alone, on its assets at the last reset and the return since. Its chart is that of a name.",
)

FUND = Subject(
    name=Kind.FUND,
    title="A fund",
    topic=TOPIC,
    part="leverage",
    finds=lambda basis: ((key, name or "") for key, name in basis.reference.funds.select("ticker", "name").iter_rows()),
    detail=fund_detail,
    card=card,
    table=table,
    lists={
        "fund-steps": list_info("A fund: the arithmetic", STEPS, {"step": "the step", "figure": "its arithmetic"}),
    },
)
